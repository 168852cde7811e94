"""Publishing: only what is approved, verified and committed; all or nothing; and never over what was published."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from published import DAY, ROUND, approve, approved, herams, page, published, relock, reports, state
from reviewed import key
from sealed_round import beside, git, write_lock

from pipeline import index, ledger, publications, publish, review
from pipeline.errors import GateClosedError, HeramsError, UsageError, VerificationError
from pipeline.match import kept
from pipeline.project import Project
from pipeline.publish.unnamed import require_unnamed
from pipeline.run import plan
from pipeline.verify import verify

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="no ssh-keygen")
KIRKUK = (ROUND, "kirkuk", "overview")
RECEIPT = f"outputs/{ROUND}/kirkuk/overview.receipt.json"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return approved(tmp_path)


def shown(project: Project, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=project.root, check=True, capture_output=True, text=True).stdout


def again(project: Project, text: str = "47%") -> Project:
    """Opens the published round, corrects Kirkuk's page and a number of its brief, and has all of it approved."""
    publish.reopen(project, ROUND, "Two centres were counted twice", DAY)
    brief = project.brief(*KIRKUK) / "measures.csv"
    before = project.read_text(brief)
    line = next(one for one in before.splitlines() if one.startswith("U_EXISTING,all,"))
    cells = line.split(",")
    cells[4] = str(int(cells[4]) - 2)
    project.write_text(brief, before.replace(line, ",".join(cells)))
    page(project, KIRKUK, text)
    return Project(project.root)


# --- what stands against it ------------------------------------------------------------------------------------------


def test_what_is_not_committed_is_not_published(project: Project) -> None:
    project.write_text(project.root / "data/reference/note.txt", "x")
    with pytest.raises(HeramsError, match=r"not committed.*\n.*data/reference/note.txt"):
        publish.publish(project, ROUND, None, DAY)


def test_what_must_be_made_anew_is_not_published(project: Project) -> None:
    page(project, KIRKUK, "47%")
    with pytest.raises(HeramsError, match=r"not up to date.*\n  report-directorate@small-2023-kirkuk"):
        publish.publish(project, ROUND, None, DAY)


def test_a_page_that_was_made_anew_after_its_approval_is_not_published(project: Project) -> None:
    page(project, KIRKUK, "47%")
    relock(project)
    git(project, "commit", "-qam", "Made anew")
    with pytest.raises(HeramsError, match=r"\(1\):\n  small-2023 kirkuk overview: void, waits for kirkuk and federal"):
        publish.publish(project, ROUND, None, DAY)


def test_a_missing_approval_names_the_report_and_the_office(project: Project) -> None:
    lines = project.read_text(project.ledger()).splitlines(keepends=True)
    project.write_text(project.ledger(), "".join(lines[:-1]))
    for path in set(project.approvals().glob("*.sig")):
        if path.stem not in "".join(lines[:-1]):
            path.unlink()
    git(project, "commit", "-qam", "The last approval is not there yet")
    with pytest.raises(HeramsError, match=r"not approved as it lies there.*\(1\):\n  small-2023 .*waits for"):
        publish.publish(project, ROUND, None, DAY)


def test_a_report_that_a_gate_has_not_opened_stops_it_with_3(project: Project) -> None:
    place = project.brief(*KIRKUK) / "brief.json"
    project.write_json(place, project.read_json(place) | {"state": "provisional"})
    page(project, KIRKUK)
    relock(project)
    git(project, "commit", "-qam", "Provisional")
    with pytest.raises(GateClosedError, match="small-2023 kirkuk overview: provisional"):
        publish.publish(project, ROUND, None, DAY)


def test_a_byte_that_was_changed_stops_it_with_4(project: Project) -> None:
    path = project.findings(ROUND, "records")
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(HeramsError, match=r"records.findings.csv"):
        publish.publish(project, ROUND, None, DAY)


def test_another_round_that_must_be_made_anew_does_not_stand_against_it_but_a_changed_byte_of_it_does(
    project: Project,
) -> None:
    both = beside(project, ROUND, "small-2024")
    for _, scope, report in reports(both):
        page(both, ("small-2024", scope, report))
    write_lock(both)
    both.write_text(both.decisions("small-2024"), "# new\n[]\n")
    git(both, "add", "--all")
    git(both, "commit", "-qm", "A second round is worked on")
    assert {one.state for one in verify(both).found} == {"stale"}
    publish.publish(both, ROUND, None, DAY, is_dry=True)
    both.findings("small-2024", "records").write_bytes(b"x")
    with pytest.raises(VerificationError, match=r"not verified .*\naltered +data/verdicts/small-2024/records.findings"):
        publish.publish(both, ROUND, None, DAY, is_dry=True)


def test_the_other_edition_is_published_in_a_copy_of_the_project(project: Project) -> None:
    with pytest.raises(UsageError, match="of the internal edition: the public one is made and published in a copy"):
        publish.publish(project, ROUND, "public", DAY)


def test_a_public_edition_that_names_a_facility_that_is_kept_back_is_not_published(project: Project) -> None:
    listed = kept.step([], ROUND, project.read_table(ROUND, "facilities"), [])[0].rows
    brief = project.read_text(project.brief(*KIRKUK) / "facilities.csv")
    is_named = [one in brief for one in listed["facility_id"]]
    named, other = listed[is_named].iloc[0], listed[[not one for one in is_named]].iloc[0]
    withheld = project.reference("withheld.csv")
    project.write_text(withheld, f"lasting_id,reason\n{other['lasting_id']},a prison\n")
    require_unnamed(project, ROUND, [KIRKUK])
    project.write_text(withheld, f"lasting_id,reason\n{named['lasting_id']},a prison\n")
    with pytest.raises(HeramsError, match=r"kirkuk/overview/facilities.csv: " + named["lasting_id"]) as told:
        require_unnamed(project, ROUND, [KIRKUK])
    assert named["facility_id"] not in str(told.value)


def test_a_dry_run_says_what_would_be_published_and_changes_nothing(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    before = state(project)
    publish.publish(project, ROUND, "internal", DAY, is_dry=True)
    assert "number 1: 6 reports, each approved" in capsys.readouterr().out
    assert state(project) == before


def test_it_is_said_where_no_office_has_signed_who_ran_the_round(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    publish.publish(project, ROUND, None, DAY, is_dry=True)
    assert "no office has signed the record of its runs" in capsys.readouterr().out
    review.sign_runs(project, ROUND, "erbil", key("erbil"), DAY)
    git(project, "add", ".")
    git(project, "commit", "-qm", "Who ran it")
    publish.publish(project, ROUND, None, DAY, is_dry=True)
    assert "no office" not in capsys.readouterr().out


# --- what it does ----------------------------------------------------------------------------------------------------


def test_the_tag_names_the_commit_with_the_round_open_and_the_head_of_the_ledger() -> None:
    project = published()
    tag = f"published/{ROUND}/internal/1"
    line = ledger.load(project)[-1]
    assert isinstance(line, ledger.Publication)
    assert shown(project, "rev-parse", f"{tag}^{{commit}}").strip() == line.commit
    assert shown(project, "rev-parse", "HEAD^").strip() == line.commit
    assert yaml.safe_load(shown(project, "show", f"{tag}:data/registry.yml"))["open"] == [ROUND]
    told = shown(project, "tag", "--list", "--format=%(contents)", tag)
    assert f"ledger: {ledger.head(project)}\n" in told and f"archive: {line.archive}\n" in told
    assert line.archive == project.sha256(project.archives() / f"{ROUND}-internal-1.zip")
    assert line.runs == project.read_text(project.runs_head()).strip()


def test_afterwards_nothing_is_to_be_done_all_verifies_and_the_tables_lie_where_they_were() -> None:
    project = published()
    assert (project.registry.open, project.registry.simulated) == ([], [])
    assert plan.plan(project).stages == [] and plan.locked(project) == {}
    assert verify(project).found == ()
    assert shown(project, "status", "--porcelain") == ""
    assert len(project.read_table(ROUND, "facilities")) > 0
    manifest = publications.manifests(project)[f"{ROUND}-internal-1"]
    assert manifest["files"][RECEIPT] == project.sha256(project.root / RECEIPT)
    assert {name.split("/")[1] for name in manifest["files"]} == {
        "raw", "tables", "since", "verdicts", "briefs", ROUND, "baselines"
    }  # fmt: skip


def test_a_published_page_is_not_older_than_code_that_changed_since_but_its_bytes_are_held(tmp_path: Path) -> None:
    shutil.copytree(published().root, tmp_path / "project", symlinks=True)
    project = Project(tmp_path / "project")
    notebook = project.notebook("overview")
    notebook.write_bytes(notebook.read_bytes() + b"\n")
    git(project, "commit", "-qam", "Another notebook")
    assert verify(project).found == ()
    index.index(project)
    assert project.read_text(project.front_page()).count('class="standing current"') == 6
    altered = project.page(*KIRKUK)
    altered.write_bytes(altered.read_bytes().replace(b"46%", b"47%"))
    assert {(one.state, one.path) for one in verify(project).found} == {("altered", project.relative(altered))}


def test_a_stage_by_hand_does_not_touch_a_published_round() -> None:
    done = herams(published(), "clean", ROUND)
    assert (done.returncode, "herams round reopen" in done.stderr) == (2, True)


def test_what_fails_last_leaves_git_and_files_as_they_were(project: Project) -> None:
    hook = project.root / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\necho the office has a rule\nexit 1\n")
    hook.chmod(0o755)
    before = state(project)
    with pytest.raises(HeramsError, match="git commit failed: the office has a rule"):
        publish.publish(project, ROUND, None, DAY)
    assert state(project) == before


def test_a_folder_that_cannot_be_written_leaves_everything_as_it_was(project: Project) -> None:
    (project.root / "data/publications").write_text("in the way")
    git(project, "add", "data/publications")
    git(project, "commit", "-qm", "A file in the way")
    before = state(project)
    with pytest.raises(OSError, match="publications"):
        publish.publish(project, ROUND, None, DAY)
    assert state(project) == before


# --- afterwards ------------------------------------------------------------------------------------------------------


def test_a_published_round_is_corrected_by_the_next_number_and_an_errata_page_tells_both(tmp_path: Path) -> None:
    shutil.copytree(published().root, tmp_path / "project", symlinks=True)
    project = Project(tmp_path / "project")
    first = project.read_bytes(project.archives() / f"{ROUND}-internal-1.zip")
    with pytest.raises(UsageError, match=r"was published already .* `herams round reopen"):
        publish.publish(project, ROUND, None, DAY)
    project = again(project)
    relock(project)
    approve(project)
    publish.publish(project, ROUND, None, "2024-03-01")
    one, two = publications.told(ledger.load(project))
    assert (one.state, one.by, one.why) == ("superseded", 2, "Two centres were counted twice")
    assert (two.tag, two.state) == (f"published/{ROUND}/internal/2", "published")
    rows = project.read_csv(project.errata(one.name, "csv"))
    assert list(rows.itertuples(index=False, name=None)) == [
        ("U_EXISTING", "kirkuk", "", "numerator", *rows.loc[0, ["before", "after"]], "Two centres were counted twice")
    ]
    assert int(rows.loc[0, "before"]) - int(rows.loc[0, "after"]) == 2
    for language in ("en", "ar", "ckb"):
        html = project.read_text(project.errata(one.name, f"{language}.html"))
        assert rows.loc[0, "before"] in html and "<script" not in html
        # On a telephone the table scrolls, and not the page.
        assert '<div class="scroll" role="region" tabindex="0" aria-labelledby="numbers"><table' in html
    archive = project.archives() / f"{ROUND}-internal-1.zip"
    assert project.read_bytes(archive) == first
    assert verify(project).found == ()
    archive.write_bytes(first[:-1])
    assert {(one.state, one.path) for one in verify(project).found} == {("altered", project.relative(archive))}


def test_a_withdrawn_publication_stays_and_says_why(tmp_path: Path) -> None:
    shutil.copytree(published().root, tmp_path / "project", symlinks=True)
    project = Project(tmp_path / "project")
    publish.withdraw(project, ROUND, None, "The population of Kirkuk was that of 2018", "2024-02-10")
    (one,) = publications.told(ledger.load(project))
    assert (one.state, one.since, one.why) == ("withdrawn", "2024-02-10", "The population of Kirkuk was that of 2018")
    assert "The population of Kirkuk was that of 2018" in project.read_text(project.errata(one.name, "ar.html"))
    git(project, "add", "--all")
    git(project, "commit", "-qm", "Withdrawn")
    assert verify(project).found == ()
    with pytest.raises(UsageError, match="was withdrawn on 2024-02-10"):
        publish.withdraw(project, ROUND, None, "again", DAY)


def test_a_reopened_round_that_nobody_changed_has_nothing_to_run(tmp_path: Path) -> None:
    shutil.copytree(published().root, tmp_path / "project", symlinks=True)
    project = Project(tmp_path / "project")
    publish.reopen(project, ROUND, "A letter came", DAY)
    assert Project(project.root).registry.open == Project(project.root).registry.simulated == [ROUND]
    assert plan.plan(Project(project.root)).reasons == {}
    assert not list(project.root.glob("data/*/*.dvc")) and not list(project.outputs().glob("*.dvc"))


@pytest.mark.parametrize("gone", ["", ".dvc"], ids=["the exports", "what DVC knows of them"])
def test_a_round_whose_exports_are_not_here_is_not_opened_again(tmp_path: Path, gone: str) -> None:
    shutil.copytree(published().root, tmp_path / "project", symlinks=True)
    project = Project(tmp_path / "project")
    registry = yaml.safe_load(project.read_text(project.registry_file()))
    registry["rounds"][ROUND] |= {"source": "export", "simulate": None}
    project.write_text(project.registry_file(), yaml.safe_dump(registry, sort_keys=False))
    (project.root / f"data/raw/{ROUND}{gone}").rename(tmp_path / "away")
    before = state(project)
    with pytest.raises(HeramsError, match=rf"`dvc pull data/raw/{ROUND}.dvc`, then open the round again"):
        publish.reopen(Project(project.root), ROUND, "x", DAY)
    assert state(project) == before


def test_a_closed_round_is_kept_and_not_made_anew(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    publish.close(project, ROUND, "Given up after two weeks", DAY)
    assert "cannot be rebuilt" in capsys.readouterr().out
    line = ledger.load(project)[-1]
    assert isinstance(line, ledger.Closing) and line.reason == "Given up after two weeks"
    git(project, "add", "--all")
    git(project, "commit", "-qm", "Closed")
    project = Project(project.root)
    assert project.registry.open == [] and verify(project).found == ()
    assert len(project.read_table(ROUND, "measures")) > 0
    with pytest.raises(UsageError, match="unknown open round"):
        publish.close(project, ROUND, "again", DAY)


def test_a_round_that_is_not_up_to_date_is_not_closed(project: Project) -> None:
    project.write_text(project.decisions(ROUND), "# new\n[]\n")
    before = state(project)
    with pytest.raises(HeramsError, match=r"not up to date.*\n  gate-records@small-2023"):
        publish.close(project, ROUND, "x", DAY)
    assert state(project) == before


def test_a_signature_that_does_not_hold_stops_it_with_4(project: Project) -> None:
    path = sorted(project.approvals().glob("*.sig"))[0]
    path.write_bytes(path.read_bytes().replace(b"A", b"B", 1))
    git(project, "commit", "-qam", "Nobody will see")
    with pytest.raises(VerificationError, match="was changed"):
        publish.publish(project, ROUND, None, DAY)
