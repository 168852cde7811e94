"use strict";
// Search and filters of the front page. It reads the rows of the page and the block of data in it; it asks for nothing
// else, keeps nothing, and writes text only as text. Without it the page is whole, but for the search.

const SHOWN = 50;
const data = JSON.parse(document.getElementById("data").textContent);
const words = data.words;
const rows = [...document.querySelectorAll("tr[data-scope]")];
const chosen = {};

// The same as pipeline/spelling.py, whose letters stand in the data; a test compares the two.
function fold(text) {
  const spelt = [...text.normalize("NFKC")].map((letter) => data.letters[letter] ?? letter).join("");
  return spelt.replace(/\p{Mn}/gu, "").replace(/[\s\x1c-\x1f\x85]+/g, " ").trim().toLowerCase().replace(/ß/g, "ss");
}

function filled(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function make(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

// --- the rows ---------------------------------------------------------------------------------------------------------

const labels = {
  round: (row) => [[row.dataset.round, row.dataset.round]],
  ministry: (row) => (row.dataset.ministry ? [[row.dataset.ministry, words[`ministry.${row.dataset.ministry}`]]] : []),
  scope: (row) => [[row.dataset.scope, row.cells[0].textContent]],
  report: (row) => [[row.dataset.report, row.querySelector(".report").textContent]],
  language: (row) => row.dataset.languages.split(" ").filter(Boolean).map((code) => [code, data.languages[code]]),
  numbers: (row) => (row.dataset.numbers ? [[row.dataset.numbers, row.querySelector(".state").textContent]] : []),
  stage: (row) => (row.dataset.stage ? [[row.dataset.stage, row.querySelector(".stage").textContent]] : []),
  standing: (row) => [[row.dataset.standing, row.querySelector(".standing").textContent]],
};

function fits(row, names = Object.keys(chosen)) {
  return names.every((name) => !chosen[name] || labels[name](row).some(([value]) => value === chosen[name]));
}

function select(name) {
  const options = new Map(rows.flatMap((row) => labels[name](row)));
  const box = make("select", "", { id: `by-${name}` });
  box.append(make("option", words.all, { value: "" }));
  for (const [value, label] of options) box.append(make("option", label, { value }));
  box.addEventListener("change", () => { chosen[name] = box.value; show(); });
  return labelled(words[name], box);
}

function labelled(text, box) {
  const frame = make("div", "", { class: "control" });
  frame.append(make("label", text, { for: box.id }), box);
  return frame;
}

const spelt = new Map(rows.map((row) => [row, fold(`${row.cells[0].textContent} ${row.cells[1].textContent}`)]));

function showRows(wanted) {
  let shown = 0;
  for (const row of rows) {
    row.hidden = !(fits(row) && wanted.every((word) => spelt.get(row).includes(word)));
    shown += !row.hidden;
  }
  for (const section of document.querySelectorAll("section.round")) {
    section.hidden = !section.querySelector("tr[data-scope]:not([hidden])");
  }
  counted.textContent = filled(words.shown, { n: shown, all: rows.length });
}

// --- the facilities ---------------------------------------------------------------------------------------------------

let known = null;

// One entry for each facility, folded when somebody first searches: a few hundredths of a second for a country.
function facilities() {
  known ??= Object.entries(data.facilities).flatMap(([scope, sectors]) =>
    Object.entries(sectors).flatMap(([sector, lines]) =>
      lines.map((line) => {
        const [subject, code, english, local, places] = line.split("\t");
        const rounds = places ? places.split(",").map((place) => data.rounds[place]) : data.rounds;
        return { scope, sector, id: `${sector}/${subject}`, code, english, local, rounds, spelt: fold(line) };
      }),
    ),
  );
  return known;
}

const byPlace = Map.groupBy
  ? Map.groupBy(rows, (row) => row.dataset.scope)
  : rows.reduce((found, row) => found.set(row.dataset.scope, [...(found.get(row.dataset.scope) ?? []), row]), new Map());

function isWanted(facility, wanted) {
  if (!wanted.every((word) => facility.spelt.includes(word))) return false;
  if (chosen.round && !facility.rounds.includes(chosen.round)) return false;
  const [row] = byPlace.get(facility.scope) ?? [];
  return row ? fits(row, ["scope", "ministry"]) : !chosen.scope && !chosen.ministry;
}

// The pages that a facility stands in: its directorate's reports and the list of facilities, its own or the country's.
function pages(facility, round) {
  const of = (scope) => (byPlace.get(scope) ?? []).filter((row) => row.dataset.round === round);
  const own = of(facility.scope);
  const isList = (row) => row.dataset.report === data.list;
  const list = own.find(isList) ?? of("iraq").find(isList);
  const links = [own.find((row) => !isList(row)), list].map((row) => row?.querySelector("a.report"));
  return links.filter(Boolean).map((link) => make("a", link.textContent, { href: link.getAttribute("href") }));
}

function entry(facility) {
  const item = make("li", "");
  const names = data.local ? [facility.local, facility.english] : [facility.english, facility.local];
  const told = names.filter(Boolean);
  item.append(make("bdi", told[0] ?? facility.id, { class: "name" }));
  for (const name of told.slice(1)) item.append(" ", make("bdi", name));
  const [row] = byPlace.get(facility.scope) ?? [];
  const place = make("p", "");
  place.append(make("bdi", row ? row.cells[0].textContent : words.unknown), " · ");
  place.append(make("bdi", data.sectors[facility.sector] ?? facility.sector));
  for (const code of [facility.code, facility.id]) if (code) place.append(" · ", make("code", code));
  item.append(place);
  for (const round of facility.rounds) {
    if (chosen.round && round !== chosen.round) continue;
    const line = make("p", "");
    line.append(make("bdi", round), ": ");
    pages(facility, round).forEach((link, place) => line.append(place ? " · " : "", link));
    item.append(line);
  }
  return item;
}

function showFacilities(wanted) {
  const found = wanted.join("").length > 1 ? facilities().filter((facility) => isWanted(facility, wanted)) : [];
  // What has the words as they were typed, one after the other, comes first.
  const typed = wanted.join(" ");
  found.sort((one, two) => two.spelt.includes(typed) - one.spelt.includes(typed));
  const sentence = found.length > SHOWN ? words.first : words.found;
  told.textContent = wanted.length ? filled(sentence, { n: found.length.toLocaleString("en"), shown: SHOWN }) : "";
  list.replaceChildren(...found.slice(0, SHOWN).map(entry));
}

// --- the controls -----------------------------------------------------------------------------------------------------

function show() {
  const wanted = fold(search.value).split(" ").filter(Boolean);
  showFacilities(wanted);
  // Whoever looks for a facility by its name finds no report of that name: the reports then stay.
  const isOfRows = rows.some((row) => wanted.every((word) => spelt.get(row).includes(word)));
  showRows(isOfRows ? wanted : []);
}

const search = make("input", "", { id: "search", type: "search", autocomplete: "off", spellcheck: "false", dir: "auto" });
const clear = make("button", words.clear, { type: "button" });
const counted = make("p", "", { "aria-live": "polite", class: "counted" });
const told = make("p", "", { "aria-live": "polite", class: "counted" });
const list = make("ul", "", { class: "found" });
const controls = make("div", "", { class: "controls" });
controls.append(...Object.keys(labels).map(select), clear);
const filters = make("details", "", { class: "filters" });
filters.append(make("summary", words.filters), controls);
// On a telephone what was found should stand right below what was typed.
filters.open = matchMedia("(min-width: 40rem)").matches;
search.addEventListener("input", show);
clear.addEventListener("click", () => {
  search.value = "";
  for (const box of controls.querySelectorAll("select")) box.value = "";
  for (const name of Object.keys(chosen)) delete chosen[name];
  show();
});
const find = document.getElementById("find");
find.append(labelled(words.search, search), filters, counted, told, list);
if (data.absent) find.append(make("p", data.absent, { class: "none" }));
find.hidden = false;
show();
