"""The clause on late payment: what a draft says at first, what it must say, and its words on paper."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cn2an import an2cn
from django.utils.translation import gettext as _

from contracts.models import Contract, ContractTemplate
from contracts.seed.membership_contract import ALTERNATIVES
from core.errors import Text

Rule = Contract.LateRule
# A paragraph that is printed only where late payment bears interest.
LATE_INTEREST = "late_interest"
HIGHEST_DAILY_RATE = Decimal("0.01")
HIGHEST_MARKUP = 400
MOST_GRACE = 90


def standard_terms(template: ContractTemplate) -> dict[str, Any]:
    """What a new draft of this template says: as the text of the template does."""
    terms = dict(template.texts.get("late_terms", {}))
    if "late_daily_rate" in terms:
        terms["late_daily_rate"] = Decimal(terms["late_daily_rate"])
    return terms


def late_terms_problems(contract: Contract) -> dict[str, list[Text]]:
    """What the clause lacks or has too much of, by field."""
    errors: dict[str, list[Text]] = {}
    rate, markup = contract.late_daily_rate, contract.lpr_markup
    if contract.late_rule == Rule.DAILY and (rate is None or not 0 < rate <= HIGHEST_DAILY_RATE):
        errors["late_daily_rate"] = [
            _("Enter the daily rate, such as 0.0005 (five per ten thousand); at most 0.01.")
        ]
    if contract.late_rule == Rule.LPR_PLUS and (markup is None or not 0 <= markup <= HIGHEST_MARKUP):
        errors["lpr_markup"] = [
            _("Enter the markup in percent, between 0 and 400: 50 is 1.5 times the rate.")
        ]
    if contract.grace_days > MOST_GRACE:
        errors["grace_days"] = [_("At most %(days)s days of grace.") % {"days": MOST_GRACE}]
    return errors


def template_problem(contract: Contract) -> str:
    """An older template prints one fixed clause on late payment: a draft that says otherwise cannot use it."""
    if "late_terms" in contract.template.texts or contract.counterparty_paper_id is not None:
        return ""
    if contract.late_rule == Rule.NONE or contract.grace_days:
        return _(
            "This template always asks for interest from the first day: choose its clause, or another template."
        )
    return ""


def frozen_terms(contract: Contract) -> dict[str, Any]:
    """The clause as plain data for the frozen content."""
    rate, markup = contract.late_daily_rate, contract.lpr_markup
    return {
        "rule": contract.late_rule,
        "daily_rate": None if rate is None else f"{rate.normalize():f}",
        "lpr_markup": None if markup is None else f"{markup.normalize():f}",
        "day_base": contract.day_base,
        "grace_days": contract.grace_days,
        "allocation_order": contract.allocation_order,
    }


# On paper -----------------------------------------------------------------------------------------


def late_words(content: Mapping[str, Any]) -> dict[str, str]:
    """What the clauses ask for; content that was frozen before there was a choice has its template's words."""
    terms = content.get("late")
    if not terms:
        return {}
    orders = content["template"]["texts"].get("allocation_orders", ALTERNATIVES["allocation_order"])
    words = {"allocation_order": orders[terms["allocation_order"]]}
    if terms["grace_days"]:
        words["late_from"] = f"应付日后第{int(terms['grace_days']) + 1}日"
    if terms["rule"] != Rule.NONE:
        words["late_rate"] = rate_words(terms)
    return words


def stored_clauses(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The clauses of the contract; content that was frozen before texts were put together has its template's, without
    the paragraphs that it has no use for."""
    if "clauses" in content:
        found: list[dict[str, Any]] = content["clauses"]
        return found
    terms = content.get("late")
    clauses: list[dict[str, Any]] = content["template"]["clauses"]
    if not terms or terms["rule"] != Rule.NONE:
        return clauses
    return [
        {**one, "paragraphs": [part for part in one["paragraphs"] if part.get("only_with") != LATE_INTEREST]}
        for one in clauses
    ]


def rate_words(terms: Mapping[str, Any]) -> str:
    """万分之五, or 以违约行为发生时一年期贷款市场报价利率加计50%折算的日利率（年利率除以365）"""
    if terms["rule"] == Rule.DAILY:
        return daily_words(Decimal(terms["daily_rate"]))
    return (
        f"以违约行为发生时全国银行间同业拆借中心公布的一年期贷款市场报价利率（LPR）加计{terms['lpr_markup']}%"
        f"折算的日利率（年利率除以{terms['day_base']}）"
    )


def daily_words(rate: Decimal) -> str:
    """0.0005 is 万分之五, 0.001 is 千分之一, 0.00035 is 万分之三点五."""
    thousandths = rate * 1000
    if thousandths == thousandths.to_integral_value():
        return f"千分之{an2cn(int(thousandths), 'low')}"
    return f"万分之{an2cn(f'{(rate * 10000).normalize():f}', 'low')}"
