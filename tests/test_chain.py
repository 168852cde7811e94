import json
import os
import signal
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import chain

NUMBERS = 6


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    place = tmp_path_factory.mktemp("chain") / "lines.jsonl"
    for number in range(NUMBERS):
        chain.append(place, {"what": f"نسخة {number}"})
    return place.read_bytes()


def together(told: list[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in told)


def test_a_chain_is_whole_and_its_head_is_the_hash_of_the_last_line(written: bytes, tmp_path: Path) -> None:
    assert chain.faults(written, [chain.head(written)]) == []
    assert [entry["number"] for entry in chain.entries(written)] == list(range(1, NUMBERS + 1))
    assert chain.append(tmp_path / "a.jsonl", {"a": 1}) == chain.head((tmp_path / "a.jsonl").read_bytes())


@given(st.integers(0, NUMBERS - 2))
def test_a_line_taken_out_is_found_at_the_line_that_follows(written: bytes, place: int) -> None:
    told = chain.lines(written)
    [fault] = chain.faults(together(told[:place] + told[place + 1 :]))
    assert str(fault) == f"line {place + 1}: 1 line before it is gone"


def test_a_cut_end_is_found_by_a_head_that_was_kept(written: bytes) -> None:
    cut = together(chain.lines(written)[:-2])
    assert chain.faults(cut) == []
    assert [fault.line for fault in chain.faults(cut, [chain.head(written)])] == [NUMBERS - 2]
    assert chain.faults(written, [chain.head(cut)]) == []
    assert chain.faults(b"", [chain.head(written)])


@given(st.integers(0, NUMBERS - 1), st.data())
def test_an_edited_line_is_found_and_named(written: bytes, place: int, data: st.DataObject) -> None:
    told = chain.lines(written)
    entry = json.loads(told[place])
    entry[data.draw(st.sampled_from(["what", "extra"]))] = "other"
    told[place] = json.dumps(entry, ensure_ascii=False, sort_keys=True).encode()
    assert [fault.line for fault in chain.faults(together(told), [chain.head(written)])] == [place + 1]


@given(st.integers(0, NUMBERS - 2))
def test_lines_that_changed_places_are_found(written: bytes, place: int) -> None:
    told = chain.lines(written)
    told[place], told[place + 1] = told[place + 1], told[place]
    found = chain.faults(together(told))
    assert found[0].line == place + 1
    assert "wrong place" in " ".join(fault.what for fault in found)


def test_a_line_put_in_between_is_found(written: bytes) -> None:
    told = chain.lines(written)
    told.insert(3, b'{"what": "made up"}')
    assert chain.faults(together(told))[0] == chain.Fault(4, "is no line of this chain")
    twice = chain.lines(written)
    twice.insert(3, twice[2])
    assert "wrong place" in chain.faults(together(twice))[0].what


def test_lines_from_before_the_chain_stay_and_the_last_of_them_is_guarded(tmp_path: Path) -> None:
    place = tmp_path / "old.jsonl"
    place.write_text('{"how": "done"}\n{"how": "failed"}\n')
    chain.append(place, {"how": "done"})
    assert chain.faults(place.read_bytes()) == []
    place.write_bytes(place.read_bytes().replace(b"failed", b"done"))
    assert [fault.line for fault in chain.faults(place.read_bytes())] == [2]


def test_half_a_line_keeps_a_line_of_its_own_and_is_told(tmp_path: Path) -> None:
    place = tmp_path / "torn.jsonl"
    chain.append(place, {"a": 1})
    with place.open("ab") as file:
        file.write(b'{"a": 2, "bef')
    chain.append(place, {"a": 3})
    assert [fault.line for fault in chain.faults(place.read_bytes())] == [2]
    assert [entry["a"] for entry in chain.entries(place.read_bytes())] == [1, 3]


def _many(place: Path, start: int) -> None:
    for number in range(40):
        chain.append(place, {"from": start, "what": number}, place.with_suffix(".head"))


def test_several_processes_append_at_once(tmp_path: Path) -> None:
    place = tmp_path / "runs.jsonl"
    with ProcessPoolExecutor(4, mp_context=get_context("fork" if os.name == "posix" else "spawn")) as pool:
        list(pool.map(partial(_many, place), range(4)))
    content = place.read_bytes()
    assert len(chain.entries(content)) == 160
    assert chain.faults(content, [place.with_suffix(".head").read_text().strip()]) == []


def _with_little_room(place: Path) -> None:
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (place.stat().st_size + 5, resource.RLIM_INFINITY))
    with pytest.raises(OSError, match="no room"):
        chain.append(place, {"a": 2})


@pytest.mark.skipif(os.name != "posix", reason="the size of files cannot be limited here")
def test_a_line_that_does_not_fit_leaves_nothing_of_itself(tmp_path: Path) -> None:
    place = tmp_path / "runs.jsonl"
    chain.append(place, {"a": 1})
    before = place.read_bytes()
    child = get_context("fork").Process(target=_with_little_room, args=(place,))
    child.start()
    child.join()
    assert child.exitcode == 0
    assert place.read_bytes() == before
