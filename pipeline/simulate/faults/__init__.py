"""Faults that can be put into a simulated export, each for the rule that should find it: `--fault old-date=3`.

A fault spoils N facilities and no others, as little as it can: other rules find nothing new about them, as far as one
can be broken without another. Some spoil N pairs, workspaces, directorates, columns or responses; `about` says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from pipeline.codebook import Codebook
from pipeline.errors import UsageError, unknown
from pipeline.simulate.faults import answers, doubts, earlier, facts
from pipeline.simulate.faults.draft import Do, Draft
from pipeline.simulate.tables import Dice


@dataclass(frozen=True)
class Fault:
    """A fault: the rule that should find it, what N of them are, and how it is done."""

    rule: str
    about: str
    do: Do


FAULTS: Mapping[str, Fault] = {
    # the export as a whole
    "missing-column": Fault("columns", "columns that are not there", facts.drop_columns),
    "new-column": Fault("columns", "columns that no codebook has", facts.add_columns),
    "renamed-column": Fault("columns", "columns under another name", facts.rename_columns),
    "renamed-option": Fault("options", "services with an option under another code", answers.rename_option),
    "response-twice": Fault("export_doubts", "responses given twice, with different answers", facts.repeat_responses),
    "copied-forward": Fault("copied_forward", "facilities with an earlier response alike", facts.copy_forward),
    "absent-directorate": Fault("directorates_present", "directorates without a response", facts.leave_out),
    # who reports, where and when
    "old-date": Fault("date_in_window", "responses of 2009", facts.old_date),
    "shared-id": Fault("subject_of_one_directorate", "ids that two directorates share", facts.share_ids),
    "unknown-directorate": Fault("directorate_known", "facilities of no directorate", facts.unknown_directorate),
    "unknown-sector": Fault("sector_known", "facilities of an unknown sector", facts.unknown_sector),
    "another-sector": Fault("directorate_as_workspace", "facilities in another's workspace", facts.another_sector),
    "code-of-another-directorate": Fault(
        "code_of_directorate", "codes of another directorate", facts.code_of_another_directorate
    ),
    "code-of-another-class": Fault("class_of_type", "codes of another class", facts.code_of_another_class),
    "no-code": Fault("codes_filled_in", "zeros in place of a code", facts.no_code),
    "shared-code": Fault("codes_of_one_facility", "pairs with one code", facts.shared_code),
    "near-duplicate": Fault("near_duplicates", "pairs of nearly one name and place", doubts.near_duplicate),
    # answers, as the codebook has them
    "unknown-code": Fault("value_sets", "answers that are no option", answers.unknown_code),
    "negative-count": Fault("numbers", "populations below zero", answers.negative_count),
    "swapped-place": Fault("coordinates_in_iraq", "places with latitude for longitude", doubts.swapped_place),
    "answer-not-asked": Fault("skip_logic", "partners of facilities without support", answers.not_asked),
    "answer-after-stop": Fault("skip_logic", "buildings of closed facilities", answers.after_stop),
    "answer-of-inpatients": Fault("skip_logic_inpatient", "services of inpatients elsewhere", answers.of_inpatients),
    "barrier-of-nothing": Fault("barriers", "causes where nothing is lacking", answers.barrier_of_nothing),
    "barrier-missing": Fault("barriers", "services lacking without a cause", answers.barrier_missing),
    "rank-twice": Fault("ranks", "options ranked twice", answers.rank_twice),
    "rank-after-gap": Fault("ranks", "third ranks without a second", answers.rank_after_gap),
    "none-and-more": Fault("exclusive_choices", "ticks of none of these beside others", answers.none_and_more),
    "answer-missing": Fault("required_answers", "answers left out", answers.answer_missing),
    # possible, and yet doubtful
    "no-place": Fault("coordinates_present", "facilities without coordinates", doubts.no_place),
    "shared-place": Fault("coordinates_of_one_facility", "pairs on one spot", doubts.shared_place),
    "coarse-place": Fault("coordinates_fine", "places of two decimals", doubts.coarse_place),
    "far-place": Fault("coordinates_in_governorate", "places in another governorate", doubts.far_place),
    "no-catchment": Fault("catchment_known", "populations of zero", doubts.no_catchment),
    "absurd-catchment": Fault("catchment_usual", "populations of 17,400,000", doubts.absurd_catchment),
    "copied-catchment": Fault("catchment_of_one_facility", "facilities with one exact figure", doubts.copy_catchment),
    "nobody-counted": Fault("available_is_not_zero", "cadres available that count nobody", doubts.nobody_counted),
    "nobody": Fault("functioning_has_staff", "functioning facilities without staff", doubts.nobody),
    "no-building": Fault("building_relevant", "buildings that are called mobile", doubts.no_building),
    # how answers were given
    "written-out": Fault("other_is_no_choice", "owners written out under other", doubts.written_out),
    "module-missing": Fault("modules_complete", "facilities without a module of services", answers.module_missing),
    "one-answer": Fault("long_runs", "workspaces with one answer throughout", doubts.answer_alike),
    # held against the last list of facilities
    "gone": Fault("facilities_gone", "facilities without any answer", earlier.take_away),
    "new": Fault("facilities_new", "facilities that were not there before", earlier.open_new),
    "closed": Fault("status_turned", "facilities that closed", earlier.closed),
    "retyped": Fault("type_changed", "main centres that became family-medicine centres", earlier.retyped),
    "moved": Fault("place_moved", "places nine kilometres off", earlier.moved),
    "fewer-people": Fault("catchment_changed", "populations that fell to a quarter", earlier.fewer_people),
    "more-beds": Fault("beds_changed", "four times the beds", earlier.more_beds),
    "more-staff": Fault("staff_changed", "four times the staff", earlier.more_staff),
    "lost-services": Fault("services_fell", "facilities that lost most services", earlier.lost_services),
}


def parse(texts: Iterable[str]) -> dict[str, int]:
    """The faults wanted, as NAME=N each; UsageError for an unknown one, and for one without its number."""
    wanted: dict[str, int] = {}
    for text in texts:
        name, _, count = text.partition("=")
        known([name])
        if not re.fullmatch("[1-9][0-9]*", count):
            raise UsageError(f"the fault {text!r} has no number: write {name}=3 for three {FAULTS[name].about}")
        wanted[name] = wanted.get(name, 0) + int(count)
    return wanted


def known(names: Iterable[str]) -> None:
    """Raises a UsageError for a name that is no fault's."""
    for name in names:
        if name not in FAULTS:
            raise unknown("fault", name, FAULTS)


def inject(cells: pd.DataFrame, codebook: Codebook, wanted: Mapping[str, int], dice: Dice) -> Draft:
    """The draft of an export with the faults wanted; its `told` says which rows each of them should be told of."""
    draft = Draft(cells, codebook, dice.salted("faults"))
    # What needs a whole workspace or several of one kind goes first, while nothing else is spoilt.
    for name in sorted(wanted, key=lambda name: (name not in ("one-answer", "copied-catchment"), name)):
        FAULTS[name].do(draft, name, wanted[name])
    return draft
