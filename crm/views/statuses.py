"""Where a customer goes from its status: along a way, or by a manager's hand."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from core.generic import ActionView
from core.generic.base import Crumb
from crm.activity_forms import StatusByHandForm, StatusForm
from crm.models import Customer
from crm.services import change_status
from crm.services.statuses import OVERRIDE, ways_from
from crm.views.customers import LIST
from workflows.selectors import open_work_item_of

EDIT = "crm.edit_customer"


class StatusChangeDialog(ActionView):
    """The ways that lead on from here, with what each needs."""

    permission, form_class = EDIT, StatusForm
    template_name = "crm/status_change.html"
    title, submit_label = _("Change the status"), _("Change")
    done_message = _("The status is changed.")

    def get_queryset(self):
        return Customer.objects.visible_to(self.request.user)

    def is_allowed(self):
        rows = Customer.objects.reachable_by(self.request.user, self.permission)
        return rows.filter(pk=self.object.pk).exists()

    def crumbs(self):
        return [LIST, Crumb(self.object.no, self.object.get_absolute_url())]

    def ways(self) -> tuple[list[Any], list[Any]]:
        """Those that the person takes here, and those that the manager approves: the follow-up takes them."""
        found = ways_from(self.object)
        return (
            [one for one in found if not one.to_status.needs_approval],
            [one for one in found if one.to_status.needs_approval],
        )

    def form_options(self):
        return {"customer": self.object, "ways": self.ways()[0]}

    def get_question(self):
        words = {"customer": self.object.name, "status": self.object.get_status_display()}
        if not self.ways()[0]:
            return gettext("%(customer)s stands in %(status)s. No way leads on from there by itself.") % words
        return gettext("%(customer)s stands in %(status)s.") % words

    def get_context_data(self, **kwargs):
        approved = self.ways()[1]
        item = open_work_item_of(self.object, element="follow_up", actor=self.request.user)
        separator = pgettext("list", ", ")
        return super().get_context_data(
            approved=separator.join(one.to_status.name for one in approved),
            item_url=reverse("workflows:work-item", args=[item.pk]) if approved and item else "",
            has_ways=bool(self.ways()[0]),
            **kwargs,
        )

    def run(self, form):
        data = form.cleaned_data
        change_status(
            customer_id=self.object.pk,
            to=data["to"],
            facts=data["facts"],
            reason=data["reason"],
            next_on=data["next_on"],
            actor=self.request.user,
        )


class StatusByHand(StatusChangeDialog):
    """Any status, with the reason; the history says that it was set by hand."""

    permission, form_class = OVERRIDE, StatusByHandForm
    template_name = "generic/action.html"
    title, submit_label = _("Set the status by hand"), _("Set")

    def form_options(self):
        return {"customer": self.object}

    def get_question(self):
        return gettext("Also where no way leads. The record says who set it and why.")

    def run(self, form):
        data = form.cleaned_data
        change_status(
            customer_id=self.object.pk,
            to=data["to"],
            reason=data["reason"],
            override=True,
            actor=self.request.user,
        )
