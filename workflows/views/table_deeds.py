"""What the buttons of a table do to its sheet before it is shown again: add, copy, move, take away, mend."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from workflows.engine.decisions.sheets import Checked, ConditionColumn, ResultColumn, Row, Sheet

from .table_sheet import MOST_COLUMNS, MOST_ROWS


def apply_deed(deed: str, sheet: Sheet, checked: Checked, undo: str) -> tuple[str, str]:
    """Do what a button says, "drop_row.3". Gives (what to undo it with, the field to go on at)."""
    name, _dot, place = deed.partition(".")
    at = int(place) if place.isdecimal() and len(place) < 5 else 0
    kind, _underscore, part = name.partition("_")
    if name == "undo":
        return "", _restore(sheet, undo)
    if name == "mend_gap":
        return "", _cover(sheet, checked, at)
    if name == "mend_first":
        sheet.hit_policy = "FIRST"
        return "", "policy"
    found = {"row": sheet.rows, "input": sheet.conditions, "output": sheet.results}.get(part)
    if found is None or not (0 <= at < len(found) or kind == "add"):
        return "", ""
    if kind == "drop":
        return _drop(sheet, part, at), ""
    if kind in ("up", "down"):
        other = at + (-1 if kind == "up" else 1)
        if 0 <= other < len(found):
            for line in _lines(sheet, part):
                line[at], line[other] = line[other], line[at]
            return "", f"{kind}_{part}.{other}"
    if kind in ("add", "copy"):
        return "", _add(sheet, part, at if kind == "copy" else None)
    return "", ""


def _lines(sheet: Sheet, part: str) -> list[list[Any]]:
    """What is moved together: a column with its cells in every rule."""
    if part == "row":
        return [sheet.rows]
    if part == "input":
        return [sheet.conditions, *(row.conditions for row in sheet.rows)]
    return [sheet.results, *(row.results for row in sheet.rows)]


def _add(sheet: Sheet, part: str, copied: int | None) -> str:
    if part == "row":
        if len(sheet.rows) >= MOST_ROWS:
            return ""
        at = len(sheet.rows) if copied is None else copied + 1
        blank = Row(["-"] * len(sheet.conditions), [""] * len(sheet.results))
        new = blank if copied is None else deepcopy(sheet.rows[copied])
        new.origin = None
        sheet.rows.insert(at, new)
        return f"r{at}-i0" if sheet.conditions else f"r{at}-o0"
    columns: list[Any] = sheet.conditions if part == "input" else sheet.results
    if len(columns) >= MOST_COLUMNS:
        return ""
    if part == "input":
        columns.append(ConditionColumn())
    else:
        columns.append(ResultColumn(default="" if any(one.default is not None for one in columns) else None))
    for row in sheet.rows:
        (row.conditions if part == "input" else row.results).append("-" if part == "input" else "")
    return f"{part[0]}{len(columns) - 1}-label"


def _drop(sheet: Sheet, part: str, at: int) -> str:
    """Take a rule or a column away; what is given back puts it where it was."""
    taken = [line.pop(at) for line in _lines(sheet, part)]
    first = {slot: getattr(taken[0], slot) for slot in taken[0].__slots__}
    return json.dumps({"part": part, "at": at, "first": first, "cells": taken[1:]})


def _restore(sheet: Sheet, undo: str) -> str:
    """What was taken away last, back again; nothing if it no longer fits or was tampered with."""
    try:
        found = json.loads(undo)
        part, at = found["part"], int(found["at"])
        made = {"row": Row, "input": ConditionColumn, "output": ResultColumn}[part](**found["first"])
        cells = [str(cell) for cell in found["cells"]]
        for slot in made.__slots__:
            value = getattr(made, slot)
            is_number = slot == "origin" and isinstance(value, int)
            is_none = slot in ("origin", "default") and value is None
            if not (isinstance(value, str | list) or is_number or is_none):
                return ""
        if isinstance(made, Row):
            made.conditions = [str(cell) for cell in made.conditions]
            made.results = [str(cell) for cell in made.results]
            if (len(made.conditions), len(made.results)) != (len(sheet.conditions), len(sheet.results)):
                return ""
        lines = _lines(sheet, part)
        cells += ["-" if part == "input" else ""] * (len(lines) - 1 - len(cells))
    except (ValueError, TypeError, KeyError, AttributeError):
        return ""
    for line, what in zip(lines, [made, *cells], strict=False):
        line.insert(at, what)
    return f"r{at}-i0" if part == "row" else f"{part[0]}{at}-label"


def _cover(sheet: Sheet, checked: Checked, number: int) -> str:
    """Add the rule that is missing; its results are the last rule's, to be looked at."""
    gaps = checked.gaps
    if not 0 <= number < len(gaps) or len(sheet.rows) >= MOST_ROWS:
        return ""
    results = list(sheet.rows[-1].results) if sheet.rows else [""] * len(sheet.results)
    sheet.rows.append(Row(list(gaps[number]), results))
    return f"r{len(sheet.rows) - 1}-o0"
