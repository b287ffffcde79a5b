"""Rows of a CSV: what wrote it (Excel in China, in Europe, a program) is found out by looking."""

from __future__ import annotations

import codecs
import csv
import io

from core.imports.cells import Row, csv_text
from core.imports.reading import HEADING_WITHIN, Beginning, Sheet, require_room, unreadable

DELIMITERS = (",", "\t", ";", "，", "|")
LOOKED_AT = 30


def begin(content: bytes) -> Beginning:
    sheet = _read(content, most=HEADING_WITHIN + 10)
    return Beginning([sheet.name], sheet)


def read(content: bytes) -> Sheet:
    return _read(content, most=None)


def decoded(content: bytes) -> str:
    """By its mark, else UTF-8, else what Windows writes in China."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Any bytes are some text; one with such characters was never meant as one.
        if "\x00" not in text:
            return text
    raise unreadable()


def _read(content: bytes, *, most: int | None) -> Sheet:
    text = decoded(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    rows: list[Row] = []
    try:
        for number, fields in enumerate(reader, start=1):
            row = _row(number, fields)
            if not row.is_empty:
                rows.append(row)
            if most is not None and len(rows) >= most:
                break
            require_room(len(rows) - HEADING_WITHIN)
    except csv.Error as error:
        raise unreadable() from error
    return Sheet("CSV", rows)


def _delimiter(text: str) -> str:
    """The one that cuts the first lines into the most columns, alike in each."""
    lines = [line for line in text[:100_000].splitlines() if line.strip()][:LOOKED_AT]
    best, columns = DELIMITERS[0], 0.0
    for delimiter in DELIMITERS:
        counts = [line.count(delimiter) for line in lines]
        if not counts or not max(counts):
            continue
        usual = max(set(counts), key=counts.count)
        weight = usual * counts.count(usual) / len(counts)
        if weight > columns:
            best, columns = delimiter, weight
    return best


def _row(number: int, fields: list[str]) -> Row:
    texts: list[str] = []
    problems: dict[int, str] = {}
    for place, value in enumerate(fields):
        text, problem = csv_text(value)
        texts.append(text)
        if problem:
            problems[place] = problem
    while texts and not texts[-1] and len(texts) - 1 not in problems:
        texts.pop()
    require_room(0, len(texts))
    return Row(number, tuple(texts), problems)
