"""What somebody typed into a form and has not sent: one draft for each person and form.

A form that keeps drafts carries a ticket, signed for its person: only what the program itself offered is kept,
never a field that the form calls secret, and never under an address that the person did not open.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from core import clock
from core.errors import ApplicationError
from core.models import FormDraft, User

SALT = "core.drafts"
# Of one draft in bytes, and how many drafts of one person; the oldest go.
LARGEST = 200_000
MOST = 50
LONGEST_PATH = 300
# What belongs to one sending only.
NEVER = ("csrfmiddlewaretoken", "draft")


@dataclass(frozen=True)
class Place:
    """The form that a ticket stands for."""

    path: str
    version: str
    # Fields that are not kept: passwords, and what the form names.
    secret: tuple[str, ...]


def ticket_for(person: User, *, path: str, version: str = "", secret: Sequence[str] = ()) -> str:
    """Let the browser of this person keep what is typed into the form at ``path``."""
    return signing.dumps([person.pk, path, version, list(secret)], salt=SALT)


def place_of(person: User, ticket: str) -> Place:
    """Raises ApplicationError for a ticket that is forged or somebody else's."""
    try:
        owner, path, version, secret = signing.loads(ticket, salt=SALT)
    except signing.BadSignature:
        owner = None
    if owner != person.pk:
        raise ApplicationError(_("This draft cannot be kept. Please reload the page."), code="bad_ticket")
    return Place(path, version, tuple(secret))


def draft_of(person: User, path: str) -> FormDraft | None:
    return FormDraft.objects.filter(person=person, path=path).first()


def keep_draft(*, ticket: str, data: str, actor: User) -> FormDraft | None:
    """Keep what was typed, in place of what was kept before; None where nothing is left to keep.

    ``data``: JSON, the values of each field by its name.
    """
    place = place_of(actor, ticket)
    if len(data.encode("utf-8", "replace")) > LARGEST:
        raise ApplicationError(_("This is too long for a draft. Please save it."), code="too_large")
    typed = {
        name: values
        for name, values in _read(data).items()
        if name not in NEVER and name not in place.secret and not name.startswith("stands-")
    }
    if not any(text for values in typed.values() for text in values):
        discard_draft(path=place.path, actor=actor)
        return None
    draft = FormDraft(
        person=actor, path=place.path, data=typed, seen_version=place.version, saved_at=clock.now()
    )
    FormDraft.objects.bulk_create(
        [draft],
        update_conflicts=True,
        unique_fields=["person", "path"],
        update_fields=["data", "seen_version", "saved_at"],
    )
    _drop_oldest(actor)
    return draft


def discard_draft(*, path: str, actor: User) -> None:
    """One's own draft of a form; whoever sends the form does so in the same transaction."""
    FormDraft.objects.filter(person=actor, path=path).delete()


def _read(data: str) -> Mapping[str, list[str]]:
    refused = ApplicationError(_("This draft cannot be kept. Please reload the page."), code="bad_draft")
    try:
        found: Any = json.loads(data)
    except (ValueError, RecursionError):
        raise refused from None
    if not isinstance(found, dict):
        raise refused
    for name, values in found.items():
        if not isinstance(values, list) or not all(isinstance(one, str) for one in [name, *values]):
            raise refused
    return {_storable(name): [_storable(one) for one in values] for name, values in found.items()}


def _storable(text: str) -> str:
    """Without what no database keeps: the character of nothing, and halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _drop_oldest(person: User) -> None:
    newest = FormDraft.objects.filter(person=person).order_by("-saved_at", "-pk").values("pk")[:MOST]
    FormDraft.objects.filter(person=person).exclude(pk__in=newest).delete()
