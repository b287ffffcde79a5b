"""What the engine sees of the world while a step runs."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import InterfaceError, OperationalError, transaction

from core.acting import acting_as
from core.actors import SystemActor
from core.errors import ApplicationError
from workflows import registry

if TYPE_CHECKING:
    from core.actors import Actor
    from workflows.engine import Element
    from workflows.models import ProcessDefinition, ProcessInstance


# The database is busy or gone: the step did not happen, and may be tried again.
_GONE: tuple[type[Exception], ...] = (OperationalError, InterfaceError)


class OperationNotGrantedError(Exception):
    """The definition's allow-list does not hold the operation (any more)."""


def require_granted(grant: str, definition: ProcessDefinition) -> None:
    """What was checked on publishing may have been taken back since."""
    if grant not in definition.allowed_operations:
        raise OperationNotGrantedError(f"{grant} is not granted to the process {definition.key}.")


class NoHost:
    """For a case that is only looked at: looking asks nothing of the world."""

    refusals: tuple[type[Exception], ...] = ()

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"looking at a case must not call {name}")


class DomainHost:
    """Runs domain operations and reads the business row, for one step of one instance."""

    # A rule that says no, and a database that is busy or gone, undo the whole step and reach the person.
    # Everything else that an operation raises becomes an incident.
    refusals: tuple[type[Exception], ...] = (ApplicationError, PermissionDenied, ValidationError, *_GONE)

    def __init__(self, instance: ProcessInstance, *, person: Actor, now: datetime) -> None:
        self.instance = instance
        self.person = person
        self._now = now
        self._subject: Any = None
        self._subject_is_fresh = False

    def now(self) -> datetime:
        return self._now

    def hold_refusals(self) -> None:
        """Nobody stands before this step who could be told: what a rule refuses is held as an incident, for
        otherwise a timer or message would come again and again and always be refused."""
        self.refusals = _GONE

    def guard(self) -> AbstractContextManager[None]:
        """A savepoint: what a failing automatic step has written is undone, what came before stays."""
        return transaction.atomic()

    def call(
        self, operation: str, params: Mapping[str, Any], *, element: Element, token: str, path: str
    ) -> dict[str, Any]:
        """Run an operation of the registry; a result is plain data."""
        definition = self.instance.definition
        known = registry.operations()[operation]
        require_granted(known.grant(params), definition)
        context = registry.OperationContext(
            subject=self.subject_row,
            actor=SystemActor(f"{definition.key}:{path}"[:120]),
            person=self.person,
            instance_id=self.instance.pk,
            element=element.id,
            now=self._now,
        )
        try:
            with acting_as(context.actor):
                result = known.run(context, **params)
        finally:
            self.read_subject_anew()
        return dict(result or {})

    def read_subject_anew(self) -> None:
        """Somebody may have changed the row: whoever reads it next reads it anew."""
        self._subject_is_fresh = False

    def subject(self, path: str) -> Any:
        """The value of ``subject.<path>``."""
        return self.subject_type.read(self.subject_row, path)

    @property
    def subject_type(self) -> registry.SubjectType[Any]:
        return registry.subject_types()[self.instance.subject_type]

    @property
    def subject_row(self) -> Any:
        """The business row, read once a step and again after each operation; None for a case without one."""
        if not self.instance.subject_id:
            return None
        if not self._subject_is_fresh:
            self._subject = self.subject_type.fetch(self.instance.subject_id)
            self._subject_is_fresh = True
        return self._subject
