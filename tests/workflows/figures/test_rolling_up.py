"""The roll-up counts each thing once, whenever and however often it runs, and counts what a plain look counts."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Sum

from core import clock
from core.models import Department
from core.services.departments import move_department
from tests.workflows.clockwork import MONDAY
from tests.workflows.figures.plainly import count
from tests.workflows.figures.world import Walk, publish
from workflows import services
from workflows.models import (
    CaseTally,
    DwellTally,
    HistoryEvent,
    PassTally,
    RepeatedStep,
    RollUp,
    WorkTally,
)
from workflows.models.tally import BUCKET_WIDTH
from workflows.services import rolling_up
from workflows.services.counting_ways import note_ways

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(days=400)


def counted(rows: Any, *keys: str) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for *key, number in rows.values_list(*keys, "count"):
        found[tuple(key)] += number
    return found


PLACE = ("version", "element", "department_path", "day")


def assert_same() -> None:
    """Every counter, every case and every way is what a plain look at history and rows counts."""
    plain = count()
    assert counted(PassTally.objects.filter(is_flow=False), *PLACE) == plain.passes
    assert counted(PassTally.objects.filter(is_flow=True), *PLACE) == plain.flows
    dwell = DwellTally.objects.all()
    assert counted(dwell, *PLACE, "kind") == {key: len(spans) for key, spans in plain.spans.items()}
    sums: Counter[Any] = Counter()
    buckets: Counter[Any] = Counter()
    due, late = Counter(), Counter()
    for one in dwell:
        key = (one.version_id, one.element, one.department_path, one.day, one.kind)
        sums[key] += one.milliseconds
        buckets[key, one.bucket] += one.count
        due[key] += one.due
        late[key] += one.late
    for key, spans in plain.spans.items():
        assert abs(sums[key] - sum(spans) * 1000) <= len(spans)
        for span in spans:
            fits = [
                b for b in range(600) if BUCKET_WIDTH**b - 1.001 <= span <= BUCKET_WIDTH ** (b + 1) - 0.999
            ]
            assert any(buckets[key, b] for b in fits)
    assert (+due, +late) == (+plain.due, +plain.late)
    assert counted(WorkTally.objects.all(), *PLACE, "person", "person_department_path") == plain.work
    cases = CaseTally.objects.select_related("variant")
    assert {
        one.pk: (one.version_id, one.started_at, one.ended_at, one.ended, one.is_late) for one in cases
    } == plain.cases
    assert {one.pk: tuple(one.variant.steps) for one in cases if one.variant} == plain.ways


def some_cases(cast: Any, seed: int, number: int = 8) -> list[Walk]:
    publish()
    chance = random.Random(seed)
    return [Walk(cast, chance).go(chance.choice([4, 30])) for _number in range(number)]


def figures() -> list[Any]:
    """Everything that was counted, whatever its rows."""
    found: list[Any] = [
        counted(PassTally.objects.all(), *PLACE, "is_flow"),
        counted(DwellTally.objects.all(), *PLACE, "kind", "bucket"),
        counted(WorkTally.objects.all(), *PLACE, "person", "person_department_path"),
        sorted(CaseTally.objects.values_list("pk", "seq", "ended", "is_late", "variant__digest")),
        sorted(RepeatedStep.objects.values_list("variant__digest", "element", "times")),
    ]
    for model in (DwellTally, WorkTally):
        found.append(model.objects.aggregate(Sum("milliseconds"), Sum("due"), Sum("late")))
    return found


@contextmanager
def superuser() -> Iterator[Any]:
    """The triggers and foreign keys step aside."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield cursor
        cursor.execute("SET session_replication_role = DEFAULT")


def _compare(cast: Any, seed: int, number: int) -> None:
    """Rolled up now and then, in the middle of cases."""
    publish()
    chance = random.Random(seed)
    for _number in range(number):
        walk = Walk(cast, chance).go(chance.randint(0, 26))
        if chance.random() < 0.4:
            with clock.travel(walk.now + timedelta(minutes=1)):
                services.roll_up()
    with clock.travel(LATER):
        services.sweep_figures()
        assert_same()
        assert services.sweep_figures() == services.roll_up() == 0


def test_counts_what_a_plain_look_counts(cast):
    _compare(cast, seed=7, number=40)
    kinds = set(DwellTally.objects.values_list("kind", flat=True))
    assert kinds == {"work_item", "timer", "message", "incident"}, "everything has happened in these cases"
    assert RepeatedStep.objects.exists()


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_counts_what_a_plain_look_counts_in_a_thousand_cases(cast, seed):
    _compare(cast, seed=100 + seed, number=250)


class TestOnce:
    def test_what_was_counted_is_not_counted_again(self, cast):
        some_cases(cast, 1)
        with clock.travel(LATER):
            assert services.roll_up() == 8
            before = figures()
            assert services.roll_up() == services.sweep_figures() == 0
        assert figures() == before

    def test_what_has_just_happened_waits_for_the_next_run(self, cast):
        """Another step may be of the same moment; by then it is over."""
        publish()
        walk = Walk(cast, random.Random(1))
        with clock.travel(walk.now + timedelta(seconds=0.5)):
            assert services.roll_up() == 0
        assert not CaseTally.objects.exists()
        with clock.travel(walk.now + timedelta(seconds=10)):
            assert services.roll_up() == 1
        assert_same()

    def test_two_runs_at_once_count_each_case_once(self, cast, transactional_db, monkeypatch):
        some_cases(cast, 2)
        monkeypatch.setattr(rolling_up, "BATCH", 2)

        def run(_number: int) -> None:
            services.sweep_figures()
            connection.close()

        with clock.travel(LATER):
            with ThreadPoolExecutor(4) as threads:
                list(threads.map(run, range(4)))
            services.sweep_figures()
            assert_same()

    def test_a_run_that_dies_half_way_leaves_nothing_half_counted(self, cast, monkeypatch):
        some_cases(cast, 3)
        monkeypatch.setattr(rolling_up, "BATCH", 3)
        calls = []

        def dies(ended: Any) -> None:
            calls.append(1)
            if len(calls) == 2:
                raise RuntimeError("killed")
            note_ways(ended)

        monkeypatch.setattr(rolling_up, "note_ways", dies)
        with clock.travel(LATER):
            with pytest.raises(RuntimeError):
                services.roll_up()
            assert CaseTally.objects.count() == 3
            services.roll_up()
            assert_same()

    def test_counters_that_are_folded_say_the_same(self, cast):
        chance = random.Random(4)
        publish()
        walks = [Walk(cast, chance) for _number in range(6)]
        for _turn in range(12):
            for walk in walks:
                walk.go(1)
            with clock.travel(max(walk.now for walk in walks) + timedelta(minutes=1)):
                services.roll_up()
        with clock.travel(LATER):
            services.roll_up()
        before = figures()
        assert rolling_up.fold() > 0
        assert figures() == before
        assert rolling_up.fold() == 0


class TestFinding:
    """Which cases have news, though events are committed in another order than their ids are given."""

    def late_events(self, cast: Any) -> None:
        """A case whose events have lower ids than those that were seen before."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval(pg_get_serial_sequence('workflows_historyevent', 'id'), 1000000)")
        walk, *_others = some_cases(cast, 5, 3)
        with clock.travel(LATER):
            services.roll_up()
        newest = HistoryEvent.objects.latest("pk").pk
        chance = random.Random(5)
        walk = Walk(cast, chance).go(5)
        with superuser() as cursor:
            cursor.execute("UPDATE workflows_historyevent SET id = id - 500000 WHERE id > %s", [newest])
        self.case = walk.case

    def test_an_event_that_was_committed_late_is_counted(self, cast):
        self.late_events(cast)
        with clock.travel(LATER + rolling_up.LAG / 2):
            assert services.roll_up() == 1
            assert_same()

    def test_the_sweep_finds_what_came_later_than_that(self, cast):
        self.late_events(cast)
        with clock.travel(LATER + 2 * rolling_up.LAG):
            RollUp.objects.update(mark=2_000_000)
            assert services.roll_up() == 0
            assert services.sweep_figures() == 1
            assert_same()

    def test_what_was_seen_long_ago_is_not_looked_at_again(self, cast):
        some_cases(cast, 6, 2)
        newest = HistoryEvent.objects.latest("pk").pk
        for number in range(3):
            with clock.travel(LATER + number * 2 * rolling_up.LAG):
                services.roll_up()
        assert RollUp.objects.get().mark == newest


class TestAnew:
    def test_counted_from_the_first_event_on_the_figures_are_the_same(self, cast):
        some_cases(cast, 8)
        with clock.travel(LATER):
            services.roll_up()
            before = figures()
            call_command("roll_up", "--anew", stdout=StringIO())
        assert figures() == before

    def test_what_was_counted_stays_when_a_case_is_purged(self, cast):
        walk, *_others = some_cases(cast, 9)
        with clock.travel(LATER):
            services.roll_up()
        before = figures()
        with superuser() as cursor:
            for table in ("historyevent", "workitem", "timer", "job", "incident"):
                cursor.execute(
                    f"DELETE FROM workflows_{table} WHERE instance_id = %s",  # noqa: S608
                    [walk.case.pk],
                )
            cursor.execute("DELETE FROM workflows_processinstance WHERE id = %s", [walk.case.pk])
        with clock.travel(LATER):
            services.sweep_figures()
            with pytest.raises(CommandError, match="1 件"):
                call_command("roll_up", "--anew", stdout=StringIO())
        assert figures() == before


def test_figures_follow_a_department_that_moves(cast):
    some_cases(cast, 10, 3)
    with clock.travel(LATER):
        services.roll_up()
    people = {one.person_department_path for one in WorkTally.objects.all()}
    assert "/hq/sales/sales1/" in people
    move_department(
        department_id=cast.rep1.department_id,
        parent=Department.objects.get(code="marketing"),
        actor=cast.admin,
    )
    assert cast.rep1.pk in WorkTally.objects.filter(
        person_department_path="/hq/marketing/sales1/"
    ).values_list("person", flat=True)
