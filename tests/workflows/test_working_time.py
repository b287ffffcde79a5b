"""Deadlines in working time. 2026-11-20 is a Friday."""

from datetime import datetime

import pytest

from core.clock import COMPANY_ZONE
from workflows.working_time import NotADurationError, due_after


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=COMPANY_ZONE)


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
