"""What a page prints in Arabic and Sorani: nothing in English but names and codes, facilities by their own names."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import made
import pytest

from pipeline import figures
from pipeline.figures.brief import Brief, read
from pipeline.figures.html import Chart
from pipeline.figures.told import facility, sentence, table_name, value
from pipeline.project import Project

HERE = Project(Path(__file__).parents[1])
# Names of files, of the round and of questions.
NAMES = (
    r"SHA-256|Made with Natural Earth|[\w/]+\.csv|data/[\w./]+|small-2023|QHeRAMS\d+-\d+|"
    r"\bBAPPE\b|\b[A-Z][A-Za-z]*(?:GPS_SQ)?\d+\b|\b(?:COND|HFF|HFA)[A-Z]*x?\b"
)
# After Arabic letters the sign of a share goes to its other side, where no mark stands before the number.
MOVED_SIGN = re.compile(r"[\u0621-\u06ff][^\n\u200e\u2066-\u2069A-Za-z]*?(?<![\d.,])\d[\d.,]*%")
ROW = {"name_en": "Azadi Hospital", "name_local": "نەخۆشخانەی ئازادی"}
# Each page is read in one of the two languages, since the two differ in nothing but their words.
PAGES = [("erbil", "overview", "ckb"), ("kurdistan", "overview", "ar")] + [
    ("iraq", report, ("ar", "ckb")[place % 2]) for place, report in enumerate(HERE.registry.reports_of("iraq"))
]


def brief_in(language: str, scope: str = "erbil", report: str = "overview") -> Brief:
    return read(made.whole(), made.round_of(made.whole()), scope, report, [language])


def printed(brief: Brief) -> Iterator[tuple[str, str, str]]:
    """Each section that the notebook names, what is seen of it, a line for each tag, and what is only read aloud."""
    notebook = HERE.read_text(HERE.notebook(HERE.registry.reports[brief.told["report"]].notebook))
    for section in (getattr(figures, name) for name in re.findall(r"figures\.(\w+)\(brief\)", notebook)):
        for part in () if section.left_out(brief) else section.parts(brief):
            chart = isinstance(part, Chart)
            text = f"{part.caption}<p>{part.note}<p>{part.svg}" if chart else str(part.markup)
            seen = html.unescape(re.sub(r"<[^>]*>", "\n", re.sub(r"<code.*?</code>", "", text)))
            yield section.name, seen, part.alt if chart else ""


@pytest.mark.parametrize(("scope", "report", "language"), PAGES)
def test_a_page_has_no_english_but_names_and_codes(scope: str, report: str, language: str) -> None:
    told = list(printed(brief_in(language, scope, report)))
    assert len(told) > 8
    for name, seen, read_aloud in told:
        assert re.findall(r"[A-Za-z]{2,}[^\n]*", re.sub(NAMES, "", f"{seen}\n{read_aloud}")) == [], name
        assert MOVED_SIGN.findall(seen) == [], name


@pytest.mark.parametrize(
    ("language", "name"), [("en", "Azadi Hospital"), ("ar", ROW["name_local"]), ("ckb", ROW["name_local"])]
)
def test_a_facility_has_the_name_that_the_reader_knows(language: str, name: str) -> None:
    assert re.fullmatch(rf"<bdi[^>]*>{name}</bdi>", facility(brief_in(language), ROW))


def test_a_facility_with_one_name_has_it_in_every_language() -> None:
    assert facility(brief_in("ar"), ROW | {"name_local": ""}) == "<bdi>Azadi Hospital</bdi>"


def test_the_text_of_a_cell_is_never_translated_but_what_a_rule_counted_is() -> None:
    brief = brief_in("ar")
    for text in ("Main (old) in Basra", "1 to 2 for this type", "no column X", "an answer"):
        assert f">{text}<" in value(brief, {"value": text, "facility_id": "kirkuk/X1"})
    assert value(brief, {"value": "nobody in any cadre", "facility_id": "kirkuk/X1"}) == "لا أحد في أي ملاك"
    assert value(brief, {"value": "no column X", "facility_id": ""}) == "لا يوجد عمود \u2068X\u2069"


def test_a_finding_names_another_directorate_as_the_page_does() -> None:
    told = sentence(brief_in("ar"), "one of erbil, kirkuk, or a declared double report")
    assert told == "واحدة من المديرية العامة لصحة أربيل، دائرة صحة كركوك، أو إبلاغ مزدوج معلن"


def test_what_nobody_has_translated_stands_as_it_is_with_its_own_direction() -> None:
    brief = brief_in("ar")
    assert sentence(brief, "Doors <closed>") == "<bdi>Doors &lt;closed&gt;</bdi>"
    assert sentence(brief, "an answer") == "إجابة"
    assert (table_name(brief, "staff"), table_name(brief, "guests")) == ("الملاكات", "guests")
