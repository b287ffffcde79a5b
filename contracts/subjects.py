"""How processes see contracts."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from contracts.models import Contract, Product, Risk
from contracts.money import shown
from contracts.obligation_subject import ObligationSubject
from contracts.processes import process_named
from contracts.progress import effect_words
from contracts.selectors import files_of, paid_of
from contracts.services.appraisal import is_vetoed
from contracts.services.counterparty import is_on_counterparty_paper
from contracts.services.drafting import PROCESS
from contracts.services.effect import first_payment_on, rule_of
from contracts.services.giving_up import withdraw_from_process
from contracts.services.parts import parts_of
from contracts.services.releasing import payments_that_wait
from contracts.services.wording_facts import (
    NO_RISK,
    RISKS,
    change_count,
    deviation_count,
    discount_of,
    highest_risk,
    is_below_floor,
    is_standard_text,
    sells,
)
from contracts.templatetags.contract_ui import document_kind
from core import clock
from core.actors import Actor
from core.errors import Conflict
from core.models import User
from crm.selectors import customer_behind
from workflows.registry import File, SubjectType, Type, subject_type

# That of obligations is found with this one.
__all__ = ["ContractSubject", "ObligationSubject"]


@subject_type("contracts.contract")
class ContractSubject(SubjectType[Contract]):
    label = ("合同", "Contract")
    model = Contract
    select_related = ("customer", "owner__manager", "owner__department", "own_company", "template")
    fields = {
        "no": ("text", "no"),
        "title": ("text", "title"),
        "kind": ("text", "kind"),
        "state": ("text", "state"),
        "amount": ("decimal", "amount"),
        "copies": ("integer", "copies"),
        "start_on": ("date", "start_on"),
        # Until when it runs, with what supplements in effect changed.
        "end_on": ("date", "in_force_until"),
        "signed_on": ("date", "signed_on"),
        "effective_rule": (Type("choice", choices=tuple(Contract.EffectiveRule.values)), rule_of),
        "effective_due_on": ("date", "effective_due_on"),
        "signing_order": (Type("choice", choices=tuple(Contract.SigningOrder.values)), "signing_order"),
        "template": ("text", "template.code"),
        "is_standard": ("boolean", is_standard_text),
        "is_on_counterparty_paper": ("boolean", is_on_counterparty_paper),
        "deviations": ("integer", deviation_count),
        "changes": ("integer", change_count),
        "risk": (Type("choice", choices=RISKS), highest_risk),
        "discount": ("decimal", discount_of),
        "is_below_floor": ("boolean", is_below_floor),
        "is_vetoed": ("boolean", is_vetoed),
        "sells_membership": ("boolean", sells(Product.Kind.MEMBERSHIP)),
        "sells_advertisement": ("boolean", sells(Product.Kind.ADVERTISEMENT)),
        "sells_article": ("boolean", sells(Product.Kind.ARTICLE)),
        "has_confirmed_payment": ("boolean", lambda contract: first_payment_on(contract) is not None),
        # Recorded for it or for one of its supplements, neither confirmed nor taken back.
        "has_unconfirmed_payment": (
            "boolean",
            lambda contract: payments_that_wait(parts_of(contract)).exists(),
        ),
        "customer": ("text", "customer.name"),
        "owner": ("text", "owner"),
        "manager": ("text", "owner.manager"),
    }
    labels = {
        "end_on": ("结束日期", "End"),
        "has_confirmed_payment": ("首笔回款已确认", "A payment is confirmed"),
        "has_unconfirmed_payment": ("有待确认回款", "A payment waits to be confirmed"),
        "template": ("模板代码", "Code of the template"),
        "is_standard": ("标准文本", "Standard text"),
        "is_on_counterparty_paper": ("使用客户文本", "On the customer's own paper"),
        "deviations": ("条款偏离数", "Number of deviations"),
        "changes": ("对原合同的变更数", "Number of changes of the main contract"),
        "risk": ("最高偏离风险", "Highest risk of a deviation"),
        "discount": ("相对标价的折扣（%）", "Discount on the list prices in percent"),
        "is_below_floor": ("低于底价", "Below a floor price"),
        "is_vetoed": ("评审被否决", "Vetoed in the appraisal"),
        "sells_membership": ("含会员服务", "Sells a membership"),
        "sells_advertisement": ("含广告", "Sells advertising"),
        "sells_article": ("含推广文章", "Sells an article"),
    }

    values = {
        "risk": {
            NO_RISK: ("无偏离", "None"),
            Risk.LOW.value: ("低", "Low"),
            Risk.MIDDLE.value: ("中", "Middle"),
            Risk.HIGH.value: ("高", "High"),
        },
    }

    def title(self, row: Contract) -> str:
        return f"{row.no} {row.customer.name}" if row.no else row.customer.name

    def summary(self, row: Contract, language: str) -> list[tuple[str, str]]:
        """What a reviewer wants to know before opening the contract."""
        with translation.override(language):
            found = [
                (_("Contract no."), row.no or _("Given when submitted")),
                (_("Title"), row.title),
                (_("Main contract"), str(row.parent) if row.is_supplement else ""),
                (_("Customer"), row.customer.name),
                (_("Amount"), shown(row.amount)),
                (_("In capitals"), row.amount_in_words),
                (_("Term"), _term(row)),
                (_("Takes effect"), effect_words(row)),
                (_("Instalments"), str(row.plan_lines.count() or "")),
                (_("Owner"), row.owner.name),
                (_("State"), str(row.get_state_display())),
            ]
            if row.state == Contract.State.SIGNING:
                found += _since_the_seal(row)
            return [(str(label), value) for label, value in found if value]

    def department_path(self, row: Contract) -> str:
        return row.department_path

    def owner(self, row: Contract) -> User:
        return row.owner

    def amount(self, row: Contract) -> Decimal:
        return row.amount

    def business_key(self, row: Contract) -> str:
        return row.no or ""

    def search_text(self, row: Contract) -> str:
        return f"{row.title} {row.customer.name}"

    def url(self, row: Contract) -> str:
        return row.get_absolute_url()

    def related_to(self, row: models.Model) -> models.QuerySet[Contract] | None:
        """The contracts of the same customer."""
        customer = customer_behind(row)
        if customer is None:
            return None
        found = Contract.objects.filter(customer=customer)
        return found.exclude(pk=row.pk) if isinstance(row, Contract) else found

    def files(self, row: Contract) -> list[File]:
        return [
            File(
                one.name,
                reverse("contracts:contract-file", args=[row.pk, one.pk]),
                document_kind(one),
                one.created_at,
                one.created_by.name if one.created_by else "",
            )
            for one in files_of(row)
        ]

    def require_startable(self, row: Contract, definition_key: str) -> None:
        """A contract's own process begins with its draft and goes through its life once."""
        if definition_key == PROCESS and not row.is_draft:
            raise Conflict(
                _("Contract %(contract)s is %(state)s, so its process does not start again.")
                % {"contract": row, "state": row.get_state_display()},
                code="wrong_state",
            )
        other = process_named(definition_key)
        if other is not None and other.require_startable is not None:
            other.require_startable(row)

    def on_cancel(self, row: Contract, definition_key: str, *, actor: Actor, reason: str) -> None:
        """Only its own process carries the contract: one that was cancelled beside it leaves it as it is."""
        if definition_key == PROCESS:
            withdraw_from_process(row.pk, actor=actor, reason=reason)
        other = process_named(definition_key)
        if other is not None and other.on_cancel is not None:
            other.on_cancel(row, actor=actor, reason=reason)


def _since_the_seal(row: Contract) -> list[tuple[str, str]]:
    """What counts while the signed copy is out: since when, and whether money lies on it."""
    sealed, advance = row.seal_records.order_by("-pk").first(), paid_of(row)
    day = sealed.sealed_at.astimezone(clock.COMPANY_ZONE) if sealed is not None else None
    return [
        (_("Sealed on"), f"{day:%Y-%m-%d}" if day is not None else ""),
        (_("Advances"), shown(advance) if advance else ""),
    ]


def _term(row: Contract) -> Any:
    if row.start_on is None or row.in_force_until is None:
        return ""
    return f"{row.start_on:%Y-%m-%d} – {row.in_force_until:%Y-%m-%d}"
