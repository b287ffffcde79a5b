"""Compiled definitions, one for each published version, shared by all threads of a process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from workflows import registry
from workflows.engine import Definition, compile_definition
from workflows.engine.xmlsafe import read_xml

if TYPE_CHECKING:
    from workflows.models import ProcessVersion

# A compiled diagram takes some hundred kilobytes; a company has some dozen in use.
KEPT = 200

_lock = threading.Lock()
_compiled: OrderedDict[int, Definition] = OrderedDict()


def definition_of(version_id: int) -> Definition:
    """The compiled diagram of a version; compiled once, since versions never change."""
    with _lock:
        found = _compiled.get(version_id)
        if found is not None:
            _compiled.move_to_end(version_id)
            return found
    from workflows.models import ProcessVersion

    # Two threads may compile the same version at once: wasteful, once, and harmless.
    found = compile_version(ProcessVersion.objects.select_related("definition").get(pk=version_id))
    with _lock:
        _compiled[version_id] = found
        while len(_compiled) > KEPT:
            _compiled.popitem(last=False)
    return found


@lru_cache(maxsize=1000)
def said_by_version(version_id: int, key: str) -> Mapping[str, str]:
    """What a version says its process is for, by language; read once, since versions never change."""
    from workflows.models import ProcessVersion
    from workflows.process_pages.reading import by_language, documentation_of

    bpmn = ProcessVersion.objects.values_list("bpmn", flat=True).get(pk=version_id)
    return by_language(documentation_of(read_xml(bpmn.encode()), key))


@lru_cache(maxsize=4096)
def light_version(version_id: int) -> ProcessVersion:
    """A version without what is heavy in it: its number and day, which never change."""
    from workflows.models import ProcessVersion

    return ProcessVersion.objects.only("definition", "number", "published_at").get(pk=version_id)


def compile_version(version: ProcessVersion) -> Definition:
    """Compile a version with the role names, decision tables and called versions of the day it was published.

    Renaming a role later must not stop the diagrams whose lanes still carry the old name. Which operations
    it may call is asked again at each call, so that a grant taken back holds at once.
    """
    return compile_definition(
        version.bpmn.encode(),
        registry.vocabulary(roles=version.roles, processes=Versions(version.calls), is_published=True),
        process_id=version.definition.key,
        decisions=version.decisions,
    )


class Versions(Mapping[str, Definition]):
    """Processes by their key, each in a certain version; compiled when they are asked for."""

    def __init__(self, ids: Mapping[str, int]) -> None:
        self.ids = ids

    def __getitem__(self, key: str) -> Definition:
        return definition_of(self.ids[key])

    def __contains__(self, key: object) -> bool:
        return key in self.ids

    def __iter__(self) -> Iterator[str]:
        return iter(self.ids)

    def __len__(self) -> int:
        return len(self.ids)


def current_versions(*, but: str) -> Versions:
    """What a process that is being drawn may call: the current version of every other one."""
    from workflows.models import ProcessDefinition

    published = ProcessDefinition.objects.filter(current_version__isnull=False).exclude(key=but)
    return Versions(dict(published.values_list("key", "current_version")))


def forget() -> None:
    """Drop what is compiled: for tests, whose version ids return with other diagrams."""
    with _lock:
        _compiled.clear()
    light_version.cache_clear()
    said_by_version.cache_clear()
