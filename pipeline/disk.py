"""The only door for reading and writing: open inputs, files written whole or not at all.

A file is written to a draft beside its final place and moved there in one stroke, so a partial file never has a final
name.
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

from pipeline.errors import HeramsError


def csv_of(text: str) -> pd.DataFrame:
    """A CSV of ours from its text: every cell a text, a blank an empty text."""
    return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, na_filter=False)


@dataclass(frozen=True)
class Disk:
    """The files below a root."""

    root: Path

    def relative(self, path: Path) -> str:
        """The path from the root, with forward slashes: what verdicts, receipts and messages name."""
        return path.resolve().relative_to(self._real_root).as_posix()

    @cached_property
    def _real_root(self) -> Path:
        return self.root.resolve()

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
        return csv_of(self.read_text(path))

    def read_parquet(self, path: Path) -> pd.DataFrame:
        """A table as parquet."""
        with self.open_input(path) as file:
            return pd.read_parquet(file, engine="pyarrow")

    def read_json(self, path: Path) -> Any:
        """A JSON document."""
        return json.loads(self.read_text(path))

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

    def write_parquet(self, path: Path, frame: pd.DataFrame) -> None:
        """Writes a table as parquet, without its index."""
        buffer = io.BytesIO()
        frame.to_parquet(buffer, engine="pyarrow", index=False, compression="zstd")
        self.write_bytes(path, buffer.getvalue())

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
