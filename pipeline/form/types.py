"""What kind of answer a column of an unknown export takes: words, numbers, a day, or one of a list."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.codebook import CHOICE_TYPES, Question
from pipeline.form.known import Known, is_same, spellings
from pipeline.form.material import CODE, DAY, PLATFORM, Material, is_number, is_whole
from pipeline.form.shape import Drafted
from pipeline.spelling import fold, western_digits

FEW, OFTEN = 12, 5
LONGEST_CODE = 12
LONGEST_COUNT = 9
OTHER = re.compile(r"other|autre|otro|أخرى|اخرى|هی تر")
COORDINATE = re.compile(r"gps|coord|latitude|longitude|خط العرض|خط الطول")

Pairs = Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Basis:
    """What the types of questions are told by."""

    names: frozenset[str]
    material: Material
    personal: Mapping[str, str]
    known: Known


def typed(questions: Sequence[Drafted], material: Material, personal: Mapping[str, str], known: Known) -> list[Drafted]:
    """The questions with a type each, and the reasons where it is a guess."""
    basis = Basis(frozenset(question.name for question in questions), material, personal, known)
    found = [question if question.type else _typed(question, basis) for question in questions]
    lists = {frozenset(_words(question.name, material)) for question in found if question.type == "select_one"}
    return [_with_known_words(question, lists, material) for question in found]


def _with_known_words(question: Drafted, lists: set[frozenset[str]], material: Material) -> Drafted:
    """A question of words which all are options of another question here is one of that list too."""
    words = set() if question.type != "text" or question.is_personal else _words(question.name, material)
    if len(words) < 2 or not any(words <= options for options in lists):
        return question
    return replace(question, type="select_one", marks=())


def _words(name: str, material: Material) -> set[str]:
    return {fold(told) for told, _ in material.pairs(name)}


def _typed(question: Drafted, basis: Basis) -> Drafted:
    name, material, known = question.name, basis.material, basis.known
    if name in PLATFORM:
        return replace(question, type="hidden", label=question.label or name)
    if name in basis.personal:
        marked = question.marked(f"{basis.personal[name]}: left at the door, undo if it is not")
        return replace(marked, type="text", is_personal=True, sensitivity="restricted")
    like, pairs = known.question(name), material.pairs(name)
    same = like if like and is_same(material.text(name) or name, like.labels.values()) else None
    causes = {f"{name}x", f"{name.rpartition('_')[0]}x"}
    has_list = bool(causes & basis.names) or _has_other(name, material)
    if not pairs:
        return _unanswered(question, has_list, same, known)
    kind, doubt = _kind(pairs, has_list, like, same)
    constraint = ". >= 0" if kind in ("integer", "decimal") and _counts(name, pairs, material) else ""
    return replace(question, type=kind, constraint=constraint).marked(doubt)


def _unanswered(question: Drafted, has_list: bool, same: Question | None, known: Known) -> Drafted:
    if has_list:
        return replace(question, type="select_one").marked("never answered")
    if same and same.type not in ("rank", "select_multiple", "hidden"):
        return replace(question, type=same.type).marked(f"never answered: type as in {known.form_of(question.name)}")
    return replace(question, type="text").marked("never answered: type not known")


def _kind(pairs: Pairs, has_list: bool, like: Question | None, same: Question | None) -> tuple[str, str]:
    """The type of a column that has answers, and what is doubtful about it."""
    told = {text for text, _ in pairs}
    if has_list or _is_list(pairs, like):
        return "select_one", ""
    if all(DAY.fullmatch(text.strip()) for text in told):
        return "date", ""
    if all(map(is_number, told)) and not (same and same.type == "text") and not any(map(_is_id, told)):
        whole = all(map(is_whole, told)) and not (same and same.type == "decimal")
        return ("integer" if whole else "decimal"), ""
    few = 1 < len(told) <= FEW and sum(pairs.values()) >= OFTEN * len(told)
    # The answers are not written down: they may be names of persons.
    return "text", f"only {len(told)} different answers, not listed here: a choice?" if few and not same else ""


def _is_list(pairs: Pairs, like: Question | None) -> bool:
    """Whether answers are options: codes that the twin spells out, codes alone, or words of a known list."""
    told = {text.strip() for text, _ in pairs}
    if all(CODE.fullmatch(text) for text in told):
        return True
    words = [(code, text) for code, text in pairs if text and not is_number(text) and not DAY.match(text)]
    spelt_out = any(fold(code) != fold(text) for code, text in words)
    if spelt_out and all(len(text) <= LONGEST_CODE and not re.search(r"\s", text) for text in told):
        return True
    if like is None or like.type not in CHOICE_TYPES:
        return False
    return all(any(fold(text) in spellings(option) or text == option.code for option in like.options) for text in told)


def _is_id(text: str) -> bool:
    """Whether a number is rather a name: with a leading zero, or longer than any count."""
    whole = western_digits(text.strip()).lstrip("+-").partition(".")[0]
    return (whole.startswith("0") and len(whole) > 1) or len(whole) > LONGEST_COUNT


def _has_other(name: str, material: Material) -> bool:
    """Whether a column beside it takes the text of an option *other*."""
    for other in (f"{name}other", f"{name}x", f"{name}_other", f"{name}a"):
        if other in material.columns and OTHER.search(fold(material.text(other))):
            text, own = fold(material.text(other)), fold(material.text(name))
            return not own or text.startswith(own[: len(own) // 2])
    return False


def _counts(name: str, pairs: Pairs, material: Material) -> bool:
    """Whether the numbers are counts: none below zero, and no coordinates."""
    is_place = COORDINATE.search(fold(f"{name} {material.text(name)}"))
    return not is_place and not any(text.strip().startswith("-") for text, _ in pairs)
