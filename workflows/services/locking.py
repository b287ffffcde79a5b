"""Take the one lock of a step: the row of its instance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

import orjson
from django.conf import settings
from django.db import OperationalError, connection, models
from django.utils.translation import gettext as _
from psycopg import errors as postgres

from core.errors import Conflict
from core.log_context import add_case
from workflows.models import ProcessDefinition, ProcessInstance, Timer, WorkItem

_Row = TypeVar("_Row", bound=models.Model)
_Owned = TypeVar("_Owned", WorkItem, Timer)

# How the database says that somebody else holds the row.
_BUSY = (postgres.LockNotAvailable, postgres.DeadlockDetected)


@cache
def _attnames(model: type[models.Model]) -> list[str]:
    return [one.attname for one in model._meta.concrete_fields]


def _columns(alias: str, model: type[models.Model]) -> str:
    return ", ".join(f'{alias}."{one.column}"' for one in model._meta.concrete_fields)


_INSTANCE = _attnames(ProcessInstance)
_DEFINITION = _attnames(ProcessDefinition)

# One statement sets the patience, takes the lock and reads what a step needs.
_LOCK_INSTANCE = f"""
  WITH patience AS MATERIALIZED (SELECT set_config('lock_timeout', %(patience)s, true))
SELECT {_columns("i", ProcessInstance)}, {_columns("d", ProcessDefinition)}
  FROM patience, workflows_processinstance i
  JOIN workflows_processdefinition d ON d.id = i.definition_id
 WHERE i.id = %(id)s
   FOR NO KEY UPDATE OF i
"""  # noqa: S608 - only names of our own columns

# The instance is locked before its work item or timer, always: the order of the list. After a wait PostgreSQL
# reads both locked rows again as the winner left them, so that what is checked next is the truth.
_LOCK_WITH_ROW = f"""
  WITH patience AS MATERIALIZED (SELECT set_config('lock_timeout', %(patience)s, true))
SELECT {_columns("i", ProcessInstance)}, {_columns("d", ProcessDefinition)}, {{columns}}
  FROM patience, {{table}} w
  JOIN workflows_processinstance i ON i.id = w.instance_id
  JOIN workflows_processdefinition d ON d.id = i.definition_id
 WHERE w.id = %(id)s
   FOR NO KEY UPDATE OF i, w
"""  # noqa: S608 - only names of our own columns


def set_patience() -> None:
    """How long this transaction waits for anybody's lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_patience()])


def lock_instance(instance_id: int) -> ProcessInstance:
    """The instance, locked until the transaction ends. Raises ProcessInstance.DoesNotExist."""
    row = _one(_LOCK_INSTANCE, instance_id)
    if row is None:
        raise ProcessInstance.DoesNotExist(f"Case {instance_id} does not exist.")
    return _instance(row)


def lock_work_item(work_item_id: int) -> tuple[ProcessInstance, WorkItem]:
    """A work item and its instance, both locked. Raises WorkItem.DoesNotExist."""
    instance, item = _lock_with_row(WorkItem, work_item_id)
    item.definition = instance.definition
    return instance, item


def lock_timer(timer_id: int) -> tuple[ProcessInstance, Timer]:
    """A timer and its instance, both locked. Raises Timer.DoesNotExist."""
    return _lock_with_row(Timer, timer_id)


@contextmanager
def busy_is_a_conflict() -> Iterator[None]:
    """Answer a lock that is not to be had within the patience as "somebody is working on it"."""
    try:
        yield
    except OperationalError as error:
        if isinstance(error.__cause__, _BUSY):
            raise Conflict(
                _("Somebody is working on this case at this moment. Please try again."), code="busy"
            ) from error
        raise


def _lock_with_row(model: type[_Owned], pk: int) -> tuple[ProcessInstance, _Owned]:
    row = _one(_statement(model), pk)
    if row is None:
        raise model.DoesNotExist(f"{model.__name__} {pk} does not exist.")
    instance = _instance(row)
    owned = _build(model, _attnames(model), row[len(_INSTANCE) + len(_DEFINITION) :])
    owned.instance = instance
    return instance, owned


@cache
def _statement(model: type[models.Model]) -> str:
    return _LOCK_WITH_ROW.format(columns=_columns("w", model), table=model._meta.db_table)


def _one(statement: str, pk: int) -> Sequence[Any] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"patience": _patience(), "id": pk})
        row: Sequence[Any] | None = cursor.fetchone()
    return row


def _patience() -> str:
    return f"{settings.STEP_LOCK_TIMEOUT_MS}ms"


def _instance(row: Sequence[Any]) -> ProcessInstance:
    instance = _build(ProcessInstance, _INSTANCE, row)
    instance.state = orjson.loads(instance.state)
    instance.definition = _build(ProcessDefinition, _DEFINITION, row[len(_INSTANCE) :])
    add_case(instance.pk)
    return instance


def _build(model: type[_Row], names: list[str], row: Sequence[Any]) -> _Row:
    return model.from_db("default", names, row[: len(names)])
