"""The board of `herams status`: what the gates say of each scope."""

from __future__ import annotations

from pathlib import Path

import made

from pipeline.review import stages
from pipeline.run import board


def test_a_ministry_is_told_by_its_own_directorates(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    name = made.round_of(project)
    judged = project.read_json(project.verdict(name, "records"))
    judged["directorates"]["erbil"]["state"] = judged["iraq"]["state"] = "provisional"
    project.write_json(project.verdict(name, "records"), judged)
    states = {line.scope: line.gate for line in board.board(project, stages.look(project))}
    assert {scope: states[scope] for scope in ("kirkuk", "erbil", "federal", "kurdistan", "iraq")} == {
        "kirkuk": "open", "erbil": "provisional", "federal": "open", "kurdistan": "provisional", "iraq": "provisional",
    }  # fmt: skip
