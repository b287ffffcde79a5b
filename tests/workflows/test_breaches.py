"""Rows that disagree with their case, planted by SQL: each is an incident within a minute, mended by one action,
and the case goes on to its end."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection

from core import clock
from core.actors import SystemActor
from core.errors import ApplicationError, Conflict
from core.models import AuditEntry, Department, WebhookDelivery
from core.webhooks.endpoints import create_endpoint
from tests.workflows.clockwork import HOUR, catching
from tests.workflows.conftest import Unchanged, open_item
from tests.workflows.engine.drawing import Drawing
from tests.workflows.outside_operations import POST, Caller, posting, told
from tests.workflows.posts import begin, message, post, put_up, send, waiting_for
from tests.workflows.running import OPERATIONS, Hand, form, publish_drawing, user
from workflows import services
from workflows.audit import audit
from workflows.models import HistoryEvent, Incident, Job, ProcessInstance, Subscription, Timer, WorkItem
from workflows.services.breaches import repeated_events
from workflows.services.step import step_of_instance
from workflows.tasks import audit_instances

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def sql(statement: str, *values: object) -> None:
    """As somebody with a database console would."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("SET LOCAL session_replication_role = origin")


def breach_of(case: ProcessInstance) -> Incident:
    """What the next round of the audit makes of it."""
    assert audit_instances() > 0
    return Incident.objects.get(instance=case, kind="breach", status="open")


def mend(case: ProcessInstance, actor) -> Incident:
    incident = breach_of(case)
    services.mend_breach(incident_id=incident.pk, reason="somebody was at the database", actor=actor)
    case.refresh_from_db()
    incident.refresh_from_db()
    assert (incident.status, incident.closed_by) == ("resolved", actor)
    assert audit() == []
    assert audit_instances() == 0
    return incident


def finish(case: ProcessInstance, cast, *elements: str) -> None:
    for element in elements:
        actor = cast.finance if element == "right" else cast.rep1
        services.complete_work_item(work_item_id=open_item(case, element).pk, actor=actor)


@pytest.fixture
def charging(cast) -> Hand:
    """Somebody names an account, which is charged by an operation; then somebody checks."""
    drawing = Drawing("charging").start().end()
    user(drawing, "ask", form("account:text"))
    drawing.service("charge", "tests.charge", account="account")
    user(drawing, "check")
    publish_drawing(drawing.chain("start", "ask", "charge", "check", "end"), operations=OPERATIONS)
    return Hand.start("charging", cast.rep1)


class TestMissingRows:
    def test_a_deleted_task(self, start, cast):
        case = start("approval")
        sql("DELETE FROM workflows_workitem WHERE instance_id = %s", case.pk)
        incident = mend(case, cast.admin)
        assert (incident.error_type, incident.element, incident.token) == ("missing", "", "")
        assert incident.message == "waits at token 2 (work_item) without an open row"
        services.complete_work_item(
            work_item_id=open_item(case, "draft").pk, actor=cast.rep1, data={"amount": "1"}
        )
        services.complete_work_item(
            work_item_id=open_item(case, "review").pk, actor=cast.manager1, outcome="approve"
        )
        case.refresh_from_db()
        assert (case.status, audit()) == ("completed", [])

    def test_a_deleted_timer_keeps_its_moment(self, cast):
        publish_drawing(catching("P3D"))
        hand = Hand.start("catching", cast.admin)
        due = Timer.objects.get(instance=hand.instance).due_at
        sql("DELETE FROM workflows_timer WHERE instance_id = %s", hand.instance.pk)
        with clock.travel(2 * DAY):
            mend(hand.instance, cast.admin)
            timer = Timer.objects.get(instance=hand.instance, status="open")
            assert abs(timer.due_at - due) < timedelta(seconds=1), "not three days from now"
            assert services.offer_due_timers() == 0
        with clock.travel(3 * DAY + timedelta(minutes=1)):
            assert services.fire_timer(timer_id=timer.pk)
            assert hand.prove().do("work", cast.rep1).status == "completed"

    def test_a_deleted_subscription_hears_what_came_meanwhile(self, cast):
        put_up(waiting_for(message("paid")))
        hand = begin("waits", cast.admin)
        names = ("token", "name", "key", "kind", "element")
        before = Subscription.objects.values(*names).get(instance=hand.instance)
        sql("DELETE FROM workflows_subscription WHERE instance_id = %s", hand.instance.pk)
        send("paid", cast.admin)
        mend(hand.instance, cast.admin)
        again = Subscription.objects.get(instance=hand.instance, status="open")
        assert Subscription.objects.values(*names).get(pk=again.pk) == before
        assert post([hand]) == 1
        assert hand.prove().do("work", cast.rep1).status == "completed"

    def test_a_deleted_call_outside_is_made_with_the_same_key(self, cast):
        told.clear()
        drawing = user(posting("calling"), "look").chain("start", "call", "look", "end")
        publish_drawing(drawing, operations=(POST,))
        hand = Caller.start("calling", cast.admin)
        key = hand.job.key
        sql("DELETE FROM workflows_job WHERE instance_id = %s", hand.instance.pk)
        mend(hand.instance, cast.admin)
        assert hand.call()
        assert [context.key for context, _params in told] == [key]
        assert hand.do("look", cast.rep1).status == "completed"

    def test_a_deleted_continuation(self, start, cast, monkeypatch):
        monkeypatch.setattr("workflows.services.rows.wake_workers", list)
        case = start("long_run")
        services.complete_work_item(work_item_id=open_item(case, "go").pk, actor=cast.rep1)
        sql("DELETE FROM workflows_job WHERE instance_id = %s", case.pk)
        mend(case, cast.admin)
        services.run_job(job_id=Job.objects.get(instance=case, status="open").pk)
        services.complete_work_item(work_item_id=open_item(case, "rest").pk, actor=cast.rep1)
        case.refresh_from_db()
        assert (case.status, audit()) == ("completed", [])

    def test_a_deleted_failure(self, charging, cast, subject):
        charging.do("ask", cast.rep1, account="broken")
        case = charging.instance
        failure = Incident.objects.get(instance=case)
        sql("DELETE FROM workflows_incident WHERE instance_id = %s", case.pk)
        mend(case, cast.admin)
        again = Incident.objects.get(instance=case, status="open")
        assert (again.kind, again.token, again.message) == ("failure", failure.token, failure.message)
        services.edit_and_retry(
            incident_id=again.pk, values={"account": "good"}, reason="typo", actor=cast.admin
        )
        assert charging.prove().do("check", cast.rep1).status == "completed"


class TestSurplusRows:
    def test_a_job_that_nothing_waits_for_is_withdrawn(self, start, cast):
        case = start("approval")
        now = clock.now()
        job = Job.objects.create(
            kind=Job.CONTINUATION,
            key="x",
            instance=case,
            element="draft",
            token="77",
            due_at=now,
            created_at=now,
        )
        assert mend(case, cast.admin).error_type == "surplus"
        job.refresh_from_db()
        assert job.status == "cancelled"
        assert open_item(case, "draft")

    def test_a_task_at_a_wrong_place_is_exchanged(self, start, cast):
        case = start("approval")
        sql("UPDATE workflows_workitem SET token = '99' WHERE instance_id = %s", case.pk)
        assert mend(case, cast.admin).error_type == "missing,surplus"
        assert list(WorkItem.objects.filter(instance=case).order_by("pk").values_list("status", "token")) == [
            ("cancelled", "99"),
            ("open", "2"),
        ]

    def test_rows_of_a_case_that_is_over_are_closed(self, start, cast):
        case = start("approval")
        services.cancel_instance(instance_id=case.pk, reason="x", actor=cast.admin)
        sql(
            "UPDATE workflows_workitem SET status = 'open', withdrawn_at = NULL WHERE instance_id = %s",
            case.pk,
        )
        assert mend(case, cast.admin).error_type == "over"
        assert (case.status, WorkItem.objects.get(instance=case).status) == ("cancelled", "cancelled")


class TestOlderStates:
    @pytest.fixture
    def put_back(self, start, cast) -> tuple[ProcessInstance, Callable[[str], None]]:
        """A case whose two branches wait, and what puts it back there after one of them was done."""
        case = start("parallel")
        before = ProcessInstance.objects.values().get(pk=case.pk)
        services.complete_work_item(work_item_id=open_item(case, "left").pk, actor=cast.rep1)

        def put(*names: str) -> None:
            ProcessInstance.objects.filter(pk=case.pk).update(**{name: before[name] for name in names})

        return case, put

    def test_the_state_alone(self, put_back, cast):
        case, put = put_back
        put("state")
        incident = mend(case, cast.admin)
        assert incident.error_type == "missing,older_state"
        told = HistoryEvent.objects.get(instance=case, kind="mended")
        assert told.data["older"] is True
        assert told.data["opened"] == [{"element": "left", "kind": "work_item"}]
        assert (told.comment, told.actor) == ("somebody was at the database", cast.admin)
        finish(case, cast, "left", "right", "last")
        case.refresh_from_db()
        assert (case.status, audit()) == ("completed", [])

    def test_the_whole_row(self, put_back, cast):
        case, put = put_back
        lost = ProcessInstance.objects.get(pk=case.pk).revision
        put("state", "state_revision", "revision", "open_rows", "places", "last_event")
        assert mend(case, cast.admin).error_type == "history,missing"
        assert case.revision > lost, "no number of a lost step is given again"
        finish(case, cast, "left", "right", "last")
        case.refresh_from_db()
        assert (case.status, audit()) == ("completed", [])

    def test_what_was_done_since_is_named(self, put_back):
        case, put = put_back
        put("state")
        case.refresh_from_db()
        assert [event.element for event in repeated_events(case)][:1] == ["left"]

    def test_of_a_case_that_ended_meanwhile_is_not_opened_again(self, put_back, cast):
        case, put = put_back
        finish(case, cast, "right", "last")
        put("state", "state_revision", "revision", "open_rows", "places", "last_event", "status", "ended_at")
        mend(case, cast.admin)
        assert (case.status, case.open_rows) == ("completed", 0)
        assert not WorkItem.objects.open().filter(instance=case).exists()

    def test_only_variables_that_are_older(self, start, cast):
        case = start("approval")
        before = case.state
        with step_of_instance(case.pk, actor=SystemActor("tests")) as step:
            step.load().variables["amount"] = "5"
        sql_state = ProcessInstance.objects.get(pk=case.pk)
        assert sql_state.state != before
        ProcessInstance.objects.filter(pk=case.pk).update(state=before)
        assert mend(case, cast.admin).error_type == "older_state"

    def test_an_effect_outside_happens_once_by_its_key(self, cast):
        """The call is made again, with the same key: the service outside knows it and does nothing."""
        told.clear()
        drawing = user(posting("calling"), "look").chain("start", "call", "look", "end")
        publish_drawing(drawing, operations=(POST,))
        hand = Caller.start("calling", cast.admin)
        before = hand.instance.state
        hand.call()
        ProcessInstance.objects.filter(pk=hand.instance.pk).update(state=before)
        mend(hand.instance, cast.admin)
        assert hand.names == [], "the task behind the call is withdrawn"
        assert hand.call()
        first, second = (context.key for context, _params in told)
        assert first == second
        assert hand.do("look", cast.rep1).status == "completed"

    def test_a_timer_that_had_fired_fires_again(self, cast):
        publish_drawing(catching("PT1H"))
        hand = Hand.start("catching", cast.admin)
        before = hand.instance.state
        with clock.travel(2 * HOUR):
            services.fire_timer(timer_id=Timer.objects.get().pk)
            ProcessInstance.objects.filter(pk=hand.instance.pk).update(state=before)
            hand.instance.refresh_from_db()
            assert [event.element for event in repeated_events(hand.instance)] == ["wait"]
            mend(hand.instance, cast.admin)
            assert services.fire_timer(timer_id=Timer.objects.get(status="open").pk), "its hour is long over"
            assert hand.prove().do("work", cast.rep1).status == "completed"


class TestWrongWords:
    def test_a_status_that_hides_a_failure(self, charging, cast):
        charging.do("ask", cast.rep1, account="broken")
        case = charging.instance
        sql("UPDATE workflows_processinstance SET status = 'active' WHERE id = %s", case.pk)
        assert mend(case, cast.admin).error_type == "status"
        assert case.status == "waiting_incident"

    def test_a_wrong_number_of_rows(self, start, cast):
        case = start("approval")
        sql("UPDATE workflows_processinstance SET open_rows = 7, places = 7 WHERE id = %s", case.pk)
        assert mend(case, cast.admin).error_type == "count"
        assert case.open_rows == 1

    def test_a_case_called_finished_that_is_not(self, start, cast):
        case = start("approval")
        sql(
            "UPDATE workflows_processinstance SET status = 'completed', ended_at = now(), open_rows = 0"
            " WHERE id = %s",
            case.pk,
        )
        mend(case, cast.admin)
        assert (case.status, case.ended_at, case.open_rows) == ("active", None, 1)
        assert open_item(case, "draft")

    def test_unless_another_one_has_begun_meanwhile(self, start, cast):
        case = start("approval")
        sql(
            "UPDATE workflows_processinstance SET status = 'completed', ended_at = now(), open_rows = 0"
            " WHERE id = %s",
            case.pk,
        )
        start("approval")
        incident = breach_of(case)
        with Unchanged(case), pytest.raises(Conflict) as refusal:
            services.mend_breach(incident_id=incident.pk, reason="x", actor=cast.admin)
        assert refusal.value.code == "already_running"

    def test_a_counter_of_the_history_that_is_wrong(self, start, cast):
        case = start("approval")
        sql("UPDATE workflows_processinstance SET last_event = 5 WHERE id = %s", case.pk)
        assert mend(case, cast.admin).error_type == "history"
        numbers = HistoryEvent.objects.filter(instance=case).values_list("seq", flat=True)
        assert sorted(numbers) == [1, 2]

    def test_a_suspended_case_stays_suspended(self, start, cast):
        case = start("approval")
        services.suspend_instance(instance_id=case.pk, reason="wait", actor=cast.admin)
        sql("DELETE FROM workflows_workitem WHERE instance_id = %s", case.pk)
        mend(case, cast.admin)
        assert case.status == "suspended"
        services.resume_instance(instance_id=case.pk, actor=cast.admin)
        assert (ProcessInstance.objects.get(pk=case.pk).status, audit()) == ("active", [])


class TestBeyondMending:
    def test_a_state_that_nobody_can_read_is_told_and_can_be_terminated(self, start, cast):
        case = start("approval")
        sql("UPDATE workflows_processinstance SET state = '{\"v\": 99}' WHERE id = %s", case.pk)
        incident = breach_of(case)
        assert incident.error_type == "older_state,unreadable"
        with Unchanged(case), pytest.raises(Conflict) as refusal:
            services.mend_breach(incident_id=incident.pk, reason="try", actor=cast.admin)
        assert refusal.value.code == "cannot_mend"
        services.cancel_instance(instance_id=case.pk, reason="broken", actor=cast.admin)
        incident.refresh_from_db()
        assert (incident.status, audit()) == ("cancelled", [])

    @pytest.mark.parametrize("state", ["[]", "7", '{"v": 2, "tokens": 5}', '{"row": "x"}', "null"])
    def test_whatever_stands_there(self, start, cast, state):
        case = start("approval")
        sql("UPDATE workflows_processinstance SET state = %s::jsonb WHERE id = %s", state, case.pk)
        with pytest.raises(Conflict):
            services.mend_breach(incident_id=breach_of(case).pk, reason="try", actor=cast.admin)

    def test_history_that_is_gone(self, start, cast):
        case = start("parallel")
        services.complete_work_item(work_item_id=open_item(case, "left").pk, actor=cast.rep1)
        sql("DELETE FROM workflows_historyevent WHERE instance_id = %s AND seq = 1", case.pk)
        breaches = audit()
        assert [one.code for one in breaches] == ["hole"]
        services.note_breaches([case.pk])
        incident = Incident.objects.get(instance=case)
        with Unchanged(case), pytest.raises(Conflict) as refusal:
            services.mend_breach(incident_id=incident.pk, reason="try", actor=cast.admin)
        assert refusal.value.code == "cannot_mend"


class TestTelling:
    def test_it_is_told_once_and_holds_nothing(self, start, cast):
        case = start("parallel")
        sql("DELETE FROM workflows_workitem WHERE instance_id = %s AND element = 'left'", case.pk)
        first = breach_of(case)
        assert breach_of(case) == first
        services.complete_work_item(work_item_id=open_item(case, "right").pk, actor=cast.finance)
        case.refresh_from_db()
        assert case.status == "active"
        assert Incident.objects.count() == 1

    def test_what_it_says_follows_what_is_wrong(self, start, cast):
        case = start("parallel")
        sql("DELETE FROM workflows_workitem WHERE instance_id = %s AND element = 'left'", case.pk)
        one = breach_of(case).message
        sql("DELETE FROM workflows_workitem WHERE instance_id = %s", case.pk)
        assert len(breach_of(case).message.splitlines()) == len(one.splitlines()) + 1

    def test_one_that_goes_away_by_itself_is_closed_by_the_system(self, start):
        case = start("approval")
        sql("UPDATE workflows_workitem SET status = 'cancelled' WHERE instance_id = %s", case.pk)
        incident = breach_of(case)
        sql("UPDATE workflows_workitem SET status = 'open' WHERE instance_id = %s", case.pk)
        assert audit_instances() == 0
        incident.refresh_from_db()
        assert (incident.status, incident.closed_by) == ("resolved", None)

    def test_other_programs_hear_of_it_once(self, start, cast):
        wanted = {"name": "ERP", "url": "https://erp.example.com/", "events": ["incident.opened"]}
        create_endpoint(fields=wanted, actor=cast.admin)
        case = start("approval")
        sql("DELETE FROM workflows_workitem WHERE instance_id = %s", case.pk)
        breach_of(case)
        breach_of(case)
        assert list(WebhookDelivery.objects.values_list("event", flat=True)) == ["incident.opened"]

    def test_equal_ones_are_one_group(self, start):
        cases = [start("approval", about=row) for row in Department.objects.all()[:2]]
        sql("DELETE FROM workflows_workitem")
        assert breach_of(cases[0]).group_key == breach_of(cases[1]).group_key

    def test_a_suspicion_that_is_none_is_not_told(self, start):
        assert services.note_breaches([start("approval").pk]) == 0
        assert not Incident.objects.exists()

    def test_the_log_of_deeds_has_it(self, start, cast):
        case = start("approval")
        sql("DELETE FROM workflows_workitem WHERE instance_id = %s", case.pk)
        mend(case, cast.admin)
        entry = AuditEntry.objects.get(action="workflows.mend_breach")
        assert (entry.actor, entry.subject_id, entry.note) == (
            cast.admin,
            str(case.pk),
            "somebody was at the database",
        )
        assert entry.after["opened"] == [{"element": "draft", "kind": "work_item"}]

    def test_the_command_mends_and_says_what_it_did(self, start, cast, capsys):
        case = start("approval")
        sql("DELETE FROM workflows_workitem WHERE instance_id = %s", case.pk)
        call_command("audit_instances", "--mend")
        printed = capsys.readouterr().out
        assert f"case {case.pk}: mended" in printed
        assert audit() == []
        assert (
            HistoryEvent.objects.get(instance=case, kind="mended").actor_label == "manage.py audit_instances"
        )

    def test_the_command_fails_for_what_it_cannot_mend(self, start, capsys):
        case = start("approval")
        sql("UPDATE workflows_processinstance SET state = '{}' WHERE id = %s", case.pk)
        with pytest.raises(SystemExit):
            call_command("audit_instances", "--mend")
        assert f"case {case.pk}: not mended" in capsys.readouterr().out


class TestRefusals:
    @pytest.fixture
    def breach(self, start):
        case = start("approval")
        sql("DELETE FROM workflows_workitem WHERE instance_id = %s", case.pk)
        return breach_of(case)

    def test_others_may_not(self, breach, cast):
        with Unchanged(breach.instance), pytest.raises(PermissionDenied):
            services.mend_breach(incident_id=breach.pk, reason="x", actor=cast.rep1)

    def test_a_reason_is_asked_for(self, breach, cast):
        with Unchanged(breach.instance), pytest.raises(ApplicationError) as refusal:
            services.mend_breach(incident_id=breach.pk, reason=" ", actor=cast.admin)
        assert refusal.value.code == "reason_needed"

    def test_the_second_hears_who_was_faster(self, breach, cast):
        services.mend_breach(incident_id=breach.pk, reason="x", actor=cast.admin)
        with Unchanged(breach.instance), pytest.raises(Conflict, match="贺明"):
            services.mend_breach(incident_id=breach.pk, reason="x", actor=cast.admin)

    def test_what_is_right_again_is_only_closed(self, start, cast):
        case = start("approval")
        sql("UPDATE workflows_workitem SET status = 'cancelled' WHERE instance_id = %s", case.pk)
        breach = breach_of(case)
        sql("UPDATE workflows_workitem SET status = 'open' WHERE instance_id = %s", case.pk)
        services.mend_breach(incident_id=breach.pk, reason="x", actor=cast.admin)
        breach.refresh_from_db()
        assert breach.status == "resolved"
        assert not HistoryEvent.objects.filter(instance=case, kind="mended").exists()

    def test_nothing_else_can_be_done_with_it(self, breach, cast):
        deeds = [
            lambda: services.retry_incident(incident_id=breach.pk, actor=cast.admin),
            lambda: services.skip_incident(incident_id=breach.pk, reason="x", actor=cast.admin),
            lambda: services.fail_incident(incident_id=breach.pk, code="x", reason="x", actor=cast.admin),
            lambda: services.edit_and_retry(incident_id=breach.pk, values={}, reason="x", actor=cast.admin),
        ]
        for deed in deeds:
            with Unchanged(breach.instance), pytest.raises(Conflict) as refusal:
                deed()
            assert refusal.value.code == "is_breach"


def test_moments_written_into_the_state_are_readable(cast):
    publish_drawing(catching("PT1H"))
    hand = Hand.start("catching", cast.admin)
    (since,) = hand.instance.state["row"]["since"].values()
    assert datetime.fromisoformat(since) == Timer.objects.get().created_at
