"""Who hears of what happens to a row, and telling them.

A service tells with one line: ``following.tell(subject=customer, what="crm.assigned", actor=actor, to=name)``.
An app registers its news with ``news()``: few of them, what a follower wants to know and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from core import clock
from core.actors import Actor, SystemActor
from core.models import Follow, User
from core.notifications import Kind, Params, People, Said, notify, register
from core.subjects import SubjectKind, kind_of, reference

FOLLOWED, COMMENTED, MENTIONED = "followed", "commented", "mentioned"
EXCERPT = 160
_news: dict[str, Promise | str] = {}


def news(code: str, words: Promise | str) -> str:
    """Declare something that followers are told: its words may hold what ``tell`` is given."""
    if code in _news:
        raise ValueError(f"The news {code} is declared twice.")
    _news[code] = words
    return code


def follow(*, subject: models.Model, person: User) -> None:
    """Hear of this row from now on. The caller has shown that the person sees it."""
    kind, pk = reference(subject)
    Follow.objects.get_or_create(
        person=person, subject_type=kind, subject_id=pk, defaults={"since": clock.now()}
    )


def unfollow(*, subject: models.Model, person: User) -> None:
    kind, pk = reference(subject)
    Follow.objects.filter(person=person, subject_type=kind, subject_id=pk).delete()


def followers_of(subject: models.Model) -> list[User]:
    """The active people who asked to hear of a row, first comers first."""
    kind, pk = reference(subject)
    rows = Follow.objects.filter(subject_type=kind, subject_id=pk, person__is_active=True)
    return [row.person for row in rows.select_related("person__department").order_by("pk")]


def owner_of(subject: models.Model) -> User | None:
    """Whose row it is: they hear of it without asking."""
    kind = kind_of(subject)
    return kind.owner(subject) if kind is not None and kind.owner is not None else None


def tell(*, subject: models.Model, what: str, actor: Actor, **words: Any) -> None:
    """Tell the followers that something happened. The owner is told by what concerns them, not by this."""
    kind = kind_of(subject)
    people = [one for one in followers_of(subject) if not one.is_same_as(actor)] if kind else []
    if kind is None or not people:
        return
    notify(
        who_may_see(kind, subject, people),
        FOLLOWED,
        f"{FOLLOWED}:{':'.join(reference(subject))}:{what}:{clock.now().isoformat()}",
        {"title": kind.title(subject), "what": what, **_by(actor), "words": words},
        kind.url(subject),
        subject=subject,
    )


def who_may_see(kind: SubjectKind, subject: models.Model, people: Iterable[User]) -> list[User]:
    """Those of some people who see the row at this moment: rights may have changed since they followed."""
    return [one for one in people if one.is_active and kind.rows_for(one).filter(pk=subject.pk).exists()]


def tell_of_comment(
    *, subject: models.Model, key: int, text: str, actor: User, mentioned: Collection[User]
) -> None:
    """The mentioned hear that they are meant; whoever follows and the owner hear that something was said."""
    kind = kind_of(subject)
    if kind is None:
        return
    params = {"title": kind.title(subject), **_by(actor), "text": " ".join(text.split())[:EXCERPT]}
    url = f"{kind.url(subject)}?tab=discussion#comment-{key}"
    notify(mentioned, MENTIONED, f"{MENTIONED}:{key}", params, url, subject=subject)
    told = {one.pk for one in mentioned} | {actor.pk}
    owner = owner_of(subject)
    others = {one.pk: one for one in [*followers_of(subject), *([owner] if owner else [])]}
    people = [one for pk, one in others.items() if pk not in told]
    notify(who_may_see(kind, subject, people), COMMENTED, f"{COMMENTED}:{key}", params, url, subject=subject)


def _by(actor: Actor) -> dict[str, Any]:
    return {"by": None if isinstance(actor, SystemActor) else actor.pk}


def _name(params: Params, people: People) -> str:
    found = people.get(params.get("by") or 0)
    return found.name if found is not None else _("The system")


def _mentioned(params: Params, people: People) -> Said:
    words = {"name": _name(params, people), "title": params["title"]}
    return Said(_("%(name)s mentioned you on “%(title)s”") % words, params["text"])


def _commented(params: Params, people: People) -> Said:
    words = {"name": _name(params, people), "title": params["title"]}
    return Said(_("%(name)s commented on “%(title)s”") % words, params["text"])


def _followed(params: Params, people: People) -> Said:
    said = str(_news.get(params["what"], ""))
    try:
        text = said % params["words"]
    except (KeyError, TypeError, ValueError):
        text = said
    return Said(
        params["title"], " · ".join(filter(None, [text, _name(params, people) if params["by"] else ""]))
    )


ATTACHED = news("attached", _lazy("%(file)s was attached"))

register(
    Kind(MENTIONED, "at-sign", _mentioned, people=("by",), by_mail=True, name=_lazy("Somebody mentions me"))
)
register(
    Kind(
        COMMENTED,
        "message-circle",
        _commented,
        people=("by",),
        name=_lazy("A comment on what is mine or what I follow"),
    )
)
register(
    Kind(FOLLOWED, "bookmark", _followed, people=("by",), name=_lazy("Something happens to what I follow"))
)
