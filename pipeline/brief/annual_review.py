"""What the brief of an annual review holds besides: what was lost, what became of facilities, how the form does.

happened    directorate, event, facilities
events      event, names, type, directorate, sector, was, now, km, certain: what befell each facility
lost        directorate, what, count, of: facilities gone, closed or without function, services lost and won
lost_items  item, lost, won, of: facilities that gave a service and do not any more, of those that gave it before
signs       question, sign, numerator, denominator, is_worst, place: of the questions that come to the top
written     question, text, facilities: what is written under *other*
issues      issue, questions, owner, due, date, state, settled, year, is_overdue
Of a directorate that showed no number in either round there are no rows.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from pipeline import agreed, health
from pipeline.brief.material import NAMES, Material
from pipeline.brief.since import Since
from pipeline.codebook import Codebook
from pipeline.health.ranking import marked
from pipeline.match import EVENTS

TOP = 15
EVENT_COLUMNS = [
    "event", "name_en", "name_local", "type", "directorate", "sector", "previous_id", "facility_id", "was", "now", "km",
    "certain",
]  # fmt: skip
LOST = ("gone", "closed", "stopped", "services_lost", "services_won")


def slices(material: Material, since: Since, members: Collection[str]) -> dict[str, pd.DataFrame]:
    """The slices; `members` are the directorates whose numbers both rounds show."""
    events = since.events[since.events["directorate"].isin(list(members))]
    answers = _answers(material, since, members)
    found = {
        "happened": events.groupby(["directorate", "event"]).size().rename("facilities").reset_index(),
        "events": _ordered(events)[EVENT_COLUMNS],
        "lost": _lost(material.codebook, since, events, answers, members),
        "lost_items": _by_item(material.codebook, since, members),
        "issues": _issues(material),
    }
    return found | _form(since)


def labels(material: Material, signs: pd.DataFrame) -> pd.DataFrame:
    """The words of the questions that come to the top, of status, and of what changed."""
    asked = [material.codebook.by_name[name] for name in dict.fromkeys(signs["question"])]
    rows = [{"list": "question", "code": one.name, **{code: one.labels[code] for code in NAMES}} for one in asked]
    return pd.DataFrame(rows, columns=["list", "code", *NAMES])


def _answers(material: Material, since: Since, members: Collection[str]) -> pd.DataFrame:
    """The answers that changed, with who reports the facility now."""
    facilities = material.tables["facilities"]
    home = dict(zip(facilities["facility_id"].astype(str), facilities["directorate"].astype(str), strict=True))
    told = since.answered.assign(directorate=since.answered["facility_id"].map(home))
    return told[told["directorate"].isin(list(members))]


def _ordered(events: pd.DataFrame) -> pd.DataFrame:
    order = {event: place for place, event in enumerate(EVENTS)}
    keyed = events.assign(_order=events["event"].map(order))
    return keyed.sort_values(["_order", "directorate", "sector", "lasting_id"], kind="stable", ignore_index=True)


def _lost(
    codebook: Codebook, since: Since, events: pd.DataFrame, answers: pd.DataFrame, members: Collection[str]
) -> pd.DataFrame:
    """What was there and is no more, by directorate, and the services that were won."""
    function = codebook.of_field("facilities.functionality")
    stopped = answers["question"].eq(function.name if function else "") & answers["now"].eq("none")
    rows = {
        "gone": events.loc[events["event"] == "gone", "directorate"],
        "closed": events.loc[events["event"] == "closed", "directorate"],
        "stopped": answers.loc[stopped, "directorate"],
    }
    counts = {what: found.value_counts() for what, found in rows.items()}
    services = since.services.groupby("directorate")[["lost", "won", "gave"]].sum()
    counts |= {f"services_{what}": services[what] for what in ("lost", "won")}
    told = [(slug, what, int(counts[what].get(slug, 0)), _of(since, slug, what)) for slug in members for what in LOST]
    return pd.DataFrame(told, columns=["directorate", "what", "count", "of"])


def _of(since: Since, directorate: str, what: str) -> int:
    """Of how many: facilities listed, existing or asked before; services that were given then in both rounds."""
    starts = {"gone": "U_LISTED", "closed": "U_EXISTING", "stopped": "U_STANDING"}
    if what in starts:
        table = since.whole(directorate)
        return int(table.loc[table["indicator"] == starts[what], "before_numerator"].sum())
    mine = since.services["directorate"] == directorate
    return int(since.services.loc[mine, "gave"].sum())


def _by_item(codebook: Codebook, since: Since, members: Collection[str]) -> pd.DataFrame:
    """Each service that somebody has lost or won, in the order of the form."""
    mine = since.services[since.services["directorate"].isin(list(members))]
    sums = mine.groupby("item")[["lost", "won", "gave"]].sum().rename(columns={"gave": "of"})
    order = [one.name for one in codebook.items if one.name in sums.index]
    told = sums.loc[order].reset_index()
    return told[(told["lost"] > 0) | (told["won"] > 0)].reset_index(drop=True)


def _form(since: Since) -> dict[str, pd.DataFrame]:
    """The questions that come to the top, with all their signs, and what was written under *other* of them."""
    top = health.ranked(since.signs).head(TOP)
    told = marked(since.signs).merge(top[["question", "place"]], on="question", validate="many_to_one")
    signs = told.sort_values("place", kind="stable", ignore_index=True).drop(columns="share")
    return {"signs": signs, "written": since.written[since.written["question"].isin(list(top["question"]))]}


def _issues(material: Material) -> pd.DataFrame:
    """What workshops agreed on and is open, and what this round has settled."""
    columns = ["issue", "questions", "owner", "due", "date", "state", "settled", "year", "is_overdue"]
    rows = [
        {
            **one.model_dump(),
            "questions": " ".join(one.questions),
            "settled": one.settled or "",
            "year": one.year,
            # Due in this round or before, and still open now that this round is reported.
            "is_overdue": one.state == "open" and one.due in material.until_now,
        }
        for one in agreed.shown(material.issues, material.round_name)
    ]
    return pd.DataFrame(rows, columns=columns)
