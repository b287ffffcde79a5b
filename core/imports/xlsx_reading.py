"""Rows of an XLSX workbook, with what a library that gives only values would not tell: formulas that were
never calculated, hidden rows, merged cells."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.datetime import from_excel
from openpyxl.worksheet._reader import WorkSheetParser

from core.errors import ApplicationError
from core.imports.cells import Row, cell_text
from core.imports.reading import (
    HEADING_WITHIN,
    MOST_COLUMNS,
    MOST_ROWS,
    Beat,
    Beginning,
    Sheet,
    refusal,
    require_room,
    require_small_parts,
    unnoticed,
    unreadable,
)

NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FORMULA, VALUE = f"{NAMESPACE}f", f"{NAMESPACE}v"
ROWS_BETWEEN_BEATS = 1_000
# A merged block is filled with its value; more cells than this are a layout, not data.
MOST_FILLED = 200_000


class _NeverCalculated:
    """What stands for a formula without a result."""


class _Parser(WorkSheetParser):
    """The library's reader, which also tells a formula without a result from an empty cell."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        if element.find(FORMULA) is not None and not (element.findtext(VALUE) or "").strip():
            # A text result may be empty: that one has been calculated.
            if element.get("t") != "str":
                found = super().parse_cell(_without_style(element))
                return {**found, "value": _NeverCalculated(), "data_type": "never"}
        elif element.get("t", "n") == "n" and int(element.get("s") or 0) in self.date_formats:
            return self._date(element)
        told: dict[str, Any] = super().parse_cell(element)
        return told

    def _date(self, element: Any) -> dict[str, Any]:
        """A date outside Excel's calendar is told as the number that it is, not as a warning of the library."""
        style = int(element.get("s") or 0)
        found: dict[str, Any] = super().parse_cell(_without_style(element))
        if found["value"] is not None:
            try:
                found["value"] = from_excel(
                    found["value"], self.epoch, timedelta=style in self.timedelta_formats
                )
            except (OverflowError, ValueError, TypeError):
                found["data_type"] = "no date"
        return found


def _without_style(element: Any) -> Any:
    element.attrib.pop("s", None)
    return element


def begin(content: bytes, *, sheet: str) -> Beginning:
    with _opened(content) as book:
        names = _names(book)
        chosen = sheet if sheet in names else ""
        found: Sheet | None = None
        for name in [chosen] if chosen else names:
            found = _read(book, name, most=HEADING_WITHIN + 10, beat=unnoticed)
            if found.rows:
                break
        if found is None or not found.rows:
            found = found or Sheet(names[0], [])
        return Beginning(names, found)


def read(content: bytes, *, sheet: str, beat: Beat) -> Sheet:
    with _opened(content) as book:
        names = _names(book)
        return _read(book, sheet if sheet in names else names[0], most=None, beat=beat)


@contextmanager
def _opened(content: bytes) -> Iterator[Any]:
    """The workbook. A broken file fails in a hundred ways inside the library: each is one refusal here."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            require_small_parts(archive)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            yield book
        finally:
            book.close()
    except ApplicationError:
        raise
    except MemoryError:
        raise
    except Exception as error:
        if _is_ours(error):
            raise
        raise unreadable() from error


def _is_ours(error: Exception) -> bool:
    """Raised by whoever listens to how far the reading is."""
    return type(error).__module__.startswith("core.jobs")


def _names(book: Any) -> list[str]:
    names = [one.title for one in book.worksheets]
    if not names:
        raise refusal(_("The workbook has no sheet."), "no_sheet")
    return names


def _read(book: Any, name: str, *, most: int | None, beat: Beat) -> Sheet:
    sheet = next(one for one in book.worksheets if one.title == name)
    rows: list[Row] = []
    with sheet._get_source() as source:
        parser = _Parser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, cells in parser.parse():
            attributes = parser.row_dimensions.pop(str(number), {})
            row = _row(number, cells, attributes.get("hidden") in ("1", "true"))
            if not row.is_empty:
                rows.append(row)
            if most is not None and len(rows) >= most:
                return Sheet(name, rows)
            # The heading and what stands above it come on top.
            require_room(len(rows) - HEADING_WITHIN)
            if number > 20 * MOST_ROWS:
                require_room(MOST_ROWS + 1)
            if number % ROWS_BETWEEN_BEATS == 0:
                beat(len(rows))
        merged = parser.merged_cells
    found = Sheet(name, rows)
    if merged is not None and merged.mergeCell:
        _fill_merged(found, [one.ref if hasattr(one, "ref") else str(one) for one in merged.mergeCell])
    hidden = sum(row.is_hidden for row in rows)
    if hidden:
        found.notes.append(
            _("%(count)s rows are hidden in the sheet; they are imported like the others.")
            % {"count": hidden}
        )
    return found


def _row(number: int, cells: list[dict[str, Any]], is_hidden: bool) -> Row:
    texts: list[str] = []
    problems: dict[int, str] = {}
    for cell in cells:
        place = cell["column"] - 1
        text, problem = _text(cell)
        if not text and not problem:
            continue
        require_room(0, place + 1)
        texts.extend("" for _missing in range(place + 1 - len(texts)))
        texts[place] = text
        if problem:
            problems[place] = problem
    return Row(number, tuple(texts), problems, is_hidden)


def _text(cell: dict[str, Any]) -> tuple[str, str]:
    value, kind = cell["value"], cell["data_type"]
    if kind == "never":
        return "", _(
            "This formula has no result yet: open the file in Excel and save it, or paste the values."
        )
    if kind == "e":
        return str(value)[:40], _("This cell shows the error %(error)s of a formula.") % {
            "error": str(value)[:40]
        }
    text, problem = cell_text(value)
    if kind == "no date" and not problem:
        problem = _("This is no date that Excel knows.")
    return text, problem


def _fill_merged(sheet: Sheet, ranges: list[str]) -> None:
    """What stands in a merged block counts for each of its cells, as whoever looks at it reads it."""
    places = {row.number: place for place, row in enumerate(sheet.rows)}
    filled = 0
    for one in ranges:
        left, top, _right, bottom = range_boundaries(one)
        if left is None or top is None or bottom is None or left > MOST_COLUMNS or top not in places:
            continue
        text = sheet.rows[places[top]][left - 1]
        for number in range(top, min(bottom, top + MOST_ROWS) + 1):
            if not text or number not in places or number == top:
                continue
            row = sheet.rows[places[number]]
            cells = [*row.cells, *("" for _missing in range(left - len(row.cells)))]
            if not cells[left - 1] and filled < MOST_FILLED:
                cells[left - 1] = text
                sheet.rows[places[number]] = Row(row.number, tuple(cells), row.problems, row.is_hidden)
                filled += 1
    if filled:
        sheet.notes.append(_("The value of merged cells was taken for each of their rows."))
