"""Subject types: how processes see the rows of the business."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import models

from core.actors import Actor
from core.models.people import in_reader_language
from core.subjects import type_of
from workflows.registry.adding import Label, add

_Row = TypeVar("_Row", bound=models.Model)
_Class = TypeVar("_Class", bound=type)
Getter = str | Callable[[Any], Any]


@dataclass(frozen=True)
class File:
    """A filed document of a business row, as pages of its cases list it."""

    name: str
    url: str
    kind: str
    at: datetime
    who: str


class SubjectType(Generic[_Row]):
    """How processes see one kind of business row. Subclass it and decorate with ``@subject_type``."""

    code: str
    label: Label = ("", "")
    model: type[_Row]
    # What expressions may read as ``subject.<name>``: name -> (type, attribute path or function).
    fields: Mapping[str, tuple[Any, Getter]] = {}
    # What people call a field where the model has no field of that name, for whoever draws conditions.
    labels: Mapping[str, Label] = {}
    # What the values of a field are called that is counted out and not kept in a column.
    values: Mapping[str, Mapping[str, Label]] = {}
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

    def related_to(self, row: models.Model) -> models.QuerySet[_Row] | None:
        """Rows of this kind that belong with a row of any kind (its customer, its contracts); None for none."""
        return None

    def files(self, row: _Row) -> Iterable[File]:
        """Documents filed for the row, newest first, for whoever sees the row; attachments apart."""
        return ()

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


def subject_type(code: str) -> Callable[[_Class], _Class]:
    """Register a ``SubjectType`` under the name that diagrams use: the model's label, "contracts.contract"."""

    def register(cls: _Class) -> _Class:
        one = cls()
        one.code = code
        if type_of(one.model) != code:
            raise ImproperlyConfigured(
                f"The subject type {code} stands for {type_of(one.model)}: name it so."
            )
        add(_subject_types, code, one)
        return cls

    return register


def subject_types() -> Mapping[str, SubjectType[Any]]:
    return _subject_types
