"""Which questions come to the top: those with most signs among the worst tenth, and no sign weighed against another."""

from __future__ import annotations

import math

import pandas as pd

from pipeline.indicators import share

# A share of fewer is no sign of anything.
FEWEST = 10
WORST = 10  # one in so many


def marked(found: pd.DataFrame) -> pd.DataFrame:
    """The signs with their share, and whether it is among the worst tenth of the questions that can show the sign.

    Who shares the last place of that tenth is in it too, so that the order of the form decides nothing.
    """
    shares = share(found["numerator"], found["denominator"], "percent")
    enough = shares.where(found["denominator"] >= FEWEST)
    limit = enough.groupby(found["sign"]).transform(_limit)
    return found.assign(share=shares, is_worst=(enough >= limit) & (enough > 0))


def ranked(found: pd.DataFrame) -> pd.DataFrame:
    """The questions with a sign among the worst tenth: question, place, signs, share; the vaguest first."""
    told = marked(found)
    order = {name: place for place, name in enumerate(dict.fromkeys(found["question"]))}
    worst = told[told["is_worst"]]
    rows = worst.groupby("question", sort=False).agg(
        signs=("sign", " ".join), count=("sign", "size"), share=("share", "max")
    )
    rows = rows.reset_index().assign(_form=lambda frame: frame["question"].map(order))
    rows = rows.sort_values(["count", "share", "_form"], ascending=[False, False, True], ignore_index=True)
    return rows.assign(place=range(1, len(rows) + 1))[["question", "place", "signs"]]


def _limit(shares: pd.Series) -> float:
    """The share of the last question of the worst tenth; nothing where none has a share."""
    known = shares.dropna().sort_values(ascending=False)
    return float(known.iloc[math.ceil(len(known) / WORST) - 1]) if len(known) else math.nan
