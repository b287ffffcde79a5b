"""Tell cases something: from the program's own services, and from outside.

What is told is a row of the teller's transaction; the cases that hear it are moved afterwards (``delivery``).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.actors import Actor, SystemActor
from core.errors import Conflict
from core.models import Role, User
from core.rights import require
from core.subjects import reference
from workflows import registry
from workflows.engine.values import Mismatch, stored
from workflows.models import Delivery, Message, MessageGrant
from workflows.services.correlation import key_of
from workflows.services.message_checks import (
    checked_length,
    checked_name,
    checked_payload,
    checked_uid,
    correlated,
    refusal,
    require_taken,
)
from workflows.services.posting import KEPT_FOR, address

SEND = "workflows.send_message"
Kind = Message.Kind
# Ids that others choose stand apart from those of the program, so that nobody sends a payment's before it does.
OUTSIDE, INSIDE = "sent:", "emit:"


@dataclass(frozen=True)
class SentMessage:
    """A message with where it goes. ``is_new`` says whether this call has sent it."""

    message: Message
    deliveries: Sequence[Delivery]
    is_new: bool = True

    @property
    def uid(self) -> str:
        return uid_of(self.message)

    @property
    def kept_until(self) -> datetime | None:
        return kept_until(self.message)

    @property
    def delivered_to(self) -> list[int]:
        """The cases that hear it, or have been started by it."""
        heard = (Delivery.Status.OPEN, Delivery.Status.DONE)
        cases = (
            one.instance_id or (one.subscription.instance_id if one.subscription else None)
            for one in self.deliveries
            if one.status in heard
        )
        return list(dict.fromkeys(case for case in cases if case is not None))


def uid_of(message: Message) -> str:
    """The id as its sender chose it."""
    return message.uid.removeprefix(OUTSIDE).removeprefix(INSIDE)


# From the program ---------------------------------------------------------------------------------


def emit(
    name: str,
    *,
    actor: Actor,
    subject: models.Model | None = None,
    key: Any = None,
    payload: Mapping[str, Any] | None = None,
    uid: str = "",
    keep_for: timedelta = KEPT_FOR,
) -> Message:
    """Tell cases that something has happened, in the transaction in which it happens.

    ``name`` is declared in an app's ``events.py``. It reaches cases about the same business row, or those that
    wait for ``key``. The same ``uid`` again tells nothing new. Nothing is moved here: whoever waits goes on
    after the commit.
    """
    declared = registry.events().get(name)
    if declared is None:
        raise ImproperlyConfigured(f"Nobody has declared the event {name}: see registry.event.")
    kind, pk = reference(subject)
    if kind != declared.subject:
        raise ImproperlyConfigured(f"{name} is about {declared.subject or 'nothing'}, not about {kind}.")
    now = clock.now()
    message = Message(
        uid=INSIDE + (uid or uuid.uuid4().hex),
        kind=declared.signature.kind,
        name=name,
        key=key_of(key, subject_type=kind, subject_id=pk),
        payload=_declared_payload(declared, payload or {}),
        subject_type=kind,
        subject_id=pk,
        sender=actor if isinstance(actor, User) else None,
        sender_label=actor.display_name[:120],
        created_at=now,
        expires_at=now + keep_for if declared.signature.kind == Kind.MESSAGE else now,
    )
    with transaction.atomic():
        return _post_once(message)[0]


def _declared_payload(declared: registry.DomainEvent, payload: Mapping[str, Any]) -> dict[str, Any]:
    types = declared.signature.payload
    if unknown := sorted(set(payload) - set(types)):
        raise ImproperlyConfigured(f"{declared.name} comes without {', '.join(unknown)}.")
    try:
        return {name: stored(value, types[name]) for name, value in payload.items()}
    except Mismatch as mismatch:
        raise ImproperlyConfigured(f"{declared.name}: {mismatch.code} {mismatch.params}") from mismatch


# From outside -------------------------------------------------------------------------------------


def send_message(
    *,
    name: str,
    actor: Actor,
    correlation: Mapping[str, Any] | None = None,
    payload: Mapping[str, Any] | None = None,
    uid: str = "",
    time_to_live: timedelta | None = None,
    kind: str = Kind.MESSAGE,
) -> SentMessage:
    """Tell cases something from outside: a message to one case of each process, or a signal to all that wait.

    ``correlation`` says whom: ``{"subject": {"type", "id"}}`` the cases about a business row that the actor
    sees, one other name and value those that wait for this value, nothing those that wait for nothing special.
    What it carries must suit everybody who would hear it now. The same ``uid`` again is the same message.
    """
    name = checked_name(name)
    _require_sending(actor, name)
    now = clock.now()
    kept_for = checked_length(time_to_live, kind)
    key, subject_type, subject_id = correlated(correlation or {}, kind, actor)
    message = Message(
        uid=OUTSIDE + (checked_uid(uid) or uuid.uuid4().hex),
        kind=kind,
        name=name,
        key=key,
        payload=checked_payload(payload or {}),
        subject_type=subject_type,
        subject_id=subject_id,
        sender=actor if isinstance(actor, User) else None,
        sender_label=actor.display_name[:120],
        is_from_outside=True,
        created_at=now,
        expires_at=now + kept_for,
    )
    with transaction.atomic():
        if not _was_sent(message):
            require_taken(message)
        message, is_new = _post_once(message)
        if is_new:
            said = {"name": name, "key": key, "uid": uid_of(message), "fields": sorted(message.payload)}
            audit.record(actor, SEND, message, after=said)
    return SentMessage(message, deliveries_of(message), is_new)


def deliveries_of(message: Message) -> list[Delivery]:
    """Where a message goes and went, in the order in which that was found."""
    return list(message.deliveries.select_related("subscription", "definition").order_by("pk"))


def may_send(actor: Actor, name: str) -> bool:
    """Everything by a right of its own; else what a role of the actor is granted. What the program itself tells
    is nobody's but an administrator's to tell."""
    if actor.may(SEND):
        return True
    if isinstance(actor, SystemActor) or name in registry.events():
        return False
    return MessageGrant.objects.filter(name=name, role__in=actor.role_codes).exists()


def _require_sending(actor: Actor, name: str) -> None:
    if not may_send(actor, name):
        raise PermissionDenied(_("You may not send this message."))


# Once ---------------------------------------------------------------------------------------------


def _post_once(message: Message) -> tuple[Message, bool]:
    """Store and address a message, unless it was sent before. Two senders at once wait for each other here."""
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError as error:
        found = Message.objects.filter(uid=message.uid).first()
        if found is None:
            raise
        if _content(found) != _content(message):
            raise Conflict(
                _("Another message was sent under this id before. Take a new id for a new message."),
                code="message_id_reused",
            ) from error
        return found, False
    address([message.pk], now=message.created_at)
    return message, True


def _was_sent(message: Message) -> bool:
    return Message.objects.filter(uid=message.uid).exists()


def _content(message: Message) -> tuple[Any, ...]:
    payload = orjson.loads(orjson.dumps(message.payload, default=str))
    return message.kind, message.name, message.key, message.subject_type, message.subject_id, payload


# Rights by name -----------------------------------------------------------------------------------


@transaction.atomic
def set_message_roles(*, name: str, roles: Iterable[str], actor: Actor) -> list[str]:
    """Say whose people may send messages of a name from outside."""
    require(actor, SEND)
    name, wanted = checked_name(name), set(roles)
    if name in registry.events():
        raise refusal("name", _("This the program itself tells; only administrators may tell it too."))
    if unknown := wanted - set(Role.objects.values_list("code", flat=True)):
        raise refusal("roles", _("There is no role “%(role)s”.") % {"role": min(unknown)})
    granted = MessageGrant.objects.filter(name=name)
    before = set(granted.select_for_update().values_list("role", flat=True))
    granted.exclude(role__in=wanted).delete()
    fresh = [MessageGrant(name=name, role=role) for role in sorted(wanted - before)]
    MessageGrant.objects.bulk_create(fresh, ignore_conflicts=True)
    if wanted != before:
        audit.record(
            actor,
            "workflows.set_message_roles",
            MessageGrant(pk=0, name=name),  # all grants of the name
            before={"name": name, "roles": sorted(before)},
            after={"name": name, "roles": sorted(wanted)},
        )
    return sorted(wanted)


def kept_until(message: Message) -> datetime | None:
    """Until when a message waits for who has not heard it; nothing for a signal."""
    return message.expires_at if message.kind == Kind.MESSAGE else None
