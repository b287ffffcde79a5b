"""Files of a row: bringing, showing, saving, taking off, putting back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from core.files.checks import LARGEST
from core.files.downloads import attachment
from core.generic import ActionView
from core.models import Attachment
from core.services.attachments import (
    attach_many,
    attachment_for,
    may_remove,
    preview_for,
    remove_attachment,
    restore_attachment,
    too_large_text,
)
from core.subjects import find
from core.views.comments import discussion_answer, discussion_url

# At once; the page sends one after the other.
MOST_AT_ONCE = 20


@login_required
@require_POST
def attachment_add(request: HttpRequest, kind: str, pk: str) -> HttpResponse:
    """Several files. Those that are not taken are named with the reason."""
    subject = find(request.user, kind, pk)
    given = request.FILES.getlist("files")[:MOST_AT_ONCE]
    received = attach_many(
        subject_type=kind,
        subject_id=pk,
        # What is too large is not read into memory to say so.
        files=[(one.name or "", one.read()) for one in given if (one.size or 0) <= LARGEST],
        actor=request.user,
    )
    told = [str(one) for one in received.refused]
    told += [too_large_text(one.name or "") for one in given if (one.size or 0) > LARGEST]
    if not given:
        told = [_("Choose a file first.")]
    status = 200 if received.taken else 400
    return discussion_answer(request, subject, status=status, told=told)


def _bytes(content: bytes, media_type: str, name: str, *, inline: bool = False) -> HttpResponse:
    answer = attachment(content, name=name, media_type=media_type, inline=inline)
    answer.headers["Cache-Control"] = (
        "private, no-store" if not inline else "private, max-age=86400, immutable"
    )
    return answer


@login_required
@require_GET
def attachment_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file to save, as it was brought. Never opened as a page of this site."""
    document = attachment_for(request.user, pk).document
    return _bytes(document.read(), document.media_type, document.name)


@login_required
@require_GET
def attachment_preview(request: HttpRequest, pk: int, size: str) -> HttpResponse:
    """A picture that we drew ourselves from the pixels of the file."""
    document = preview_for(request.user, pk, size)
    return _bytes(document.read(), document.media_type, document.name, inline=True)


class OneAttachment(ActionView):
    """A deed on one file of a row that the reader sees."""

    done_message = ""

    def get_queryset(self):
        attachment = attachment_for(self.request.user, self.kwargs["pk"])
        return Attachment.objects.filter(pk=attachment.pk).select_related("document")

    @property
    def subject(self):
        return find(self.request.user, self.object.subject_type, self.object.subject_id)

    def is_allowed(self):
        return may_remove(self.object, self.subject, self.request.user)

    def done_url(self):
        return discussion_url(self.subject)


class AttachmentRemove(OneAttachment):
    title = gettext_lazy("Take the file off")
    submit_label = gettext_lazy("Take off")
    style = "danger"

    def get_question(self):
        name = self.object.document.name
        return _("“%(name)s” is no longer shown here. It can be put back from the timeline.") % {"name": name}

    def run(self, form):
        remove_attachment(attachment_id=self.object.pk, actor=self.request.user)
        messages.success(self.request, _("The file is taken off."))


class AttachmentRestore(OneAttachment):
    title = gettext_lazy("Put the file back")
    submit_label = pgettext_lazy("button", "Put back")

    def get_question(self):
        return _("“%(name)s” is shown here again.") % {"name": self.object.document.name}

    def run(self, form):
        restore_attachment(attachment_id=self.object.pk, actor=self.request.user)
