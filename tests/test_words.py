"""The words of pages: one table for each topic, every sentence once, in every language."""

from pathlib import Path

import pytest

from pipeline import words
from pipeline.errors import ReportError
from pipeline.project import Project


@pytest.fixture
def wordy(tmp_path: Path) -> Project:
    (tmp_path / "dvc.yaml").write_text("", encoding="utf-8")
    return Project(tmp_path)


def table(project: Project, topic: str, *rows: str) -> None:
    project.write_text(project.look("words") / f"{topic}.csv", "\n".join(["key,en", *rows, ""]))


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
