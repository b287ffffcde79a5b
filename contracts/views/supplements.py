"""Supplements on screen: begin one, say what it changes, read what is in force."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from contracts.amendment_rows import clause_redline
from contracts.models import Contract, ContractLine
from contracts.services import in_force, start_contract, update_contract
from contracts.services.in_force import supplements_of
from contracts.services.in_force_paper import in_force_pdf
from contracts.supplement_forms import SupplementForm, SupplementStartForm
from contracts.tables import STATE_COLOURS
from contracts.views.files import pdf_answer
from core.errors import ApplicationError
from core.generic import FormPage
from core.generic.base import Crumb
from core.models import User

DRAFT = "contracts.draft_contract"


def may_supplement(contract: Contract, user: User) -> bool:
    """Whether this person can begin a supplement to it."""
    return not contract.is_supplement and contract.state in Contract.SUPPLEMENTED and user.may(DRAFT)


class SupplementStart(FormPage):
    """Begins a supplement with its process; the drafter goes on with what changes."""

    title = _("Supplement")
    permission = DRAFT
    form_class = SupplementStartForm
    template_name = "contracts/supplement_start.html"
    submit_label = _("Begin")
    done_message = _("The draft is yours. Say what changes.")

    def get_queryset(self):
        return Contract.objects.visible_to(self.request.user).select_related("customer")

    def crumbs(self):
        return crumbs_to(self.object)

    def get_context_data(self, **kwargs):
        others = supplements_of(self.object).exclude(state__in=["voided", "rejected"])
        return super().get_context_data(contract=self.object, supplements=shown_supplements(others), **kwargs)

    def save(self, form):
        title = form.cleaned_data["title"].strip()
        contract = start_contract(
            customer_id=self.object.customer_id,
            fields={
                "kind": Contract.Kind.SUPPLEMENT,
                "parent_id": self.object.pk,
                **({"title": title} if title else {}),
            },
            actor=self.request.user,
        )
        return reverse("contracts:supplement-changes", args=[contract.pk])


class SupplementChanges(FormPage):
    """What an own draft changes of its main contract, field by field with what holds now."""

    title = _("What the supplement changes")
    permission = DRAFT
    form_class = SupplementForm
    template_name = "contracts/supplement_changes.html"
    version_field = "revision"
    done_message = _("The changes are saved.")

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            contract = get_object_or_404(self.get_queryset(), pk=kwargs["pk"])
            if contract.owner_id != request.user.pk:
                raise PermissionDenied("Only the owner edits a draft.")
            if not contract.is_draft and request.method == "GET":
                return redirect(contract.get_absolute_url())
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self):
        rows = Contract.objects.visible_to(self.request.user).filter(kind=Contract.Kind.SUPPLEMENT)
        return rows.select_related("customer", "owner", "parent__customer", "parent__template")

    def form_options(self):
        return {"contract": self.object}

    def crumbs(self):
        edit = reverse("contracts:contract-edit", args=[self.object.pk])
        return [*crumbs_to(self.object.parent), Crumb(self.object.no or self.object.title, edit)]

    def get_context_data(self, **kwargs):
        return super().get_context_data(contract=self.object, **kwargs)

    def cancel_url(self):
        return reverse("contracts:contract-edit", args=[self.object.pk])

    def save(self, form):
        changes = form.changes()
        try:
            update_contract(
                contract_id=self.object.pk,
                revision=self.object.revision,
                changes=changes,
                actor=self.request.user,
            )
        except ApplicationError as refusal:
            refusal.errors = form.named(refusal.errors)
            raise
        return reverse("contracts:contract-edit", args=[self.object.pk])


@login_required
@require_GET
def in_force_paper(request, pk):
    """What is in force of a contract, as a sheet for reading."""
    name, content = in_force_pdf(contract_id=pk, actor=request.user)
    return pdf_answer(name, content, download="download" in request.GET)


def crumbs_to(contract: Contract) -> list[Crumb]:
    return [
        Crumb(_("Contracts"), reverse("contracts:contract-list")),
        Crumb(str(contract), contract.get_absolute_url()),
    ]


def shown_supplements(rows: Any) -> list[tuple[Contract, str]]:
    """Supplements with the colour of their state."""
    return [(one, STATE_COLOURS.get(one.state, "")) for one in rows]


def in_force_tab(contract: Contract) -> dict[str, Any]:
    """The consolidated view: every value that holds now, with its source."""
    found = in_force(contract)
    whose = [contract.pk, *(one.pk for one in found.supplements)]
    lines = ContractLine.objects.filter(contract__in=whose).select_related("product", "contract")
    return {
        "contract": contract,
        "found": found,
        "clauses": [(one, clause_redline(one)) for one in found.clauses],
        "lines": lines.order_by("contract_id", "seq"),
        "more": found.amount - contract.amount,
    }
