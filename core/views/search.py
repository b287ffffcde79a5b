"""The search over everything: a page, and the same in a dialog (Ctrl+K)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from core.finding import Group, find, find_pages, seen_lately
from core.generic import Page


class Search(Page):
    """What matches ``?q=``, kind by kind; with nothing asked, the rows seen lately."""

    title = _("Search")
    template_name = "core/search.html"

    @property
    def asked(self) -> str:
        return self.request.GET.get("q", "").strip()[:100]

    def groups(self) -> list[Group]:
        if not self.asked:
            lately = seen_lately(self.request.user)
            return [lately] if lately.hits else []
        pages = find_pages(self.request, self.asked)
        return [*find(self.request.user, self.asked), *([pages] if pages.hits else [])]

    def get_context_data(self, **kwargs):
        return super().get_context_data(found=self.groups(), asked=self.asked, **kwargs)

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        context = self.get_context_data(**kwargs)
        if request.htmx:
            answer = render(request, "core/search.html#results", context)
            answer.headers["Vary"] = "HX-Request"
            return answer
        return self.render_to_response(context)
