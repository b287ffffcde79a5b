"""Deadlines in working time. 2026-11-20 is a Friday."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists

from core.clock import COMPANY_ZONE
from workflows.working_time import NotADurationError, due_after


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=COMPANY_ZONE)


# Any minute of a year.
MOMENTS = integers(0, 365 * 24 * 60).map(lambda minutes: at("2026-01-01 00:00") + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("start", "duration", "due"),
    [
        ("2026-11-20 10:00", "P1D", "2026-11-23 10:00"),
        ("2026-11-18 10:00", "P2D", "2026-11-20 10:00"),
        ("2026-11-18 10:00", "P1W", "2026-11-25 10:00"),
        ("2026-11-20 16:00", "PT4H", "2026-11-23 11:00"),
        ("2026-11-20 11:00", "PT2H", "2026-11-20 14:30"),
        ("2026-11-20 12:30", "PT30M", "2026-11-20 14:00"),
        ("2026-11-20 20:00", "PT1H", "2026-11-23 10:00"),
        ("2026-11-21 16:00", "P1DT1H", "2026-11-24 10:00"),
        ("2026-11-20 09:00", "PT7H30M", "2026-11-20 18:00"),
    ],
)
def test_counts_only_while_people_work(start, duration, due):
    assert due_after(at(start), duration) == at(due)


@pytest.mark.parametrize("text", ["", "P", "PT", "2D", "P1Y", "P-1D", "P999999999D", "PT99999999H", "soon"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(NotADurationError):
        due_after(at("2026-11-20 10:00"), text)


class TestShares:
    """Part of a deadline, or more than all of it: when people are reminded and their manager is told."""

    @pytest.mark.parametrize(
        ("start", "duration", "percent", "moment"),
        [
            ("2026-11-16 10:00", "P2D", 150, "2026-11-19 10:00"),
            ("2026-11-16 10:00", "P2D", 200, "2026-11-20 10:00"),
            # Half a day of seven and a half hours.
            ("2026-11-16 09:00", "P1D", 50, "2026-11-16 14:15"),
            ("2026-11-16 09:00", "P1D", 150, "2026-11-17 14:15"),
            ("2026-11-20 16:00", "PT4H", 150, "2026-11-23 14:30"),
            ("2026-11-20 16:00", "PT4H", 1, "2026-11-20 16:02:24"),
            ("2026-11-16 10:00", "P1D", 1000, "2026-11-30 10:00"),
            ("2026-11-21 16:00", "P1DT1H", 200, "2026-11-25 11:00"),
        ],
    )
    def test_counts_working_time_too(self, start, duration, percent, moment):
        assert due_after(at(start), duration, percent) == at(moment)

    @given(
        start=MOMENTS,
        weeks=integers(0, 3),
        days=integers(0, 20),
        hours=integers(0, 60),
        minutes=integers(0, 90),
        percents=lists(integers(1, 1000), min_size=2, max_size=5).map(sorted),
    )
    def test_rises_with_the_percentage_and_never_lies_in_the_past(
        self, start, weeks, days, hours, minutes, percents
    ):
        duration = f"P{weeks}W{days}DT{hours}H{minutes}M"
        found = [due_after(start, duration, percent) for percent in percents]
        assert found == sorted(found)
        assert found[0] >= start
        assert due_after(start, duration, 100) == due_after(start, duration)

    @given(
        start=MOMENTS,
        days=integers(1, 10),
        times=integers(1, 10),
    )
    def test_so_many_times_a_duration_is_that_duration(self, start, days, times):
        assert due_after(start, f"P{days}D", 100 * times) == due_after(start, f"P{days * times}D")
        assert due_after(start, f"PT{days}H", 100 * times) == due_after(start, f"PT{days * times}H")
