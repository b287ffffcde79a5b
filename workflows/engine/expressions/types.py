"""How types go together."""

from __future__ import annotations

from typing import Final

from workflows.engine.vocabulary import ANY, DECIMAL, TEXT, Type

NUMBERS: Final = ("integer", "decimal")


def common_type(left: Type, right: Type) -> Type | None:
    """The type that holds both, or None."""
    if left == right or right.kind == "null":
        return left
    if left.kind == "null":
        return right
    if "any" in (left.kind, right.kind):
        return ANY
    if left.kind == right.kind:
        return _same_kind(left, right)
    if {left.kind, right.kind} == set(NUMBERS):
        return DECIMAL
    if {left.kind, right.kind} == {"text", "choice"}:
        return TEXT
    return None


def _same_kind(left: Type, right: Type) -> Type:
    """Two lists, two records or two choices: as much as both promise."""
    if left.kind == "choice" and left.choices is not None and right.choices is not None:
        return Type("choice", choices=(*left.choices, *(c for c in right.choices if c not in left.choices)))
    if left.kind == "list" and left.item is not None and right.item is not None:
        return list_type([left.item, right.item])
    return Type(left.kind)


def list_type(items: list[Type]) -> Type:
    """The type of a list of such items; opaque where they do not go together."""
    inner: Type | None = items[0] if items else None
    for item in items[1:]:
        inner = common_type(inner, item) if inner is not None else None
    return Type("list", item=inner if inner is not None and inner.kind not in ("null", "any") else None)
