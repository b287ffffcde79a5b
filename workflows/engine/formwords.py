"""Forms, their fields, and declared variables, as the `flow:` vocabulary writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from .definition import Field
from .expressions import is_free_name
from .extensions import Words, inner, read_labels
from .values import Mismatch, stored
from .vocabulary import KINDS, Type

FIELD_TYPES: Final = ("text", "integer", "decimal", "boolean", "date", "datetime", "choice")


@dataclass(slots=True)
class Variable:
    """A variable declared with flow:variable: part of the data a case may be started with."""

    name: str
    type: Type
    required: bool
    default: Any
    line: int | None


def read_form(words: Words) -> tuple[Field, ...]:
    form = words.one("form")
    if form is None:
        return ()
    fields: dict[str, Field] = {}
    for element in inner(form, "field"):
        made = _read_field(element, words)
        if made is None:
            continue
        if made.id in fields:
            words.error("field_twice", element, name=made.id)
        fields[made.id] = made
    if not fields and not words.findings.has_errors:
        words.error("form_empty", form)
    return tuple(fields.values())


def _read_field(element: Any, words: Words) -> Field | None:
    name, kind = element.get("id") or "", element.get("type") or "text"
    if not is_free_name(name):
        words.error("bad_name", element, name=name)
        return None
    if kind not in FIELD_TYPES:
        words.error("unknown_type", element, name=name, type=kind, known=", ".join(FIELD_TYPES))
        return None
    choices = _read_choices(element, words, name, kind)
    made = Field(
        id=name,
        type=kind,
        labels=read_labels(element),
        required=_flag(element, "required", words),
        choices=choices,
        minimum=_bound(element, "min", kind, words),
        maximum=_bound(element, "max", kind, words),
        min_length=_length(element, "minLength", kind, words),
        max_length=_length(element, "maxLength", kind, words),
        multiline=_flag(element, "multiline", words),
        readonly=_flag(element, "readonly", words),
        default=_default(element, Type(kind, choices=tuple(v for v, _ in choices) or None), words),
    )
    if made.minimum is not None and made.maximum is not None and _after(made.minimum, made.maximum, kind):
        words.error("bounds_crossed", element, name=name)
    return made


def _after(first: str, last: str, kind: str) -> bool:
    if kind in ("integer", "decimal"):
        return Decimal(first) > Decimal(last)
    return first > last


def _read_choices(
    element: Any, words: Words, name: str, kind: str
) -> tuple[tuple[str, Mapping[str, str]], ...]:
    choices: dict[str, Mapping[str, str]] = {}
    for choice in inner(element, "choice"):
        value = choice.get("value") or ""
        if not value or value in choices:
            words.error("bad_choice", choice, name=name, value=value)
            continue
        choices[value] = read_labels(choice)
    if kind == "choice" and not choices:
        words.error("choice_without_values", element, name=name)
    if kind != "choice" and choices:
        words.error("choices_need_type", element, name=name)
    return tuple(choices.items())


def _flag(element: Any, attribute: str, words: Words) -> bool:
    value = element.get(attribute, "false")
    if value not in ("true", "false"):
        words.error("bad_flag", element, attribute=attribute, value=value[:30])
    return bool(value == "true")


def _bound(element: Any, attribute: str, kind: str, words: Words) -> str | None:
    value = element.get(attribute)
    if value is None:
        return None
    if kind not in ("integer", "decimal", "date"):
        words.error("bound_not_possible", element, attribute=attribute, type=kind)
        return None
    try:
        return str(stored(value, Type(kind)))
    except Mismatch:
        words.error("bad_bound", element, attribute=attribute, value=value[:30], type=kind)
        return None


def _length(element: Any, attribute: str, kind: str, words: Words) -> int | None:
    value = element.get(attribute)
    if value is None:
        return None
    if kind != "text" or not value.isascii() or not value.isdigit() or len(value) > 6:
        words.error("bad_bound", element, attribute=attribute, value=value[:30], type=kind)
        return None
    return int(value)


def _default(element: Any, type_: Type, words: Words) -> Any:
    value = element.get("default")
    if value is None or value == "":
        return None
    try:
        return stored(value, type_)
    except Mismatch as mismatch:
        words.error("bad_default", element, value=value[:30], type=type_.kind, reason=mismatch.code)
        return None


def read_variables(words: Words) -> list[Variable]:
    variables: dict[str, Variable] = {}
    for element in words.all("variable"):
        name = element.get("name") or ""
        if not is_free_name(name):
            words.error("bad_name", element, name=name)
            continue
        if name in variables:
            words.error("variable_twice", element, name=name)
            continue
        type_ = _variable_type(element, words, name)
        if type_ is not None:
            variables[name] = Variable(
                name,
                type_,
                _flag(element, "required", words),
                _default(element, type_, words),
                element.sourceline,
            )
    return list(variables.values())


def _variable_type(element: Any, words: Words, name: str) -> Type | None:
    kind = element.get("type") or "text"
    if kind not in KINDS:
        words.error("unknown_type", element, name=name, type=kind, known=", ".join(KINDS))
        return None
    if kind == "choice":
        choices = _read_choices(element, words, name, kind)
        return Type(kind, choices=tuple(value for value, _ in choices) or None)
    if kind == "record":
        fields = {
            f.get("id") or f.get("name") or "": _variable_type(f, words, name)
            for f in inner(element, "field")
        }
        known = {key: of for key, of in fields.items() if of is not None and is_free_name(key)}
        if len(known) != len(fields):
            words.error("bad_name", element, name=name)
        return Type(kind, fields=known or None)
    if kind == "list" and element.get("item"):
        item = element.get("item")
        if item not in KINDS or item in ("list", "record", "choice"):
            words.error("unknown_type", element, name=name, type=item, known=", ".join(FIELD_TYPES))
            return None
        return Type(kind, item=Type(item))
    return Type(kind)
