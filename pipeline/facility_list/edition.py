"""The public edition of the list: what may not go out for a single facility is cut from the rows of every format.

Which facility it is goes out (the signature domain of WHO's guidance); what it gives (services, beds) only where the
registry says `facility_list: services`. Never public are its place, what is restricted in the codebook (`sensitivity`),
what it lacks or how it stands, its staff, its id on the platform, and, by name, facilities that
`data/reference/withheld.csv` lists (centres for survivors, prisons).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.brief.map import CELL, FEWEST
from pipeline.errors import RegistryError, UsageError
from pipeline.facility_list.rows import STATED, without
from pipeline.registry import Registry

HIDDEN = (
    "facility_id", "latitude", "longitude", "functionality", "building_condition", "catchment_population", "staff",
    "same_as",
)  # fmt: skip
SQUARE = "square"


def public(
    rows: pd.DataFrame, history: pd.DataFrame, registry: Registry, restricted: frozenset[str], withheld: frozenset[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows and the history that may go out; refused where the project suppresses small cells.

    With `points: coarse` a column `square` has the south-western corner of the quarter of a degree that a facility
    lies in, where at least three do.
    """
    if registry.public.suppress_below:
        raise UsageError(
            f"the public edition of this project suppresses figures below {registry.public.suppress_below}: a list of "
            "facilities beside them would give them away, so none goes out (`public: suppress_below` in the registry)"
        )
    unknown = sorted(withheld - set(rows["lasting_id"]) - set(history["lasting_id"]))
    if unknown:
        raise RegistryError(f"data/reference/withheld.csv: no facility {unknown[0]} is known: mend its lasting_id")
    once = rows[rows["same_as"].isna() & ~rows["lasting_id"].isin(withheld)].reset_index(drop=True)
    services = without(once["services"], restricted)
    counts = pd.Series([len(told.split()) for told in services], index=services.index, dtype="Int64")
    cut = once.assign(services=services, services_available=counts.where(once["services_available"].notna()))
    if registry.points == "coarse":
        cut = cut.assign(**{SQUARE: _squares(cut)})
    told = history[history["lasting_id"].isin(cut["lasting_id"])].assign(km=np.nan)
    other = told["other_id"].isin(withheld)
    hidden = [*HIDDEN, *(() if registry.facility_list == "services" else STATED)]
    return cut.drop(columns=hidden), told.assign(other_id=told["other_id"].mask(other)).reset_index(drop=True)


def _squares(rows: pd.DataFrame) -> pd.Series[str]:
    east, north = (rows[name].astype(float) // CELL * CELL for name in ("longitude", "latitude"))
    words = east.map("{:.2f}".format).astype("str") + " " + north.map("{:.2f}".format).astype("str")
    crowded = words.map(words.value_counts()) >= FEWEST
    return words.where(east.notna() & north.notna() & crowded, "")
