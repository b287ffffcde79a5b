"""From a demand to its paper: the 催款单 and the 催款函 with everything that stands on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from contracts.models import Contract, DunningKind, DunningNotice, PromiseToPay
from contracts.services.claims import Rates
from contracts.services.demands import Demand
from contracts.services.interest import Claim
from contracts.services.late_terms import frozen_terms, rate_words
from contracts.settings_kinds import PAY_WITHIN_DAYS
from core import clock
from core.configuration import value
from core.errors import ApplicationError
from core.pdf import documents as paper
from crm.selectors import postal_address

LAST_LETTER = 3
MOST_EARLIER = 3
_NAMES = {DunningKind.NOTICE: "催款单", DunningKind.LETTER: "催款函"}


@dataclass(frozen=True)
class Background:
    """What went before: letters that were printed, a promise that was broken."""

    earlier: Sequence[DunningNotice] = ()
    broken: PromiseToPay | None = None


def lay_out(demand: Demand, number: str, day: date, background: Background) -> paper.LaidOut:
    if demand.kind == DunningKind.LETTER:
        return paper.lay_out_dunning_letter(_letter(demand, number, day, background))
    return paper.lay_out_dunning_notice(_notice(demand, number, day))


def _notice(demand: Demand, number: str, day: date) -> paper.DunningNotice:
    shows_interest = demand.interest > 0
    return paper.DunningNotice(
        number=number,
        sender=_sender(demand),
        customer_name=demand.customer.name,
        address=_address(demand),
        issued_on=clock.today(),
        as_of=day,
        pay_by=_pay_by(),
        contracts=_references(demand),
        lines=tuple(
            paper.DunningLine(
                instalment=f"第{line.seq}期",
                contract_number=line.contract.no or "",
                due_on=line.due_on,
                due=line.binding,
                paid=line.binding - claim.principal,
                interest=claim.interest if shows_interest else None,
            )
            for line, claim in zip(demand.lines, demand.claims, strict=True)
        ),
        account=_account(demand),
        interest_basis=_basis(demand) if shows_interest else "",
        **_contact(demand),
    )


def _letter(demand: Demand, number: str, day: date, background: Background) -> paper.DunningLetter:
    return paper.DunningLetter(
        number=number,
        sender=_sender(demand),
        customer_name=demand.customer.name,
        address=_address(demand),
        issued_on=clock.today(),
        as_of=day,
        pay_by=_pay_by(),
        contracts=_references(demand),
        lines=tuple(
            paper.LetterLine(
                instalment=f"第{line.seq}期",
                contract_number=line.contract.no or "",
                due_on=line.due_on,
                due=line.binding,
                principal=claim.principal,
                days_overdue=line.days_overdue,
                interest=claim.interest,
                parts=_parts(claim),
            )
            for line, claim in zip(demand.lines, demand.claims, strict=True)
        ),
        account=_account(demand),
        interest_basis=_basis(demand) if demand.interest > 0 else "",
        earlier=tuple(
            paper.EarlierNotice(
                one.no, one.printed_at.astimezone(clock.COMPANY_ZONE).date(), _NAMES[DunningKind(one.kind)]
            )
            for one in background.earlier[-MOST_EARLIER:]
        ),
        broken_promise_on=background.broken.promised_on if background.broken else None,
        is_final=demand.level >= LAST_LETTER,
        **_contact(demand),
    )


def _parts(claim: Claim) -> tuple[paper.InterestPart, ...]:
    return tuple(
        paper.InterestPart(
            first=piece.after + timedelta(days=1),
            last=piece.until,
            days=piece.days,
            base=piece.base,
            amount=piece.amount,
        )
        for piece in claim.pieces
        if piece.amount
    )


def _basis(demand: Demand) -> str:
    """合同XS-2026-0001约定，每日按未付金额的万分之五; the prime rate is named with its figure."""
    words = []
    for contract in demand.contracts:
        if contract.bears_interest:
            words.append(
                f"合同{contract.no}约定，每日按未付金额的{rate_words(frozen_terms(contract))}{_figure(demand, contract)}"
            )
    return "；".join(words)


def _figure(demand: Demand, contract: Contract) -> str:
    if contract.late_rule != Contract.LateRule.LPR_PLUS:
        return ""
    rates = Rates.known()
    found = {
        rates.on(line.due_on + timedelta(days=1)) for line in demand.lines if line.contract_id == contract.pk
    }
    figures = "、".join(f"{rate}%" for rate in sorted(rate for rate in found if rate is not None))
    return f"（违约行为发生时的利率为{figures}）"


def _sender(demand: Demand) -> paper.Letterhead:
    company = demand.own_company
    return paper.Letterhead(
        name=company.name,
        address=company.address,
        postcode=company.postcode,
        phone=company.phone,
        website=company.website,
        line=company.letterhead,
        logo=company.logo.read() if company.logo else b"",
    )


def _address(demand: Demand) -> paper.PostalAddress:
    address = postal_address(demand.customer)
    if address is None:
        raise ApplicationError(
            _("These customers have no postal address: %(names)s. Add it on their pages, or leave them out.")
            % {"names": demand.customer.name},
            code="address_missing",
        )
    return paper.PostalAddress(
        address=address.address,
        addressee=address.addressee,
        postcode=address.postcode,
        phone=address.phone,
    )


def _account(demand: Demand) -> paper.PayeeAccount:
    account = demand.own_company.accounts.filter(is_default=True, is_active=True).first()
    if account is None:
        raise ApplicationError(_("Our company has no receiving account."), code="own_company_missing")
    return paper.PayeeAccount(holder=account.holder, bank=account.bank_name, number=account.number)


def _contact(demand: Demand) -> dict[str, Any]:
    company = demand.own_company
    return {
        "contact_name": company.finance_contact or company.legal_representative,
        "contact_phone": company.finance_phone or company.phone,
    }


def _pay_by() -> date:
    return clock.today() + timedelta(days=value(PAY_WITHIN_DAYS))


def _references(demand: Demand) -> tuple[paper.ContractReference, ...]:
    return tuple(
        paper.ContractReference(number=one.no or "", name=one.title, signed_on=one.signed_on)
        for one in demand.contracts
    )
