"""Review: an approval speaks of bytes, is signed by an office, and no byte of it or of the report changes unseen."""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import hypothesis
import pytest
import reviewed
from hypothesis import strategies as st
from reviewed import DAY, FEDERAL, IRAQ, KIRKUK, key, say

from pipeline import cli, ledger, review
from pipeline.errors import GateClosedError, HeramsError, RegistryError, UsageError, VerificationError
from pipeline.project import Project
from pipeline.review import copies, core

pytestmark = pytest.mark.skipif(
    subprocess.run(["which", "ssh-keygen"], capture_output=True, check=False).returncode != 0, reason="no ssh-keygen"
)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return reviewed.project(tmp_path)


@pytest.fixture
def approved(project: Project) -> Project:
    """Kirkuk's overview, accepted by Kirkuk and approved by its ministry."""
    say(project, "accept", "kirkuk")
    say(project, "approve", "federal")
    return project


def state(project: Project, which: ledger.Which = KIRKUK) -> str:
    return review.seen(project, which).state


def test_a_directorate_accepts_then_its_ministry_approves(project: Project) -> None:
    assert state(project) == "draft"
    with pytest.raises(HeramsError, match="kirkuk has its say first"):
        say(project, "approve", "federal")
    say(project, "accept", "kirkuk")
    assert state(project) == "accepted"
    say(project, "approve", "federal")
    assert state(project) == "approved"


def test_iraq_needs_both_ministries(project: Project) -> None:
    say(project, "approve", "kurdistan", IRAQ)
    assert (state(project, IRAQ), review.seen(project, IRAQ).standing.missing) == ("partly", ("federal",))
    say(project, "approve", "federal", IRAQ)
    assert state(project, IRAQ) == "approved"


def test_only_the_banner_is_no_part_of_what_is_approved() -> None:
    page = b"<!-- banner -->draft<!-- /banner --><p>46%</p>"
    assert core.page(page) == core.page(page.replace(b"draft", b"published"))
    assert core.page(page) != core.page(page.replace(b"46", b"47"))
    # A second place that looks like a banner is text as any other.
    assert core.page(page + page) != core.page(page + page.replace(b"draft", b"other"))


@pytest.mark.parametrize("name", ["overview.en.html", "overview.ckb.html", "overview.xlsx"])
def test_one_byte_changed_after_approval_is_named(approved: Project, name: str) -> None:
    path = approved.page(*KIRKUK).with_name(name)
    path.write_bytes(path.read_bytes().replace(b"t", b"T", 1))
    seen = review.seen(approved, KIRKUK)
    assert seen.state == "altered" and name in seen.why
    assert seen.standing.missing == ("kirkuk", "federal")
    with pytest.raises(VerificationError, match=name):
        say(approved, "accept", "kirkuk")


def test_a_page_made_anew_with_another_number_voids_the_approval_and_tells_what_changed(approved: Project) -> None:
    measures = approved.brief(*KIRKUK) / "measures.csv"
    rows = approved.read_csv(measures)
    rows.loc[0, "numerator"] = "1"
    approved.write_csv(measures, rows)
    reviewed.report(approved, KIRKUK, percent=47)
    seen = review.seen(approved, KIRKUK)
    assert seen.state == "void"
    numbers, text = review.changed(approved, KIRKUK, seen.standing.earlier["federal"])
    assert len(numbers) == 1 and re.fullmatch(r"measures U_\w+ all: numerator \d+ → 1", numbers[0])
    assert text == ["-Operational: 46%", "+Operational: 47%"]


def test_bytes_that_come_back_need_no_second_look(approved: Project) -> None:
    reviewed.report(approved, KIRKUK, percent=47)
    assert state(approved) == "void"
    reviewed.report(approved, KIRKUK, percent=46)
    assert state(approved) == "approved" and review.seen(approved, KIRKUK).is_ready
    lines = len(ledger.load(approved))
    assert say(approved, "approve", "federal") is None
    assert len(ledger.load(approved)) == lines


def test_a_notebook_changed_after_approval_is_named(approved: Project) -> None:
    notebook = approved.notebook("overview")
    notebook.write_bytes(notebook.read_bytes() + b" ")
    assert review.seen(approved, KIRKUK).older_than == ("notebooks/overview.ipynb",)
    reviewed.report(approved, KIRKUK)
    assert state(approved) == "void"


def test_a_report_older_than_its_inputs_is_not_approved(project: Project) -> None:
    notebook = project.notebook("overview")
    notebook.write_bytes(notebook.read_bytes() + b" ")
    with pytest.raises(HeramsError, match=r"older than .*overview.ipynb"):
        say(project, "accept", "kirkuk")


@pytest.mark.parametrize("numbers", ["provisional", "closed"])
def test_numbers_that_a_gate_holds_back_are_not_approved(project: Project, numbers: str) -> None:
    reviewed.report(project, KIRKUK, state=numbers)
    with pytest.raises(GateClosedError, match=numbers):
        say(project, "accept", "kirkuk")


def test_a_receipt_changed_by_hand_is_not_believed(project: Project) -> None:
    reviewed.report(project, KIRKUK)
    told = project.read_json(project.receipt(*KIRKUK))
    told["inputs"]["requirements.lock"] = "0" * 64
    project.write_json(project.receipt(*KIRKUK), told)
    seen = review.seen(project, KIRKUK)
    assert seen.state == "altered" and "overview.receipt.json was changed" in seen.why
    with pytest.raises(VerificationError, match=r"overview.receipt.json"):
        say(project, "accept", "kirkuk")


def test_a_gates_word_changed_in_the_receipt_voids_the_approval(approved: Project) -> None:
    told = approved.read_json(approved.receipt(*KIRKUK))
    approved.write_json(approved.receipt(*KIRKUK), told | {"state": "provisional"})
    assert state(approved) == "void"


# --- signatures ------------------------------------------------------------------------------------------------------


def test_a_byte_of_a_signature_changed_is_found(approved: Project) -> None:
    path = sorted(approved.approvals().glob("*.sig"))[0]
    content = bytearray(path.read_bytes())
    content[60] ^= 1
    path.write_bytes(content)
    with pytest.raises(VerificationError, match=f"{path.name} was changed"):
        ledger.load(approved)


def test_a_signature_given_another_name_is_found(approved: Project) -> None:
    path = sorted(approved.approvals().glob("*.sig"))[0]
    path.rename(path.with_name("0" * 64 + ".sig"))
    with pytest.raises(VerificationError) as told:
        ledger.load(approved)
    assert f"{path.name} is gone" in str(told.value) and "000.sig is named by no line" in str(told.value)


def test_an_office_renamed_in_the_last_line_is_found_by_its_signature(project: Project) -> None:
    say(project, "approve", "kurdistan", IRAQ)
    path = project.ledger()
    path.write_bytes(path.read_bytes().replace(b'"office": "kurdistan"', b'"office": "federal"'))
    seen = review.seen(project, IRAQ)
    assert seen.state == "draft"
    assert "line 1" in seen.unsound[0] and "has for federal" in seen.unsound[0]
    with pytest.raises(VerificationError, match="signatures that do not hold"):
        say(project, "approve", "federal", IRAQ)


@functools.cache
def signed_ledger() -> tuple[Project, bytes]:
    """A ledger with an acceptance, a return, an answer and an approval; not committed."""
    folder = Path(tempfile.mkdtemp(prefix="herams-ledger-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    project = reviewed.project(folder)
    say(project, "accept", "kirkuk")
    say(project, "return", "federal", KIRKUK, "أسرّة؟")
    review.answer(project, KIRKUK, 1, "Counted.", "Analyst", "Planning", DAY)
    say(project, "approve", "federal")
    return project, project.ledger().read_bytes()


@hypothesis.given(place=st.integers(0, 10_000), byte=st.integers(0, 255))
@hypothesis.settings(max_examples=60, deadline=None)
def test_any_byte_of_the_ledger_that_changes_is_found(place: int, byte: int) -> None:
    project, content = signed_ledger()
    changed = bytearray(content)
    changed[place % len(content)] = byte
    project.ledger().write_bytes(changed)
    try:
        is_found = bool(review.seen(project, KIRKUK).unsound)
    except VerificationError:
        is_found = True
    finally:
        project.ledger().write_bytes(content)
    assert is_found == (changed != content)


def test_faults_tell_of_every_signature_of_the_ledger(approved: Project) -> None:
    assert review.faults(approved) == []
    signers = approved.signers()
    signers.write_text(signers.read_text().replace(reviewed.public("kirkuk"), reviewed.public("kurdistan")))
    signers.write_text("".join(signers.read_text().splitlines(keepends=True)[:3]))
    assert [told.partition(", data")[0] for told in review.faults(approved)] == ["data/ledger.jsonl, line 1"]


def test_a_line_said_again_later_does_not_hold(project: Project) -> None:
    first = say(project, "approve", "federal", IRAQ)
    say(project, "return", "federal", IRAQ, "Beds?")
    review.answer(project, IRAQ, 1, "Counted in the wards.", "Statistician", "Planning", DAY)
    assert first is not None
    ledger.append(project, first)
    assert "line 4" in review.seen(project, IRAQ).unsound[0]


def test_a_key_that_is_not_the_offices_signs_nothing(project: Project) -> None:
    with pytest.raises(VerificationError, match="data/signers has for kirkuk"):
        review.say(project, "accept", KIRKUK, "kirkuk", key("federal"), DAY)
    assert not project.ledger().exists() and not project.approvals().exists()


def test_a_key_that_is_over_goes_on_speaking_for_what_it_signed_before(approved: Project) -> None:
    signers = approved.signers()
    signers.write_text(signers.read_text().replace("kirkuk valid-after", 'kirkuk valid-before="20240201",valid-after'))
    assert state(approved) == "approved"
    reviewed.report(approved, KIRKUK, percent=47)
    with pytest.raises(VerificationError, match="on 2024-03-01"):
        review.say(approved, "accept", KIRKUK, "kirkuk", key("kirkuk"), "2024-03-01")


@pytest.mark.parametrize("office", ["*", "a@b", "federal"])
def test_a_key_speaks_for_one_office(project: Project, office: str) -> None:
    with project.signers().open("a") as file:
        file.write(f"{office} {reviewed.public('kirkuk')}\n")
    with pytest.raises(RegistryError, match="line 6"):
        say(project, "accept", "kirkuk")


def test_without_ssh_keygen_it_says_so(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(HeramsError, match="ssh-keygen is not installed"):
        say(project, "accept", "kirkuk")


def test_who_ran_a_round_cannot_be_the_only_one_to_approve(project: Project) -> None:
    project.runs().parent.mkdir(parents=True)
    project.runs().write_text('{"before": "", "number": 1}\n')
    review.sign_runs(project, KIRKUK[0], "federal", key("federal"), DAY)
    reviewed.report(project, FEDERAL)
    say(project, "approve", "federal", FEDERAL)
    seen = review.seen(project, FEDERAL)
    assert (seen.state, seen.standing.is_own_work) == ("partly", True)
    say(project, "accept", "kirkuk")
    say(project, "approve", "federal")
    assert state(project) == "approved"


# --- returns ---------------------------------------------------------------------------------------------------------


def test_a_return_waits_for_answers_and_then_for_who_returned(project: Project) -> None:
    say(project, "return", "kirkuk", KIRKUK, "Two hospitals are missing", "Beds?")
    assert state(project) == "returned"
    with pytest.raises(HeramsError, match="1, kirkuk: Two hospitals"):
        say(project, "accept", "kirkuk")
    review.answer(project, KIRKUK, 1, "They report to another directorate.", "Analyst", "Planning", DAY)
    assert [one.number for one in review.seen(project, KIRKUK).standing.open] == [2]
    review.answer(project, KIRKUK, 2, "Corrected.", "Analyst", "Planning", DAY)
    assert state(project) == "answered"
    say(project, "accept", "kirkuk")
    assert state(project) == "accepted"


def test_a_return_takes_back_what_the_office_approved(approved: Project) -> None:
    say(approved, "return", "federal", KIRKUK, "Look again")
    review.answer(approved, KIRKUK, 1, "Looked.", "Analyst", "Planning", DAY)
    assert (state(approved), review.seen(approved, KIRKUK).standing.missing) == ("answered", ("federal",))


def test_a_remark_is_answered_once(project: Project) -> None:
    with pytest.raises(UsageError, match="known: none"):
        review.answer(project, KIRKUK, 1, "x", "Analyst", "Planning", DAY)
    say(project, "return", "kirkuk", KIRKUK, "Beds?")
    review.answer(project, KIRKUK, 1, "Counted.", "Analyst", "Planning", DAY)
    with pytest.raises(UsageError, match="was answered: Counted"):
        review.answer(project, KIRKUK, 1, "No.", "Analyst", "Planning", DAY)


def test_no_address_of_a_person_comes_into_the_ledger(project: Project) -> None:
    with pytest.raises(UsageError, match="no telephone numbers"):
        say(project, "return", "kirkuk", KIRKUK, "write to x@y")
    assert not project.ledger().exists()


@pytest.mark.parametrize(
    ("kind", "office", "which", "said"),
    [
        ("approve", "kurdistan", KIRKUK, "unknown office for kirkuk 'kurdistan'"),
        ("approve", "kirkuk", KIRKUK, "kirkuk accepts this report"),
        ("accept", "federal", IRAQ, "federal approves this report"),
        ("approve", "federal", ("small-2023", "iraq", "sumary"), "did you mean 'summary'"),
    ],
)
def test_wrong_use_is_told(project: Project, kind: str, office: str, which: ledger.Which, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        say(project, kind, office, which)


def test_a_report_that_was_not_made_cannot_be_approved(project: Project) -> None:
    with pytest.raises(HeramsError, match="was not made yet"):
        say(project, "approve", "kurdistan", ("small-2023", "kurdistan", "overview"))


def test_every_report_of_a_round_is_listed_once(project: Project) -> None:
    found = list(review.seen_of_round(project, "small-2023"))
    assert len(found) == len({one.which for one in found}) == 13 + 2 + 3
    assert {one.which: one.state for one in found if one.state != "missing"} == {IRAQ: "draft", KIRKUK: "draft"}


def test_copies_keep_what_a_reader_sees(approved: Project) -> None:
    kept = json.loads(approved.approved_copy(review.seen(approved, KIRKUK).core).read_text(encoding="utf-8"))
    assert kept["text"] == ["Draft", "Operational: 46%", "In en"]
    measures = kept["numbers"]["measures"]
    # No list of facilities comes into git by the way.
    assert sorted(kept["numbers"]) == ["areas", "comparison", "measures"]
    assert measures["columns"] == ["numerator", "denominator", "not_asked", "missing"]
    assert re.fullmatch(r"\d+[|]\d+[|]\d+[|]\d+", measures["rows"]["OPS_OPERATIONAL all"])


def test_rows_about_the_same_take_no_place_from_each_other(project: Project) -> None:
    path = project.brief(*KIRKUK) / "coverage.csv"
    project.write_text(path, "sector,facilities\nDaquq,3\nDaquq,4\nDibis,5\n")
    before = copies.copy(project, KIRKUK)
    assert before["numbers"]["coverage"]["rows"] == {"Daquq": "3", "Daquq #2": "4", "Dibis": "5"}
    project.write_text(path, "sector,facilities\nDaquq,9\nDaquq,4\nDibis,5\n")
    assert copies.changes(before, copies.copy(project, KIRKUK))[0] == ["coverage Daquq: facilities 3 → 9"]


def test_a_signature_is_checked_with_nothing_of_ours(project: Project, tmp_path: Path) -> None:
    say(project, "return", "kirkuk", KIRKUK, "أسرّة؟")
    line = json.loads(project.ledger().read_text(encoding="utf-8"))
    signature = project.root / "data/approvals" / f"{line['signature']}.sig"
    del line["key"], line["signature"]
    statement = json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    check = ["ssh-keygen", "-Y", "verify", "-n", "herams-review", "-I", "kirkuk", "-f", "data/signers", "-s", signature]
    assert subprocess.run(check, cwd=project.root, input=statement, capture_output=True, check=False).returncode == 0
    changed = statement.replace(b"kirkuk", b"erbil")
    assert subprocess.run(check, cwd=project.root, input=changed, capture_output=True, check=False).returncode != 0


# --- what a person sees ----------------------------------------------------------------------------------------------


def test_review_is_done_from_the_command_line(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HERAMS_KEY", str(key("kirkuk")))

    def told(*words: str) -> str:
        with contextlib.suppress(SystemExit):
            cli.main(["review", *words], project)
        return capsys.readouterr().out

    assert "returned" in told("return", *KIRKUK, "--as", "kirkuk", "--remark", "Beds?")
    assert "remark 1, kirkuk" in told("status", *KIRKUK)
    assert "is answered" in told("answer", *KIRKUK, "1", "Counted.", "--role", "Analyst", "--office", "Planning")
    assert "accepted    approved by kirkuk  waits for federal" in told("accept", *KIRKUK, "--as", "kirkuk")
    assert "no second look" in told("accept", *KIRKUK, "--as", "kirkuk")
    assert told("list", "--as", "federal").count("\n") == 2
    reviewed.report(project, KIRKUK, percent=47)
    assert "changed since kirkuk approved on" in told("status", *KIRKUK)
    assert json.loads(told("list", "--json"))[-3]["state"] == "void"


@pytest.mark.parametrize("words", [("list", "--as", "kirkukk"), ("status", *KIRKUK, "--as", "kirkukk")])
def test_for_a_misspelt_office_it_is_not_said_that_nothing_waits(
    project: Project, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["review", *words], project)
    told = capsys.readouterr()
    assert ended.value.code == UsageError.exit_code and told.out == ""
    assert "unknown office that reviews 'kirkukk': did you mean 'kirkuk'?" in told.err


def test_a_list_with_an_altered_page_ends_with_4(approved: Project) -> None:
    approved.page(*KIRKUK).write_bytes(b"x")
    with pytest.raises(SystemExit) as ended:
        cli.main(["review", "list"], approved)
    assert ended.value.code == VerificationError.exit_code
