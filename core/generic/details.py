"""One row: its header and its tabs."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.functional import Promise

from core.generic.base import Page


@dataclass(frozen=True)
class Tab:
    """A tab of a detail page: its name in the address, its label, and the template of its panel.

    The panel's context comes from the view's method ``tab_<name>()``; ``count`` is shown beside the label.
    """

    name: str
    label: str | Promise
    template: str
    count: str = ""
    permission: str | None = None


class DetailPage(Page):
    """A row with tabs. Say ``get_queryset()`` (narrowed by ``visible_to``), ``permission`` and:

    ``tabs()``            the tabs in order; the first is shown to begin with
    ``tab_<name>()``      the context of a tab's panel
    ``header_template``   what stands under the title (tags, facts); gets ``object``
    ``actions()``         the buttons in the header
    ``lookup``            the field that the address names, "pk" unless said

    A tab is a page by itself (``?tab=contracts``); htmx fetches only the panel, once.
    """

    template_name = "generic/detail.html"
    header_template = ""
    lookup = "pk"
    object: Any = None

    def get_queryset(self):
        raise NotImplementedError

    def tabs(self) -> list[Tab]:
        raise NotImplementedError

    def get_title(self):
        return self.title or str(self.object)

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.object = get_object_or_404(self.get_queryset(), **{self.lookup: kwargs[self.lookup]})
        return super().dispatch(request, *args, **kwargs)

    def shown_tabs(self) -> list[Tab]:
        may = self.request.user.may
        return [tab for tab in self.tabs() if tab.permission is None or may(tab.permission)]

    def get(self, request, *args, **kwargs):
        tabs = self.shown_tabs()
        name = request.GET.get("tab", tabs[0].name)
        tab = next((one for one in tabs if one.name == name), None)
        if tab is None:
            raise Http404("There is no such tab.")
        panel = {"object": self.object, "view": self, **getattr(self, f"tab_{tab.name}")()}
        if request.htmx and request.GET.get("part") == "panel":
            response = render(request, tab.template, panel)
            response.headers["Vary"] = "HX-Request"
            return response
        context = self.get_context_data(tabs=tabs, tab=tab, header_template=self.header_template, **kwargs)
        return self.render_to_response({**context, **panel})
