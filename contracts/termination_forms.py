"""The forms of a contract's end: asking for it, deciding, settling, and what was paid back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts import services
from contracts.models import Contract, ContractTermination
from contracts.services.parts import parts_of
from contracts.services.releasing import payments_that_wait, require_money_decided
from contracts.services.settlement import Proposal
from core import clock
from core.errors import ApplicationError, Text
from core.generic.widgets import DateInput, MoneyInput
from workflows.registry import FormContext, work_form

_DAY: Any = DateInput
_MONEY: Any = MoneyInput
AMOUNTS = ("value", "owed", "refund")
REFUSED = "refuse"


class TerminationForm(forms.Form):
    """What somebody asks for who wants a contract ended."""

    kind = forms.ChoiceField(label=gettext_lazy("On what ground"), choices=ContractTermination.Kind.choices)
    ends_on = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=_DAY(),
        help_text=gettext_lazy("Until when we deliver. The services of the term are settled up to this day."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    notes = forms.CharField(
        label=gettext_lazy("What was agreed with the customer"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@work_form("contracts.decide_termination", label=("审批终止申请", "Decide on the termination"))
class DecideTermination:
    """Nothing to fill in: decision and comment are the step's own. Shows what was asked for, and its settlement."""

    template = "contracts/work_forms/decide_termination.html"

    def fields(self, context: FormContext) -> type[forms.Form]:
        return forms.Form

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> None:
        decide(context)


def decide(context: FormContext) -> None:
    services.decide_termination(
        contract_id=context.subject.pk,
        outcome=context.outcome or "",
        comment=context.comment,
        step=context.element,
        actor=context.actor,
    )


@work_form("contracts.settle_termination", label=("终止结算", "Settle the termination"))
class SettleTermination:
    """Finance's step: starts from what the term that has run is worth."""

    template = "contracts/work_forms/settle_termination.html"

    def fields(self, context: FormContext) -> type[forms.Form]:
        found = proposal_for(context.subject)
        start = _start_of(found)

        class Form(forms.Form):
            proposal = found
            value = _amount(_("Value delivered"), start.get("value"))
            owed = _amount(
                _("Still to be paid"),
                start.get("owed"),
                _("What exceeds it is released, the last instalment first."),
            )
            refund = _amount(
                _("To be refunded"),
                start.get("refund"),
                _("Either something is to be paid, or something goes back."),
            )
            note = forms.CharField(
                label=_("How it was counted"),
                max_length=500,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

        return Form

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> None:
        if context.outcome != REFUSED:
            missing: dict[str, list[Text]] = {
                name: [_("Enter the amount, 0 if there is none.")]
                for name in AMOUNTS
                if cleaned.get(name) is None
            }
            if missing:
                raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=missing)
            services.settle_termination(
                contract_id=context.subject.pk,
                note=cleaned.get("note") or "",
                actor=context.actor,
                **{name: cleaned[name] for name in AMOUNTS},
            )
        decide(context)


@work_form("contracts.record_refund", label=("登记退款", "Record the refund"))
class RecordRefund:
    """Finance has paid back what was settled."""

    template = "contracts/work_forms/decide_termination.html"

    def fields(self, context: FormContext) -> type[forms.Form]:
        class Form(forms.Form):
            paid_on = forms.DateField(label=_("Paid out on"), initial=clock.today, widget=_DAY())
            reference = forms.CharField(label=_("Bank reference"), max_length=60)

        return Form

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> None:
        services.record_refund(contract_id=context.subject.pk, actor=context.actor, **cleaned)


@work_form("contracts.decide_on_money", label=("核对待确认回款", "Decide on unconfirmed money"))
class DecideOnMoney:
    """Nothing to fill in: what waits is confirmed or reversed on its own page, and done when nothing is left."""

    template = "contracts/work_forms/decide_on_money.html"

    def fields(self, context: FormContext) -> type[forms.Form]:
        waiting = payments_that_wait(parts_of(context.subject)).select_related("recorded_by")

        class Form(forms.Form):
            payments = list(waiting.order_by("no"))

        return Form

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> None:
        require_money_decided(context.subject)


def proposal_for(contract: Contract) -> Proposal | None:
    """The settlement that its open request comes to by itself; None where nobody asks."""
    found = contract.terminations.filter(state=ContractTermination.State.REQUESTED).first()
    return services.propose_settlement(contract, found.ends_on) if found is not None else None


def _start_of(proposal: Proposal | None) -> Mapping[str, Decimal]:
    if proposal is None:
        return {}
    left = proposal.remainder
    return {
        "value": proposal.value,
        "owed": min(left.owed, proposal.open_amount),
        "refund": min(left.refund, proposal.paid),
    }


def _amount(label: Any, start: Decimal | None, help_text: Any = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=False,
        initial=start,
        max_digits=14,
        decimal_places=2,
        widget=_MONEY(),
        help_text=help_text,
    )
