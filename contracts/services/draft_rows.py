"""The products and the instalments of a draft, as its drafter enters them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Contract, ContractLine, PaymentPlanLine, Product
from contracts.money import CENT, LARGEST, ZERO, is_money
from core.errors import ApplicationError, Text

MOST_LINES, MOST_INSTALMENTS = 100, 60


@dataclass(frozen=True)
class Line:
    """A product as the drafter enters it; unit and list price come from the product."""

    product_id: int
    price: Decimal
    quantity: Decimal = Decimal(1)
    description: str = ""


@dataclass(frozen=True)
class Instalment:
    """An instalment as the drafter enters it."""

    due_on: date
    amount: Decimal
    note: str = ""


def replace_lines(contract: Contract, lines: Sequence[Line]) -> None:
    """Write the lines and their sum: the amount is never typed."""
    products = {
        product.pk: product for product in Product.objects.filter(pk__in=[one.product_id for one in lines])
    }
    errors = _too_many(lines, MOST_LINES, "lines")
    rows = []
    for seq, line in enumerate(lines, start=1):
        problem = _line_problem(line, products.get(line.product_id))
        if problem:
            errors[f"lines.{seq}"] = [problem]
            continue
        product = products[line.product_id]
        amount = (line.quantity * line.price).quantize(CENT, ROUND_HALF_UP)
        rows.append(
            ContractLine(
                contract=contract,
                seq=seq,
                product=product,
                description=line.description.strip()[:200],
                quantity=line.quantity,
                unit=product.unit,
                list_price=product.list_price,
                price=line.price,
                amount=amount,
            )
        )
    total = sum((row.amount for row in rows), ZERO)
    if total > LARGEST:
        errors["lines"] = [gettext_lazy("The amounts sum to more than a contract can hold.")]
    if errors:
        raise ApplicationError(_("Please correct the marked lines."), code="invalid", errors=errors)
    contract.lines.all().delete()
    ContractLine.objects.bulk_create(rows)
    contract.amount = total
    contract.save(update_fields=["amount"])


def _too_many(rows: Sequence[Any], most: int, field: str) -> dict[str, list[Text]]:
    return {field: [_("At most %(most)s rows.") % {"most": most}]} if len(rows) > most else {}


def _line_problem(line: Line, product: Product | None) -> Text | None:
    if product is None or not product.is_active:
        return gettext_lazy("This product is not on sale.")
    if not is_money(line.quantity) or line.quantity <= 0 or line.quantity > Decimal("9999999.99"):
        return gettext_lazy("The quantity is a positive number with at most two decimals.")
    if not is_money(line.price) or line.price < 0 or line.price * line.quantity > LARGEST:
        return gettext_lazy("The price is an amount with at most two decimals, not negative.")
    return None


def replace_plan(contract: Contract, plan: Sequence[Instalment]) -> None:
    """Write the instalments in the order of their due dates."""
    errors = _too_many(plan, MOST_INSTALMENTS, "plan")
    for seq, one in enumerate(plan, start=1):
        if not is_money(one.amount) or not 0 < one.amount <= LARGEST:
            errors[f"plan.{seq}"] = [gettext_lazy("The amount is positive, with at most two decimals.")]
    if errors:
        raise ApplicationError(_("Please correct the marked instalments."), code="invalid", errors=errors)
    contract.plan_lines.all().delete()
    PaymentPlanLine.objects.bulk_create(
        PaymentPlanLine(
            contract=contract, seq=seq, due_on=one.due_on, amount=one.amount, note=one.note.strip()[:120]
        )
        for seq, one in enumerate(sorted(plan, key=lambda one: one.due_on), start=1)
    )
