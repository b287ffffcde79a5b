"""The screens of fairs: a list, a page, a form for new ones and one for changes."""

from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from core.generic import Action, DetailPage, FormPage, ListPage, Tab
from core.generic.base import Crumb
from core.rights import require_on
from tests.new_entity.fairs.filters import FairFilter
from tests.new_entity.fairs.forms import FairForm
from tests.new_entity.fairs.models import Fair
from tests.new_entity.fairs.services import create_fair, update_fair
from tests.new_entity.fairs.tables import FairTable

LIST = Crumb(_("Fairs"), reverse_lazy("fairs:fair-list"))


class FairList(ListPage):
    title, permission = _("Fairs"), "fairs.view_fair"
    table_class, filter_class = FairTable, FairFilter
    orders, order = {"name": ("name_sort", "pk"), "starts_on": ("starts_on", "pk")}, "-starts_on"

    def get_queryset(self):
        return Fair.objects.visible_to(self.request.user).select_related("owner")

    def actions(self):
        return [Action(_("New fair"), reverse("fairs:fair-create"), "plus", "fairs.edit_fair", "primary")]


class FairDetail(DetailPage):
    permission = "fairs.view_fair"

    def get_queryset(self):
        return Fair.objects.visible_to(self.request.user).select_related("owner")

    def tabs(self):
        return [Tab("overview", _("Overview"), "fairs/fair_overview.html")]

    def tab_overview(self):
        return {}

    def crumbs(self):
        return [LIST]

    def actions(self):
        mine = Fair.objects.reachable_by(self.request.user, "fairs.edit_fair").filter(pk=self.object.pk)
        return (
            [Action(_("Edit"), reverse("fairs:fair-edit", args=[self.object.pk]), "pencil")] if mine else []
        )


class FairCreate(FormPage):
    title, permission, form_class = _("New fair"), "fairs.edit_fair", FairForm

    def crumbs(self):
        return [LIST]

    def save(self, form):
        return create_fair(fields=form.changes(), actor=self.request.user)


class FairEdit(FormPage):
    title, permission, form_class = _("Edit fair"), "fairs.edit_fair", FairForm
    version_field = "revision"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            require_on(request.user, self.permission, Fair.objects.all(), kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self):
        return Fair.objects.visible_to(self.request.user)

    def crumbs(self):
        return [LIST, Crumb(self.object.name, self.object.get_absolute_url())]

    def save(self, form):
        revision, actor = self.object.revision, self.request.user
        return update_fair(fair_id=self.object.pk, revision=revision, fields=form.changes(), actor=actor)
