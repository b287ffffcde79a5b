"""What is in force between us and a customer: the contract as it was signed, with what supplements in effect changed.

The contract's own text never changes. Its end and the due dates of its instalments are rows that follow the
supplements; its wording is put together here whenever somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from cn2an import an2cn
from django.db.models import QuerySet, Sum

from contracts.models import AmendmentChange, Contract, PaymentPlanLine
from contracts.money import ZERO
from contracts.services.moves import current_version
from contracts.services.paper import printed
from core.pdf.documents import articles_of
from core.pdf.filters import chinese_date

Kind = AmendmentChange.Kind


@dataclass(frozen=True)
class ClauseInForce:
    """A clause in words. ``source`` is the supplement that it is from; None: it stands as it was signed."""

    code: str
    # 第三条, as the main contract counts; empty: a supplement added it.
    number: str
    title: str
    text: str
    source: Contract | None = None
    # What it said before; empty where nothing was replaced.
    old_title: str = ""
    old_text: str = ""
    # A table stands in it (products, instalments, where letters go): no supplement rewrites it.
    has_table: bool = False
    # How its part of the text counts it; 0 where it has no number.
    index: int = 0
    part: str = "body"
    # In English, paragraph by paragraph; empty where the paper has none.
    title_en: str = ""
    text_en: str = ""

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


@dataclass(frozen=True)
class DayInForce:
    """A day, and where it is from if a supplement moved it; ``old`` is what was signed."""

    day: date | None
    source: Contract | None = None
    old: date | None = None


@dataclass(frozen=True)
class InstalmentInForce:
    """An instalment of the contract or of one of its supplements."""

    contract: Contract
    line: PaymentPlanLine
    due: DayInForce


@dataclass(frozen=True)
class InForce:
    """Everything that holds now."""

    contract: Contract
    supplements: list[Contract]
    term: DayInForce
    instalments: list[InstalmentInForce]
    clauses: list[ClauseInForce]
    amount: Decimal


def supplements_of(contract: Contract) -> QuerySet[Contract]:
    """Drafts and everything that became of them, in the order of their numbers; drafts come last."""
    rows = Contract.objects.filter(parent=contract.pk, kind=Contract.Kind.SUPPLEMENT)
    return rows.select_related("owner").order_by("submitted_at", "pk")


def applied_changes(contract: Contract) -> list[AmendmentChange]:
    """What supplements in effect changed, in the order in which they took effect."""
    rows = AmendmentChange.objects.filter(contract__parent=contract.pk, applied_no__isnull=False)
    return list(rows.select_related("contract", "plan_line").order_by("applied_no", "pk"))


def in_force(contract: Contract) -> InForce:
    """What holds of a contract that was signed, each value with its source."""
    changes = applied_changes(contract)
    supplements = [
        one for one in supplements_of(contract) if one.state in Contract.OWED and one.effective_on is not None
    ]
    content = current_version(contract).content
    lines = PaymentPlanLine.objects.filter(contract__in=[contract.pk, *(one.pk for one in supplements)])
    whose = {contract.pk: contract, **{one.pk: one for one in supplements}}
    signed = {one["seq"]: date.fromisoformat(one["due_on"]) for one in content["plan"]}
    moved = {one.plan_line_id: one for one in changes if one.kind == Kind.INSTALMENT}
    instalments = [
        InstalmentInForce(whose[line.contract_id], line, _due(line, moved.get(line.pk), signed))
        for line in lines.with_paid().order_by("contract_id", "seq")
    ]
    total = sum((one.amount for one in supplements), contract.amount)
    term = _term(contract, changes)
    clauses = [_with_term(one, term) for one in _folded(content, changes)]
    return InForce(contract, supplements, term, instalments, clauses, total)


def clauses_in_force(contract: Contract) -> list[ClauseInForce]:
    """The wording that holds now, clause by clause."""
    return _folded(current_version(contract).content, applied_changes(contract))


def clauses_in_words(content: Mapping[str, Any]) -> list[ClauseInForce]:
    """The clauses of one frozen content as they were signed, every value filled in."""
    if "counterparty_paper" in content:
        return [_of_their_paper(one, number) for number, one in enumerate(content["clauses"], start=1)]
    paper = printed(content, draft=True)
    tables = {one.key: any(part.table for part in one.paragraphs) for one in paper.clauses}
    return [
        ClauseInForce(
            code=one["key"],
            number=one["number"],
            title=one["title"],
            text="\n".join("".join(run for run, _marks in part["runs"]) for part in one["paragraphs"]),
            has_table=tables[one["key"]],
            index=one["index"],
            part=one["part"],
            title_en=one.get("title_en", ""),
            text_en="\n".join(part.get("text_en", "") for part in one["paragraphs"]).strip(),
        )
        for one in articles_of(paper)
    ]


def _of_their_paper(article: Mapping[str, Any], number: int) -> ClauseInForce:
    """What the customer's own paper says; a text without articles is cut into pages, which have no number."""
    is_article = article["code"].startswith("article_")
    return ClauseInForce(
        code=article["code"],
        number=f"第{an2cn(number)}条" if is_article else "",
        title=article["title"],
        text="\n".join(part["text"] for part in article["paragraphs"]),
        index=number if is_article else 0,
    )


def amount_with_supplements(contract: Contract) -> Decimal:
    """The contract and what its supplements in effect sell beside it."""
    rows = supplements_of(contract).filter(state__in=Contract.OWED, effective_on__isnull=False)
    more: Decimal | None = rows.order_by().aggregate(more=Sum("amount"))["more"]
    return contract.amount + (more or ZERO)


def _folded(content: Mapping[str, Any], changes: Iterable[AmendmentChange]) -> list[ClauseInForce]:
    found = clauses_in_words(content)
    for one in changes:
        if one.kind == Kind.CLAUSE:
            found = [_replaced(clause, one) if clause.code == one.code else clause for clause in found]
        elif one.kind == Kind.ADDED:
            added = ClauseInForce(
                one.code,
                "",
                one.title,
                one.text,
                source=one.contract,
                title_en=one.title_en,
                text_en=one.text_en,
            )
            places = [index for index, clause in enumerate(found) if clause.code == one.after]
            found.insert(places[0] + 1 if places else len(found), added)
    return found


def _replaced(clause: ClauseInForce, change: AmendmentChange) -> ClauseInForce:
    return replace(
        clause,
        title=change.title or clause.title,
        text=change.text,
        title_en=change.title_en or (clause.title_en if change.title in ("", clause.title) else ""),
        text_en=change.text_en,
        source=change.contract,
        old_title=clause.title,
        old_text=clause.text,
    )


def _with_term(clause: ClauseInForce, term: DayInForce) -> ClauseInForce:
    """A clause that names the end of the term names the one that holds; words of a supplement stand as they are."""
    if clause.source is not None or term.source is None or term.old is None or term.day is None:
        return clause
    text = clause.text.replace(f"至{chinese_date(term.old)}止", f"至{chinese_date(term.day)}止")
    if text == clause.text:
        return clause
    return replace(clause, text=text, source=term.source, old_title=clause.title, old_text=clause.text)


def _term(contract: Contract, changes: Iterable[AmendmentChange]) -> DayInForce:
    last = [one for one in changes if one.kind == Kind.TERM][-1:]
    if not last:
        return DayInForce(contract.in_force_until)
    return DayInForce(contract.in_force_until, last[0].contract, contract.end_on)


def _due(line: PaymentPlanLine, change: AmendmentChange | None, signed: Mapping[int, date]) -> DayInForce:
    """Only the main contract's own instalments are moved."""
    if change is None:
        return DayInForce(line.due_on)
    return DayInForce(line.due_on, change.contract, signed.get(line.seq))
