"""A project of shell commands for tests of the scheduler: nothing heavy is imported, a run takes a second or two."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from conftest import ROOT

from pipeline.project import Project

# What runs in the background (`… &`) inherits that Ctrl-C is ignored; these tests press it.
DRIVER = """
import signal
import sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)
from pipeline import run
from pipeline.errors import HeramsError
from pipeline.project import Project
from pipeline.run import told
try:
    if sys.argv[2]:
        from pipeline.run import cluster
        cluster.PATIENCE_SECONDS = cluster.CONNECT_SECONDS = 3
    board = run.make(Project(Path.cwd()), sys.argv[3:], run.Limits(int(sys.argv[1]), cluster=sys.argv[2]))
    print("made", sorted(board.made))
    sys.exit(told.recap(board.failures, board.skipped) if board.failures else 0)
except HeramsError as problem:
    sys.exit(str(problem))
except KeyboardInterrupt:
    sys.exit(130)
"""
# Two rounds; a stage of each that waits, six that read it at once, and one that reads those. The second round follows.
GRAPH = """
vars: [lists.yml]
stages:
  first:
    matrix: {round: "${rounds}"}
    cmd: sleep 0.2; tr a-z A-Z < source.txt > ${item.round}.first
    params: [{lists.yml: ["about.${item.round}"]}]
    deps: [source.txt]
    outs: ["${item.round}.first"]
  page:
    matrix: {round: "${rounds}", scope: "${scopes}"}
    cmd: sleep 0.1; echo ${item.scope} | cat ${item.round}.first - > ${item.round}.${item.scope}
    deps: ["${item.round}.first"]
    outs: [{"${item.round}.${item.scope}": {persist: true}}]
  since:
    foreach: ${follows}
    do:
      cmd: cat ${item}.first ${key}.first > ${key}.since
      deps: ["${item}.first", "${key}.first"]
      outs: ["${key}.since"]
  none:
    foreach: ${nothing}
    do: {cmd: "echo ${key} > ${item}", outs: ["${item}"]}
  last:
    cmd: cat one.* two.* > last
    deps: [one.a, one.b, one.c, two.a, two.b, two.c]
    outs: [last: {cache: false}]
"""
LISTS = """rounds: [one, two]
scopes: [a, b, c]
follows: {two: one}
nothing: {}
about: {one: '2023-11-30', two: {no: yes, n: 1.5}}
"""


def toy(root: Path, graph: str = GRAPH) -> Project:
    """The project, nothing made yet."""
    (root / ".dvc").mkdir(parents=True)
    (root / ".dvc/config").write_text("[core]\n    no_scm = true\n    analytics = false\n    check_update = false\n")
    (root / "dvc.yaml").write_text(graph)
    (root / "lists.yml").write_text(LISTS)
    (root / "source.txt").write_text("water\n")
    return Project(root)


def start(project: Project, jobs: int = 2, targets: Sequence[str] = (), cluster: str = "") -> subprocess.Popen[str]:
    """A run in a process of its own."""
    command = [sys.executable, "-c", DRIVER, str(jobs), cluster, *targets]
    own = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        command, cwd=project.root, env=own, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def ran(project: Project, jobs: int = 2, targets: Sequence[str] = (), cluster: str = "") -> tuple[int, str]:
    """The exit code of a run and all that it said."""
    process = start(project, jobs, targets, cluster)
    said, complained = process.communicate(timeout=120)
    return process.returncode, said + complained


def repro(project: Project) -> str:
    """What `dvc repro` says."""
    command = [sys.executable, "-m", "dvc", "repro"]
    run = subprocess.run(command, cwd=project.root, check=True, capture_output=True, text=True)
    return run.stdout + run.stderr


def lock(project: Project) -> bytes:
    return (project.root / "dvc.lock").read_bytes()
