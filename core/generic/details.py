"""One row: its header and its tabs."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.functional import Promise, cached_property

from core.around.standing import standing
from core.around.tabs import AroundTab, tabs_for
from core.generic.base import Page
from core.services.seen import note_view
from core.subjects import SubjectKind, kind_of


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
    ``around``            whether what stands around every business row is shown: discussion, timeline, history,
                          processes, followers. By itself for kinds that core.subjects knows

    A tab is a page by itself (``?tab=contracts``); htmx fetches only the panel, once.
    """

    template_name = "generic/detail.html"
    header_template = ""
    lookup = "pk"
    around = True
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

    @cached_property
    def kind(self) -> SubjectKind | None:
        """What kind of business row this is; None where nothing stands around it."""
        return kind_of(self.object) if self.around and self.object is not None else None

    @cached_property
    def around_tabs(self) -> list[AroundTab]:
        found = tabs_for(type(self.object)) if self.kind is not None else []
        return [one for one in found if one.is_shown is None or one.is_shown(self.request, self.object)]

    def shown_tabs(self) -> list[Tab]:
        may = self.request.user.may
        own = [tab for tab in self.tabs() if tab.permission is None or may(tab.permission)]
        taken = {tab.name for tab in own}
        return own + [self._tab_around(one) for one in self.around_tabs if one.name not in taken]

    def _tab_around(self, tab: AroundTab) -> Tab:
        count = tab.count(self.request, self.object) if tab.count is not None else ""
        return Tab(tab.name, tab.label, tab.template, count=count)

    def panel(self, name: str) -> dict[str, Any]:
        """The context of a tab's panel: the page's own, or of what stands around every row."""
        own = getattr(self, f"tab_{name}", None)
        if own is not None:
            return own()
        tab = next(one for one in self.around_tabs if one.name == name)
        return tab.context(self.request, self.object)

    def get(self, request, *args, **kwargs):
        tabs = self.shown_tabs()
        name = request.GET.get("tab", tabs[0].name)
        tab = next((one for one in tabs if one.name == name), None)
        if tab is None:
            raise Http404("There is no such tab.")
        panel = {"object": self.object, "view": self, **self.panel(tab.name)}
        if request.htmx and request.GET.get("part") == "panel":
            response = render(request, tab.template, panel)
            response.headers["Vary"] = "HX-Request"
            return response
        if self.kind is not None:
            note_view(subject=self.object, person=request.user)
            kwargs["standing"] = standing(request, self.object)
        context = self.get_context_data(tabs=tabs, tab=tab, header_template=self.header_template, **kwargs)
        return self.render_to_response({**context, **panel})
