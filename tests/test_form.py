"""A codebook drafted from small exports of invented forms: what is found, what is marked, what is refused."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from small_export import Columns, as_words, write

from pipeline import codebook as codebooks
from pipeline import export, form, ingest
from pipeline.cli import herams
from pipeline.codebook import Codebook
from pipeline.errors import ExportError, UsageError
from pipeline.project import Project

AVAILABLE = {"A1": "Available", "A2": "Partially available", "A3": "Not available", "A4": "Not normally provided"}
LACK = {"A1": "Lack of staff", "A2": "Lack of training"}
ICE: Columns = {
    "ICE1": ("Ice house: is there one?", ["A1", "A2", "A3", "A1"]),
    "ICE1x_1": ("Ice house - barriers: why? Rank 1...8", ["", "A1", "A2", ""]),
    "ICE1x_2": ("Ice house - barriers: why? Rank 2...9", ["", "A2", "", ""]),
}
ICE_WORDS = {"ICE1": AVAILABLE, "ICE1x_1": LACK, "ICE1x_2": LACK}


class Drafter:
    """Drafts in a project of its own, with or without the form of Iraq beside it."""

    def __init__(self, folder: Path) -> None:
        (folder / "dvc.yaml").write_text("", encoding="utf-8")
        self.folder, self.project = folder, Project(folder)
        self.lines: list[str] = []

    def know(self, here: Project, form_name: str = "iraq-2022") -> Drafter:
        for sheet in ("survey", "choices", "settings"):
            text = here.read_text(here.codebook_sheet(form_name, sheet))
            self.project.write_text(self.project.codebook_sheet(form_name, sheet), text)
        return self

    def draft(self, columns: Columns, words: dict | None = None, headers: str = "texts, codes") -> Codebook:
        received = write(self.folder / "export.csv", columns, headers)
        twin = write(self.folder / "words.csv", as_words(columns, words)) if words is not None else None
        self.lines = form.draft(self.project, received, twin, self.folder / "data/codebooks/other")
        return codebooks.load(self.project, "other")

    def sheet(self, name: str) -> pd.DataFrame:
        return self.project.read_csv(self.project.codebook_sheet("other", name))

    def review(self, name: str, sheet: str = "survey") -> str:
        rows = self.sheet(sheet).set_index("name")
        return str(rows.loc[name, "review"])


@pytest.fixture
def drafter(tmp_path: Path) -> Drafter:
    return Drafter(tmp_path)


@pytest.fixture
def knowing(tmp_path: Path, here: Project) -> Drafter:
    return Drafter(tmp_path).know(here)


def labels(book: Codebook, question: str) -> dict[str, str]:
    return {option.code: option.labels["en"] for option in book.by_name[question].options}


def test_codes_get_the_texts_that_the_twin_has_in_their_place(drafter: Drafter) -> None:
    book = drafter.draft(ICE, ICE_WORDS)
    assert labels(book, "ICE1") == {code: AVAILABLE[code] for code in ("A1", "A2", "A3")}
    assert labels(book, "ICE1x") == LACK


def test_columns_of_ranks_are_one_question(drafter: Drafter) -> None:
    book = drafter.draft(ICE, ICE_WORDS)
    assert book.by_name["ICE1x"].pattern == "ICE1x_{rank:2}"
    assert book.by_name["ICE1x"].columns == ("ICE1x_1", "ICE1x_2")


def test_what_programs_add_to_question_texts_is_removed(drafter: Drafter) -> None:
    texts = ("<b>Ways\xa0in:</b>  Rank 1...34", "Ways in: Rank 2...35")
    book = drafter.draft({"A_1": (texts[0], ["A1"]), "A_2": (texts[1], [""])})
    assert book.by_name["A"].labels["en"] == "Ways in"


def test_header_rows_may_be_swapped(tmp_path: Path) -> None:
    sheets = []
    for order in ("texts, codes", "codes, texts"):
        folder = tmp_path / order[:5]
        folder.mkdir()
        drafter = Drafter(folder)
        drafter.draft(ICE, ICE_WORDS, order)
        sheets.append([drafter.sheet(name) for name in ("survey", "choices")])
    assert all(first.equals(second) for first, second in zip(*sheets, strict=True))


def test_the_twin_may_have_its_rows_in_another_order(drafter: Drafter) -> None:
    codes = write(drafter.folder / "codes.csv", ICE, "codes")
    words = write(drafter.folder / "words.csv", as_words(ICE, ICE_WORDS), order=[2, 0, 3, 1])
    form.draft(drafter.project, words, codes, drafter.folder / "data/codebooks/other")
    assert labels(codebooks.load(drafter.project, "other"), "ICE1x") == LACK


def test_files_of_different_responses_are_refused_and_nothing_is_written(drafter: Drafter) -> None:
    codes = write(drafter.folder / "codes.csv", ICE, "codes")
    fewer = {name: (text, cells[:2]) for name, (text, cells) in ICE.items()} | {"subject_id": ("Subject", ["Q8", "Q9"])}
    words = write(drafter.folder / "words.csv", as_words(fewer, ICE_WORDS))
    with pytest.raises(ExportError, match="do not hold the same responses"):
        form.draft(drafter.project, codes, words, drafter.folder / "out")
    assert not (drafter.folder / "out").exists()


def test_a_code_that_no_text_was_seen_for_is_marked(drafter: Drafter) -> None:
    words = ICE_WORDS | {"ICE1": {"A1": "Available", "A2": "Partially available"}}
    assert labels(drafter.draft(ICE, words), "ICE1")["A3"] == "A3"
    options = drafter.sheet("choices").query("list_name == 'ICE1'").set_index("name")
    assert options.loc["A3", "review"] == "draft: code without text, canonical not known"


def test_the_same_code_may_mean_another_thing_in_another_question(drafter: Drafter) -> None:
    swapped = {"SNOW1": ("Snow plough", ["A2", "A1", "A1", "A2"])}
    book = drafter.draft(ICE | swapped, ICE_WORDS | {"SNOW1": {"A1": "Available", "A2": "Not available"}})
    assert labels(book, "SNOW1") == {"A1": "Available", "A2": "Not available"}
    assert labels(book, "ICE1")["A2"] == "Partially available"


def test_questions_that_contradict_nothing_share_a_list(drafter: Drafter) -> None:
    more = {"SNOW1": ("Snow plough", ["A4", "A1", "A1", "A4"]), "SKI1": ("Ski lift", ["A3", "A1", "A4", "A4"])}
    book = drafter.draft(ICE | more, ICE_WORDS | {"SNOW1": AVAILABLE, "SKI1": AVAILABLE})
    assert len({book.by_name[name].list_name for name in ("ICE1", "SNOW1", "SKI1")}) == 1
    assert set(labels(book, "SKI1")) == {"A1", "A2", "A3", "A4"}


def test_odd_blanks_and_cases_make_no_second_option(drafter: Drafter) -> None:
    words = as_words(ICE, ICE_WORDS)
    words["ICE1"] = (words["ICE1"][0], ["Available", "Partially\xa0available", "Not available", "available "])
    codes, twin = write(drafter.folder / "c.csv", ICE), write(drafter.folder / "w.csv", words)
    form.draft(drafter.project, codes, twin, drafter.folder / "data/codebooks/other")
    assert labels(codebooks.load(drafter.project, "other"), "ICE1")["A2"] == "Partially available"


def test_two_codes_with_one_text_are_told_apart(drafter: Drafter) -> None:
    book = drafter.draft(ICE, ICE_WORDS | {"ICE1": {"A1": "Other", "A2": "Other", "A3": "None"}})
    assert labels(book, "ICE1")["A2"] == "Other (A2)"
    assert "same text as A1" in drafter.sheet("choices").query("list_name == 'ICE1'").iloc[1]["review"]


def test_one_column_for_each_option_is_ranks_or_ticks_by_what_it_holds(drafter: Drafter) -> None:
    columns: Columns = {
        "FUEL_A1": ("Fuels [Wood]", ["1", "2", "0"]), "FUEL_A2": ("Fuels [Peat (dry)]", ["2", "1", "1"]),
        "ROOM_SQ001": ("Rooms: attic", ["Y", "", "Y"]), "ROOM_SQ002": ("Rooms: cellar", ["Y", "Y", ""]),
        "DESK_SQ001": ("Desks: old", ["4", "0", "2"]), "DESK_SQ002": ("Desks: new", ["1", "0", "7"]),
    }  # fmt: skip
    book = drafter.draft(columns)
    assert (book.by_name["FUEL"].type, labels(book, "FUEL")) == ("rank", {"A1": "Wood", "A2": "Peat (dry)"})
    assert (book.by_name["ROOM"].type, set(labels(book, "ROOM").values())) == ("select_multiple", {"attic", "cellar"})
    assert {book.by_name[name].type for name in ("DESK_SQ001", "DESK_SQ002")} == {"integer"}


def test_a_family_that_nobody_ticked_is_taken_like_its_sister(drafter: Drafter) -> None:
    columns: Columns = {
        f"AID_SQ00{partner}_SQ00{kind}": (f"Aid of {{P{partner}}} in {what}", ["Y" if partner == 1 else "", ""])
        for partner in (1, 2)
        for kind, what in ((1, "money"), (2, "goods"))
    }
    book = drafter.draft(columns)
    assert book.by_name["AID_SQ002"].list_name == book.by_name["AID_SQ001"].list_name
    assert "taken like AID_SQ001" in drafter.review("AID_SQ002")


def test_a_question_that_nobody_answered_is_marked_whatever_it_is_taken_for(drafter: Drafter) -> None:
    more = {"COLD1": ("Cold room", [""] * 4), "COLD1x_1": ("Why? Rank 1", [""] * 4), "NOTE": ("Notes", [""] * 4)}
    book = drafter.draft(ICE | more, ICE_WORDS)
    assert book.by_name["COLD1"].list_name == book.by_name["ICE1"].list_name
    assert drafter.review("COLD1").startswith("draft: never answered; never answered: list as of ICE1")
    assert drafter.review("NOTE").startswith("draft: never answered: type not known")


def test_a_question_about_causes_is_asked_where_something_is_lacking(knowing: Drafter) -> None:
    book = knowing.draft(ICE, ICE_WORDS)
    assert book.by_name["ICE1x"].relevant == "${ICE1} = 'A2' or ${ICE1} = 'A3'"
    causes = book.by_name["ICE1x"]
    assert (causes.field, causes.items, causes.rule) == ("barriers", ("ICE1",), 5)


def test_a_condition_that_the_answers_contradict_is_left_out_and_said(knowing: Drafter) -> None:
    causes = {"ICE1x_1": (ICE["ICE1x_1"][0], ["A1", "A1", "A2", ""])}
    book = knowing.draft(ICE | causes, ICE_WORDS)
    assert book.by_name["ICE1x"].relevant == ""
    condition = "${ICE1} = 'A2' or ${ICE1} = 'A3'"
    assert f"relevance not known: {condition} (by its code) fails in 1 of 2 responses" in knowing.review("ICE1x")


def test_without_another_codebook_the_answers_tell_when_causes_are_asked(drafter: Drafter) -> None:
    book = drafter.draft(ICE, ICE_WORDS)
    assert book.by_name["ICE1x"].relevant == "${ICE1} = 'A2' or ${ICE1} = 'A3'"
    assert "relevant by the answers" in drafter.review("ICE1x")


@pytest.mark.parametrize(("status", "is_taken"), [(["A1", "A1", "A1", "A3"], True), (["A1", "A3", "A1", "A1"], False)])
def test_a_stop_known_elsewhere_is_taken_if_nobody_goes_on(knowing: Drafter, status: list[str], is_taken: bool) -> None:
    columns = {
        "MoSD4": ("Facility status", status),
        "CONDB": ("Building condition", ["A1", "A2", "A1", ""]),
        "HFSUP1": ("Level of partner support", ["A3", "A3", "A3", ""]),
    }
    words = {"MoSD4": {"A1": "Existing", "A3": "Closed"}, "HFSUP1": {"A3": "No support"}}
    book = knowing.draft(columns, words | {"CONDB": {"A1": "Not damaged", "A2": "Partially damaged"}})
    assert [group.name for group in book.by_name["CONDB"].groups][:1] == ["existing"] * is_taken
    assert any("the stop ${MoSD4} = 'A1' of iraq-2022 fails in 1 of 1" in line for line in knowing.lines) != is_taken


def test_a_code_known_elsewhere_suggests_module_and_field_if_the_texts_agree(knowing: Drafter) -> None:
    words = {"MoSD7": {"A1": "Public", "A4": "Private"}}
    book = knowing.draft({"MoSD7": ("Ownership of the facility", ["A1", "A4"])}, words)
    assert book.by_name["MoSD7"].field == "facilities.ownership"
    assert "module and field as in iraq-2022" in knowing.review("MoSD7")
    assert [one.canonical for one in book.lists["ownership"]] == ["public", "ngo", "community", "private", "other"]


def test_a_code_that_means_another_thing_elsewhere_is_said_and_not_taken(knowing: Drafter) -> None:
    book = knowing.draft({"MoSD8": ("Colour of the door", ["A1", "A4"])}, {"MoSD8": {"A1": "Red", "A4": "Blue"}})
    assert (book.by_name["MoSD8"].field, labels(book, "MoSD8")) == ("", {"A1": "Red", "A4": "Blue"})
    assert "iraq-2022 has this code as “Management”" in knowing.review("MoSD8")


def test_options_of_a_known_list_that_were_never_seen_are_added_and_marked(knowing: Drafter) -> None:
    knowing.draft({"GEO4": ("Urban or rural", ["A1", "A1"])}, {"GEO4": {"A1": "Urban"}})
    options = knowing.sheet("choices").set_index(["list_name", "name"])["review"]
    assert dict(options["urban_rural"]) == {"A1": "proposal", "A2": "draft: never seen: as in iraq-2022"}


def test_texts_in_arabic_stand_in_the_arabic_column(drafter: Drafter) -> None:
    book = drafter.draft({"ICE1": ("مخزن الثلج", ["A1"]), "ICE1x_1": ("Why? Rank 1", [""])}, {"ICE1": {"A1": "متوفر"}})
    assert book.by_name["ICE1"].labels == {"en": "", "ar": "مخزن الثلج", "ckb": ""}
    assert "English label missing" in drafter.review("ICE1")


def test_columns_that_may_name_a_person_are_left_at_the_door(drafter: Drafter) -> None:
    columns: Columns = {
        "BOSS": ("Name of the person in charge", ["Someone"] * 6), "FNAME": ("Health facility name", ["Hill"] * 6),
        "CALL": ("How to reach you", ["+000 (00) 000-0000"] * 6), "MAILX": ("Post", ["nobody@example.org"] * 6),
    }  # fmt: skip
    book = drafter.draft(columns)
    assert book.personal_columns == ("BOSS", "CALL", "MAILX")
    written = " ".join([*drafter.lines, *(drafter.sheet(name).to_csv() for name in ("survey", "choices"))])
    assert not any(value in written for value in ("Someone", "+000", "nobody@"))


def test_what_is_asked_for_its_causes_is_no_person_whatever_its_text_goes_on_to_say(drafter: Drafter) -> None:
    text = "Ice house: with contact numbers of the owner"
    book = drafter.draft(ICE | {"ICE1": (text, ["Available", "Not available", "Not available", "Available"])})
    assert book.personal_columns == ()


def test_words_that_may_be_names_are_not_listed_as_options(drafter: Drafter) -> None:
    book = drafter.draft({"WHO": ("Visited by", ["Anna", "Berta"] * 6)})
    assert book.by_name["WHO"].type == "text"
    assert "only 2 different answers, not listed here: a choice?" in drafter.review("WHO")
    assert "Anna" not in drafter.sheet("choices").to_csv()


def test_words_without_codes_get_codes_that_are_no_platform_codes(drafter: Drafter) -> None:
    columns: Columns = {"KIND": ("Kind", ["Hut", "Big house"]), "KINDother": ("Kind - Other", ["", "tower"])}
    book = drafter.draft(columns)
    assert labels(book, "KIND") == {"hut": "Hut", "big-house": "Big house"}
    assert set(drafter.sheet("choices")["note"]) == {"code ours: the export has words only"}


def test_numbers_days_and_ids_are_told_apart(drafter: Drafter) -> None:
    columns: Columns = {
        "BEDS": ("Beds", ["3.0000000000", "12"]), "LAT": ("Latitude", ["46.5", "-47.25"]),
        "DAY": ("Opened", ["2001-05-06", "1999-12-31"]), "REG": ("Registration", ["00017", "00018"]),
    }  # fmt: skip
    book = drafter.draft(columns)
    assert [book.by_name[name].type for name in columns] == ["integer", "decimal", "date", "text"]
    assert [book.by_name[name].constraint for name in columns] == [". >= 0", "", "", ""]


def test_the_lines_name_the_rows_that_a_person_must_complete(drafter: Drafter) -> None:
    drafter.draft(ICE | {"NOTE": ("Notes", [""] * 4)}, ICE_WORDS)
    survey = drafter.sheet("survey")
    row = survey.index[survey["name"] == "NOTE"][0] + 2
    assert f"survey.csv, row {row}: never answered: type not known" in drafter.lines


def test_a_draft_can_be_used_as_it_is(knowing: Drafter) -> None:
    book = knowing.draft(ICE, ICE_WORDS)
    both = [export.read(name, (knowing.folder / name).read_bytes()) for name in ("export.csv", "words.csv")]
    placed = [ingest.place(one, book) for one in both]
    (codes, account), (words, _) = (ingest.assemble([one], book, "2030-12-31") for one in placed)
    assert account["unknown_values"] == 0
    assert account["unknown_columns"] == account["missing_columns"] == []
    assert codes.drop(columns=["source_file", "source_row"]).equals(words.drop(columns=["source_file", "source_row"]))


def test_a_draft_never_takes_the_place_of_a_codebook(drafter: Drafter) -> None:
    drafter.draft(ICE, ICE_WORDS)
    with pytest.raises(UsageError, match="is not empty"):
        drafter.draft(ICE, ICE_WORDS)


def test_a_draft_without_question_texts_says_so(drafter: Drafter) -> None:
    drafter.draft(ICE, headers="codes")
    assert any("no question texts" in line for line in drafter.lines)
    assert "no question text" in drafter.review("ICE1")


def test_the_command_prints_what_must_be_completed(drafter: Drafter, monkeypatch: pytest.MonkeyPatch,
                                                  capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    monkeypatch.chdir(drafter.folder)
    monkeypatch.setattr("pipeline.environment.check", lambda project: None)
    path = write(drafter.folder / "export.csv", ICE)
    herams.main(["form", "draft", str(path), "--out", "other"], standalone_mode=False)
    assert "to complete by hand:" in capsys.readouterr().out
    written = sorted(file.name for file in (drafter.folder / "other").iterdir())
    assert written == ["choices.csv", "settings.csv", "survey.csv"]
