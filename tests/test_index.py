"""The front page: honest about what is missing, failed, altered or older than its inputs, in three languages."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import made
import pandas as pd
import pytest

from pipeline import index, receipt, words
from pipeline.index.facilities import facilities
from pipeline.index.page import faults
from pipeline.index.standing import LANGUAGES, Line, line, look
from pipeline.project import Project

WHICH = ("small-2023", "kirkuk", "overview")
PAGE = "outputs/small-2023/kirkuk/overview.en.html"
HOSTILE = [
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<!--",
    "see http://x.test",
    "a\tb\nc",
]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A round in which one report is made: its page and its tables are stand-ins, its receipt is real."""
    found = made.copy(tmp_path)
    outputs = {found.page(*WHICH): b"<p>page</p>", found.page(*WHICH).with_name("overview.xlsx"): b"table"}
    for path, content in outputs.items():
        found.write_bytes(path, content)
    named = {found.relative(path): content for path, content in outputs.items()}
    found.write_json(
        found.receipt(*WHICH), receipt.document(receipt.declare(found, *WHICH), made.told("provisional"), named)
    )
    return found


def seen(project: Project, **outdated: str) -> Line:
    return line(look(project, outdated), WHICH)


def standing(project: Project) -> tuple[str, tuple[str, ...]]:
    return seen(project).standing, seen(project).why


def written(project: Project, language: str = "en") -> str:
    index.index(project)
    return project.read_text(project.front_page(language))


def data(page: str) -> dict[str, Any]:
    return dict(json.loads(page.partition('id="data">')[2].partition("</script>")[0]))


def test_the_front_page_names_every_report_once(project: Project) -> None:
    page = written(project)
    assert len(re.findall("<tr data-round", page)) == len(project.scopes) - 1 + 13
    assert 'href="small-2023/kirkuk/overview.en.html"' in page
    assert "17 not made yet" in page


def test_a_report_up_to_date_is_shown_with_its_state_its_receipt_and_its_tables(project: Project) -> None:
    assert standing(project) == ("current", ())
    page = written(project)
    assert '<span class="state provisional">provisional</span>' in page
    assert '<span class="stage draft">draft</span> · <span class="standing current">up to date</span>' in page
    assert '<a href="small-2023/kirkuk/overview.xlsx" download>Tables (xlsx)</a>' in page
    assert receipt.declare(project, *WHICH).printed_id in page


def test_a_report_leads_to_its_page_in_the_readers_language_first(project: Project) -> None:
    project.page(*WHICH, language="ar").write_text("x")
    english, arabic = written(project), project.read_text(project.front_page("ar"))
    assert '<a class="report" href="small-2023/kirkuk/overview.ar.html">' in arabic
    assert '<a href="small-2023/kirkuk/overview.en.html" lang="en" hreflang="en">English</a>' in arabic
    assert '<a href="small-2023/kirkuk/overview.ar.html" lang="ar" hreflang="ar">العربية</a>' in english
    assert 'data-languages="en ar"' in english


def test_a_report_beside_those_that_a_round_always_has_is_listed_if_it_lies_there(project: Project) -> None:
    assert "workforce" not in project.registry.reports_of("kirkuk")
    project.write_text(project.receipt("small-2023", "kirkuk", "workforce"), "{}")
    rows = re.findall('data-scope="kirkuk"[^>]*data-report="([a-z]+)"', written(project))
    assert rows == ["overview", "workforce"]


def test_a_report_that_was_not_made_is_missing(project: Project) -> None:
    project.page(*WHICH).unlink()
    assert standing(project)[0] == "missing"
    assert "overview.en.html" not in written(project)


@pytest.mark.parametrize("name", ["overview.en.html", "overview.xlsx"])
def test_what_was_changed_after_it_was_made_is_told(project: Project, name: str) -> None:
    project.page(*WHICH).with_name(name).write_text("<p>PAGE</p>")
    assert standing(project) == ("altered", (f"outputs/small-2023/kirkuk/{name}",))


@pytest.mark.parametrize("name", ["overview.ckb.html", "overview.csv.zip"])
def test_a_report_of_which_a_file_is_gone_says_which(project: Project, name: str) -> None:
    gone = project.page(*WHICH).with_name(name)
    receipt = project.receipt(*WHICH)
    told = project.read_json(receipt)
    told["outputs"][project.relative(gone)] = "0" * 64
    project.write_json(receipt, told)
    gone.unlink(missing_ok=True)
    assert standing(project) == ("partial", (f"outputs/small-2023/kirkuk/{name}",))
    assert "a file of it is missing" in written(project)


def test_a_page_older_than_its_inputs_is_told_with_their_names(project: Project) -> None:
    brief = project.brief(*WHICH) / "brief.json"
    brief.write_bytes(brief.read_bytes() + b"\n")
    assert standing(project) == ("stale", ("data/briefs/small-2023/kirkuk/overview/brief.json",))


def test_a_page_is_stale_when_something_changed_before_its_inputs(project: Project) -> None:
    why = "ingest@small-2023: input changed: data/raw/small-2023"
    found = line(look(project, {PAGE: why}), WHICH)
    assert (found.standing, found.why) == ("stale", (why,))
    index.index(project, {PAGE: why})
    assert why in project.read_text(project.front_page())


def test_only_the_first_reasons_are_named_and_the_rest_counted(project: Project) -> None:
    for name in ("brief.json", "measures.csv", "labels.csv", "items.csv", "methods.csv"):
        path = project.brief(*WHICH) / name
        path.write_bytes(path.read_bytes() + b"\n")
    assert "labels.csv</bdi> · and 2 more" in written(project)


def test_a_failed_run_is_told_with_its_cause(project: Project) -> None:
    project.write_text(project.failed(*WHICH) / "cause.txt", "the kernel died <b>\nmore")
    assert standing(project) == ("failed", ("the kernel died <b>",))
    assert "the kernel died &lt;b&gt;" in written(project)


@pytest.mark.parametrize("text", ["", "{}", "no json", '{"id": 1}'])
def test_a_receipt_that_cannot_be_read_is_told(project: Project, text: str) -> None:
    project.receipt(*WHICH).write_text(text)
    assert standing(project)[0] == "unreadable"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_front_page_is_fit_to_be_shown_in_each_language(project: Project, language: str) -> None:
    page = written(project, language)
    assert faults(page) == []
    assert f'<html lang="{language}" dir="{"ltr" if language == "en" else "rtl"}">' in page
    assert "://" not in page
    assert words.load(project, language, [project.front("words.csv")])("internal") in page
    for other in set(LANGUAGES) - {language}:
        assert f'href="{project.front_page(other).name}"' in page


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ('"use strict"', "'use strict'"),
        ('<script type="application/json" id="data">', '<script type="text/javascript" id="data">'),
        ("</main>", "</main><script>1</script>"),
        ("</main>", '</main><p onclick="x()">a</p>'),
        ("</main>", "</main><iframe></iframe>"),
        ("</main>", '</main><a href="/etc/passwd">a</a>'),
    ],
)
def test_a_front_page_with_anything_else_that_runs_or_leads_out_is_refused(
    project: Project, was: str, now: str
) -> None:
    page = written(project)
    assert was in page
    assert faults(page.replace(was, now, 1))


def test_the_front_page_is_the_same_bytes_each_time(project: Project) -> None:
    assert written(project, "ckb") == written(project, "ckb")


def test_the_front_page_can_be_made_when_nothing_else_was(small: Project) -> None:
    page = written(small)
    assert "18 not made yet" in page
    assert data(page)["facilities"] == {} and "small-2023" in data(page)["absent"]


def test_every_facility_is_in_the_data_of_the_search(project: Project) -> None:
    table = project.read_table("small-2023", "facilities")
    found = data(written(project))["facilities"]
    told = {
        f"{sector}/{one.split(chr(9))[0]}"
        for sectors in found.values()
        for sector in sectors
        for one in sectors[sector]
    }
    assert told == set(table["facility_id"])
    assert set(found) == set(table["directorate"])


def test_a_facility_of_several_rounds_stands_there_once_unless_it_was_renamed(project: Project) -> None:
    table = project.read_table("small-2023", "facilities")
    table.loc[0, "name_en"] = "Another name"
    project.write_table("other-2024", "facilities", table.drop(index=[1]))
    rounds, found = facilities(project, ["small-2023", "other-2024", "gone-2021"])
    rows = [one.split("\t") for sectors in found.values() for lines in sectors.values() for one in lines]
    assert rounds == ["small-2023", "other-2024"]
    assert len(rows) == len(table) + 1
    assert sorted(tuple(row[4:]) for row in rows if len(row) > 4) == [("0",), ("0",), ("1",)]


def test_hostile_names_neither_end_the_data_nor_the_line(project: Project) -> None:
    table = project.read_table("small-2023", "facilities")
    table["name_en"] = pd.Series([*HOSTILE, *table["name_en"][len(HOSTILE) :]])
    project.write_table("small-2023", "facilities", table)
    page = written(project)
    assert faults(page) == []
    lines = [one.split("\t") for of in data(page)["facilities"].values() for found in of.values() for one in found]
    names = {row[2] for row in lines}
    assert {len(row) for row in lines} == {4}
    assert names >= {HOSTILE[0], HOSTILE[1], HOSTILE[2], "see http: //x.test", "a b c"}


def test_the_words_are_there_in_three_languages_with_the_same_places(here: Project) -> None:
    say = [words.load(here, code, [here.front("words.csv")]).sentences for code in LANGUAGES]
    for key, sentence in say[0].items():
        assert {frozenset(words.places(found[key])) for found in say} == {frozenset(words.places(sentence))}, key


def test_the_front_page_is_made_without_what_draws_charts() -> None:
    code = "import sys, pipeline.index; print([m for m in ('matplotlib', 'seaborn', 'scipy') if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
