"""What the change of a membership's term calls fails at every moment, again and again, until it is mended: as tried for
the others in test_operations_of_lifecycles_that_fail.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from contracts import services as contract_services
from core import clock
from tests.contracts.supplement_world import changed_by
from tests.processes import test_operations_of_lifecycles_that_fail as others
from tests.processes.extension_walk import KEY, MEND, ExtensionWalk
from tests.processes.onboarding_walk import member_platform
from tests.processes.scenes import Do, settle
from tests.processes.test_operations_of_lifecycles_that_fail import ITSELF, PERSON, Deed
from tests.service.factory import PROCESS
from tests.tiers import sampled
from workflows.definitions import definition_of
from workflows.models import ProcessDefinition


@contextmanager
def term_moved(company: Any) -> Iterator[Do]:
    walk = ExtensionWalk(company)
    amendment = contract_services.Amendment("term", new_day=walk.day(90))
    changed_by(company, walk.contract, amendment)
    yield settle


@contextmanager
def called(company: Any) -> Iterator[Do]:
    with member_platform():
        walk = ExtensionWalk(company)
        walk.move(90)
        yield walk.call


@contextmanager
def called_and_moved_again(company: Any) -> Iterator[Do]:
    with member_platform():
        walk = ExtensionWalk(company)
        walk.move(90)
        walk.move(180)
        yield walk.call


@contextmanager
def told(company: Any) -> Iterator[Do]:
    walk = ExtensionWalk(company)
    walk.move(90)
    yield lambda: walk.answers(walk.last())


@contextmanager
def terminated(company: Any) -> Iterator[Do]:
    walk = ExtensionWalk(company)
    walk.move(90)
    walk.terminated()
    yield settle


@contextmanager
def over(company: Any) -> Iterator[Do]:
    walk = ExtensionWalk(company)
    walk.move(90)
    with clock.travel(walk.day(91)):
        contract_services.close_contract(contract_id=walk.contract.pk, actor=PROCESS)
        yield settle


@contextmanager
def declined(company: Any) -> Iterator[Do]:
    walk = ExtensionWalk(company)
    walk.move(90)
    walk.answers(walk.last(), ok=False, reason="账号已冻结")
    with clock.travel(timedelta(minutes=2)):
        yield walk.mend


ASK, WITHDRAW = "service.ask_for_new_term", "service.withdraw_new_term"
OPERATIONS = [
    Deed(KEY, "ask_for_new_term", ASK, ITSELF, term_moved),
    Deed(KEY, "ask_next", ASK, ITSELF, called_and_moved_again),
    Deed(KEY, "record_term", "service.record_activation", ITSELF, called),
    Deed(KEY, "withdraw_at_termination", WITHDRAW, ITSELF, terminated),
    Deed(KEY, "withdraw_at_end", WITHDRAW, ITSELF, over),
    Deed(KEY, "read_term", "service.read_activation", ITSELF, told),
]
FORMS = [Deed(KEY, MEND, "service.mend_extension", PERSON, declined)]


@pytest.fixture(autouse=True)
def _what_only_looks(monkeypatch):
    monkeypatch.setattr(others, "READING", others.READING | {"service.mend_extension"})


def test_every_operation_and_every_form_is_tried(company):
    from config.reference import load_all

    load_all(processes={KEY})
    known = ProcessDefinition.objects.get(key=KEY)
    elements = definition_of(known.current_version_id).elements.values()
    called_there = {(one.id.rpartition("/")[2], one.operation) for one in elements if one.operation}
    found = {(deed.element, deed.name) for deed in OPERATIONS}
    assert {one for one in called_there if one[1] not in others.OUTSIDE} == found
    assert {one.work_form for one in elements if one.work_form} == {deed.name for deed in FORMS}


@pytest.mark.parametrize("deed", sampled(OPERATIONS, every=3), ids=str)
def test_an_operation_that_fails_is_held_and_mended_by_a_retry(company, deed):
    others.test_an_operation_that_fails_at_every_moment_is_held_and_mended_by_a_retry(company, deed)


@pytest.mark.parametrize("deed", sampled(FORMS, every=3), ids=str)
def test_a_form_that_fails_changes_nothing_and_the_task_is_done_again(company, deed):
    others.test_a_form_that_fails_changes_nothing_and_the_task_is_done_again(company, deed)
