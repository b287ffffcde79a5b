"""What a receiver takes of a message, and why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core import clock
from workflows.definitions import definition_of
from workflows.engine import Field, FieldErrors
from workflows.engine.forms import check_fields
from workflows.engine.showing import Glance

if TYPE_CHECKING:
    from workflows.models import Message


def start_fields(version_id: int, element: str) -> Sequence[Field]:
    """What a start event of a version takes."""
    definition = definition_of(version_id)
    own = definition.elements[element].form if element != definition.start else ()
    return (*definition.start_fields, *own)


def taken_from(message: Message, form: Sequence[Field]) -> dict[str, Any]:
    """What a receiver takes of a message.

    Programs and diagrams declare what they tell; a receiver takes of it what it asks for. What comes from
    outside is declared by the receiver alone, so nothing that it does not ask for is dropped silently."""
    if message.is_from_outside:
        return dict(message.payload)
    wanted = {field.id for field in form}
    return {name: value for name, value in message.payload.items() if name in wanted}


def refusal_by(form: Sequence[Field], message: Message) -> dict[str, Any] | None:
    """Why a receiver with this form does not take a message; None if it does."""
    try:
        check_fields(form, taken_from(message, form), around=Glance(clock.now()))
    except FieldErrors as errors:
        return {"code": "invalid", "fields": plain_errors(errors)}
    return None


def plain_errors(errors: FieldErrors) -> dict[str, Any]:
    """Codes with their parameters, so that each reader gets the words of their language."""
    return {
        name: [code, {key: _kept(value) for key, value in params.items()}]
        for name, (code, params) in errors.fields.items()
    }


def _kept(value: Any) -> Any:
    return [str(one) for one in value] if isinstance(value, (list, tuple)) else str(value)


def received_data(message: Message, payload: Mapping[str, Any]) -> dict[str, Any]:
    """What history says of a message: names, never values, which may be secrets."""
    return {
        "message": message.pk,
        "name": message.name,
        "from": message.sender_label,
        "fields": sorted(payload),
    }
