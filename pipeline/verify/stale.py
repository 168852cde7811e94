"""What was made of other bytes than lie there now: by the receipts, and by dvc.lock for all that lies before them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping

from pipeline.project import Project
from pipeline.run import plan
from pipeline.run.files import Files
from pipeline.verify.claims import FOLDER, Claims
from pipeline.verify.found import Found
from pipeline.verify.witness import Witness, is_absent


def by_lock(project: Project, claims: Claims) -> Iterator[Found]:
    """What a stage made before one of its inputs, its command or its parameters became another."""
    makers = {path: stage.name for stage in claims.stages for path in stage.outputs}
    files = Files(project)
    causes: dict[str, list[tuple[str, str]]] = {}
    for stage in plan.in_order(list(claims.stages), makers):
        before = [maker for path in stage.inputs if (maker := plan.maker_of(path, makers)) and maker != stage.name]
        own = list(_causes(project, stage, claims, files)) if stage.name in claims.locked else []
        causes[stage.name] = list(dict.fromkeys([*own, *(one for name in before for one in causes[name])]))
        for because, why in causes[stage.name]:
            yield from (Found(path, "stale", why, because) for path in _made(stage, claims))


def by_witness(
    seen: Iterable[Witness], now: Callable[[str, str], str | None], altered: Mapping[str, object]
) -> Iterator[Found]:
    """What a receipt, verdict or account says that it was made of, and is other bytes now; not what was altered.

    `now` gives the SHA-256 of a file for the sake of a witness: of what lies there, or of what its commit has.
    """
    for one in seen:
        for path, digest in one.inputs.items():
            found = now(one.path, path)
            if path not in altered and found != (None if is_absent(digest) else digest):
                yield Found(one.path, "stale", _why(path), path)


def _why(path: str) -> str:
    return f"made of other bytes of {path}"


def _made(stage: plan.Stage, claims: Claims) -> Iterator[str]:
    for out in stage.outputs:
        inside = [path for path in claims.files if path.startswith(f"{out}/")]
        yield from inside or [out]


def _causes(project: Project, stage: plan.Stage, claims: Claims, files: Files) -> Iterator[tuple[str, str]]:
    entry = claims.locked[stage.name]
    if entry["cmd"] != stage.command:
        yield "dvc.yaml", f"made by another command: {entry['cmd']}"
    known = {one["path"]: one["md5"] for one in entry.get("deps", ())}
    for path in stage.inputs:
        md5 = _claimed(path, claims) if claims.maker(path) else files.md5(path)
        if md5 is not None and path in known and known[path] != md5:
            yield path, _why(path)
        elif md5 is None and not claims.maker(path):
            yield path, f"made of {path}, which is not there"
        elif path not in known:
            yield "dvc.yaml", f"made without {path}"
    for told in plan.parameters(project, stage, entry.get("params", {})):
        yield project.relative(project.registry_file()), told


def _claimed(path: str, claims: Claims) -> str | None:
    """The MD5 of something made, a file or a folder, as DVC names it; None where nothing lists the folder."""
    for known in (claims.files, claims.folders):
        if path in known:
            return known[path].md5
    inside = {
        name.removeprefix(f"{path}/"): one.md5 for name, one in claims.files.items() if name.startswith(f"{path}/")
    }
    if not inside:
        return None
    listed = [{"md5": md5, "relpath": name} for name, md5 in sorted(inside.items())]
    return hashlib.md5(json.dumps(listed, sort_keys=True).encode(), usedforsecurity=False).hexdigest() + FOLDER
