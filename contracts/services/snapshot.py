"""What a contract says at one moment, as plain data: frozen at submission, printed from then on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from contracts.models import BankAccount, Contract, OwnCompany
from contracts.services.amendment_words import changes_in_words
from contracts.services.counterparty import foreign_wording
from contracts.services.effect import rule_of
from contracts.services.english_words import is_bilingual
from contracts.services.late_terms import frozen_terms
from contracts.services.moves import current_version
from contracts.services.template_texts import answers
from contracts.services.wording import contract_clauses, deviations_of
from contracts.texts.assembly import ClauseText, assembled
from core.money_words import amount_in_words
from crm.models import Customer, CustomerAddress
from crm.selectors import default_address, postal_address, primary_contact


def party_a(contract: Contract) -> dict[str, Any]:
    """The customer as it is now."""
    customer = contract.customer
    contact = contract.contact or primary_contact(customer)
    registered = default_address(customer, CustomerAddress.Kind.REGISTERED)
    postal = postal_address(customer)
    address = registered or postal
    is_person = customer.kind == Customer.Kind.PERSON
    return {
        "name": customer.name,
        "is_person": is_person,
        "uscc": customer.uscc or "",
        "tax_number": "" if is_person else customer.uscc or "",
        "legal_representative": customer.legal_representative,
        "agent": "" if is_person or contact is None else contact.name,
        "address": address.address if address else "",
        "phone": contact.best_number if contact else "",
        "bank": customer.bank_name,
        "account": customer.bank_account,
        "service_address": postal.address if postal else "",
        "service_contact": (postal.addressee if postal else "") or (contact.name if contact else ""),
        "service_phone": (postal.phone if postal else "") or (contact.best_number if contact else ""),
        "service_email": contact.email if contact else "",
        "enterprise_scale": customer.enterprise_scale,
    }


def party_b(contract: Contract) -> dict[str, Any]:
    """Our own company as it is now."""
    return our_side(contract.own_company, contract.bank_account, agent=contract.owner.display_name)


def our_side(company: OwnCompany, account: BankAccount, *, agent: str) -> dict[str, Any]:
    """A company of ours as it signs, by an agent, with the account that is to be paid into."""
    return {
        "name": company.name,
        "is_person": False,
        "uscc": company.uscc,
        "tax_number": company.uscc,
        "legal_representative": company.legal_representative,
        "agent": agent,
        "address": company.address,
        "phone": company.phone,
        "bank": account.bank_name,
        "account": account.number,
        "service_address": company.address,
        "service_contact": agent,
        "service_phone": company.phone,
        "service_email": company.email,
    }


def letterhead(contract: Contract) -> dict[str, str]:
    """What stands above the title: our company's line and the SHA-256 of its logo."""
    company = contract.own_company
    return {
        "name": company.name,
        "line": company.letterhead,
        "logo": company.logo.sha256 if company.logo else "",
    }


def content_of(contract: Contract) -> dict[str, Any]:
    """Everything the contract's text is made of: parties, terms, lines, instalments, and the clauses put together."""
    content = _terms_of(contract)
    if contract.counterparty_paper is not None:
        return {**content, **foreign_wording(contract.counterparty_paper, content["template"])}
    return {**content, **worded(content, contract_clauses(contract), contract.variables), **_yields(contract)}


def worded(
    content: Mapping[str, Any], clauses: Iterable[ClauseText], own: Mapping[str, str]
) -> dict[str, Any]:
    """The clauses that hold of this content, and what their placeholders are answered with."""
    standing, rows = assembled(clauses, content)
    if not is_bilingual(content):
        standing = [one.in_chinese for one in standing]
    return {
        "clauses": [one.data() for one in standing],
        "values": {**answers(content["template"]["texts"], own), **rows},
    }


def _yields(contract: Contract) -> dict[str, Any]:
    deviations = [one.data() for one in deviations_of(contract)]
    return {"deviations": deviations} if deviations else {}


def _terms_of(contract: Contract) -> dict[str, Any]:
    previous = contract.parent.no if contract.parent else ""
    return {
        "no": contract.no or "",
        "title": contract.title,
        "kind": contract.kind,
        "previous_contract": previous or "",
        "template": {
            "code": contract.template.code,
            "version": contract.template.version,
            "layout": contract.template.layout,
            "texts": contract.template.texts,
        },
        "letterhead": letterhead(contract),
        "party_a": contract.party_a or party_a(contract),
        "party_b": contract.party_b or party_b(contract),
        "lines": [
            {
                "seq": line.seq,
                "code": line.product.code,
                "name": line.product.name,
                "kind": line.product.kind,
                "description": line.description,
                "quantity": str(line.quantity),
                "unit": line.unit,
                "list_price": str(line.list_price),
                "price": str(line.price),
                "amount": str(line.amount),
            }
            for line in contract.lines.select_related("product")
        ],
        "plan": [
            {"seq": one.seq, "due_on": one.due_on.isoformat(), "amount": str(one.amount), "note": one.note}
            for one in contract.plan_lines.all()
        ],
        "amount": str(contract.amount),
        "amount_in_words": amount_in_words(contract.amount),
        "tax_rate": str(contract.tax_rate),
        "copies": contract.copies,
        "start_on": contract.start_on.isoformat() if contract.start_on else "",
        "end_on": contract.end_on.isoformat() if contract.end_on else "",
        "effective_rule": rule_of(contract),
        "effective_due_on": contract.effective_due_on.isoformat() if contract.effective_due_on else "",
        "late": frozen_terms(contract),
        "signing_order": contract.signing_order,
        "sign_place": contract.sign_place,
        "platform_name": contract.own_company.short_name or contract.own_company.name,
        "platform_url": contract.own_company.website,
        "special_terms": contract.special_terms,
        # Said only where it is not Chinese alone, as in everything that was frozen before there was a choice.
        **({"paper_language": contract.paper_language} if _is_printed_in_both(contract) else {}),
        **(_of_supplement(contract) if contract.is_supplement else {}),
    }


def _is_printed_in_both(contract: Contract) -> bool:
    """A customer's own paper has the language that it has."""
    return contract.is_bilingual and contract.counterparty_paper_id is None


def _of_supplement(contract: Contract) -> dict[str, Any]:
    """The contract that it changes, and what changes."""
    main = contract.parent
    if main is None:
        raise ValueError(f"Supplement {contract.pk} has no contract that it changes.")
    return {
        "main": {
            "no": main.no or "",
            "title": main.title,
            **_english_title(contract, main),
            "signed_on": main.signed_on.isoformat() if main.signed_on else "",
        },
        "changes": changes_in_words(contract),
    }


def _english_title(contract: Contract, main: Contract) -> dict[str, str]:
    """The main contract's title as its own paper says it in English; one in Chinese keeps its Chinese name."""
    if not contract.is_bilingual:
        return {}
    content = current_version(main).content
    title = content["template"]["texts"].get("title_en", "") if is_bilingual(content) else ""
    return {"title_en": title} if title else {}


def fingerprint(content: dict[str, Any]) -> str:
    """The same content has the same SHA-256, however its keys are ordered."""
    text = json.dumps(
        content, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()
