"""Whatever supplements change, in whatever order they take effect: what is in force is what folding them gives, no sum
is off by a fen, and nothing that was frozen moves."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.models import Contract, ContractVersion, PaymentPlanLine
from contracts.services import Amendment, in_force, lacks_of
from contracts.services.in_force import amount_with_supplements, clauses_in_force, clauses_in_words
from core import clock
from tests.contracts.factory import instalments, membership, term
from tests.contracts.supplement_world import in_effect, submit, supplement_to, take_effect

pytestmark = pytest.mark.django_db

days = st.integers(1, 900)
words = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=30)
texts = st.lists(words, min_size=1, max_size=3).map("\n".join)
prices = st.decimals("0.01", "99999.99", places=2)
changes = st.one_of(
    st.tuples(st.just("term"), days),
    st.tuples(st.just("instalment"), st.integers(1, 2), days),
    st.tuples(st.just("clause"), st.sampled_from(["refund", "term", "invoice"]), texts),
    st.tuples(st.just("added"), words, texts),
)
supplements = st.tuples(st.lists(changes, max_size=3), st.none() | prices)


class Told:
    """What holds according to nothing but the changes, one after the other."""

    def __init__(self, main: Contract) -> None:
        content = main.versions.get().content
        self.term = date.fromisoformat(content["end_on"])
        self.due = {one["seq"]: date.fromisoformat(one["due_on"]) for one in content["plan"]}
        self.clauses = {one.code: one.text for one in clauses_in_words(content)}
        self.added: list[str] = []
        self.amount = Decimal(content["amount"])

    def fold(self, wanted: list[tuple[Any, ...]], price: Decimal | None) -> None:
        for kind, *rest in wanted:
            if kind == "term":
                self.term = clock.today() + timedelta(days=rest[0])
            elif kind == "instalment":
                self.due[rest[0]] = clock.today() + timedelta(days=rest[1])
            elif kind == "clause":
                self.clauses[rest[0]] = rest[1]
            else:
                self.added.append(rest[1])
        self.amount += price or Decimal(0)


def amendment(kind: str, *rest: Any) -> Amendment:
    if kind == "term":
        return Amendment(kind, new_day=clock.today() + timedelta(days=rest[0]))
    if kind == "instalment":
        return Amendment(kind, instalment=rest[0], new_day=clock.today() + timedelta(days=rest[1]))
    if kind == "clause":
        return Amendment(kind, code=rest[0], text=rest[1], reason="协商", risk="low")
    return Amendment(kind, title=rest[0], text=rest[1], reason="协商", risk="low")


def once_each(wanted: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """A supplement changes a thing once."""
    found = {
        one[:1] if one[0] == "term" else (*one[:2], one[0] == "added" and index): one
        for index, one in enumerate(wanted)
    }
    return list(found.values())


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(supplements, min_size=1, max_size=4))
def test_what_is_in_force_is_what_folding_the_changes_gives(company, history):
    with transaction.atomic():
        main = in_effect(company)
        told, frozen = Told(main), list(ContractVersion.objects.filter(contract=main).values())
        rows = list(PaymentPlanLine.objects.filter(contract=main).values("seq", "amount", "note"))
        for wanted, price in history:
            wanted = once_each(wanted)
            draft = supplement_to(
                main,
                *(amendment(*one) for one in wanted),
                lines=[membership(str(price))] if price else (),
                plan=instalments((3, str(price))) if price else (),
                **(term() if price else {}),
            )
            if lacks_of(draft):
                # Nothing would change, or it changes to what holds already.
                continue
            take_effect(company, submit(company, draft))
            told.fold(wanted, price)
        main.refresh_from_db()
        found = in_force(main)
        wording = clauses_in_force(main)
        assert found.term.day == main.in_force_until == told.term
        assert {one.line.seq: one.due.day for one in found.instalments if one.contract == main} == told.due
        signed = {one.code: one.text for one in wording if one.code in told.clauses}
        assert signed == told.clauses
        assert [one.text for one in wording if one.code not in told.clauses] == told.added
        assert found.amount == amount_with_supplements(main) == told.amount
        assert sum(one.line.amount for one in found.instalments) == told.amount
        assert list(ContractVersion.objects.filter(contract=main).values()) == frozen
        assert list(PaymentPlanLine.objects.filter(contract=main).values("seq", "amount", "note")) == rows
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        transaction.set_rollback(True)
