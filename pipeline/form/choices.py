"""The options of the drafted lists: code, texts in their languages, our word, and what a person must look at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pipeline.codebook import LANGUAGES, Choice
from pipeline.form.known import Known, is_same
from pipeline.form.lists import Gathered
from pipeline.form.material import CODE
from pipeline.form.seen import code_order, own_code
from pipeline.spelling import fold, slug

# Letters that Sorani has and Arabic has not.
_SORANI = re.compile("[ڕڵێۆەڤ]")
_ARABIC = re.compile("[\u0600-\u06ff]")
_NOT_ENGLISH = re.compile(
    r"[àâçéèêëîïôùûüœñ¿]|\b(?:de|du|des|les?|la|aux?|nom|est|dans|sont|para|los|las|el)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class DraftedChoice:
    """An option of a drafted list. `marks` are the reasons why a person must look at it."""

    list_name: str
    code: str
    labels: Mapping[str, str]
    canonical: str
    aliases: tuple[str, ...] = ()
    short: Mapping[str, str] = field(default_factory=dict)
    tier: str = ""
    note: str = ""
    marks: tuple[str, ...] = ()


def language_of(text: str) -> str:
    """The language whose column of labels a text belongs in, by its letters."""
    if not _ARABIC.search(text):
        return "en"
    return "ckb" if _SORANI.search(text) else "ar"


def language_mark(text: str) -> str:
    """What to say of a text that stands in the English column without being English, or leaves it empty."""
    if language_of(text) != "en":
        return "English label missing"
    return "label not in English?" if text and _NOT_ENGLISH.search(text) else ""


def choices(lists: Mapping[str, Gathered], known: Known) -> list[DraftedChoice]:
    """All options, list by list in the order of their first question."""
    found: list[DraftedChoice] = []
    for one in dict.fromkeys(lists.values()):
        found += _told_apart([_choice(one, code, known) for code in _codes(one)])
    return found


def _codes(one: Gathered) -> list[str]:
    """The codes of a list: in the order of the columns that name them, else as elsewhere, else A1, A2 and so on."""
    columns = next((seen.question.options for seen in one.members if seen.question.options), ())
    rest = sorted(one.texts, key=code_order)
    return list(dict.fromkeys([*columns, *(option.code for option in one.guide), *rest]))


def _choice(one: Gathered, code: str, known: Known) -> DraftedChoice:
    texts = Counter({text: count for text, count in one.texts.get(code, Counter()).items() if text})
    guide = next((option for option in known.lists.get(one.like, ()) if option.code == code), None)
    if not texts:
        return _without_text(one, code, guide, known)
    ordered = sorted(texts, key=lambda text: (-texts[text], text))
    elsewhere = guide or known.option(ordered[0], _preferred(one, known))
    near = None if elsewhere else _alike(one, code, ordered[0], known)
    like = elsewhere or near
    labels = {language_of(text): text for text in reversed(ordered)}
    made = DraftedChoice(
        one.name,
        code,
        {**(dict(elsewhere.labels) if elsewhere else {}), **labels},
        like.canonical if like else slug(ordered[0]).replace("-", "_") or own_code(ordered[0]),
        tuple(text for text in ordered if text not in labels.values()),
        _short(elsewhere) if elsewhere else {},
        elsewhere.tier if elsewhere else "",
        "" if CODE.fullmatch(code) else "code ours: the export has words only" if code == own_code(ordered[0]) else "",
    )
    doubt = "canonical not known: made of the text"
    if near:
        doubt = f"canonical as of “{near.labels['en']}” elsewhere"
    return made if elsewhere else _marked(made, doubt, language_mark(ordered[0]))


def _alike(one: Gathered, code: str, text: str, known: Known) -> Choice | None:
    """The option of this code that the question has elsewhere, if most of the words are the same."""
    options = known.lists.get(_preferred(one, known), ())
    return next((option for option in options if option.code == code and is_same(text, option.labels.values())), None)


def _without_text(one: Gathered, code: str, guide: Choice | None, known: Known) -> DraftedChoice:
    """An option of which no text was seen: as elsewhere, or its code in place of a text."""
    if guide is None:
        blank = DraftedChoice(one.name, code, {"en": code}, f"code_{slug(code).replace('-', '_')}")
        reason = "code without text" if one.texts.get(code) else "never seen: code and text are assumed"
        return _marked(blank, f"{reason}; canonical not known")
    made = DraftedChoice(one.name, code, guide.labels, guide.canonical, guide.aliases, _short(guide), guide.tier)
    reason = "code without text" if code in one.texts else "never seen"
    return _marked(made, f"{reason}: as in {known.form_of_list[one.like]}")


def _short(option: Choice) -> dict[str, str]:
    return {language: text for language, text in option.short.items() if text != option.labels[language]}


def _preferred(one: Gathered, known: Known) -> str:
    """The list that most questions of this list have elsewhere, although it does not fit."""
    names = Counter(like.list_name for seen in one.members if (like := known.question(seen.question.name)))
    return min(names, key=lambda name: (-names[name], name)) if names else ""


def _marked(choice: DraftedChoice, *reasons: str) -> DraftedChoice:
    return replace(choice, marks=(*choice.marks, *(reason for reason in reasons if reason)))


def _told_apart(options: list[DraftedChoice]) -> list[DraftedChoice]:
    """The options of a list, none with a text or word that another one has: a reader could not tell them apart."""
    taken = {fold(option.code): option.code for option in options}
    words: dict[str, str] = {}
    found = []
    for option in options:
        labels = dict(option.labels)
        for language in LANGUAGES:
            text = labels.get(language, "")
            if text and taken.setdefault(fold(text), option.code) != option.code:
                labels[language] = f"{text} ({option.code})"
                option = _marked(option, f"same text as {taken[fold(text)]}: as text the two cannot be told apart")
        aliases = tuple(text for text in option.aliases if taken.setdefault(fold(text), option.code) == option.code)
        if words.setdefault(option.canonical, option.code) != option.code:
            option = _marked(option, f"same canonical as {words[option.canonical]}")
        found.append(replace(option, labels=labels, aliases=aliases))
    return found
