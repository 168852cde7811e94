"""The project: the registry, and where each thing lies below the root.

The root is the nearest parent folder with `dvc.yaml`. Only this module and `evidence` join paths.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from pathlib import Path

import pandas as pd
import yaml
from pydantic import ValidationError

from pipeline.errors import RegistryError, UsageError, unknown
from pipeline.evidence import Evidence
from pipeline.registry import WIDER_SCOPES, Registry, Round

TABLES = ("records", "facilities", "answers", "choices", "staff", "measures")
NOT_EXPORTS = (".dvc", ".gitignore")


@lru_cache(maxsize=16)
def _registry_of(text: str) -> Registry:
    """A registry, frozen: a forked process has that of the process that it was forked from."""
    return Registry.model_validate(yaml.safe_load(text))


class Project(Evidence):
    """A project folder: paths, registry, and the door to its files."""

    @classmethod
    def find(cls, start: Path | None = None) -> Project:
        """The project around `start` (default: the current folder): the nearest parent with dvc.yaml."""
        here = (start or Path.cwd()).resolve()
        for folder in (here, *here.parents):
            if (folder / "dvc.yaml").is_file():
                return cls(folder)
        raise UsageError(f"no project here: no dvc.yaml in {here} or above it; go to the project's folder")

    # --- the registry ------------------------------------------------------------------------------------------

    @cached_property
    def registry(self) -> Registry:
        """data/registry.yml, checked."""
        try:
            return _registry_of(self.read_text(self.registry_file()))
        except (ValidationError, yaml.YAMLError) as problem:
            raise RegistryError(f"data/registry.yml is unfit: {problem}") from problem

    def round(self, name: str) -> Round:
        """The registry's entry of a round; an unknown name is a UsageError with a near match."""
        if name not in self.registry.rounds:
            raise unknown("round", name, self.registry.rounds)
        return self.registry.rounds[name]

    @property
    def scopes(self) -> tuple[str, ...]:
        """The directorates in the registry's order, then federal, kurdistan, iraq."""
        return (*self.registry.directorates, *WIDER_SCOPES)

    # --- places ------------------------------------------------------------------------------------------------

    def registry_file(self) -> Path:
        """data/registry.yml."""
        return self.root / "data" / "registry.yml"

    def codebook_sheet(self, form: str, sheet: str) -> Path:
        """survey.csv, choices.csv or settings.csv of a form."""
        return self.root / "data" / "codebooks" / form / f"{sheet}.csv"

    def since(self, form: str) -> Path:
        """The file of what was ruled about the changes between a form and those before it."""
        return self.root / "data" / "codebooks" / form / "since.csv"

    def forms(self) -> tuple[str, ...]:
        """The forms that have a codebook."""
        return tuple(sorted(path.parent.name for path in (self.root / "data" / "codebooks").glob("*/survey.csv")))

    def reference(self, name: str) -> Path:
        """A reference list, for instance directorates.csv."""
        return self.root / "data" / "reference" / name

    def decisions(self, round_name: str) -> Path:
        """The file of decisions of a round."""
        return self.root / "data" / "decisions" / f"{round_name}.yml"

    def links(self, round_name: str) -> Path:
        """The file of decisions about which facilities of a round are those of earlier ones."""
        return self.root / "data" / "links" / f"{round_name}.yml"

    def kept_facilities(self, round_name: str) -> Path:
        """The facilities of a round with their lasting ids, kept for the rounds after it."""
        return self.root / "data" / "facilities" / f"{round_name}.csv"

    def crosswalk(self, system: str) -> Path:
        """What another system calls our facilities and areas."""
        return self.root / "data" / "crosswalks" / f"{system}.csv"

    def remarks(self, round_name: str) -> Path:
        """The file of what directorates say to the numbers of a round."""
        return self.root / "data" / "remarks" / f"{round_name}.yml"

    def revisits(self, round_name: str) -> Path:
        """The file of a round's second visits: who was drawn, and what came back."""
        return self.root / "data" / "revisits" / f"{round_name}.csv"

    def revisit_list(self, folder: Path, round_name: str, directorate: str) -> Path:
        """The spreadsheet for the second visits of a directorate, in a folder of the caller's."""
        return folder / f"revisit-{round_name}-{directorate}.xlsx"

    def reminder(self, folder: Path, round_name: str, directorate: str) -> Path:
        """The text by which a directorate is reminded, in a folder of the caller's."""
        return folder / f"reminder-{round_name}-{directorate}.txt"

    def feedback(self, folder: Path, round_name: str, workspace: str, kind: str) -> Path:
        """The page of feedback for a workspace, in a folder of the caller's."""
        return folder / f"feedback-{round_name}-{workspace}.{kind}"

    def baseline(self, round_name: str) -> Path:
        """The list of facilities that a round is expected to cover."""
        return self.root / "data" / "baselines" / f"{round_name}.csv"

    def since_last(self, round_name: str) -> Path:
        """The folder of what changed in a round since the one that it follows."""
        return self.root / "data" / "since" / round_name

    def agreed(self, year: str) -> Path:
        """The file of what the workshop of a year agreed on."""
        return self.root / "data" / "reviews" / f"{year}.yml"

    def agreements(self) -> list[Path]:
        """The files of what workshops agreed on, by year."""
        return sorted((self.root / "data" / "reviews").glob("*.yml"))

    def raw(self, round_name: str) -> Path:
        """The folder of a round's exports as received."""
        return self.root / "data" / "raw" / round_name

    def exports(self, round_name: str) -> list[Path]:
        """The export files of a round, by name."""
        folder = self.raw(round_name)
        if not folder.is_dir():
            raise UsageError(
                f"no exports for round {round_name!r}: {self.relative(folder)} is not there; "
                f"add them with `herams round add {round_name} --form FORM --export FILE`"
            )
        return sorted(
            path
            for path in folder.iterdir()
            if path.is_file() and not path.name.startswith(".") and not path.name.endswith(NOT_EXPORTS)
        )

    def tables(self, round_name: str) -> Path:
        """The folder of a round's tables."""
        return self.root / "data" / "tables" / round_name

    def table(self, round_name: str, name: str) -> Path:
        """One of the six tables of a round."""
        if name not in TABLES:
            raise unknown("table", name, TABLES)
        return self.tables(round_name) / f"{name}.parquet"

    def account(self, round_name: str) -> Path:
        """What `ingest` tells of a round's responses: kept, dropped and why."""
        return self.tables(round_name) / "ingest.json"

    def suite(self, table: str) -> Path:
        """The suite of a table."""
        return self.root / "expectations" / f"{table}.yml"

    def verdict(self, round_name: str, table: str) -> Path:
        """The verdict about a table of a round."""
        return self.root / "data" / "verdicts" / round_name / f"{table}.json"

    def findings(self, round_name: str, table: str) -> Path:
        """The findings beside a verdict."""
        return self.root / "data" / "verdicts" / round_name / f"{table}.findings.csv"

    def briefs(self, round_name: str) -> Path:
        """The folder of all briefs of a round."""
        return self.root / "data" / "briefs" / round_name

    def brief(self, round_name: str, scope: str, report: str) -> Path:
        """The folder that holds all that one report may know."""
        is_own = report not in self.registry.more_reports_of(scope)
        return (self.briefs(round_name) if is_own else self.more_briefs(round_name)) / scope / report

    def more_briefs(self, round_name: str) -> Path:
        """The folder of the briefs of reports that are made when they are asked for."""
        return self.root / "data" / "more" / round_name

    def more_briefs_note(self, round_name: str) -> Path:
        """Beside these briefs, of which tables they were cut."""
        return self.root / "data" / "more" / f"{round_name}.txt"

    def brief_receipt(self, round_name: str, scope: str, report: str) -> Path:
        """Beside all briefs of a round: which tables and verdicts they were cut from."""
        return self.brief(round_name, scope, report).parent.parent / "receipt.json"

    def notebook(self, name: str) -> Path:
        """A notebook by its name in the registry's catalogue."""
        return self.root / "notebooks" / f"{name}.ipynb"

    def look(self, name: str) -> Path:
        """A file of the look: template, style, the schema of receipts."""
        return self.root / "notebooks" / "template" / name

    def page_words(self) -> list[Path]:
        """The tables of the words of pages, one for each topic, by name."""
        return sorted(self.look("words").glob("*.csv"))

    def front(self, name: str) -> Path:
        """A file of the front page: template, style, script, words; apart from the look, since no report shows them."""
        return self.root / "notebooks" / "front" / name

    def revision(self, name: str) -> Path:
        """A file of the page of two forms: template, style, words; apart from the look, since no report shows them."""
        return self.root / "notebooks" / "revision" / name

    def enquiry_words(self) -> Path:
        """The words of the spreadsheets that directorates answer in; apart from the look, since no page shows them."""
        return self.root / "notebooks" / "enquiry" / "words.csv"

    def form_words(self) -> Path:
        """The words of forms that no codebook holds: ranks, sections, places."""
        return self.root / "notebooks" / "forms" / "words.csv"

    def paper(self, name: str) -> Path:
        """A file of the look of paper: templates, style and words of forms, handbook and feedback."""
        return self.root / "notebooks" / "paper" / name

    def lock(self) -> Path:
        """The lock: the exact versions of all that is installed."""
        return self.root / "requirements.lock"

    def outputs(self) -> Path:
        """The folder of all that we claim."""
        return self.root / "outputs"

    def page(self, round_name: str, scope: str, report: str, language: str = "en") -> Path:
        """The HTML page of a report."""
        return self.root / "outputs" / round_name / scope / f"{report}.{language}.html"

    def receipt(self, round_name: str, scope: str, report: str) -> Path:
        """The receipt beside a report's pages."""
        return self.root / "outputs" / round_name / scope / f"{report}.receipt.json"

    def failed(self, round_name: str, scope: str, report: str) -> Path:
        """The folder that keeps the evidence of a failed report."""
        return self.root / "outputs" / "failed" / round_name / scope / report

    def stage_log(self, stage: str) -> Path:
        """What a stage printed when `herams run` last ran it."""
        return self.root / "outputs" / "logs" / f"{stage}.log"

    def run_note(self) -> Path:
        """Who holds DVC's lock: a note of the run at work."""
        return self.root / ".dvc" / "tmp" / "herams-run.json"

    def front_page(self, language: str = "en") -> Path:
        """The front page in a language; in English outputs/index.html."""
        return self.root / "outputs" / ("index.html" if language == "en" else f"index.{language}.html")

    # --- the tables --------------------------------------------------------------------------------------------

    def read_table(self, round_name: str, name: str, columns: list[str] | None = None) -> pd.DataFrame:
        """One of the six tables of a round, or some columns of it."""
        with self.open_input(self.table(round_name, name)) as file:
            return pd.read_parquet(file, engine="pyarrow", columns=columns)

    def write_table(self, round_name: str, name: str, frame: pd.DataFrame) -> None:
        """Writes one of the six tables of a round as parquet."""
        self.write_parquet(self.table(round_name, name), frame)
