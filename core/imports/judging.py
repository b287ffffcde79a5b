"""What becomes of one row: new, a change, left out, or wrong. The check asks, and the writing asks once more,
for the house may have changed in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.imports.cells import Row
from core.imports.guessing import Mapping
from core.imports.registry import ImportKind, Problem, Values
from core.models import ImportRow
from core.subjects import type_of

Status = ImportRow.Status
SKIP, FILL, UPDATE = "skip", "fill", "update"
# An earlier row of the same file.
SAME_FILE = "core.importrow"


@dataclass
class Verdict:
    """``changes`` are the values that an existing row would get."""

    status: Status
    values: Values
    existing: Any = None
    changes: Values = field(default_factory=dict)
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    differences: list[dict[str, str]] = field(default_factory=list)
    duplicate: tuple[str, str, str] = ("", "", "")

    def put_into(self, row: ImportRow) -> None:
        row.status = self.status
        row.errors, row.warnings = told(self.errors), told(self.warnings)
        row.differences = self.differences
        row.duplicate_type, row.duplicate_id, title = self.duplicate
        row.duplicate_title = title[:200]


def told(problems: Sequence[Problem]) -> list[dict[str, str]]:
    return [{"field": name, "text": str(text)} for name, text in problems]


def parse(kind: ImportKind, mapping: Mapping, row: Row) -> tuple[Values, list[Problem]]:
    """The row's cells as values, and what is wrong with the others."""
    values: Values = {}
    errors: list[Problem] = []
    for place, name in mapping.items():
        wanted = kind.field(name) if name else None
        if wanted is None:
            continue
        if problem := row.problems.get(int(place)):
            errors.append((name, problem))
            continue
        written = row[int(place)]
        if not written:
            continue
        try:
            values[name] = wanted.parse(written)
        except ValidationError as error:
            errors.append((name, " ".join(error.messages)))
    named = {name for name, _text in errors}
    for one in kind.fields:
        if one.required and one.name not in named and values.get(one.name) in (None, ""):
            errors.append((one.name, _("Enter a value.")))
    return values, errors


class Judge:
    """Judges the rows of one run one after the other; remembers the good ones, which later ones may repeat."""

    def __init__(self, kind: ImportKind, policy: str) -> None:
        self.kind = kind
        self.policy = policy
        self._seen: dict[str, int] = {}

    def first_look(self, row: Row, values: Values, errors: list[Problem]) -> Verdict:
        """At the check: also against the rows before it."""
        verdict = self.judge(values, errors)
        if row.is_hidden:
            verdict.warnings.append(("", _("This row is hidden in the sheet.")))
        if verdict.errors:
            return verdict
        for key, name in self.kind.keys(values):
            if key in self._seen:
                number = self._seen[key]
                text = _("The same stands in row %(row)s of this file.") % {"row": number}
                verdict.status, verdict.errors, verdict.differences = Status.BAD, [(name, text)], []
                verdict.duplicate = (SAME_FILE, str(number), str(number))
                return verdict
        self._seen.update({key: row.number for key, _name in self.kind.keys(values)})
        return verdict

    def judge(self, values: Values, errors: list[Problem]) -> Verdict:
        kind = self.kind
        existing = kind.find(values)
        found = kind.check(values, existing)
        known = {name for name, _text in errors}
        every = [*errors, *(one for one in found.errors if one[0] not in known)]
        verdict = Verdict(Status.READY, values, existing, errors=every, warnings=found.warnings)
        if existing is not None:
            verdict.duplicate = (type_of(existing), str(existing.pk), kind.title_of(existing))
        if every:
            verdict.status = Status.BAD
        elif existing is not None:
            self._compare(verdict)
        return verdict

    def _compare(self, verdict: Verdict) -> None:
        if self.policy == SKIP:
            verdict.status = Status.SKIPPED
            return
        old, new = self.kind.read(verdict.existing), self.kind.written(verdict.values)
        for name, value in verdict.values.items():
            if name not in old or old[name] == new[name] or (self.policy == FILL and old[name]):
                continue
            verdict.changes[name] = value
            verdict.differences.append({"field": name, "old": old[name], "new": new[name]})
        if not verdict.changes:
            verdict.status = Status.SKIPPED
            return
        refused = self.kind.may_not_change(verdict.existing)
        if refused:
            verdict.status, verdict.errors = Status.BAD, [("", refused)]
