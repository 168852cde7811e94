"""A whole round: from nothing to pages through DVC, again in another folder without it, after a decision, closed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml
from conftest import ROOT, ROUND, THREE, make_small
from contacts import contacts, told_in
from dask_cluster import cluster
from published_round import commit
from sealed_round import git

from pipeline.project import Project
from pipeline.rebuild import rebuild

pytestmark = pytest.mark.slow
SCOPES = (*THREE, "federal", "kurdistan", "iraq")
# A report of each stage of the graph: what a run does for one subject or domain it does for all.
SUBJECTS, DOMAINS = ["summary"], ["communicable"]
# Each word through the command line, in one process.
ONE_AFTER_ANOTHER = """
import json, sys
from pipeline import cli
for words in json.loads(sys.argv[1]):
    cli.main(words)
"""
# `herams run` as in a terminal: what a shell has started in the background would not hear of Ctrl-C.
RUN = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from pipeline import cli
cli.main(["run"])
"""


def make_round(root: Path) -> Project:
    """The small project with few reports, and with DVC."""
    project = make_small(root)
    offer(project, SUBJECTS, DOMAINS)
    subprocess.run([sys.executable, "-m", "dvc", "init", "--no-scm", "--quiet"], cwd=root, check=True)
    return Project(root)


def offer(project: Project, subjects: list[str], domains: list[str]) -> None:
    """Cuts the catalogue to some of Iraq's reports, with those of its parts."""
    registry = yaml.safe_load(project.read_text(project.registry_file()))
    reports = yaml.safe_load((ROOT / "data/registry.yml").read_text(encoding="utf-8"))["reports"]
    kept = (*subjects, *domains, "overview", "annual-review")
    registry |= {"subjects": subjects, "domains": domains, "reports": {name: reports[name] for name in kept}}
    project.write_text(project.registry_file(), yaml.safe_dump(registry, sort_keys=False, allow_unicode=True))


def herams(project: Project, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs a command as a person would, in the project's folder, with the project's own code."""
    return python(project, "-m", "pipeline", *words)


def python(project: Project, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    settings = os.environ | {"PYTHONPATH": str(project.root), "PYTHONDONTWRITEBYTECODE": "1"} | environment
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=project.root, env=settings, capture_output=True, text=True, check=False)


def pages(project: Project) -> dict[str, str]:
    """The hash of every page, by its path."""
    found = sorted((project.root / "outputs").rglob("*.html"))
    return {project.relative(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The small project, brought up to date by `herams run`."""
    project = make_round(tmp_path_factory.mktemp("one") / "project")
    run = herams(project, "run")
    assert run.returncode == 0, run.stdout + run.stderr
    return project


def test_one_command_makes_a_page_and_a_receipt_for_every_scope_and_the_front_page(made: Project) -> None:
    for scope in SCOPES:
        for report in made.registry.reports_of(scope):
            assert made.page(ROUND, scope, report).is_file()
            assert made.receipt(ROUND, scope, report).is_file()
    assert made.front_page().is_file()


def test_a_second_run_has_nothing_to_do(made: Project) -> None:
    before = pages(made)
    run = herams(made, "run")
    assert run.returncode == 0
    assert "nothing to do" in run.stdout
    assert pages(made) == before


def test_what_a_run_has_made_is_intact(made: Project) -> None:
    told = herams(made, "verify")
    assert told.returncode == 0, told.stdout
    assert "all intact" in told.stdout


def test_nothing_that_a_run_leaves_tells_a_contact(made: Project) -> None:
    assert len(contacts(made, ROUND)) > 300
    assert told_in(made, ROUND) == {}


def test_a_contact_would_be_found_in_a_page_a_table_a_log_or_a_spreadsheet(made: Project, tmp_path: Path) -> None:
    contact = max(contacts(made, ROUND))
    other = make_small(tmp_path / "project")
    shutil.copytree(made.raw(ROUND), other.raw(ROUND))
    other.write_text(other.page(ROUND, "erbil", "overview"), f"<p>{contact}</p>")
    other.write_text(other.stage_log("ingest"), contact)
    other.write_table(ROUND, "records", pd.DataFrame({"name": [contact] * 50}))
    pd.DataFrame({"name": [contact]}).to_excel(other.root / "letter.xlsx")
    assert len(told_in(other, ROUND)) == 4


def test_a_rebuild_really_makes_the_round_again_to_the_byte(made: Project, tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    shutil.copytree(made.root, project.root)
    shutil.copy(ROOT / ".gitignore", project.root)
    git(project, "init", "-q")
    commit(project, "A round")
    found = rebuild(project, ROUND, None, lambda *_: Path(sys.executable))
    assert (found.compared.kind, found.compared.differences) == ("identical", ())
    assert found.compared.same_reports == found.compared.reports > len(SCOPES)


def test_another_folder_time_zone_locale_and_hash_seed_give_the_same_bytes(made: Project, tmp_path: Path) -> None:
    other = make_round(tmp_path / "quite another folder")
    strange = {"TZ": "Asia/Baghdad", "LC_ALL": "C", "PYTHONHASHSEED": "42", "HOME": str(tmp_path)}
    facts = ("facilities", "answers", "choices", "staff")
    stages = [("round", "simulate", ROUND), ("ingest", ROUND), ("gate", ROUND, "records"), ("clean", ROUND)]
    stages += [("gate", ROUND, *facts), ("measure", ROUND), ("gate", ROUND, "measures"), ("brief", ROUND)]
    stages += [("report", ROUND, "kirkuk", "overview"), ("report", ROUND, "iraq", "summary")]
    run = python(other, "-c", ONE_AFTER_ANOTHER, json.dumps(stages), **strange)
    assert run.returncode == 0, run.stderr
    briefs = [path.relative_to(other.root) for path in sorted(other.briefs(ROUND).rglob("*.*"))]
    assert len(briefs) > len(SCOPES)
    assert all((made.root / path).read_bytes() == (other.root / path).read_bytes() for path in briefs)
    first, second = pages(made), pages(other)
    assert {path for path in second if first[path] == second[path]} >= {
        other.relative(other.page(ROUND, "kirkuk", "overview")),
        other.relative(other.page(ROUND, "iraq", "summary")),
    }


def until(holds: Callable[[], object], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)


def alive() -> set[int]:
    return descendants(0) | descendants(1)


def descendants(of: int) -> set[int]:
    """The processes that a process has started, and those that they have, as far as they are alive."""
    parents = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = place.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if told[0] != "Z":
            parents[int(place.parent.name)] = int(told[1])
    found, waiting = set(), {of}
    while waiting:
        found |= (waiting := {child for child, parent in parents.items() if parent in waiting})
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="processes are counted in /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_stopped_while_notebooks_run_leaves_no_process_behind(
    made: Project, tmp_path: Path, how: signal.Signals
) -> None:
    project = Project(tmp_path / "project")
    shutil.copytree(made.root, project.root)
    shutil.rmtree(project.outputs() / ROUND)
    command, settings = [sys.executable, "-c", RUN], os.environ | {"PYTHONPATH": str(project.root)}
    run = subprocess.Popen(command, cwd=project.root, env=settings, stdout=subprocess.DEVNULL)
    until(lambda: list(project.outputs().glob(".draft-*/log.txt")))
    started = descendants(run.pid)
    assert len(started) >= 4  # the tracker, the preloaded process, a worker, its kernel
    run.send_signal(how)
    assert run.wait(60) == (130 if how is signal.SIGINT else -signal.SIGKILL)
    until(lambda: not started & alive())
    if how is signal.SIGINT:
        assert "not made yet" in project.read_text(project.front_page())


def test_a_run_that_was_killed_while_the_catalogue_grew_is_taken_up_and_no_page_that_was_there_changes(
    here: Project, made: Project, tmp_path: Path
) -> None:
    project = Project(tmp_path / "project")
    shutil.copytree(made.root, project.root)
    shutil.rmtree(project.outputs() / ROUND)
    offer(project, here.registry.subjects, DOMAINS)
    project = Project(project.root)
    command, settings = [sys.executable, "-m", "pipeline", "run"], os.environ | {"PYTHONPATH": str(project.root)}
    # While the first notebooks run, and when one report is there and others are not.
    for sign in (".draft-*/log.txt", f"{ROUND}/*/*.receipt.json"):
        run = subprocess.Popen(command, cwd=project.root, env=settings, stdout=subprocess.DEVNULL)
        until(lambda sign=sign: list(project.outputs().glob(sign)))
        run.kill()
        run.wait()
    assert 0 < len(list(project.outputs().glob(f"{ROUND}/*/*.receipt.json"))) < len(SCOPES)
    assert herams(project, "run").returncode == 0
    for report in here.registry.subjects:
        assert project.page(ROUND, "iraq", report).is_file() and project.receipt(ROUND, "iraq", report).is_file()
    before, after = (
        {path: told for path, told in pages(one).items() if "index" not in path} for one in (made, project)
    )
    assert {path: after[path] for path in before} == before
    assert herams(project, "run").stdout.startswith("nothing to do")


def test_a_cluster_makes_the_same_bytes(made: Project, tmp_path: Path) -> None:
    project = make_round(tmp_path / "project")
    with cluster(project.root, workers=0) as machines:
        machines.add("--nthreads", "2")
        run = herams(project, "run", "--cluster", machines.address)
    assert run.returncode == 0, run.stdout + run.stderr
    assert pages(project) == pages(made)
    assert (project.root / "dvc.lock").read_bytes() == (made.root / "dvc.lock").read_bytes()


def test_a_decision_makes_anew_the_pages_that_it_touches_and_no_others(made: Project) -> None:
    before = pages(made)
    records = made.read_table(ROUND, "records")
    ids = made.read_table(ROUND, "facilities").set_index("source_row")["facility_id"]
    chosen = records[(records["HR1_SQ001"] == "A1") & records["HR2_SQ001_FEMALE"].str.fullmatch("[1-9]")]
    row = chosen[chosen["source_row"].map(ids).astype(str).str.startswith("kirkuk")].iloc[0]
    decision = {
        "decision": "correct", "facility": ids[row["source_row"]], "question": "HR2_SQ001_FEMALE",
        "was": row["HR2_SQ001_FEMALE"], "now": str(int(row["HR2_SQ001_FEMALE"]) + 1),
        "reason": "Counted again", "role": "Statistics officer", "office": "Kirkuk Health Department",
        "date": "2023-12-01",
    }  # fmt: skip
    made.write_text(made.decisions(ROUND), yaml.safe_dump([decision]))
    assert herams(made, "run").returncode == 0
    after = pages(made)
    changed = {path.split("/")[2] for path in after if "index" not in path and after[path] != before[path]}
    assert changed == {"kirkuk", "federal", "iraq"}
    assert "Counted again" in made.read_text(made.page(ROUND, "kirkuk", "overview"))


def test_a_closed_directorate_has_a_page_without_numbers_and_the_run_ends_with_3(made: Project) -> None:
    export = made.exports(ROUND)[0]
    frame = pd.read_csv(export, dtype=str, keep_default_na=False)
    rows = frame.index[frame["GEO1"].str.startswith("Erbil")][:5]
    frame.loc[rows, "MoSDGPS_SQ001"] = "3.5"
    folder = made.root.parent / "delivery"
    folder.mkdir()
    frame.to_csv(folder / "export.csv", index=False)
    window = ("--window", "2022-03-17", "2023-04-25", "--report-date", "2023-11-30")
    added = herams(
        made, "round", "add", "closed-2023", "--form", "iraq-2022", "--export", str(folder / "export.csv"), *window
    )
    assert added.returncode == 0, added.stderr
    run = herams(made, "run", "--round", "closed-2023", "--directorate", "erbil")
    assert run.returncode == 3, run.stdout + run.stderr
    assert "closed-2023: erbil is closed" in run.stderr
    brief = json.loads((made.brief("closed-2023", "erbil", "overview") / "brief.json").read_text(encoding="utf-8"))
    assert brief["state"] == "closed"
    assert herams(made, "run", "--round", "closed-2023", "--directorate", "kirkuk").returncode == 3
    assert made.page("closed-2023", "kirkuk", "overview").is_file()
