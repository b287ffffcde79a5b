"""Sheets that we hand out: the template to fill in, and the rows to mend. Nothing in them is a formula."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from core.generic.exports import plain_value
from core.imports.registry import Kind
from core.models import ImportRow, ImportRun

_HEADING = Font(bold=True)
_REQUIRED = PatternFill("solid", fgColor="FDE68A")
_WRONG = PatternFill("solid", fgColor="FECACA")
_WRAPPED = Alignment(wrap_text=True, vertical="top")
# What Excel takes as a list written into a validation.
LONGEST_LIST = 250
ROWS_WITH_CHOICES = 2_000


def template(kind: Kind) -> bytes:
    """Headings to fill in, and a second sheet that says what each column takes."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = _sheet_title(str(kind.title))
    for number, one in enumerate(kind.fields, start=1):
        letter = get_column_letter(number)
        cell = sheet.cell(1, number)
        cell.value = one.label + ("*" if one.required else "")
        cell.font = _HEADING
        if one.required:
            cell.fill = _REQUIRED
        sheet.column_dimensions[letter].width = 18
        # Codes, phones and accounts are texts: Excel would cut long numbers.
        sheet.column_dimensions[letter].number_format = "@"
        _offer(sheet, letter, one.choices() if one.choices else [])
    sheet.freeze_panes = "B2"
    _explain(book, kind)
    return _bytes(book)


def rows_to_mend(run: ImportRun, kind: Kind, rows: Sequence[ImportRow]) -> bytes:
    """The refused rows as they were, each with what is wrong: mend them here and import this file again."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_title(_("To mend")))
    sheet.freeze_panes = "A2"
    width = len(run.headings)
    for number in range(1, width + 1):
        sheet.column_dimensions[get_column_letter(number)].width = 18
    sheet.column_dimensions[get_column_letter(width + 1)].width = 60
    sheet.append([_cell(sheet, text, font=_HEADING) for text in [*run.headings, _("What to mend")]])
    places = {name: int(place) for place, name in run.mapping.items() if name}
    for row in rows:
        wrong = {places[one["field"]] for one in row.errors if one["field"] in places}
        cells = [
            _cell(sheet, text, fill=_WRONG if place in wrong else None)
            for place, text in enumerate([*row.values, *[""] * (width - len(row.values))][:width])
        ]
        reasons = [_("Row %(row)s") % {"row": row.number}, *(said(kind, one) for one in row.errors)]
        last = _cell(sheet, "\n".join(reasons), fill=_WRONG)
        last.alignment = _WRAPPED
        sheet.append([*cells, last])
    return _bytes(book)


def said(kind: Kind, problem: dict[str, str]) -> str:
    """A problem with the column it is about."""
    found = kind.field(problem["field"])
    return f"{found.label}: {problem['text']}" if found else problem["text"]


def _explain(book: Workbook, kind: Kind) -> None:
    sheet = book.create_sheet(_sheet_title(_("How to fill it in")))
    for note in kind.notes:
        sheet.append([_text(note)])
    sheet.append([_("Columns may be left out or stand in another order; only those marked * are needed.")])
    sheet.append([])
    sheet.append([_("Column"), _("Needed"), _("Example"), _("What may stand there")])
    for cell in sheet[sheet.max_row]:
        cell.font = _HEADING
    for one in kind.fields:
        offered = one.choices() if one.choices else []
        allowed = " · ".join(
            [*([str(one.help)] if one.help else []), *(["、".join(offered)] if offered else [])]
        )
        line = [one.label, _("yes") if one.required else "", one.example, allowed]
        sheet.append([_text(text) for text in line])
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    for letter, width in (("A", 28), ("B", 10), ("C", 28), ("D", 80)):
        sheet.column_dimensions[letter].width = width


def _offer(sheet: Any, letter: str, choices: Sequence[str]) -> None:
    """Choices to pick from in Excel, where they fit and none holds the comma that parts them."""
    listed = ",".join(choices)
    if not choices or len(listed) > LONGEST_LIST or any("," in one or '"' in one for one in choices):
        return
    # A warning, not a wall: a code or the other language is understood too.
    offered = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=False)
    sheet.add_data_validation(offered)
    offered.add(f"{letter}2:{letter}{ROWS_WITH_CHOICES}")


def _cell(sheet: Any, text: str, *, font: Font | None = None, fill: PatternFill | None = None) -> Any:
    """A text stays a text, also when it begins like a formula."""
    cell = WriteOnlyCell(sheet, value=_text(text))
    cell.data_type = "s"
    cell.number_format = "@"
    if font is not None:
        cell.font = font
    if fill is not None:
        cell.fill = fill
    return cell


def _text(text: object) -> str:
    return str(plain_value(str(text)))


def _sheet_title(title: str) -> str:
    return "".join(letter for letter in title if letter not in "[]:*?/\\")[:31] or "Sheet"


def _bytes(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
