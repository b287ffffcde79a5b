"""One element inside or beside another: straight, saved and loaded at every step, in any order."""

import pytest

from tests.conformance.nesting import FRAGMENTS, SURROUNDINGS
from tests.conformance.pairs import NESTED, PAIRS, PARTICULAR
from tests.conformance.runs import play
from tests.conformance.schedules import under_schedules

LISTED = [pytest.param(each, id=str(each)) for each in PAIRS]
# Some schedules for each particular pair, and for those in two diagonals of the others.
SAMPLE = [
    *PARTICULAR,
    *NESTED[:: len(SURROUNDINGS) + 1],
    *NESTED[5 :: len(FRAGMENTS) + 1],
]


@pytest.mark.parametrize("pair", LISTED)
def test_runs_as_written(pair):
    for scenario in pair.shown:
        straight = play(scenario, sleeps=False)
        saved = play(scenario, sleeps=True)
        assert saved.seen == straight.seen
        assert saved.completed == straight.completed


@pytest.mark.parametrize("pair", [pytest.param(each, id=str(each)) for each in dict.fromkeys(SAMPLE)])
def test_holds_in_some_orders(pair):
    under_schedules(pair.shown[0], 5)


@pytest.mark.long
@pytest.mark.parametrize("pair", LISTED)
def test_holds_in_many_orders(pair):
    for scenario in pair.shown:
        under_schedules(scenario, 100)


def test_the_table_is_long_and_says_each_pair_once():
    assert len(PARTICULAR) >= 100
    assert len(PAIRS) >= 500
    names = [str(each) for each in PAIRS]
    assert len(set(names)) == len(names)
    assert all(each.must and each.shown for each in PAIRS)
