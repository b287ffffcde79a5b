"""Sheets that we hand out: the template to fill in, and the rows to mend. Nothing in them is a formula."""

from __future__ import annotations

import io

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from crm.importers.columns import COLUMNS, choices_of
from crm.importers.customers import ImportReport

_HEADING = Font(bold=True)
_REQUIRED = PatternFill("solid", fgColor="FDE68A")
_WRONG = PatternFill("solid", fgColor="FECACA")


def customer_template() -> bytes:
    """A workbook with the headings in the reader's language; hints say what a column takes."""
    book, sheet = _book(_("Customers"))
    language = get_language() or ""
    for number, column in enumerate(COLUMNS, start=1):
        heading = column.heading(language) + ("*" if column.required else "")
        cell = _write(sheet, 1, number, heading)
        cell.font = _HEADING
        if column.required:
            cell.fill = _REQUIRED
        choices = choices_of(column)
        if choices:
            cell.comment = Comment(_("One of: %(choices)s") % {"choices": ", ".join(choices)}, "Xiaoliu")
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = 18
        # Codes, phones and accounts are texts: Excel would cut long numbers.
        sheet.column_dimensions[letter].number_format = "@"
    sheet.freeze_panes = "B2"
    return _bytes(book)


def problems_workbook(report: ImportReport) -> bytes:
    """The refused rows as they were, each with what is wrong: mend them here and import this file again."""
    book, sheet = _book(_("To mend"))
    reasons = _("What to mend")
    for number, heading in enumerate([*report.headings, reasons], start=1):
        _write(sheet, 1, number, heading).font = _HEADING
    for line, (row, cells) in enumerate(report.bad_rows.items(), start=2):
        problems = [one for one in report.problems if one.row == row]
        for number, text in enumerate(cells, start=1):
            _write(sheet, line, number, text)
        wrong = {one.column for one in problems}
        text = "\n".join(f"{one.column}: {one.message}" for one in problems)
        last = _write(sheet, line, len(report.headings) + 1, _("Row %(row)s") % {"row": row} + "\n" + text)
        last.fill = _WRONG
        for number, heading in enumerate(report.headings, start=1):
            if heading.rstrip("*") in wrong:
                sheet.cell(line, number).fill = _WRONG
    sheet.freeze_panes = "A2"
    return _bytes(book)


def _book(title: str) -> tuple[Workbook, Worksheet]:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    return book, sheet


def _write(sheet: Worksheet, row: int, column: int, text: str):  # type: ignore[no-untyped-def]
    """A text stays a text, also when it begins like a formula."""
    cell = sheet.cell(row, column)
    cell.value = "".join(one for one in text if one >= " " or one in "\t\n")
    cell.data_type = "s"
    cell.number_format = "@"
    return cell


def _bytes(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
