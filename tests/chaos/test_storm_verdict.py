"""The storm's verdict on the shipped processes names what is not as promised."""

import pytest

from core.models import NumberRule
from tests.chaos.storm.lifecycle_verdict import lifecycle_faults
from tests.processes.onboarding_walk import OnboardingWalk, member_platform
from workflows.models import Incident

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(company):
    with member_platform() as outside:
        walk = OnboardingWalk(company)
        walk.opened()
        yield walk, outside


def faults(effects: dict[str, int]) -> str:
    return "\n".join(lifecycle_faults(1, effects))


def test_an_effect_that_is_there_twice_not_at_all_or_that_nobody_asked_for(opened):
    walk, outside = opened
    key = walk.wishes[0].request_key
    assert "the platform" not in faults(outside.effects)
    assert f"2 effects for {key}" in faults({key: 2})
    assert f"0 effects for {key}" in faults({})
    assert "stray, which no case asked for" in faults({key: 1, "stray": 1})


def test_a_case_and_its_row_that_are_not_over(opened):
    found = faults({})
    assert "onboarding: {'active': 1} instead of 1 completed" in found
    assert "onboardings: {'open': 1} instead of 1 in ['done']" in found
    assert "complaints: {} instead of 1" in found
    assert "payments: {} instead of 2 confirmed" in found
    # Paid to its end, it is completed.
    assert "contracts: {'active': 1} instead of 1 in ['completed']" in found


def test_a_gap_in_the_numbers_and_a_failure_that_is_left(opened):
    walk, outside = opened
    assert "numbers" not in faults(outside.effects)
    NumberRule.objects.filter(code="contract").update(last_value=6)
    outside.behave("down")
    second = OnboardingWalk(walk.people)
    assert ": [1, 7]" in faults(outside.effects)
    second.ready()
    second.call(4)
    assert Incident.objects.get().status == "open"
    assert "incident at activate_member (open)" in faults(outside.effects)
