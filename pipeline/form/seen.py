"""Which options each question of an unknown export was answered with: codes, and the texts they are written as."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.codebook import CHOICE_TYPES, Choice
from pipeline.form.known import Known, same_question, spellings
from pipeline.form.material import CODE, Material, clean_text, is_number
from pipeline.form.shape import Drafted
from pipeline.spelling import fold, slug

Texts = Mapping[str, Counter[str]]


@dataclass(frozen=True)
class Seen:
    """The options of a question: for each code its texts and how often each was seen.

    `size` is how many options the columns tell of (0: they do not). `like` is the list that the question has elsewhere,
    if it contradicts nothing that was seen here.
    """

    question: Drafted
    texts: Texts
    size: int
    like: str

    @property
    def kind(self) -> tuple[str, int]:
        """What two questions with one list must share: one answer, ticks, or so many ranks."""
        return (self.question.type, self.size if self.question.type == "rank" else 0)

    @property
    def is_barrier(self) -> bool:
        """Whether the question asks why something is lacking."""
        return self.question.name.endswith("x")


def seen(questions: Sequence[Drafted], material: Material, known: Known) -> list[Seen]:
    """What was seen of each question that has options, in the order of the export."""
    texts = {question.name: question.label for question in questions}
    return [_seen(question, texts, material, known) for question in questions if question.is_choice]


def _seen(question: Drafted, labels: Mapping[str, str], material: Material, known: Known) -> Seen:
    like = known.question(question.name)
    options = like.options if like and like.type in CHOICE_TYPES else ()
    texts = _from_columns(question) if question.options else _from_cells(question, material, options)
    same = same_question(question.name, labels, known) is not None
    agrees = bool(options) and agree(texts, options) and (same or any(any(found) for found in texts.values()))
    name = like.list_name if like and agrees else ""
    return Seen(question, texts, question.ranks, name)


def agree(texts: Texts, options: Sequence[Choice]) -> bool:
    """Whether a list has every code that was seen, with a text that was seen for it."""
    by_code = {option.code: spellings(option) for option in options}
    return all(
        code in by_code and (not any(found) or any(fold(text) in by_code[code] for text in found if text))
        for code, found in texts.items()
    )


def _from_columns(question: Drafted) -> dict[str, Counter[str]]:
    return {code: Counter({question.option_texts.get(code, ""): 1}) for code in question.options}


def _from_cells(question: Drafted, material: Material, options: Sequence[Choice]) -> dict[str, Counter[str]]:
    pairs: Counter[tuple[str, str]] = Counter()
    for name in question.columns:
        pairs += material.pairs(name)
    # Codes of another form are borrowed for all words or for none, so that no list mixes them with ours.
    words = [clean_text(told) for told, _ in pairs]
    known_elsewhere = all(any(fold(text) in spellings(option) for option in options) for text in words)
    options = options if known_elsewhere else ()
    found: dict[str, Counter[str]] = {}
    for (told, worded), count in pairs.items():
        code, text = _option(told.strip(), clean_text(worded), options)
        found.setdefault(code, Counter())[text] += count
    return {code: found[code] for code in sorted(found, key=code_order)}


def _option(told: str, worded: str, options: Sequence[Choice]) -> tuple[str, str]:
    """The code and the text of an answer. Of words alone the code is the one elsewhere, or a word made of them."""
    if fold(told) != fold(worded):
        return told, worded
    if CODE.fullmatch(told) or is_number(told):
        return told, ""
    text = clean_text(told)
    elsewhere = next((option.code for option in options if fold(text) in spellings(option)), "")
    return elsewhere or own_code(text), text


def own_code(text: str) -> str:
    """A code for an option of which only words are known; it cannot be mistaken for one of the platform."""
    return slug(text)[:40].strip("-") or "text-" + fold(text).encode("utf-8").hex()[:24]


def code_order(code: str) -> tuple[int, str, int, str]:
    """A1, A2 … A10 in their order, yes before no, *other* last."""
    letters, digits = code.rstrip("0123456789"), code[len(code.rstrip("0123456789")) :]
    last = {"Y": 0, "N": 1, "-oth-": 3}.get(code, 2 if not digits else 0)
    return (last, letters if last != 1 and code != "Y" else "", int(digits or 0), code)
