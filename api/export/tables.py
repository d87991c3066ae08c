"""Writes the rows of a JSON answer as CSV or NDJSON, and chooses the format of a file."""

import csv
import io
import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from api.endpoint import PARQUET
from api.http.negotiation import choose_type
from api.schema.values import Format, ReportFormat

FileFormat = Literal["csv", "ndjson", "parquet"]
TextFormat = Literal["csv", "ndjson"]

TYPES: dict[Format, str] = {
    "json": "application/json",
    "csv": "text/csv",
    "ndjson": "application/x-ndjson",
    "parquet": PARQUET,
}
DAY_TYPES: dict[FileFormat, str] = {
    "parquet": PARQUET,
    "csv": TYPES["csv"],
    "ndjson": TYPES["ndjson"],
}
REPORT_TYPES: dict[ReportFormat, str] = {"json": "application/json", "markdown": "text/markdown"}
# Spreadsheets read a text with one of these signs as a formula: https://owasp.org/www-community/attacks/CSV_Injection
# The last one is the mathematical minus.
FORMULA_STARTS = ("=", "+", "-", "@", "\u2212")
# Unicode categories that are invisible at a cell's beginning: controls, separators and marks.
UNSEEN_CATEGORIES = ("C", "Z", "M")
# Letters and symbols without a glyph: https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
UNSEEN = "\u115f\u1160\u2800\u3164\uffa0"
# https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
# Excel counts as UTF-16 does.
MAX_CELL_UNITS = 32_767
CUT = " […] cut: a cell holds 32,767 characters, json and ndjson have the whole text"
# Line ends for some readers of lines, but not in JSON: https://262.ecma-international.org/#sec-line-terminators
LINE_ENDS = {each: f"\\u{each:04x}" for each in (0x85, 0x2028, 0x2029)}
BYTE_ORDER_MARK = "\ufeff".encode()

Row = Mapping[str, Any]


def format_of(given: Format | None, accept: str) -> Format:
    """Return the format of the parameter, or else the one that the Accept header prefers.

    Raises NotAcceptable.
    """
    if given is not None:
        return given
    by_type = {known: name for name, known in TYPES.items()}
    return by_type[choose_type(accept, list(by_type))]


def form_of_day(given: FileFormat | None, accept: str) -> FileFormat:
    """Return the format of a day's file, as `format_of` does of lists. Raises NotAcceptable."""
    if given is not None:
        return given
    by_type = {known: name for name, known in DAY_TYPES.items()}
    return by_type[choose_type(accept, list(by_type))]


def form_of_report(given: ReportFormat | None, accept: str) -> ReportFormat:
    """Return the format of a digest or an explanation, as `format_of` does of lists.

    Raises NotAcceptable.
    """
    if given is not None:
        return given
    by_type = {known: name for name, known in REPORT_TYPES.items()}
    return by_type[choose_type(accept, list(by_type))]


def written(
    rows: Sequence[Row],
    columns: Sequence[str],
    form: TextFormat,
    *,
    bom: bool = False,
    header: bool = True,
) -> bytes:
    """Return the rows as a file, or as the part of one that follows others without its `header`.

    A CSV has a header row, and a byte order mark if requested.
    """
    if form == "ndjson":
        return "".join(f"{_line(row)}\n" for row in rows).encode()
    flat = [flat_row(row, columns) for row in rows]
    text = io.StringIO(newline="")
    table = csv.writer(text)
    if header:
        table.writerow(columns)
    table.writerows([_cell(row[column]) for column in columns] for row in flat)
    return (BYTE_ORDER_MARK if bom else b"") + text.getvalue().encode()


def _line(row: Row) -> str:
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    return text.translate(LINE_ENDS)


def flat_row(row: Row, columns: Sequence[str]) -> dict[str, Any]:
    """Return the row with nested objects as columns such as sentiment_label."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict) and name not in columns:
            flat.update({f"{name}_{inner}": each for inner, each in value.items()})
        else:
            flat[name] = value
    return flat


def _cell(value: object) -> object:
    """Return a value as one cell that spreadsheets show as text.

    Lists, and counts by name, are joined into one text. A text that could be a formula gets an
    apostrophe in front; one that is too long for a cell is cut, with a note.
    """
    if isinstance(value, dict):
        return _cell("; ".join(f"{name}: {count}" for name, count in value.items()))
    if isinstance(value, list):
        return _cell("; ".join(map(str, value)))
    if not isinstance(value, str):
        return value
    return _short(f"'{value}" if _could_be_formula(value) else value)


def _could_be_formula(text: str) -> bool:
    """Return whether a text begins with a formula's sign, possibly after invisible characters.

    A text that begins with a tab or a line end counts too, because it may be split into two cells.
    """
    if text.startswith(("\t", "\r", "\n")):
        return True
    first = next((char for char in text if not _is_unseen(char)), "")
    return unicodedata.normalize("NFKC", first).startswith(FORMULA_STARTS)


def _is_unseen(char: str) -> bool:
    return char in UNSEEN or unicodedata.category(char).startswith(UNSEEN_CATEGORIES)


def _short(text: str) -> str:
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * MAX_CELL_UNITS:
        return text
    # Half of a surrogate pair at the cut is dropped.
    kept = units[: 2 * (MAX_CELL_UNITS - len(CUT))].decode("utf-16-le", "ignore")
    return kept + CUT
