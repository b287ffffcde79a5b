"""What a process calls fails: the faults, and the rows that show that nothing is left half done.

Rows are compared whole: every table of the company and of its processes, with identities by their place and
moments by whether they are set, since both differ between doing a thing and doing it again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

from django.apps import apps
from django.db import connection, models, transaction

from workflows import registry

MOMENTS = ("before", "amid", "after", "in the database")
BUSINESS = ("core", "crm", "contracts", "service")
# Rows that people do not see: counted, hashed or drawn by lot, or kept of a request.
UNSEEN = {"IdempotencyKey", "Token"}
# Of a case: what counts its moves and what an incident sets. Of a place, a job, a message: drawn by lot or identity.
PASSING = {
    *("revision", "state_revision", "last_event", "search_tokens", "sort_at"),
    *("anchor", "token", "key", "uid", "request_key"),
}
PASSING_OF = {"ProcessInstance": {"state"}, "HistoryEvent": {"seq"}, "User": {"last_login"}}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.+]+")
# In the data of a row: moments, keys of requests, and which message it was.
DRAWN = re.compile(MOMENT.pattern + r'|[0-9a-f]{32}|(?<="message": )\d+')
# Not of an outcome: the failure itself, and the ways by which messages came, which a held case takes later.
WAYS_THERE = {"Incident", "Delivery"}


class BrokenError(Exception):
    """What nobody expects."""


class Fault:
    """Stands in for something of the registry and fails at its moment; remembers what it found.

    ``writes`` says whether it changes anything of the company; what only looks has no middle.
    """

    def __init__(self, moment: str, error: Exception | None = None, *, writes: bool = True) -> None:
        self.moment = moment
        self.error = error or BrokenError("the machine is on fire")
        self.writes = writes
        self.found: list[dict[str, Any]] = []

    def around(self, run: Callable[[], Any]) -> None:
        self.found.append(business())
        if self.moment == "before":
            raise self.error
        if self.moment == "amid" and self.writes:
            # The deed's last word is its line in the audit: all that it changes is written by then.
            with mock.patch("core.audit.record", side_effect=self.error):
                run()
            raise AssertionError("it should have written to the audit")
        run()
        assert not self.writes or business() != self.found[-1]
        if self.moment == "in the database":
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        raise self.error


@contextmanager
def broken_operation(name: str, fault: Fault, element: str = "") -> Iterator[None]:
    """Each call of the operation fails; where an element is named, only the calls from there."""
    known = registry.operations()[name]

    def run(context: registry.OperationContext, **params: Any) -> Any:
        if element and context.element != element:
            return known.run(context, **params)
        return fault.around(lambda: known.run(context, **params))

    with mock.patch.dict(registry.operations(), {name: replace(known, run=run)}):
        yield


@contextmanager
def broken_form(name: str, fault: Fault) -> Iterator[None]:
    known = registry.work_forms()[name]

    class Broken:
        fields = staticmethod(known.form.fields)

        def apply(self, context: registry.FormContext, cleaned: dict[str, Any]) -> Any:
            return fault.around(lambda: known.form.apply(context, cleaned))

    with mock.patch.dict(registry.work_forms(), {name: replace(known, form=Broken())}):
        yield


def business() -> dict[str, Any]:
    """Everything of the company."""
    return _rows(BUSINESS)


def outcome() -> dict[str, Any]:
    """Everything of the company and of its cases, but that something was held and tried again."""
    found = _rows((*BUSINESS, "workflows"), without=WAYS_THERE)
    held = ("failed", "retried")
    # In how many steps a case has come to its data depends on what failed on the way; to which data it came does not.
    data: dict[Any, dict[str, Any]] = {}
    for row in found["HistoryEvent"]:
        data.setdefault(row["instance"], {}).update(json.loads(row.pop("changes") or "{}") or {})
    found["data of cases"] = [{"data": json.dumps(one, sort_keys=True)} for one in data.values()]
    found["HistoryEvent"] = [row for row in found["HistoryEvent"] if row["kind"] not in held]
    return found


def same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    """The same rows in every table; says which differ, and in what."""
    differences = []
    for table, rows in expected.items():
        if len(rows) != len(found[table]):
            differences.append(
                f"{table}: {len(found[table])} rows instead of {len(rows)}: {found[table]} {rows}"
            )
        for number, (one, other) in enumerate(zip(found[table], rows, strict=False), 1):
            names = [name for name in other if one[name] != other[name]]
            differences += [f"{table} {number}: {name} {one[name]!r}, not {other[name]!r}" for name in names]
    assert not differences, "\n".join(differences)


def everything() -> dict[str, Any]:
    """Every row there is, incidents too."""
    return _rows((*BUSINESS, "workflows"))


def would_come_to(do: Callable[[], Any]) -> dict[str, Any]:
    """What a deed leads to; it is undone again."""
    around = transaction.atomic()
    # As the transaction that each test runs in: what is done outside refuses any other.
    around._from_testcase = True  # type: ignore[attr-defined]
    with around:
        do()
        rows = outcome()
        transaction.set_rollback(True)
    return rows


def _rows(labels: tuple[str, ...], without: frozenset[str] | set[str] = frozenset()) -> dict[str, Any]:
    places = Places()
    return {
        model.__name__: _table(model, places)
        for label in labels
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model.__name__ not in UNSEEN | without
    }


class Places:
    """Stands for a row by its place among the rows of its table."""

    def __init__(self) -> None:
        self.known: dict[type[models.Model], dict[Any, int]] = {}

    def of(self, model: type[models.Model], key: Any) -> int | None:
        if model not in self.known:
            keys = model._base_manager.order_by("pk").values_list("pk", flat=True)
            self.known[model] = {key: place for place, key in enumerate(keys, 1)}
        return self.known[model].get(key)


def _table(model: type[models.Model], places: Places) -> list[dict[str, Any]]:
    passing = PASSING | PASSING_OF.get(model.__name__, set())
    fields = [one for one in model._meta.concrete_fields if not one.primary_key and one.name not in passing]
    names = [field.attname for field in fields]
    ways = [_way(field, places) for field in fields]
    order = ("instance", "seq") if model.__name__ == "HistoryEvent" else ("pk",)
    rows = model._base_manager.order_by(*order).values_list(*names)
    found = [
        {field.name: way(value) for field, way, value in zip(fields, ways, row, strict=True)} for row in rows
    ]
    for kind, key in (("subject_type", "subject_id"), ("row_type", "row_id")):
        for row in found if key in names else ():
            if row.get(kind):
                row[key] = places.of(apps.get_model(row[kind]), int(row[key]))
    return found


def _way(field: Any, places: Places) -> Callable[[Any], Any]:
    """How a value is made one that is the same the next time."""
    if isinstance(field, models.ForeignKey):
        return lambda value: places.of(field.related_model, value)
    if isinstance(field, models.DateTimeField | models.FileField):
        return bool
    if isinstance(field, models.JSONField):
        return lambda value: DRAWN.sub("drawn", json.dumps(value, ensure_ascii=False, sort_keys=True))
    if isinstance(field, models.CharField | models.TextField):
        # A timer keeps the moment it was told in words too; in working hours two of them differ.
        return lambda value: MOMENT.sub("moment", value) if value else value
    return lambda value: value
