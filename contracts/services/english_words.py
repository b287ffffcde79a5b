"""What fills the placeholders in the English of a contract on paper in both languages, from its frozen content."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from contracts.models import Contract
from contracts.seed.membership_english import ALTERNATIVES as IN_ENGLISH
from core.pdf.english import english, english_amount, english_date, english_number, ordinal

BOTH = Contract.PaperLanguage.BOTH
# Choices of a contract whose words its template may say otherwise: where they stand, and the standard ones.
WORDINGS_OF = {
    "effective_rule": "effective_rules",
    "allocation_order": "allocation_orders",
    "signing_order": "signing_orders",
}


def is_bilingual(content: Mapping[str, Any]) -> bool:
    """Contracts that were frozen before there was a choice are in Chinese."""
    return content.get("paper_language") == BOTH


def english_values(content: Mapping[str, Any]) -> dict[str, str]:
    """What the English of the clauses asks for where it differs from the Chinese."""
    texts, copies = content["template"]["texts"], int(content["copies"])
    own = content.get("values", {})
    usual = texts.get("values", {})
    return {
        **{
            name: text
            for name, text in texts.get("values_en", {}).items()
            if own.get(name) == usual.get(name)
        },
        **_rows(content),
        **_choices(content),
        **_late(content),
        **_of_supplement(content),
        "title": texts.get("title_en") or content["title"],
        "service_term": _term(content),
        "tax_note": f"tax included at the rate of {Decimal(content['tax_rate']).normalize():f}%",
        "amount_in_words": english_amount(Decimal(content["amount"])),
        "copies": english_number(copies),
        "copies_each": english_number(copies // 2),
    }


def _rows(content: Mapping[str, Any]) -> dict[str, str]:
    days = {
        f"instalment_{number}_due_on": english_date(date.fromisoformat(one["due_on"]))
        for number, one in enumerate(content["plan"], start=1)
    }
    units = {
        f"line_{number}_unit": english(one["unit"]) or one["unit"]
        for number, one in enumerate(content["lines"], start=1)
    }
    return {**days, **units}


def _of_supplement(content: Mapping[str, Any]) -> dict[str, str]:
    """What a supplement says about its main contract, and what it changes of it."""
    if "main" not in content:
        return {}
    main = content["main"]
    found = {"main_title": main.get("title_en") or main["title"]}
    if main["signed_on"]:
        found["main_signed_on"] = english_date(date.fromisoformat(main["signed_on"]))
    for number, change in enumerate(content.get("changes", ()), start=1):
        found[f"change_{number}_text"] = change["words_en"]
        for below, text in enumerate(change.get("texts_en", ()), start=1):
            found[f"changes_{number}_{below}"] = text
    return found


def _term(content: Mapping[str, Any]) -> str:
    if not content["start_on"] or not content["end_on"]:
        return ""
    start, end = (english_date(date.fromisoformat(content[name])) for name in ("start_on", "end_on"))
    return f"from {start} to {end}"


def _choices(content: Mapping[str, Any]) -> dict[str, str]:
    day = content.get("effective_due_on")
    values = {"effective_date": english_date(date.fromisoformat(day)) if day else ""}
    chosen = {**content, **content.get("late", {})}
    texts = content["template"]["texts"]
    return {
        name: _filled(texts.get(f"{where}_en", IN_ENGLISH[name])[chosen[name]], values)
        for name, where in WORDINGS_OF.items()
        if chosen.get(name)
    }


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _late(content: Mapping[str, Any]) -> dict[str, str]:
    terms = content.get("late")
    if not terms:
        return {}
    found = {}
    if terms["grace_days"]:
        found["late_from"] = f"the {ordinal(int(terms['grace_days']) + 1)} day after the due date"
    if terms["rule"] == Contract.LateRule.DAILY:
        found["late_rate"] = f"{(Decimal(terms['daily_rate']) * 100).normalize():f}%"
    elif terms["rule"] == Contract.LateRule.LPR_PLUS:
        found["late_rate"] = (
            "the daily rate (the annual rate divided by"
            f" {terms['day_base']}) of the one-year Loan Prime Rate (LPR) published by the National Interbank Funding"
            f" Center at the time of the breach, increased by {terms['lpr_markup']}% of that rate"
        )
    return found
