"""What people keep of a list: views under a name, and the columns they like to see."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import Resolver404, resolve
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.generic import ActionView
from core.generic import columns as choosing
from core.generic.listed import address_of, query_of
from core.generic.lists import ListPage
from core.models import SavedView
from core.permissions import SHARE_VIEWS
from core.services.views import (
    change_view,
    choose_columns,
    delete_view,
    layout_of,
    open_with,
    save_view,
    views_of,
)

# The address of the list from which somebody came: /customers/?status=signed
FROM = "from"


class NameForm(forms.Form):
    """A view's name, and who sees it."""

    name = forms.CharField(label=pgettext_lazy("view", "Name"), max_length=60)
    is_shared = forms.BooleanField(
        label=_("Share with everybody who sees this list"),
        help_text=_("Each sees only the rows that they may see anyway."),
        required=False,
    )
    opens = forms.BooleanField(label=_("Open the list with this view"), required=False)

    def __init__(self, *args: Any, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_share:
            del self.fields["is_shared"]


class UpdateForm(NameForm):
    """The same of a view that stands, and whether it takes over what the list shows now."""

    takes_over = forms.BooleanField(
        label=_("Keep search, filters, order and columns as the list shows them now"), required=False
    )

    def __init__(self, *args: Any, is_changed: bool, is_own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_changed or not is_own:
            del self.fields["takes_over"]
        if not is_own:
            del self.fields["name"]
            self.fields.pop("is_shared", None)


class ListDeed(ActionView):
    """A deed on a list that the person may see; the address says which and as it is looked at."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.page  # noqa: B018  a list that is none or may not be seen is answered at once
        return super(ActionView, self).dispatch(request, *args, **kwargs)

    @cached_property
    def where(self) -> str:
        return self.request.GET.get(FROM, "")

    @cached_property
    def page(self) -> ListPage:
        """The list itself, as this person looks at it."""
        parts = urlsplit(self.where)
        try:
            found = resolve(parts.path)
        except Resolver404 as error:
            raise Http404("There is no such list.") from error
        view_class = getattr(found.func, "view_class", None)
        if parts.netloc or view_class is None or not issubclass(view_class, ListPage):
            raise Http404("This is no list.")
        page: ListPage = view_class()
        request = self.request
        page.setup(request, *found.args, **found.kwargs)
        page.list_name = found.view_name
        if page.permission and not request.user.may(page.permission):
            raise PermissionDenied(page.permission)
        return page

    @cached_property
    def asked(self) -> QueryDict:
        return QueryDict(urlsplit(self.where).query)

    @cached_property
    def path(self) -> str:
        return urlsplit(self.where).path

    @property
    def shown_columns(self) -> list[str]:
        return [name for name in self.asked.get(choosing.PARAMETER, "").split(",") if name]

    def done_url(self) -> str:
        return self.where


class ViewSave(ListDeed):
    title = _("Keep as a view")
    question = _("Search, filters, order and columns of the list are kept under a name.")
    form_class = NameForm
    submit_label = _("Keep")
    done_message = _("The view is kept.")

    def form_options(self):
        return {"may_share": self.request.user.may(SHARE_VIEWS)}

    def run(self, form):
        person = self.request.user
        layout = layout_of(person, self.page.list_name)
        view = save_view(
            actor=person,
            list_name=self.page.list_name,
            name=form.cleaned_data["name"],
            query=query_of(self.asked),
            columns=self.shown_columns or (layout.columns if layout else []),
            is_shared=form.cleaned_data.get("is_shared", False),
        )
        if form.cleaned_data["opens"]:
            open_with(actor=person, list_name=view.list_name, view_id=view.pk)
        return address_of(self.path, view)


class OneView(ListDeed):
    """A deed on a view that the person sees."""

    @cached_property
    def saved(self) -> SavedView:
        return get_object_or_404(views_of(self.request.user, self.page.list_name), pk=self.kwargs["pk"])

    @property
    def is_own(self) -> bool:
        return self.saved.owner_id == self.request.user.pk

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.saved  # noqa: B018
        return super().dispatch(request, *args, **kwargs)


class ViewChange(OneView):
    title = _("Change the view")
    form_class = UpdateForm
    submit_label = _("Save")
    done_message = _("The view is changed.")

    @cached_property
    def opens(self) -> bool:
        layout = layout_of(self.request.user, self.page.list_name)
        return layout is not None and layout.opens_with_id == self.saved.pk

    def initial(self):
        return {"name": self.saved.name, "is_shared": self.saved.is_shared, "opens": self.opens}

    def form_options(self):
        changed = self.saved.query != query_of(self.asked) or self.saved.columns != self.shown_columns
        return {
            "may_share": self.request.user.may(SHARE_VIEWS),
            "is_changed": changed,
            "is_own": self.is_own,
        }

    def run(self, form):
        values = form.cleaned_data
        view = self.saved
        if self.is_own:
            takes_over = values.get("takes_over", False)
            view = change_view(
                view_id=view.pk,
                actor=self.request.user,
                name=values["name"],
                is_shared=values.get("is_shared"),
                query=query_of(self.asked) if takes_over else None,
                columns=self.shown_columns if takes_over else None,
            )
        if values["opens"] != self.opens:
            open_with(
                actor=self.request.user,
                list_name=view.list_name,
                view_id=view.pk if values["opens"] else None,
            )
        return address_of(self.path, view)


class ViewDelete(OneView):
    title = _("Delete the view")
    submit_label = _("Delete")
    style = "danger"
    done_message = _("The view is deleted.")

    def get_question(self):
        if self.saved.is_shared:
            return _("“%(name)s” disappears for everybody who uses it. No row is deleted.") % {
                "name": self.saved.name
            }
        return _("“%(name)s” disappears. No row is deleted.") % {"name": self.saved.name}

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not self.is_own:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def run(self, form):
        delete_view(view_id=self.saved.pk, actor=self.request.user)
        return self.path


class ListColumns(ListDeed):
    """Which columns the list shows to this person, in which order."""

    title = _("Columns")
    template_name = "generic/columns.html"
    form_class = forms.Form
    submit_label = _("Show these")
    done_message = ""

    def get_context_data(self, **kwargs):
        chosen = self.shown_columns or self._kept()
        return super().get_context_data(columns=self.page.columns.offered(chosen), **kwargs)

    def _kept(self) -> list[str]:
        layout = layout_of(self.request.user, self.page.list_name)
        return layout.columns if layout else []

    def run(self, form):
        """Sent are the ticked names in their order; ``own`` goes back to the columns of the list."""
        chosen = (
            [] if "own" in self.request.POST else self.page.columns.shown(self.request.POST.getlist("column"))
        )
        silent = set(self.page.columns.silent)
        choose_columns(
            actor=self.request.user,
            list_name=self.page.list_name,
            columns=[name for name in chosen if name not in silent],
        )
        asked = self.asked.copy()
        asked.pop(choosing.PARAMETER, None)
        return f"{self.path}?{asked.urlencode()}" if asked else self.path
