"""The rows of the country's list of public facilities, after WHO's guidance on master facility lists.

The signature domain is administrative: which facility it is (ids, names, type, ownership, areas, place, status, dates).
The service domain is about the production of health services: what it gives, and with what (services, beds, staff).
(WHO, Creating a master facility list, working version of January 2013, step 2: 2.1 and 2.2; taken up by the Master
Facility List Resource Package of 2018.) Contacts, which the guidance has in the first, are in no list of ours.

Dates are those of rounds: nobody asked when a facility opened, so `first_listed` is the first day of the window of the
first round that had it, `closed_by` the report date of the round that first found it closed.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from pipeline import baseline as baselines
from pipeline.codebook import Codebook
from pipeline.match.kept import Kept
from pipeline.registry import Round

IDENTITY = ("lasting_id", "facility_id", "ministry_code", "name_en", "name_local", "type", "tier")
KEEPER = ("ownership", "management")
AREA = ("directorate", "sector", "region", "governorate", "urban_rural", "latitude", "longitude")
STATE = ("status", "functionality", "building_condition", "first_listed", "closed_by", "same_as")
SERVICE = ("catchment_population", "beds", "staff", "services_available", "services")
COLUMNS = (*IDENTITY, *KEEPER, *AREA, *STATE, *SERVICE)
STATED = ("beds", "services_available", "services")  # of the service domain, what a public list may have
NOT_PUBLIC = ("ngo", "community", "private", "other")
RESTRICTED = "restricted"
CLOSED = "closed"


def listing(
    facilities: pd.DataFrame, answers: pd.DataFrame, staff: pd.DataFrame, chain: Sequence[Kept], rounds: Sequence[Round]
) -> tuple[pd.DataFrame, int]:
    """A row for each public facility, by lasting id; and how many others were left out.

    The last of the chain is the round itself; `rounds` are the registry's entries of the chain. A double report has a
    row of its own here, and `same_as` names the lasting id that it repeats.
    """
    own = facilities.drop_duplicates("facility_id").reset_index(drop=True)
    public = ~own["ownership"].isin(NOT_PUBLIC)
    counted = baselines.of_tables(own, answers, staff).set_index("facility_id")
    lasting = chain[-1].rows.set_index("facility_id")["lasting_id"]
    ids = own["facility_id"]
    made = own.assign(
        lasting_id=ids.map(lasting),
        same_as=own["same_as"].map(lasting),
        services=ids.map(_services(answers)).fillna(""),
        **{name: ids.map(counted[name]).astype("Int64") for name in ("beds", "staff", "services_available")},
    )
    made = made.assign(**{name: made["lasting_id"].map(days) for name, days in _dates(chain, rounds).items()})
    shown = made[public].sort_values("lasting_id", ignore_index=True)[list(COLUMNS)]
    return shown, int((~public).sum())


def restricted(codebook: Codebook) -> frozenset[str]:
    """The services of which nothing goes out for a single facility."""
    return frozenset(item.name for item in codebook.items if item.sensitivity == RESTRICTED)


def without(services: pd.Series[str], left_out: frozenset[str]) -> pd.Series[str]:
    """Lists of services without some of them."""
    kept = {text: " ".join(one for one in text.split() if one not in left_out) for text in services.unique()}
    return services.map(kept).astype("str")


def _services(answers: pd.DataFrame) -> dict[str, str]:
    """The services that each facility says are available, in the order of the form."""
    mine = answers[answers["kind"].eq("service") & answers["state"].eq("answered") & answers["answer"].eq("available")]
    ids, items = mine["facility_id"].astype(str).tolist(), mine["item"].astype(str).tolist()
    found: dict[str, list[str]] = {}
    for facility, item in zip(ids, items, strict=True):
        found.setdefault(facility, []).append(item)
    return {facility: " ".join(services) for facility, services in found.items()}


def _dates(chain: Sequence[Kept], rounds: Sequence[Round]) -> dict[str, dict[str, str]]:
    """For each lasting id when it was first listed, and by when it was found closed, if it still is."""
    first: dict[str, str] = {}
    closed: dict[str, str] = {}
    for kept, entry in zip(chain, rounds, strict=True):
        for lasting, status in zip(kept.rows["lasting_id"], kept.rows["status"], strict=True):
            first.setdefault(lasting, entry.window[0])
            if status == CLOSED:
                closed.setdefault(lasting, entry.report_date)
            else:
                closed.pop(lasting, None)
    return {"first_listed": first, "closed_by": closed}
