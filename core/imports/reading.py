"""Read an uploaded file as rows of texts: XLSX or CSV, from anywhere.

What is too large or no spreadsheet is refused with a sentence that says what to do; nothing is ever cut off
silently. Sizes are judged before anything is opened, and once more while it is unpacked.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from core.errors import ApplicationError
from core.imports.cells import Row

MOST_ROWS = 50_000
MOST_COLUMNS = 200
LARGEST_FILE = 20 * 2**20
# A spreadsheet compresses well, but not a thousand times.
LARGEST_UNPACKED = 400 * 2**20
MOST_PARTS = 2_000
# The heading may stand below a title.
HEADING_WITHIN = 15

Beat = Callable[[int], None]


def unnoticed(_rows: int) -> None:
    """Whoever reads in the foreground wants to hear nothing of it."""


@dataclass
class Sheet:
    """A sheet as it was read: its rows in order, empty ones left out, and what there is to say of it."""

    name: str
    rows: list[Row]
    notes: list[str] = field(default_factory=list)


@dataclass
class Beginning:
    """What one sees on opening the file: its sheets, and the first rows of one of them."""

    sheets: list[str]
    sheet: Sheet


def begin(content: bytes, *, sheet: str = "") -> Beginning:
    """The first rows of a sheet (of the first one with rows, unless named)."""
    from core.imports import csv_reading, xlsx_reading

    require_harmless(content)
    if is_workbook(content):
        return xlsx_reading.begin(content, sheet=sheet)
    return csv_reading.begin(content)


def read(content: bytes, *, sheet: str = "", beat: Beat = unnoticed) -> Sheet:
    """All rows of a sheet. ``beat`` hears now and then how many there are by now."""
    from core.imports import csv_reading, xlsx_reading

    require_harmless(content)
    if is_workbook(content):
        return xlsx_reading.read(content, sheet=sheet, beat=beat)
    return csv_reading.read(content)


def is_workbook(content: bytes) -> bool:
    return content.startswith(b"PK")


def require_harmless(content: bytes) -> None:
    """Size and kind, before anything is opened."""
    require_size(len(content))
    if not content.strip():
        raise refusal(_("The file is empty."), "empty")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise refusal(
            _(
                "This is a workbook of an old Excel, or one with a password. Save it without a password as “Excel workbook (.xlsx)”."
            ),
            "old_workbook",
        )


def require_size(size: int) -> None:
    if size > LARGEST_FILE:
        raise refusal(
            _("The file is larger than %(size)s MB: split it.") % {"size": LARGEST_FILE // 2**20}, "too_large"
        )


def refusal(text: str, code: str) -> ApplicationError:
    return ApplicationError(text, code=code, errors={"file": [text]})


def unreadable() -> ApplicationError:
    return refusal(
        _(
            "This is neither an XLSX workbook nor a CSV text that can be read. Save it in Excel as “Excel workbook (.xlsx)”."
        ),
        "unreadable",
    )


def require_room(rows: int, columns: int = 0) -> None:
    if rows > MOST_ROWS:
        raise refusal(
            _("The sheet has more than %(most)s rows: split it.") % {"most": f"{MOST_ROWS:,}"},
            "too_many_rows",
        )
    if columns > MOST_COLUMNS:
        raise refusal(
            _("The sheet has more than %(most)s columns: delete those that are not needed.")
            % {"most": MOST_COLUMNS},
            "too_many_columns",
        )


def require_small_parts(archive: zipfile.ZipFile) -> None:
    """Unpack everything once in pieces: the declared sizes may lie."""
    parts = archive.infolist()
    room = LARGEST_UNPACKED
    too_much = refusal(
        _("The file unpacks to more than %(size)s MB.") % {"size": LARGEST_UNPACKED // 2**20}, "too_large"
    )
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > room:
        raise too_much
    for part in parts:
        with archive.open(part) as stream:
            while piece := stream.read(2**20):
                room -= len(piece)
                if room < 0:
                    raise too_much
