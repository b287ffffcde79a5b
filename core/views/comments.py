"""What people say about a row: writing, correcting, taking back, and whom one can mention."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from core.around.own import discussion
from core.errors import ApplicationError
from core.following import followers_of, owner_of, who_may_see
from core.generic import ActionView
from core.models import Comment, User
from core.people import found
from core.services.comments import (
    LONGEST,
    Said,
    add_comment,
    comment_for,
    edit_comment,
    is_editable,
    may_remove,
    remove_comment,
)
from core.services.drafts import discard_draft
from core.subjects import find, kind_named

# So many people are offered while a name is typed; each is asked whether they see the row.
OFFERED = 8


def discussion_answer(request: HttpRequest, subject: Any, *, status: int = 200, **more: Any) -> HttpResponse:
    """The discussion drawn anew for htmx, or the row's page at its discussion."""
    if getattr(request, "htmx", False):
        context = {**discussion(request, subject), **more}
        return render(request, "core/around_discussion.html", context, status=status)
    for text in more.get("told", ()):
        messages.warning(request, text)
    return redirect(discussion_url(subject))


def discussion_url(subject: Any) -> str:
    kind = kind_named(subject._meta.label_lower)
    return f"{kind.url(subject)}?tab=discussion" if kind is not None else "/"


def told_of(said: Said) -> list[str]:
    """What an author should know: who was named but cannot see the row."""
    return [_("%(name)s cannot see this and was not told.") % {"name": one.name} for one in said.cannot_see]


@login_required
@require_POST
def comment_add(request: HttpRequest, kind: str, pk: str) -> HttpResponse:
    """Say something. What was refused stands in the field again with the reason."""
    text = request.POST.get("text", "")
    try:
        with transaction.atomic():
            said = add_comment(subject_type=kind, subject_id=pk, text=text, actor=request.user)
            discard_draft(path=request.path, actor=request.user)
    except ApplicationError as refusal:
        if not getattr(request, "htmx", False):
            raise
        subject = find(request.user, kind, pk)
        return discussion_answer(request, subject, status=refusal.status, typed=text, refusal=str(refusal))
    return discussion_answer(request, find(request.user, kind, pk), told=told_of(said))


class CommentForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Comment"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class OneComment(ActionView):
    """A deed on one comment of a row that the reader sees."""

    def get_queryset(self):
        comment = comment_for(self.request.user, self.kwargs["pk"])
        return Comment.objects.filter(pk=comment.pk)

    @property
    def subject(self):
        return find(self.request.user, self.object.subject_type, self.object.subject_id)

    def done_url(self):
        return discussion_url(self.subject)


class CommentEdit(OneComment):
    title = gettext_lazy("Edit the comment")
    form_class = CommentForm
    submit_label = gettext_lazy("Save")
    done_message = ""

    def is_allowed(self):
        return self.object.author_id == self.request.user.pk

    def initial(self):
        return {"text": self.object.text}

    def get_question(self):
        return (
            "" if is_editable(self.object, self.request.user) else _("It is too late to change this comment.")
        )

    def run(self, form):
        said = edit_comment(
            comment_id=self.object.pk, text=form.cleaned_data["text"], actor=self.request.user
        )
        for text in told_of(said):
            messages.warning(self.request, text)


class CommentRemove(OneComment):
    title = gettext_lazy("Remove the comment")
    question = gettext_lazy("Its place stays and says that it was removed.")
    submit_label = pgettext_lazy("button", "Remove")
    style = "danger"
    done_message = ""

    def is_allowed(self):
        return may_remove(self.object, self.request.user)

    def run(self, form):
        remove_comment(comment_id=self.object.pk, actor=self.request.user)


@login_required
@require_GET
def mention_people(request: HttpRequest, kind: str, pk: str) -> JsonResponse:
    """Who can be mentioned: by a piece of name or pinyin; without one, those who are concerned anyway."""
    subject = find(request.user, kind, pk)
    typed = request.GET.get("q", "").strip()[:40]
    others = User.objects.filter(is_active=True).exclude(pk=request.user.pk).select_related("department")
    if typed:
        people = list(found(others, typed).order_by("name_sort", "pk")[:OFFERED])
    else:
        people = _concerned(subject, others)[:OFFERED]
    seeing = {one.pk for one in who_may_see(kind_named(kind), subject, people)}
    shared = _shared_names(people)
    return JsonResponse(
        {
            "people": [
                {
                    "name": one.name,
                    "detail": " · ".join(filter(None, [one.username, str(one.department or "")])),
                    "insert": f"{one.name}({one.username})" if one.name in shared else one.name,
                    "sees": one.pk in seeing,
                    "why": "" if one.pk in seeing else _("cannot see this"),
                }
                for one in sorted(people, key=lambda one: one.pk not in seeing)
            ]
        }
    )


def _concerned(subject: Any, others: Any) -> list[User]:
    """The owner, the followers, and who has spoken."""
    owner = owner_of(subject)
    keys = [*([owner.pk] if owner else []), *(one.pk for one in followers_of(subject))]
    kind, pk = subject._meta.label_lower, str(subject.pk)
    authors = Comment.objects.filter(subject_type=kind, subject_id=pk).values_list("author_id", flat=True)
    keys += list(authors.order_by("-pk")[:OFFERED])
    rows = others.in_bulk(set(keys))
    return [rows[key] for key in dict.fromkeys(keys) if key in rows]


def _shared_names(people: list[User]) -> set[str]:
    names = [one.display_name for one in people]
    shared = User.objects.filter(is_active=True, display_name__in=names).values_list(
        "display_name", "display_name_en"
    )
    seen: set[str] = set()
    twice: set[str] = set()
    for zh, en in shared:
        for name in {zh, en} - {""}:
            (twice if name in seen else seen).add(name)
    return twice
