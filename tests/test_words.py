"""The words of pages: one table for each topic, every sentence once, in every language."""

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.numbers import format_decimal, format_percent
from hypothesis import given
from hypothesis import strategies as st

from pipeline import words
from pipeline.brief import slices
from pipeline.errors import ReportError
from pipeline.gate import listing
from pipeline.project import Project
from pipeline.words import Words

HERE = Project(Path(__file__).parents[1])
LANGUAGES = ("en", "ar", "ckb")


@pytest.fixture
def wordy(tmp_path: Path) -> Project:
    (tmp_path / "dvc.yaml").write_text("", encoding="utf-8")
    return Project(tmp_path)


def table(project: Project, topic: str, *rows: str, columns: str = "key,en") -> None:
    project.write_text(project.look("words") / f"{topic}.csv", "\n".join([columns, *rows, ""]))


def joining(language: str) -> Words:
    """The words of a language, only those that join lists."""
    rows = HERE.read_csv(HERE.look("words") / "lists.csv")
    return Words(language, dict(zip(rows["key"], rows[language], strict=True)))


def test_the_tables_of_all_topics_give_the_words_of_a_page(wordy: Project) -> None:
    table(wordy, "first", "hello,Hello {name}")
    table(wordy, "second", "count.one,one facility", "count.other,{n} facilities")
    say = words.load(wordy, "en")
    assert (say("hello", name="Basra"), say.count("count", 1), say.count("count", 1200)) == (
        "Hello Basra",
        "one facility",
        "1,200 facilities",
    )


def test_a_sentence_without_words_in_a_language_is_refused_by_name(wordy: Project) -> None:
    table(wordy, "first", "hello,")
    with pytest.raises(ReportError, match=r"words/first\.csv: 'hello' has no words in 'en'"):
        words.load(wordy, "en")


def test_a_sentence_that_stands_in_two_tables_is_refused(wordy: Project) -> None:
    table(wordy, "first", "hello,Hello")
    table(wordy, "second", "hello,Good day")
    with pytest.raises(ReportError, match="'hello' stands there twice"):
        words.load(wordy, "en")


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0, "none"), (1, "one"), (2, "two"), (3, "3 few"), (10, "10 few"), (11, "11 many"), (100, "100 other")],
)
def test_arabic_counts_in_six_ways_and_english_leaves_four_of_them_blank(
    wordy: Project, amount: int, said: str
) -> None:
    rows = [
        "n.zero,,none",
        "n.one,one,one",
        "n.two,,two",
        "n.few,,{n} few",
        "n.many,,{n} many",
        "n.other,{n},{n} other",
    ]
    table(wordy, "first", *rows, columns="key,en,ar")
    assert words.load(wordy, "ar").count("n", amount) == said
    assert words.load(wordy, "en").count("n", amount) == ("one" if amount == 1 else str(amount))


def test_a_way_of_counting_that_a_language_has_may_not_be_blank(wordy: Project) -> None:
    table(wordy, "first", "n.one,one,one", "n.two,,", "n.other,{n},{n}", columns="key,en,ar")
    with pytest.raises(ReportError, match=r"'n\.two' has no words in 'ar'"):
        words.load(wordy, "ar")


@pytest.mark.parametrize(
    ("language", "day", "month"),
    [
        ("en", "30 November 2023", "November 2023"),
        ("ar", "30 تشرين الثاني 2023", "تشرين الثاني 2023"),
        ("ckb", "30ی تشرینی دووەم 2023", "تشرینی دووەم 2023"),
    ],
)
def test_a_day_has_iraqs_name_of_its_month(language: str, day: str, month: str) -> None:
    say = Words(language, {})
    assert say.date("2023-11-30") == say.date(date(2023, 11, 30)) == day
    assert say.month("2023-11") == say.month("2023-11-30") == month
    assert say.date("") == ""


@pytest.mark.parametrize(
    ("language", "two", "three"),
    [
        ("en", "أ and ب", "أ, ب and ج"),
        ("ar", "أ وب", "أ، ب وج"),
        ("ckb", "أ و ب", "أ، ب و ج"),
    ],
)
def test_names_are_listed_as_the_language_lists_them(language: str, two: str, three: str) -> None:
    say = joining(language)
    assert (say.listed([]), say.listed(["أ"])) == ("", "أ")
    assert (say.listed(["أ", "ب"]), say.listed(["أ", "ب", "ج"])) == (two, three)


def test_a_latin_name_in_arabic_has_its_own_direction() -> None:
    row = {"by": "{role}، {office}، {date}"}
    said = Words("ar", row)("by", role="Officer", office="دائرة صحة كركوك", date="4 أيار 2023")
    assert said == "\u2068Officer\u2069، دائرة صحة كركوك، 4 أيار 2023"


@pytest.mark.parametrize("share", ["46%", "<1%", ">99%", "100%"])
def test_a_share_keeps_its_sign_on_its_side_after_arabic_letters(share: str) -> None:
    row = {"x": "نسبة {share} من 1,234"}
    assert Words("ar", row)("x", share=share) == f"نسبة {words.LEFT_TO_RIGHT}{share} من 1,234"
    assert Words("ar", row)("x", share=words.LEFT_TO_RIGHT + share).count(words.LEFT_TO_RIGHT) == 1
    assert Words("en", row)("x", share=share) == f"نسبة {share} من 1,234"


def test_a_name_with_braces_is_listed_as_it_is() -> None:
    assert joining("en").joined(["{first}", "b"]) == "{first}, b"


@given(st.integers(-(10**9), 10**9), st.integers(0, 100))
def test_numbers_are_those_that_babel_writes_in_every_language_with_latin_digits(value: int, share: int) -> None:
    for locale in (words.locale(language) for language in LANGUAGES):
        said = words.signed(value).removeprefix(words.LEFT_TO_RIGHT).removeprefix("+")
        assert words.number(value) == said == format_decimal(value, locale=locale, numbering_system="latn")
        assert words.percent(share) == format_percent(share / 100, locale=locale, numbering_system="latn")
        assert words.decimal(value / 10) == format_decimal(value / 10, "#,##0.0", locale, numbering_system="latn")


# --- the tables of this project ------------------------------------------------------------------------------------

SENTENCES = [row for path in HERE.page_words() for row in HERE.read_csv(path).to_dict("records")]
# Letters that look alike and are different ones: a search finds one of them only.
DIGITS = "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹"
WRONG_LETTERS = {"ar": f"یکەھ{DIGITS}", "ckb": f"يكىةھ{DIGITS}"}
# Names that have no other letters: a hash, a command, a code of ours.
LATIN_NAMES = ("SHA-256", "herams run", "Windows-1256", "subject_id", "ingest.json")
# Names of questions, of files and of commands, as they stand in the project.
CODES = (r"`(?:herams|--)[^`]+`", r"data/[\w./]+", r"\b[A-Z][A-Za-z]*\d+\b", r"\b[A-Z]{4,}x\b", r"\bCONDB\b")


@cache
def told(language: str) -> Words:
    return words.load(HERE, language)


def counted() -> list[str]:
    keys = {row["key"] for row in SENTENCES}
    return sorted(key.removesuffix(".one") for key in keys if key.endswith(".one") and f"{key[:-4]}.other" in keys)


def test_all_tables_have_all_languages_and_say_who_has_read_them() -> None:
    for path in HERE.page_words():
        found = HERE.read_csv(path)
        assert [*found.columns] == ["key", *LANGUAGES, "review"], path.name
        assert set(found["review"]) <= {"proposal", "attested", "reviewed"}, path.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_a_sentence_for_every_key(language: str) -> None:
    say = told(language)
    blank = {row["key"] for row in SENTENCES} - set(say.sentences)
    others = words.CATEGORIES - words.categories(language)
    assert blank == {f"{key}.{category}" for key in counted() for category in others}


def test_a_sentence_has_the_same_places_in_every_language() -> None:
    for row in SENTENCES:
        # A sentence that counts may have its number as a word: "two facilities".
        free = {"n"} if row["key"].rpartition(".")[2] in words.CATEGORIES - {"other"} else set()
        found = {language: words.places(row[language]) - free for language in LANGUAGES if row[language]}
        assert len(set(map(frozenset, found.values()))) == 1, (row["key"], found)


@pytest.mark.parametrize("key", counted())
def test_a_sentence_that_counts_has_all_forms_of_every_language(key: str) -> None:
    for language in LANGUAGES:
        say = told(language)
        for amount in (0, 1, 2, 3, 11, 100):
            places = words.places(say.sentences[f"{key}.other"])
            assert say.count(key, amount, **dict.fromkeys(places - {"n"}, "x")), (language, key, amount)


@pytest.mark.parametrize("language", ["ar", "ckb"])
def test_arabic_and_sorani_have_their_own_letters(language: str) -> None:
    for row in SENTENCES:
        assert not set(row[language]) & set(WRONG_LETTERS[language]), (row["key"], row[language])


@pytest.mark.parametrize("language", ["ar", "ckb"])
def test_no_word_is_left_in_latin_letters(language: str) -> None:
    for row in SENTENCES:
        text = re.sub("|".join([r"\{\w+\}", *map(re.escape, LATIN_NAMES), *CODES]), "", row[language])
        assert not re.search("[A-Za-z]", text), (row["key"], row[language])


@cache
def rules() -> list[dict[str, Any]]:
    return listing.entries(HERE, (), "iraq-2022")


def written_elsewhere() -> dict[str, str]:
    """English that pages print and that stands in suites, docstrings and reference lists, with its place."""
    found = {f"rule {rule['rule']}: {part}": rule[part] for rule in rules() for part in ("why", "what_to_do")}
    for row in slices.methods().to_dict("records"):
        for part in ("name", "numerator", "denominator", "note"):
            found[f"definition of {row['code']}: {part}"] = row[part]
        # A source that only names questions and files needs no translation.
        words_in = set(re.findall(r"\b[a-z]{3,}\b", re.sub(r"[\w/]+\.csv|\b[A-Z]+x\b", "", row["source"])))
        found[f"definition of {row['code']}: source"] = row["source"] if words_in else ""
    for row in HERE.read_csv(HERE.reference("benchmarks.csv")).to_dict("records"):
        found |= {f"benchmark of {row['indicator']}: {part}": row[part] for part in ("name", "purpose", "source")}
    for row in HERE.read_csv(HERE.reference("population.csv")).to_dict("records"):
        found[f"population of {row['area']}"] = row["source"].partition(";")[0]
    return {place: text for place, text in found.items() if text}


@pytest.mark.parametrize("language", ["ar", "ckb"])
def test_what_is_written_in_english_elsewhere_is_translated(language: str) -> None:
    lacking = {place: text for place, text in written_elsewhere().items() if told(language).translated(text) == text}
    assert not lacking, "add a row to notebooks/template/words, its English the same to the letter"


@pytest.mark.parametrize("language", ["ar", "ckb"])
def test_what_a_rule_expects_of_each_question_is_translated(language: str) -> None:
    pairs = [pair for rule in rules() for pair in rule["questions"]]
    # A constraint stands there as the codebook has it; a list of columns is none of anybody's words.
    said = {pair["expected"] for pair in pairs if re.match("blank|an answer|one of|1, or|a |left", pair["expected"])}
    assert len(said) > 50
    assert [text for text in sorted(said) if told(language).translated(text) == text] == []


def test_a_translation_is_known_by_one_english_sentence_only() -> None:
    said = [row["en"] for row in SENTENCES if row["key"].startswith("said.")]
    assert len(said) == len(set(said))


def test_a_finding_is_told_with_what_it_names() -> None:
    assert told("ar").translated("blank, unless ${BAWA1} = 'A2'") == "فارغ، إلا إذا \u2068${BAWA1} = 'A2'\u2069"
    assert told("ckb").translated("12 missing in staff") == "12 نییە لە بەشی کارمەندان"
    assert told("en").translated("12 missing in staff") == "12 missing in staff"


def test_a_finding_names_directorates_types_and_days_as_the_page_does() -> None:
    names = {("scope", "erbil"): "أربيل", ("scope", "duhok"): "دهوك", ("type", "hospital"): "مستشفى"}
    say = told("ar").knowing(names | {("functionality", "none"): "لا يعمل"})
    assert say.translated("one of duhok, erbil, or a declared double report").startswith("واحدة من دهوك، أربيل، ")
    assert say.translated("a type of H: hospital, x") == "نوع من \u2068H\u2069: مستشفى، \u2068x\u2069"
    assert say.translated("was none on the last list") == "كان في القائمة الأخيرة: لا يعمل"
    assert say.translated("was 120 on the last list") == "كان في القائمة الأخيرة: 120"
    window = say.translated("a date from 2022-03-17 to 2023-04-25")
    assert window == "تاريخ من 17 آذار 2022 إلى 25 نيسان 2023"
    # What stands in a cell stays as it stands there, be it a day or not.
    assert say.translated("2023-02-30 (3 facilities)") == "2023-02-30 (عدد المؤسسات 3)"


def test_a_finding_of_several_sentences_is_translated_if_all_are_known() -> None:
    told_ar = told("ar").translated("2 gone: A1, B2; 1 renamed?: C -> D")
    assert told_ar == "غاب منها 2: \u2068A1, B2\u2069؛ ربما غُيّر اسم 1 منها: \u2068C -> D\u2069"
    assert told("ar").translated("an answer; a whole number") == "إجابة؛ عدد صحيح"
    assert told("ar").translated("an answer; somebody's words") == "an answer; somebody's words"


def test_a_command_has_its_own_direction_once() -> None:
    say = Words("ar", {"x": "بالخيار `--file LIST.csv` {more}", "y": "{more}"})
    told_once = say("x", more="")
    assert told_once == "بالخيار \u2068`--file LIST.csv`\u2069 "
    assert say("y", more=told_once) == told_once


def test_what_somebody_wrote_is_no_sentence_of_a_gate() -> None:
    for text in ("Ministry of Health", "a word or two", "{n}", ""):
        assert told("ar").translated(text) == text


@pytest.mark.parametrize("language", ["ar", "ckb"])
def test_a_finding_is_translated_by_its_own_sentence_and_no_other(language: str) -> None:
    for row in (row for row in SENTENCES if row["key"].startswith("said.") and words.places(row["en"])):
        held = {name: "12" if len(name) == 1 else f"<{name}>" for name in words.places(row["en"])}
        found = told(language).translated(row["en"].format_map(held))
        expected = told(language)(row["key"], **held)
        assert found == expected, row["key"]


def test_a_table_that_changes_is_read_anew(wordy: Project) -> None:
    table(wordy, "title", "title,Facilities")
    assert words.load(wordy, "en")("title") == "Facilities"
    table(wordy, "title", "title,Hospitals")
    assert words.load(wordy, "en")("title") == "Hospitals"
