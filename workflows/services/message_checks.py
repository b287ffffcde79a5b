"""What somebody outside may say: names, ids, keys and data that make sense, and that the receivers take."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import orjson
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import clock
from core.actors import Actor, SystemActor
from core.errors import ApplicationError, Text
from core.subjects import reference
from workflows import registry
from workflows.definitions import definition_of
from workflows.engine import Field, FieldErrors
from workflows.engine.forms import check_fields
from workflows.engine.showing import Glance
from workflows.models import Message, ProcessInstance, StartTrigger, Subscription
from workflows.models.message import NAME_LENGTH
from workflows.services.correlation import key_of
from workflows.services.posting import KEPT_FOR
from workflows.services.receiving import start_fields

Kind = Message.Kind
LARGEST_PAYLOAD = 64 * 1024
LONGEST_UID = 150
LONGEST_KEPT = timedelta(days=365)


def refusal(field: str, text: Text, code: str = "invalid") -> ApplicationError:
    return ApplicationError(text, code=code, errors={field: [text]})


def _is_clean(text: str) -> bool:
    return text.isprintable()


def checked_name(name: str) -> str:
    name = name.strip()
    if not name:
        raise refusal("name", _("Say which message."))
    if len(name) > NAME_LENGTH or not _is_clean(name):
        raise refusal("name", _("A name has at most %(most)s characters of text.") % {"most": NAME_LENGTH})
    return name


def checked_uid(uid: str) -> str:
    if len(uid) > LONGEST_UID or not _is_clean(uid):
        raise refusal("uid", _("An id has at most %(most)s characters of text.") % {"most": LONGEST_UID})
    return uid


def checked_length(time_to_live: timedelta | None, kind: str) -> timedelta:
    if kind not in Kind.values:
        raise refusal("kind", _("Choose a message or a signal."))
    if kind == Kind.SIGNAL:
        if time_to_live:
            raise refusal("time_to_live", _("A signal is heard by who waits now; it is not kept."))
        return timedelta(0)
    if time_to_live is None:
        return KEPT_FOR
    if not timedelta(0) <= time_to_live <= LONGEST_KEPT:
        raise refusal("time_to_live", _("A message is kept for at most a year."))
    return time_to_live


def checked_payload(payload: Mapping[str, Any]) -> dict[str, Any]:
    try:
        size = len(orjson.dumps(payload))
    except (TypeError, ValueError) as error:
        raise refusal("payload", _("This is no plain JSON data.")) from error
    if size > LARGEST_PAYLOAD:
        raise refusal("payload", _("A message carries at most 64 kB."), code="too_large")
    if not _can_be_stored(payload):
        raise refusal("payload", _("This is no plain JSON data."))
    return dict(payload)


def _can_be_stored(value: Any) -> bool:
    """The database's JSON knows neither NUL characters nor numbers without end."""
    if isinstance(value, str):
        return "\0" not in value
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Mapping):
        return all(_can_be_stored(one) for one in (*value.keys(), *value.values()))
    return all(map(_can_be_stored, value)) if isinstance(value, (list, tuple)) else True


def correlated(correlation: Mapping[str, Any], kind: str, actor: Actor) -> tuple[str, str, str]:
    """(key, subject type, subject id) of what a message is correlated by."""
    if not correlation:
        return "", "", ""
    if kind == Kind.SIGNAL:
        raise refusal("correlation", _("A signal is for everybody who waits; it has no correlation."))
    if len(correlation) > 1:
        raise refusal(
            "correlation", _("Correlate by one value: a step that waits compares one value, not several.")
        )
    name, value = next(iter(correlation.items()))
    if name != "subject":
        if isinstance(value, (Mapping, list, tuple)) or value is None or str(value).strip() == "":
            raise refusal("correlation", _("Correlate by one text or number."))
        if not _is_clean(str(value)):
            raise refusal("correlation", _("Correlate by one text or number."))
        return key_of(value), "", ""
    if not isinstance(value, Mapping) or set(value) != {"type", "id"}:
        raise refusal("correlation", _("A business row is named by its type and id."))
    subject_type, subject_id = str(value["type"]), str(value["id"])
    known = registry.subject_types().get(subject_type)
    seen = known is not None and (
        isinstance(actor, SystemActor) or not known.is_hidden_from(actor, subject_id)
    )
    row = known.fetch(subject_id) if known is not None and seen else None
    if row is None:
        raise ProcessInstance.DoesNotExist(f"{subject_type} {subject_id} does not exist.")
    subject_type, subject_id = reference(row)
    return key_of(None, subject_type=subject_type, subject_id=subject_id), subject_type, subject_id


def require_taken(message: Message) -> None:
    """What it carries suits everybody who would hear it now."""
    language = get_language() or "zh-hans"
    errors: dict[str, list[Text]] = {}
    for form in _forms_of_receivers(message):
        try:
            check_fields(form, message.payload, around=Glance(clock.now()))
        except FieldErrors as found:
            for field, text in found.messages(language).items():
                errors[f"payload.{field}"] = [text]
    if errors:
        text = _("What the message carries does not fit what is waited for.")
        raise ApplicationError(text, code="invalid", errors=errors)


def _forms_of_receivers(message: Message) -> Iterable[Sequence[Field]]:
    """The forms of the places and starts that would hear a message now, each once."""
    waiting = Subscription.objects.filter(status="open", kind=message.kind, name=message.name)
    if message.kind == Kind.MESSAGE:
        waiting = waiting.filter(key=message.key)
    for version, element in waiting.order_by().values_list("instance__version", "element").distinct():
        yield definition_of(version).element(element).form
    starts = StartTrigger.objects.filter(status="open", kind=message.kind, name=message.name)
    for version, element in starts.values_list("version", "element"):
        yield start_fields(version, element)
