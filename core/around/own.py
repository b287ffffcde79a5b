"""What the ground itself tells around a row: comments, files, changed fields, deeds; and its tabs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core import following, history
from core.around.tabs import AroundTab, add_tab
from core.around.timeline import Entry, Past, Source, add_source, page, sources
from core.files.checks import ACCEPTED, LARGEST
from core.generic import keyset
from core.generic.drafting import kept_for
from core.models import Attachment, AuditEntry, Comment
from core.permissions import REMOVE_COMMENTS
from core.services import attachments as files
from core.services import comments
from core.subjects import reference

# Deeds that a timeline tells; a deed that only changes fields is told by the fields.
_deeds: dict[str, tuple[str, Promise | str]] = {}
COMMENTS_A_PAGE, CHANGES_A_PAGE = 30, 40


def tell_deed(action: str, icon: str, words: Promise | str) -> None:
    """Let timelines tell a deed of the audit; an app does so in its ``around.py``."""
    if action in _deeds:
        raise ValueError(f"The deed {action} is told twice.")
    _deeds[action] = (icon, words)


# Sources -----------------------------------------------------------------------------------------------


def _comments(subject: Any, reader: Any, past: Past) -> Iterable[Entry]:
    for row in past.of(comments.comments_of(subject).prefetch_related(None), at="created_at"):
        removed = row.removed_at is not None
        yield Entry(
            at=row.created_at,
            key=row.pk,
            icon="message-circle",
            who=row.author.name,
            title=_("wrote a comment that was removed") if removed else _("commented"),
            text="" if removed else row.text,
            url="" if removed else f"?tab=discussion#comment-{row.pk}",
        )


def _files(subject: Any, reader: Any, past: Past) -> Iterable[Entry]:
    kind, pk = reference(subject)
    rows = Attachment.objects.filter(subject_type=kind, subject_id=pk).select_related("document", "added_by")
    for row in past.of(rows, at="added_at"):
        yield Entry(
            at=row.added_at,
            key=row.pk,
            icon="paperclip",
            who=row.added_by.name,
            title=_("attached %(file)s") % {"file": row.document.name},
            url="" if row.removed_at else "?tab=discussion",
        )


def _changes(subject: Any, reader: Any, past: Past) -> Iterable[Entry]:
    for change in history.told(past.of(history.changes_of(subject))):
        yield Entry(
            at=change.at, key=change.pk, icon="pencil", who=change.who, title=change.title, lines=change.lines
        )


def _told_deeds(subject: Any, reader: Any, past: Past) -> Iterable[Entry]:
    kind, pk = reference(subject)
    rows = AuditEntry.objects.filter(subject_type=kind, subject_id=pk, action__in=list(_deeds))
    for row in past.of(rows.select_related("actor")):
        icon, words = _deeds[row.action]
        given = {**row.before, **row.after}
        file = f" · {given['file']}" if isinstance(given.get("file"), str) else ""
        who = row.actor.name if row.actor is not None else history.name_of_part(row.actor_label)
        yield Entry(at=row.at, key=row.pk, icon=icon, who=who, title=f"{words}{file}", text=row.note)


add_source(Source("comments", gettext_lazy("Comments"), _comments, order=10))
add_source(Source("files", gettext_lazy("Attachments"), _files, order=20))
add_source(Source("deeds", gettext_lazy("Deeds"), _told_deeds, order=30))
add_source(Source("changes", gettext_lazy("Changed fields"), _changes, order=40))
tell_deed("core.remove_attachment", "paperclip", gettext_lazy("took a file off"))
tell_deed("core.restore_attachment", "paperclip", gettext_lazy("put a file back"))
tell_deed("core.remove_comment", "message-circle", gettext_lazy("removed somebody's comment"))


# Tabs --------------------------------------------------------------------------------------------------


def discussion(request: HttpRequest, subject: Any) -> dict[str, Any]:
    """What is said and attached; also drawn anew after each of both."""
    reader: Any = request.user
    kind, pk = reference(subject)
    part = keyset.take(
        comments.comments_of(subject), ("-pk",), after=request.GET.get("after", ""), size=COMMENTS_A_PAGE
    )
    attached = list(files.attachments_of(subject))
    pictures = files.with_previews(attached) if attached else set()
    owner = following.owner_of(subject)
    removes = reader.may(REMOVE_COMMENTS)
    return {
        "subject": subject,
        "subject_type": kind,
        "subject_id": pk,
        "comments": [
            {
                "row": one,
                "may_edit": comments.is_editable(one, reader),
                "may_remove": one.removed_at is None and comments.may_remove(one, reader),
            }
            for one in part.rows
        ],
        "after": part.after,
        "files": [
            {
                "row": one,
                "is_picture": one.pk in pictures,
                "may_remove": removes
                or one.added_by_id == reader.pk
                or (owner is not None and owner.pk == reader.pk),
            }
            for one in attached
        ],
        "taken_off": [
            one
            for one in files.removed_of(subject)[:20]
            if removes or reader.pk in (one.added_by_id, owner.pk if owner is not None else None)
        ],
        "accepted": ",".join(("image/*", *ACCEPTED)),
        "largest": LARGEST,
        "largest_mb": LARGEST >> 20,
        "longest": comments.LONGEST,
        **_unsent(request, kind, pk),
    }


def _unsent(request: HttpRequest, kind: str, pk: str) -> dict[str, Any]:
    """What somebody began to say here: it stands in the field again."""
    kept = kept_for(request, path=reverse("comment-add", args=[kind, pk]), forms=[])
    draft = kept.draft if kept is not None else None
    return {"kept": kept, "typed": "".join(draft.data.get("text", [])[:1]) if draft is not None else ""}


def said_and_attached(request: HttpRequest, subject: Any) -> str:
    """How much is said and attached, for a tab's label; nothing for none."""
    kind, pk = reference(subject)
    mine = {"subject_type": kind, "subject_id": pk}
    said = Comment.objects.filter(**mine, removed_at=None)[:100].count()
    kept = Attachment.objects.filter(**mine, removed_at=None).count()
    return str(said + kept or "") if said < 100 else "99+"


def timeline(request: HttpRequest, subject: Any) -> dict[str, Any]:
    only = request.GET.get("only", "")
    known = sources()
    only = only if any(one.code == only for one in known) else ""
    told = page(subject, request.user, after=request.GET.get("after", ""), only=only)
    return {"entries": told.entries, "after": told.after, "sources": known, "only": only}


def changes(request: HttpRequest, subject: Any) -> dict[str, Any]:
    rows = narrowed_changes(request, subject)
    part = keyset.take(rows, ("-pk",), after=request.GET.get("after", ""), size=CHANGES_A_PAGE)
    kind, pk = reference(subject)
    return {
        "changes": history.told(part.rows),
        "after": part.after,
        "fields": history.fields_of(subject),
        "people": history.people_of(subject),
        "field": request.GET.get("field", ""),
        "person": request.GET.get("person", ""),
        "subject_type": kind,
        "subject_id": pk,
    }


def narrowed_changes(request: HttpRequest, subject: Any) -> Any:
    """The changes of a row that the address asks for: of one field, by one person."""
    rows = history.changes_of(subject)
    field, person = request.GET.get("field", ""), request.GET.get("person", "")
    if field in {name for name, _label in history.fields_of(subject)}:
        rows = rows.filter(row_type=reference(subject)[0], changes__has_key=field)
    if person.isascii() and person.isdigit() and len(person) < 19:
        rows = rows.filter(actor_id=int(person))
    return rows


def _has_history(model: Any) -> bool:
    return model._meta.label_lower in history.tracked()


add_tab(
    AroundTab(
        "discussion",
        gettext_lazy("Discussion"),
        "core/around_discussion.html",
        discussion,
        said_and_attached,
        order=10,
    )
)
add_tab(AroundTab("timeline", gettext_lazy("Timeline"), "core/around_timeline.html", timeline, order=20))
add_tab(
    AroundTab(
        "changes",
        pgettext_lazy("fields", "History"),
        "core/around_changes.html",
        changes,
        is_for=_has_history,
        order=40,
    )
)
