"""The history of a row's fields in the reader's words: who changed what from what to what.

The rows are written by the database (core.tracking). An app says in ``tracked.py`` how rows are read whose
model does not say it all: labels of fields without a name, values that are codes, parts of a subject.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import clock
from core.models import FieldChange, User
from core.subjects import reference

Text = str | Promise
NOTHING = "—"
# What the trigger writes for whoever changed a row past the program.
DATABASE = "$database"
# Of a long text the beginning says which it is; the whole stands in the row.
LONGEST = 300


@dataclass(frozen=True)
class Tracked:
    """How the changes of one kind of row are read.

    ``part``     what such a row is to its subject: "Contact"; empty for the subject itself
    ``labels``   names of fields that have none in the model
    ``values``   how a value is said that is a code
    ``name``     the fields that name a row which is gone
    """

    row: str
    part: Text = ""
    labels: Mapping[str, Text] = field(default_factory=dict)
    values: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    name: tuple[str, ...] = ("name",)


_tracked: dict[str, Tracked] = {}
Namer = Callable[[Collection[str]], Mapping[str, str]]
_namers: list[Namer] = []


def register(tracked: Tracked) -> None:
    """Say how a kind of row is read; an app does so in its ``tracked.py``."""
    if tracked.row in _tracked:
        raise ValueError(f"The history of {tracked.row} is registered twice.")
    _tracked[tracked.row] = tracked


def tracked() -> dict[str, Tracked]:
    return dict(_tracked)


def name_parts_of_the_program(namer: Namer) -> None:
    """Let an app say what its system actors are called: from their labels to names, all in one question."""
    _namers.append(namer)


def changes_of(subject: models.Model) -> QuerySet[FieldChange]:
    """What changed in a row and its parts, newest first. The caller has shown that the row may be seen."""
    subject_type, subject_id = reference(subject)
    rows = FieldChange.objects.filter(subject_type=subject_type, subject_id=subject_id)
    return rows.select_related("actor").order_by("-pk")


def name_of_part(label: str) -> str:
    """What a part of the program is called that acted by itself."""
    for namer in _namers:
        found = namer({label}).get(label)
        if found:
            return found
    return label or _("The system")


def names_of_parts(labels: Collection[str]) -> dict[str, str]:
    """The same for the rows of a page, in one question."""
    wanted = {label for label in labels if label}
    names: dict[str, str] = {}
    for namer in _namers if wanted else ():
        names.update(namer(wanted))
    return names


def people_of(subject: models.Model) -> list[User]:
    """Everybody who changed the row or a part of it."""
    subject_type, subject_id = reference(subject)
    keys = FieldChange.objects.filter(subject_type=subject_type, subject_id=subject_id, actor__isnull=False)
    return list(User.objects.filter(pk__in=keys.values("actor_id")).order_by("name_sort", "pk"))


@dataclass(frozen=True)
class Line:
    """One field: its name, what stood there, and what stands there now."""

    field: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One change of one row, ready to be read."""

    pk: int
    at: datetime
    who: str
    by_system: bool
    action: str
    # Contact 李雷 · entered
    title: str
    lines: list[Line]


def told(rows: Iterable[FieldChange]) -> list[Change]:
    """Changes in the reader's language; rows that they name are asked for once for each kind."""
    found = list(rows)
    teller = _Teller(found)
    return [teller.change(row) for row in found]


def fields_of(subject: models.Model) -> list[tuple[str, str]]:
    """The fields of a row that a history can be narrowed to: (name, label)."""
    model = type(subject)
    return sorted(
        ((one.attname, label_of(model, one.attname)) for one in model._meta.concrete_fields if one.editable),
        key=lambda one: one[1],
    )


def label_of(model: type[models.Model], column: str) -> str:
    """The name of a field by its column; the column itself where it is gone."""
    known = _tracked.get(model._meta.label_lower)
    if known is not None and column in known.labels:
        return _capital(str(known.labels[column]))
    found = _field(model, column)
    return column if found is None else _capital(str(found.verbose_name))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _field(model: type[models.Model], column: str) -> Any:
    for one in model._meta.concrete_fields:
        if one.column == column:
            return one
    return None


def _model(row_type: str) -> type[models.Model] | None:
    try:
        return apps.get_model(row_type)
    except (LookupError, ValueError):
        return None


class _Teller:
    """What the changes of one page name, asked for together."""

    def __init__(self, rows: list[FieldChange]) -> None:
        wanted: dict[type[models.Model], set[Any]] = {}
        for row in rows:
            self._wanted_by(row, wanted)
        self._rows = {
            model: {str(pk): str(found) for pk, found in model._default_manager.in_bulk(keys).items()}
            for model, keys in wanted.items()
        }
        labels = {row.actor_label for row in rows if row.actor_id is None and row.actor_label}
        self._parts: dict[str, str] = {}
        for namer in _namers if labels else ():
            self._parts.update(namer(labels))

    def _wanted_by(self, row: FieldChange, wanted: dict[type[models.Model], set[Any]]) -> None:
        model = _model(row.row_type)
        if model is None:
            return
        if row.row_type != row.subject_type and _tracked.get(row.row_type, Tracked("")).part:
            wanted.setdefault(model, set()).add(row.row_id)
        for column, values in row.changes.items():
            found = _field(model, column)
            if found is not None and found.is_relation:
                keys = {value for value in values if value is not None}
                if keys:
                    wanted.setdefault(found.related_model, set()).update(keys)

    def change(self, row: FieldChange) -> Change:
        model = _model(row.row_type)
        lines = [
            self._line(model, row.row_type, column, values)
            for column, values in row.changes.items()
            if not _names_the_subject(model, column, values, row)
        ]
        return Change(
            pk=row.pk,
            at=row.at,
            who=self.who(row),
            by_system=row.actor_id is None,
            action=row.action,
            title=" · ".join(filter(None, [self._what(model, row), _deed(row.action)])),
            lines=sorted(lines, key=lambda one: _order(model, one.field)),
        )

    def who(self, row: FieldChange) -> str:
        person: User | None = row.actor if row.actor_id is not None else None
        if person is not None:
            return person.name
        if row.actor_label == DATABASE:
            return _("Directly in the database")
        return self._parts.get(row.actor_label) or row.actor_label or _("The system")

    def _what(self, model: type[models.Model] | None, row: FieldChange) -> str:
        known = _tracked.get(row.row_type)
        if row.row_type == row.subject_type or known is None or model is None or not known.part:
            return ""
        name = self._rows.get(model, {}).get(row.row_id, "")
        if not name:
            side = 0 if row.action == FieldChange.Action.DELETE else 1
            given = (row.changes.get(column, [None, None])[side] for column in known.name)
            name = " ".join(str(one) for one in given if one not in (None, ""))
        return f"{known.part} {name}".strip()

    def _line(self, model: type[models.Model] | None, row_type: str, column: str, values: list[Any]) -> Line:
        if model is None:
            return Line(column, column, *(_plain(value) for value in values))
        say = _tracked.get(row_type, Tracked("")).values.get(column)
        before, after = (
            say(value) if say is not None and value is not None else self._said(model, column, value)
            for value in values
        )
        return Line(column, label_of(model, column), before, after)

    def _said(self, model: type[models.Model], column: str, value: Any) -> str:
        if value is None or value in ("", [], {}):
            return NOTHING
        found = _field(model, column)
        if found is None:
            return _plain(value)
        if found.is_relation:
            return self._rows.get(found.related_model, {}).get(str(value), f"#{value}")
        if found.flatchoices:
            # Keys of choices may be numbers.
            return str(dict(found.flatchoices).get(value, value))
        return _formatted(found, value)


def _names_the_subject(
    model: type[models.Model] | None, column: str, values: list[Any], row: FieldChange
) -> bool:
    """That a new contact is one of this customer goes without saying on the customer's page."""
    found = _field(model, column) if model is not None else None
    if found is None or not found.is_relation or row.action == FieldChange.Action.UPDATE:
        return False
    return found.related_model._meta.label_lower == row.subject_type and row.subject_id in map(str, values)


def _deed(action: str) -> str:
    deeds = {
        "insert": pgettext("history", "entered"),
        "update": pgettext("history", "changed"),
        "delete": pgettext("history", "removed"),
    }
    return deeds[action]


def _order(model: type[models.Model] | None, column: str) -> int:
    """As the model's fields stand, which is how forms and pages show them."""
    names = [one.column for one in model._meta.concrete_fields] if model is not None else []
    return names.index(column) if column in names else len(names)


def _formatted(found: Any, value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(found, models.DecimalField):
        try:
            return f"{Decimal(str(value)):,.{found.decimal_places}f}"
        except InvalidOperation:
            return _plain(value)
    if isinstance(found, models.DateTimeField | models.DateField | models.TimeField):
        return _moment(found, value)
    return _plain(value)


def _moment(found: Any, value: Any) -> str:
    try:
        moment = found.to_python(value)
    except ValidationError:
        return _plain(value)
    if isinstance(moment, datetime):
        return f"{timezone.localtime(moment, clock.COMPANY_ZONE):%Y-%m-%d %H:%M}"
    return f"{moment:%H:%M}" if isinstance(found, models.TimeField) else f"{moment:%Y-%m-%d}"


def _plain(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return "、".join(_plain(one) for one in value)[:LONGEST]
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
