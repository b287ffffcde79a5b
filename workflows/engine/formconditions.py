"""The conditions under which fields of a form are shown: `<flow:field id="reason" shownIf="amount > 1000"/>`.

Read when every name of the process is known. A form of a step may read whatever an expression may read there; the
form with which a case starts only its own fields, for there is nothing else yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from graphlib import CycleError
from typing import TYPE_CHECKING, Any, Final

from .definition import Field
from .expressions import Expression, ExpressionError, Names, compile_expression
from .extensions import Words, inner
from .outline import MANUAL, Node
from .showing import in_order

if TYPE_CHECKING:
    from .names import NameTable

ATTRIBUTE: Final = "shownIf"
# What names nothing that a start form knows.
_UNKNOWN: Final = frozenset({"unknown_name", "unknown_field", "subject_alone"})


def with_conditions(
    table: NameTable, node: Node, words: Words, fields: tuple[Field, ...]
) -> tuple[Field, ...]:
    """The fields of a step with their conditions. Those that are wrong are reported and left out."""
    written = list(_written(words))
    if not written:
        return fields
    if node.kind not in MANUAL and (node.kind != "start_event" or node.event is not None):
        words.error("condition_without_person", written[0], name=written[0].get("id"))
        return fields
    found: dict[str, Expression] = {}
    for element in written:
        condition = _condition(table, node, words, fields, element)
        if condition is not None:
            found[element.get("id")] = condition
    try:
        list(in_order(found))
    except CycleError as error:
        circle = list(dict.fromkeys(error.args[1]))
        line = next((one for one in written if one.get("id") in circle), None)
        words.error("conditions_in_circle", line, name=circle[0], names=circle)
        return fields
    return tuple(replace(field, shown_if=found.get(field.id)) for field in fields)


def _written(words: Words) -> Iterator[Any]:
    form = words.one("form")
    if form is not None:
        yield from (one for one in inner(form, "field") if one.get(ATTRIBUTE) is not None)


def _condition(
    table: NameTable, node: Node, words: Words, fields: tuple[Field, ...], element: Any
) -> Expression | None:
    """The condition of one field, if it is right."""
    id, text = element.get("id") or "", element.get(ATTRIBUTE)
    if all(field.id != id for field in fields):
        return None  # the field itself is wrong
    is_start = node.kind == "start_event"
    names = Names({f.id: f.variable_type for f in fields}, {}) if is_start else table.inside(node).names
    try:
        condition = compile_expression(text, names, patient=True)
    except ExpressionError as error:
        if is_start and error.code in _UNKNOWN:
            words.error("condition_at_start", element, name=id, other=error.params.get("name") or "subject")
        else:
            error.params["field"] = id
            table.report(error, node.id, element.sourceline, text)
        return None
    if condition.type.kind not in ("boolean", "any"):
        words.error("field_condition_not_boolean", element, name=id, text=text[:80], kind=condition.type.kind)
    elif id in condition.names:
        words.error("condition_of_itself", element, name=id)
    elif node.id in condition.names and node.kind in MANUAL:
        words.error("condition_of_own_decision", element, name=id, step=node.id)
    else:
        return condition
    return None
