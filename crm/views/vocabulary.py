"""Statuses of customers and types of activity, for those who maintain them (F38, F42)."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse, reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from core.generic import Action, ActionView, FormPage, ListPage
from core.generic.base import Crumb
from core.generic.tables import Column, NumberColumn, Table, TagColumn
from crm.models import Activity, ActivityType, Customer, CustomerStatus, StatusTransition
from crm.services import delete_activity_type, delete_status, save_activity_type, save_status
from crm.services.statuses import MANAGE
from crm.tables import status_colour
from crm.vocabulary_forms import StatusForm, TypeForm

STATUSES = Crumb(_("Customer statuses"), reverse_lazy("crm:status-list"))
TYPES = Crumb(_("Activity types"), reverse_lazy("crm:activity-type-list"))

WAYS = Prefetch("ways", StatusTransition.objects.select_related("to_status"))


def _name_cell(url_name: str, record: Any) -> str:
    tag = "" if record.is_active else format_html(' <span class="tag">{}</span>', gettext("out of use"))
    return format_html('<a href="{}">{}</a>{}', reverse(url_name, args=[record.pk]), record.name, tag)


class NamedColumn(Column):
    """The name in the reader's language."""

    def __init__(self) -> None:
        super().__init__(accessor="pk", verbose_name=_("Name"))
        self.attrs = {"td": {"class": "name"}}

    def value(self, record: Any) -> str:
        return str(record.name)


class StatusTable(Table):
    label = NamedColumn()
    order = NumberColumn(verbose_name=_("Order"), phone=False)
    kind = Column(verbose_name=_("Kind"), tight=True)
    probability = NumberColumn(verbose_name=_("Win probability %"), phone=False)
    max_days = NumberColumn(verbose_name=_("Stalls after days"), phone=False)
    needs_approval = TagColumn(verbose_name=_("Approval"), phone=False)
    ways = Column(accessor="pk", verbose_name=_("Leads to"), attrs={"td": {"class": "wide-m"}})
    customers = NumberColumn(verbose_name=_("Customers"))

    class Meta(Table.Meta):
        model = CustomerStatus
        fields = (
            "label", "order", "kind", "probability", "max_days", "needs_approval", "ways", "customers",
        )  # fmt: skip

    def render_label(self, record):
        return _name_cell("crm:status-edit", record)

    def render_kind(self, record):
        colour = status_colour(record.code)
        class_ = f"tag tag-{colour}" if colour else "tag"
        return format_html('<span class="{}">{}</span>', class_, record.get_kind_display())

    def render_needs_approval(self, value):
        return format_html('<span class="tag tag-amber">{}</span>', gettext("Manager")) if value else "—"

    def render_ways(self, record):
        names = [
            gettext("%(status)s (fact)") % {"status": way.to_status.name}
            if way.needs_fact
            else way.to_status.name
            for way in record.ways.all()
        ]
        return pgettext("list", ", ").join(names) or "—"

    value_ways = render_ways


class StatusList(ListPage):
    title, permission = _("Customer statuses"), MANAGE
    table_class = StatusTable
    orders = {"order": ("order", "pk"), "customers": ("customers", "pk")}
    order = "order"
    empty_title = _("No statuses")
    empty_text = _("They come with the reference data of the program: load it on the page of set-up.")

    def get_queryset(self):
        standing = Customer.objects.filter(status=OuterRef("code")).order_by().values("status")
        count = standing.annotate(number=Count("pk")).values("number")
        rows = CustomerStatus.objects.annotate(customers=Coalesce(Subquery(count), 0))
        return rows.prefetch_related(WAYS)

    def actions(self):
        url = reverse("crm:status-create")
        return [Action(_("New status"), url, "plus", MANAGE, style="primary")]


class StatusCreate(FormPage):
    title, permission, form_class = _("New status"), MANAGE, StatusForm
    template_name = "crm/vocabulary_form.html"

    def crumbs(self):
        return [STATUSES]

    def cancel_url(self):
        return reverse("crm:status-list")

    def save(self, form):
        save_status(
            code=form.cleaned_data["code"],
            fields=form.values(),
            ways=form.ways(),
            is_new=True,
            actor=self.request.user,
        )
        return self.cancel_url()


class StatusEdit(StatusCreate):
    done_message = _("The status is saved. It holds for every customer from now on.")

    def get_queryset(self):
        return CustomerStatus.objects.all()

    def get_title(self):
        return self.object.name

    def actions(self):
        url = reverse("crm:status-delete", args=[self.object.pk])
        return [Action(_("Delete"), url, "trash-2", style="danger", in_dialog=True, in_menu=True)]

    def save(self, form):
        save_status(code=self.object.code, fields=form.values(), ways=form.ways(), actor=self.request.user)
        return self.cancel_url()


class StatusDelete(ActionView):
    permission, style = MANAGE, "danger"
    title, submit_label, done_message = _("Delete the status"), _("Delete"), _("Deleted.")
    question = _("Only a status that no customer is in or has ever been in; another is taken out of use.")

    def get_queryset(self):
        return CustomerStatus.objects.all()

    def crumbs(self):
        return [STATUSES]

    def run(self, form):
        delete_status(code=self.object.code, actor=self.request.user)

    def done_url(self):
        return reverse("crm:status-list")


class TypeTable(Table):
    label = NamedColumn()
    order = NumberColumn(verbose_name=_("Order"), phone=False)
    channel = TagColumn(verbose_name=_("Channel"))
    rules = Column(accessor="pk", verbose_name=_("A record holds"))
    activities = NumberColumn(verbose_name=_("Activities"), phone=False)

    class Meta(Table.Meta):
        model = ActivityType
        fields = ("label", "order", "channel", "rules", "activities")

    def render_label(self, record):
        return _name_cell("crm:activity-type-edit", record)

    def render_rules(self, record):
        said = (
            (record.transcript_required, gettext("chat record")),
            (record.next_required, gettext("next contact")),
            (record.counts_as_contact, gettext("counts as a contact")),
        )
        return pgettext("list", ", ").join(text for holds, text in said if holds) or "—"

    value_rules = render_rules


class TypeList(ListPage):
    title, permission = _("Activity types"), MANAGE
    table_class = TypeTable
    orders = {"order": ("order", "pk"), "activities": ("activities", "pk")}
    order = "order"
    empty_title = _("No activity types")
    empty_text = _("They come with the reference data of the program: load it on the page of set-up.")

    def get_queryset(self):
        of_type = Activity.objects.filter(type=OuterRef("pk")).order_by().values("type")
        count = of_type.annotate(number=Count("pk")).values("number")
        return ActivityType.objects.annotate(activities=Coalesce(Subquery(count), 0))

    def actions(self):
        url = reverse("crm:activity-type-create")
        return [Action(_("New activity type"), url, "plus", MANAGE, style="primary")]


class TypeCreate(FormPage):
    title, permission, form_class = _("New activity type"), MANAGE, TypeForm

    def crumbs(self):
        return [TYPES]

    def cancel_url(self):
        return reverse("crm:activity-type-list")

    def save(self, form):
        save_activity_type(
            code=form.cleaned_data["code"], fields=form.values(), is_new=True, actor=self.request.user
        )
        return self.cancel_url()


class TypeEdit(TypeCreate):
    done_message = _("The type is saved. What was recorded before stays as it is.")

    def get_queryset(self):
        return ActivityType.objects.all()

    def get_title(self):
        return self.object.name

    def actions(self):
        url = reverse("crm:activity-type-delete", args=[self.object.pk])
        return [Action(_("Delete"), url, "trash-2", style="danger", in_dialog=True, in_menu=True)]

    def save(self, form):
        save_activity_type(code=self.object.code, fields=form.values(), actor=self.request.user)
        return self.cancel_url()


class TypeDelete(ActionView):
    permission, style = MANAGE, "danger"
    title, submit_label, done_message = _("Delete the activity type"), _("Delete"), _("Deleted.")
    question = _("Only a type that no activity has; another is taken out of use.")

    def get_queryset(self):
        return ActivityType.objects.all()

    def crumbs(self):
        return [TYPES]

    def run(self, form):
        delete_activity_type(code=self.object.code, actor=self.request.user)

    def done_url(self):
        return reverse("crm:activity-type-list")
