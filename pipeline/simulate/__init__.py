"""An export that looks real: facilities, answers and dirt that are all invented, in the columns of a codebook.

By default as the export of November 2023: CSV, one header row of codes, answers as English text; ranks in the layout
that the form's settings name, of Phase I the older one. The same seed gives the same bytes. It serves demonstrations,
tests, and workshops that must not use real data.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from pipeline import codebook as codebooks
from pipeline import rulings
from pipeline.codebook import Codebook
from pipeline.column import Column, Columns
from pipeline.errors import UsageError
from pipeline.places import Places
from pipeline.places import load as listed_places
from pipeline.project import Project
from pipeline.registry import Round, Simulation, is_window
from pipeline.simulate import faults, following, layout, slips
from pipeline.simulate import tables as assumed
from pipeline.simulate.answers import Pen, as_asked, with_support
from pipeline.simulate.dirt import dirty
from pipeline.simulate.following import TRUTH, Made, Since
from pipeline.simulate.names import with_names
from pipeline.simulate.places import dated, days_after, with_dates, with_places
from pipeline.simulate.tables import Assumptions, Dice, Flags
from pipeline.simulate.totals import facilities as invented

FIRST_RESPONSE_ID = 20_001


@dataclass(frozen=True)
class Options:
    """What the export should look like; the defaults are those of the export of November 2023."""

    answers: Literal["text", "codes"] = "text"
    headers: Literal["one", "two"] = "one"
    ranks: Literal["older", "newer"] | None = None  # as the form's settings say; older where they say nothing
    format: Literal["csv", "xlsx"] = "csv"
    dirt: Literal["none", "real"] = "real"
    directorates: tuple[str, ...] | None = None  # all of them
    responses: float = 0.0  # share of facilities with an earlier response too; half as many have a later one
    window: tuple[str, str] = ("2022-03-17", "2023-04-25")
    report_date: str = "2023-11-30"
    faults: Mapping[str, int] = field(default_factory=dict)  # of each fault by name, how many
    previous: str | None = None  # the simulated round that this one follows: its facilities, and what became of them
    since: Since = field(default_factory=Since)


def simulate(project: Project, form: str, facilities: int, seed: int, options: Options | None = None) -> bytes:
    """The bytes of an export of so many facilities; wrong numbers and unknown directorates are UsageErrors."""
    return simulated(project, form, facilities, seed, options)[0]


def simulated(
    project: Project, form: str, facilities: int, seed: int, options: Options | None = None
) -> tuple[bytes, pd.DataFrame]:
    """The bytes of an export, and what became of each facility of the round before; of a first round there is none.

    A round that follows another has that one's facilities, however many are asked for.
    """
    options = options or Options()
    codebook = codebooks.load(project, form)
    tables = assumed.load(project, codebook)
    if options.previous is None:
        cells = simulated_cells(codebook, tables, facilities, seed, options)
        told = pd.DataFrame(columns=list(TRUTH), dtype=str)
    else:
        before = _made_round(project, options.previous, form)
        made, told = _next_round(before, codebook, tables, Dice(seed), options, listed_places(project))
        cells = _numbered(_slipped(made.cells, codebook, Dice(seed), options))
    return _written(cells, codebook, tables, seed, options), told


def _written(cells: Columns, codebook: Codebook, tables: Assumptions, seed: int, options: Options) -> bytes:
    """The export in its layout, with the faults wanted."""
    look = slips.odd_labels(codebook, tables, Dice(seed)) if options.dirt == "real" else None
    ranks = options.ranks or codebook.settings.get("layout") or "older"
    sheet = layout.Sheet(codebook, options.answers, ranks, look)
    table = layout.table(sheet, cells, headers=options.headers)
    if options.faults:
        draft = faults.inject(cells.frame(), codebook, options.faults, Dice(seed))
        table = layout.of_rows(draft.spoil(list(table.rows()), len(table.heads)), len(table.heads))
    return layout.as_csv(table) if options.format == "csv" else layout.as_xlsx(table)


def simulate_round(project: Project, round_name: str) -> None:
    """Makes the export of a simulated round, as its entry in the registry says; a UsageError for any other."""
    entry = project.round(round_name)
    made = entry.simulate
    if made is None:
        raise UsageError(f"round {round_name!r} has exports: only one with source `simulated` is made up")
    faults.known(made.faults)
    export = simulate(project, entry.form, made.facilities or 0, made.seed, _options(entry, made))
    with project.replacing_folder(project.raw(round_name)) as draft:
        (draft / "simulated.csv").write_bytes(export)


def simulated_cells(codebook: Codebook, tables: Assumptions, facilities: int, seed: int, options: Options) -> Columns:
    """What the export says: a row for each response, a column for each column of the older layout.

    Codes for choices, `1` for ticks, plain numbers: what `ingest` makes of the export again, whatever its layout.
    """
    if facilities < 1 or not 0 <= options.responses <= 1:
        raise UsageError("at least one facility is needed, and the share with earlier responses is between 0 and 1")
    dice = Dice(seed)
    found = _invented(codebook, tables, facilities, dice, options)
    others = _others(found, codebook, tables, dice, options)
    return _numbered(Columns.joined([_told(found, codebook, tables, dice, options), *others]))


def _invented(codebook: Codebook, tables: Assumptions, facilities: int, dice: Dice, options: Options) -> pd.DataFrame:
    """So many facilities that nobody has seen before, a row each."""
    found = invented(tables, assumed.chosen(tables, options.directorates), facilities, dice)
    found = with_dates(with_places(found, tables, dice), options.window, options.report_date, dice)
    found = with_support(with_names(found, tables, dice), tables, dice)
    return dirty(found, tables, options.report_date, dice) if options.dirt == "real" else found


def _options(entry: Round, made: Simulation) -> Options:
    """What the registry says of a simulated round."""
    return Options(
        dirt=made.dirt,
        directorates=tuple(made.directorates) if made.directorates else None,
        window=(entry.window[0], entry.window[1]),
        report_date=entry.report_date,
        faults=made.faults,
        previous=made.previous,
        since=Since(made.new_ids, tuple(made.late or ())),
    )


def asked(
    faulty: Sequence[str] = (),
    previous: str | None = None,
    new_ids: int = 0,
    late: Sequence[str] = (),
    window: tuple[str, str] | None = None,
    **layout: Any,
) -> Options:
    """What a person asked for on the command line; a UsageError for what goes with a round before, and names none."""
    if previous is None and (new_ids or late):
        raise UsageError("--new-ids and --late belong to a round that follows another: name it with --previous ROUND")
    if previous and layout.get("directorates"):
        raise UsageError("--previous ROUND says which directorates there are: leave --directorate out")
    if window and not is_window(*window):
        raise UsageError(f"--window {' '.join(window)}: two dates in order are wanted, such as 2024-03-01 2024-06-30")
    when: dict[str, Any] = {"window": window, "report_date": window[1]} if window else {}
    wanted = faults.parse(faulty)
    return Options(**layout, **when, faults=wanted, previous=previous, since=Since(new_ids, tuple(late)))


def _made_round(project: Project, round_name: str, form: str) -> Made:
    """The facilities of a simulated round of the registry and all their answers, in the terms of a form.

    What was answered in another form is carried over as ruled (`pipeline/rulings`).
    """
    entry = project.round(round_name)
    made = entry.simulate
    if made is None:
        raise UsageError(f"round {round_name!r} is not simulated: only a simulated one can be followed")
    rules = rulings.load(project, entry.form, form)
    tables = assumed.load(project, rules.before)
    options, dice = _options(entry, made), Dice(made.seed)
    if made.previous is None:
        found = _invented(rules.before, tables, made.facilities or 0, dice, options)
        told = Made(found, _answered(found, rules.before, tables, dice))
    else:
        before = _made_round(project, made.previous, entry.form)
        told = _next_round(before, rules.before, tables, dice, options, listed_places(project))[0]
    return told if entry.form == form else Made(told.found, following.carried(told.cells, rules))


def _next_round(
    before: Made, codebook: Codebook, tables: Assumptions, dice: Dice, options: Options, reference: Places
) -> tuple[Made, pd.DataFrame]:
    """The round after another, and the truth about what happened between them."""
    assumed.chosen(tables, options.since.late)  # an unknown directorate is told
    own, old = dice.salted("following"), before.found.reset_index(drop=True)
    told = following.events(old, tables, own)
    stays = np.flatnonzero(told != "gone")
    kurdistan = _in_kurdistan(old, tables)
    found = following.renumbered(following.changed(old, told, tables, own), kurdistan, options.since.new_ids, own)
    fresh = _opened(old.assign(subject_id=found["subject_id"]), codebook, tables, own, options)
    found = with_dates(found, options.window, options.report_date, dice)
    found, fresh = (following.late(one, options.since.late, options.window[1], own) for one in (found, fresh))
    anew = _answered(found, codebook, tables, own)
    known = {*found.columns, "date"}
    cells = following.mixed(before.cells, anew, known.__contains__, codebook, own).taken(stays)
    made = Made(
        pd.concat([found.iloc[stays], fresh], ignore_index=True),
        Columns.joined([cells, _answered(fresh, codebook, tables, own.salted("opened"))]),
    )
    return made, following.truth(old, made.found, told, len(fresh), reference)


def _opened(old: pd.DataFrame, codebook: Codebook, tables: Assumptions, dice: Dice, options: Options) -> pd.DataFrame:
    """The facilities that opened since: invented ones of the same directorates, that exist."""
    own = dice.salted("opened")
    there = tuple(slug for slug in tables.split.index if slug in set(old["directorate"]))
    clean = replace(options, dirt="none", directorates=there)
    fresh = _invented(codebook, tables, max(1, round(following.OPENED * len(old))), own, clean)
    fresh = fresh[fresh["status"] == "existing"].reset_index(drop=True)
    return following.opened(fresh, old, _in_kurdistan(fresh, tables), own)


def _in_kurdistan(found: pd.DataFrame, tables: Assumptions) -> Flags:
    return found["directorate"].map(tables.directorates["region"]).eq("kurdistan").to_numpy(dtype=bool)


def _answered(found: pd.DataFrame, codebook: Codebook, tables: Assumptions, dice: Dice) -> Columns:
    """Every question answered by every facility, as if it were asked."""
    dated_ones = found.assign(date=dated(found["day"], found["workspace_id"], Dice(dice.seed)))
    return Pen(dated_ones, codebook, tables, dice).answers()


def _slipped(cells: Columns, codebook: Codebook, dice: Dice, options: Options) -> Columns:
    """The answers to what is asked, with the slips of real exports."""
    if options.dirt == "real":
        cells = slips.forgotten(cells, codebook, dice)
    cells = as_asked(cells, codebook)
    return slips.without_staff(cells, codebook, dice) if options.dirt == "real" else cells


def _told(found: pd.DataFrame, codebook: Codebook, tables: Assumptions, dice: Dice, options: Options) -> Columns:
    """The answers of one response for each facility."""
    return _slipped(_answered(found, codebook, tables, dice), codebook, dice, options)


def _others(
    found: pd.DataFrame, codebook: Codebook, tables: Assumptions, dice: Dice, options: Options
) -> list[Columns]:
    """Responses that do not count: earlier ones, and some after the report date."""
    chance = dice.stream("responses")
    luck, days = chance.random(len(found)), chance.integers(20, 200, len(found))
    after = datetime.date.fromisoformat(options.report_date)
    others = []
    for name, share in (("earlier", options.responses), ("later", options.responses / 2)):
        some = np.flatnonzero(luck < share if name == "earlier" else luck > 1 - share)
        if len(some):
            then = found.iloc[some]
            day = pd.to_datetime(then["day"]) - pd.to_timedelta(days[some], unit="D")
            moved = day.dt.strftime("%Y-%m-%d") if name == "earlier" else days_after(after, days[some])
            others.append(_told(then.assign(day=moved), codebook, tables, dice.salted(name), options))
    return others


def _numbered(told: Columns) -> Columns:
    """The responses by workspace; each with an id, in the order of their days."""
    order = np.lexsort((told["subject_id"].ranks(), told["date"].mapped(lambda time: time[:10]).ranks()))
    ids = np.empty(told.rows, dtype=np.int64)
    ids[order] = np.arange(FIRST_RESPONSE_ID, FIRST_RESPONSE_ID + told.rows)
    numbered = told.with_changed({"external_id": Column.of_numbers(ids)})
    return numbered.taken(np.lexsort((ids, told["workspace_id"].ranks())))
