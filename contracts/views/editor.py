"""The draft of a contract: terms, products, instalments. Saved as it is, submitted when complete."""

from __future__ import annotations

from decimal import ROUND_HALF_UP

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import BaseFormSet
from django.forms.utils import ErrorList
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contracts import selectors
from contracts.forms import ContractForm, LineFormSet, PlanFormSet
from contracts.models import Contract, Product
from contracts.money import CENT, ZERO
from contracts.planning import PLANS, propose_plan
from contracts.services import Instalment, Line, lacks_of, send_for_approval, update_contract
from contracts.services.wording import deviations_of
from core import clock
from core.errors import ApplicationError, Conflict
from core.generic import Page, opening, validation
from core.generic.base import Crumb
from core.generic.drafting import Kept, data_of, kept_for, wants_draft, without_complaints
from core.generic.forms import VERSION, show_refusal
from core.generic.overtaken import Overtaken, compare, decided
from core.generic.slots import RowsSlot, Slot, field_slots
from core.services.drafts import discard_draft


class Draft:
    """The three parts of the editor as one form."""

    def __init__(self, contract: Contract, products: dict[str, Product], data=None) -> None:
        self.form = ContractForm(data, instance=contract)
        options = {"form_kwargs": {"products": products}}
        if data is None:
            lines = [_line_values(line) for line in contract.lines.all()]
            plan = [
                {"due_on": one.due_on, "amount": one.amount, "note": one.note}
                for one in contract.plan_lines.all()
            ]
            self.lines = LineFormSet(initial=lines, prefix="lines", **options)
            self.plan = PlanFormSet(initial=plan, prefix="plan")
            self.lines.extra, self.plan.extra = int(not lines), int(not plan)
        else:
            self.lines = LineFormSet(data, prefix="lines", **options)
            self.plan = PlanFormSet(data, prefix="plan")

    def is_valid(self) -> bool:
        return all([self.form.is_valid(), self.lines.is_valid(), self.plan.is_valid()])

    def without_complaints(self) -> Draft:
        """With what was typed, and not a word yet of what is missing."""
        for rows in (self.lines, self.plan):
            rows.is_valid()  # makes the rows
        for form in (self.form, *self.lines.forms, *self.plan.forms):
            without_complaints(form)
        for rows in (self.lines, self.plan):
            rows._errors, rows._non_form_errors = [{} for _row in rows.forms], ErrorList()
        return self

    def line_rows(self) -> list[Line]:
        return [
            Line(
                product_id=row["product"],
                price=row["price"],
                quantity=row["quantity"],
                description=row["description"],
            )
            for row in (form.cleaned_data for form in self.lines.kept())
        ]

    def plan_rows(self) -> list[Instalment]:
        return [
            Instalment(due_on=row["due_on"], amount=row["amount"], note=row["note"])
            for row in (form.cleaned_data for form in self.plan.kept())
        ]

    def propose(self, kind: str) -> None:
        """Put proposed instalments where the typed ones were; the other parts stay as typed."""
        self.is_valid()
        terms = self.form.cleaned_data
        amount = sum(
            (
                (row["quantity"] * row["price"]).quantize(CENT, ROUND_HALF_UP)
                for row in (form.cleaned_data for form in self.lines.kept())
                if {"quantity", "price"} <= row.keys()
            ),
            ZERO,
        )
        rows = propose_plan(
            kind, amount=amount, start_on=terms.get("start_on") or clock.today(), end_on=terms.get("end_on")
        )
        values = [{"due_on": one.due_on, "amount": one.amount, "note": one.note} for one in rows]
        self.plan = PlanFormSet(initial=values, prefix="plan")
        self.plan.extra = int(not values)

    def show_refusal(self, refusal: ApplicationError) -> None:
        """Put what the service refused beside the row or field it names."""
        rest = {}
        for name, texts in refusal.errors.items():
            part, _dot, number = name.partition(".")
            rows = {"lines": self.lines, "plan": self.plan}.get(part)
            target = _row(rows, number)
            if target is not None:
                for text in texts:
                    target.add_error(None, text)
            else:
                rest[name.removesuffix("_id")] = texts
        if rest or not refusal.errors:
            show_refusal(self.form, ApplicationError(refusal.message, code=refusal.code, errors=rest))


def _row(rows: BaseFormSet | None, number: str):
    """The row that a service counts from one."""
    kept = rows.kept() if rows is not None else []
    index = int(number) - 1 if number.isdecimal() else -1
    return kept[index] if 0 <= index < len(kept) else None


def _line_values(line) -> dict:
    return {
        "product": line.product_id,
        "quantity": f"{line.quantity.normalize():f}",
        "price": line.price,
        "description": line.description,
    }


class ContractEdit(Page):
    """Its buttons: save the draft, submit it, propose a payment plan (which saves nothing)."""

    permission = "contracts.draft_contract"
    template_name = "contracts/contract_edit.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            rows = Contract.objects.visible_to(request.user).select_related("customer", "owner")
            self.object = get_object_or_404(rows, pk=kwargs["pk"])
            if self.object.owner_id != request.user.pk:
                raise PermissionDenied("Only the owner edits a draft.")
            if not self.object.is_draft and request.method == "GET":
                return redirect(self.object.get_absolute_url())
        return super().dispatch(request, *args, **kwargs)

    def get_title(self):
        return _("Draft contract")

    def crumbs(self):
        contract = self.object
        return [
            Crumb(_("Contracts"), reverse("contracts:contract-list")),
            Crumb(contract.customer.name, contract.customer.get_absolute_url()),
            Crumb(contract.no or contract.title, contract.get_absolute_url()),
        ]

    @cached_property
    def products(self) -> dict[str, Product]:
        """What can be sold, and what stands in the draft although it is no longer sold."""
        kept = self.object.lines.values("product")
        found = selectors.products_on_sale() | Product.objects.filter(pk__in=kept)
        return {str(product.pk): product for product in found.order_by("kind", "code")}

    # Answers --------------------------------------------------------------------------------------

    def get(self, request, *args, **kwargs):
        draft = Draft(self.object, self.products)
        kept = self.kept(draft) if wants_draft(request) else None
        if kept is not None and kept.draft is not None:
            return self.show_kept(data_of(kept.draft))
        return self.show(draft, token=opening.signed(request, self.slots(draft)))

    def show_kept(self, data):
        """What was typed before and never sent; with what another window has changed since."""
        slots = self.slots()
        began = opening.sent(self.request, data.get(opening.OPENING, ""))
        met = None
        waiting = decided(data, slots, began)
        if waiting or data.get(VERSION, "") != str(self.object.revision):
            reader = self.request.user
            met = compare(data, slots, began, waiting=waiting, row=self.object, reader=reader) or None
        draft = Draft(self.object, self.products, data).without_complaints()
        token = opening.signed(self.request, slots, asked=met.before if met else None)
        return self.show(draft, overtaken=met, token=token)

    def kept(self, draft: Draft, *, offer: bool = True) -> Kept | None:
        path, version = self.request.path, str(self.object.revision)
        return kept_for(self.request, path=path, forms=[draft.form], version=version, offer=offer)

    def post(self, request, *args, **kwargs):
        if validation.is_asked(request):
            draft = Draft(self.object, self.products, request.POST)
            return validation.errors_of(request, [draft.form, *draft.lines.forms, *draft.plan.forms])
        slots = self.slots()
        data = request.POST.copy()
        began = opening.sent(request)
        waiting = decided(data, slots, began)
        wish = data.get("propose", "")
        if wish in PLANS:
            draft = Draft(self.object, self.products, data)
            draft.propose(wish)
            return self.show(draft, version=data.get(VERSION), token=data.get(opening.OPENING, ""))
        if waiting or data.get(VERSION, "") != str(self.object.revision):
            met = compare(data, slots, began, waiting=waiting, row=self.object, reader=request.user)
            if met or began is None:
                return self.show_overtaken(data, slots, met)
        draft = Draft(self.object, self.products, data)
        if not draft.is_valid():
            return self.show(draft, status=400)
        try:
            with transaction.atomic():
                self.save(draft)
                discard_draft(path=request.path, actor=request.user)
        except Conflict:
            # Somebody was faster by a moment: the row moved between looking and saving.
            self.object.refresh_from_db()
            slots = self.slots()
            met = compare(data, slots, began, row=self.object, reader=request.user)
            return self.show_overtaken(data, slots, met)
        except ApplicationError as refusal:
            draft.show_refusal(refusal)
            return self.show(draft, status=refusal.status)
        if request.POST.get("action") == "submit":
            return self.submit()
        messages.success(request, gettext("The draft is saved."))
        return redirect("contracts:contract-edit", self.object.pk)

    def slots(self, stored: Draft | None = None) -> list[Slot]:
        """What another window may have changed: each field, and each table of rows as one."""
        stored = stored or Draft(self.object, self.products)

        return [
            *field_slots(stored.form),
            self.rows_slot(_("Products"), stored, "lines", "contracts.contractline"),
            self.rows_slot(_("Payment plan"), stored, "plan", "contracts.paymentplanline"),
        ]

    def rows_slot(self, label, stored: Draft, part: str, source: str) -> RowsSlot:
        def read(data):
            rows = getattr(Draft(self.object, self.products, data), part)
            rows.is_valid()  # only then is it known which rows were removed
            return rows.kept()

        return RowsSlot(label, getattr(stored, part), read, source)

    def show_overtaken(self, data, slots: list[Slot], met: Overtaken):
        token = opening.signed(self.request, slots, asked=met.before)
        draft = Draft(self.object, self.products, data)
        return self.show(draft, status=409, overtaken=met, token=token)

    def save(self, draft: Draft) -> None:
        self.object = update_contract(
            contract_id=self.object.pk,
            revision=self.object.revision,
            fields=draft.form.changes(),
            lines=draft.line_rows(),
            plan=draft.plan_rows(),
            actor=self.request.user,
        )

    def submit(self):
        """The draft is saved by now; what keeps it from being submitted is said on the page."""
        try:
            contract = send_for_approval(contract_id=self.object.pk, actor=self.request.user)
        except ApplicationError as refusal:
            fresh = get_object_or_404(Contract.objects.select_related("customer", "owner"), pk=self.object.pk)
            self.object = fresh
            return self.show(Draft(fresh, self.products), status=refusal.status, refused=str(refusal))
        if contract.is_draft:
            messages.warning(
                self.request,
                gettext("Submitted. The next step failed; whoever looks after failures sees it."),
            )
        else:
            messages.success(self.request, gettext("The contract %(no)s is submitted.") % {"no": contract.no})
        return redirect(contract.get_absolute_url())

    def show(
        self,
        draft: Draft,
        *,
        status: int = 200,
        refused: str = "",
        overtaken: Overtaken | None = None,
        version: str | None = None,
        token: str | None = None,
    ):
        contract = self.object
        context = self.get_context_data(
            contract=contract,
            draft=draft,
            form=draft.form,
            overtaken=overtaken,
            version_name=VERSION,
            version=contract.revision if version is None else version,
            opening_name=opening.OPENING,
            opening_values=opening.signed(self.request, self.slots()) if token is None else token,
            kept=self.kept(draft, offer=self.request.method == "GET"),
            form_url=self.request.path,
            plans=PLANS,
            lacks=lacks_of(contract),
            wording_count=len(deviations_of(contract)),
            returned=selectors.last_return(contract),
            refused=refused,
        )
        return self.render_to_response(context, status=status)
