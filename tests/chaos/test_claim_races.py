"""Two people reach for one firm at the same moment: one has it, the other is told.

Each of the two is halted before each of its statements in turn, while the other one runs.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from core.errors import ApplicationError
from crm.models import Customer, OwnershipPeriod
from crm.services import assign_customer, claim_customer, create_customer, release_customer
from tests.chaos.stepping import Meeting, meet_everywhere

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

Deed = Callable[[], object]
_serial = count(1)


def in_pool(company: Any, name: str, **contact: str) -> Customer:
    contacts = [{"name": "刘经理", **contact}] if contact else []
    return create_customer(fields={"name": name}, contacts=contacts, actor=company.assistant, in_pool=True)


def claiming(customer: Customer, who: Any) -> Deed:
    return lambda: claim_customer(customer_id=customer.pk, actor=who)


def the_other_was_told(meeting: Meeting, *codes: str) -> None:
    where = f"halted at {meeting.halted_at}"
    errors = [one.error for one in (meeting.first, meeting.second) if one.error is not None]
    assert len(errors) == 1, f"{where}: {errors}"
    assert isinstance(errors[0], ApplicationError), f"{where}: {errors[0]!r}"
    assert errors[0].code in codes, f"{where}: {errors[0].code}"


def test_two_claim_the_same_customer(company):
    rows: list[Customer] = []

    def pair() -> tuple[Deed, Deed]:
        rows.append(in_pool(company, f"第{next(_serial)}泵业有限公司"))
        return claiming(rows[-1], company.rep1), claiming(rows[-1], company.rep2)

    for meeting in meet_everywhere(pair):
        the_other_was_told(meeting, "not_in_pool", "changed_meanwhile")
        row = Customer.objects.get(pk=rows[-1].pk)
        winner = company.rep2 if meeting.first.error else company.rep1
        assert (row.owner, row.pool_state) == (winner, "owned")
        assert row.periods.get().owner == winner
    assert len(rows) > 10


@pytest.mark.parametrize("alike", ["name", "two keys"])
def test_two_claim_two_copies_of_one_firm(company, alike):
    """They share no row that could be locked: the keys are."""
    pairs: list[tuple[Customer, Customer]] = []

    def pair() -> tuple[Deed, Deed]:
        serial = next(_serial)
        if alike == "name":
            rows = (
                in_pool(company, f"第{serial}阀门有限公司"),
                in_pool(company, f"第{serial}阀门有限责任公司"),
            )
        else:
            number = f"138{serial:08d}"
            rows = (
                in_pool(company, f"第{serial}轴承厂", mobile=number),
                in_pool(company, f"轴承（第{serial}）", mobile=number),
            )
        pairs.append(rows)
        return claiming(rows[0], company.rep1), claiming(rows[1], company.rep2)

    for meeting in meet_everywhere(pair):
        the_other_was_told(meeting, "not_in_pool", "changed_meanwhile", "tracked_by_another")
        states = Customer.objects.filter(pk__in=[one.pk for one in pairs[-1]]).values_list(
            "pool_state", flat=True
        )
        assert sorted(states) == ["owned", "recycled"], f"halted at {meeting.halted_at}"
        assert OwnershipPeriod.objects.filter(customer__in=pairs[-1]).count() == 1
    assert len(pairs) > 10


@pytest.mark.parametrize("first", ["claim", "transfer"])
def test_one_claims_while_another_hands_the_same_customer_to_somebody(company, first):
    rows: list[Customer] = []

    def pair() -> tuple[Deed, Deed]:
        row = in_pool(company, f"第{next(_serial)}风机有限公司")
        rows.append(row)

        def hand_over() -> object:
            return assign_customer(
                customer_id=row.pk, owner=company.rep3, revision=row.revision, actor=company.assistant
            )

        deeds = (claiming(row, company.rep1), hand_over)
        return deeds if first == "claim" else deeds[::-1]

    for meeting in meet_everywhere(pair):
        the_other_was_told(meeting, "not_in_pool", "changed_meanwhile")
        claimed = (meeting.first if first == "claim" else meeting.second).error is None
        row = Customer.objects.get(pk=rows[-1].pk)
        assert row.owner == (company.rep1 if claimed else company.rep3)
        assert row.periods.get().owner == row.owner


def test_one_enters_a_firm_while_another_claims_it_from_the_pool(company):
    names: list[str] = []

    def pair() -> tuple[Deed, Deed]:
        serial = next(_serial)
        names.append(f"第{serial}模具有限公司")
        row = in_pool(company, names[-1])

        def enter() -> object:
            return create_customer(fields={"name": names[-1]}, actor=company.rep2)

        return claiming(row, company.rep1), enter

    for meeting in meet_everywhere(pair):
        the_other_was_told(
            meeting, "not_in_pool", "changed_meanwhile", "already_tracked", "tracked_by_another"
        )
        tracked = Customer.objects.filter(name=names[-1], pool_state="owned")
        assert tracked.count() == 1, f"halted at {meeting.halted_at}"


def test_a_release_while_the_manager_hands_the_customer_over(company):
    rows: list[Customer] = []

    def pair() -> tuple[Deed, Deed]:
        row = create_customer(fields={"name": f"第{next(_serial)}减速机有限公司"}, actor=company.rep1)
        rows.append(row)
        return (
            lambda: release_customer(customer_id=row.pk, reason="不做了", actor=company.rep1),
            lambda: assign_customer(
                customer_id=row.pk, owner=company.rep2, revision=row.revision, actor=company.manager1
            ),
        )

    for meeting in meet_everywhere(pair):
        row = Customer.objects.get(pk=rows[-1].pk)
        where = f"halted at {meeting.halted_at}: {meeting.first.error!r} {meeting.second.error!r}"
        assert (meeting.first.error is None) != (meeting.second.error is None), where
        assert row.owner == (None if meeting.first.error is None else company.rep2), where
        assert row.periods.filter(ended_at__isnull=True).count() == (0 if row.owner is None else 1)
