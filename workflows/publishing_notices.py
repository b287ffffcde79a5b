"""What people are told when a draft goes from whoever draws it to whoever publishes it, and back."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from core import clock
from core.actors import Actor
from core.models import User
from core.models.people import in_reader_language
from core.notifications import Kind, Params, People, Said, notify, register
from workflows.models import ProcessDraft, ProcessVersion


def tell_of_request(people: Iterable[User], draft: ProcessDraft) -> None:
    """Tell those who may publish a draft that somebody asks for it."""
    _tell(
        people, "process.asked", draft, {"by": draft.asked_by_id, "note": draft.asked_note}, "draft-publish"
    )


def tell_that_sent_back(person: User, draft: ProcessDraft, reason: str, actor: Actor) -> None:
    """Tell whoever asked that the draft is not published as it is, and why."""
    _tell([person], "process.sent_back", draft, {"by": actor.pk, "reason": reason}, "draft-publish")


def tell_that_published(person: User, draft: ProcessDraft, version: ProcessVersion, actor: Actor) -> None:
    """Tell whoever asked that it has been done."""
    more = {"by": actor.pk, "number": version.number, "note": version.note}
    _tell([person], "process.published_as_asked", draft, more, "definition-detail")


def _tell(people: Iterable[User], kind: str, draft: ProcessDraft, more: Params, page: str) -> None:
    definition, now = draft.definition, clock.now()
    notify(
        people,
        kind,
        f"{kind}:{definition.pk}:{draft.pk}:{now:%Y%m%d%H%M%S%f}",
        {"name_zh": definition.name_zh, "name_en": definition.name_en, "key": definition.key, **more},
        reverse(f"workflows:{page}", args=[definition.key]),
        subject=definition,
    )


def _words(params: Params, people: People) -> dict[str, str]:
    by = people.get(params.get("by") or 0)
    return {
        "name": by.name if by is not None else _("System"),
        "process": in_reader_language(params["name_zh"], params["name_en"]) or params["key"],
    }


def _asked(params: Params, people: People) -> Said:
    title = _("%(name)s asks you to publish: %(process)s")
    return Said(title % _words(params, people), params["note"])


def _sent_back(params: Params, people: People) -> Said:
    return Said(_("%(name)s sent your draft back: %(process)s") % _words(params, people), params["reason"])


def _published(params: Params, people: People) -> Said:
    words = {**_words(params, people), "number": params["number"]}
    return Said(
        _("%(name)s published what you asked for: %(process)s, version %(number)s") % words, params["note"]
    )


register(
    Kind(
        "process.asked",
        "send",
        _asked,
        people=("by",),
        by_mail=True,
        name=_lazy("I am asked to publish a process"),
    )
)
register(
    Kind(
        "process.sent_back",
        "undo-2",
        _sent_back,
        people=("by",),
        by_mail=True,
        name=_lazy("A draft that I handed over was sent back"),
    )
)
register(
    Kind(
        "process.published_as_asked",
        "circle-check",
        _published,
        people=("by",),
        name=_lazy("A draft that I handed over was published"),
    )
)
