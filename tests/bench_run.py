"""A whole round by each way of making it, for `make bench`: wall seconds, one after another on one machine.

*Floor* is what no scheduler can beat: one process that starts, imports, and calls the stage functions; then two forks
of it that run the notebooks' own code and make the HTML, without kernels and without DVC.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml
from dask_cluster import cluster

FACTS = ["facilities", "answers", "choices", "staff"]
ROUND = "demo-2023"


def rows(project: Path) -> Iterator[tuple[str, float, str, float]]:
    """What was done, its seconds, what it is set against, and the seconds of that; `project` has nothing made yet."""
    with tempfile.TemporaryDirectory() as folder:
        places = {name: Path(folder) / name for name in ("floor", "dvc", "one", "two", "usual", "cluster", "many")}
        for name, place in places.items():
            if name != "many":
                shutil.copytree(project, place)
                herams(place, "-m", "dvc", "init", "--no-scm", "--quiet")
        took: dict[str, float] = {}
        yield from whole(places, took)
        yield from little(places, took["usual"])


def whole(places: dict[str, Path], took: dict[str, float]) -> Iterator[tuple[str, float, str, float]]:
    """The round from nothing, by each way of making it; notes the seconds of `herams run` by the place of each."""
    floor = seconds(lambda: herams(places["floor"], __file__, str(places["floor"])))
    by_dvc = seconds(lambda: herams(places["dvc"], "-m", "dvc", "repro", "--quiet"))
    yield "floor: two warm processes, no kernels, no DVC", floor, "dvc repro", by_dvc
    yield "dvc repro", by_dvc, "the floor", floor
    loop = seconds(lambda: papermill(places["dvc"]))
    yield "the reports only, by papermill's command line", loop, "dvc repro", by_dvc
    for name, jobs in (("one", ["--jobs", "1"]), ("two", ["--jobs", "2"]), ("usual", [])):
        took[name] = seconds(lambda name=name, jobs=jobs: run(places[name], *jobs))
        what = f"herams run {' '.join(jobs) or '(cores + 2 jobs)'}"
        yield what, took[name], "the floor", floor
        yield f"dvc repro, beside {what}", by_dvc, what, took[name]
    on_cluster = on_two_workers(places["cluster"])
    yield "herams run --cluster, two workers", on_cluster, "the floor", floor
    yield "herams run --jobs 2, beside it", took["two"], "herams run --cluster, two workers", on_cluster


def little(places: dict[str, Path], all_of_it: float) -> Iterator[tuple[str, float, str, float]]:
    """When little or nothing is to be done, beside the whole round from nothing."""
    place = places["usual"]
    stages = rounds(place, places["many"])
    yield "herams run, nothing to do", seconds(lambda: run(place)), "the whole round", all_of_it
    for words in (("run",), ("run", "--dry"), ("status",)):
        took = seconds(lambda words=words: herams(places["many"], "-m", "pipeline", *words))
        yield f"herams {' '.join(words)}, 5 open rounds up to date, {stages} stages", took, "the whole round", all_of_it
    decide(place)
    yield "herams run, one corrected answer", seconds(lambda: run(place)), "the whole round", all_of_it


def run(folder: Path, *words: str) -> None:
    """Brings a project up to date by `herams run`."""
    herams(folder, "-m", "pipeline", "run", *words)


def rounds(made: Path, target: Path) -> int:
    """Makes a copy of a project that has the same round five times, all of it up to date; the number of its stages."""
    shutil.copytree(made, target)
    names = [ROUND, *(f"again-{number}" for number in range(4))]
    registry, lock = target / "data/registry.yml", target / "dvc.lock"
    told, stages = yaml.safe_load(registry.read_text(encoding="utf-8")), lock.read_text(encoding="utf-8")
    told |= {
        "open": names,
        "simulated": names,
        "follows": {},
        "baselines": {},
        "calendar": {},
        "rounds": dict.fromkeys(names, told["rounds"][ROUND]),
    }
    registry.write_text(yaml.dump(told, Dumper=yaml.SafeDumper, sort_keys=False), encoding="utf-8")
    head, body = stages.split("stages:\n", 1)
    locked = yaml.safe_load(f"{head}stages:\n" + "".join(body.replace(ROUND, name) for name in names))
    for name in names:  # the stage that simulates rests on all rounds
        locked["stages"][f"simulate@{name}"]["params"]["data/registry.yml"]["rounds"] = told["rounds"]
    lock.write_text(yaml.safe_dump(locked, sort_keys=False), encoding="utf-8")
    for name in names[1:]:
        for folder in ("data/raw", "data/tables", "data/verdicts", "data/briefs", "outputs"):
            shutil.copytree(target / folder / ROUND, target / folder / name)
        for path in ("data/decisions/{}.yml", "data/remarks/{}.yml", "data/revisits/{}.csv", "data/baselines/{}.csv"):
            shutil.copy(target / path.format(ROUND), target / path.format(name))
    return len(yaml.safe_load(lock.read_text(encoding="utf-8"))["stages"])


def on_two_workers(folder: Path) -> float:
    """The wall seconds of a round on a Dask cluster of two workers that stand ready, as they do between two runs."""
    with cluster(folder) as machines:
        machines.warm_up(folder, workers=2)
        return seconds(lambda: herams(folder, "-m", "pipeline", "run", "--cluster", machines.address))


def seconds(work: Callable[[], Any]) -> float:
    """The wall seconds of a piece of work."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def herams(folder: Path, *words: str) -> None:
    """Runs Python in a project's folder, with this environment's commands first on the path."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    own = os.environ | {"PYTHONPATH": str(folder), "PATH": path}
    run = subprocess.run([sys.executable, *words], cwd=folder, env=own, check=False, capture_output=True, text=True)
    if run.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(words)} ended with {run.returncode}:\n{run.stdout}{run.stderr}")


def papermill(folder: Path) -> None:
    """Every report by papermill's command line, one after another; no page is made of it."""
    for scope, notebook, name in reports(folder):
        told = {"round": ROUND, "scope": scope, "report": name}
        parameters = [word for pair in told.items() for word in ("-p", *pair)]
        herams(folder, "-m", "papermill", f"notebooks/{notebook}.ipynb", "made.ipynb", *parameters, "--no-progress-bar")


def reports(folder: Path) -> list[tuple[str, str, str]]:
    """Scope, notebook and name of every report of the round."""
    from pipeline.project import Project

    registry = Project(folder).registry
    scopes = Project(folder).scopes
    return [(scope, registry.reports[name].notebook, name) for scope in scopes for name in registry.reports_of(scope)]


def decide(folder: Path) -> None:
    """Corrects one answer: the main source of water of one facility."""
    from pipeline.project import Project

    project = Project(folder)
    records = project.read_table(ROUND, "records")
    ids = project.read_table(ROUND, "facilities").set_index("source_row")["facility_id"]
    row = records[(records["BAWA2_1"] == "A1") & (records["BAWA2_2"] == "")].iloc[0]
    decision = {
        "decision": "correct", "facility": str(ids[row["source_row"]]), "question": "BAWA2_1", "was": "A1", "now": "A2",
        "reason": "Asked again", "role": "Statistics officer", "office": "Health Department", "date": "2023-11-01",
    }  # fmt: skip
    project.write_text(project.decisions(ROUND), yaml.safe_dump([decision]))


def floor(folder: Path) -> None:
    """The whole round with nothing around it."""
    from pipeline import brief, clean, gate, ingest, measure, simulate
    from pipeline.project import Project
    from pipeline.run import preload  # noqa: F401

    project = Project(folder)
    simulate.simulate_round(project, ROUND)
    ingest.ingest(project, ROUND)
    gate.gate(project, ROUND, ["records"])
    clean.clean(project, ROUND)
    gate.gate(project, ROUND, FACTS)
    measure.measure(project, ROUND)
    gate.gate(project, ROUND, ["measures"])
    brief.brief(project, ROUND)
    in_two(folder, reports(folder))


def everything(folder: Path) -> None:
    """The floor of all that is made besides: the briefs in one process, the pages in two forks of it."""
    from pipeline import brief
    from pipeline.project import Project
    from pipeline.run import preload  # noqa: F401

    project = Project(folder)
    brief.more(project, ROUND)
    known = project.registry.reports
    in_two(
        folder,
        [
            (scope, known[name].notebook, name)
            for scope in project.scopes
            for name in project.registry.more_reports_of(scope)
        ],
    )


def in_two(folder: Path, wanted: list[tuple[str, str, str]]) -> None:
    """Makes pages in two forks of this process, each a half of them."""
    children = [fork(lambda half=half: pages(folder, wanted[half::2])) for half in (0, 1)]
    if any(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children):
        raise SystemExit("a half of the floor failed")


def fork(work: Callable[[], None]) -> int:
    """Does a piece of work in a fork of this process; gives its id."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return child


def pages(folder: Path, wanted: list[tuple[str, str, str]]) -> None:
    """Runs the notebooks' cells in this process, and makes a page of what they showed."""
    from pipeline import page, receipt, report, tables, words
    from pipeline.kernel import checks
    from pipeline.project import Project

    project = Project(folder)
    for scope, notebook, name in wanted:
        place = project.notebook(notebook)
        made = checks.read_notebook(project.read_text(place), project.relative(place))
        show(made, {"round": ROUND, "scope": scope, "report": name})
        declared = receipt.declare(project, ROUND, scope, name)
        told = project.read_json(project.brief(ROUND, scope, name) / "brief.json")
        languages = project.registry.languages
        frames = [report._frame(project, declared, told, say) for say in words.load_all(project, languages)]
        htmls = page.render(made, frames, project.read_text(project.look("report.html.j2")))
        for language, html in zip(languages, htmls, strict=True):
            project.write_text(project.page(ROUND, scope, name, language), html)
        for path, content in tables.beside(project, ROUND, scope, name, declared.printed_id).items():
            project.write_bytes(path, content)


def show(made: Any, parameters: dict[str, str]) -> None:
    """Runs each cell and keeps what it showed."""
    import nbformat
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    shell = InteractiveShell.instance()
    shell.reset(new_session=False)
    for cell in made.cells:
        if cell.cell_type == "code":
            with capture_output() as shown:
                shell.run_cell(cell.source).raise_error()
            if "parameters" in cell.metadata.get("tags", []):
                shell.push(parameters)
            cell.outputs = [
                nbformat.v4.new_output("display_data", data=one.data, metadata=one.metadata or {})
                for one in shown.outputs
            ]


def all_rows(project: Path) -> Iterator[tuple[str, float, str, float]]:
    """Every subject for every scope, after the round itself: by `herams run --all`, and with nothing around it."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "all"
        shutil.copytree(project, place)
        herams(place, "-m", "dvc", "init", "--no-scm", "--quiet")
        run(place)
        least = seconds(lambda: herams(place, __file__, str(place), "all"))
        for page in (*place.glob("outputs/*/*/*.html"), *place.glob("data/more/*.txt")):
            page.unlink()
        run(place)
        took = seconds(lambda: run(place, "--all"))
        made = len(list(place.glob("outputs/*/*/*.html")))
        yield f"herams run --all, {made} pages in all", took, "its floor: two warm processes, no kernels", least
        again = seconds(lambda: run(place, "--all"))
        yield "herams run --all, nothing to do", again, "herams run --all", took


if __name__ == "__main__":
    (everything if sys.argv[2:] == ["all"] else floor)(Path(sys.argv[1]))
