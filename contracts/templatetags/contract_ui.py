"""Small words of the contracts' pages."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from contracts.amendment_rows import ShownChange, shown_changes
from contracts.models import Contract, ContractDecision, Risk
from contracts.money import ZERO
from contracts.progress import effect_words, late_words, step_names
from contracts.selectors import last_return, plan_of
from contracts.services import Lack, account_of, lacks_of
from contracts.services.collection import SYSTEM
from contracts.services.counterparty import notes_of
from contracts.services.in_force import DayInForce
from contracts.services.wording import deviations_of
from contracts.tables import overdue_words
from contracts.views.marks import shown_marks
from contracts.views.termination import shown_terminations
from core import clock
from core.models import Document
from core.pdf.placeholders import PLACEHOLDER, pieces_of
from core.templatetags.ui import day
from crm.models import Customer

register = template.Library()


def plan_context(contract: Contract) -> dict:
    """What contracts/plan_table.html takes."""
    plan = plan_of(contract)
    paid = sum((row.paid for row in plan), ZERO)
    return {
        "plan": plan,
        "plan_total": sum((row.amount for row in plan), ZERO),
        "paid_total": paid,
        "open_total": sum((row.outstanding for row in plan), ZERO),
        "released_total": sum((row.released for row in plan), ZERO),
        "with_paid": bool(paid) or contract.state in Contract.OWED,
    }


@register.inclusion_tag("contracts/deviation_note.html")
def deviation_note(contract: Contract) -> dict[str, Any]:
    """What a reviewer has to look at first: where the contract yields from its template."""
    risks = dict(Risk.choices)
    found = deviations_of(contract)
    paper = contract.counterparty_paper
    return {
        "contract": contract,
        "paper": paper,
        "notes": notes_of(contract) if paper else [],
        "deviations": [(one, risks.get(one.risk, "")) for one in found],
    }


@register.inclusion_tag("contracts/amendments.html")
def amendments(contract: Contract) -> dict[str, Any]:
    """What a supplement changes; nothing for other contracts."""
    changes: list[ShownChange] = shown_changes(contract) if contract.is_supplement else []
    return {"contract": contract, "changes": changes}


@register.simple_tag
def in_force_day(found: DayInForce) -> str:
    """A day that holds, with the one before it struck through and where it is from."""
    if found.day is None:
        return "—"
    if found.source is None:
        return day(found.day)
    return format_html(
        "<del>{}</del> <ins>{}</ins> {}", day(found.old), day(found.day), in_force_source(found.source)
    )


@register.simple_tag
def in_force_source(contract: Contract) -> str:
    """The number of the contract or supplement that says so, and since when it holds."""
    return format_html(
        '<a class="tag" href="{}" title="{}">{}</a>',
        contract.get_absolute_url(),
        _("in effect from %(day)s") % {"day": day(contract.effective_on)},
        contract.no or contract.title,
    )


@register.inclusion_tag("contracts/appraisal_note.html")
def appraisal_note(contract: Contract, step: str, can_veto: bool) -> dict[str, Any]:
    """Whether the appraiser at this step may veto, and what was said at it so far."""
    newest = contract.versions.newest()
    said = contract.decisions.filter(version__in=newest, step=step)
    return {"can_veto": can_veto, "decisions": said.select_related("decided_by").order_by("pk")}


@register.inclusion_tag("contracts/clause_marks.html", takes_context=True)
def clause_marks(context: Context, contract: Contract, only_last: bool = False) -> dict[str, Any]:
    """What reviewers want changed, at the last submission alone or at all, with what this reader can do about it."""
    marks = shown_marks(contract, context["request"].user)
    if only_last and marks:
        marks = [one for one in marks if one.mark.version_id == marks[0].mark.version_id]
    return {"contract": contract, "marks": marks}


@register.inclusion_tag("contracts/termination_asked.html")
def termination_asked(contract: Contract) -> dict[str, Any]:
    """What was asked for who decides on a contract's end, and what others said to it."""
    found = shown_terminations(contract)
    return {"one": found[0] if found else None, "steps": step_names(contract)}


@register.simple_tag
def marked_text(paragraph: Mapping[str, Any]) -> SafeString:
    """A paragraph of a template with its marks, its placeholders as chips."""
    pieces = []
    for piece, kinds in pieces_of(paragraph["text"], paragraph.get("marks", ()), names_apart=True):
        html = format_html('<span class="chip">{}</span>' if PLACEHOLDER.fullmatch(piece) else "{}", piece)
        for kind, tag in (("strong", "b"), ("underline", "u")):
            if kind in kinds:
                html = format_html(f"<{tag}>{{}}</{tag}>", html)
        pieces.append(html)
    return SafeString("".join(pieces))


@register.simple_tag
def discount(price: Decimal, list_price: Decimal) -> str:
    """A lower price as people say it: 8.5折 in Chinese, −15 % in English."""
    if price == 0:
        return _("free of charge")
    share = price / list_price
    if (get_language() or "").startswith("en"):
        return f"−{_short((1 - share) * 100)} %"
    return _("%(tenths)s of 10") % {"tenths": _short(share * 10)}


def _short(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.01'), ROUND_HALF_UP).normalize():f}"


@register.filter
def plain_number(value: Decimal) -> str:
    """12.00 is 12, 1.50 is 1.5."""
    return f"{value.normalize():f}"


@register.filter
def overdue(days: int) -> str:
    return overdue_words(days)


@register.filter
def unlocalized(value: Decimal) -> str:
    """For machines: 1280.50."""
    return str(value)


@register.simple_tag
def late_tag(due_on: date) -> str:
    """A small tag where a day has passed."""
    days = (clock.today() - due_on).days
    if days <= 0:
        return ""
    return format_html(
        ' <span class="tag tag-{}">{}</span>', "red" if days > 30 else "amber", overdue_words(days)
    )


@register.filter
def takes_effect(contract: Contract) -> str:
    """By which rule a contract takes effect."""
    return effect_words(contract)


@register.filter
def late_payment(contract: Contract) -> str:
    """What is agreed about late payment."""
    return late_words(contract)


@register.filter
def overdue_days(days: int) -> str:
    return overdue_words(days)


LEVELS = {
    1: _lazy("Level 1: list of debts"),
    2: _lazy("Level 2: letter of demand"),
    3: _lazy("Level 3: last letter"),
    4: _lazy("Level 4: handed to counsel"),
}


@register.filter
def level_name(level: int) -> str:
    """How far a demand has gone, in words."""
    return str(LEVELS.get(level, ""))


@register.inclusion_tag("contracts/account_table.html")
def collection_account(customer: Customer) -> dict:
    """The account of a customer, for the step that deals with it."""
    return {"account": account_of(customer_id=customer.pk, actor=SYSTEM), "brief": True}


@register.filter
def document_kind(document: Document) -> str:
    kinds = {
        "contract": _("Contract"),
        "signed_contract": _("Signed copy"),
        "counterparty_paper": _("Customer's paper"),
        "performance_evidence": _("Evidence of performance"),
    }
    return kinds.get(document.kind, _("File"))


@register.simple_tag
def lacks(contract: Contract) -> list[Lack]:
    """What a draft still lacks."""
    return lacks_of(contract)


@register.simple_tag
def returned(contract: Contract) -> ContractDecision | None:
    """Why a draft came back, if it did."""
    return last_return(contract)


@register.inclusion_tag("contracts/line_table.html")
def contract_lines(contract: Contract) -> dict:
    """The products of a contract as a table."""
    return {"contract": contract, "lines": contract.lines.select_related("product")}


@register.inclusion_tag("contracts/plan_table.html")
def contract_plan(contract: Contract) -> dict:
    """The instalments of a contract as a table."""
    return plan_context(contract)
