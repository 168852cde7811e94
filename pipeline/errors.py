"""What can go wrong, each with the exit code it ends the command with.

HeramsError              1  something failed: what was found, where, what to do
├── ExportError          1  an export cannot be placed in rows and columns
├── CodebookError        1  a codebook contradicts itself
├── RegistryError        1  data/registry.yml or a reference table is unfit
├── DecisionError        1  a decision is stale, expired or about nothing
├── RulingError          1  rulings about two forms are missing, stale, or contradict the forms
├── RevisitError         1  the second visits of a round are unfit, or about nothing
├── VerdictError         1  a verdict is missing, or about other bytes
├── SuiteError           1  a suite cannot be judged by as it stands
├── BriefError           1  a brief lacks what a report needs
├── ReportError          1  a report did not run whole, or its page is not fit to be shown
├── UsageError           2  an unknown round, directorate, parameter or command
├── GateClosedError      3  a gate is closed
└── VerificationError    4  bytes are not what they should be
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class HeramsError(Exception):
    """Anything that ends a command with a message for a person."""

    exit_code = 1


class ExportError(HeramsError):
    """An export cannot be placed in rows and columns."""


class CodebookError(HeramsError):
    """A codebook contradicts itself or is not to be read."""


class RegistryError(HeramsError):
    """The registry or a reference table is unfit."""


class DecisionError(HeramsError):
    """A decision is stale, expired or about something that is not there."""


class RulingError(HeramsError):
    """Rulings about what changed between two forms are missing, stale, or contradict the forms."""


class RevisitError(HeramsError):
    """The second visits of a round are unfit, or about something that is not there."""


class VerdictError(HeramsError):
    """A verdict is missing, or judges other bytes than those that lie there."""


class SuiteError(HeramsError):
    """A suite of expectations cannot be judged by as it stands."""


class BriefError(HeramsError):
    """A brief lacks what a report needs."""


class ReportError(HeramsError):
    """A report did not run whole, or its page is not fit to be shown."""


class UsageError(HeramsError):
    """Wrong use: an unknown round, directorate, parameter or command."""

    exit_code = 2


class GateClosedError(HeramsError):
    """A gate is closed."""

    exit_code = 3


class VerificationError(HeramsError):
    """Bytes are not what they should be."""

    exit_code = 4


def unknown(kind: str, word: object, known: Iterable[str]) -> UsageError:
    """The error for a word that is not in a list, with the nearest known word or the whole list."""
    known = sorted(known)
    folded = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(str(word).casefold(), folded, n=1, cutoff=0.6)
    hint = f"did you mean {folded[near[0]]!r}?" if near else f"known: {', '.join(known) or 'none'}"
    return UsageError(f"unknown {kind} {word!r}: {hint}")
