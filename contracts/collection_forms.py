"""The forms of collection: what came of a call, whether to go further, what becomes of a dispute."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts import services
from contracts.models import DisputeHold, PaymentChase
from contracts.services.collection import SYSTEM
from core import clock
from core.errors import ApplicationError
from core.generic.widgets import DateInput, MoneyInput
from workflows.registry import FormContext, work_form

_DAY: Any = DateInput
_MONEY: Any = MoneyInput
Kind, Outcome = PaymentChase.Kind, PaymentChase.Outcome


class _WithAccount:
    """Shows the customer's account above the fields."""

    template = "contracts/work_forms/collection.html"

    def account(self, context: FormContext) -> services.Account:
        return services.account_of(customer_id=context.subject.pk, actor=SYSTEM)


def _note(label: Any, *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=300, required=required, widget=forms.Textarea(attrs={"rows": 2})
    )


def _line_choices(account: services.Account) -> list[tuple[str, str]]:
    return [
        (
            str(one.line.pk),
            f"{one.line.contract.no} #{one.line.seq} · {one.line.due_on:%Y-%m-%d} · {one.claim.principal:,.2f}",
        )
        for one in account.lines
        if one.hold is None
    ]


@work_form("contracts.chase_payment", label=("催款", "Call for payment"))
class ChasePayment(_WithAccount):
    """What the customer said: a promise with day and amount, a disputed instalment, or nothing yet."""

    def fields(self, context: FormContext) -> type[forms.Form]:
        account = self.account(context)
        lines = _line_choices(account)

        class Form(forms.Form):
            result = forms.ChoiceField(label=_("What came of it"), choices=Outcome.choices)
            promised_on = forms.DateField(
                label=_("Promised for"), required=False, widget=_DAY(), help_text=_("For a promise.")
            )
            amount = forms.DecimalField(
                label=_("Promised amount"),
                required=False,
                max_digits=14,
                decimal_places=2,
                widget=_MONEY(),
                help_text=_("For a promise. Empty: all that is overdue."),
            )
            instalment = forms.ChoiceField(
                label=_("Disputed instalment"),
                required=False,
                choices=[("", _("None")), *lines],
                help_text=_("For a dispute: it is not asked for until somebody has decided."),
            )
            note = _note(_("What was said"))

            def clean(self) -> dict[str, Any]:
                data: dict[str, Any] = super().clean() or {}
                outcome = data.get("result")
                if outcome == Outcome.PROMISED and not data.get("promised_on"):
                    self.add_error("promised_on", _("Enter the day that was promised."))
                if outcome == Outcome.DISPUTED and not data.get("instalment"):
                    self.add_error("instalment", _("Choose what the customer disputes."))
                if outcome == Outcome.DISPUTED and not (data.get("note") or "").strip():
                    self.add_error("note", _("Say what the customer disputes."))
                return data

        return Form

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> None:
        customer, outcome, note = context.subject.pk, cleaned["result"], cleaned["note"]
        services.record_chase(
            customer_id=customer, kind=Kind.CALL, outcome=outcome, note=note, actor=context.actor
        )
        if outcome == Outcome.PROMISED:
            account = self.account(context)
            services.record_promise(
                customer_id=customer,
                amount=cleaned["amount"] or account.overdue or account.principal,
                promised_on=cleaned["promised_on"],
                note=note,
                actor=context.actor,
            )
        elif outcome == Outcome.DISPUTED:
            services.open_dispute(plan_line_id=int(cleaned["instalment"]), reason=note, actor=context.actor)


@work_form("contracts.remind_due", label=("到期前提醒", "Remind before it is due"))
class RemindDue(_WithAccount):
    """A polite word before the day."""

    def fields(self, context: FormContext) -> type[forms.Form]:
        class Form(forms.Form):
            result = forms.ChoiceField(
                label=_("What came of it"),
                choices=[(one.value, one.label) for one in (Outcome.TOLD, Outcome.NO_ANSWER)],
            )
            note = _note(_("What was said"))

        return Form

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> None:
        services.record_chase(
            customer_id=context.subject.pk,
            kind=Kind.REMINDER,
            outcome=cleaned["result"],
            note=cleaned["note"],
            actor=context.actor,
        )


@work_form(
    "contracts.approve_level",
    label=("批准催款级别", "Approve the dunning level"),
    result={"again_on": "date"},
)
class ApproveLevel(_WithAccount):
    """Whoever puts it off says until when."""

    def fields(self, context: FormContext) -> type[forms.Form]:
        class Form(forms.Form):
            again_on = forms.DateField(
                label=_("If deferred, look again on"),
                required=False,
                initial=lambda: clock.today() + timedelta(days=7),
                widget=_DAY(),
            )

        return Form

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> Mapping[str, Any]:
        day: date | None = cleaned["again_on"]
        if context.outcome == "put_off" and (day is None or day <= clock.today()):
            text = _("Enter a day after today.")
            raise ApplicationError(text, code="invalid", errors={"again_on": [text]})
        return {"again_on": day or clock.today() + timedelta(days=1)}


@work_form("contracts.resolve_dispute", label=("处理付款争议", "Decide on the dispute"))
class ResolveDispute(_WithAccount):
    """Upheld, the instalments are not asked for until a day; released, they are asked for again."""

    def fields(self, context: FormContext) -> type[forms.Form]:
        class Form(forms.Form):
            until = forms.DateField(
                label=_("If upheld, on hold until"),
                required=False,
                initial=lambda: clock.today() + timedelta(days=30),
                widget=_DAY(),
            )
            note = _note(_("Reason"))

        return Form

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> None:
        until: date | None = cleaned["until"]
        if context.outcome == "uphold" and until is None:
            text = _("Enter until when it is on hold.")
            raise ApplicationError(text, code="invalid", errors={"until": [text]})
        for hold in self._undecided(context):
            if context.outcome == "uphold" and until is not None:
                services.uphold_dispute(
                    hold_id=hold.pk, until=until, note=cleaned["note"], actor=context.actor
                )
            else:
                services.release_dispute(hold_id=hold.pk, note=cleaned["note"], actor=context.actor)

    def _undecided(self, context: FormContext) -> list[DisputeHold]:
        today = clock.today()
        holds = (one.hold for one in self.account(context).lines)
        return [one for one in holds if one is not None and (one.until is None or one.until < today)]
