"""Warm kernels: forked from a preloaded process, and yet each as fresh as one that was started anew."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

from pipeline import kernel

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here: every kernel is a normal one")

# Runs notebooks one after another, each in a kernel of its own; prints what their last cells showed.
DRIVER = """
import json, sys, tempfile
from pathlib import Path
from made import ECHO, notebook
from pipeline import kernel
from pipeline.kernel import warm as kernel_warm
asked = {"round": "a", "scope": "b", "report": "c"}
kind, *cells = sys.argv[1:]
if kind == "warm":
    kernel_warm.preload()
shown = []
for cell in cells:
    if kind == "warm":
        kernel_warm.prepare()
    with tempfile.TemporaryDirectory() as folder:
        executed = kernel.execute(notebook(ECHO, *cell.split("---")), asked, Path(folder))
    shown.append([output.get("text") or dict(output.get("data", {})) for output in executed.cells[-1].outputs])
print(json.dumps(shown))
"""
LOOK = (
    "import os, sys, time, locale, matplotlib, random\n"
    "print(hash('x'), sys.flags.hash_randomization, time.tzname, locale.getlocale(), matplotlib.get_backend())\n"
    "print(sorted(name for name in os.environ if not name.startswith('PYDEVD')), sorted(globals()), __name__)\n"
    "print(matplotlib.matplotlib_fname(), os.listdir('.'), sys.stdin.read())"
)
DRAW = (
    "import matplotlib, pandas\nfrom matplotlib import pyplot\nmatplotlib.rcParams['svg.hashsalt'] = 'x'\n"
    "from io import BytesIO\nfigure, axes = pyplot.subplots(); axes.bar(['ا', 'b'], [1, 2]); file = BytesIO()\n"
    "figure.savefig(file, format='svg', metadata={'Date': None}); pyplot.close(figure)\n---\n"
    "import hashlib; print(hashlib.sha256(file.getvalue()).hexdigest()); pandas.DataFrame({'a': [1.5]})"
)
SPOIL = (
    "import builtins, os, pandas, matplotlib\nbuiltins.leak = pandas.leak = 1\nos.environ['LEAK'] = '1'\n"
    "matplotlib.rcParams['font.size'] = 99\nleak_here = 1\nprint('spoilt')"
)
SEEK = (
    "import builtins, os, pandas, matplotlib\n"
    "print([hasattr(builtins, 'leak'), hasattr(pandas, 'leak'), 'LEAK' in os.environ, 'leak_here' in globals(),"
    " matplotlib.rcParams['font.size'] == 99])"
)


def shown(private: Path, warm: str, *cells: str) -> Any:
    own = kernel.environment(private) | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    run = subprocess.run([sys.executable, "-c", DRIVER, warm, *cells], env=own, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What four kernels showed that were forked one after another from the same process."""
    return list(shown(tmp_path_factory.mktemp("warm"), "warm", LOOK, DRAW, SPOIL, SEEK))


def test_a_warm_kernel_shows_what_a_normal_one_shows(warm: list[Any], tmp_path: Path) -> None:
    assert warm[:2] == shown(tmp_path, "cold", LOOK, DRAW)


def test_nothing_leaks_from_one_report_to_the_next(warm: list[Any]) -> None:
    spoilt, clean = warm[2:]
    assert spoilt == ["spoilt\n"]
    assert clean == ["[False, False, False, False, False]\n"]


def test_a_warm_kernel_ends_with_the_process_that_runs_its_notebook(tmp_path: Path) -> None:
    cell = f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())) if (os := __import__('os')) else 0\n---\n" + (
        "import time; time.sleep(60)"
    )
    own = kernel.environment(tmp_path) | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    run = subprocess.Popen([sys.executable, "-c", DRIVER, "warm", cell], env=own, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while not ((tmp_path / "pid").is_file() and (tmp_path / "pid").read_text()):
        assert time.monotonic() < end
        time.sleep(0.05)
    run.send_signal(signal.SIGKILL)
    run.wait()
    kernel_process = Path(f"/proc/{(tmp_path / 'pid').read_text()}/stat")
    while kernel_process.is_file() and kernel_process.read_text().rsplit(")", 1)[1].split()[0] != "Z":
        assert time.monotonic() < end
        time.sleep(0.05)
