"""What a new draft says until its drafter says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from contracts.models import BankAccount, Contract, ContractTemplate, OwnCompany
from contracts.seed import membership_contract, supplement
from contracts.services.late_terms import standard_terms
from core.actors import Actor
from core.errors import ApplicationError


def usual_defaults() -> dict[str, Any]:
    company = OwnCompany.objects.filter(is_default=True).first()
    account = BankAccount.objects.filter(company=company, is_default=True, is_active=True).first()
    template = usual_template()
    if company is None or account is None:
        raise ApplicationError(
            _("Enter our own company with a receiving account first (Settings, Our company)."),
            code="own_company_missing",
        )
    if template is None:
        raise ApplicationError(_("Publish a contract template first."), code="template_missing")
    return {
        "own_company": company,
        "bank_account": account,
        "template": template,
        "sign_place": company.sign_place,
        **standard_terms(template),
    }


def usual_template() -> ContractTemplate | None:
    """From which a contract is drafted unless another one is chosen."""
    published = templates_for(Contract.Kind.NEW)
    return published.filter(code=membership_contract.CODE).first() or published.order_by("code").first()


def templates_for(kind: str) -> QuerySet[ContractTemplate]:
    """What a contract of this kind can be drafted from: supplements have texts of their own."""
    published = ContractTemplate.objects.filter(state=ContractTemplate.State.PUBLISHED)
    of_supplements = Q(layout=ContractTemplate.Layout.SUPPLEMENT)
    return published.filter(of_supplements if kind == Contract.Kind.SUPPLEMENT else ~of_supplements)


def defaults_of_supplement(clean: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """As its main contract, which the actor sees; nothing for other contracts. Refuses what cannot be changed."""
    if clean.get("kind") != Contract.Kind.SUPPLEMENT:
        return {}
    main = clean.get("parent")
    if main is None or not Contract.objects.visible_to(actor).filter(pk=main.pk).exists():
        text = _("A supplement names the contract that it changes.")
        raise ApplicationError(text, code="invalid", errors={"parent_id": [text]})
    if main.is_supplement:
        text = _("A supplement does not change another supplement: name the main contract.")
        raise ApplicationError(text, code="invalid", errors={"parent_id": [text]})
    if main.state not in Contract.SUPPLEMENTED:
        text = _("Only a contract that is signed or in effect is changed by a supplement.")
        raise ApplicationError(text, code="wrong_state", errors={"parent_id": [text]})
    offered = templates_for(Contract.Kind.SUPPLEMENT)
    template = offered.filter(code=supplement.CODE).first() or offered.order_by("code").first()
    if template is None:
        raise ApplicationError(_("Publish a template for supplements first."), code="template_missing")
    return {"template": template, **_from_main_contract(main)}


def _from_main_contract(main: Contract) -> dict[str, Any]:
    """What a new supplement says as its main contract does."""
    account = main.bank_account
    if not account.is_active:
        account = (
            main.own_company.accounts.filter(is_active=True).order_by("-is_default", "pk").first() or account
        )
    return {
        "own_company": main.own_company,
        "bank_account": account,
        "contact": main.contact,
        "tax_rate": main.tax_rate,
        "copies": main.copies,
        "paper_language": _language_after(main),
        "signing_order": main.signing_order,
        "sign_place": main.sign_place,
        "late_rule": main.late_rule,
        "late_daily_rate": main.late_daily_rate,
        "lpr_markup": main.lpr_markup,
        "day_base": main.day_base,
        "grace_days": main.grace_days,
        "allocation_order": main.allocation_order,
    }


def _language_after(main: Contract) -> str:
    """That of the main contract; the customer's own paper has one that we do not print."""
    return Contract.PaperLanguage.CHINESE if main.counterparty_paper_id is not None else main.paper_language
