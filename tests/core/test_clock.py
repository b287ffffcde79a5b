"""Time comes from one place and can be travelled."""

from datetime import UTC, date, datetime, timedelta

from core import clock


def test_travel_moves_the_moment_and_comes_back(db):
    before = clock.now()
    with clock.travel(timedelta(days=30)):
        assert timedelta(days=29, hours=23) < clock.now() - before < timedelta(days=30, hours=1)
    assert clock.now() - before < timedelta(hours=1)


def test_travel_to_a_day_nests(db):
    with clock.travel(date(2026, 3, 1)):
        assert clock.today() == date(2026, 3, 1)
        with clock.travel(timedelta(days=1)):
            assert clock.today() == date(2026, 3, 2)
        assert clock.today() == date(2026, 3, 1)


def test_today_is_the_day_in_shanghai_not_in_greenwich(db):
    with clock.travel(datetime(2026, 3, 1, 17, 30, tzinfo=UTC)):
        assert clock.today() == date(2026, 3, 2)
