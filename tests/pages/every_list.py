"""Every list of the site: where it is, and how it gets more rows.

The lists come from the site's own addresses, so a new one is asked from its first day. Its rows are made by copying
one that is there; what cannot be copied plainly is said in ``PARTS`` and ``OTHERWISE``.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count, cycle, islice
from typing import Any

from django.db import models
from django.urls import reverse

from contracts.models import Contract
from core.generic import ListPage
from tests.permissions.line import Line
from tests.permissions.pages import LINES
from tests.permissions.world import keys_of
from tests.security.test_hostile_pages import pages
from tests.workflows.purged import purged
from workflows.models import Incident

# Lists that another page's address shows first.
BEHIND = {"contracts:contract-start", "contracts:payment-create", "service:complaint-create"}
# What belongs to a row and is copied with it: names of its related rows.
PARTS = {
    "contracts.contract": ("lines", "plan_lines"),
    "crm.customer": ("contacts", "addresses", "periods"),
    "service.onboarding": ("items",),
    "workflows.message": ("deliveries",),
    "workflows.processinstance": ("work_items",),
}
# Every copy gets a number of its own.
NUMBERS = count(1)


def lists() -> list[Line]:
    """The line of the table of rights of each list."""
    own = {name for name, pattern in pages() if is_list(pattern.callback)}
    return [line for line in LINES if line.method == "GET" and line.name in own | BEHIND]


def is_list(callback: Any) -> bool:
    return issubclass(getattr(callback, "view_class", object), ListPage)


def kinds_of_list(kind: type = ListPage) -> Iterator[type]:
    """The lists that are shipped; not what several have in common, and not those that tests declare."""
    below = [one for one in kind.__subclasses__() if not one.__module__.startswith("tests.")]
    for one in below:
        yield from kinds_of_list(one)
    if not below:
        yield kind


def address_of(line: Line, world: dict[str, Any]) -> str:
    return reverse(line.name, kwargs=keys_of(line, world, "allowed"))


def grow(view: ListPage, table: Any, rows: int) -> None:
    """So many rows more in a list that shows at least one; each that is shown is copied in its turn."""
    shown = cycle([one.record for one in table.rows])
    for row in islice(shown, rows):
        if isinstance(row, dict):
            # A line that stands for several rows names one of them.
            row = view.get_queryset().model.objects.get(pk=row["newest"])
        OTHERWISE.get(row._meta.label_lower, copy)(row)


def copy(row: models.Model, **other: Any) -> models.Model:
    """The same row once more, different only where two must not be alike."""
    kind, number = type(row), next(NUMBERS)
    apart = set_apart_by(kind)
    values = {one.attname: getattr(row, one.attname) for one in fields_of(kind)}
    values |= {
        one.attname: unlike(one, values[one.attname], number) for one in fields_of(kind) if one.name in apart
    }
    copied = kind(**values | other)
    kind._base_manager.bulk_create([copied])
    for one in kind._meta.many_to_many:
        getattr(copied, one.name).set(getattr(row, one.name).all())
    for name in PARTS.get(kind._meta.label_lower, ()):
        relation = kind._meta.get_field(name)
        for part in relation.related_model._base_manager.filter(**{relation.field.name: row}):
            copy(part, **{relation.field.attname: copied.pk})
    return copied


def copy_contract(row: Contract) -> Contract:
    """Its lines can be written while it is a draft only."""
    copied = copy(row, state=Contract.State.DRAFT)
    Contract.objects.filter(pk=copied.pk).update(state=row.state)
    return copied


def copy_with_contract(row: Any) -> models.Model:
    """There is one for each contract."""
    return copy(row, contract_id=copy_contract(row.contract).pk)


def copy_incident(row: Incident) -> Incident:
    """Of another cause, so that it stands in a line of its own; no case is held twice at one place."""
    number = next(NUMBERS)
    case = copy(row.instance)
    return copy(row, instance_id=case.pk, group_key=f"{row.group_key[:50]}-{number}")


# Rows that cannot be copied by themselves.
OTHERWISE: dict[str, Callable[[Any], object]] = {
    "contracts.contract": copy_contract,
    "contracts.owncompany": lambda row: copy(row, is_default=False),
    "contracts.paymentplanline": lambda row: copy_contract(row.contract),
    # A pair is judged once, and stands in the order of its keys.
    "crm.duplicatecase": lambda row: copy(row, right_id=copy(row.right).pk),
    "service.onboarding": copy_with_contract,
    "service.renewalcase": copy_with_contract,
    "workflows.incident": copy_incident,
    "workflows.purgedcase": lambda row: purged(row.definition.key, row.purged_by),
    # Of another program: each has one alert that is not over.
    "workflows.alert": lambda row: copy(row, about=f"program-{next(NUMBERS)}"),
}


def fields_of(kind: type[models.Model]) -> list[models.Field]:
    return [one for one in kind._meta.concrete_fields if not one.primary_key and not one.generated]


def set_apart_by(kind: type[models.Model]) -> set[str]:
    """The fields that make a row different from all others."""
    found = {one.name for one in fields_of(kind) if one.unique}
    together = [one.fields for one in kind._meta.constraints if isinstance(one, models.UniqueConstraint)]
    for names in [*together, *kind._meta.unique_together]:
        # A choice has few values, and none of them is made up.
        plain = [
            name
            for name in names
            if not kind._meta.get_field(name).is_relation and not kind._meta.get_field(name).choices
        ]
        if plain and not found & set(names):
            found.add(plain[-1])
    return found


def unlike(field: models.Field, value: Any, number: int) -> Any:
    """Another value than that of the row, for each copy its own."""
    if value in (None, "") or isinstance(value, bool):
        # Only rows that have a value are kept apart by it.
        return value
    if isinstance(value, uuid.UUID):
        return uuid.uuid4()
    if isinstance(value, int | Decimal):
        return 10_000 + number
    if isinstance(value, date | datetime):
        return value + timedelta(days=number)
    tail = f"z{number:04}"
    return f"{value[: (field.max_length or 200) - len(tail)]}{tail}"
