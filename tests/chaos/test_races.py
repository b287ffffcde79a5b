"""Forty real threads at the same item or case: exactly one wins, the others hear who."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from django.db import connection
from django.utils import translation

from core.errors import Conflict
from core.models import Department, User
from tests.workflows import diagrams
from tests.workflows.conftest import open_item, publish_diagram
from workflows import services
from workflows.audit import audit
from workflows.models import HistoryEvent, ProcessInstance, WorkItem

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

THREADS = 40
WON = "won"


@pytest.fixture(autouse=True)
def _patience(settings):
    """On a slow machine the last of forty waits long; who is told "busy" is not told who won."""
    settings.STEP_LOCK_TIMEOUT_MS = 60_000


@pytest.fixture
def reps(cast) -> list[User]:
    """Forty people of one role."""
    role = cast.rep1.roles.get()
    people = [
        User.objects.create(
            username=f"racer{number}", display_name=f"选手{number}", department=cast.rep1.department
        )
        for number in range(THREADS)
    ]
    for person in people:
        person.roles.add(role)
    return people


def race(deeds: Sequence[Callable[[], object]]) -> list[object]:
    """Do everything at once; each result is "won" or the exception."""
    together = threading.Barrier(len(deeds))
    results: list[object] = [None] * len(deeds)

    def run(number: int) -> None:
        try:
            with translation.override("zh-hans"):
                connection.ensure_connection()
                together.wait()
                deeds[number]()
            results[number] = WON
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def the_winner(results: list[object]) -> int:
    """The place of the only one who won; everybody else met a conflict."""
    assert results.count(WON) == 1, results
    assert all(isinstance(one, Conflict) for one in results if one != WON), results
    return results.index(WON)


def test_one_of_forty_completes_an_item_and_the_others_hear_who(start, reps):
    case = start("renaming")
    item = open_item(case, "ask")
    results = race(
        [
            lambda person=person: services.complete_work_item(
                work_item_id=item.pk, actor=person, data={"name": person.username}
            )
            for person in reps
        ]
    )
    winner = reps[the_winner(results)]
    assert {str(one) for one in results if one != WON} == {
        str(one) for one in results if winner.name in str(one)
    }
    assert Department.objects.filter(name=winner.username).count() == 1
    item.refresh_from_db()
    assert item.completed_by == winner
    assert HistoryEvent.objects.filter(instance=case, element="ask").count() == 1
    assert WorkItem.objects.open().filter(instance=case).count() == 1
    assert audit() == []


def test_one_of_forty_claims_an_item_and_the_others_hear_who(start, reps):
    item = open_item(start("renaming"), "ask")
    results = race(
        [lambda one=one: services.claim_work_item(work_item_id=item.pk, actor=one) for one in reps]
    )
    winner = reps[the_winner(results)]
    assert all(winner.name in str(one) for one in results if one != WON)
    item.refresh_from_db()
    assert item.assignee == winner
    assert audit() == []


def test_one_double_click_counts_once(start, reps):
    case = start("renaming")
    item, person = open_item(case, "ask"), reps[0]
    results = race(
        [
            lambda: services.complete_work_item(work_item_id=item.pk, actor=person, data={"name": "once"})
            for _number in range(THREADS)
        ]
    )
    the_winner(results)
    assert HistoryEvent.objects.filter(instance=case, element="rename").count() == 1
    assert audit() == []


def test_forty_complete_claim_and_cancel_the_same_item(start, cast, reps):
    row = Department.objects.get(code="sales1")
    case = start("renaming", about=row)
    item = open_item(case, "ask")

    def deed(number: int) -> Callable[[], object]:
        person = reps[number]
        if number % 4 == 0:
            return lambda: services.claim_work_item(work_item_id=item.pk, actor=person)
        if number % 10 == 1:
            return lambda: services.cancel_instance(instance_id=case.pk, reason="race", actor=cast.admin)
        return lambda: services.complete_work_item(
            work_item_id=item.pk, actor=person, data={"name": f"by {person.username}"}
        )

    results = race([deed(number) for number in range(THREADS)])
    assert all(one == WON or isinstance(one, Conflict) for one in results), results
    item.refresh_from_db()
    case.refresh_from_db()
    row.refresh_from_db()
    kinds = Counter(HistoryEvent.objects.filter(instance=case).values_list("kind", "element"))
    assert kinds["cancelled", ""] == 1, "only one of the cancellations won, and the last word is theirs"
    assert case.status == "cancelled"
    assert kinds["claimed", "ask"] + kinds["completed", "ask"] <= 1, "only one person ever got it"
    if item.status == "completed":
        assert row.name == f"by {item.completed_by.username} cancelled"
    else:
        assert row.name == "销售一部 cancelled"
        assert kinds["completed", "rename"] == 0
    assert sum(one == WON for one in results) == 1 + kinds["claimed", "ask"] + kinds["completed", "ask"]
    assert audit() == []


def test_one_of_forty_starts_the_case_about_a_row(subject, reps):
    publish_diagram("renaming", diagrams.RENAMING)
    results = race(
        [
            lambda one=one: services.start_process(definition_key="renaming", subject=subject, actor=one)
            for one in reps
        ]
    )
    the_winner(results)
    assert ProcessInstance.objects.count() == 1
    assert WorkItem.objects.count() == 1
    assert audit() == []


def test_twenty_pairs_finish_both_sides_of_a_join_at_once(start, cast, reps):
    cases = [start("parallel") for _number in range(THREADS // 2)]
    deeds: list[Callable[[], object]] = []
    for case in cases:
        left, right = open_item(case, "left"), open_item(case, "right")
        deeds.append(lambda item=left: services.complete_work_item(work_item_id=item.pk, actor=cast.rep1))
        deeds.append(lambda item=right: services.complete_work_item(work_item_id=item.pk, actor=cast.finance))
    assert race(deeds) == [WON] * THREADS
    for case in cases:
        assert open_item(case, "last")
    assert audit() == []
