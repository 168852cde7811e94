"""Tables of facilities written by hand: a facility in one call, whatever is not said is harmless."""

from __future__ import annotations

import pandas as pd

USUAL = {
    "directorate": "kirkuk", "sector": "kirkuk-first", "type": "phc_main", "tier": "primary", "ministry_code": "",
    "name_en": "", "name_local": "", "latitude": 35.467, "longitude": 44.392, "status": "existing",
}  # fmt: skip


def facility(key: str, **said: object) -> dict[str, object]:
    """A facility with its id within its sector: `1` is `kirkuk-first/1`."""
    told = {**USUAL, **said}
    return {"facility_id": key if "/" in key else f"{told['sector']}/{key}", **told}


def listed(*facilities: dict[str, object]) -> pd.DataFrame:
    """The table of some facilities, as `clean` types it."""
    frame = pd.DataFrame(facilities, columns=list(facilities[0]) if facilities else ["facility_id", *USUAL])
    texts = [name for name in frame if name not in ("latitude", "longitude")]
    return frame.astype(dict.fromkeys(texts, "str") | {"latitude": float, "longitude": float})
