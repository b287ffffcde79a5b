"""Every path of a complaint: what becomes of the complaint, of its case, of the tasks, of the history."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from core import clock
from core.calendar import current
from core.errors import ApplicationError, Conflict
from core.models import Notification, Role
from service import services
from tests.processes.complaint_walk import SAID, ComplaintWalk, settle
from tests.processes.walk import later
from workflows.models import HistoryEvent, Timer, WorkItem
from workflows.selectors import running_process_of
from workflows.services import cancel_instance, publish_shipped

pytestmark = pytest.mark.django_db
WATCH = "until_due"


@pytest.fixture
def complaints(company):
    """The company, with the process of complaints."""
    from config.reference import load_all

    load_all(processes={"complaint"})
    return company


@pytest.fixture
def walk(complaints) -> ComplaintWalk:
    return ComplaintWalk(complaints)


def working(moment, **time):
    """So much working time after a moment."""
    return current().add(moment, time.get("days", 0), timedelta(hours=time.get("hours", 0)))


def until(moment) -> dict[str, float]:
    """A little after a moment, as travelling wants it."""
    return {"seconds": (moment - clock.now()).total_seconds() + 60}


class TestTheWholeWay:
    def test_from_the_receipt_to_the_end(self, walk):
        walk.stands("registered", "acknowledge")
        assert walk.inbox_of("aftersales", "queue") == ["acknowledge"]
        walk.acknowledge()
        walk.stands("ruling", "rule")
        assert walk.waits() == [WATCH]
        walk.rule()
        walk.stands("handling", "handle")
        assert walk.inbox_of("aftersales2", "mine") == ["handle"]
        walk.handle()
        walk.stands("instructing", "instruct_director")
        walk.instruct()
        complaint = walk.stands("summing_up", "sum_up")
        assert complaint.resolved_at is not None
        walk.sum_up()
        walk.stands("following_up")
        assert "until_call" in walk.waits()
        call = complaint.follow_ups.get()
        with later(**until(call.due_at)):
            walk.stands("following_up", "call_customer")
            walk.call()
            complaint = walk.stands("closed", case="completed")
            assert (complaint.closed_at is not None, walk.waits()) == (True, [])
        assert walk.trail() == [
            ("aftersales", "acknowledge", "done"),
            ("aftersales", "rule", "justified"),
            ("aftersales2", "handle", "done"),
            ("director", "instruct_director", "agree"),
            ("aftersales", "sum_up", "done"),
            ("aftersales", "call_customer", "satisfied"),
        ]

    def test_the_call_falls_due_so_much_working_time_after_the_summary(self, walk):
        walk.until_summed_up()
        due = walk.complaint.follow_ups.get().due_at
        timer = Timer.objects.get(instance=walk.case, element="until_call", status="open")
        assert abs(timer.due_at - due) < timedelta(seconds=5)
        assert abs(due - working(clock.now(), days=3)) < timedelta(seconds=30)

    def test_row_and_case_are_never_without_each_other(self, complaints, monkeypatch):
        from service.models import Complaint

        def broken(**_kwargs):
            raise Conflict("no process today")

        monkeypatch.setattr("workflows.services.start_process", broken)
        with pytest.raises(Conflict):
            ComplaintWalk(complaints)
        assert not Complaint.objects.exists()

    def test_it_does_not_start_a_second_time(self, walk):
        from workflows.services import start_process

        walk.acknowledge()
        with pytest.raises(Conflict):
            start_process(
                definition_key="complaint", subject=walk.complaint, data={}, actor=walk.people.aftersales
            )


class TestDeadlines:
    @pytest.mark.parametrize(
        ("severity", "response", "solution"),
        [(1, {"hours": 1}, {"days": 1}), (2, {"hours": 2}, {"days": 2}), (4, {"days": 1}, {"days": 5})],
        ids=["critical", "serious", "slight"],
    )
    def test_follow_the_table_in_working_time(self, complaints, severity, response, solution):
        complaint = ComplaintWalk(complaints, severity=severity).stands("registered", "acknowledge")
        assert complaint.respond_due_at == working(complaint.received_at, **response)
        assert complaint.resolve_due_at == working(complaint.received_at, **solution)

    def test_are_looked_up_again_when_the_severity_is_settled(self, walk):
        walk.acknowledge(severity=1)
        complaint = walk.stands("ruling", "rule")
        assert complaint.severity == 1
        assert complaint.resolve_due_at == working(complaint.received_at, days=1)

    def test_a_late_response_is_told_to_the_director(self, walk):
        with later(**until(walk.complaint.respond_due_at)):
            walk.stands("registered", "acknowledge")
            assert walk.told("director") == ["response"]
            assert walk.told("gm") == walk.told("rep1") == []

    def test_a_late_solution_is_told_to_the_director_then_to_the_general_manager(self, walk):
        walk.acknowledge()
        due = walk.stands("ruling", "rule").resolve_due_at
        with later(**until(due - timedelta(minutes=5))):
            assert walk.told("director") == []
        with later(**until(due)):
            walk.stands("ruling", "rule")
            assert (walk.told("director"), walk.told("gm")) == (["solution"], [])
            with later(**until(working(clock.now(), days=2))):
                assert walk.told("gm") == ["solution"]

    def test_once_solved_nobody_is_told(self, walk):
        due = walk.complaint.resolve_due_at
        walk.until_handled()
        walk.instruct()
        with later(**until(due + timedelta(days=2))):
            assert walk.told("director") == walk.told("gm") == []
            walk.stands("summing_up", "sum_up")

    def test_waiting_for_the_customer_does_not_count(self, walk):
        walk.acknowledge()
        walk.rule()
        before = walk.stands("handling", "handle").resolve_due_at
        services.pause_for_customer(complaint_id=walk.complaint.pk, actor=walk.people.aftersales2)
        with later(**until(before + timedelta(days=1))):
            walk.stands("handling", "handle")
            assert walk.told("director") == []
            services.resume_for_customer(complaint_id=walk.complaint.pk, actor=walk.people.aftersales2)
            complaint = walk.stands("handling", "handle")
            assert complaint.paused_minutes > 0
            assert complaint.resolve_due_at > clock.now()
            with later(**until(complaint.resolve_due_at + timedelta(days=4))):
                assert walk.told("director")[:1] == ["solution"]

    def test_whoever_is_held_responsible_is_told_nothing(self, walk):
        walk.acknowledge()
        due = walk.stands("ruling", "rule").resolve_due_at
        walk.rule(blamed="director")
        with later(**until(due)):
            assert walk.told("director") == []

    def test_no_notice_holds_the_complaints_text(self, walk):
        walk.acknowledge()
        walk.rule()
        with later(**until(walk.complaint.resolve_due_at + timedelta(days=10))):
            said = str(list(Notification.objects.values_list("params", flat=True)))
            assert SAID not in said
            assert "通话录音" not in said
            assert not Notification.objects.filter(person=walk.people.rep1).exists()


class TestTheRuling:
    def test_not_justified_is_explained_and_summed_up(self, walk):
        walk.acknowledge()
        walk.refuse()
        complaint = walk.stands("handling", "explain")
        assert (complaint.is_justified, complaint.handler) == (False, None)
        walk.explain()
        walk.stands("summing_up", "sum_up")
        walk.sum_up()
        with later(**until(walk.complaint.follow_ups.get().due_at)):
            walk.call()
            walk.stands("closed", case="completed")

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"share_1": "50"}, "share_1"),
            ({"party_2": ""}, "share_1"),
            ({"basis": ""}, "basis"),
            ({"handler": ""}, "handler"),
        ],
        ids=["90 in all", "no party", "no basis", "no handler"],
    )
    def test_that_is_not_whole_is_refused(self, walk, changes, field):
        walk.acknowledge()
        with pytest.raises(ApplicationError) as refusal:
            walk.rule(**changes)
        assert field in refusal.value.errors
        walk.stands("ruling", "rule")

    def test_nobody_rules_on_themselves(self, walk):
        walk.acknowledge()
        with pytest.raises(ApplicationError) as refusal:
            walk.rule(blamed="aftersales")
        assert "share_1" in refusal.value.errors
        walk.stands("ruling", "rule")

    def test_nobody_handles_their_own_case(self, walk):
        walk.acknowledge()
        with pytest.raises(ApplicationError) as refusal:
            walk.rule(blamed="aftersales2")
        assert "handler" in refusal.value.errors
        walk.stands("ruling", "rule")

    def test_nobody_else_rules(self, walk):
        walk.acknowledge()
        for who in ("rep1", "aftersales2", "director", "manager1"):
            with pytest.raises((PermissionDenied, WorkItem.DoesNotExist)):
                walk.rule(who)
        walk.stands("ruling", "rule")


class TestTheLeader:
    def test_has_it_done_again_and_says_what(self, walk):
        walk.until_handled()
        with pytest.raises(ApplicationError):
            walk.instruct(verdict="redo")
        walk.instruct(verdict="redo", comment="请再补偿一个月")
        walk.stands("handling", "handle")
        walk.handle()
        walk.stands("instructing", "instruct_director")
        walk.instruct()
        complaint = walk.stands("summing_up", "sum_up")
        assert list(complaint.instructions.values_list("round", "verdict", "text")) == [
            (1, "redo", "请再补偿一个月"),
            (2, "agree", ""),
        ]

    @pytest.mark.parametrize(
        ("fields", "cost", "blamed", "who"),
        [
            ({"severity": 1}, "0", "rep1", "gm"),
            ({}, "5000", "rep1", "gm"),
            ({}, "4999.99", "rep1", "director"),
            ({}, "0", "director", "gm"),
        ],
        ids=["critical", "dear", "less dear", "the director is responsible"],
    )
    def test_is_chosen_by_the_table(self, complaints, fields, cost, blamed, who):
        walk = ComplaintWalk(complaints, **fields)
        walk.acknowledge()
        walk.rule(blamed=blamed)
        walk.handle(cost=cost)
        walk.stands("instructing", f"instruct_{who}")
        walk.instruct(who)
        walk.stands("summing_up", "sum_up")

    def test_held_responsible_says_nothing_in_it(self, walk):
        walk.acknowledge()
        walk.rule(blamed="gm")
        walk.handle(cost="9000")
        with pytest.raises(ApplicationError) as refusal:
            walk.instruct("gm")
        assert refusal.value.code == "own_case"
        walk.stands("instructing", "instruct_gm")


class TestReopening:
    def _called(self, walk, **call):
        due = walk.complaint.follow_ups.order_by("-n").first().due_at
        return later(**until(due))

    def test_the_first_time_it_is_handled_again_the_second_time_the_leader_speaks_first(self, walk):
        walk.until_summed_up()
        with self._called(walk):
            walk.call("unsatisfied", 2)
            complaint = walk.stands("handling", "handle")
            assert (complaint.reopen_count, complaint.resolved_at) == (1, None)
            assert complaint.resolve_due_at > clock.now()
            walk.handle()
            walk.instruct()
            walk.sum_up()
            with self._called(walk):
                walk.call("unsatisfied", 1)
                complaint = walk.stands("instructing", "instruct_director")
                assert complaint.reopen_count == 2
                walk.instruct(verdict="redo", comment="上门道歉")
                walk.handle()
                walk.instruct()
                walk.sum_up()
                with self._called(walk):
                    walk.call()
                    complaint = walk.stands("closed", case="completed")
                    assert list(complaint.follow_ups.values_list("n", "is_satisfied")) == [
                        (1, False),
                        (2, False),
                        (3, True),
                    ]

    def test_one_that_was_not_justified_is_explained_again(self, walk):
        walk.acknowledge()
        walk.refuse()
        walk.explain()
        walk.sum_up()
        with self._called(walk):
            walk.call("unsatisfied", 2)
            walk.stands("handling", "explain")

    def test_its_new_deadline_is_watched(self, walk):
        walk.until_summed_up()
        with self._called(walk):
            walk.call("unsatisfied", 2)
            due = walk.stands("handling", "handle").resolve_due_at
            with later(**until(due + timedelta(days=4))):
                assert walk.told("director")[:1] == ["solution"]


class TestWithdrawal:
    @pytest.mark.parametrize("steps", [0, 1, 2, 3, 4], ids=lambda n: f"after {n} steps")
    def test_ends_complaint_and_case_together(self, walk, steps):
        for step in (walk.acknowledge, walk.rule, walk.handle, walk.instruct)[:steps]:
            step()
        services.withdraw_complaint(
            complaint_id=walk.complaint.pk, reason="客户撤回", actor=walk.people.aftersales
        )
        complaint = walk.stands("withdrawn", case="cancelled")
        assert (complaint.withdraw_reason, walk.waits()) == ("客户撤回", [])
        deed = HistoryEvent.objects.get(instance=walk.case, kind="cancelled")
        assert deed.on_behalf_of == walk.people.aftersales
        with later(days=30):
            assert walk.told("director") == []

    def test_also_while_it_waits_for_the_customer(self, walk):
        walk.acknowledge()
        walk.rule()
        services.pause_for_customer(complaint_id=walk.complaint.pk, actor=walk.people.aftersales2)
        services.withdraw_complaint(
            complaint_id=walk.complaint.pk, reason="客户撤回", actor=walk.people.aftersales
        )
        assert walk.stands("withdrawn", case="cancelled").paused_at is None

    def test_by_cancelling_its_case(self, walk):
        walk.acknowledge()
        cancel_instance(instance_id=walk.case.pk, reason="登记重复", actor=walk.people.admin)
        walk.stands("withdrawn", case="cancelled")

    def test_takes_a_right_and_a_reason(self, walk):
        with pytest.raises(PermissionDenied):
            services.withdraw_complaint(complaint_id=walk.complaint.pk, reason="x", actor=walk.people.rep1)
        with pytest.raises(ApplicationError) as refusal:
            services.withdraw_complaint(
                complaint_id=walk.complaint.pk, reason=" ", actor=walk.people.aftersales
            )
        assert "reason" in refusal.value.errors
        walk.stands("registered", "acknowledge")

    def test_comes_too_late_for_a_closed_one(self, walk):
        walk.until_summed_up()
        with later(**until(walk.complaint.follow_ups.get().due_at)):
            walk.call()
            with pytest.raises(Conflict):
                services.withdraw_complaint(
                    complaint_id=walk.complaint.pk, reason="客户撤回", actor=walk.people.aftersales
                )
            walk.stands("closed", case="completed")


class TestTheTable:
    def test_a_manager_changes_a_deadline_without_the_program(self, complaints):
        """Another deadline in the table: new complaints have it, those under way keep theirs."""
        from workflows.models import ProcessDefinition
        from workflows.services import import_bpmn, publish_draft, save_draft

        before = ComplaintWalk(complaints)
        version = ProcessDefinition.objects.get(key="complaint").current_version
        import_bpmn(bpmn=version.bpmn.encode(), actor=complaints.admin)
        draft = ProcessDefinition.objects.get(key="complaint").draft
        tables = dict(version.decisions)
        tables["complaint_sla"] = tables["complaint_sla"].replace('"P3D"', '"P2D"')
        save_draft(
            definition_key="complaint",
            bpmn=draft.bpmn,
            decisions=tables,
            forms={},
            revision=draft.revision,
            actor=complaints.admin,
        )
        # What somebody has drawn, somebody else publishes.
        complaints.gm.roles.add(Role.objects.get(code="process_admin"))
        publish_draft(definition_key="complaint", actor=complaints.gm, note="处理时限改为 2 天")
        after = ComplaintWalk(complaints)
        assert after.complaint.resolve_due_at == working(after.complaint.received_at, days=2)
        before.acknowledge()
        assert before.stands("ruling", "rule").resolve_due_at == working(before.complaint.received_at, days=3)


def test_the_case_of_a_complaint_is_found_by_it(walk):
    assert running_process_of(walk.complaint) == walk.case
    assert publish_shipped(only={"complaint"}) == []
    settle()


def test_a_clock_that_was_set_back_does_not_have_it_answered_before_it_came(walk):
    with clock.travel(timedelta(minutes=-1)):
        walk.acknowledge()
    assert walk.complaint.responded_at is None
    walk.complaint.refresh_from_db()
    assert walk.complaint.responded_at == walk.complaint.received_at
