"""Tell people something: on the page behind the bell, and by e-mail, at once or once a day, as each wants it.

An app registers each kind of notification with the words for it; a row holds the kind and its numbers, so
that everybody reads it in their own language.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from django.conf import settings
from django.db import models
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core import clock, mail
from core.models import Notification, NotificationPreference, User
from core.subjects import reference

Params: TypeAlias = Mapping[str, Any]
# The people whom notifications of a page name, by id.
People: TypeAlias = Mapping[int, User]
# Nobody needs to know exactly how many more.
COUNT_CAP = 99
Mail = NotificationPreference.Mail


@dataclass(frozen=True)
class Said:
    """A notification in the reader's language."""

    title: str
    text: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of notification: its sign, and how it is said.

    ``people`` names the parameters that hold ids of people; ``by_mail`` sends it by e-mail too, unless the
    person has chosen otherwise; ``name`` is what the page of choices calls it.
    """

    code: str
    icon: str
    say: Callable[[Params, People], Said]
    people: tuple[str, ...] = ()
    by_mail: bool = False
    name: str | Promise = ""

    @property
    def usual(self) -> Choice:
        """How everybody hears of it who has chosen nothing."""
        return Choice(in_page=True, mail=Mail.NOW if self.by_mail else Mail.NONE)


@dataclass(frozen=True)
class Choice:
    """How somebody hears of a kind: behind the bell, by mail at once, in the day's letter, or not."""

    in_page: bool
    mail: str


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make a kind known; an app does so when it is loaded."""
    if _kinds.setdefault(kind.code, kind) is not kind:
        raise ValueError(f"The notification {kind.code} is registered twice.")
    return kind


def kinds() -> list[Kind]:
    """All kinds, in the order of their names."""
    return sorted(_kinds.values(), key=lambda one: str(one.name or one.code))


def notify(
    people: Iterable[User],
    kind: str,
    key: str,
    params: Params,
    url: str,
    *,
    subject: models.Model | None = None,
) -> None:
    """Tell each of these people, in the caller's transaction; whoever was told this already is not told again."""
    told = {person.pk: person for person in people if person.is_active}
    if not told:
        return
    registered = _kinds[kind]
    subject_type, subject_id = reference(subject)
    now = clock.now()
    known = set(Notification.objects.filter(person__in=told, key=key).values_list("person", flat=True))
    fresh = [person for pk, person in told.items() if pk not in known]
    chosen = _choices(fresh, registered)
    # Another transaction may tell the same at this moment: its row stands, ours is left out.
    Notification.objects.bulk_create(
        [
            Notification(
                person=person,
                kind=kind,
                key=key,
                params=dict(params),
                url=url,
                subject_type=subject_type,
                subject_id=subject_id,
                created_at=now,
                in_page=chosen[person.pk].in_page,
                in_digest=chosen[person.pk].mail == Mail.DIGEST and _takes_mail(person),
            )
            for person in fresh
        ],
        ignore_conflicts=True,
    )
    for person in fresh:
        if chosen[person.pk].mail == Mail.NOW:
            _mail(person, registered, key, params, url)


def _choices(people: Collection[User], kind: Kind) -> dict[int, Choice]:
    rows = NotificationPreference.objects.filter(person__in=people, kind=kind.code)
    found = {row.person_id: Choice(row.in_page, row.mail) for row in rows}
    return {person.pk: found.get(person.pk, kind.usual) for person in people}


# What a person sees ------------------------------------------------------------------------------------


def unread_count(person: User) -> int:
    """How many are unread, at most one more than the cap; reads that many entries of an index."""
    unread = Notification.objects.filter(person=person.pk, read_at=None, in_page=True).values("pk")
    return unread[: COUNT_CAP + 1].count()


def unread_words(person: User) -> str:
    """3, 99+, or nothing."""
    count = unread_count(person)
    return f"{COUNT_CAP}+" if count > COUNT_CAP else str(count or "")


def mark_read(*, person: User, notification_id: int) -> Notification:
    """One of the person's own. Raises Notification.DoesNotExist for those of others."""
    found = Notification.objects.get(pk=notification_id, person=person.pk)
    Notification.objects.filter(pk=found.pk, read_at=None).update(read_at=clock.now())
    return found


def mark_all_read(*, person: User, seen_until: int) -> int:
    """All that the person has seen: one that came meanwhile stays unread."""
    unread = Notification.objects.filter(person=person.pk, read_at=None, pk__lte=seen_until)
    return unread.update(read_at=clock.now())


@dataclass(frozen=True)
class Shown:
    """A notification as a page draws it."""

    row: Notification
    icon: str
    title: str
    text: str


def shown(rows: Collection[Notification]) -> list[Shown]:
    """Rows in the reader's language; the people they name are asked for together."""
    people = _people_of([(_kinds[row.kind], row.params) for row in rows if row.kind in _kinds])
    return [_shown(row, people) for row in rows]


def _shown(row: Notification, people: People) -> Shown:
    kind = _kinds.get(row.kind)
    if kind is None:
        # Its app is gone; that something was told still stands.
        return Shown(row, "bell", _("Notification"), "")
    said = kind.say(row.params, people)
    return Shown(row, kind.icon, said.title, said.text)


def _people_of(told: Iterable[tuple[Kind, Params]]) -> People:
    wanted = {params.get(name) for kind, params in told for name in kind.people} - {None}
    return User.objects.in_bulk(wanted) if wanted else {}


def moment(params: Params, name: str) -> datetime | None:
    """A moment among the parameters."""
    text = params.get(name)
    return datetime.fromisoformat(text) if isinstance(text, str) else text


# By e-mail ---------------------------------------------------------------------------------------------


def _takes_mail(person: User) -> bool:
    return bool(person.email and person.wants_mail and mail.is_on())


def in_language_of(person: User) -> AbstractContextManager[None]:
    """Everything inside is said as this person reads it."""
    return translation.override(person.language or settings.LANGUAGE_CODE)


def _mail(person: User, kind: Kind, key: str, params: Params, url: str) -> None:
    """The same as an e-mail, in the person's language; a worker sends it after the commit."""
    if not _takes_mail(person):
        return
    with in_language_of(person):
        said = kind.say(params, _people_of([(kind, params)]))
        subject = " ".join(said.title.split())
        text = "\n\n".join(filter(None, [said.text, settings.SITE_URL and settings.SITE_URL + url]))
        mail.send_mail_later(to=person, subject=subject, text=text, key=f"notification:{person.pk}:{key}")
