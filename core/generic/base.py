"""What every page of a signed-in person has: a right, a title, the way it came, and buttons."""

from dataclasses import dataclass, field

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.views.generic.base import ContextMixin, TemplateResponseMixin, View


@dataclass(frozen=True)
class Action:
    """A button in a page's header. Hidden from whoever lacks the permission; the service is the gate."""

    label: str | Promise
    url: str
    icon: str = ""
    permission: str | None = None
    style: str = "quiet"  # primary, quiet, danger
    # Ask in a dialog on the same page: fetched from the url by htmx.
    in_dialog: bool = False
    # In the menu behind the three dots instead of a button of its own.
    in_menu: bool = False
    # The answer is a file: the page stays.
    download: bool = False
    new_tab: bool = False


@dataclass(frozen=True)
class Crumb:
    """A step of the way to this page."""

    label: str | Promise
    url: str = ""


@dataclass(frozen=True)
class Fact:
    """A line of a summary: what it is and its value, with a link where there is one."""

    label: str | Promise
    value: object
    url: str = ""
    wide: bool = False
    extra: dict = field(default_factory=dict)


class Page(LoginRequiredMixin, TemplateResponseMixin, ContextMixin, View):
    """A page with a right and a header.

    ``permission``: who lacks it gets 403. ``title``: the h1 and the window's title.
    ``crumbs()``: the way here. ``actions()``: the header's buttons.
    """

    permission: str | None = None
    title: str | Promise = ""
    # The width of the content: "" or "form-page".
    width = ""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.permission and not request.user.may(self.permission):
            raise PermissionDenied(self.permission)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        return self.render_to_response(self.get_context_data(**kwargs))

    def get_title(self):
        return self.title

    def crumbs(self) -> list[Crumb]:
        return []

    def actions(self) -> list[Action]:
        return []

    def allowed_actions(self) -> list[Action]:
        may = self.request.user.may
        return [one for one in self.actions() if one.permission is None or may(one.permission)]

    def get_context_data(self, **kwargs):
        offered = self.allowed_actions()
        return super().get_context_data(
            title=self.get_title(),
            crumbs=self.crumbs(),
            buttons=[one for one in offered if not one.in_menu],
            menu=[one for one in offered if one.in_menu],
            width=self.width,
            **kwargs,
        )
