"""The days of a story that is told from beginning to end: what fell due until each has happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta

from core import clock
from tests.processes import walk
from workflows.audit import audit
from workflows.models import Incident


def settle() -> None:
    """What found nobody is looked for anew, and counts as no move: so more than once."""
    for _round in range(3):
        walk.settle()


class Days:
    """Counted from a Monday to come; after each, every case agrees with its rows and nothing has failed."""

    def __init__(self) -> None:
        self.first = clock.today() + timedelta(days=7 - clock.today().weekday())
        self._visits = 0

    @contextmanager
    def day(self, number: int) -> Iterator[None]:
        """In the morning so many days after the first, with all that fell due until then done."""
        # The same day once more is a little later: time does not go back.
        self._visits += 1
        moment = datetime.combine(self.first, time(9), clock.COMPANY_ZONE)
        with clock.travel(moment + timedelta(days=number, minutes=10 * self._visits)):
            settle()
            yield
            settle()
        assert audit() == []
        assert not Incident.objects.filter(status="open").exists()

    def on(self, number: int) -> str:
        return (self.first + timedelta(days=number)).isoformat()
