"""The state of the background: each figure against rows that were written by hand."""

from datetime import timedelta

import pytest
import redis
from django.core.exceptions import PermissionDenied

from core import clock, presence
from core.models import BackgroundJob, WebhookDelivery, WebhookEndpoint
from workflows.models import Delivery, Incident, Job, Message, Subscription, Timer
from workflows.selectors import operations_status as state
from workflows.selectors.queue_figures import Queue, queues, timers_by_hour

pytestmark = pytest.mark.django_db


def ago(**span) -> object:
    return clock.now() - timedelta(**span)


def ahead(**span) -> object:
    return clock.now() + timedelta(**span)


@pytest.fixture
def case(start):
    return start("approval")


@pytest.fixture
def all_seen(own_marks):
    presence.note(presence.expected())


def found(place: str, kind: str = "") -> Queue:
    return next(one for one in queues() if (one.place, one.kind) == (place, kind))


def figures(one: Queue) -> tuple:
    return (one.waiting, one.due, one.failing, one.failed, one.done_last_hour)


def job(case, token: str, *, kind=Job.OPERATION, **given) -> Job:
    given = {"due_at": clock.now(), **given}
    return Job.objects.create(
        instance=case,
        element="call",
        token=token,
        kind=kind,
        key=f"k:{token}",
        created_at=clock.now(),
        **given,
    )


def background(key: str, kind: str = "mail", **given) -> BackgroundJob:
    given = {"due_at": clock.now(), **given}
    return BackgroundJob.objects.create(kind=kind, key=key, created_at=clock.now(), **given)


def timer(case, token: str, due_at, **given) -> Timer:
    given = {"try_at": due_at, **given}
    return Timer.objects.create(
        instance=case, element="wait", token=token, form="date", text="x", due_at=due_at,
        anchor=clock.now(), created_at=clock.now(), **given,
    )  # fmt: skip


def incident(case, token: str, **given) -> Incident:
    now = clock.now()
    given = {"error_type": "E", "message": "m", "group_key": "g", "opened_at": now, **given}
    return Incident.objects.create(
        instance=case, element="call", token=token, last_failed_at=given["opened_at"], **given
    )


class TestQueues:
    def test_nothing_is_told_as_nothing(self, db):
        assert [one.place for one in queues()] == [
            "continuations", "calls", "timers", "messages", "webhooks", "background",
        ]  # fmt: skip
        assert {figures(one) for one in queues()} == {(0, 0, 0, 0, 0)}

    def test_calls_and_continuations(self, case):
        taken = {"worker": "w", "leased_until": ahead(minutes=1)}
        job(case, "1", due_at=ago(minutes=5))
        job(case, "2", due_at=ago(minutes=50), attempts=1, **taken)
        job(case, "3", due_at=ahead(minutes=3), attempts=1, error_type="E")
        job(case, "4", status="done", closed_at=ago(minutes=59))
        job(case, "5", status="done", closed_at=ago(minutes=61))
        job(case, "6", status="failed", closed_at=ago(days=2))
        incident(case, "6")
        job(case, "7", kind=Job.CONTINUATION, attempts=1)
        calls = found("calls")
        assert figures(calls) == (3, 2, 1, 1, 1)
        assert clock.now() - calls.oldest < timedelta(minutes=6)
        assert timedelta(minutes=2) < calls.next_at - clock.now() < timedelta(minutes=4)
        assert figures(found("continuations")) == (1, 1, 1, 0, 0)

    def test_timers(self, case):
        timer(case, "1", ago(minutes=9))
        timer(case, "2", ago(minutes=30), try_at=ahead(minutes=8), attempts=2, error="E")
        timer(case, "3", ahead(minutes=90))
        timer(case, "4", ahead(hours=25))
        timer(case, "5", ago(hours=3), status="fired", closed_at=ago(minutes=3))
        timer(case, "6", ago(hours=3), status="cancelled", closed_at=ago(minutes=3))
        one = found("timers")
        assert figures(one) == (2, 1, 1, 0, 1)
        assert timedelta(minutes=8) < clock.now() - one.oldest < timedelta(minutes=10)
        assert one.next_at == Timer.objects.get(token="3").due_at
        assert [(hour, count) for hour, count in enumerate(timers_by_hour()) if count] == [(1, 1)]

    def test_background_work_by_kind(self, db):
        background("a", due_at=ago(minutes=2))
        background("b", due_at=ahead(minutes=2), error_type="E", attempts=1)
        background("c", kind="export", status="failed", closed_at=ago(days=9))
        background("d", status="done", closed_at=ago(minutes=5))
        background("e", kind="webhook")
        assert figures(found("background", "mail")) == (2, 1, 1, 0, 1)
        assert figures(found("background", "export")) == (0, 0, 0, 1, 0)
        assert [one.kind for one in queues() if one.place == "background"] == ["export", "mail"]

    def test_messages_and_webhooks(self, case, cast):
        place = Subscription.objects.create(
            instance=case, definition=case.definition, element="e", token="9", kind="message", name="n",
            created_at=clock.now(),
        )  # fmt: skip
        for number, given in enumerate(
            (
                {"try_at": ago(minutes=4)},
                {"try_at": ahead(minutes=4), "error": "E"},
                {"try_at": ago(hours=1), "status": "done", "closed_at": ago(minutes=1)},
                {"try_at": ago(hours=1), "status": "refused", "closed_at": ago(minutes=1)},
                {"try_at": ago(hours=9), "status": "refused", "closed_at": ago(hours=8)},
            )
        ):
            message = Message.objects.create(
                uid=f"m{number}", name="n", created_at=clock.now(), expires_at=ahead(days=1)
            )
            Delivery.objects.create(
                message=message, definition=case.definition, subscription=place, is_single=False,
                created_at=clock.now(), **given,
            )  # fmt: skip
        assert figures(found("messages")) == (2, 1, 1, 1, 1)
        endpoint = WebhookEndpoint.objects.create(
            name="e", url="https://e.example", events=["x"], secret="s", secret_made_at=clock.now(),
            created_by=cast.admin, created_at=clock.now(),
        )  # fmt: skip
        for given in (
            {"next_try_at": ago(minutes=1)},
            {"next_try_at": ahead(minutes=1), "tries": 2},
            {"status": "delivered", "closed_at": ago(minutes=1)},
            {"status": "failed", "closed_at": ago(minutes=1)},
        ):
            WebhookDelivery.objects.create(
                endpoint=endpoint, event="x", occurred_at=clock.now(), round_began_at=clock.now(), **given
            )
        assert figures(found("webhooks")) == (2, 1, 1, 1, 1)


class TestTroubles:
    def codes(self) -> list[tuple[str, str]]:
        return [(one.code, one.level) for one in state.current_status().troubles]

    def test_all_is_well(self, db, all_seen):
        status = state.current_status()
        assert (status.level, list(status.troubles)) == ("green", [])
        assert all(one.is_running for one in status.programs)

    def test_what_is_due_for_long(self, case, all_seen):
        job(case, "1", due_at=ago(seconds=50))
        assert self.codes() == []
        Job.objects.update(due_at=ago(minutes=2))
        assert self.codes() == [("late", "amber")]
        Job.objects.update(due_at=ago(minutes=11))
        assert self.codes() == [("late", "red")]

    def test_failures_and_breaches(self, case, all_seen):
        incident(case, "1")
        background("c", status="failed", closed_at=clock.now())
        assert self.codes() == [("failures", "amber"), ("failed", "amber")]
        incident(case, "", kind="breach")
        assert self.codes()[0] == ("breaches", "red")

    def test_a_program_that_is_gone(self, db, all_seen):
        client = presence._client()
        client.pexpire(presence._key(presence.worker_of("slow")), presence._REMEMBERED_MS - 95_000)
        status = state.current_status()
        assert [(one.code, one.program) for one in status.troubles] == [("not_seen", "worker:slow")]
        assert status.level == "red"

    def test_redis_away(self, db, monkeypatch):
        def refuse(_names):
            raise redis.ConnectionError

        monkeypatch.setattr(presence, "seconds_since", refuse)
        status = state.current_status()
        assert (status.programs, [one.code for one in status.troubles]) == (None, ["redis"])


def test_failures_by_day(case):
    incident(case, "1", opened_at=ago(days=1), status="resolved", closed_at=clock.now())
    incident(case, "2", opened_at=ago(days=40), status="cancelled", closed_at=ago(days=39))
    incident(case, "3")
    days = list(state.incidents_by_day().values())
    assert len(days) == 14
    assert [(one.opened, one.closed) for one in days[-2:]] == [(1, 0), (1, 1)]
    assert sum(one.opened + one.closed for one in days) == 3


def test_who_may_watch(cast):
    assert state.operations_status(cast.admin).queues
    with pytest.raises(PermissionDenied):
        state.operations_status(cast.rep1)
