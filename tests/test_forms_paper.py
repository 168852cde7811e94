"""Forms on paper: every question once, instructions that lead somewhere, nothing personal, the same bytes."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import made
import pytest
from browser import needs_pango
from test_cli import ends
from test_words import WRONG_LETTERS

from pipeline.codebook import LANGUAGES, Codebook
from pipeline.errors import FormError, UsageError
from pipeline.forms import look, marks
from pipeline.forms.last import Facility, Wanted, answers, earlier, is_printable
from pipeline.forms.manual import manual
from pipeline.forms.outline import Outline, outline
from pipeline.forms.paper import Paper, paper
from pipeline.project import Project
from pipeline.words import places

FORM = "iraq-2022"
NUMBER = re.compile(r'<b class="no" id="q(\d+)">')
LINK = re.compile(r'href="#q(\d+)"')
TAGS = re.compile(r"<style>.*?</style>|<[^>]+>", re.DOTALL)


@pytest.fixture(scope="module")
def numbered(codebook: Codebook) -> Outline:
    return outline(codebook)


@pytest.fixture(scope="module", params=LANGUAGES)
def blank(here: Project, request: pytest.FixtureRequest) -> Paper:
    return paper(here, FORM, request.param)


def page_of(project: Project, made_of: Paper) -> str:
    return look.page(project, made_of.say, made_of.title, made_of.sheets)


def first_facility(project: Project) -> Facility:
    return earlier(project, made.round_of(project), Wanted(type="hospital")).facilities[0]


# --- the form --------------------------------------------------------------------------------------------------------


def test_every_question_is_on_paper_once_and_in_the_order_of_the_form(
    here: Project, blank: Paper, numbered: Outline
) -> None:
    page = page_of(here, blank)
    assert [int(number) for number in NUMBER.findall(page)] == [entry.number for entry in numbered.entries]
    asked = [q.name for q in numbered.codebook.questions if q.type not in ("hidden", "calculate")]
    assert [entry.question.name for entry in numbered.entries] == asked
    told = re.sub(r"\s+", " ", TAGS.sub(" ", page).replace("&#39;", "'"))
    # In a grid the causes of an item stand in its row, under "Why?".
    own = [entry.question for entry in numbered.entries if entry.question.type != "rank"]
    labels = [question.labels[blank.say.language] for question in own]
    assert [label for label in labels if re.sub(r"\s+", " ", label) not in told] == []


def test_every_instruction_leads_to_a_question_that_is_there_and_a_skip_leads_on(
    here: Project, blank: Paper, numbered: Outline
) -> None:
    page = page_of(here, blank)
    assert {int(number) for number in LINK.findall(page)} <= {entry.number for entry in numbered.entries}
    for entry in numbered.entries:
        for codes, number in numbered.skips(entry):
            assert number == 0 or number > entry.number + 1, (entry.question.name, codes)


def test_skips_are_those_of_the_skip_logic(numbered: Outline) -> None:
    number = numbered.number
    entries = {entry.question.name: entry for entry in numbered.entries}
    assert numbered.skips(entries["CONDB"]) == [(("A1", "A4"), number["CONDE"])]
    assert numbered.skips(entries["HFSUP1"]) == [(("A3",), number["BAINP1_SQ001"])]
    assert numbered.skips(entries["BASA1"]) == [(("A1",), number["BASA2"])]
    assert [number for _, number in entries["CONDB"].stops] == [0]
    assert [number for _, number in entries["HFFUNCT"].stops] == [numbered.number["ENR"]]


def test_each_language_has_its_own_letters_and_no_address(here: Project, blank: Paper) -> None:
    page = page_of(here, blank)
    assert f'lang="{blank.say.language}"' in page and ("rtl" in page[:200]) == (blank.say.language != "en")
    assert "<script" not in page and "://" not in page
    if blank.say.language in WRONG_LETTERS:
        instructions = " ".join(re.findall(r'<p class="(?:stop|skip-to|only)">.*?</p>', page))
        assert not set(WRONG_LETTERS[blank.say.language]) & set(TAGS.sub(" ", instructions))


def test_conditions_are_told_by_numbers_and_options(here: Project) -> None:
    page = TAGS.sub("", page_of(here, paper(here, FORM, "en")))
    assert "Only if 29 is “Partially damaged” or “Fully damaged”." in page
    assert "Go on here only if 24 is “Existing”. Otherwise, the form ends here." in page
    assert "it counts as “Inpatient facility” (at least one of 59, 60 or 61 is not “Not normally provided”)" in page
    assert "at least one of 59, 60 or 61 is “Partially available” or “Not available”" in page


def test_the_code_to_key_stands_beside_each_answer(here: Project, codebook: Codebook) -> None:
    page = page_of(here, paper(here, FORM, "ar"))
    for option in codebook.question("CONDB").options:
        assert f'{option.labels["ar"]} <small class="coded">{option.code}</small>' in page


def test_the_same_form_gives_the_same_bytes(here: Project) -> None:
    assert page_of(here, paper(here, FORM, "ckb")) == page_of(here, paper(here, FORM, "ckb"))


def test_the_words_of_paper_have_the_same_places_and_the_letters_of_their_language(here: Project) -> None:
    table = here.read_csv(here.paper("words.csv"))
    for row in table.to_dict("records"):
        assert places(row["en"]) == places(row["ar"]) == places(row["ckb"]), row["key"]
        for language, wrong in WRONG_LETTERS.items():
            assert not set(wrong) & set(row[language]), (row["key"], language)


# --- what was answered before ----------------------------------------------------------------------------------------


def test_one_facility_has_its_last_answers_beside_the_questions_and_nothing_ticked() -> None:
    project = made.whole()
    facility = first_facility(project)
    one = paper(project, FORM, "en", made.round_of(project), Wanted((facility.facility_id,)))
    page = page_of(project, one)
    assert len(one.sheets) == 1 and marks.grouped(marks.number(FORM, facility.facility_id)) in page
    assert page.count("Last time: ") > 20 and "checked" not in page and "☑" not in page
    assert len(NUMBER.findall(page)) == 310


def test_nothing_personal_restricted_or_freely_written_is_ever_printed(codebook: Codebook) -> None:
    printable = {question.name for question in codebook.questions if is_printable(question)}
    assert not printable & {q.name for q in codebook.questions if q.is_personal or q.sensitivity}
    assert not printable & {"HROther", "MoSD7x", "HFSUP3_SQ001", "ENR"} and "MoSD2ar" in printable
    cells = dict.fromkeys(codebook.columns, "secret")
    facility = Facility("a/b", "w", "b", "anbar", "anbar", cells)
    told = answers(facility, codebook, codebook, look.words(Project(Path(__file__).parents[1]), "en"))
    texts = {name for name, answer in told.items() if answer == "secret"}
    allowed = {q.name for q in codebook.questions if q.type != "text" and not q.options} | {
        "MoSD1", "MoSD2en", "MoSD2ar",
    }  # fmt: skip
    assert texts <= allowed


def test_of_another_form_only_questions_that_are_the_same_have_a_last_answer(codebook: Codebook, here: Project) -> None:
    changed = tuple(
        replace(q, options=q.options[:2]) if q.name == "BAWA1" else q for q in codebook.questions if q.name != "BAEN1"
    )
    before = replace(codebook, questions=changed)
    cells = dict.fromkeys(codebook.columns, "A1")
    told = answers(Facility("a/b", "w", "b", "x", "x", cells), codebook, before, look.words(here, "en"))
    assert "BASA1" in told and "BAWA1" not in told and "BAEN1" not in told


def test_several_facilities_have_a_sheet_each_and_one_blank_form() -> None:
    project = made.whole()
    found = paper(project, FORM, "ar", made.round_of(project), Wanted(type="hospital", directorate="kirkuk"))
    facilities = project.read_table(made.round_of(project), "facilities")
    wanted = facilities[(facilities["type"] == "hospital") & (facilities["directorate"] == "kirkuk")]
    assert len(found.sheets) == len(wanted) + 1 > 2
    assert all(sheet.mark for sheet in found.sheets) and len(NUMBER.findall(found.sheets[-1].body)) == 310
    assert 'class="last"' not in found.sheets[-1].body


def test_a_whole_country_is_not_printed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    project = made.whole()
    monkeypatch.setattr("pipeline.forms.paper.MOST", 100)
    with pytest.raises(UsageError, match="choose by --directorate"):
        paper(project, FORM, "en", made.round_of(project))


def test_a_hostile_name_stays_a_text() -> None:
    project = made.whole()
    known = earlier(project, made.round_of(project), Wanted())
    hostile = '<script>alert(1)</script> "} @import x; \\'
    question = known.codebook.of_field("facilities.name_local")
    assert question
    facility = known.facilities[0]
    wicked = replace(facility, cells={**facility.cells, question.name: hostile})
    from pipeline.forms import paper as verb

    press = verb._Press(project, verb.Teller(look.words(project, "ar"), outline(known.codebook)), known)
    page = look.page(project, press.say, hostile, [verb._sheet(press, known, wicked)])
    assert "<script" not in page and "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    ("wanted", "error", "said"),
    [
        (Wanted(("nowhere/X",)), UsageError, "unknown facility"),
        (Wanted(type="hospitals"), UsageError, "did you mean 'hospital'"),
        (Wanted(directorate="kirkukk"), UsageError, "did you mean 'kirkuk'"),
        (Wanted(type="hospital", directorate="peoples-clinics"), FormError, "no facility is all that was asked for"),
    ],
)
def test_facilities_that_are_not_there_are_told(wanted: Wanted, error: type[Exception], said: str) -> None:
    project = made.whole()
    with pytest.raises(error, match=said):
        earlier(project, made.round_of(project), wanted)


# --- the handbook, the PDF, the command ------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_handbook_tells_every_question(here: Project, numbered: Outline, language: str) -> None:
    page = page_of(here, manual(here, FORM, language))
    assert [int(number) for number in NUMBER.findall(page)] == [entry.number for entry in numbered.entries]
    hints = {entry.question.hints[language] for entry in numbered.entries} - {""}
    told = TAGS.sub("", page).replace("&#39;", "'").replace("&#34;", '"').replace("&amp;", "&")
    assert [hint for hint in hints if hint not in told] == []
    twice = [
        short
        for short in re.findall(r"<li><b>(.*?)</b>", page)
        if re.search(rf"<b>{re.escape(short)}</b>: {re.escape(short)}\b", page)
    ]
    assert twice == []


@needs_pango
def test_sheets_bound_together_are_counted_one_by_one_and_the_same_each_time() -> None:
    project = made.whole()
    found = paper(project, FORM, "ar", made.round_of(project), Wanted(type="hospital", directorate="kirkuk"))
    short = found.sheets[:2]
    content, sheets = look.printed(project, found.say, found.title, short)
    assert content == look.printed(project, found.say, found.title, short)[0]
    # Each has two pages at least, or one where the facility was not asked for more than its identity.
    assert content.startswith(b"%PDF") and sheets >= len(short)


def test_wrong_use_is_told(tmp_path: Path, here: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    out = str(tmp_path / "x.pdf")
    assert ends(monkeypatch, here.root, "form", FORM, "--to", "paper", "--out", str(tmp_path / "x.doc")) == 2
    assert ends(monkeypatch, here.root, "form", FORM, "--to", "paper", "--type", "hospital", "--out", out) == 2
    assert (
        ends(monkeypatch, here.root, "form", FORM, "--to", "paper", "--blank", "--round", "demo-2023", "--out", out)
        == 2
    )
    assert ends(monkeypatch, here.root, "form", FORM, "--to", "manual", "--round", "demo-2023", "--out", out) == 2
    assert (
        ends(
            monkeypatch,
            here.root,
            "form",
            FORM,
            "--to",
            "xlsform",
            "--language",
            "ar",
            "--out",
            str(tmp_path / "x.xlsx"),
        )
        == 2
    )
    assert ends(monkeypatch, here.root, "form", FORM, "--to", "paper", "--keying", "--out", out) == 2
    assert not list(tmp_path.iterdir())
    assert (
        ends(
            monkeypatch, here.root, "form", FORM, "--to", "paper", "--language", "ar", "--out", str(tmp_path / "x.html")
        )
        == 0
    )
    assert (tmp_path / "x.html").stat().st_size > 100_000
