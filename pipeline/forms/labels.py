"""Labels of a form in other forms' terms: as HTML, what several have in common, and the words for ranks."""

from __future__ import annotations

import html
from collections.abc import Sequence

from pipeline.words import Words


def as_html(text: str) -> str:
    """A text as HTML that LimeSurvey shows as it stands; a quotation mark could end its cell."""
    return html.escape(text, quote=False).replace('"', "&quot;")


def rank_word(words: Words, rank: int) -> str:
    """First, second, third; from the eleventh on the number."""
    key = f"rank.{rank}"
    return words(key) if key in words.sentences else str(rank)


def common(texts: Sequence[str]) -> str:
    """What some labels have in common, three points for the rest; blank where they have nothing."""
    split = [text.split() for text in texts]
    begin = beginning(split)
    end = beginning([words[len(begin) :][::-1] for words in split])[::-1]
    if not begin and not end:
        return ""
    return " ".join((*begin, "…", *end)) if end else " ".join(begin).rstrip(":،,")


def beginning(texts: Sequence[Sequence[str]]) -> list[str]:
    """The words that some texts begin with alike."""
    found = []
    for words in zip(*texts, strict=False):
        if len(set(words)) > 1:
            break
        found.append(words[0])
    return found
