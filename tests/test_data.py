"""The reference lists and the codebook of Phase I hold together, and say what they must."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "data" / "reference"
CODEBOOKS = ROOT / "data" / "codebooks"
SHEETS = [*sorted(REFERENCE.glob("*.csv")), *sorted(CODEBOOKS.glob("*/*.csv"))]
# What must hold of every form; the other tests speak of Phase I.
EVERY_FORM = pytest.mark.parametrize("folder", ["iraq-2022", "iraq-2024"], indirect=True)
LANGUAGES = ("English (en)", "Arabic (ar)", "Kurdish (ckb)")
# The columns of the real export of Phase I, one a line, as one fingerprint.
REAL_COLUMNS = "511d1b8ee79b406ceafb1bb23a3649ecfc11f314a500d13fa8d3ab7821ad6466"
NO_COLUMN = ("calculate", "begin_group", "end_group")

Rows = list[dict[str, str]]


def read(path: Path) -> Rows:
    """The rows of a CSV file, as texts."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def expand(row: dict[str, str], options: dict[str, list[str]]) -> list[str]:
    """The columns of one row of the survey, as the docstring of pipeline.codebook tells."""
    if row["type"] in NO_COLUMN:
        return []
    pattern = row["columns"] or row["name"]
    if ranks := re.search(r"\{rank:(\d+)\}", pattern):
        return [pattern.replace(ranks.group(), str(rank)) for rank in range(1, int(ranks.group(1)) + 1)]
    if "{option}" in pattern:
        return [pattern.replace("{option}", option) for option in options[row["type"].split()[1]]]
    return [pattern]


@pytest.fixture(scope="module")
def folder(request: pytest.FixtureRequest) -> Path:
    return CODEBOOKS / getattr(request, "param", "iraq-2022")


@pytest.fixture(scope="module")
def survey(folder: Path) -> Rows:
    return read(folder / "survey.csv")


@pytest.fixture(scope="module")
def choices(folder: Path) -> Rows:
    return read(folder / "choices.csv")


@pytest.fixture(scope="module")
def columns(survey: Rows, choices: Rows) -> list[str]:
    options: dict[str, list[str]] = {}
    for choice in choices:
        options.setdefault(choice["list_name"], []).append(choice["name"])
    return [column for row in survey for column in expand(row, options)]


@pytest.fixture(scope="module")
def by_name(survey: Rows) -> dict[str, dict[str, str]]:
    return {row["name"]: row for row in survey if row["type"] != "end_group"}


def test_the_survey_gives_the_830_columns_of_the_export_in_their_order(columns: list[str]) -> None:
    assert len(columns) == len(set(columns)) == 830
    assert columns[:6] == ["external_id", "last_synced", "workspace_id", "subject_id", "date", "MoSD1"]
    assert columns[23:25] == ["MoSDGPS_SQ002", "MoSDGPS_SQ001"], "longitude stands before latitude"
    assert columns[73:76] == ["HFSUP4_SQ001_SQ001", "HFSUP4_SQ001_SQ006", "HFSUP4_SQ001_SQ004"]
    assert columns[-2:] == ["HR2_SQ009_MALE", "ENR"]
    assert hashlib.sha256("\n".join(columns).encode()).hexdigest() == REAL_COLUMNS


@EVERY_FORM
def test_the_contacts_and_the_owner_are_personal_and_nothing_else(survey: Rows) -> None:
    personal = {row["name"] for row in survey if row["personal"]}
    assert personal == {"MoSD6", *(f"HFCONTACT_{part}" for part in ("EMAIL", "PHONE", "FUNCT", "NAME"))}


def test_there_are_115_items_of_five_kinds(survey: Rows) -> None:
    kinds = Counter(row["field"] for row in survey if row["field"].startswith("answers."))
    assert kinds == {
        "answers.service": 86,
        "answers.amenity": 11,
        "answers.information": 3,
        "answers.bed": 3,
        "answers.cadre": 12,
    }


def test_every_barrier_and_count_is_about_an_item(survey: Rows) -> None:
    items = {row["item"] for row in survey if row["field"].startswith("answers.")}
    about = [row for row in survey if row["field"] == "barriers" or row["field"].startswith("staff.")]
    assert len(about) == 86 + 11 + 3 + 1 + 24
    assert all(row["item"] and set(row["item"].split()) <= items for row in about)


@EVERY_FORM
def test_every_item_but_a_cadre_has_its_barriers(survey: Rows) -> None:
    barred = {item for row in survey if row["field"] == "barriers" for item in row["item"].split()}
    assert barred == {row["item"] for row in survey if row["field"].startswith("answers.") and row["module"] != "staff"}


@EVERY_FORM
def test_all_ten_skip_rules_are_in_the_survey(survey: Rows) -> None:
    assert {row["rule"] for row in survey} - {""} == {str(rule) for rule in range(1, 11)}
    stops = [(row["rule"], row["relevant"]) for row in survey if row["type"] == "begin_group"]
    assert stops == [
        ("1", "${MoSD4} = 'A1'"),
        ("2", "${CONDB} != 'A3'"),
        ("3", "${HFFUNCT} != 'A3'"),
        ("4", "${HFACC} != 'A3'"),
    ]


@EVERY_FORM
def test_conditions_name_only_questions_that_come_before(survey: Rows) -> None:
    seen: set[str] = set()
    for row in survey:
        for condition in ("relevant", "required", "calculation"):
            assert set(re.findall(r"\$\{(\w+)\}", row[condition])) <= seen, f"{row['name']}: {condition}"
        seen.add(row["name"])


@pytest.mark.parametrize("name", ["QHeRAMS308", "INFO3", "OPRDAYS", "ENR"])
def test_questions_of_unknown_relevance_may_always_be_blank(by_name: dict[str, dict[str, str]], name: str) -> None:
    assert by_name[name]["relevant"] == by_name[name]["required"] == ""


@EVERY_FORM
def test_what_is_never_public_for_a_facility_is_restricted(by_name: dict[str, dict[str, str]]) -> None:
    services = [f"QHeRAMS{code}" for code in (*range(411, 418), 428, 431, 432, 433)]
    causes = ["CONDBx", "CONDEx", "HFFUNCTx", "HFACCx"]
    partners = [f"HFSUP3_SQ{number:03}" for number in range(1, 11)]
    places = ["MoSDGPS_SQ001", "MoSDGPS_SQ002"]
    owners = [name for name, row in by_name.items() if row["personal"]]
    secret = {*services, *(name + "x" for name in services), *causes, *partners, *places, *owners}
    assert {name for name, row in by_name.items() if row["sensitivity"] == "restricted"} == secret


@EVERY_FORM
def test_every_question_and_choice_has_a_label_in_three_languages(survey: Rows, choices: Rows) -> None:
    for row in survey:
        assert row["type"] == "end_group" or all(row[f"label::{language}"] for language in LANGUAGES), row["name"]
    for row in choices:
        words = [row[f"{kind}::{language}"] for kind in ("label", "short") for language in LANGUAGES]
        assert all(words), (row["list_name"], row["name"])


@EVERY_FORM
def test_labels_tell_the_questions_apart(survey: Rows) -> None:
    for language in LANGUAGES:
        labels = Counter(row[f"label::{language}"] for row in survey if row["type"] != "end_group")
        assert [label for label, times in labels.items() if times > 1] == []


@EVERY_FORM
@pytest.mark.parametrize("column", ["name", "canonical", *(f"short::{language}" for language in LANGUAGES)])
def test_within_a_list_no_two_choices_are_the_same(choices: Rows, column: str) -> None:
    values = Counter((row["list_name"], row[column]) for row in choices)
    assert [value for value, times in values.items() if times > 1] == []


def test_an_invented_code_says_so(choices: Rows) -> None:
    ours = {(row["list_name"], row["canonical"]) for row in choices if row["note"].startswith("code ours")}
    types = {("facility_type", row["canonical"]) for row in choices if row["list_name"] == "facility_type"}
    others = {("bed_barriers", "insufficient_quantity"), ("dysfunction_causes", "damage")}
    others |= {("dysfunction_causes", "maintenance"), ("water_sources", "tanker"), ("water_sources", "surface")}
    assert ours == types - {("facility_type", "other")} | others


@EVERY_FORM
def test_only_what_was_seen_in_names_of_facilities_is_attested(choices: Rows, survey: Rows) -> None:
    labels = {(row["list"], row["canonical"]): row["status"] for row in read(REFERENCE / "labels.csv")}
    for row in choices:
        if row["review"] == "attested":
            assert labels[row["list_name"], row["canonical"]].startswith("both attested")
    assert {row["review"] for row in survey if row["type"] != "end_group"} == {"proposal"}


def test_every_sector_has_a_directorate_and_a_governorate() -> None:
    sectors = read(REFERENCE / "sectors.csv")
    directorates = {row["slug"] for row in read(REFERENCE / "directorates.csv")}
    governorates = {row["pcode"] for row in read(REFERENCE / "governorates.csv")}
    assert len(sectors) == len({row["slug"] for row in sectors}) == 148
    assert {row["directorate"] for row in sectors} == directorates
    assert {row["governorate"] for row in sectors} == governorates
    assert len(directorates) == 21 and len(governorates) == 18


def test_directorates_name_known_governorates_and_default_to_a_language_of_ours() -> None:
    governorates = {row["pcode"] for row in read(REFERENCE / "governorates.csv")}
    for row in read(REFERENCE / "directorates.csv"):
        assert set(row["governorates"].replace("+", " ").split()) <= governorates
        assert row["region"] in ("federal", "kurdistan")
        assert row["default_language"] in ("ar", "ckb")
        assert row["name_ar"] and row["name_ckb"] and row["long_ckb"]


def test_every_directorate_has_a_tile_of_its_own_and_a_short_name_in_three_languages() -> None:
    tiles = read(REFERENCE / "tiles.csv")
    assert {row["slug"] for row in tiles} == {row["slug"] for row in read(REFERENCE / "directorates.csv")}
    assert len({(row["row"], row["column"]) for row in tiles}) == len(tiles) == 21
    # Wider names would leave the tile.
    assert all(0 < len(row[language]) <= 19 for row in tiles for language in ("en", "ar", "ckb"))


def test_no_spelling_stands_for_two_directorates() -> None:
    owners: dict[str, str] = {}
    for row in read(REFERENCE / "directorates.csv"):
        names = {row["slug"], row["name_en"], row["name_ar"], row["name_ckb"], row["name_in_exports"]}
        for spelling in names | set(row["spellings"].split("|")):
            assert owners.setdefault(spelling.casefold(), row["slug"]) == row["slug"], spelling


def test_populations_add_up() -> None:
    people = {row["area"]: int(row["population"]) for row in read(REFERENCE / "population.csv")}
    governorates = {row["pcode"]: people[row["pcode"]] for row in read(REFERENCE / "governorates.csv")}
    assert sum(governorates.values()) == people["iraq"] == 38_124_182
    assert people["federal"] + people["kurdistan"] == people["iraq"]
    assert people["kurdistan"] == sum(people[code] for code in ("IQG06", "IQG09", "IQG11"))


def test_national_totals_add_up_and_use_the_words_of_the_codebook(choices: Rows) -> None:
    totals = read(REFERENCE / "national_totals_2023-11.csv")
    count = {(row["item"], row["value"]): int(row["count"]) for row in totals}
    types = {row["label::English (en)"] for row in choices if row["list_name"] == "facility_type"}
    assert {row["value"] for row in totals if row["item"] == "facility_type"} == types
    for item in ("facility_type", "status"):
        assert sum(number for (what, _), number in count.items() if what == item) == count["rows", ""] == 5205
    existing = count["status", "Existing"]
    assert sum(number for (what, _), number in count.items() if what == "building_condition") == existing
    standing = existing - count["building_condition", "Fully damaged"]
    assert sum(number for (what, _), number in count.items() if what == "functionality") == standing


def test_there_are_72_indicators_and_42_are_core() -> None:
    indicators = read(REFERENCE / "indicators.csv")
    assert len(indicators) == len({row["code"] for row in indicators}) == 72
    assert Counter(row["core"] for row in indicators) == {"yes": 42, "": 30}
    assert all(row["numerator"] and row["unit"] and row["levels"] for row in indicators)


def test_benchmarks_are_of_core_indicators_and_have_a_source() -> None:
    core = {row["code"] for row in read(REFERENCE / "indicators.csv") if row["core"]}
    benchmarks = read(REFERENCE / "benchmarks.csv")
    assert {row["indicator"] for row in benchmarks} == {code for code in core if code.startswith("POP_")}
    assert all(float(row["value"]) > 0 and row["purpose"] and row["source"] for row in benchmarks)


def test_every_reference_list_has_its_source_in_the_readme() -> None:
    readme = (REFERENCE / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in sorted(REFERENCE.glob("*.csv")) if f"| `{path.name}` |" not in readme] == []


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_reference_files_are_plain(path: Path) -> None:
    text = path.read_bytes().decode("utf-8")
    assert "\r" not in text and "\ufeff" not in text and "\u00a0" not in text
    assert text.endswith("\n")
    rows = list(csv.reader(text.splitlines()))
    assert {len(row) for row in rows} == {len(rows[0])}
