"""People work while cases are purged: nobody waits, nothing that runs is touched, and nothing happens twice for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction

from core import clock
from core.errors import Conflict
from tests.workflows.conftest import open_item, rows_of
from tests.workflows.posts import begin, message, post, put_up, send, started_by, waiting_for
from tests.workflows.running import Hand, publish_drawing
from tests.workflows.test_called_processes import credit, order
from tests.workflows.test_purging import OF_A_CASE, alongside, ended, everything, purge_all
from workflows import services, tasks
from workflows.audit import audit
from workflows.models import Message, ProcessInstance, PurgedCase, WorkItem
from workflows.services import batches, purging

# Nobody who waits for a lock comes through in that time: the lock is held until the other one is done.
SOON = 20


def settled(*, after: timedelta = timedelta(0)) -> None:
    """All figures are counted."""
    with clock.travel(after + timedelta(minutes=1)):
        services.sweep_figures()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def draft(self, case: ProcessInstance, actor) -> ProcessInstance:
        pk = open_item(case, "draft").pk
        services.complete_work_item(work_item_id=pk, data={"amount": "5"}, actor=actor)
        return ProcessInstance.objects.get(pk=case.pk)

    def test_a_step_does_not_wait_for_a_batch(self, start, cast):
        gone = ended(start, cast)
        running = start("approval")
        with transaction.atomic():
            purging._bury([gone.pk], purging.Why(cast.admin, "x"))
            thread, came = alongside(lambda: self.draft(running, cast.rep1))
            thread.join(SOON)
            assert not thread.is_alive()
        assert [one.pk for one in came] == [running.pk]
        assert open_item(running, "review")
        assert not ProcessInstance.objects.filter(pk=gone.pk).exists()

    def test_a_case_about_the_same_row_begins_during_a_batch(self, start, cast):
        gone = ended(start, cast)
        with transaction.atomic():
            purging._bury([gone.pk], purging.Why(cast.admin, "x"))
            thread, came = alongside(lambda: start("approval"))
            thread.join(SOON)
            assert not thread.is_alive()
        assert isinstance(came[0], ProcessInstance)
        assert open_item(came[0], "draft")

    def test_a_batch_does_not_wait_for_a_step(self, start, cast):
        gone = ended(start, cast)
        running = start("approval")
        with transaction.atomic():
            self.draft(running, cast.rep1)
            before = rows_of(running)
            thread, came = alongside(lambda: purge_all(cast.admin))
            thread.join(SOON)
            assert not thread.is_alive()
        assert came == [1]
        assert rows_of(running) == before
        assert PurgedCase.objects.get().pk == gone.pk

    def test_many_at_work_beside_a_whole_purge(self, start, cast, monkeypatch):
        """Small batches, a case of everybody's between them: what people have done is there, what ended is not."""
        for name, size in (("FIRST", 2), ("SMALLEST", 1), ("LARGEST", 3)):
            monkeypatch.setattr(batches, name, size)
        gone = [ended(start, cast, counted=False).pk for _n in range(5)]
        settled()
        places = [cast.finance.department, cast.rep3.department, None]
        running = [start("approval", about=one) for one in places]
        threads = [alongside(lambda case=case: self.draft(case, cast.rep1)) for case in running]
        threads.append(alongside(lambda: purge_all(cast.admin)))
        for thread, _came in threads:
            thread.join(SOON)
        assert threads[-1][1] == [len(gone)]
        assert [came[0].pk for _thread, came in threads[:-1]] == [one.pk for one in running]
        assert set(PurgedCase.objects.values_list("pk", flat=True)) == set(gone)
        assert set(ProcessInstance.objects.values_list("pk", flat=True)) == {one.pk for one in running}
        assert WorkItem.objects.filter(status="open", element="review").count() == len(running)
        assert audit() == []

    def test_two_purges_at_once_take_each_case_once(self, start, cast):
        for _n in range(4):
            ended(start, cast, counted=False)
        settled()
        threads = [alongside(lambda: purge_all(cast.admin)) for _n in range(2)]
        for thread, _came in threads:
            thread.join(SOON)
        assert sum(came[0] for _thread, came in threads) == PurgedCase.objects.count() == 4
        assert not ProcessInstance.objects.exists()

    def test_one_that_dies_without_a_word_has_done_nothing_and_is_in_nobodys_way(self, start, cast):
        """The server ends the connection of a worker that is gone: its batch was never there."""
        case = ended(start, cast)
        before = everything()

        def die() -> None:
            with transaction.atomic():
                purging._bury([case.pk], purging.Why(cast.admin, "x"))
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

        thread, came = alongside(die)
        thread.join(SOON)
        assert isinstance(came[0], Exception)
        assert everything() == before
        assert purge_all(cast.admin) == 1


@pytest.mark.django_db
class TestMessages:
    """A message goes to one case of each process, also when that case is gone."""

    def refused(self, case: ProcessInstance, actor) -> None:
        with pytest.raises(Conflict) as refusal:
            services.purge_case(instance_id=case.pk, reason="x", actor=actor)
        assert refusal.value.code == "case_heard"

    def over(self, hand: Hand, actor) -> ProcessInstance:
        services.cancel_instance(instance_id=hand.instance.pk, reason="x", actor=actor)
        settled()
        return hand.instance

    def test_what_a_purged_case_has_heard_no_other_one_hears(self, cast):
        put_up(waiting_for(message("paid")))
        first, second = (begin("waits", cast.admin) for _n in range(2))
        send("paid", cast.admin)
        assert post([first, second]) == 1
        case = self.over(first, cast.admin)
        self.refused(case, cast.admin)
        with clock.travel(Message.objects.get().expires_at + timedelta(minutes=1)):
            services.purge_case(instance_id=case.pk, reason="x", actor=cast.admin)
            tasks.sweep_deliveries()
            assert post([second]) == 0
        assert second.names == []

    def test_what_has_started_a_purged_case_starts_no_other_one(self, cast):
        put_up(started_by(message("paid")))
        send("paid", cast.admin)
        assert post() == 1
        case = self.over(Hand(ProcessInstance.objects.get()), cast.admin)
        self.refused(case, cast.admin)
        with clock.travel(Message.objects.get().expires_at + timedelta(minutes=1)):
            services.purge_case(instance_id=case.pk, reason="x", actor=cast.admin)
            tasks.sweep_deliveries()
            assert post() == 0
        assert not ProcessInstance.objects.exists()


@pytest.mark.django_db
class TestCalledProcesses:
    def test_a_case_goes_with_the_processes_it_has_called(self, cast):
        publish_drawing(credit())
        publish_drawing(order())
        with clock.travel(-timedelta(days=400)):
            hand = Hand.start("order", cast.rep1).do("ask", cast.rep1, amount=5)
            hand.do("check/assess", cast.finance, score=70).do("ship", cast.rep1)
            other = Hand.start("order", cast.rep1).do("ask", cast.rep1, amount=6)
        assert hand.status == "completed"
        settled()
        before = rows_of(other.instance)
        gone = services.purge_case(instance_id=hand.instance.pk, reason="x", actor=cast.admin)
        assert gone.tasks == 3
        for name, rows in everything().items():
            if name in OF_A_CASE:
                assert {row["instance_id"] for row in rows} <= {other.instance.pk}, name
        assert rows_of(other.instance) == before
        assert other.do("check/assess", cast.finance, score=1).do("ship", cast.rep1).status == "completed"

    def test_one_that_runs_inside_a_called_process_stays(self, cast):
        publish_drawing(credit())
        publish_drawing(order())
        hand = Hand.start("order", cast.rep1).do("ask", cast.rep1, amount=5)
        with pytest.raises(Conflict) as refusal:
            services.purge_case(instance_id=hand.instance.pk, reason="x", actor=cast.admin)
        assert refusal.value.code == "case_open"
        assert hand.prove().names == ["check/assess"]
