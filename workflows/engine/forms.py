"""Checking the data with which a person completes a step or starts a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from .definition import Element, Field
from .errors import FieldErrors
from .expressions import Context
from .showing import shown_fields
from .values import MAX_TEXT, Mismatch, stored
from .vocabulary import Type

MAX_COMMENT = 5_000


def check_fields(
    fields: Sequence[Field],
    data: Mapping[str, Any],
    types: Mapping[str, Type] | None = None,
    current: Mapping[str, Any] | None = None,
    around: Context | None = None,
) -> dict[str, Any]:
    """Bring data into the form in which it is stored. Raises FieldErrors naming every bad field.

    `types` declares further values that have no field of their own (those of a Python form);
    `current` are the values so far, which a field that is only shown must not change. Conditions of fields
    see them and what is `around`; for a field that is not shown nothing is taken and nothing is wrong."""
    errors: dict[str, tuple[str, Mapping[str, Any]]] = {}
    values: dict[str, Any] = {}
    known = {field.id: field for field in fields}
    for name in data:
        if name not in known and name not in (types or {}):
            errors[str(name)[:50]] = ("unknown_data", {"name": str(name)[:50]})
    shown = shown_fields(fields, data, current, around)
    for field in fields:
        if field.id not in shown:
            continue
        value = data.get(field.id)
        if field.id not in data and field.default is not None:
            value = field.default
        try:
            value = _field_value(field, value)
        except Mismatch as mismatch:
            errors[field.id] = (mismatch.code, mismatch.params)
            continue
        if field.readonly and current is not None:
            if field.id in data and value != current.get(field.id):
                errors[field.id] = ("read_only", {})
            continue
        if field.id in data or value is not None:
            values[field.id] = value
    for name, type_ in (types or {}).items():
        if name in data and name not in known:
            try:
                values[name] = stored(data[name], type_)
            except Mismatch as mismatch:
                errors[name] = (mismatch.code, mismatch.params)
    if errors:
        raise FieldErrors(errors)
    return values


def _field_value(field: Field, value: Any) -> Any:
    if value is None or (isinstance(value, str) and not value.strip()):
        if field.required and not field.readonly:
            raise Mismatch("required")
        return None
    value = stored(value, field.variable_type)
    if field.type in ("integer", "decimal"):
        number = Decimal(value)
        if field.minimum is not None and number < Decimal(field.minimum):
            raise Mismatch("too_small", minimum=field.minimum)
        if field.maximum is not None and number > Decimal(field.maximum):
            raise Mismatch("too_large", maximum=field.maximum)
    elif field.type == "date":
        if field.minimum is not None and value < field.minimum:
            raise Mismatch("too_early", minimum=field.minimum)
        if field.maximum is not None and value > field.maximum:
            raise Mismatch("too_late", maximum=field.maximum)
    elif field.type == "text":
        if field.min_length is not None and len(value) < field.min_length:
            raise Mismatch("too_short", minimum=field.min_length)
        if len(value) > (field.max_length or MAX_TEXT):
            raise Mismatch("too_long", maximum=field.max_length or MAX_TEXT)
    return value


def check_completion(
    element: Element,
    data: Mapping[str, Any],
    outcome: str | None,
    comment: str,
    by: str,
    current: Mapping[str, Any] | None = None,
    around: Context | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Check everything a person hands in: (values of the form, the record of the decision)."""
    errors: dict[str, tuple[str, Mapping[str, Any]]] = {}
    values: dict[str, Any] = {}
    try:
        values = check_fields(element.form, data, element.data_types, current, around)
    except FieldErrors as found:
        errors.update(found.fields)
    try:
        comment = stored(comment, Type("text")) or ""
        if len(comment) > MAX_COMMENT:
            raise Mismatch("too_long", maximum=MAX_COMMENT)
    except Mismatch as mismatch:
        errors["comment"] = (mismatch.code, mismatch.params)
        comment = "-"
    choices = {each.code: each for each in element.outcomes}
    if choices and not outcome:
        errors["outcome"] = ("outcome_required", {"choices": list(choices)})
    elif outcome and outcome not in choices:
        errors["outcome"] = ("unknown_outcome", {"choices": list(choices)})
    elif outcome and choices[outcome].comment_required and not comment.strip():
        errors["comment"] = ("comment_required", {})
    if errors:
        raise FieldErrors(errors)
    return values, {"outcome": outcome or None, "comment": comment, "by": by}
