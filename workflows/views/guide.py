"""The guide of a process: what staff need to know of it, written from the diagram in the reader's language."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from core.generic import Action
from core.generic.base import Crumb, Page
from core.models import Role
from workflows.definitions import definition_of
from workflows.models import ProcessDefinition, ProcessVersion
from workflows.process_pages.html import html_of
from workflows.process_pages.page import legend, parts
from workflows.process_pages.picture import picture
from workflows.process_pages.reading import Read, read
from workflows.process_pages.sections import Sections
from workflows.process_pages.words import TONGUES, Tongue
from workflows.selectors import inbox
from workflows.selectors.processes import process_to_read, processes_to_start
from workflows.views.words import reader_language

# What one has to do in a process; the inbox has the rest.
MOST_TASKS = 10
# A picture that is opened by itself may show its own styles and do nothing.
LOCKED = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


class ProcessGuide(Page):
    """Picture, who does what, deadlines, decisions in words, and one's own open tasks. It prints as it stands."""

    template_name = "workflows/guide.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.object = process_to_read(request.user, kwargs["key"])
        return super().dispatch(request, *args, **kwargs)

    def get_title(self):
        return self.object.name

    def crumbs(self):
        return [Crumb(_("Start a process"), reverse("workflows:catalogue")), Crumb(_("Guide"))]

    def actions(self):
        offered = []
        if self.object in processes_to_start(self.request.user):
            url = reverse("workflows:process-start", args=[self.object.key])
            offered.append(Action(pgettext("process", "Start"), url, "play", style="primary"))
        if self._may_look:
            url = reverse("workflows:definition-detail", args=[self.object.key])
            offered.append(Action(_("Diagram and versions"), url, "workflow"))
        return offered

    @cached_property
    def _may_look(self) -> bool:
        return ProcessDefinition.objects.visible_to(self.request.user).filter(pk=self.object.pk).exists()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tongue, version = tongue_of_reader(), self.object.current_version
        known = known_of(version)
        written = parts(Sections(known, tongue, {}), as_written=False)
        user = self.request.user
        mine = inbox(user, definition=self.object.key)[: MOST_TASKS + 1]
        waiting = inbox(user, box="queue", definition=self.object.key)[: MOST_TASKS + 1]
        return super().get_context_data(
            object=self.object,
            version=version,
            said=said_of(known, tongue),
            legend=legend(tongue),
            parts=[(heading, html_of(lines)) for heading, lines in written],
            tasks=[*mine, *waiting][:MOST_TASKS],
            inbox_url=f"{reverse('workflows:inbox')}?definition={self.object.key}",
            called=self._called(known),
            **kwargs,
        )

    def _called(self, known: Read) -> list[dict[str, str]]:
        """The processes it runs, with the guides of those that one may read."""
        found = []
        for called in {one.key: one for one in known.definition.calls.values()}.values():
            try:
                process = process_to_read(self.request.user, called.key)
                url = reverse("workflows:process-guide", args=[process.key])
            except ProcessDefinition.DoesNotExist:
                url = ""
            found.append({"name": called.label(reader_language()), "url": url})
        return found


@require_safe
@login_required
def guide_picture(request: HttpRequest, key: str) -> HttpResponse:
    """The drawing of the version in use, with its names in the reader's language."""
    process = process_to_read(request.user, key)  # type: ignore[arg-type]
    drawn = picture(known_of(process.current_version), tongue_of_reader())
    answer = HttpResponse(drawn, content_type="image/svg+xml; charset=utf-8")
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Content-Security-Policy"] = LOCKED
    return answer


def known_of(version: ProcessVersion | None) -> Read:
    """What there is to say of a published version, with the names that roles have today."""
    if version is None:
        raise ProcessVersion.DoesNotExist("Nothing is published.")
    roles = {role.code: (role.name_zh, role.name_en) for role in Role.objects.all()}
    starters = version.definition.start_roles
    return read(version.bpmn.encode(), definition_of(version.pk), roles=roles, starters=starters)


def said_of(known: Read, tongue: Tongue) -> list[str]:
    """What the process says of itself: in the reader's language, else in the other one."""
    texts = known.documentation
    text = texts.get(tongue.code) or next(iter(texts.values()), "")
    return text.split("\n\n") if text else []


def tongue_of_reader() -> Tongue:
    return next(one for one in TONGUES if one.code == reader_language())
