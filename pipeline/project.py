"""The project on the disk: the registry, where each thing lies, and the only door for reading and writing it.

The root is the nearest parent folder with `dvc.yaml`. Only this module joins paths. A file is written to a draft
beside its final place and moved there in one stroke, so a partial file never has a final name.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from pydantic import ValidationError

from pipeline.errors import HeramsError, RegistryError, UsageError, unknown
from pipeline.registry import WIDER_SCOPES, Registry, Round

TABLES = ("records", "facilities", "answers", "choices", "staff", "measures")
NOT_EXPORTS = (".dvc", ".gitignore")


@dataclass(frozen=True)
class Project:
    """A project folder: paths, registry, reading, writing."""

    root: Path

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
            return Registry.model_validate(yaml.safe_load(self.read_text(self.registry_file())))
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

    def relative(self, path: Path) -> str:
        """The path from the root, with forward slashes: what verdicts, receipts and messages name."""
        return path.resolve().relative_to(self.root.resolve()).as_posix()

    def registry_file(self) -> Path:
        """data/registry.yml."""
        return self.root / "data" / "registry.yml"

    def codebook_sheet(self, form: str, sheet: str) -> Path:
        """survey.csv, choices.csv or settings.csv of a form."""
        return self.root / "data" / "codebooks" / form / f"{sheet}.csv"

    def forms(self) -> tuple[str, ...]:
        """The forms that have a codebook."""
        return tuple(sorted(path.parent.name for path in (self.root / "data" / "codebooks").glob("*/survey.csv")))

    def reference(self, name: str) -> Path:
        """A reference list, for instance directorates.csv."""
        return self.root / "data" / "reference" / name

    def decisions(self, round_name: str) -> Path:
        """The file of decisions of a round."""
        return self.root / "data" / "decisions" / f"{round_name}.yml"

    def baseline(self, round_name: str) -> Path:
        """The list of facilities that a round is expected to cover."""
        return self.root / "data" / "baselines" / f"{round_name}.csv"

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
        return self.briefs(round_name) / scope / report

    def notebook(self, name: str) -> Path:
        """A notebook by its name in the registry's catalogue."""
        return self.root / "notebooks" / f"{name}.ipynb"

    def look(self, name: str) -> Path:
        """A file of the look: template, style, words, the schema of receipts."""
        return self.root / "notebooks" / "template" / name

    def enquiry_words(self) -> Path:
        """The words of the spreadsheets that directorates answer in; apart from the look, since no page shows them."""
        return self.root / "notebooks" / "enquiry" / "words.csv"

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

    def runs(self) -> Path:
        """A line for each stage that `herams run` has run: how long it took, how it ended."""
        return self.root / "outputs" / "logs" / "runs.jsonl"

    def run_note(self) -> Path:
        """Who holds DVC's lock: a note of the run at work."""
        return self.root / ".dvc" / "tmp" / "herams-run.json"

    def front_page(self) -> Path:
        """outputs/index.html."""
        return self.root / "outputs" / "index.html"

    # --- reading -----------------------------------------------------------------------------------------------

    def open_input(self, path: Path) -> io.BufferedReader:
        """An open file to read from; a missing one is told with the command that makes it, if there is one."""
        try:
            return path.open("rb")
        except FileNotFoundError as problem:
            what = f"{self.relative(path)} is not there: run the stage that makes it (`herams run`)"
            raise HeramsError(what) from problem

    def read_bytes(self, path: Path) -> bytes:
        """The bytes of a file."""
        with self.open_input(path) as file:
            return file.read()

    def read_text(self, path: Path) -> str:
        """A UTF-8 text, with or without a byte order mark."""
        try:
            return self.read_bytes(path).decode("utf-8-sig")
        except UnicodeDecodeError as problem:
            what = f"{self.relative(path)} is not UTF-8 (byte {problem.start}): save it as UTF-8"
            raise HeramsError(what) from problem

    def read_csv(self, path: Path) -> pd.DataFrame:
        """A CSV of ours: every cell a text, a blank an empty text."""
        return pd.read_csv(io.StringIO(self.read_text(path)), dtype=str, keep_default_na=False, na_filter=False)

    def read_json(self, path: Path) -> Any:
        """A JSON document."""
        return json.loads(self.read_text(path))

    def read_table(self, round_name: str, name: str, columns: list[str] | None = None) -> pd.DataFrame:
        """One of the six tables of a round, or some columns of it."""
        with self.open_input(self.table(round_name, name)) as file:
            return pd.read_parquet(file, engine="pyarrow", columns=columns)

    def sha256(self, path: Path) -> str:
        """The SHA-256 of a file's bytes, in hexadecimal."""
        with self.open_input(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    # --- writing -----------------------------------------------------------------------------------------------

    def write_bytes(self, path: Path, content: bytes) -> None:
        """Writes a file whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(draft).chmod(0o644)
            Path(draft).replace(path)
        finally:
            Path(draft).unlink(missing_ok=True)

    def write_text(self, path: Path, text: str) -> None:
        """Writes a UTF-8 text, whole or not at all."""
        self.write_bytes(path, text.encode("utf-8"))

    def write_json(self, path: Path, document: Any) -> None:
        """Writes a JSON document: keys in order, two blanks, one line feed at the end."""
        text = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False)
        self.write_text(path, text + "\n")

    def write_csv(self, path: Path, frame: pd.DataFrame) -> None:
        """Writes a CSV of ours: UTF-8, line feeds, no index, a missing value blank."""
        self.write_text(path, frame.to_csv(index=False, lineterminator="\n"))

    def write_table(self, round_name: str, name: str, frame: pd.DataFrame) -> None:
        """Writes one of the six tables of a round as parquet."""
        buffer = io.BytesIO()
        frame.to_parquet(buffer, engine="pyarrow", index=False, compression="zstd")
        self.write_bytes(self.table(round_name, name), buffer.getvalue())

    @contextmanager
    def replacing_folder(self, path: Path) -> Iterator[Path]:
        """A draft folder that takes the place of `path` when the block ends without an error."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
        draft.chmod(0o755)
        try:
            yield draft
            shutil.rmtree(path, ignore_errors=True)
            draft.replace(path)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
