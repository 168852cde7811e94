"""What DVC is asked for in this process: Ctrl-C stops a run also where half of a list that DVC was writing is left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from toy import ran, toy

from pipeline.run import graph

GRAPH = "stages: {good: {cmd: echo fine > good, outs: [good]}, more: {cmd: echo more > more, outs: [more]}}"


# A library of DVC warns of itself.
@pytest.mark.filterwarnings("default::DeprecationWarning")
@pytest.mark.parametrize("where", ["finish", "write"])
def test_ctrl_c_is_not_covered_by_the_error_of_dvc_that_it_causes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def stopped(*_: Any, **__: Any) -> None:
        (project.root / ".dvc/tmp/rwlock").write_text('{"write": {"/x')
        raise KeyboardInterrupt

    project = toy(tmp_path / "project", GRAPH)
    monkeypatch.chdir(project.root)
    (project.root / "good").write_text("fine\n")
    with pytest.raises(KeyboardInterrupt), graph.opened(project, []) as opened:
        monkeypatch.setattr("dvc.output.Output.commit", stopped)
        if where == "finish":
            opened.finish("good")
        else:
            opened._record("good")
    monkeypatch.undo()
    assert ran(project)[0] == 0
