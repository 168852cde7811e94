"""A codebook drafted from an export of a form never seen.

From an export with two header rows, or from a file of codes beside its twin of texts, comes a codebook in the project's
format. What could not be known stands in it as a suggestion with a reason, `draft: …` in the column review; the lines
given back name sheet and rows. The draft can be used as it is; who completes it takes the marks away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline import codebook as codebooks
from pipeline import export as exports
from pipeline.codebook import Codebook
from pipeline.errors import UsageError
from pipeline.form import known as form_known
from pipeline.form.about import about
from pipeline.form.choices import choices
from pipeline.form.known import Known
from pipeline.form.lists import gathered, with_lists
from pipeline.form.material import Material, material
from pipeline.form.personal import personal
from pipeline.form.relevance import relevant, stops, trial_of, with_calculations
from pipeline.form.seen import seen
from pipeline.form.shape import shapes
from pipeline.form.sheets import choices_sheet, settings_sheet, survey_sheet, to_complete
from pipeline.form.types import typed
from pipeline.project import Project
from pipeline.spelling import counted


@dataclass(frozen=True)
class Draft:
    """A drafted codebook: three sheets, and what was refused while they were made."""

    form: str
    survey: pd.DataFrame
    choices: pd.DataFrame
    settings: pd.DataFrame
    refused: Sequence[str] = ()

    def codebook(self) -> Codebook:
        """The draft as the rest of the project reads a codebook."""
        return codebooks.parse(self.form, self.survey, self.choices, self.settings)


def draft(project: Project, export: Path, twin: Path | None, out: Path) -> list[str]:
    """Writes the draft of a codebook into a new folder; gives the lines that say what was found and what is open."""
    if out.exists() and any(out.iterdir()):
        raise UsageError(f"{out} is not empty: a draft never takes the place of a codebook; name a new folder")
    received = [exports.read(path.name, project.read_bytes(path)) for path in (export, twin) if path]
    given = material(received[0], received[1] if twin else None)
    known = form_known.load(project, given.columns)
    made = drafted(out.name, given, known)
    with project.replacing_folder(out) as folder:
        for name, sheet in (("survey", made.survey), ("choices", made.choices), ("settings", made.settings)):
            project.write_csv(folder / f"{name}.csv", sheet)
    return told(made, given, known)


def drafted(form: str, given: Material, known: Known) -> Draft:
    """The draft of a codebook for what was received, with suggestions from what is known of other forms."""
    named = personal(given, known)
    questions = typed(shapes(given, named, known), given, named, known)
    found = seen(questions, given, known)
    lists = gathered(found, known)
    options = choices(lists, known)
    words: dict[str, dict[str, str]] = {}
    for option in options:
        words.setdefault(option.list_name, {})[option.code] = option.canonical
    questions = about(with_lists(questions, found, lists), words, known)
    questions = with_calculations(questions, words, known)
    ticks = choices_sheet(options, any(question.type == "select_multiple" for question in questions))
    settings = settings_sheet(form)
    trial = trial_of(given, Draft(form, survey_sheet(questions, ()), ticks, settings).codebook(), words, known)
    groups, refused = stops(questions, trial)
    questions = relevant(questions, trial)
    made = Draft(form, survey_sheet(questions, groups), ticks, settings, refused)
    made.codebook()
    return made


def told(made: Draft, given: Material, known: Known) -> list[str]:
    """What a person is told of a draft: what was found, what was refused, what must be completed and where."""
    book = made.codebook()
    kinds = pd.Series([question.type for question in book.questions]).value_counts()
    kinds = kinds.sort_index()
    personal_columns = ", ".join(book.personal_columns) or "none"
    lines = [
        f"{counted(len(given.told), 'response')}, {counted(len(given.columns), 'column')}: "
        f"{counted(len(book.questions), 'question')} "
        f"({', '.join(f'{count} {kind}' for kind, count in kinds.items())}), {len(book.lists)} lists of options",
        f"personal, left at the door: {personal_columns}",
        f"compared with: {', '.join(other.form for other in known.books) or 'no other codebook'}",
    ]
    if not given.texts:
        lines.append("no question texts: the file has one header row; give the export with two, or its twin with two")
    lines += [*given.notes, *made.refused]
    lines.append("required is not known from an export: fill in the column, or every blank counts as not asked")
    return [*lines, "to complete by hand:", *to_complete({"survey.csv": made.survey, "choices.csv": made.choices})]
