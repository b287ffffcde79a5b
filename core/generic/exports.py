"""A list as a spreadsheet: what is seen, all of it, safe to open.

A text that begins like a formula must not become one on the reader's machine: in XLSX it is written as
text, in CSV it gets an apostrophe in front.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What goes into one file. More than this is a job for the API.
MOST_ROWS = {"xlsx": 200_000, "csv": 500_000}
# More rows than this are written in the background; fewer while the person waits.
DIRECT_ROWS = 2_000
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_UNLAWFUL = {code: None for code in range(32) if code not in (9, 10, 13)}
_LONGEST_CELL = 32_000


def plain_value(value: Any) -> Any:
    """A value that a cell can hold: numbers stay numbers, dates stay dates, the rest is text."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if value is None or isinstance(value, bool | int | float | Decimal | date):
        return value
    return str(value).translate(_UNLAWFUL)[:_LONGEST_CELL]


def xlsx(rows: Iterable[list[Any]], *, name: str, title: str) -> HttpResponse:
    """An XLSX answer; the first row is the heading."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_title(title))
    sheet.freeze_panes = "A2"
    for number, row in enumerate(rows):
        sheet.append([_cell(sheet, value, heading=number == 0) for value in row])
    stream = io.BytesIO()
    book.save(stream)
    return _attachment(HttpResponse(stream.getvalue(), content_type=XLSX), f"{name}.xlsx")


def as_csv(rows: Iterable[list[Any]], *, name: str) -> StreamingHttpResponse:
    """A CSV answer in UTF-8 with a mark, so that Excel reads the Chinese right."""
    answer = StreamingHttpResponse(_csv_lines(rows), content_type="text/csv; charset=utf-8")
    return _attachment(answer, f"{name}.csv")


def _cell(sheet, value: Any, *, heading: bool) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=plain_value(value))
    if isinstance(cell.value, str):
        cell.data_type = "s"
    elif isinstance(cell.value, Decimal):
        cell.number_format = "#,##0.00"
    elif isinstance(cell.value, datetime):
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(cell.value, date):
        cell.number_format = "yyyy-mm-dd"
    if heading:
        cell.font = Font(bold=True)
    return cell


def _sheet_title(title: str) -> str:
    kept = "".join(letter for letter in title if letter not in "[]:*?/\\")
    return kept[:31] or "Sheet"


def _csv_lines(rows: Iterable[list[Any]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield "\ufeff"
    for row in rows:
        writer.writerow([_csv_value(value) for value in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _csv_value(value: Any) -> Any:
    plain = plain_value(value)
    if isinstance(plain, datetime):
        return plain.strftime("%Y-%m-%d %H:%M")
    if isinstance(plain, str) and plain.startswith(_FORMULA_STARTS):
        return f"'{plain}"
    return plain


def _attachment(answer, name: str):
    answer.headers["Content-Disposition"] = _disposition(name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.file_name = name
    return answer


def _disposition(name: str) -> str:
    from django.utils.http import content_disposition_header

    return content_disposition_header(as_attachment=True, filename=name)
