"""What differs between two lists of options.

choice_new, choice_gone    a word that the other list lacks, under a code that it lacks too
choice_code                a word under another code: the series goes on, once its codes are mapped
choice_reused              a code under another word: what reads like a series is none
choice_reworded            the same code and word, told otherwise in some language
choices_moved              the options that both have in another order
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipeline.codebook import Choice
from pipeline.differences.change import FORMAL, Change
from pipeline.differences.order import kept


def between_options(
    name: str, before: Sequence[Choice], now: Sequence[Choice], questions: tuple[str, ...]
) -> Iterator[Change]:
    """The changes between two lists of options, which `questions` use; `name` is the list's or the question's."""
    old, new = ({option.code: option for option in options} for options in (before, now))
    for code in old.keys() & new.keys():
        one, other = old[code], new[code]
        if _word(one) != _word(other):
            yield Change(f"{name}/{code}", "choice_reused", questions, _told(one), _told(other))
        elif one.labels != other.labels:
            yield Change(f"{name}/{code}", "choice_reworded", questions, one.labels, other.labels)
    moved = dict(_recoded(old, new))
    for code, now_at in moved.items():
        then, since = {**old[code].labels, FORMAL: code}, {**new[now_at].labels, FORMAL: now_at}
        yield Change(f"{name}/{code}", "choice_code", questions, then, since)
    for code in old.keys() - new.keys() - moved.keys():
        yield Change(f"{name}/{code}", "choice_gone", questions, old[code].labels, {})
    for code in new.keys() - old.keys() - set(moved.values()):
        yield Change(f"{name}/{code}", "choice_new", questions, {}, new[code].labels)
    yield from _order(name, before, now, questions)


def _word(option: Choice) -> str:
    return option.canonical or option.code


def _told(option: Choice) -> Mapping[str, str]:
    return {**option.labels, FORMAL: _word(option)}


def _recoded(old: Mapping[str, Choice], new: Mapping[str, Choice]) -> Iterator[tuple[str, str]]:
    """The codes whose word stands under another code now; where several share a word, none can be told apart."""
    for word in {_word(option) for option in old.values()}:
        then, since = ([code for code, one in codes.items() if _word(one) == word] for codes in (old, new))
        lost, gained = ([code for code in mine if code not in other] for mine, other in ((then, since), (since, then)))
        if len(lost) == len(gained) == 1:
            yield lost[0], gained[0]


def _order(name: str, before: Sequence[Choice], now: Sequence[Choice], questions: tuple[str, ...]) -> Iterator[Change]:
    then, since = ([(option.code, _word(option)) for option in options] for options in (before, now))
    stayed = [[code for code, word in mine if (code, word) in other] for mine, other in ((then, since), (since, then))]
    if len(kept(*stayed)) < len(stayed[0]):
        yield Change(name, "choices_moved", questions, *({FORMAL: " ".join(codes)} for codes in stayed))
