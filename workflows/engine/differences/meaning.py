"""What expressions mean apart from how they are spelt."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from workflows.engine.expressions import ExpressionError, unwrap
from workflows.engine.expressions.nodes import Node
from workflows.engine.expressions.parser import parse


def parsed(text: str) -> Node | None:
    """The parts of an expression, or None where it cannot be read."""
    inner, _offset, camunda = unwrap(text)
    try:
        return parse(inner, camunda=camunda)
    except ExpressionError:
        return None


def meaning(text: str) -> Any:
    """Equal for two expressions that differ in blanks and needless brackets only."""
    node = parsed(text)
    return text if node is None else _shape(node)


def _shape(node: Any) -> Any:
    if is_dataclass(node):
        inner = (_shape(getattr(node, one.name)) for one in fields(node) if one.name != "at")
        return (type(node).__name__, *inner)
    if isinstance(node, tuple):
        return tuple(_shape(one) for one in node)
    return (type(node).__name__, node)


def meaning_of_number(text: str | None) -> Any:
    """A number as such, so that 1.0 and 1 are one; any other text as it is."""
    try:
        return Decimal(text or "")
    except InvalidOperation:
        return text
