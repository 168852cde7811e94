from __future__ import annotations

import pytest

from pipeline import errors
from pipeline.errors import HeramsError, unknown


def test_a_near_word_is_offered_whatever_its_case() -> None:
    assert "did you mean 'SVC_FULL'?" in str(unknown("indicator", "svc_ful", ["SVC_FULL", "BED_COUNT"]))


def test_without_a_near_word_all_known_ones_are_listed() -> None:
    assert str(unknown("round", "zzz", ["b", "a"])) == "unknown round 'zzz': known: a, b"


def test_a_list_of_nothing_says_so() -> None:
    assert "known: none" in str(unknown("round", "x", []))


@pytest.mark.parametrize("name", [name for name in vars(errors) if name.endswith("Error")])
def test_the_tree_of_errors_is_drawn_with_its_exit_codes(name: str) -> None:
    error = getattr(errors, name)
    assert issubclass(error, HeramsError)
    drawn = next(line for line in str(errors.__doc__).splitlines() if f"{name} " in line)
    assert f" {error.exit_code} " in drawn
