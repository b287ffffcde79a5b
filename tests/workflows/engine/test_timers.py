"""ISO 8601 timers: what is read, what is refused, and when the rounds of a cycle fall."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from workflows.engine.host import LOCAL as OFFICE
from workflows.engine.texts.timers import TEXTS
from workflows.engine.timers import (
    MAX_YEARS,
    Cycle,
    Due,
    Duration,
    Timer,
    TimerError,
    add_duration,
    first_moment,
    next_moment,
    parse_timer,
)
from workflows.engine.values import LOCAL

NOW = datetime(2026, 12, 20, 17, 30, tzinfo=LOCAL)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def rounds(text, start, count=100, **options):
    """The moments of a cycle when every round is served on time."""
    cycle = parse_timer("cycle", text)
    due, found = first_moment(cycle, start), []
    while due is not None and len(found) < count:
        found.append(due.moment)
        due = next_moment(cycle, Due.load(due.state()), due.moment, **options)
    return found


def test_the_office_has_one_zone():
    assert LOCAL == OFFICE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-24T09:00:00+08:00", datetime(2026, 12, 24, 1, tzinfo=UTC)),
        ("2026-12-24T09:00:00Z", datetime(2026, 12, 24, 9, tzinfo=UTC)),
        ("2026-12-24T09:00:00", datetime(2026, 12, 24, 1, tzinfo=UTC)),
        ("2026-12-24T09:00", datetime(2026, 12, 24, 1, tzinfo=UTC)),
        ("2026-12-24", datetime(2026, 12, 23, 16, tzinfo=UTC)),
        ("  2026-12-24\n", datetime(2026, 12, 23, 16, tzinfo=UTC)),
        ("2026-12-24T09:00:00-0530", datetime(2026, 12, 24, 14, 30, tzinfo=UTC)),
        ("2026-12-24T09:00:00+08", datetime(2026, 12, 24, 1, tzinfo=UTC)),
        ("2026-12-24T09:00:00.250+08:00", datetime(2026, 12, 24, 1, 0, 0, 250_000, tzinfo=UTC)),
        ("2028-02-29", datetime(2028, 2, 28, 16, tzinfo=UTC)),
        (date(2026, 12, 24), datetime(2026, 12, 23, 16, tzinfo=UTC)),
        (datetime(2026, 12, 24, 9, tzinfo=UTC), datetime(2026, 12, 24, 9, tzinfo=UTC)),
        (datetime(2026, 12, 24, 9, 0, 1, 5, tzinfo=LOCAL), datetime(2026, 12, 24, 1, 0, 1, 5, tzinfo=UTC)),
    ],
)
def test_reads_a_date(text, expected):
    found = parse_timer("date", text)
    assert found == expected
    assert found.tzinfo is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT1H", Duration(hours=1)),
        ("P1Y2M3W4DT5H6M7S", Duration(1, 2, 3, 4, 5, 6, 7)),
        ("P1M", Duration(months=1)),
        ("PT1M", Duration(minutes=1)),
        ("P2W", Duration(weeks=2)),
        ("P1DT4H", Duration(days=1, hours=4)),
        ("PT90M", Duration(minutes=90)),
        ("PT0S", Duration()),
        ("P100Y", Duration(years=100)),
        ("PT86400S", Duration(seconds=86_400)),
        ("P007D", Duration(days=7)),
    ],
)
def test_reads_a_duration(text, expected):
    assert Timer("duration", text).read() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("R/PT1H", Cycle(Duration(hours=1))),
        ("R3/PT1H", Cycle(Duration(hours=1), 3)),
        (
            "R3/2026-12-24T09:00:00+08:00/P1D",
            Cycle(Duration(days=1), 3, datetime(2026, 12, 24, 9, tzinfo=LOCAL)),
        ),
        ("R/2026-12-24/P1M", Cycle(Duration(months=1), None, datetime(2026, 12, 24, tzinfo=LOCAL))),
        ("R1/PT60S", Cycle(Duration(seconds=60), 1)),
        ("R1000000/PT1M", Cycle(Duration(minutes=1), 1_000_000)),
    ],
)
def test_reads_a_cycle(text, expected):
    assert parse_timer("cycle", text) == expected


REFUSED = [
    ("date", "", "timer_empty"),
    ("date", "  ", "timer_empty"),
    ("date", None, "timer_not_text"),
    ("date", 5, "timer_not_text"),
    ("duration", ["PT1H"], "timer_not_text"),
    ("date", "x" * 101, "timer_long"),
    ("date", "tomorrow", "timer_not_date"),
    ("date", "2026-02-29", "timer_not_date"),
    ("date", "2026-13-01", "timer_not_date"),
    ("date", "2026-12-24T24:00:00", "timer_not_date"),
    ("date", "2026-12-24 09:00", "timer_not_date"),
    ("date", "20261224", "timer_not_date"),
    ("date", "2026-W52-1", "timer_not_date"),
    ("date", "2026-12-24T09", "timer_not_date"),
    ("date", "2026-12-24T09:00:00+25:00", "timer_not_date"),
    ("date", "2026-12-24T09:00:00[Asia/Shanghai]", "timer_not_date"),
    ("date", "２０２６-12-24", "timer_not_date"),
    ("date", "2026-12-24T09:00:00.1234567", "timer_not_date"),
    ("date", "0001-01-01", "timer_far"),
    ("date", "9999-12-31T23:00:00-12:00", "timer_far"),
    ("date", "PT1H", "timer_wrong_form"),
    ("date", "R/PT1H", "timer_wrong_form"),
    ("duration", "P", "timer_not_duration"),
    ("duration", "PT", "timer_not_duration"),
    ("duration", "P1DT", "timer_not_duration"),
    ("duration", "1H", "timer_not_duration"),
    ("duration", "P1H", "timer_not_duration"),
    ("duration", "PT1D", "timer_not_duration"),
    ("duration", "P1D2W", "timer_not_duration"),
    ("duration", "pt1h", "timer_not_duration"),
    ("duration", "PT1H ", None),
    ("duration", "P 1D", "timer_not_duration"),
    ("duration", "P１D", "timer_not_duration"),
    ("duration", "P1D; x", "timer_not_duration"),
    ("duration", "P1.5D", "timer_fraction"),
    ("duration", "PT0,5H", "timer_fraction"),
    ("duration", "PT1.5S", "timer_fraction"),
    ("duration", "-P1D", "timer_negative"),
    ("duration", "P-1D", "timer_negative"),
    ("duration", "+P1D", "timer_negative"),
    ("duration", "P1DT-2H", "timer_negative"),
    ("duration", "R/PT1H", "timer_wrong_form"),
    ("duration", "2026-12-24", "timer_wrong_form"),
    ("duration", "P101Y", "timer_far"),
    ("duration", "P99Y13M", "timer_far"),
    ("duration", "P40000D", "timer_far"),
    ("duration", "PT" + "9" * 90 + "S", "timer_far"),
    ("cycle", "PT1H", "timer_not_cycle"),
    ("cycle", "R", "timer_not_cycle"),
    ("cycle", "R/", "timer_not_duration"),
    ("cycle", "Rx/PT1H", "timer_not_cycle"),
    ("cycle", "R-1/PT1H", "timer_not_cycle"),
    ("cycle", "r3/PT1H", "timer_not_cycle"),
    ("cycle", "R3/2026-12-24/P1D/P1D", "timer_not_cycle"),
    ("cycle", "R3/P1D/2026-12-24", "timer_end"),
    ("cycle", "R3/never/P1D", "timer_not_date"),
    ("cycle", "R3/2026-12-24/never", "timer_not_duration"),
    ("cycle", "R0/PT1H", "timer_no_round"),
    ("cycle", "R1000001/PT1H", "timer_many_rounds"),
    ("cycle", "R" + "9" * 80 + "/PT1H", "timer_many_rounds"),
    ("cycle", "R/PT59S", "timer_step"),
    ("cycle", "R/PT0S", "timer_step"),
    ("cycle", "R3/2026-12-24/PT0M59S", "timer_step"),
    ("cycle", "R/PT0.5M", "timer_fraction"),
    ("cycle", "0 0 9 * * ?", "timer_cron"),
    ("cycle", "*/5 * * * *", "timer_cron"),
    ("cycle", "0 0/5 * * * ?", "timer_cron"),
    ("cycle", "@daily", "timer_cron"),
]


@pytest.mark.parametrize(("form", "text", "code"), REFUSED)
def test_refuses_with_a_code_and_a_sentence(form, text, code):
    if code is None:
        parse_timer(form, text)
        return
    with pytest.raises(TimerError) as caught:
        parse_timer(form, text)
    assert caught.value.code == code
    for lang in ("en", "zh-hans"):
        assert "…" not in caught.value.message(lang).replace(str(text), "")
        assert caught.value.message(lang) not in ("", code)


def test_every_sentence_is_reached():
    assert {code for _, _, code in REFUSED if code} == set(TEXTS)


@pytest.mark.parametrize(
    ("moment", "duration", "expected"),
    [
        ("2026-01-31T09:00", "P1M", "2026-02-28T09:00"),
        ("2028-01-31T09:00", "P1M", "2028-02-29T09:00"),
        ("2026-01-31T09:00", "P1M1D", "2026-03-01T09:00"),
        ("2028-02-29T09:00", "P1Y", "2029-02-28T09:00"),
        ("2028-02-29T09:00", "P4Y", "2032-02-29T09:00"),
        ("2026-11-30T09:00", "P3M", "2027-02-28T09:00"),
        ("2026-12-31T23:30", "PT1H", "2027-01-01T00:30"),
        ("2026-12-31T09:00", "P14M", "2028-02-29T09:00"),
        ("2026-12-20T09:00", "P1W2DT3H4M5S", "2026-12-29T12:04:05"),
    ],
)
def test_adds_as_the_calendar_does(moment, duration, expected):
    assert add_duration(at(moment), parse_timer("duration", duration)) == at(expected)


def test_a_date_and_a_duration_are_due_once():
    due = first_moment(parse_timer("date", "2026-12-24"), NOW)
    assert due.moment == at("2026-12-24T00:00")
    assert next_moment(parse_timer("date", "2026-12-24"), due, NOW) is None
    due = first_moment(parse_timer("duration", "PT2H"), NOW)
    assert due.moment == NOW + timedelta(hours=2)
    assert next_moment(parse_timer("duration", "PT2H"), due, NOW) is None


def test_a_date_that_has_passed_is_due_at_once():
    assert first_moment(parse_timer("date", "2020-01-01"), NOW).moment < NOW


def test_moments_are_told_in_the_time_of_the_office():
    due = first_moment(parse_timer("date", "2026-12-24T09:00:00Z"), NOW.astimezone(UTC))
    assert due.moment.isoformat() == "2026-12-24T17:00:00+08:00"


def test_a_monthly_cycle_of_the_31st_stays_on_month_ends():
    found = rounds("R14/2026-12-31T09:00:00/P1M", NOW)
    assert [f"{moment:%m-%d}" for moment in found] == [
        "12-31", "01-31", "02-28", "03-31", "04-30", "05-31", "06-30", "07-31", "08-31", "09-30", "10-31",
        "11-30", "12-31", "01-31",
    ]  # fmt: skip


def test_without_a_start_the_first_round_comes_after_one_step():
    assert rounds("R3/PT1H", NOW) == [NOW + timedelta(hours=hours) for hours in (1, 2, 3)]


def test_with_a_start_the_first_round_is_the_start():
    assert rounds("R3/2026-12-24T09:00/P1D", NOW) == [at(f"2026-12-{day}T09:00") for day in (24, 25, 26)]


def test_rounds_before_the_timer_began_to_wait_are_left_out():
    found = rounds("R5/2026-12-18T09:00/P1D", NOW)
    assert found == [at("2026-12-21T09:00"), at("2026-12-22T09:00")]
    assert rounds("R3/2020-01-01/P1D", NOW) == []
    assert rounds("R/1900-01-01T00:00/PT1M", NOW, 1) == [NOW]
    assert rounds("R/1900-01-01T00:00:01/PT1M", NOW, 1) == [NOW + timedelta(seconds=1)]


def test_a_late_tick_makes_no_later_round_late():
    cycle = parse_timer("cycle", "R/PT1H")
    due = first_moment(cycle, NOW)
    late = due.moment + timedelta(minutes=17)
    assert next_moment(cycle, due, late).moment == NOW + timedelta(hours=2)


def test_missed_rounds_are_caught_up_with_or_count_as_one():
    cycle = parse_timer("cycle", "R6/PT1H")
    due = first_moment(cycle, NOW)
    late = NOW + timedelta(hours=4, minutes=30)
    assert next_moment(cycle, due, late).round == 5
    assert next_moment(cycle, due, late, missed="each").round == 2
    assert next_moment(cycle, due, NOW + timedelta(hours=6)) is None
    assert next_moment(cycle, due, NOW + timedelta(hours=5), missed="once").round == 6


def test_working_time_is_asked_of_the_caller():
    asked = []

    def working(moment, duration):
        asked.append(duration)
        return moment + timedelta(days=duration.days, hours=3 * duration.hours)

    assert first_moment(Duration(hours=1), NOW, working).moment == NOW + timedelta(hours=3)
    cycle = parse_timer("cycle", "R/PT1H")
    due = first_moment(cycle, NOW, working)
    assert next_moment(cycle, due, due.moment, add=working).moment == NOW + timedelta(hours=6)
    assert asked[0] == Duration(hours=1)
    assert Duration(hours=2) in asked


@pytest.mark.parametrize("text", ["2127-01-01", "2899-12-31"])
def test_a_date_more_than_a_hundred_years_away_is_refused(text):
    with pytest.raises(TimerError) as caught:
        first_moment(parse_timer("date", text), NOW)
    assert caught.value.code == "timer_far"
    assert caught.value.params == {"maximum": MAX_YEARS}


def test_what_the_callback_cannot_count_is_too_far():
    def overflowing(moment, duration):
        raise OverflowError

    with pytest.raises(TimerError):
        first_moment(Duration(days=1), NOW, overflowing)
    with pytest.raises(OverflowError):
        add_duration(datetime(9950, 1, 1, tzinfo=UTC), Duration(years=100))


def test_a_round_beyond_the_calendar_is_refused():
    cycle = Cycle(Duration(years=100), None, datetime(2026, 12, 24, tzinfo=LOCAL))
    due = Due(datetime(9926, 12, 24, tzinfo=LOCAL), cycle.start, 80)
    with pytest.raises(TimerError):
        next_moment(cycle, due, datetime(9930, 1, 1, tzinfo=LOCAL))


# -- properties

MOMENTS = st.datetimes(
    datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.sampled_from([UTC, LOCAL, timezone(-timedelta(hours=5))])  # noqa: DTZ001
)  # fmt: skip
DURATIONS = st.builds(
    Duration,
    years=st.integers(0, 2),
    months=st.integers(0, 14),
    weeks=st.integers(0, 3),
    days=st.integers(0, 40),
    hours=st.integers(0, 50),
    minutes=st.integers(1, 100),
)
CYCLES = st.builds(Cycle, DURATIONS, st.none() | st.integers(1, 12), st.none() | MOMENTS)
DELAYS = st.lists(st.timedeltas(timedelta(), timedelta(days=500)), min_size=15, max_size=15)


def play(cycle, now, delays, missed):
    """A clock that is sometimes late; what was due, and when it was served."""
    due, served = first_moment(cycle, now), []
    for delay in delays:
        if due is None:
            break
        now = max(now, due.moment) + delay
        served.append((due, now))
        due = next_moment(cycle, Due.load(due.state()), now, missed=missed)
    return served, due, now


@settings(max_examples=200, deadline=None)
@given(CYCLES, MOMENTS, DELAYS, st.sampled_from(["once", "each"]))
def test_never_early_never_twice_never_lost(cycle, began, delays, missed):
    served, due, now = play(cycle, began, delays, missed)
    anchor = cycle.start or began
    numbers = [each.round for each, _ in served]
    assert numbers == sorted(set(numbers))
    moments = [each.moment for each, _ in served]
    assert moments == sorted(set(moments))
    for each, fired in served:
        assert each.moment <= fired
        assert each.moment >= began
        steps = each.round - (cycle.start is not None)
        # Counted from the anchor in the office's calendar: there it may be another day of the month.
        assert each.anchor == anchor
        assert each.moment == (
            add_duration(each.anchor.astimezone(LOCAL), cycle.step * steps) if steps else anchor
        )
    if cycle.rounds is not None:
        assert all(number <= cycle.rounds for number in numbers)
    if missed == "each" and numbers:
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert due is not None or cycle.rounds is None or numbers[-1] == cycle.rounds
    if missed == "once" and due is not None and served:
        assert due.moment > now
    if cycle.start is None and numbers:
        assert numbers[0] == 1


@settings(max_examples=200, deadline=None)
@given(CYCLES, MOMENTS)
def test_served_on_time_every_round_comes(cycle, began):
    assume(cycle.rounds is not None)
    once, _, _ = play(cycle, began, [timedelta()] * 15, "once")
    each, _, _ = play(cycle, began, [timedelta()] * 15, "each")
    assert once == each
    skipped = cycle.rounds - len(once)
    assert skipped == 0 or (cycle.start is not None and cycle.start < began)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["date", "duration", "cycle"]), st.text("PRTYMWDHS0123456789-:/+.,Z *", max_size=30))
def test_any_text_is_read_or_refused(form, text):
    try:
        schedule = parse_timer(form, text)
        due = first_moment(schedule, NOW)
    except TimerError as error:
        assert error.code in TEXTS  # noqa: PT017
        return
    assert due is None or due.moment.tzinfo is not None
