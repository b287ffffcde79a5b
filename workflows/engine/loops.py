"""The marker of an activity, checked: lists, counts and conditions with their types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .definition import Loop
from .expressions import Expression
from .expressions.scripts import assignable
from .markers import Marker
from .namescopes import NameScope
from .outline import Node
from .vocabulary import INTEGER, Type

if TYPE_CHECKING:
    from .names import NameTable

# What the completion condition of a multi-instance may read besides the names around it.
COUNTERS = ("nrOfInstances", "nrOfCompletedInstances", "nrOfActiveInstances")


def build_loop(node: Node, table: NameTable) -> Loop | None:
    """The marker of an element, or None. Reports what does not fit."""
    marker = table.markers.get(node.id)
    if marker is None:
        return None
    inside, around = table.within[node.id], table.around(node)
    if marker.kind == "loop":
        return Loop(
            "loop",
            condition=_condition(node, table, marker.condition, marker, inside),
            maximum=marker.maximum,
            test_before=marker.test_before,
        )
    collection = _expression(node, table, marker.collection, marker, around)
    if collection is not None and collection.type.kind not in ("list", "any"):
        marker.words.error(
            "marker_type", marker.xml, what="flow:each in", expected="list", kind=collection.type.kind
        )
    cardinality = _expression(node, table, marker.cardinality, marker, around)
    if cardinality is not None and cardinality.type.kind not in ("integer", "any"):
        marker.words.error(
            "marker_type",
            marker.xml,
            what="loopCardinality",
            expected="integer",
            kind=cardinality.type.kind,
        )
    counting = NameScope(node.id, around.subject, around, local=dict.fromkeys(COUNTERS, INTEGER))
    value = _expression(node, table, marker.value, marker, inside)
    into_type = around.variables.get(marker.into) if marker.into else None
    if value is not None and into_type is not None and not _gathers(into_type, value):
        marker.words.error(
            "marker_type",
            marker.xml,
            what=marker.into,
            expected=into_type.item.kind if into_type.item is not None else "list",
            kind=value.type.kind,
        )
    return Loop(
        marker.kind,
        collection=collection,
        cardinality=cardinality,
        item=marker.item or None,
        condition=_condition(node, table, marker.condition, marker, counting),
        value=value,
        into=marker.into or None,
        into_type=into_type,
    )


def _gathers(target: Type, value: Expression) -> bool:
    if target.kind != "list":
        return False
    return target.item is None or assignable(value.type, target.item, value)


def _expression(
    node: Node, table: NameTable, text: str, marker: Marker, scope: NameScope
) -> Expression | None:
    return table.expression(text, node.id, marker.xml.sourceline, scope) if text else None


def _condition(
    node: Node, table: NameTable, text: str, marker: Marker, scope: NameScope
) -> Expression | None:
    found = _expression(node, table, text, marker, scope)
    if found is not None and found.type.kind not in ("boolean", "any"):
        table.findings.error(
            "condition_not_boolean", node.id, marker.xml.sourceline, text=text[:80], kind=found.type.kind
        )
    return found
