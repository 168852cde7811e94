"""Exports for tests: invented answers of some facilities, written as any of the kinds of export that there are."""

from __future__ import annotations

import io
import random

import openpyxl
import pandas as pd

from pipeline.codebook import Codebook, Question

SECTOR = "Soran sector / قطاع سوران"


def invented(codebook: Codebook, facilities: int, seed: int = 1, filled: float = 0.7) -> pd.DataFrame:
    """Answers as `records` has them, personal columns too: codes, older ranks, plain numbers, days."""
    chance = random.Random(seed)
    rows = []
    for number in range(facilities):
        row = dict.fromkeys(codebook.columns, "")
        for question in codebook.questions:
            if question.type != "calculate" and chance.random() < filled:
                row |= _answer(question, chance)
        row |= {"external_id": str(number + 1), "last_synced": "2023-02-01", "workspace_id": SECTOR}
        rows.append(row | {"subject_id": f"X{number:05d}", "date": f"2023-01-{number % 28 + 1:02d}"})
    return pd.DataFrame(rows, columns=list(codebook.columns), dtype=str)


def rendered(
    records: pd.DataFrame, codebook: Codebook, answers: str = "codes", ranks: str = "older", headers: str = "codes"
) -> list[list[str]]:
    """The rows of an export, header rows included: codes or text, older or newer ranks, one header row or two."""
    columns: dict[str, list[str]] = {}
    for question in codebook.questions:
        given = {name: list(records[name]) for name in question.columns if name in records}
        if question.ranks and ranks == "newer":
            given = _newer(question, given)
        elif answers == "text" and question.type in ("select_one", "rank"):
            words = {option.code: option.labels["en"] for option in question.options}
            given = {name: [words.get(code, code) for code in cells] for name, cells in given.items()}
        columns |= given
    codes, texts = list(columns), [_words(name) for name in columns]
    heads = {"codes": [codes], "texts, codes": [texts, codes], "codes, texts": [codes, texts]}[headers]
    return [*heads, *map(list, zip(*columns.values(), strict=True))]


def as_csv(rows: list[list[str]], separator: str = ",", encoding: str = "utf-8") -> bytes:
    """The rows as CSV."""
    return pd.DataFrame(rows).to_csv(index=False, header=False, sep=separator, lineterminator="\r\n").encode(encoding)


def as_xlsx(rows: list[list[str]], *other_sheets: str) -> bytes:
    """The rows as the first sheet of a workbook; whole numbers as numbers, as a person would have them."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(
            [int(cell) if cell.isascii() and cell.isdecimal() and cell == str(int(cell)) else cell for cell in row]
        )
    for title in other_sheets:
        book.create_sheet(title).append(["nothing here"])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _answer(question: Question, chance: random.Random) -> dict[str, str]:
    codes = [option.code for option in question.options]
    if question.ranks:
        chosen = chance.sample(codes, k=min(len(codes), question.ranks, chance.randint(1, 3)))
        return dict(zip(question.columns, chosen, strict=False))
    if question.type == "select_one":
        return {question.name: chance.choice(codes)}
    if question.type == "select_multiple":
        return {name: chance.choice(["1", ""]) for name in question.columns}
    if question.type in ("integer", "decimal"):
        value = chance.choice(["0", "3", "120", "33.25"])
        return {question.name: value.partition(".")[0] if question.type == "integer" else value}
    return {question.name: chance.choice(["مستشفى", "Mobile team 3", 'two\nlines, "quoted"', "none; 007"])}


def _newer(question: Question, given: dict[str, list[str]]) -> dict[str, list[str]]:
    rows = list(zip(*given.values(), strict=True))
    return {
        name: [str(row.index(option.code) + 1) if option.code in row else "0" for row in rows]
        for name, option in zip(question.option_columns, question.options, strict=True)
    }


def _words(name: str) -> str:
    return {"subject_id": "Subject ID", "date": "Date"}.get(name, f"Question text of {name}:")
