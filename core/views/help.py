"""Help: the documents, and beside each page the one that explains it."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from core import help as documents
from core.generic import Page
from core.generic.base import Crumb


class HelpIndex(Page):
    """All documents by whom they are for; ``?q=`` finds those that hold a text."""

    title = _("Help")
    template_name = "core/help_index.html"

    def get_context_data(self, **kwargs):
        asked = self.request.GET.get("q", "").strip()[:100]
        found = documents.by_reader(documents.found(asked))
        return super().get_context_data(found=found, asked=asked, **kwargs)


class HelpTopic(Page):
    """One document; a piece of a page for the dialog beside the page it explains."""

    template_name = "core/help_topic.html"
    width = "form-page"

    def dispatch(self, request, *args, **kwargs):
        self.topic = documents.topic(kwargs["slug"])
        if request.user.is_authenticated and self.topic is None:
            raise Http404("There is no such document.")
        return super().dispatch(request, *args, **kwargs)

    def get_title(self):
        return self.topic.title

    def crumbs(self):
        return [Crumb(_("Help"), reverse_lazy("help"))]

    def get_context_data(self, **kwargs):
        return super().get_context_data(topic=self.topic, **kwargs)

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        context = self.get_context_data(**kwargs)
        if request.htmx:
            answer = render(request, "core/help_topic.html#dialog", context)
            answer.headers["Vary"] = "HX-Request"
            return answer
        return self.render_to_response(context)


@require_safe
@login_required
def help_picture(request: HttpRequest, name: str) -> FileResponse:
    """A picture of a document."""
    path = documents.picture(name)
    if path is None:
        raise Http404("There is no such picture.")
    answer = FileResponse(path.open("rb"))
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer
