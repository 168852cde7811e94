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
from pipeline.figures.section import Section
from pipeline.figures.told import facility, sentence, table_name
from pipeline.project import Project

REPORTS = [
    *(("iraq", report) for report in Project.find(Path(__file__)).registry.reports_of("iraq")),
    ("erbil", "overview"),
    ("federal", "overview"),
]
# Names of files, of the round and of questions.
NAMES = (
    r"SHA-256|[\w/]+\.csv|small-2023|QHeRAMS\d+-\d+|"
    r"\bBAPPE\b|\b[A-Z][A-Za-z]*(?:GPS_SQ)?\d+\b|\b(?:COND|HFF|HFA)[A-Z]*x?\b"
)
ROW = {"name_en": "Azadi Hospital", "name_local": "نەخۆشخانەی ئازادی"}


def brief_in(language: str, scope: str, report: str) -> Brief:
    project = made.whole()
    return read(project, made.round_of(project), scope, report, [language])


def sections(report: str) -> list[Section]:
    """The sections that a report's notebook shows."""
    project = made.whole()
    book = project.read_text(project.notebook(project.registry.reports[report].notebook))
    return [getattr(figures, name) for name in re.findall(r"figures\.(\w+)\(brief\)", book)]


def printed(brief: Brief, report: str) -> Iterator[tuple[str, str]]:
    """The text of each section, without codes and tags."""
    for section in sections(report):
        for part in () if section.left_out(brief) else section.parts(brief):
            chart = isinstance(part, Chart)
            text = f"{part.alt} {part.caption} {part.note} {part.svg}" if chart else str(part.markup)
            yield section.name, html.unescape(re.sub(r"<[^>]*>", " ", re.sub(r"<code.*?</code>", "", text)))


@pytest.mark.parametrize("language", ["ar", "ckb"])
@pytest.mark.parametrize(("scope", "report"), REPORTS)
def test_a_page_has_no_english_but_names_and_codes(language: str, scope: str, report: str) -> None:
    for name, text in printed(brief_in(language, scope, report), report):
        assert re.findall(r"[A-Za-z]{2,}[^\n]*", re.sub(NAMES, "", text)) == [], name


@pytest.mark.parametrize(
    ("language", "name"), [("en", "Azadi Hospital"), ("ar", ROW["name_local"]), ("ckb", ROW["name_local"])]
)
def test_a_facility_has_the_name_that_the_reader_knows(language: str, name: str) -> None:
    brief = brief_in(language, "erbil", "overview")
    assert re.sub(r' lang="\w+"', "", facility(brief, ROW)) == f"<bdi>{name}</bdi>"


def test_a_facility_with_one_name_has_it_in_every_language() -> None:
    brief = brief_in("ar", "erbil", "overview")
    assert facility(brief, ROW | {"name_local": ""}) == "<bdi>Azadi Hospital</bdi>"


def test_what_nobody_has_translated_stands_as_it_is_with_its_own_direction() -> None:
    brief = brief_in("ar", "erbil", "overview")
    assert sentence(brief, "Doors <closed>") == "<bdi>Doors &lt;closed&gt;</bdi>"
    assert sentence(brief, "an answer") == "إجابة"
    assert (table_name(brief, "staff"), table_name(brief, "guests")) == ("الملاكات", "guests")
