"""What cases wait for that is nobody's task: a moment, a message, a signal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Case, F, Q, QuerySet, Value, When

from core import clock
from core.models.people import in_reader_language
from workflows.definitions import definition_of
from workflows.engine import Element
from workflows.models import Job, ProcessInstance, Subscription, Timer
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
    kind: str = ""  # timer, message, signal, condition, job: an operation outside
    message: str = ""  # the name of the message or signal
    attempts: int = 0
    error: str = ""
    # An operation outside: when it is tried next, "calling" while a worker asks, "answered" while the case
    # cannot go on with what it has heard.
    next_at: datetime | None = None
    state: str = ""
    # It begins an event subprocess of the running case.
    is_start: bool = False
    token: str = ""

    @property
    def breaks_in(self) -> bool:
        """Whether it only comes in upon what goes on, instead of being where the case stands."""
        return bool(self.beside) or self.is_start


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


def waits_of(case: ProcessInstance) -> list[Wait]:
    """What one case waits for, the next moment first. The caller has shown that the case may be seen."""
    if not case.is_open:
        return []
    rows = (
        _rows(Timer, case, Value("timer"), F("due_at"), Value(""))
        .union(
            _rows(Subscription, case, F("kind"), NO_MOMENT, F("name"), tried=False),
            _rows(Job, case, Value("job"), F("due_at"), _state_of_call(), kind=Job.OPERATION),
            all=True,
        )
        .order_by(F("due").asc(nulls_last=True), "created_at")
    )
    definition = definition_of(case.version_id)
    found = []
    for path, token, since, kind, due_at, message, attempts, error in rows:
        element = definition.find(path)
        beside = _beside(element, path)
        name = _name(element, path) if element is None or element.name or element.labels else ""
        if not name and beside:
            name = _name(definition.find(beside), beside)
        is_start = element is not None and element.kind == "start_event"
        wait = Wait(
            case.pk,
            path,
            name,
            since,
            due_at,
            beside,
            kind,
            message,
            attempts,
            error,
            is_start=is_start,
            token=token,
        )
        found.append(_call(wait) if kind == "job" else wait)
    return found


NO_MOMENT = Value(None, output_field=models.DateTimeField())


def _state_of_call() -> Case:
    """Of a job: whether a worker asks just now, or the answer is there and waits for the case."""
    is_asked = Q(leased_until__gt=clock.now()) & ~Q(worker="")
    return Case(
        When(result__isnull=False, then=Value("answered")),
        When(is_asked, then=Value("calling")),
        default=Value(""),
        output_field=models.CharField(),
    )


def _call(wait: Wait) -> Wait:
    """A job has a moment at which it is tried next, which is no deadline of the case."""
    return replace(wait, due_at=None, message="", next_at=wait.due_at, state=wait.message)


def _rows(
    model: type[models.Model],
    case: ProcessInstance,
    sort: Value | F,
    due: Value | F,
    name: Value | F | Case,
    *,
    tried: bool = True,
    **wanted: str,
) -> QuerySet[Any, Any]:
    attempts, error = (F("attempts"), F("error")) if tried else (Value(0), Value(""))
    rows: QuerySet[Any, Any] = model._default_manager.filter(instance=case.pk, status="open", **wanted)
    found: QuerySet[Any, Any] = rows.annotate(
        sort=sort, due=due, named=name, tries=attempts, failure=error
    ).values_list("element", "token", "created_at", "sort", "due", "named", "tries", "failure")
    return found


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
