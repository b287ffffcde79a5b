"""Proposed payment plans sum to the amount, whatever it is."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.models import PaymentPlanLine
from contracts.planning import PLANS, add_months, propose_plan

AMOUNTS = st.decimals(min_value="0.01", max_value="99999999.99", places=2)


def plan(kind, amount="10000.00", start="2026-01-31", end="2027-01-30"):
    rows = propose_plan(
        kind, amount=Decimal(amount), start_on=date.fromisoformat(start), end_on=date.fromisoformat(end)
    )
    return [(f"{row.due_on}", str(row.amount)) for row in rows]


def test_all_at_once_is_due_at_the_start():
    assert plan("once") == [("2026-01-31", "10000.00")]


def test_the_second_half_is_due_in_the_middle_of_the_term():
    assert plan("halves") == [("2026-01-31", "5000.00"), ("2026-07-31", "5000.00")]


def test_quarters_fall_on_the_last_day_of_shorter_months():
    days = [day for day, _amount in plan("quarters")]
    assert days == ["2026-01-31", "2026-04-30", "2026-07-31", "2026-10-31"]


def test_the_last_instalment_takes_the_odd_cent():
    assert [amount for _day, amount in plan("quarters", "100.01")] == ["25.00", "25.00", "25.00", "25.01"]


def test_nothing_is_proposed_for_nothing():
    assert plan("halves", "0.00") == []


@given(amount=AMOUNTS, kind=st.sampled_from(list(PLANS)), months=st.integers(1, 60))
def test_every_proposal_sums_to_the_amount_in_rising_order(amount, kind, months):
    start = date(2026, 3, 15)
    rows = propose_plan(kind, amount=amount, start_on=start, end_on=add_months(start, months))
    assert sum(row.amount for row in rows) == amount
    assert [row.due_on for row in rows] == sorted({row.due_on for row in rows})


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [("2026-01-31", 1, "2026-02-28"), ("2026-11-15", 3, "2027-02-15"), ("2024-01-31", 1, "2024-02-29")],
)
def test_months_are_added_to_a_day_of_the_calendar(day, months, expected):
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(expected)


def test_instalments_with_their_sums_keep_an_order_of_their_own():
    # A query that groups ignores the model's order; rows would come as the planner likes.
    assert PaymentPlanLine.objects.with_paid().ordered
