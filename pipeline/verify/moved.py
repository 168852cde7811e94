"""The back test: numbers of a published round never move without a line in the changelog's *Numbers*.

The measures that were published last are held against those that lie there. The published ones are taken from DVC's
cache, by the lock of the commit that they were published from, and believed if they have the SHA-256 of the manifest.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import pandas as pd
import yaml

from pipeline.manifest import Manifest, Read
from pipeline.project import Project
from pipeline.verify.bytes import Bytes
from pipeline.verify.claims import place
from pipeline.verify.found import Found
from pipeline.verify.published import contents

KEYS = ["indicator", "scope", "dimension", "group"]
NUMBERS = ["numerator", "denominator", "not_asked", "missing"]
SECTION = "### Numbers"


def moved(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """The measures of `before` whose numbers are others in `after`, or that are gone: with both numbers of each."""
    both = before.merge(after, on=KEYS, how="left", suffixes=("_before", "_after"), indicator=True, validate="1:1")
    differs = both["_merge"] == "left_only"
    for name in NUMBERS:
        old, new = (both[f"{name}_{when}"].astype("Float64") for when in ("before", "after"))
        differs |= (old.isna() != new.isna()) | (old != new).fillna(value=False)
    return both[differs].drop(columns="_merge").sort_values(KEYS, ignore_index=True)


def told_numbers(changelog: str) -> list[str]:
    """The lines of all sections *Numbers* of a changelog."""
    found: list[str] = []
    is_inside = False
    for line in changelog.splitlines():
        is_inside = line.strip() == SECTION if line.startswith("#") else is_inside
        found += [line] if is_inside and line.strip() and not line.startswith("#") else []
    return found


def untold(indicators: Iterable[str], round_name: str, before: str, after: str) -> list[str]:
    """The indicators that no line of *Numbers* written since `before` names, in words that name the round as well.

    `BAR_*` names a whole family: where two facilities are taken out, hundreds of indicators move.
    """
    old = set(told_numbers(before))
    new = "\n".join(line for line in told_numbers(after) if line not in old)
    words = set(re.findall(r"[\w-]+\*?", new))
    begun = tuple(word.removesuffix("*") for word in words if word.endswith("_*"))
    is_told = {one: one in words or one.startswith(begun) for one in indicators}
    return sorted(one for one in is_told if not is_told[one] or round_name not in words)


def families(indicators: Sequence[str]) -> list[str]:
    """The same indicators in fewer words: those that begin alike as one family, which a line may name too."""
    counts = Counter(one.partition("_")[0] for one in indicators)
    alone = {one.partition("_")[0]: one for one in indicators}
    return [f"{name}_* ({count})" if count > 1 else alone[name] for name, count in sorted(counts.items())]


def back_test(project: Project, now: Bytes, seen: Iterable[Read]) -> tuple[list[Found], list[str]]:
    """Measures that moved since their round was published and nobody wrote it down; and what could not be compared."""
    found: list[Found] = []
    unchecked: list[str] = []
    latest = {one.manifest.round: one.manifest for one in seen if one.manifest and one.manifest.edition == "internal"}
    for name, manifest in latest.items():
        path = project.relative(project.table(name, "measures"))
        if path not in manifest.files or now.sha256(path) in (None, manifest.files[path]):
            continue
        published = measures(project, manifest)
        if published is None:
            unchecked.append(
                f"which numbers of {name} moved since it was published: DVC's cache lacks {path} as it was"
            )
        else:
            found += _found(project, manifest, path, moved(published, project.read_table(name, "measures")))
    return found, unchecked


def measures(project: Project, manifest: Manifest) -> pd.DataFrame | None:
    """The measures as they were published; None where DVC's cache does not have them."""
    path = project.relative(project.table(manifest.round, "measures"))
    for md5 in _objects(project, manifest.commit, path):
        object_ = project.root / place(md5)
        content = object_.read_bytes() if object_.is_file() else b""
        if hashlib.sha256(content).hexdigest() == manifest.files[path]:
            return pd.read_parquet(io.BytesIO(content), engine="pyarrow")
    return None


def _objects(project: Project, commit: str, path: str) -> Iterator[str]:
    """The object of DVC's cache that the lock of a commit names for a file."""
    for _, content in contents(project, commit, ["dvc.lock"]):
        for stage in (yaml.safe_load(content) or {}).get("stages", {}).values():
            yield from (str(out["md5"]) for out in stage.get("outs", ()) if out["path"] == path)


def _found(project: Project, manifest: Manifest, path: str, rows: pd.DataFrame) -> Iterator[Found]:
    before = "".join(text.decode("utf-8") for _, text in contents(project, manifest.commit, [_changelog(project)]))
    after = project.read_text(project.changelog()) if project.changelog().is_file() else ""
    names = untold(rows["indicator"].astype(str), manifest.round, before, after)
    if names:
        yield Found(
            path,
            "unreceipted",
            f"{len(rows)} numbers moved since {manifest.round} was published; {SECTION.strip('# ')} in "
            f"{_changelog(project)} does not name {', '.join(families(names))} with the round",
        )


def _changelog(project: Project) -> str:
    return project.relative(project.changelog())
