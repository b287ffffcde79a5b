"""How a form offers what was typed into it before and never sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm
from django.forms.utils import ErrorDict
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.generic.slots import is_secret
from core.models import FormDraft, User
from core.services import drafts

TAKE = "draft"


@dataclass(frozen=True)
class Kept:
    """What a form's template takes: ``attributes`` of the form, and the draft that is offered, if any."""

    person: User
    path: str
    ticket: str
    take_url: str
    draft: FormDraft | None = None
    # The row has been changed since the draft was typed.
    has_changed: bool = False
    # What stands in the form was typed and is not sent: a draft, or a form that came back with its errors.
    is_taken: bool = False

    @property
    def attributes(self) -> SafeString:
        return format_html(
            ' data-keep="{}" data-draft-path="{}" data-keep-url="{}" data-discard-url="{}" data-person="{}"{}',
            self.ticket,
            self.path,
            reverse("draft-keep"),
            reverse("draft-discard"),
            self.person.pk,
            SafeString(" data-taken") if self.is_taken else "",
        )


def kept_for(
    request: HttpRequest,
    *,
    path: str,
    forms: Iterable[BaseForm],
    version: str = "",
    secret: Iterable[str] = (),
    offer: bool = True,
) -> Kept | None:
    """The drafts of the form at ``path``; None where none can be kept. ``offer``: look for one."""
    if len(path) > drafts.LONGEST_PATH or not isinstance(request.user, User):
        return None
    person = request.user
    hidden = [bound.html_name for form in forms for bound in form if is_secret(bound.field)]
    draft = drafts.draft_of(person, path) if offer else None
    is_taken = draft is not None and wants_draft(request)
    return Kept(
        person=person,
        path=path,
        ticket=drafts.ticket_for(person, path=path, version=version, secret=[*hidden, *secret]),
        take_url=f"{path}{'&' if '?' in path else '?'}{TAKE}=take",
        draft=draft,
        has_changed=draft is not None and draft.seen_version != version,
        is_taken=is_taken or not offer,
    )


def path_of(request: HttpRequest) -> str:
    """The address of a form, with what tells it from its like and without the wish for its draft."""
    asked = request.GET.copy()
    asked.pop(TAKE, None)
    return f"{request.path}?{asked.urlencode()}" if asked else request.path


def wants_draft(request: HttpRequest) -> bool:
    return request.method in ("GET", "HEAD") and request.GET.get(TAKE) == "take"


def data_of(draft: FormDraft) -> QueryDict:
    """What was typed, as if it had been sent."""
    data = QueryDict(mutable=True)
    for name, values in draft.data.items():
        data.setlist(name, values)
    return data


def without_complaints(form: Any) -> Any:
    """A form with what was typed, and not a word yet of what is still missing."""
    form._errors = ErrorDict()
    form.cleaned_data = {}
    return form
