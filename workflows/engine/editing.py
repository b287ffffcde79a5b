"""The data of a case as one of its steps sees it, for whoever has to mend it by hand.

What people decided, who started the case and the counters of loops are not data to be mended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .definition import Definition, Element
from .errors import FieldErrors
from .frames import EACH, PROCESS, SCOPE, Frame
from .kernel import Token
from .namescopes import LOOP_COUNTER
from .values import Mismatch, stored
from .vocabulary import Type

_KEPT: Final = ("starter", LOOP_COUNTER)


def editable(token: Token) -> dict[str, tuple[Type, Any]]:
    """Every declared name that a step sees, with its type and its value as it is stored."""
    values = token.frame.variables
    found: dict[str, tuple[Type, Any]] = {}
    for frame in _frames(token):
        for name, type_ in _declared(frame).items():
            if name not in found and type_.kind not in ("any", "null") and not _is_kept(frame, name):
                found[name] = (type_, values.get(name))
    return found


def write(token: Token, values: Mapping[str, Any]) -> dict[str, Any]:
    """Set values where the step found them; gives them back as they are stored.

    Raises FieldErrors naming every bad one; nothing has changed then."""
    known = editable(token)
    errors: dict[str, tuple[str, Mapping[str, Any]]] = {}
    written: dict[str, Any] = {}
    for name, value in values.items():
        if name not in known:
            errors[str(name)[:50]] = ("unknown_data", {"name": str(name)[:50]})
            continue
        try:
            written[name] = stored(value, known[name][0])
        except Mismatch as mismatch:
            errors[name] = (mismatch.code, mismatch.params)
    if errors:
        raise FieldErrors(errors)
    for name, value in written.items():
        holder = next((frame for frame in _frames(token) if name in frame.local), None)
        if holder is not None:
            holder.local[name] = value
        else:
            token.frame.write({name: value})
    return written


def _frames(token: Token) -> Iterator[Frame]:
    """From the innermost frame out to the process, beyond which nothing is seen."""
    frame = token.frame
    yield frame
    while frame.kind != PROCESS and frame.host is not None:
        frame = frame.host.frame
        yield frame


def _declared(frame: Frame) -> Mapping[str, Type]:
    definition = frame.definition
    if frame.kind == PROCESS:
        return definition.variables
    if frame.kind == SCOPE:
        return definition.scopes[frame.scope].types
    if frame.kind == EACH:
        return _of_each(definition, definition.elements[frame.scope])
    return {}


def _of_each(definition: Definition, marked: Element) -> dict[str, Type]:
    """What belongs to one element of a multi-instance: its item, and whatever its steps write."""
    found: dict[str, Type] = {}
    loop = marked.loop
    if loop is not None and loop.item is not None and loop.collection is not None:
        item = loop.collection.type.item
        if item is not None:
            found[loop.item] = item
    for element in definition.elements.values():
        if element is marked or _is_inside(definition, element, marked.id):
            found.update((field.id, field.variable_type) for field in element.form)
            found.update(element.data_types)
            if element.result is not None and element.result_type is not None:
                found[element.result] = element.result_type
    return found


def _is_inside(definition: Definition, element: Element, scope: str) -> bool:
    at = element.scope
    while at != scope and at in definition.elements:
        at = definition.elements[at].scope
    return at == scope


def _is_kept(frame: Frame, name: str) -> bool:
    step = frame.definition.elements.get(name)
    return name in _KEPT or (step is not None and step.record_type is not None)
