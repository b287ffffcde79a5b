"""What a diagram may call, show and ask. Domain apps register here; nothing else needs editing.

Found in each app's ``operations.py``, ``work_forms.py``, ``subjects.py`` and ``events.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Generic, Literal, Protocol, TypeVar, cast, get_args

from django import forms
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import models
from django.utils.module_loading import autodiscover_modules

from core.actors import Actor, SystemActor
from core.models.people import in_reader_language
from core.subjects import type_of
from workflows.engine import BpmnError, Definition
from workflows.engine.vocabulary import (
    EventSignature,
    FormSignature,
    OperationSignature,
    Param,
    Type,
    Vocabulary,
)
from workflows.outside import (
    Attempts,
    GiveUp,
    Later,
    NotNow,
    OutsideContext,
    OutsideSubject,
    Rate,
    RateOf,
)

__all__ = [
    "BpmnError",
    "DomainEvent",
    "FormContext",
    "GiveUp",
    "Later",
    "NotNow",
    "Operation",
    "OperationContext",
    "OutsideContext",
    "OutsideSubject",
    "Param",
    "Rate",
    "SubjectType",
    "Type",
    "WorkForm",
    "event",
    "events",
    "grantable",
    "operation",
    "operations",
    "subject_type",
    "subject_types",
    "vocabulary",
    "work_form",
    "work_forms",
]

Label = tuple[str, str]  # Chinese, English
Effect = Literal["database", "outside"]


# Operations -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class OperationContext:
    """What an operation knows: its case's business row, never a free id from the diagram."""

    subject: Any  # the business row, locked by the operation's own service; None if the case has none
    actor: SystemActor  # names the step: "contract_lifecycle:activate"
    person: Actor  # whose deed set the step off
    instance_id: int
    element: str
    now: datetime


Targets = Callable[[], Mapping[str, str]]
OperationFunction = Callable[..., Mapping[str, Any] | None]


@dataclass(frozen=True)
class Operation:
    """A named deed of a domain app that a diagram may call."""

    name: str
    label: Label
    # "database": runs in the step's transaction and is undone with it. "outside": runs after the commit, by a
    # worker, until it has answered; the step waits for that.
    effect: Effect
    signature: OperationSignature
    run: OperationFunction
    # How one with an effect outside is tried.
    attempts: Attempts | None = None
    # Whom its target parameter may name, by code, with what people call them.
    targets: Targets | None = None

    @property
    def title(self) -> str:
        return in_reader_language(*self.label)

    def grant(self, params: Mapping[str, Any]) -> str:
        """What a definition must have been granted for this call: the operation, with its target if it has one."""
        target = self.signature.target
        return self.name if target is None else f"{self.name}:{params.get(target)}"

    def grants(self) -> Iterator[str]:
        """Everything that can be granted of it."""
        if self.signature.target is None:
            yield self.name
        elif self.targets is not None:
            yield from (f"{self.name}:{code}" for code in self.targets())


_operations: dict[str, Operation] = {}


def operation(
    *,
    name: str,
    label: Label,
    effect: Effect = "database",
    params: Mapping[str, Any] | None = None,
    result: Mapping[str, Any] | None = None,
    target: str | None = None,
    targets: Targets | None = None,
    retries: int = 5,
    first_pause: timedelta = timedelta(seconds=5),
    longest_pause: timedelta = timedelta(hours=1),
    timeout: timedelta = timedelta(seconds=30),
    rate: Rate | RateOf | None = None,
    limited_by: str = "",
) -> Callable[[OperationFunction], OperationFunction]:
    """Register a function ``(context, **params) -> result`` as a business step of diagrams.

    ``params`` and ``result`` name their types: ``{"level": "integer", "note": Param("text", required=False)}``.
    It raises an ApplicationError to refuse the whole step, and ``BpmnError("out_of_stock")`` to let an error
    event of that code go on; then what it has written is undone. Anything else it raises holds the step.

    With ``effect="outside"`` it gets an OutsideContext and is run by a worker after the commit, see
    ``workflows.outside``: tried again ``retries`` times after pauses that double, at most ``rate``, each try no
    longer than ``timeout``. ``target`` is the parameter that says whom it deals with: each of ``targets()`` is
    granted by itself.
    """
    if effect not in get_args(Effect):
        raise ImproperlyConfigured(f"The operation {name} has the effect {effect!r}, which is not known.")

    def register(function: OperationFunction) -> OperationFunction:
        is_outside = effect == "outside"
        signature = OperationSignature(
            name, params=params or {}, result=result or {}, outside=is_outside, target=target
        )
        attempts = Attempts.of(
            retries=retries,
            first_pause=first_pause,
            longest_pause=longest_pause,
            timeout=timeout,
            rate=rate,
            limited_by=limited_by,
        )
        found = Operation(name, label, effect, signature, function, attempts if is_outside else None, targets)
        _add(_operations, name, found)
        return function

    return register


# Forms ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FormContext:
    """What a form knows about the work item it stands for."""

    subject: Any
    actor: Actor
    instance_id: int
    element: str
    variables: Mapping[str, Any]
    # What the person chose and wrote, when the form is applied; empty while it is shown.
    outcome: str | None = None
    comment: str = ""


class WorkFormClass(Protocol):
    """What ``@work_form`` decorates."""

    def fields(self, context: FormContext) -> type[forms.Form]:
        """The form to fill in."""

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> Mapping[str, Any] | None:
        """Run the domain's services in the step's transaction; hand back process data."""


@dataclass(frozen=True)
class WorkForm:
    """A form written in Python for the steps that need one."""

    name: str
    label: Label
    signature: FormSignature
    form: WorkFormClass
    template: str | None

    @property
    def title(self) -> str:
        return in_reader_language(*self.label)


_work_forms: dict[str, WorkForm] = {}
_FormClass = TypeVar("_FormClass", bound=type)


def work_form(
    name: str, *, label: Label, result: Mapping[str, Any] | None = None
) -> Callable[[_FormClass], _FormClass]:
    """Register a class with ``fields(context)`` and ``apply(context, cleaned)``, perhaps a ``template``."""

    def register(cls: _FormClass) -> _FormClass:
        one = cast(WorkFormClass, cls())
        template = getattr(cls, "template", None)
        found = WorkForm(name, label, FormSignature(name, result=result or {}), one, template)
        _add(_work_forms, name, found)
        return cls

    return register


# Subjects -------------------------------------------------------------------------------------

_Row = TypeVar("_Row", bound=models.Model)
Getter = str | Callable[[Any], Any]


class SubjectType(Generic[_Row]):
    """How processes see one kind of business row. Subclass it and decorate with ``@subject_type``."""

    code: str
    label: Label = ("", "")
    model: type[_Row]
    # What expressions may read as ``subject.<name>``: name -> (type, attribute path or function).
    fields: Mapping[str, tuple[Any, Getter]] = {}
    # For lists: what to join when rows are fetched for a step.
    select_related: tuple[str, ...] = ()

    def title(self, row: _Row) -> str:
        return str(row)

    def summary(self, row: _Row, language: str) -> list[tuple[str, str]]:
        """(label, value) lines beside the task."""
        return []

    def department_path(self, row: _Row) -> str:
        """The department whose people do the work, "" for the whole company."""
        return ""

    def owner(self, row: _Row) -> Any:
        return None

    def amount(self, row: _Row) -> Decimal | None:
        return None

    def business_key(self, row: _Row) -> str:
        return ""

    def search_text(self, row: _Row) -> str:
        """What the inbox finds the row by, besides its title."""
        return ""

    def url(self, row: _Row) -> str:
        return ""

    def require_startable(self, row: _Row, definition_key: str) -> None:
        """Raise an ApplicationError where a case of this process about this row makes no sense (any more)."""

    def on_cancel(self, row: _Row, definition_key: str, *, actor: Actor, reason: str) -> None:
        """A case of this process was cancelled: bring the row into a state that says so, in the same transaction."""

    # Used by the step, not overridden.

    @property
    def title_of_kind(self) -> str:
        return in_reader_language(*self.label) or str(self.model._meta.verbose_name)

    def fetch(self, pk: str) -> _Row | None:
        return self.model._default_manager.select_related(*self.select_related).filter(pk=pk).first()

    def may_be_seen_by(self, actor: Actor, pk: str) -> bool:
        """Whoever sees the business row sees its cases. A model that does not say who sees it opens none."""
        return self._in_sight(actor, pk) is True

    def is_hidden_from(self, actor: Actor, pk: str) -> bool:
        """Nobody starts a case about a row that they cannot see."""
        return self._in_sight(actor, pk) is False

    def _in_sight(self, actor: Actor, pk: str) -> bool | None:
        """Whether the model shows the row to the actor; None if it has no such notion."""
        visible_to = getattr(self.model._default_manager.all(), "visible_to", None)
        if visible_to is None:
            return None
        try:
            return bool(visible_to(actor).filter(pk=pk).exists())
        except (ValueError, ValidationError):  # no key of this model
            return False

    def read(self, row: _Row, path: str) -> Any:
        """The value of ``subject.<path>`` as plain data; people become their user names."""
        name, _dot, rest = path.partition(".")
        _type, getter = self.fields[name]
        value = getter(row) if callable(getter) else _follow(row, getter)
        for part in rest.split(".") if rest else ():
            value = value[part] if value is not None else None
        return _plain(value)


def _follow(row: Any, path: str) -> Any:
    for part in path.split("."):
        if row is None:
            return None
        row = getattr(row, part)
        if callable(row) and not isinstance(row, models.Manager):
            row = row()
    return row


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return getattr(value, "username", None) or str(value.pk)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


_subject_types: dict[str, SubjectType[Any]] = {}


def subject_type(code: str) -> Callable[[_FormClass], _FormClass]:
    """Register a ``SubjectType`` under the name that diagrams use: the model's label, "contracts.contract"."""

    def register(cls: _FormClass) -> _FormClass:
        one = cls()
        one.code = code
        if type_of(one.model) != code:
            raise ImproperlyConfigured(
                f"The subject type {code} stands for {type_of(one.model)}: name it so."
            )
        _add(_subject_types, code, one)
        return cls

    return register


# Events ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DomainEvent:
    """Something that services tell with ``workflows.services.emit``, and that cases may wait for."""

    name: str
    label: Label
    # The kind of business row it is about; empty for none.
    subject: str
    signature: EventSignature

    @property
    def title(self) -> str:
        return in_reader_language(*self.label)


_events: dict[str, DomainEvent] = {}


def event(
    name: str,
    *,
    label: Label,
    subject: str = "",
    payload: Mapping[str, Any] | None = None,
    kind: Literal["message", "signal"] = "message",
) -> DomainEvent:
    """Declare the name of something that happens: ``event("payment.confirmed", subject="contracts.contract",
    payload={"amount": "decimal"}, label=("回款已确认", "Payment confirmed"))``.

    From then on the name is the program's: no diagram throws it, and what a diagram wants to hear with it
    is checked against ``payload`` when it is published."""
    found = DomainEvent(name, label, subject, EventSignature(name, kind, payload or {}))
    _add(_events, name, found)
    return found


# Looking up -----------------------------------------------------------------------------------


def _add(registry: dict[str, Any], name: str, found: Any) -> None:
    if name in registry:
        raise ImproperlyConfigured(f"{name} is registered twice.")
    registry[name] = found


def discover() -> None:
    """Import what the apps register; called once at start-up."""
    autodiscover_modules("operations", "work_forms", "subjects", "events")


def operations() -> Mapping[str, Operation]:
    return _operations


def allowance_of(name: str, params: Mapping[str, Any]) -> str:
    """Whose rate a call outside uses up: the operation's, the target's, or one it shares with others."""
    known = _operations.get(name)
    if known is None or known.attempts is None:
        return name[:120]
    return (known.attempts.limited_by or known.grant(params))[:120]


def grantable() -> set[str]:
    """Everything that a definition can be granted."""
    return {grant for one in _operations.values() for grant in one.grants()}


def work_forms() -> Mapping[str, WorkForm]:
    return _work_forms


def events() -> Mapping[str, DomainEvent]:
    return _events


def subject_types() -> Mapping[str, SubjectType[Any]]:
    return _subject_types


def vocabulary(
    *,
    roles: Mapping[str, str] | None = None,
    allowed_operations: frozenset[str] | None = None,
    processes: Mapping[str, Definition] | None = None,
    is_published: bool = False,
) -> Vocabulary:
    """Everything outside a diagram that it may name. Roles come from the database unless given.

    ``processes`` are those that its call activities may run, each in the version it shall have. What is
    published runs on, also when the program has taken a name for itself since."""
    return Vocabulary(
        operations={name: one.signature for name, one in _operations.items()},
        work_forms={name: one.signature for name, one in _work_forms.items()},
        roles=role_names() if roles is None else roles,
        subject_types={
            code: {name: of for name, (of, _getter) in one.fields.items()}
            for code, one in _subject_types.items()
        },
        allowed_operations=allowed_operations,
        processes=processes or {},
        events={} if is_published else {name: one.signature for name, one in _events.items()},
    )


def role_names() -> dict[str, str]:
    """Every way to write a role in a diagram, and its code: codes win over names."""
    rows = apps.get_model("core", "Role").objects.values_list("code", "name_zh", "name_en")
    names = {name: code for code, zh, en in rows for name in (zh, en) if name}
    return names | {code: code for code, _zh, _en in rows}
