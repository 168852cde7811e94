"""The slices of the collection report about how far answers can be believed.

revisits       directorate, drawn, visited: facilities drawn for a second visit, and those of which answers came back
agreement      scope, part, numerator, denominator: DQ_AGREE of Iraq and of each directorate, whole (part is blank) and
               by part; no row where nothing was compared
disagreements  question, part, differing, compared: the questions that the two visits answered differently most often
copied         directorate, numerator, denominator: DQ_COPIED

A drawn facility that is in the tables no more, excluded since, stands under the directorate `gone`.
"""

from __future__ import annotations

import pandas as pd

from pipeline.brief.material import Material
from pipeline.revisits import asked_again

MOST_DIFFERING = 15
GONE = "gone"


def slices(material: Material, scope: str) -> dict[str, pd.DataFrame]:
    """The slices by name, for the directorates of a scope."""
    members = material.members(scope)
    return {
        "revisits": revisits(material, members),
        "agreement": agreement(material, (scope, *members)),
        "disagreements": disagreements(material, members),
        "copied": copied(material, members),
    }


def labels(material: Material) -> pd.DataFrame:
    """The words of the questions that a second visit asks."""
    asked = asked_again(material.codebook)
    rows = [{"list": "question", "code": column, **question.labels} for column, (_, question) in asked.items()]
    return pd.DataFrame(rows, columns=["list", "code", "en", "ar", "ckb"])


def revisits(material: Material, members: tuple[str, ...]) -> pd.DataFrame:
    """How many facilities of each directorate were drawn, and of how many anything came back."""
    drawn = pd.DataFrame({"facility_id": list(material.second_visits.drawn)}, dtype=str)
    found = drawn.assign(
        directorate=_home(material, drawn), came=drawn["facility_id"].isin(material.second_visits.visited)
    )
    counted = found.groupby("directorate")["came"].agg(drawn="size", visited="sum")
    order = [slug for slug in (*members, GONE) if slug in counted.index]
    return counted.reindex(order).astype(int).rename_axis("directorate").reset_index()


def agreement(material: Material, scopes: tuple[str, ...]) -> pd.DataFrame:
    """The agreement of each scope, whole and by part, where anything was compared."""
    measures = material.tables["measures"]
    mine = measures[measures["indicator"].eq("DQ_AGREE") & measures["dimension"].isin(["all", "module"])]
    mine = mine[mine["scope"].isin(scopes) & mine["denominator"].fillna(0).gt(0)]
    named = mine.rename(columns={"group": "part"}).astype({"scope": str, "part": str})
    return named[["scope", "part", "numerator", "denominator"]].reset_index(drop=True)


def disagreements(material: Material, members: tuple[str, ...]) -> pd.DataFrame:
    """The questions that were answered differently, most often first, over facilities in the tables."""
    found = material.compared[material.compared["state"] == "answered"]
    mine = found[_home(material, found).isin(members).to_numpy()]
    counted = mine.groupby(["question", "part"])["same"].agg(compared="size", agreed="sum").reset_index()
    counted = counted.assign(differing=counted["compared"] - counted["agreed"])
    differing = counted[counted["differing"] > 0].sort_values(
        ["differing", "compared", "question"], ascending=[False, True, True], kind="stable"
    )
    return differing[["question", "part", "differing", "compared"]].head(MOST_DIFFERING).reset_index(drop=True)


def copied(material: Material, members: tuple[str, ...]) -> pd.DataFrame:
    """How many of the facilities with a response before repeat it whole, by directorate; none where none has one."""
    measures = material.tables["measures"]
    mine = measures[measures["indicator"].eq("DQ_COPIED") & measures["dimension"].eq("all")]
    mine = mine[mine["scope"].isin(members) & mine["denominator"].fillna(0).gt(0)]
    named = mine.rename(columns={"scope": "directorate"}).astype({"directorate": str})
    return named[["directorate", "numerator", "denominator"]].reset_index(drop=True)


def _home(material: Material, about: pd.DataFrame) -> pd.Series[str]:
    """The directorate of each row's facility."""
    facilities = material.tables["facilities"]
    home = dict(zip(facilities["facility_id"].astype(str), facilities["directorate"].astype(str), strict=True))
    return about["facility_id"].map(home).fillna(GONE).astype(str)
