"""A rebuild starts from a commit and a lock, compares to the byte, and says of each difference how much it matters."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import yaml
from click.testing import CliRunner
from conftest import ROOT, ROUND
from published import published as frozen
from published_round import MANIFEST, commit, copy_of, published
from sealed_round import sealed, state

from pipeline import audit, manifest
from pipeline.errors import HeramsError, UsageError, VerificationError
from pipeline.project import Project
from pipeline.rebuild import compare, fresh, rebuild, source, told

FACTS = f"data/tables/{ROUND}/measures.parquet"
PAGE = f"outputs/{ROUND}/kirkuk/overview.en.html"
BRIEF = f"data/briefs/{ROUND}/kirkuk/overview/measures.csv"
# In place of Python: puts the round there as it was made, then does what a test says.
STAND_IN = """#!{python}
import shutil, sys
from pathlib import Path
for name in ("data/tables", "data/verdicts", "data/briefs", "outputs"):
    shutil.copytree(Path({root!r}) / name / {round!r}, Path(name) / {round!r}, dirs_exist_ok=True)
Path("said").write_text(" ".join(sys.argv[1:]))
{more}
"""


@pytest.fixture
def other(tmp_path: Path) -> Project:
    """A copy of the published round."""
    return copy_of(published(), tmp_path)


def stand_in(project: Project, more: str = "") -> object:
    """An environment whose Python makes the round at once."""

    def environment(place: Path, root: Path, wheels: Path | None) -> Path:
        place.mkdir()
        python = place / "python"
        text = STAND_IN.format(python=sys.executable, root=str(project.root), round=ROUND, more=more)
        python.write_text(text)
        python.chmod(0o755)
        return python

    return environment


def changed(path: str, was: str, now: str) -> str:
    """What a stand-in does to a text that it has made."""
    return f"p = Path({path!r}); p.write_text(p.read_text().replace({was!r}, {now!r}, 1))"


def test_a_published_round_is_made_again_from_its_commit_and_leaves_nothing(other: Project) -> None:
    before = state(other)
    made_again = rebuild(other, ROUND, None, stand_in(other))
    known = manifest.manifests(other)[0].manifest
    assert (made_again.commit, made_again.by, made_again.start) == (known.commit, MANIFEST, "exports")
    assert made_again.compared.kind == "identical" and made_again.compared.differences == ()
    assert made_again.compared.same_reports == made_again.compared.reports > 15
    after = {path: found for path, found in state(other).items() if "/.git/" not in path}
    assert after == {path: found for path, found in before.items() if "/.git/" not in path}
    listed = subprocess.run(["git", "worktree", "list"], cwd=other.root, check=True, capture_output=True, text=True)
    assert len(listed.stdout.splitlines()) == 1


@pytest.mark.parametrize(
    ("more", "kind", "path"),
    [
        (changed(PAGE, "<p>", "<p >"), "look only", PAGE),
        (changed(PAGE, "overview", "overview 46%"), "substance", PAGE),
        (changed(BRIEF, ",1,", ",2,"), "substance", BRIEF),
        (f"Path({PAGE!r}).unlink()", "substance", PAGE),
        (f"Path('outputs/{ROUND}/kirkuk/new.html').write_text('')", "substance", f"outputs/{ROUND}/kirkuk/new.html"),
    ],
)
def test_each_difference_is_named_with_how_much_it_matters(other: Project, more: str, kind: str, path: str) -> None:
    found = rebuild(other, ROUND, None, stand_in(other, more))
    assert [(one.kind, one.path) for one in found.compared.differences] == [(kind, path)]
    assert found.compared.kind == kind and f"{kind:<10} {path}: " in told.text(found)


def test_a_measure_that_differs_is_told_with_both_numbers(other: Project) -> None:
    change = (
        f"import pandas as pd; t = pd.read_parquet({FACTS!r}); t.loc[0, 'numerator'] = 12345; t.to_parquet({FACTS!r})"
    )
    found = rebuild(other, ROUND, None, stand_in(other, change))
    [row] = found.compared.moved
    assert row.numbers["numerator"][1].startswith("12345") and list(row.numbers) == ["numerator"]
    assert f"measure    {row.indicator} {row.scope} {row.group}: numerator" in told.text(found)
    assert json.loads(told.as_json(found))["compared"]["kind"] == "substance"


def test_a_run_that_fails_in_the_rebuild_is_told_with_its_last_lines(other: Project) -> None:
    with pytest.raises(HeramsError, match="ended with 1 in the rebuild:\n  no room"):
        rebuild(other, ROUND, None, stand_in(other, "print('no room'); sys.exit(1)"))
    assert rebuild(other, ROUND, None, stand_in(other, "sys.exit(3)")).compared.kind == "identical"


def test_a_round_that_was_never_published_is_rehearsed_where_all_is_committed(tmp_path: Path) -> None:
    project = copy_of(sealed(), tmp_path)
    found = rebuild(project, ROUND, None, stand_in(project))
    assert found.compared.kind == "identical" and "never published" in found.by
    project.write_text(project.decisions(ROUND), "# later\n[]\n")
    with pytest.raises(HeramsError, match="commit it, then it can be made again"):
        rebuild(project, ROUND, None, stand_in(project))
    with pytest.raises(UsageError, match="did you mean"):
        rebuild(project, "small-2032")


def test_without_exports_a_rebuild_starts_at_records_and_says_so(tmp_path: Path) -> None:
    project = copy_of(sealed(), tmp_path)
    registry = yaml.safe_load(project.read_bytes(project.registry_file()))
    registry["rounds"][ROUND] |= {"source": "export", "simulate": None}
    project.write_text(project.registry_file(), yaml.safe_dump(registry | {"simulated": []}))
    commit(project, "A real round")
    project = Project(project.root)
    files = source.own(project, source.lying(project, ROUND), ROUND)
    with source.worktree(project, "HEAD", tmp_path / "first") as again:
        assert source.fetch(project, again, ROUND, files) == "exports"
        assert again.exports(ROUND)[0].read_bytes() == project.exports(ROUND)[0].read_bytes()
    project.exports(ROUND)[0].write_bytes(b"other")
    with source.worktree(project, "HEAD", tmp_path / "second") as again:
        assert source.fetch(project, again, ROUND, files) == "records"
        assert again.table(ROUND, "records").is_file() and not again.raw(ROUND).exists()
        stages = yaml.safe_load(again.read_text(again.root / "dvc.yaml"))["stages"]
        assert "gate-records" in stages and not {"ingest", "simulate"} & set(stages)
    found = rebuild(project, ROUND, None, stand_in(project)) if not source._git(project, "status", "-s") else None
    assert found is None or found.start == "exports"
    project.table(ROUND, "records").unlink()
    with source.worktree(project, "HEAD", tmp_path / "third") as again, pytest.raises(HeramsError, match="dvc pull"):
        source.fetch(project, again, ROUND, files)


def frames(one: object, two: object) -> str:
    return compare._of_tables(*(pd.DataFrame({"a": [cell]}) for cell in (one, two)))[0]


def test_numbers_are_classed_by_how_far_they_are_apart() -> None:
    assert frames(0.1 + 0.2, 0.3) == "rounding" and frames("0.30000000000000004", "0.3") == "rounding"
    assert frames(0.3, 0.31) == frames("open", "closed") == frames(1.0, None) == "substance"
    assert compare._worst(compare._of_values("", {"a": "0" * 64}, {"a": "1" * 64}))[0] == "look only"
    assert compare._worst(compare._of_values("", {"a": [1]}, {"a": [1, 2]}))[0] == "substance"


def test_a_number_in_a_spreadsheet_counts_and_an_id_does_not(tmp_path: Path) -> None:
    def packed(text: str) -> bytes:
        with zipfile.ZipFile(tmp_path / "x.xlsx", "w") as archive:
            archive.writestr("xl/sheet.xml", text)
        return (tmp_path / "x.xlsx").read_bytes()

    was = packed("<v>46</v><t>made as 65c27263868f</t>")
    assert compare._classed("x.xlsx", was, packed("<v>46</v><t>made as 1234abcd5678</t>"))[0] == "look only"
    assert compare._classed("x.xlsx", was, packed("<v>47</v><t>made as 65c27263868f</t>"))[0] == "substance"


def test_the_command_ends_with_4_for_anything_but_look_and_asks_for_a_round(
    other: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(other.root)
    assert CliRunner().invoke(audit.verify, ["--rebuild"]).exit_code == 2
    assert CliRunner().invoke(audit.verify, ["--wheels", "."]).exit_code == 2
    for more, code in (("", 0), (changed(PAGE, "<p>", "<p >"), 0), (changed(BRIEF, ",1,", ",2,"), 4)):
        monkeypatch.setattr(rebuild, "__defaults__", (None, stand_in(other, more)))
        result = CliRunner().invoke(audit.verify, [ROUND, "--rebuild"])
        problem = result.exception
        assert (problem.exit_code if isinstance(problem, VerificationError) else result.exit_code) == code


# --- real ones -------------------------------------------------------------------------------------------------------


def lock_of(package: str) -> str:
    """The lines of the lock about one package."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith(f"{package}=="))
    end = next(place for place in range(start + 1, len(lines)) if not lines[place].startswith("    --hash"))
    return "\n".join(lines[start:end]) + "\n"


@pytest.mark.slow
def test_an_environment_has_what_its_lock_says_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setattr(fresh, "OWN", ("--no-deps", "setuptools", "--dry-run"))
    (tmp_path / "requirements.lock").write_text(lock_of("packaging") + lock_of("setuptools"))
    try:
        python = fresh.environment(tmp_path / "environment", tmp_path, None)
    except HeramsError as problem:
        if "network was disabled" not in str(problem):
            raise
        pytest.skip(f"no wheels at hand without network: {problem}")
    code = "import packaging, sys, importlib.metadata as m; print(sorted({d.name for d in m.distributions()}))"
    shown = subprocess.run([str(python), "-I", "-c", code], check=True, capture_output=True, text=True)
    assert "pandas" not in shown.stdout and "packaging" in shown.stdout
    with pytest.raises(HeramsError, match="--wheels"):
        fresh.environment(tmp_path / "other", tmp_path, tmp_path)


def test_a_rebuild_reads_the_round_before_as_the_commit_names_it_also_where_that_has_left_the_graph(
    tmp_path: Path,
) -> None:
    project = copy_of(frozen(), tmp_path)
    registry = yaml.safe_load(project.read_bytes(project.registry_file()))
    first = registry["rounds"][ROUND]
    later = {"window": ["2024-05-01", "2024-10-31"], "report_date": "2024-11-30"}
    registry["rounds"]["small-2024"] = first | later | {"simulate": {"seed": 2024, "previous": ROUND}}
    registry |= {"open": ["small-2024"], "simulated": ["small-2024"], "follows": {"small-2024": ROUND}}
    project.write_text(project.registry_file(), yaml.safe_dump(registry | {"baselines": {"small-2024": ROUND}}))
    commit(project, "The next round")
    project, table = Project(project.root), project.table(ROUND, "facilities")
    with source.worktree(project, "HEAD", tmp_path / "first") as again:
        assert not again.table(ROUND, "facilities").exists()
        assert source.fetch(project, again, "small-2024", {}) == "exports"
        assert again.read_bytes(again.table(ROUND, "facilities")) == project.read_bytes(table)
        assert again.findings(ROUND, "records").is_file() and not again.raw(ROUND).exists()
    table.write_bytes(b"other")
    with (
        source.worktree(project, "HEAD", tmp_path / "second") as again,
        pytest.raises(HeramsError, match=rf"data/tables/{ROUND} does not lie here as data/tables/{ROUND}.dvc of that"),
    ):
        source.fetch(project, again, "small-2024", {})


def test_only_files_of_the_round_that_are_made_are_compared() -> None:
    digest = hashlib.sha256(b"").hexdigest()
    others = (f"data/decisions/{ROUND}.yml", "pipeline/page.py", f"data/raw/{ROUND}.dvc", "outputs/x/y.html")
    of_all = (f"outputs/{ROUND}/kirkuk/workforce.en.html", f"data/more/{ROUND}/kirkuk/workforce/brief.json")
    names = (FACTS, PAGE, *others, *of_all)
    assert list(source.own(sealed(), dict.fromkeys(names, digest), ROUND)) == [FACTS, PAGE]
