"""Contracts that were under way when the diagram changed finish as they began."""

from pathlib import Path

import pytest

from core.actors import SystemActor
from core.errors import Conflict
from tests.processes.walk import Walk, later, settle
from workflows.models import ProcessDefinition
from workflows.services import publish_shipped
from workflows.services.definitions import publish

# The diagram before it waited for the signed copy, the first payment or a day.
BEFORE = Path(__file__).with_name("contract_lifecycle_before.bpmn")
KEY = "contract_lifecycle"


@pytest.fixture
def before(company) -> None:
    """The older diagram is the current one."""
    publish(
        ProcessDefinition.objects.get(key=KEY),
        bpmn=BEFORE.read_text(encoding="utf-8"),
        decisions={},
        forms={},
        actor=SystemActor("workflows.publish_shipped"),
        note="",
    )


@pytest.mark.parametrize("steps", [0, 1, 3, 4], ids=["drafted", "submitted", "approved", "sealed"])
def test_a_contract_under_way_ends_on_its_own_version(company, before, steps):
    walk = Walk(company)
    way = [walk.submit, walk.manager, walk.finance, walk.seal, walk.sign]
    for step in way[:steps]:
        step()
    published = [one for one in publish_shipped(only=[KEY]) if one.definition.key == KEY]
    assert len(published) == 1
    assert walk.case.version_id != published[0].pk
    for step in way[steps:-1]:
        step()
    with later(days=40):
        # It knows nothing of reminders.
        walk.stands("signing", "record_signature")
        assert walk.waits() == []
        walk.sign()
        walk.stands("active", case="completed")

    fresh = Walk(company)
    assert fresh.case.version_id == published[0].pk


def test_publishing_again_changes_nothing(company, before):
    assert [one.definition.key for one in publish_shipped(only=[KEY])] == [KEY]
    assert publish_shipped(only=[KEY]) == []


def test_a_drafter_who_chose_the_first_payment_waits_with_the_signature(company, before):
    """The older diagram cannot wait after the signature: who records it too early is told, and nothing happens."""
    walk = Walk(company, rule="on_first_payment")
    publish_shipped(only=[KEY])
    walk.sealed()
    with pytest.raises(Conflict) as refusal:
        walk.sign()
    assert refusal.value.code == "not_effective_yet"
    walk.stands("signing", "record_signature")
    walk.pay()
    settle()
    walk.sign()
    walk.stands("active", case="completed")
