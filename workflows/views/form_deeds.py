"""What the buttons on the page of a form do to its fields."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import asdict

from workflows.engine.drawing_forms import ChoiceSheet, FieldSheet
from workflows.views.form_sheet import FLAGS, MOST_FIELDS


def apply_deed(deed: str, fields: list[FieldSheet], undo: str) -> tuple[str, str]:
    """Do what a button says, "drop.3". Gives (what to undo it with, where to go on)."""
    name, _dot, place = deed.partition(".")
    at = int(place) if place.isdecimal() and len(place) < 4 else 0
    if name == "add" and len(fields) < MOST_FIELDS:
        fields.append(FieldSheet(id=_free_id(fields, "field")))
        return "", f"f{len(fields) - 1}-label"
    if name == "undo":
        return "", _bring_back(fields, undo)
    if not at < len(fields):
        return "", ""
    if name == "drop":
        return json.dumps({"at": at, "field": asdict(fields.pop(at))}), ""
    if name in ("up", "down"):
        other = at + (-1 if name == "up" else 1)
        if 0 <= other < len(fields):
            fields[at], fields[other] = fields[other], fields[at]
            return "", f"{name}.{other}"
    if name == "copy" and len(fields) < MOST_FIELDS:
        copied = deepcopy(fields[at])
        copied.origin, copied.id = None, _free_id(fields, copied.id or "field")
        fields.insert(at + 1, copied)
        return "", f"f{at + 1}-label"
    return "", ""


def _bring_back(fields: list[FieldSheet], undo: str) -> str:
    """The field that was taken away last, where it was; nothing if what is given is no field."""
    try:
        found = json.loads(undo)
        at, given = int(found["at"]), dict(found["field"])
        choices = [
            ChoiceSheet(**{key: str(text) for key, text in one.items()}) for one in given.pop("choices")
        ]
        flags = {name: bool(given.pop(name)) for name in FLAGS}
        origin = given.pop("origin")
        sheet = FieldSheet(**{key: str(text) for key, text in given.items()}, **flags, choices=choices)
        sheet.origin = int(origin) if origin is not None else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return ""
    fields.insert(at, sheet)
    return f"f{min(max(at, 0), len(fields) - 1)}-label"


def _free_id(fields: list[FieldSheet], stem: str) -> str:
    taken, number = {one.id for one in fields}, 2
    stem = stem[:40]
    while f"{stem}_{number}" in taken:
        number += 1
    return stem if stem not in taken else f"{stem}_{number}"
