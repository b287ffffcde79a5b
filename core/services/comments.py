"""Say something about a row, correct it, take it back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import audit, clock, following
from core.errors import ApplicationError, Conflict
from core.models import Comment, User
from core.permissions import REMOVE_COMMENTS
from core.subjects import SubjectKind, find, kind_named, reference

LONGEST = 4000
# For so long a slip may be corrected; afterwards others have read it.
EDITABLE_FOR = timedelta(minutes=15)
MOST_MENTIONS = 20
_MENTION = re.compile(r"[@\uff20]([^\s@\uff20]{1,80}(?: [^\s@\uff20]{1,40})?)")


@dataclass(frozen=True)
class Said:
    """A comment that stands, and who was named in it but cannot see the row."""

    comment: Comment
    cannot_see: list[User] = field(default_factory=list)


@transaction.atomic
def add_comment(*, subject_type: str, subject_id: str, text: str, actor: User) -> Said:
    """Whoever sees a row may speak about it. Raises DoesNotExist for strangers."""
    subject = find(actor, subject_type, subject_id)
    clean = cleaned(text)
    comment = Comment.objects.create(
        subject_type=subject_type,
        subject_id=str(subject.pk),
        author=actor,
        text=clean,
        created_at=clock.now(),
    )
    mentioned, cannot_see = _mention(comment, subject)
    following.tell_of_comment(subject=subject, key=comment.pk, text=clean, actor=actor, mentioned=mentioned)
    return Said(comment, cannot_see)


@transaction.atomic
def edit_comment(*, comment_id: int, text: str, actor: User) -> Said:
    """Correct one's own comment, for a quarter of an hour. Those who are named only now are told."""
    comment, subject = _own_or_seen(comment_id, actor)
    if comment.author_id != actor.pk:
        raise PermissionDenied(_("Only its author may change a comment."))
    if not is_editable(comment, actor):
        raise Conflict(
            _("A comment can be changed for 15 minutes. Write another one instead."), code="too_late"
        )
    clean = cleaned(text)
    if clean == comment.text:
        return Said(comment)
    known = set(comment.mentions.values_list("pk", flat=True))
    comment.text, comment.edited_at = clean, clock.now()
    comment.save(update_fields=["text", "edited_at"])
    mentioned, cannot_see = _mention(comment, subject)
    fresh = [one for one in mentioned if one.pk not in known]
    if fresh:
        following.tell_of_comment(subject=subject, key=comment.pk, text=clean, actor=actor, mentioned=fresh)
    return Said(comment, cannot_see)


@transaction.atomic
def remove_comment(*, comment_id: int, actor: User) -> Comment:
    """Take back one's own comment, or with the right another's. Its place says that it was removed."""
    comment, subject = _own_or_seen(comment_id, actor)
    if not may_remove(comment, actor):
        raise PermissionDenied(REMOVE_COMMENTS)
    if comment.removed_at is not None:
        return comment
    comment.removed_at, comment.removed_by = clock.now(), actor
    comment.save(update_fields=["removed_at", "removed_by"])
    if comment.author_id != actor.pk:
        audit.record(actor, "core.remove_comment", subject, before={"text": comment.text})
    return comment


def is_editable(comment: Comment, actor: User) -> bool:
    return (
        comment.author_id == actor.pk
        and comment.removed_at is None
        and clock.now() < comment.created_at + EDITABLE_FOR
    )


def may_remove(comment: Comment, actor: User) -> bool:
    return comment.author_id == actor.pk or actor.may(REMOVE_COMMENTS)


def cleaned(text: str) -> str:
    """The text without space around it and without control characters; refused when empty or too long."""
    plain = "".join(sign for sign in text.replace("\r\n", "\n") if sign in "\n\t" or sign.isprintable())
    clean = re.sub(r"\n{4,}", "\n\n\n", plain).strip()
    if not clean:
        why = _("Write something first.")
        raise ApplicationError(why, code="empty", errors={"text": [why]})
    if len(clean) > LONGEST:
        why = _("A comment holds at most %(count)s characters.") % {"count": f"{LONGEST:,}"}
        raise ApplicationError(why, code="too_long", errors={"text": [why]})
    return clean


def comments_of(subject: models.Model) -> models.QuerySet[Comment]:
    """What was said about a row, newest first. The caller has shown that the row may be seen."""
    kind, pk = reference(subject)
    rows = Comment.objects.filter(subject_type=kind, subject_id=pk)
    return rows.select_related("author", "removed_by").prefetch_related("mentions").order_by("-pk")


def comment_for(actor: User, comment_id: int) -> Comment:
    """One comment on a row that the actor sees. Raises DoesNotExist for strangers."""
    return _own_or_seen(comment_id, actor)[0]


# Mentions ----------------------------------------------------------------------------------------------


def people_called(text: str) -> list[User]:
    """The active people whom a text names by @name, @user name or, where names are shared, @name(user name)."""
    wanted: dict[str, None] = {}
    for found in _MENTION.finditer(text):
        said = found[1]
        wanted.update(dict.fromkeys(said[:end] for end in range(len(said), 0, -1)))
    if not wanted:
        return []
    plain = {one.partition("(")[0] for one in wanted} | set(wanted)
    rows = User.objects.filter(
        Q(display_name__in=plain) | Q(display_name_en__in=plain) | Q(username__in=plain), is_active=True
    )
    people = list(rows.select_related("department"))
    named: dict[int, User] = {}
    for found in _MENTION.finditer(text):
        for person in _meant(found[1], people):
            named[person.pk] = person
    return list(named.values())[:MOST_MENTIONS]


def names_of(person: User) -> list[str]:
    """How somebody may be named in a text, the longest first."""
    names = [name for name in (person.display_name, person.display_name_en) if name]
    return sorted(
        {*names, person.username, *(f"{name}({person.username})" for name in names)}, key=len, reverse=True
    )


def _meant(said: str, people: Iterable[User]) -> list[User]:
    """Those whose longest name the text begins with; all of them where several are called so."""
    best: list[User] = []
    length = 0
    for person in people:
        found = max((len(one) for one in names_of(person) if said.startswith(one)), default=0)
        if found > length:
            best, length = [person], found
        elif found and found == length:
            best.append(person)
    return best


def _mention(comment: Comment, subject: models.Model) -> tuple[list[User], list[User]]:
    kind: SubjectKind | None = kind_named(comment.subject_type)
    called = [one for one in people_called(comment.text) if one.pk != comment.author_id]
    seeing = following.who_may_see(kind, subject, called) if kind is not None else []
    comment.mentions.set(seeing)
    allowed = {one.pk for one in seeing}
    return seeing, [one for one in called if one.pk not in allowed]


def _own_or_seen(comment_id: int, actor: User) -> tuple[Comment, models.Model]:
    """The comment, locked, and its row. Whoever does not see the row (any more) does not see the comment."""
    comment = Comment.objects.select_related("author").get(pk=comment_id)
    return comment, find(actor, comment.subject_type, comment.subject_id)
