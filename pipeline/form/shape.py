"""Which columns of an export are one question: ranks, options, grids, and columns that stand alone.

Ranks         CONDBx_1, CONDBx_2 …     one question, `CONDBx_{rank:5}`: the cells hold codes
Newer ranks   CONDBx_A1, CONDBx_A2 …   the same question in the newer layout: the cells hold ranks
Ticks         BASA3_SQ001, …           one question, `BASA3_{option}`: the cells hold 1, Y or Yes
Grids         BAINP1_SQ001, …          a question for each column: the cells hold codes, numbers or words
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.codebook import RANKS, Question
from pipeline.form.known import Known
from pipeline.form.material import PLATFORM, Material, is_number, is_tick, is_whole

RANKED_OPTION = re.compile(r"A\d{1,3}|-oth-")
OPTION = re.compile(r"A\d{1,3}|-oth-|SQ\d{3}|other")
LONG = 100
_PAUSE = re.compile(r".*[:?!.;}|\[(–—-]", re.DOTALL)
_EDGES = " -–:.|"
_OPENED, _CLOSED = "([{", ")]}"


@dataclass(frozen=True)
class Drafted:
    """A question as it is drafted. `marks` are the reasons why a person must look at it."""

    name: str
    columns: tuple[str, ...]
    label: str = ""
    type: str = ""
    pattern: str = ""
    options: tuple[str, ...] = ()
    """The codes that the columns' names end in; none where the cells hold the codes."""
    option_texts: Mapping[str, str] = field(default_factory=dict)
    list_name: str = ""
    relevant: str = ""
    constraint: str = ""
    calculation: str = ""
    module: str = ""
    field: str = ""
    items: tuple[str, ...] = ()
    rule: int | None = None
    is_personal: bool = False
    sensitivity: str = ""
    marks: tuple[str, ...] = ()

    @property
    def ranks(self) -> int:
        """How many ranks there are; 0 where the question is not ranked."""
        found = RANKS.search(self.pattern)
        return int(found.group(1)) if found else 0

    @property
    def is_choice(self) -> bool:
        """Whether the question has a list of options."""
        return self.type in ("select_one", "select_multiple", "rank")

    def marked(self, *reasons: str) -> Drafted:
        """The question with more reasons to look at it."""
        return replace(self, marks=(*self.marks, *(reason for reason in reasons if reason)))


def shapes(material: Material, personal: Mapping[str, str], known: Known) -> list[Drafted]:
    """The questions in the order of the export; those of one column have no type yet."""
    families = _families(material, [name for name in material.columns if name not in {*personal, *PLATFORM}])
    found = [question for base, columns in families.items() if (question := _family(base, columns, material, known))]
    found += _unfilled_like_others(found, families, material)
    family_of = {name: question for question in found for name in question.columns}
    labels = _grid_labels([columns for columns in families.values() if columns[0] not in family_of], material)
    questions: list[Drafted] = []
    for name in material.columns:
        alone = Drafted(name, (name,), labels.get(name) or short_text(material.text(name)))
        question = family_of.get(name, alone)
        if question.columns[0] == name:
            questions.append(question)
    return questions


def short_text(text: str) -> str:
    """A question text of the length of a label: a long one ends at its first colon, or after its first words."""
    if len(text) <= LONG:
        return text
    head = re.split(r"[:?]", text, maxsplit=1)[0].strip()
    return head if 4 <= len(head) <= LONG else text[:LONG].rpartition(" ")[0] + " …"


def common_text(texts: Sequence[str]) -> str:
    """What texts have in common at their beginning, up to a mark that ends a part, else up to a whole word."""
    if len(set(texts)) <= 1:
        return texts[0] if texts else ""
    first, last = min(texts), max(texts)
    same = next((place for place, letter in enumerate(first) if letter != last[place : place + 1]), len(first))
    shared = first[:same]
    paused = _PAUSE.match(shared)
    return paused[0] if paused else shared[: shared.rfind(" ") + 1]


def _families(material: Material, columns: Sequence[str]) -> dict[str, list[str]]:
    """Columns whose names differ only after the last underscore, by what stands before it."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in columns:
        base, _, ending = name.rpartition("_")
        # The text of an option *other* stands beside the ticks, and is none.
        is_text = ending in ("other", "-oth-") and not all(is_number(a) or is_tick(a) for a, _ in material.pairs(name))
        if base and not is_text and (ending.isdecimal() or OPTION.fullmatch(ending)):
            found[base].append(name)
    return dict(found)


def _endings(columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(name.rpartition("_")[2] for name in columns)


def _family(base: str, columns: list[str], material: Material, known: Known) -> Drafted | None:
    """The question that a family of columns is, or None where each column is one, or where nobody can tell yet."""
    endings = _endings(columns)
    if all(ending.isdecimal() for ending in endings):
        return _ranks(base, columns, material)
    like = known.question(base)
    like_type = like.type if like else ""
    alone = len(columns) == 1 and like_type not in ("rank", "select_multiple")
    if alone or any(ending.isdecimal() for ending in endings):
        return None
    cells = {text for name in columns for text, _ in material.pairs(name)}
    by_code = all(RANKED_OPTION.fullmatch(ending) for ending in endings)
    if not cells:
        if by_code or like_type == "rank":
            return _newer_ranks(base, columns, material, like).marked("never filled")
        return _ticks(base, columns, material).marked("never ticked") if like_type == "select_multiple" else None
    if (by_code or like_type == "rank") and _are_ranks(columns, material):
        return _newer_ranks(base, columns, material, like)
    if not all(map(is_tick, cells)):
        return None
    sure = like_type == "select_multiple" or any(not is_number(text) for text in cells)
    return _ticks(base, columns, material).marked("" if sure else "ticks or numbers: nothing but 0 and 1 was seen")


def _ranks(base: str, columns: list[str], material: Material) -> Drafted | None:
    """The question of columns _1, _2 … that hold codes or words; numbers are no options."""
    ordered = sorted(columns, key=lambda name: int(name.rpartition("_")[2]))
    cells = {text for name in columns for text, _ in material.pairs(name)}
    counted = [int(ending) for ending in _endings(ordered)] == list(range(1, len(ordered) + 1))
    named = any("rank" in material.texts.get(name, "").casefold() for name in columns)
    if not counted or (len(columns) == 1 and not named) or (cells and all(map(is_number, cells))):
        return None
    label = short_text(common_text([material.text(name) for name in ordered]).strip(_EDGES + _OPENED))
    return Drafted(base, tuple(ordered), label, "rank", f"{base}_{{rank:{len(ordered)}}}")


def _are_ranks(columns: list[str], material: Material) -> bool:
    """Whether the cells of option columns are ranks: whole numbers up to their count, each once in a response."""
    told = material.told[columns]
    if not all(is_whole(text) for name in columns for text in told[name].unique() if text):
        return False
    numbers = told.where(told != "", "0").astype(float).to_numpy()
    return numbers.max() <= len(columns) and all(
        ((numbers == rank).sum(axis=1) <= 1).all() for rank in range(1, len(columns) + 1)
    )


def _newer_ranks(base: str, columns: list[str], material: Material, like: Question | None) -> Drafted:
    """The question of one column for each option that holds its rank; how many ranks there are cannot be seen."""
    told = {text for name in columns for text, _ in material.pairs(name)}
    most = max((int(float(text)) for text in told), default=0)
    ranks = like.ranks if like and like.ranks >= most else len(columns)
    doubt = f"newer layout, so the number of ranks is not known: taken as {ranks}"
    return _options(base, columns, material, f"{base}_{{rank:{ranks}}}").marked(doubt)


def _ticks(base: str, columns: list[str], material: Material) -> Drafted:
    return _options(base, columns, material, f"{base}_{{option}}")


def _options(base: str, columns: list[str], material: Material, pattern: str) -> Drafted:
    """The question of one column for each option; its text is what the columns' texts have in common."""
    texts = [material.text(name) for name in columns]
    shared = common_text(texts) if len(columns) > 1 else ""
    label = short_text(re.sub(r"\{[^}]*\}", "", shared).strip(_EDGES + _OPENED))
    options = _endings(columns)
    own = {option: _rest(text, shared) for option, text in zip(options, texts, strict=True)}
    kind = "rank" if "{rank:" in pattern else "select_multiple"
    return Drafted(base, tuple(columns), label, kind, pattern, options, own)


def _unfilled_like_others(
    found: Sequence[Drafted], families: Mapping[str, list[str]], material: Material
) -> list[Drafted]:
    """Families that nobody filled, where a family of the same grid with the same options shows what they are."""
    models = {(q.name.rpartition("_")[0], q.options): q for q in found if q.type == "select_multiple"}
    made = []
    for base, columns in families.items():
        like = models.get((base.rpartition("_")[0], _endings(columns)))
        unfilled = not any(material.pairs(name) for name in columns)
        if like and unfilled and base.rpartition("_")[0] and like.name != base:
            made.append(_ticks(base, columns, material).marked(f"never ticked: taken like {like.name}"))
    return made


def _grid_labels(grids: Sequence[Sequence[str]], material: Material) -> dict[str, str]:
    """Labels for the questions of grids whose texts are long: the grid's text cut short, and what tells them apart."""
    labels: dict[str, str] = {}
    for columns in grids:
        texts = {name: material.text(name) for name in columns}
        shared = common_text(list(texts.values())) if len(columns) > 1 else ""
        if shared and any(len(text) > LONG for text in texts.values()):
            head = short_text(shared.strip(_EDGES + _OPENED))
            labels |= {name: f"{head}: {_rest(text, shared)}" for name, text in texts.items()}
    return labels


def _rest(text: str, shared: str) -> str:
    """What a text says beyond what it shares with others; a bracket is closed only if it is opened."""
    rest = text[len(shared) :].strip(_EDGES)
    for opened, closed in zip(_OPENED, _CLOSED, strict=True):
        if rest.endswith(closed) and rest.count(closed) > rest.count(opened):
            rest = rest[:-1].rstrip(_EDGES)
    return rest
