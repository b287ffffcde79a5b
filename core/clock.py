"""The one source of time.

The moment is the database server's (machines of one installation may disagree), plus an offset that
tests, the demo loader and a sandbox set. Nothing else in the project reads a clock.

``CLOCK_OFFSET_FILE`` names a file with the offset in seconds, for several processes that travel together;
production refuses it.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils import timezone

COMPANY_ZONE = ZoneInfo("Asia/Shanghai")
# How long the difference between this machine's clock and the database's is trusted.
RESYNC_SECONDS = 300.0

_lock = threading.Lock()
_difference = timedelta(0)
_synced_at: float | None = None
_offset = timedelta(0)
# The shared offset, and when its file was written.
_shared = timedelta(0)
_shared_written = 0


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return timezone.now() + _database_difference() + _offset + _shared_offset()


def ahead() -> timedelta:
    """How far this clock was set ahead of the database's."""
    return _offset + _shared_offset()


def today() -> date:
    """The current day where the company is (Asia/Shanghai)."""
    return now().astimezone(COMPANY_ZONE).date()


@contextmanager
def travel(to: datetime | date | timedelta) -> Iterator[None]:
    """Move the clock for everything inside: to a moment, to 10:00 of a day, or by a duration."""
    global _offset
    before = _offset
    if isinstance(to, timedelta):
        _offset = before + to
    else:
        moment = (
            to if isinstance(to, datetime) else datetime(to.year, to.month, to.day, 10, tzinfo=COMPANY_ZONE)
        )
        _offset = before + (moment - now())
    try:
        yield
    finally:
        _offset = before


def _shared_offset() -> timedelta:
    global _shared, _shared_written
    path = settings.CLOCK_OFFSET_FILE
    if not path:
        return _shared
    try:
        written = os.stat(path).st_mtime_ns
        if written != _shared_written:
            with open(path) as file:
                _shared, _shared_written = timedelta(seconds=float(file.read())), written
    except (OSError, ValueError):
        pass  # it is being written: the offset from before holds a moment longer
    return _shared


def _database_difference() -> timedelta:
    global _difference, _synced_at
    if _synced_at is not None and time.monotonic() - _synced_at < RESYNC_SECONDS:
        return _difference
    with _lock:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            moment: datetime = cursor.fetchone()[0]
        _difference = moment - timezone.now()
        _synced_at = time.monotonic()
    return _difference
