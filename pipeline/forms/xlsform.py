"""The form as an XLSForm for ODK and Kobo: the sheets survey, choices and settings, and what comes back of them.

What XLSForm has no word for is written in its words, and a column `codebook` of the sheet survey says what stands for
what, so that the same codebook comes back:

    rank LIST        a group with a question for each rank, whose options are those not chosen before
    text             `directorate / sector` is a calculation behind two questions, of which the first filters the second
    other of NAME    a text of *other*, asked where the list says so
    of NAME          a row that is made, and made again from NAME

Our columns of the choices lie in a sheet of their own, `codebook_choices`: tools would write them into the form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.codebook import LANGUAGES, Codebook
from pipeline.forms.labels import rank_word
from pipeline.forms.limesurvey import OTHER, texts_of_other
from pipeline.forms.sheets import HEADS, HINTS, LABELS, MESSAGES, OF_CHOICES, OURS, Sheets
from pipeline.places import SEPARATOR, Places
from pipeline.words import Words

STANDS = "codebook"
OF = "of "
OTHER_OF = "other of "
CHOICES_SHEET = "codebook_choices"
SURVEY = (
    "type", "name", *LABELS, *HINTS, "relevant", "required", "constraint", *MESSAGES, "calculation", "choice_filter",
    "appearance", STANDS, *OURS,
)  # fmt: skip
CHOICES = ("list_name", "name", *LABELS, "directorate", "written", STANDS)
OUR_CHOICES = ("list_name", "name", *OF_CHOICES)
ON_ONE_PAGE, MENU = "field-list", "minimal"
DIRECTORATES, SECTORS = "directorates", "sectors"
PLACE = "facilities.directorate_sector"
SECTOR_OTHER = "other"

Row = dict[str, str]


@dataclass(frozen=True)
class Material:
    """What a form is made of besides its sheets: the reference lists, and the words of forms by language."""

    places: Places
    words: Mapping[str, Words]

    def each(self, key: str) -> Row:
        """A word as labels in every language."""
        return {label: self.words[language](key) for label, language in zip(LABELS, LANGUAGES, strict=True)}

    def rank(self, number: int) -> Row:
        """The word for a rank as labels in every language."""
        return {
            label: rank_word(self.words[language], number) for label, language in zip(LABELS, LANGUAGES, strict=True)
        }


def xlsform(sheets: Sheets, material: Material) -> dict[str, list[list[str]]]:
    """The sheets of the XLSForm by name, each as rows of texts under its headings; for a form that was checked."""
    codebook = sheets.codebook()
    survey = [row for _, source in sheets.rows("survey") for row in _rows(source, codebook, material)]
    choices = [{**row, STANDS: ""} for _, row in sheets.rows("choices")]
    place = codebook.of_field(PLACE)
    if place and place.type == "text":
        choices += _place_choices(place.name, material)
    return {
        "survey": _table(SURVEY, survey),
        "choices": _table(CHOICES, choices),
        "settings": _table(HEADS["settings"], [row for _, row in sheets.rows("settings")]),
        CHOICES_SHEET: _table(OUR_CHOICES, [row for _, row in sheets.rows("choices")]),
    }


def _table(heads: Sequence[str], rows: list[Row]) -> list[list[str]]:
    return [list(heads), *([row.get(head, "") for head in heads] for row in rows)]


def _rows(source: Row, codebook: Codebook, material: Material) -> Iterator[Row]:
    """The rows of the XLSForm that a row of the codebook becomes."""
    question = codebook.by_name.get(source["name"]) if source["type"] not in ("begin_group", "end_group") else None
    others = texts_of_other(codebook)
    if question and question.ranks:
        yield from _ranked(source, question.list_name, len(question.columns), material)
    elif question and question.field == PLACE and question.type == "text":
        yield from _placed(source, material)
    elif question and question.name in others:
        asked = others[question.name]
        yield {**source, "relevant": f"${{{asked}}} = '{OTHER}'", STANDS: OTHER_OF + asked}
    else:
        yield source


def _ranked(source: Row, list_name: str, ranks: int, material: Material) -> Iterator[Row]:
    """A group with a question for each rank, asked once the rank before it is given."""
    name = source["name"]
    yield {**source, "type": "begin_group", "required": "", "appearance": ON_ONE_PAGE, STANDS: source["type"]}
    for rank in range(1, ranks + 1):
        before = [f"${{{name}_{earlier}}}" for earlier in range(1, rank)]
        yield {
            "type": f"select_one {list_name}", "name": f"{name}_{rank}", **material.rank(rank),
            "relevant": f"{before[-1]} != ''" if before else "", "required": "" if before else source["required"],
            "choice_filter": " and ".join(f"name != {earlier}" for earlier in before), "appearance": MENU,
            STANDS: OF + name,
        }  # fmt: skip
    yield {"type": "end_group", "name": name, STANDS: OF + name}


def _placed(source: Row, material: Material) -> Iterator[Row]:
    """A directorate, one of its sectors, and the text of both as the export has it."""
    name = source["name"]
    made = {"relevant": source["relevant"], "required": source["required"], "appearance": MENU, STANDS: OF + name}
    directorate, sector = f"{name}_directorate", f"{name}_sector"
    yield {"type": f"select_one {DIRECTORATES}", "name": directorate, **material.each("place.directorate"), **made,
           **{hint: source[hint] for hint in HINTS}}  # fmt: skip
    yield {"type": f"select_one {SECTORS}", "name": sector, **material.each("place.sector"), **made,
           "choice_filter": f"directorate = ${{{directorate}}}"}  # fmt: skip
    written = f"instance('{SECTORS}')/root/item[name = ${{{sector}}}]/written"
    yield {**source, "type": "calculate", "required": "", "calculation": written, STANDS: source["type"]}


def _place_choices(name: str, material: Material) -> Iterator[Row]:
    """The lists of directorates and sectors; each directorate has a sector that is not on the list."""
    made = {STANDS: OF + name}
    for row in material.places.directorates.to_dict("records"):
        labels = [row["name_en"], row["name_ar"], row["long_ckb"] or row["name_ckb"]]
        yield {"list_name": DIRECTORATES, "name": row["slug"], **_labelled(labels), **made}
    named = material.places.directorates.set_index("slug")["name_in_exports"]
    for slug in material.places.directorates["slug"]:
        mine = material.places.sectors[material.places.sectors["directorate"] == slug]
        for row in mine.to_dict("records"):
            local = row["name_ar"] or row["name_in_exports"]
            labels = [row["name_in_exports"], local, local]
            written = named[slug] + SEPARATOR + row["name_in_exports"]
            yield {"list_name": SECTORS, "name": row["slug"], **_labelled(labels), "directorate": slug,
                   "written": written, **made}  # fmt: skip
        other = material.each("place.other")
        yield {"list_name": SECTORS, "name": f"{slug}-{SECTOR_OTHER}", **other, "directorate": slug,
               "written": named[slug] + SEPARATOR + other[LABELS[0]], **made}  # fmt: skip


def _labelled(texts: list[str]) -> Row:
    return dict(zip(LABELS, texts, strict=True))


def restored(row: Row, made: list[Row]) -> Row | None:
    """The row of the codebook that a row of an XLSForm stands for; None for those that are made, `made` of this one."""
    stands = row[STANDS]
    if stands.startswith(OF):
        return None
    back = {head: row.get(head, "") for head in HEADS["survey"]}
    if stands.startswith(OTHER_OF):
        return back | {"relevant": ""}
    if stands:
        required = made[0]["required"] if made else row["required"]
        is_place = row["type"] == "calculate"
        return back | {"type": stands, "required": required, **({"calculation": ""} if is_place else {})}
    return back
