"""The figures that are shown are those of a plain look at the cases, narrowed to what their reader may see."""

from __future__ import annotations

import math
import random
from collections import Counter
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from core import clock
from tests.workflows.clockwork import MONDAY
from tests.workflows.figures.plainly import Plainly, count, day_of
from tests.workflows.figures.test_rolling_up import LATER
from tests.workflows.figures.world import KEY, Walk, orders, publish
from tests.workflows.posts import put_up
from workflows import services
from workflows.models import Incident, ProcessDefinition, ProcessInstance, Subscription, Timer, WorkItem
from workflows.selectors.figures import (
    Asked,
    cases_of,
    days_of,
    elements_of,
    people_of,
    reach_of,
    steps_of_person,
    ways_of,
)
from workflows.selectors.figures.buckets import percentile

pytestmark = pytest.mark.django_db
START, END = day_of(MONDAY) + timedelta(days=20), day_of(MONDAY) + timedelta(days=100)

# Events at the border of a step: passed, but no place where a case stands.
BESIDE = ("late", "hurry")


def made(cast: SimpleNamespace, number: int) -> SimpleNamespace:
    publish()
    chance = random.Random(11)
    for _number in range(number):
        Walk(cast, chance).go(chance.choice([8, 40, 40]))
    with clock.travel(LATER):
        services.roll_up()
    return cast


@pytest.fixture
def world(cast) -> SimpleNamespace:
    """A few cases."""
    return made(cast, 6)


def asked(actor: Any, start: date = START, end: date = END, **more: Any) -> Asked:
    definition = ProcessDefinition.objects.get(key=KEY)
    reach = reach_of(actor, definition)
    assert reach is not None
    return Asked(definition, reach, start, end, **more)


def within(day: date) -> bool:
    return START <= day <= END


def total(counter: Counter[Any], path: str = "") -> Counter[str]:
    """By element, of the period and of cases below a department."""
    found: Counter[str] = Counter()
    for (_version, element, department, day, *_more), number in counter.items():
        if within(day) and department.startswith(path):
            found[element] += number
    return found


def spans_by_element(plain: Plainly, *, path: str = "", failures: bool = False) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for (_version, element, department, day, kind), spans in plain.spans.items():
        if element in BESIDE:
            continue
        if within(day) and department.startswith(path) and (kind == "incident") == failures:
            found.setdefault(element, []).extend(spans)
    return found


def nth(values: list[float], fraction: float) -> float:
    return sorted(values)[max(math.ceil(len(values) * fraction), 1) - 1]


def assert_elements(found: Any, plain: Plainly, path: str = "") -> None:
    elements = found.by_path
    assert {one.element: one.passes for one in elements.values() if one.passes} == total(plain.passes, path)
    assert found.flows == total(plain.flows, path)
    spans = spans_by_element(plain, path=path)
    assert {key: one.waits for key, one in elements.items() if one.waits} == {
        key: len(one) for key, one in spans.items()
    }
    for element, of in spans.items():
        for fraction, shown in ((0.5, elements[element].median), (0.9, elements[element].slowest)):
            exact = nth(of, fraction)
            assert abs(shown - exact) <= 0.05 * exact + 1
        assert elements[element].average == pytest.approx(sum(of) / len(of), abs=0.01)
    assert {key: one.late for key, one in elements.items() if one.late} == +total(plain.late, path)
    assert {key: one.due for key, one in elements.items() if one.due} == +total(plain.due, path)
    failures = spans_by_element(plain, path=path, failures=True)
    assert {key: one.failures for key, one in elements.items() if one.failures} == {
        key: len(of) for key, of in failures.items()
    }


def test_all_numbers_are_those_of_a_plain_look(cast):
    """One world for all of them: to make it takes longest."""
    world, numbers = made(cast, 13), Numbers()
    for name in dir(numbers):
        if name.startswith("check_"):
            getattr(numbers, name)(world)


class Numbers:
    def check_elements_and_flows(self, world):
        assert_elements(elements_of(asked(world.admin)), count())

    def check_what_waits_now(self, world):
        found: Counter[str] = Counter()
        for model in (WorkItem, Timer, Subscription):
            found.update(model.objects.filter(status="open").values_list("element", flat=True))
        for beside in BESIDE:
            del found[beside]
        held = Counter(Incident.objects.filter(status="open").values_list("element", flat=True))
        elements = elements_of(asked(world.admin)).by_path
        assert {key: one.waiting for key, one in elements.items() if one.waiting} == found
        assert {key: one.held for key, one in elements.items() if one.held} == held

    def check_cases_and_how_long_they_took(self, world):
        over = [
            one for one in ProcessInstance.objects.filter(status="completed") if within(day_of(one.ended_at))
        ]
        spans = sorted((one.ended_at - one.started_at).total_seconds() for one in over)
        found = cases_of(asked(world.admin))
        assert len(over) > 3
        assert found.finished == len(over)
        assert found.running == ProcessInstance.objects.filter(status__in=ProcessInstance.OPEN).count()
        assert found.median.total_seconds() == pytest.approx(_between(spans, 0.5), abs=0.01)
        assert found.slowest.total_seconds() == pytest.approx(_between(spans, 0.9), abs=0.01)
        cases = count().cases
        assert found.late == sum(cases[one.pk][-1] for one in over)

    def check_days(self, world):
        found = days_of(asked(world.admin))
        assert len(found) == 81
        started = Counter(day_of(one.started_at) for one in ProcessInstance.objects.all())
        ended = Counter(day_of(one.ended_at) for one in ProcessInstance.objects.exclude(ended_at=None))
        assert [(one.started, one.ended) for one in found] == [
            (started[one.day], ended[one.day]) for one in found
        ]

    def check_ways_and_what_is_done_again(self, world):
        plain = count()
        over = [
            one for one in ProcessInstance.objects.filter(status="completed") if within(day_of(one.ended_at))
        ]
        ways = Counter(plain.ways[one.pk] for one in over)
        found = ways_of(asked(world.admin))
        assert {tuple(one.steps): one.count for one in found.commonest} == ways
        assert (found.number, found.total) == (len(ways), len(over))
        assert sum(one.share for one in found.commonest) == pytest.approx(100)
        assert [one.count for one in found.commonest] == sorted(ways.values(), reverse=True)
        cases, extra = Counter(), Counter()
        for way, number in ways.items():
            for step, times in Counter(way).items():
                if times > 1:
                    cases[step] += number
                    extra[step] += number * (times - 1)
        assert {one.element: (one.cases, one.extra) for one in found.repeated} == {
            step: (cases[step], extra[step]) for step in cases
        }

    def check_people_and_departments(self, world):
        plain = count()
        work = {key: number for key, number in plain.work.items() if within(key[3])}
        found = people_of(asked(world.admin))
        by_person, by_department = Counter(), Counter()
        for (*_place, person, path), number in work.items():
            by_person[person] += number
            by_department[path] += number
        assert {one.person.pk: one.count for one in found.persons} == by_person
        assert {one.department.path: one.count for one in found.departments if one.department} == {
            path: number for path, number in by_department.items() if path
        }
        person = found.persons[0].person
        steps = steps_of_person(asked(world.admin), person)
        assert sum(one.count for one in steps) == by_person[person.pk]


def _between(values: list[float], fraction: float) -> float:
    at = (len(values) - 1) * fraction
    low = math.floor(at)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (at - low)


class TestWhoSeesThem:
    def test_a_manager_sees_those_of_the_own_department(self, world):
        """Cases without a business row belong to no department: nobody's part of the company."""
        mine = asked(world.manager1)
        assert cases_of(mine).finished == 0
        path = world.manager1.department_path
        ProcessInstance.objects.filter(starter=world.rep1).update(department_path=path)
        services.begin_anew()
        with clock.travel(LATER):
            services.sweep_figures()
        plain = count()
        assert_elements(elements_of(mine), plain, path)
        assert (
            cases_of(mine).running
            == ProcessInstance.objects.filter(starter=world.rep1, status__in=ProcessInstance.OPEN).count()
        )
        assert 0 < cases_of(mine).finished < cases_of(asked(world.admin)).finished
        assert sum(one.count for one in people_of(mine).persons) == sum(
            number for key, number in plain.work.items() if within(key[3]) and key[2] == path
        )
        everybody = asked(world.admin, department_path=path)
        assert_elements(elements_of(everybody), plain, path)

    def test_whoever_sees_only_own_cases_sees_none(self, world):
        assert reach_of(world.rep1, ProcessDefinition.objects.get(key=KEY)) is None

    def test_whoever_draws_sees_the_process_but_not_who_does_what(self, world):
        ProcessDefinition.objects.filter(key=KEY).update(owner=world.rep1)
        mine = asked(world.rep1)
        assert cases_of(mine).finished == cases_of(asked(world.admin)).finished > 0
        assert people_of(mine).persons == people_of(mine).departments == []

    def test_one_version_alone(self, world):
        definition = ProcessDefinition.objects.get(key=KEY)
        old, before = definition.current_version, cases_of(asked(world.admin))
        new = put_up(orders(name="订单，新版"))
        chance = random.Random(5)
        walks = [Walk(world, chance) for _number in range(3)]
        with clock.travel(LATER):
            services.roll_up()
        assert cases_of(asked(world.admin, version=old)).running == before.running
        assert cases_of(asked(world.admin, version=new)).running == len(walks)
        assert elements_of(asked(world.admin, version=new)).by_path["draft"].waiting == len(walks)


class TestBuckets:
    def test_nothing_has_no_middle(self):
        assert percentile({}, 0.5) is None

    @pytest.mark.parametrize("fraction", [0.5, 0.9])
    def test_what_is_read_is_off_by_less_than_a_bucket(self, fraction):
        chance = random.Random(3)
        for size in (1, 2, 9, 500):
            spans = [math.exp(chance.uniform(0, 16)) for _number in range(size)]
            counts = Counter(math.floor(math.log(1 + one) / math.log(1.05)) for one in spans)
            exact = nth(spans, fraction)
            assert abs(percentile(counts, fraction) - exact) <= 0.05 * (exact + 1)
