"""The form's own health: for each question the signs that it is not understood, so that vague ones come to the top.

signs     question, sign, numerator, denominator, is_worst: a row for each sign that the question can show
ranked    question, place, signs: those with a sign among the worst tenth, vaguest first
written   question, text, facilities: what was written under *other*, by three facilities or more, most frequent first

missing        left blank, of those it was asked of
other          *other* chosen, of the answers
contradicted   facilities with a warning of a gate about it, of those it was asked of
closed         facilities with a critical finding about it, of those it was asked of
corrected      facilities of which a decision changed the answer, of those it was asked of
turned         answers that are again what they were two rounds ago, of those that had changed in between
alike          workspaces of ten answers or more that all say the same, of such workspaces

No sign is weighed against another: a question stands the higher the more of its signs are among the worst tenth of
that sign, and among equals by its greatest share.
"""

from __future__ import annotations

from pipeline.health.ranking import ranked
from pipeline.health.signs import SIGNS, Round, signs, written

__all__ = ["SIGNS", "Round", "ranked", "signs", "written"]
