"""Break at start-up: a diagram that names a missing operation, form, role or field is a failed check.

``manage.py check`` reads the shipped files without a database; ``manage.py check --database default`` and
``migrate`` read the current version of every process too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connections
from django.db.models import F

from workflows import registry
from workflows.definitions import Versions
from workflows.engine import Definition, DefinitionError, Problem, check_definition, compile_definition
from workflows.engine.vocabulary import Vocabulary


class AnyRole(Mapping[str, str]):
    """Stands for the company's roles where no database tells them: every name is one."""

    def __getitem__(self, name: str) -> str:
        return name

    def __contains__(self, name: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


@register("workflows")
def check_shipped_diagrams(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every shipped file runs with what is registered."""
    from workflows.services.shipped import FOLDER, shipped_processes

    compiled: dict[str, Definition] = {}
    found: list[CheckMessage] = []
    try:
        shipped_ones = shipped_processes()
    except DefinitionError as error:
        return _messages("workflows/bpmn", error.problems)
    for shipped in shipped_ones:
        words = registry.vocabulary(roles=AnyRole(), processes=compiled)
        try:
            compiled[shipped.key] = compile_definition(
                shipped.bpmn.encode(), words, process_id=shipped.key, decisions=shipped.tables
            )
        except DefinitionError as error:
            found += _messages(str(shipped.path.relative_to(FOLDER)), error.problems)
    return found


@register(Tags.database)
def check_current_versions(
    app_configs: Sequence[AppConfig] | None, databases: Iterable[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The version of each process that new cases would run on still runs."""
    from workflows.models import ProcessVersion

    if "default" not in (databases or ()) or not _is_migrated(ProcessVersion._meta.db_table):
        return []
    found: list[CheckMessage] = []
    current = ProcessVersion.objects.filter(definition__current_version=F("pk"))
    for version in current.select_related("definition"):
        words = registry.vocabulary(roles=version.roles, processes=Versions(version.calls), is_published=True)
        name = f"{version.definition.key} version {version.number}"
        found += _errors(name, version.bpmn, words, version.definition.key, version.decisions)
    return found


def _is_migrated(table: str) -> bool:
    try:
        with connections["default"].cursor() as cursor:
            return table in connections["default"].introspection.table_names(cursor)
    except DatabaseError:
        return False


def _errors(
    name: str, bpmn: str, words: Vocabulary, key: str, decisions: Mapping[str, str] | None = None
) -> list[CheckMessage]:
    problems = check_definition(bpmn.encode(), words, process_id=key, decisions=decisions or {})
    return _messages(name, problems)


def _messages(name: str, problems: Iterable[Problem]) -> list[CheckMessage]:
    return [
        Error(
            f"{name}, {one.element or 'diagram'}{f' (line {one.line})' if one.line else ''}: {one.message('en')}",
            hint=one.hint("en"),
            id=f"workflows.{one.code}",
        )
        for one in problems
        if one.severity == "error"
    ]
