"""Read an uploaded XLSX as rows of texts. The file comes from anywhere: sizes are judged before it is opened."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook

from core.errors import ApplicationError

LARGEST_FILE = 5 * 1024 * 1024
# A spreadsheet compresses well, but not a thousand times.
LARGEST_UNPACKED = 60 * 1024 * 1024
MOST_PARTS = 500
MOST_ROWS = 2000
MOST_COLUMNS = 60
LONGEST_CELL = 4000
# Excel keeps 15 digits of a number; what is longer has lost its end.
EXACT_DIGITS = 15


@dataclass(frozen=True)
class Row:
    """One row as texts, and where a number was too long to be exact."""

    number: int
    cells: tuple[str, ...]
    inexact: frozenset[int] = frozenset()

    def __getitem__(self, column: int) -> str:
        return self.cells[column] if column < len(self.cells) else ""

    @property
    def is_empty(self) -> bool:
        return not any(self.cells)


def read_rows(content: bytes) -> list[Row]:
    """The rows of the first sheet, empty ones left out; refuses what is no workbook, or too large."""
    _require_harmless(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        # A file may claim any size; only what is there counts.
        sheet.reset_dimensions()
        rows = []
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            row = _row(number, cells)
            if not row.is_empty:
                rows.append(row)
            if len(rows) > MOST_ROWS + 1 or number > 10 * MOST_ROWS:
                raise ApplicationError(
                    _("The sheet has more than %(most)s rows: split it.") % {"most": MOST_ROWS},
                    code="too_many_rows",
                )
        book.close()
    except ApplicationError:
        raise
    except Exception as error:  # a broken file fails in a hundred ways inside the library
        raise _unreadable() from error
    return rows


def _require_harmless(content: bytes) -> None:
    if len(content) > LARGEST_FILE:
        raise ApplicationError(
            _("The file is larger than %(size)s MB.") % {"size": LARGEST_FILE // 2**20}, code="too_large"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise _unreadable() from error
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise ApplicationError(
            _("The file unpacks to more than a spreadsheet of customers can be."), code="too_large"
        )
    # The declared sizes may lie: unpacking stops where they end.
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for part in parts:
                with archive.open(part) as stream:
                    if len(stream.read(part.file_size + 1)) > part.file_size:
                        raise _unreadable()
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError) as error:
        raise _unreadable() from error


def _unreadable() -> ApplicationError:
    return ApplicationError(
        _("This is no XLSX workbook that can be read. Save it in Excel as “Excel workbook (.xlsx)”."),
        code="unreadable",
    )


def _row(number: int, cells: tuple[Any, ...]) -> Row:
    texts, inexact = [], set()
    for column, value in enumerate(cells[:MOST_COLUMNS]):
        text = _text(value)
        if isinstance(value, int | float) and len(text.lstrip("-")) > EXACT_DIGITS:
            inexact.add(column)
        texts.append(text)
    return Row(number, tuple(texts), frozenset(inexact))


def _text(value: Any) -> str:
    """What a person sees in the cell: a phone number typed as a number has no decimals."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return f"{Decimal(repr(value)).normalize():f}"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()[: LONGEST_CELL + 1]
