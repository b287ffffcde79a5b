"""What cases wait for that is nobody's task: a moment, a message, a signal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import models

from core.models.people import in_reader_language
from workflows.definitions import definition_of
from workflows.engine import Element
from workflows.models import Subscription, Timer
from workflows.selectors.cases import matching


@dataclass(frozen=True)
class Wait:
    """An open place of a case. ``beside`` is the step at whose border it waits, while the step itself is done."""

    instance_id: int
    element: str
    name: str
    since: datetime
    due_at: datetime | None = None
    beside: str = ""


def open_waits_on(subjects: Iterable[models.Model]) -> list[Wait]:
    """What the cases about some business rows of one kind wait for, the next moment first.

    An event at the border of a step counts as one beside it. The caller has shown that the rows may be seen.
    """
    rows = list(subjects)
    running = matching(rows, "instance__")
    timers = Timer.objects.filter(running, status=Timer.Status.OPEN).exclude(due_at=None)
    places = Subscription.objects.filter(running, status=Subscription.Status.OPEN)
    fields = ("instance", "instance__version", "element", "created_at")
    found = [_wait(*row) for row in timers.order_by("due_at", "pk").values_list(*fields, "due_at")]
    return found + [_wait(*row) for row in places.order_by("pk").values_list(*fields)]


def _wait(instance: int, version: int, path: str, since: datetime, due_at: datetime | None = None) -> Wait:
    element = definition_of(version).find(path)
    return Wait(instance, path, _name(element, path), since, due_at, _beside(element, path))


def _name(element: Element | None, path: str) -> str:
    if element is None:
        return path
    return in_reader_language(element.label("zh-hans"), element.label("en"))


def _beside(element: Element | None, path: str) -> str:
    """The path of the step whose border it is: it stands in the same process."""
    if element is None or element.host is None:
        return ""
    call, slash, _inner = path.rpartition("/")
    return f"{call}{slash}{element.host}"
