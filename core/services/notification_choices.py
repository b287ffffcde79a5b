"""How each person wants to hear of what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import ApplicationError
from core.models import NotificationPreference, User
from core.notifications import Choice, Kind, kinds


@dataclass(frozen=True)
class Chosen:
    """A kind and how a person hears of it."""

    kind: Kind
    choice: Choice
    is_usual: bool


def choices_of(person: User) -> list[Chosen]:
    """Every kind with the person's own choice, or what is usual."""
    rows = {row.kind: Choice(row.in_page, row.mail) for row in person.notification_preferences.all()}
    return [Chosen(kind, rows.get(kind.code, kind.usual), kind.code not in rows) for kind in kinds()]


@transaction.atomic
def choose(*, person: User, choices: Mapping[str, Choice]) -> None:
    """Keep how this person wants to hear of some kinds. What is usual needs no row."""
    known = {kind.code: kind for kind in kinds()}
    for code, choice in choices.items():
        if code not in known or choice.mail not in NotificationPreference.Mail.values:
            raise ApplicationError(
                _("There is no such choice: %(kind)s.") % {"kind": code}, code="unknown_choice"
            )
    # Two windows of one person save one after the other.
    User.objects.select_for_update(no_key=True).only("pk").get(pk=person.pk)
    NotificationPreference.objects.filter(person=person.pk, kind__in=choices).delete()
    NotificationPreference.objects.bulk_create(
        NotificationPreference(person=person, kind=code, in_page=choice.in_page, mail=choice.mail)
        for code, choice in choices.items()
        if choice != known[code].usual
    )


@transaction.atomic
def choose_usual(*, person: User) -> None:
    """Forget every choice."""
    NotificationPreference.objects.filter(person=person.pk).delete()
