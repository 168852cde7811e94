"""How complete and how sound the answers are."""

from __future__ import annotations

import numpy as np

from pipeline.indicators.definition import Count, definition
from pipeline.indicators.facts import Facts, Flags

# No outline of Iraq's borders is at hand: a box around the country.
SOUTH, NORTH, WEST, EAST = 29.0, 37.5, 38.7, 48.8


@definition("COV_ITEMS")
def completeness(facts: Facts) -> Count:
    """Completeness of answers.

    Numerator: answers about items and coded fields that are there, over facilities listed.
    Denominator: those that are there or missing.
    Source: the table answers, the coded fields of facilities, and the catchment, where 0 is missing.
    Note: what was skipped, not asked or is not in the form is in neither; counted in cells.
    """
    vocabulary = facts.vocabulary
    modules = tuple(dict.fromkeys([*vocabulary.fields.values(), *vocabulary.modules.values()]))
    cells = facts.items(*vocabulary.all_items)
    found = np.zeros((3, len(facts), len(modules)), dtype=np.int64)
    for place, item in enumerate(vocabulary.all_items):
        states = (cells.answered[:, place], cells.missing[:, place], cells.not_asked[:, place])
        found[:, :, modules.index(vocabulary.modules[item])] += np.stack(states)
    for name, module in vocabulary.fields.items():
        found[:, :, modules.index(module)] += np.stack(_field_states(facts, name))
    answered, missing, not_asked = found * facts.listed[None, :, None]
    return Count(answered, answered + missing, missing, not_asked, within=("module", modules))


def _field_states(facts: Facts, name: str) -> tuple[Flags, Flags, Flags]:
    """Where a field is answered, missing, not asked."""
    if name in facts.fields:
        cells = facts.fields[name]
        return cells.answered, cells.missing, cells.not_asked
    _, given = facts.number(name)
    return given, ~given, np.zeros_like(given)


@definition("DQ_CRITICAL")
def critical_findings(facts: Facts) -> Count:
    """Facilities with an open critical finding.

    Numerator: facilities with a critical finding that no decision settles, those set aside among them.
    Denominator: facilities in the tables, those set aside among them.
    Source: the findings of the round.
    """
    none = np.zeros_like(facts.kept)
    return Count(facts.kept & facts.named(facts.judgement.critical), facts.kept, none, none)


@definition("DQ_CORRECTED")
def corrected(facts: Facts) -> Count:
    """Facilities changed by a decision.

    Numerator: facilities that a decision corrects, recodes, excludes or declares a double report.
    Denominator: facilities before decisions: those in the tables, and the excluded ones.
    Source: the decisions of the round.
    Note: an excluded facility is counted in the directorate of its sector, with an unknown type.
    """
    none = np.zeros_like(facts.kept)
    touched = (facts.named(facts.judgement.corrected) | ~facts.kept) & ~facts.gone
    return Count(touched, ~facts.gone, none, none)


@definition("DQ_COORD")
def coordinates(facts: Facts) -> Count:
    """Coordinates fit for use.

    Numerator: facilities with latitude and longitude inside a box around Iraq, of three decimals or more each, and
    not the very point of another facility.
    Denominator: facilities in the tables without mobile clinics.
    Source: MoSDGPS_SQ001, MoSDGPS_SQ002.
    Note: a people's clinic may share the point of its host. What is missing is in the denominator: it is not fit.
    """
    latitude, longitude = (facts.facilities[name].to_numpy(dtype=float) for name in ("latitude", "longitude"))
    inside = (latitude >= SOUTH) & (latitude <= NORTH) & (longitude >= WEST) & (longitude <= EAST)
    fine = _has_three_decimals(latitude) & _has_three_decimals(longitude)
    universe = facts.kept & ~facts.of_type("mobile_clinic")
    missing = universe & (np.isnan(latitude) | np.isnan(longitude))
    return Count(universe & inside & fine & ~_shared_points(facts), universe, missing, np.zeros_like(missing))


def _has_three_decimals(degrees: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Flags:
    """Whether a coordinate says more than hundredths of a degree; a third decimal that is 0 cannot be seen."""
    return np.asarray(np.abs(degrees * 100 - np.round(degrees * 100)) > 1e-6)


def _shared_points(facts: Facts) -> Flags:
    """Facilities on the point of another one; people's clinics and declared double reports share for good reasons."""
    points = facts.facilities[["latitude", "longitude"]]
    alone = facts.kept & ~facts.of_type("public_clinic") & facts.facilities["same_as"].isna().to_numpy(dtype=bool)
    shared = np.zeros(len(facts), dtype=bool)
    shared[alone] = points[alone].notna().all(axis=1) & points[alone].duplicated(keep=False)
    return shared
