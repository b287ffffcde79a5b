"""Interest on late payment: the vectors of domain.md 4D, and what holds for every debt."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.services.interest import Debt, Receipt, Terms, claim_of, interest_of

DUE = date(2026, 1, 31)
DAILY = Terms("daily", daily_rate=Decimal("0.0005"))


def lpr(base: int) -> Terms:
    return Terms("lpr_plus", lpr_markup=Decimal(50), annual_rate=Decimal("3.00"), day_base=base)


def after(days: int) -> date:
    return DUE + timedelta(days=days)


def debt(terms: Terms, amount: str = "30000.00", *receipts: tuple[int, str]) -> Debt:
    found = tuple(Receipt(after(day), Decimal(money)) for day, money in receipts)
    return Debt(Decimal(amount), DUE, terms, found)


class TestVectors:
    @pytest.mark.parametrize(
        ("terms", "interest"),
        [(DAILY, "675.00"), (lpr(365), "166.44"), (lpr(360), "168.75")],
        ids=["0.05% a day", "LPR+50% of 365", "LPR+50% of 360"],
    )
    def test_30000_for_45_days(self, terms, interest):
        assert claim_of(debt(terms), after(45)).interest == Decimal(interest)

    def test_principal_first(self):
        claim = claim_of(debt(DAILY, "30000.00", (30, "10000.00")), after(75))
        assert [(piece.days, piece.base, piece.amount) for piece in claim.pieces] == [
            (30, Decimal("30000.00"), Decimal("450.00")),
            (45, Decimal("20000.00"), Decimal("450.00")),
        ]
        assert (claim.principal, claim.interest, claim.total) == (
            Decimal("20000.00"),
            Decimal("900.00"),
            Decimal("20900.00"),
        )

    def test_interest_first(self):
        terms = Terms("daily", daily_rate=Decimal("0.0005"), interest_first=True)
        claim = claim_of(debt(terms, "30000.00", (30, "10000.00")), after(75))
        assert (claim.principal, claim.interest, claim.total) == (
            Decimal("20450.00"),
            Decimal("460.13"),  # 460.125, rounded half up
            Decimal("20910.13"),
        )
        assert claim.accrued == Decimal("910.13")


class TestDays:
    @pytest.mark.parametrize(("day", "interest"), [(-1, "0.00"), (0, "0.00"), (1, "15.00"), (2, "30.00")])
    def test_the_day_after_the_due_day_counts_as_one(self, day, interest):
        assert claim_of(debt(DAILY), after(day)).interest == Decimal(interest)

    @pytest.mark.parametrize(("day", "interest"), [(5, "0.00"), (6, "15.00"), (8, "45.00")])
    def test_days_of_grace_cost_nothing(self, day, interest):
        terms = Terms("daily", daily_rate=Decimal("0.0005"), grace_days=5)
        assert claim_of(debt(terms), after(day)).interest == Decimal(interest)

    def test_money_on_the_last_day_of_grace_stops_it(self):
        terms = Terms("daily", daily_rate=Decimal("0.0005"), grace_days=5)
        claim = claim_of(debt(terms, "30000.00", (5, "30000.00")), after(90))
        assert (claim.principal, claim.pieces) == (0, ())

    def test_an_advance_reduces_what_bears_interest(self):
        claim = claim_of(debt(DAILY, "30000.00", (-20, "10000.00")), after(10))
        assert [(piece.base, piece.amount) for piece in claim.pieces] == [
            (Decimal("20000.00"), Decimal("100.00"))
        ]

    def test_what_is_paid_late_keeps_its_interest(self):
        claim = claim_of(debt(DAILY, "30000.00", (10, "30000.00")), after(90))
        assert (claim.principal, claim.interest) == (0, Decimal("150.00"))

    def test_money_that_came_after_the_day_is_deducted_and_stops_nothing(self):
        claim = claim_of(debt(DAILY, "30000.00", (40, "10000.00")), after(30))
        assert (claim.principal, claim.interest) == (Decimal("20000.00"), Decimal("450.00"))

    def test_two_receipts_of_one_day_are_one_change(self):
        claim = claim_of(debt(DAILY, "30000.00", (30, "4000.00"), (30, "6000.00")), after(75))
        assert [piece.days for piece in claim.pieces] == [30, 45]


class TestWithoutAClause:
    def test_no_interest(self):
        assert interest_of(debt(Terms()), after(400)) == []

    def test_nor_where_no_prime_rate_is_known(self):
        terms = Terms("lpr_plus", lpr_markup=Decimal(50))
        assert claim_of(debt(terms), after(400)).interest == 0


RULES = st.one_of(
    st.builds(
        Terms,
        rule=st.just("daily"),
        daily_rate=st.decimals("0.00000001", "0.01", places=8),
        grace_days=st.integers(0, 90),
        interest_first=st.booleans(),
    ),
    st.builds(
        Terms,
        rule=st.just("lpr_plus"),
        lpr_markup=st.decimals(0, 400, places=2),
        annual_rate=st.decimals("0.01", 99, places=2),
        day_base=st.sampled_from([360, 365]),
        grace_days=st.integers(0, 90),
        interest_first=st.booleans(),
    ),
)
CENTS = st.integers(1, 10**12).map(lambda cents: Decimal(cents) / 100)
RECEIPTS = st.lists(st.tuples(st.integers(-30, 400), CENTS), max_size=6)


@st.composite
def debts(draw: st.DrawFn) -> Debt:
    receipts = tuple(Receipt(after(day), amount) for day, amount in draw(RECEIPTS))
    return Debt(draw(CENTS), DUE, draw(RULES), receipts)


class TestEveryDebt:
    @given(debts(), st.integers(-60, 500))
    @settings(max_examples=300, deadline=None)
    def test_is_never_negative_and_its_parts_sum(self, owed, day):
        claim = claim_of(owed, after(day))
        assert claim.principal >= 0
        assert claim.interest >= 0
        assert all(piece.amount >= 0 and piece.days > 0 and piece.base > 0 for piece in claim.pieces)
        assert claim.accrued == sum(piece.amount for piece in claim.pieces)
        assert claim.interest <= claim.accrued
        if not owed.terms.interest_first:
            assert claim.interest == claim.accrued
            assert claim.principal == max(owed.amount - sum(one.amount for one in owed.receipts), 0)

    @given(debts(), st.integers(-60, 90))
    @settings(max_examples=200, deadline=None)
    def test_costs_nothing_before_it_is_late_and_the_grace_is_over(self, owed, day):
        if day <= owed.terms.grace_days:
            assert claim_of(owed, after(day)).pieces == ()

    @given(debts(), st.integers(1, 200), st.integers(0, 200))
    @settings(max_examples=300, deadline=None)
    def test_the_parts_touch_and_time_only_adds(self, owed, day, more):
        """Cut at any later day, what had run by then has run: only the last part grows."""
        early, late = claim_of(owed, after(day)), claim_of(owed, after(day + more))
        for one, following in zip(late.pieces, late.pieces[1:], strict=False):
            assert one.until <= following.after
        # Money that came between the two days was clamped to the earlier one.
        if all(one.on <= after(day) for one in owed.receipts):
            assert late.accrued >= early.accrued
            assert late.pieces[: max(len(early.pieces) - 1, 0)] == early.pieces[:-1]

    @given(CENTS, RULES, st.integers(1, 200), st.integers(1, 200))
    @settings(max_examples=200, deadline=None)
    def test_two_spans_sum_to_the_whole_but_for_the_rounding(self, amount, terms, first, second):
        whole = terms.of_days(amount, first + second)
        apart = terms.of_days(amount, first) + terms.of_days(amount, second)
        assert abs(whole - apart) <= Decimal("0.01")
