"""An export that looks real: facilities, answers and dirt that are all invented, in the columns of a codebook.

By default as the export of November 2023: CSV, one header row of codes, answers as English text, the older rank layout.
The same seed gives the same bytes. It serves demonstrations, tests, and workshops that must not use real data.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from pipeline import codebook as codebooks
from pipeline.codebook import Codebook
from pipeline.column import Column, Columns
from pipeline.errors import UsageError
from pipeline.project import Project
from pipeline.simulate import faults, layout, slips
from pipeline.simulate import tables as assumed
from pipeline.simulate.answers import Pen, as_asked, with_support
from pipeline.simulate.dirt import dirty
from pipeline.simulate.names import with_names
from pipeline.simulate.places import dated, days_after, with_dates, with_places
from pipeline.simulate.tables import Assumptions, Dice
from pipeline.simulate.totals import facilities as invented

FIRST_RESPONSE_ID = 20_001


@dataclass(frozen=True)
class Options:
    """What the export should look like; the defaults are those of the export of November 2023."""

    answers: Literal["text", "codes"] = "text"
    headers: Literal["one", "two"] = "one"
    ranks: Literal["older", "newer"] = "older"
    format: Literal["csv", "xlsx"] = "csv"
    dirt: Literal["none", "real"] = "real"
    directorates: tuple[str, ...] | None = None  # all of them
    responses: float = 0.0  # share of facilities with an earlier response too; half as many have a later one
    window: tuple[str, str] = ("2022-03-17", "2023-04-25")
    report_date: str = "2023-11-30"
    faults: Mapping[str, int] = field(default_factory=dict)  # of each fault by name, how many


def simulate(project: Project, form: str, facilities: int, seed: int, options: Options | None = None) -> bytes:
    """The bytes of an export of so many facilities; wrong numbers and unknown directorates are UsageErrors."""
    options = options or Options()
    codebook = codebooks.load(project, form)
    tables = assumed.load(project, codebook)
    cells = simulated_cells(codebook, tables, facilities, seed, options)
    look = slips.odd_labels(codebook, tables, Dice(seed)) if options.dirt == "real" else None
    sheet = layout.Sheet(codebook, options.answers, options.ranks, look)
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
    options = Options(
        dirt=made.dirt,
        directorates=tuple(made.directorates) if made.directorates else None,
        window=(entry.window[0], entry.window[1]),
        report_date=entry.report_date,
    )
    export = simulate(project, entry.form, made.facilities, made.seed, options)
    with project.replacing_folder(project.raw(round_name)) as draft:
        (draft / "simulated.csv").write_bytes(export)


def simulated_cells(codebook: Codebook, tables: Assumptions, facilities: int, seed: int, options: Options) -> Columns:
    """What the export says: a row for each response, a column for each column of the older layout.

    Codes for choices, `1` for ticks, plain numbers: what `ingest` makes of the export again, whatever its layout.
    """
    if facilities < 1 or not 0 <= options.responses <= 1:
        raise UsageError("at least one facility is needed, and the share with earlier responses is between 0 and 1")
    dice = Dice(seed)
    found = invented(tables, assumed.chosen(tables, options.directorates), facilities, dice)
    found = with_dates(with_places(found, tables, dice), options.window, options.report_date, dice)
    found = with_support(with_names(found, tables, dice), tables, dice)
    if options.dirt == "real":
        found = dirty(found, tables, options.report_date, dice)
    others = _others(found, codebook, tables, dice, options)
    return _numbered(Columns.joined([_told(found, codebook, tables, dice, options), *others]))


def _told(found: pd.DataFrame, codebook: Codebook, tables: Assumptions, dice: Dice, options: Options) -> Columns:
    """The answers of one response for each facility."""
    found = found.assign(date=dated(found["day"], found["workspace_id"], Dice(dice.seed)))
    cells = Pen(found, codebook, tables, dice).answers()
    if options.dirt == "real":
        cells = slips.forgotten(cells, codebook, dice)
    cells = as_asked(cells, codebook)
    return slips.without_staff(cells, codebook, dice) if options.dirt == "real" else cells


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
