"""Rules about data that need to know which elements can be active at the same time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workflows.engine.definition import Element
from workflows.engine.names import NameTable
from workflows.engine.outline import Node, Outline, Scope
from workflows.engine.problems import Findings

from .concurrency import Concurrency


def check_data(
    outline: Outline, elements: Mapping[str, Element], findings: Findings, table: NameTable
) -> None:
    """Refuse two parallel branches that write one name: which value stays would be chance.

    What is inside a subprocess runs beside whatever its host runs beside. Names that live in different
    scopes, or in elements of a multi-instance, are different names."""
    writers: dict[tuple[str, str], list[Node]] = {}
    for node in outline.nodes.values():
        element = elements[node.id]
        for name in writes(element):
            writers.setdefault((table.inside(node).home(name).id, name), []).append(node)
        if element.loop is not None and element.loop.into is not None:
            # What is gathered is written by the activity as a whole, outside of its elements.
            name = element.loop.into
            writers.setdefault((table.around(node).home(name).id, name), []).append(node)
    together = _Together()
    for (_, name), nodes in writers.items():
        for first, second in together.pairs(outline.root, nodes):
            findings.error(
                "parallel_write", second.id, second.line, name=name, first=first.id, second=second.id
            )


def writes(element: Element) -> set[str]:
    """The variables an element sets where it stands."""
    names = {field.id for field in element.form} | set(element.data_types)
    names.update(name for name, _, _ in element.outs)
    if element.record_type is not None:
        names.add(element.id)
    if element.script is not None:
        names |= element.script.writes
    if element.result is not None:
        names.add(element.result)
    return names


class _Together:
    """Pairs of elements of any scopes that can be active at the same time."""

    def __init__(self) -> None:
        self._known: dict[str, Concurrency] = {}

    def pairs(self, scope: Scope, nodes: list[Node]) -> Iterator[tuple[Node, Node]]:
        """Two elements are together if in the innermost scope around both, what they stand in is."""
        if len(nodes) < 2:
            return
        inside: dict[str, list[Node]] = {}
        here: dict[str, Node] = {}
        for node in nodes:
            outer = _in_scope(node, scope)
            here[outer.id] = outer
            inside.setdefault(outer.id, []).append(node)
        if len(here) > 1:
            for first, second in self._of(scope).pairs(list(here.values())):
                yield inside[first.id][0], inside[second.id][0]
        for outer in here.values():
            if outer.inner is not None:
                deeper = [node for node in inside[outer.id] if node is not outer]
                yield from self.pairs(outer.inner, deeper)

    def _of(self, scope: Scope) -> Concurrency:
        if scope.id not in self._known:
            self._known[scope.id] = Concurrency(scope)
        return self._known[scope.id]


def _in_scope(node: Node, scope: Scope) -> Node:
    """The element of a scope in which another one stands, or itself."""
    while node.scope is not scope:
        if node.scope.node is None:
            raise ValueError(f"{node.id} does not stand in {scope.id}.")
        node = node.scope.node
    return node
