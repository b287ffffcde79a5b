"""Business rows of any kind: how rows that may point at all of them name one, and what every app tells of its own.

An app registers its kinds in ``subject_kinds.py``; comments, attachments, followers, history, search and
notifications then work around each row of them, seen by whoever sees the row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models import QuerySet
from django.utils.functional import Promise

from core.actors import Actor

Text = str | Promise


def type_of(subject: models.Model) -> str:
    return subject._meta.label_lower


def reference(subject: models.Model | None) -> tuple[str, str]:
    """(type, id) of a row; empty texts for none."""
    return (type_of(subject), str(subject.pk)) if subject is not None else ("", "")


def _text_of_nothing(row: Any) -> str:
    return ""


def _address(row: Any) -> str:
    return str(row.get_absolute_url())


@dataclass(frozen=True)
class SubjectKind:
    """One kind of row.

    ``visible_to``   the rows an actor may see; unless given, ``model.objects.visible_to``
    ``permission``   who lacks it sees none of the kind; None where ``visible_to`` says it all
    ``title``        what a row is called; ``text`` a second line that tells it from its like
    ``search``       rows that match a text; unless given, the queryset's own ``search``
    ``owner``        the person whose row it is, who follows it without asking
    """

    model: type[models.Model]
    label: Text
    label_plural: Text
    icon: str
    permission: str | None
    title: Callable[[Any], str] = str
    text: Callable[[Any], str] = _text_of_nothing
    url: Callable[[Any], str] = _address
    list_url_name: str = ""
    visible_to: Callable[[Actor], QuerySet[Any]] | None = None
    search: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None
    owner: Callable[[Any], Any] | None = None
    order: int = 50

    @property
    def code(self) -> str:
        return self.model._meta.label_lower

    def rows_for(self, actor: Actor) -> QuerySet[Any]:
        """The rows of this kind that an actor may see."""
        if self.permission is not None and not actor.may(self.permission):
            return self.model._default_manager.none()
        if self.visible_to is not None:
            return self.visible_to(actor)
        return self.model.objects.visible_to(actor)  # type: ignore[attr-defined,no-any-return]

    def found(self, actor: Actor, text: str) -> QuerySet[Any] | None:
        """The rows that match what somebody typed; None for a kind that cannot be searched."""
        rows = self.rows_for(actor)
        if self.search is not None:
            return self.search(rows, text)
        return rows.search(text) if hasattr(rows, "search") else None


_kinds: dict[str, SubjectKind] = {}


def register(kind: SubjectKind) -> SubjectKind:
    """Make a kind known; an app does so in its ``subject_kinds.py``."""
    if _kinds.setdefault(kind.code, kind) is not kind:
        raise ValueError(f"The kind of rows {kind.code} is registered twice.")
    return kind


def kinds() -> list[SubjectKind]:
    """All kinds in order."""
    return sorted(_kinds.values(), key=lambda one: one.order)


def kind_of(subject: models.Model) -> SubjectKind | None:
    return _kinds.get(type_of(subject))


def kind_named(subject_type: str) -> SubjectKind | None:
    return _kinds.get(subject_type)


def find(actor: Actor, subject_type: str, subject_id: str) -> Any:
    """The row, if this actor may see it. Raises DoesNotExist for a stranger as for a row that is not there."""
    kind = _kinds.get(subject_type)
    if kind is None:
        raise ObjectDoesNotExist(subject_type)
    try:
        return kind.rows_for(actor).get(pk=subject_id)
    except ValueError as error:
        raise kind.model.DoesNotExist(subject_id) from error  # type: ignore[attr-defined]
