"""Faults that are possible and yet doubtful: places, populations, staff, buildings, names, answers filled in."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.codebook import Question
from pipeline.errors import UsageError
from pipeline.simulate.faults.draft import Cells, Draft, beside, each, everyone
from pipeline.simulate.tables import Flags, Texts

ABSURD = "17400000"
A_STEP = 0.0005  # degrees: some fifty metres
MANY = 12  # so many facilities of a type or a workspace are enough to compare with
OFFICES = ("public_clinic", "health_sector", "prevention_sector")
MOBILE = ("mobile_clinic", "mobile_team")
FARSI = str.maketrans({"\u064a": "\u06cc", "\u0643": "\u06a9"})
THERE = ("available", "partial")


def _has_place(draft: Draft) -> Flags:
    columns = _place_columns(draft)
    return np.asarray((draft.texts(columns[0]) != "") & (draft.texts(columns[1]) != ""))


def _place_columns(draft: Draft) -> tuple[str, str]:
    return draft.column("latitude"), draft.column("longitude")


def _place(draft: Draft, row: int, step: float = 0.0) -> Cells:
    """The place of a facility, or one a step north of it."""
    latitude, longitude = _place_columns(draft)
    north = draft.texts(latitude)[row]
    moved = f"{float(north) + step:.6f}" if step else str(north)
    return {latitude: moved, longitude: str(draft.texts(longitude)[row])}


def _swapped(draft: Draft, row: int) -> Cells:
    latitude, longitude = _place_columns(draft)
    return dict(zip((longitude, latitude), _place(draft, row).values(), strict=True))


def _coarse(draft: Draft, row: int) -> Cells:
    return {name: f"{float(text):.2f}" for name, text in _place(draft, row).items()}


def _far_away(draft: Draft, row: int) -> Cells:
    """A step from the facility of another directorate that is farthest away; each has a spot of its own."""
    columns = _place_columns(draft)
    places = draft.cells[list(columns)].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
    away = np.abs(places - places[row]).sum(axis=1)
    return _place(draft, int(np.nanargmax(np.where(draft.office == draft.office[row], -1.0, away))), A_STEP + row / 1e6)


def _same_name(draft: Draft, row: int, other: int) -> Cells:
    """Another's name in the letters of another keyboard, a few steps from it."""
    english, local = (str(draft.texts(draft.column(name))[other]) for name in ("name_en", "name_local"))
    names = {draft.column("name_en"): english.replace(" ", "  ", 1), draft.column("name_local"): local.translate(FARSI)}
    return {**names, **_place(draft, other, A_STEP)}


def _with_own_name(draft: Draft) -> Flags:
    return _has_place(draft) & ~draft.is_("type", "", *MOBILE)


def _type_and_office(draft: Draft) -> Texts:
    return np.asarray(draft.words("type") + "\n" + draft.office, dtype=object)


def _known_catchment(draft: Draft) -> Flags:
    people = pd.to_numeric(draft.cells[draft.column("catchment_population")], errors="coerce")
    return (people.gt(0) & people.lt(100_000)).to_numpy(dtype=bool)


def _of_common_type(draft: Draft) -> Flags:
    types = pd.Series(draft.words("type"))
    return _known_catchment(draft) & (types.map(types[_known_catchment(draft)].value_counts()) >= MANY).to_numpy()


def copy_catchment(draft: Draft, fault: str, count: int) -> None:
    """Gives facilities of one directorate and type the same exact population, three of them at least."""
    kinds = pd.Series(_type_and_office(draft)).where(_known_catchment(draft) & ~draft.is_taken)
    common = kinds.value_counts(sort=False).sort_index()
    if count < 3 or common.max() < count:
        raise UsageError(f"{fault} wants three facilities at least, and at most {common.max()} in this export")
    column = draft.column("catchment_population")
    rows = draft.pick(fault, (kinds == common.idxmax()).to_numpy(dtype=bool), count)
    figure = int(float(draft.texts(column)[rows[0]])) // 100 * 100 + 1037
    for row in rows:
        draft.put(row, {column: str(figure)})


def _cadres(draft: Draft) -> list[tuple[Question, list[str]]]:
    """Each cadre with the columns that count it."""
    counts = [q for field in ("staff.women", "staff.men") for q in draft.codebook.having_field(field)]
    cadres = [item for item in draft.codebook.items if item.field == "answers.cadre"]
    return [(item, [q.columns[0] for q in counts if q.items == (item.name,)]) for item in cadres]


def _has_two_cadres(draft: Draft) -> Flags:
    there = np.sum([draft.answers(item, *THERE) for item, _ in _cadres(draft)], axis=0)
    return np.asarray(there > 1)


def _nobody_counted(draft: Draft, row: int) -> Cells:
    return dict.fromkeys(next(columns for item, columns in _cadres(draft) if draft.answers(item, *THERE)[row]), "0")


def _is_staffed(draft: Draft) -> Flags:
    return draft.is_("functionality", "full", "partial") & ~draft.is_("type", "", *OFFICES) & _has_two_cadres(draft)


def _nobody(draft: Draft, row: int) -> Cells:
    found: dict[str, str] = {}
    for item, columns in _cadres(draft):
        found |= {item.columns[0]: draft.code_of(item, "not_available")} | dict.fromkeys(columns, "")
    return found


def _is_fixed(draft: Draft) -> Flags:
    return draft.is_("building_condition", "not_damaged") & ~draft.is_("type", "", *MOBILE)


def _no_building(draft: Draft, row: int) -> Cells:
    question = draft.question("building_condition")
    return {question.columns[0]: draft.code_of(question, "not_relevant")}


def _written_out(draft: Draft, row: int) -> Cells:
    """The owner as *other*, with the text of an option."""
    question = draft.question("ownership")
    place = list(question.canonical).index(draft.code_of(question, "community"))
    text = draft.first((q for q in draft.codebook.questions if q.name == f"{question.name}x"), "a text of other owners")
    return {
        question.columns[0]: draft.code_of(question, "other"),
        text.columns[0]: question.options[place].labels["en"].lower(),
    }


def answer_alike(draft: Draft, fault: str, count: int) -> None:
    """Gives all facilities of some workspaces the same rare answer to a service, to another one in each workspace."""
    workspaces = draft.texts("workspace_id")
    for item in _services_by_rarity(draft, "not_expected")[:count]:
        usable = pd.Series(workspaces).where(draft.given(item) & ~draft.is_taken)
        large = usable.value_counts(sort=False).sort_index()
        large = large[(large >= MANY) & ~large.index.isin(set(workspaces[draft.is_taken]))]
        if large.empty:
            raise UsageError(f"no more workspace with {MANY} facilities is free of other faults: {fault} needs one")
        rows = np.flatnonzero(usable == large.index[0])
        draft.take(fault, rows)
        for row in rows:
            blank = dict.fromkeys(draft.barrier_of(item).columns, "")
            draft.put(int(row), {item.columns[0]: draft.code_of(item, "not_expected"), **blank})


def _services_by_rarity(draft: Draft, word: str) -> list[Question]:
    """The services that all are asked and nothing rests on, those first that get an answer most rarely."""
    services = [item for item in draft.free_items.get("service", ()) if item.rule is None and draft.given(item).any()]
    return sorted(services, key=lambda item: draft.answers(item, word).sum() / draft.given(item).sum())


no_place = each(_has_place, lambda draft, row: dict.fromkeys(_place_columns(draft), ""))
swapped_place = each(_has_place, _swapped)
coarse_place = each(_has_place, _coarse)
far_place = each(_has_place, _far_away)
shared_place = beside(lambda draft: draft.office, _has_place, lambda draft, row, other: _place(draft, other))
near_duplicate = beside(_type_and_office, _with_own_name, _same_name)
no_catchment = each(everyone, lambda draft, row: {draft.column("catchment_population"): "0"})
absurd_catchment = each(_of_common_type, lambda draft, row: {draft.column("catchment_population"): ABSURD})
nobody_counted = each(_has_two_cadres, _nobody_counted)
nobody = each(_is_staffed, _nobody)
no_building = each(_is_fixed, _no_building)
written_out = each(everyone, _written_out)
