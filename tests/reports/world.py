"""A company with a random past: contracts, payments and customers of three people in two teams, over months."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from contracts.models import Allocation, Contract, Payment
from core import clock
from crm.models import Customer
from tests.contracts import factory

REPS = ("rep1", "rep2", "rep3")
FIRST = date(2026, 1, 1)


@dataclass
class Past:
    people: SimpleNamespace
    # (owner's username, day, amount) of what counts, as plain facts beside the database.
    signed: list[tuple[str, date, Decimal]] = field(default_factory=list)
    received: list[tuple[str, date, Decimal]] = field(default_factory=list)
    entered: list[tuple[str, date, str]] = field(default_factory=list)


def past_of(people: SimpleNamespace, seed: int, *, size: int = 16) -> Past:
    """Rows that the services would have made over a year; sums are noted as they are made."""
    chance, past = random.Random(seed), Past(people)
    for number in range(size):
        rep = getattr(people, chance.choice(REPS))
        customer = factory.customer_of(
            rep, source=chance.choice(Customer.Source.values), industry=chance.choice(("机械", "化工", ""))
        )
        day = FIRST + timedelta(days=chance.randrange(365))
        entered = datetime.combine(day, time(chance.choice((0, 12, 23)), 30), clock.COMPANY_ZONE)
        Customer.objects.filter(pk=customer.pk).update(created_at=entered)
        past.entered.append((rep.username, day, customer.source))
        if chance.random() < 0.25:
            continue
        price = Decimal(chance.randrange(10_000, 900_000)) / 100
        contract = factory.draft_of(rep, customer, price=str(price))
        if chance.random() < 0.2:
            continue
        signed_on = FIRST + timedelta(days=chance.randrange(365))
        _sign(contract, signed_on, number)
        past.signed.append((rep.username, signed_on, price))
        _pay(past, contract, price, chance, number)
    return past


def _sign(contract: Contract, day: date, number: int) -> None:
    Contract.objects.filter(pk=contract.pk).update(
        state=Contract.State.SIGNED, signed_on=day, no=f"T-{number:04}", submitted_at=clock.now()
    )


def _pay(past: Past, contract: Contract, price: Decimal, chance: random.Random, number: int) -> None:
    if chance.random() < 0.3:
        return
    part = (price * chance.randrange(1, 100) / 100).quantize(Decimal("0.01"))
    state = chance.choice(("confirmed", "confirmed", "draft", "reversed"))
    day = FIRST + timedelta(days=chance.randrange(365))
    payment = _payment(past.people, contract, part, state, day, number)
    if state != "reversed":
        Allocation.objects.create(payment=payment, plan_line=contract.plan_lines.get(), amount=part)
    if state == "confirmed":
        past.received.append((contract.owner.username, day, part))


def _payment(people: Any, contract: Contract, amount: Decimal, state: str, day: date, number: int) -> Payment:
    confirmed = {"confirmed_by": people.finance2, "confirmed_at": clock.now()} if state == "confirmed" else {}
    return Payment.objects.create(
        no=f"P-{number:04}",
        customer=contract.customer,
        received_on=day,
        amount=amount,
        state=state,
        recorded_by=people.finance,
        recorded_at=clock.now(),
        **confirmed,
    )
