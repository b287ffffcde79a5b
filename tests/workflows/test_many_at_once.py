"""Multi-instances in the application: who gets which item, what tells them apart, what it costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.errors import ApplicationError
from core.models import User
from tests.workflows.conftest import Unchanged
from tests.workflows.engine.drawing import Drawing
from tests.workflows.running import FINANCE, MANAGER, REP, Hand, each, form, inside, publish_drawing, user
from workflows import selectors, services
from workflows.models import HistoryEvent, Incident, Job, WorkItem

pytestmark = pytest.mark.django_db
PERSON = '<flow:assign person="reviewer"/>'
LIST = '<flow:variable name="reviewers" type="list" item="text"/>'


def reviewing(*, sequential: bool = False, until: str = "", **more: str) -> Drawing:
    """Somebody names the reviewers; each reviews; then it goes on."""
    drawing = Drawing("reviewing", extensions=LIST).start().end()
    user(drawing, "choose")
    marker = each("reviewers", "reviewer", sequential=sequential, until=until, **more)
    user(drawing, "review", PERSON, form("score:integer"), name="复核", inner=marker)
    drawing.lane("rep", "start", "choose", "review")
    user(drawing, "after", MANAGER)
    return drawing.chain("start", "choose", "review", "after", "end")


def begin(cast, *reviewers: str) -> Hand:
    return Hand.start("reviewing", cast.rep1, data={"reviewers": list(reviewers)}).do("choose", cast.rep1)


class TestParallel:
    def test_each_reviewer_gets_their_own_item(self, cast):
        publish_drawing(reviewing())
        hand = begin(cast, "rep1", "rep2", "rep3")
        assert {name: item.assignee for name, item in hand.open.items()} == {
            "review#0": cast.rep1,
            "review#1": cast.rep2,
            "review#2": cast.rep3,
        }
        for person in (cast.rep1, cast.rep2, cast.rep3):
            assert [item.element for item in selectors.inbox(person, box="mine")] == ["review"]
        with pytest.raises(WorkItem.DoesNotExist):
            services.complete_work_item(
                work_item_id=hand.open["review#0"].pk, actor=cast.finance, data={"score": 1}
            )

    def test_items_of_one_step_are_told_apart_by_their_names(self, cast):
        publish_drawing(reviewing())
        hand = begin(cast, "rep1", "nobody")
        own, queued = hand.open["review#0"], hand.open["review#1"]
        assert own.name == "复核 (1/2)", "whose it is stands beside it"
        assert queued.name == "复核 (2/2 · nobody)"
        assert (queued.assignee, queued.role) == (None, "rep")

    def test_the_inbox_finds_an_item_by_what_it_is_about(self, cast):
        publish_drawing(reviewing())
        hand = begin(cast, "不锈钢管", "轴承")
        found = selectors.inbox(cast.rep2, box="queue", q="不锈钢")
        assert list(found) == [hand.open["review#0"]]

    def test_it_goes_on_when_all_have_answered_in_any_order(self, cast):
        publish_drawing(reviewing(value="score", into="scores"))
        hand = begin(cast, "rep1", "rep2", "rep3")
        hand.do("review#2", score=3).do("review#0", score=1)
        assert hand.names == ["review#1"]
        hand.do("review#1", score=2)
        assert (hand.names, hand.variables["scores"]) == (["after"], [1, 2, 3])
        assert hand.passed(people=True) == ["choose", "review#2", "review#0", "review#1"]
        whole = hand.instance.events.get(element="review", data__has_key="is_whole")
        assert (whole.actor, whole.data["flows"]) == (None, ["reviewing_f3"])

    def test_a_condition_ends_it_early_and_withdraws_the_rest(self, cast):
        publish_drawing(reviewing(until="nrOfCompletedInstances == 2"))
        hand = begin(cast, "rep1", "rep2", "rep3").do("review#1", score=1)
        assert hand.names == ["review#0", "review#2"]
        assert hand.do("review#2", score=1).names == ["after"]
        assert WorkItem.objects.get(element="review", status="cancelled").assignee == cast.rep1

    def test_nobody_to_ask_goes_on_at_once(self, cast):
        publish_drawing(reviewing())
        assert begin(cast).names == ["after"]

    def test_wrong_answers_change_nothing(self, cast):
        publish_drawing(reviewing())
        hand = begin(cast, "rep1", "rep2")
        with Unchanged(hand.instance), pytest.raises(ApplicationError) as refusal:
            hand.do("review#0", score="many")
        assert list(refusal.value.errors) == ["score"]

    def test_claiming_and_giving_back_one_leaves_the_others(self, cast):
        publish_drawing(reviewing())
        hand = begin(cast, "nobody", "nobody")
        services.claim_work_item(work_item_id=hand.open["review#1"].pk, actor=cast.rep2)
        hand.prove()
        services.release_work_item(work_item_id=hand.open["review#1"].pk, actor=cast.rep2)
        hand.prove()
        told = hand.instance.events.filter(kind__in=["claimed", "released"]).values_list(
            "data__part", flat=True
        )
        assert list(told) == ["2/2 · nobody", "2/2 · nobody"]

    def test_cancelling_withdraws_them_all(self, cast):
        publish_drawing(reviewing())
        hand = begin(cast, "rep1", "rep2", "rep3")
        services.cancel_instance(instance_id=hand.instance.pk, reason="over", actor=cast.admin)
        hand.prove()
        assert WorkItem.objects.filter(element="review", status="cancelled").count() == 3

    def test_two_hundred_reviewers_cost_no_more_statements_than_two(self, cast):
        drawing = Drawing("crowd").start().end()
        user(drawing, "choose", form("people:integer"))
        marker = (
            "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>people</bpmn:loopCardinality>"
            "</bpmn:multiInstanceLoopCharacteristics>"
        )
        user(drawing, "sign", '<flow:distinct from="choose"/>', inner=marker)
        publish_drawing(drawing.chain("start", "choose", "sign", "end"))
        costs = {}
        for people in (2, 200):
            item = Hand.start("crowd", cast.rep1).open["choose"]
            person = User.objects.get(pk=cast.rep1.pk)
            with CaptureQueriesContext(connection) as captured:
                services.complete_work_item(work_item_id=item.pk, actor=person, data={"people": people})
            costs[people] = len(captured)
        assert costs[2] == costs[200]
        assert WorkItem.objects.filter(element="sign", status="open").count() == 202


class TestSequential:
    def test_one_after_the_other(self, cast):
        publish_drawing(reviewing(sequential=True, value="score", into="scores"))
        hand = begin(cast, "rep3", "rep1")
        assert (hand.names, hand.open["review#0"].name) == (["review#0"], "复核 (1/2)")
        assert hand.open["review#0"].assignee == cast.rep3
        hand.do("review#0", score=5)
        assert hand.open["review#1"].assignee == cast.rep1
        hand.do("review#1", score=6)
        assert (hand.names, hand.variables["scores"]) == (["after"], [5, 6])


class TestSeparationOfDuties:
    def test_who_checked_any_of_them_may_not_decide(self, cast):
        publish_drawing(reviewing_and_deciding())
        hand = begin(cast, "rep1", "rep2")
        hand.do("review#0", score=1).do("review#1", score=1)
        assert hand.open["decide"].excluded == sorted([cast.rep1.pk, cast.rep2.pk])
        for person in (cast.rep1, cast.rep2):
            with pytest.raises(ApplicationError) as refusal:
                hand.do("decide", person)
            assert refusal.value.code == "separation_of_duties"
        assert hand.do("decide", cast.rep3).status == "completed"

    def test_two_signatures_are_two_people(self, cast):
        drawing = Drawing("signing").start().end()
        marker = (
            "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality>"
            "</bpmn:multiInstanceLoopCharacteristics>"
        )
        user(drawing, "sign", '<flow:distinct from="sign"/>', inner=marker)
        publish_drawing(drawing.chain("start", "sign", "end"))
        hand = Hand.start("signing", cast.rep1).do("sign#0", cast.rep1)
        with pytest.raises(ApplicationError) as refusal:
            hand.do("sign#1", cast.rep1)
        assert refusal.value.code == "separation_of_duties"
        assert hand.do("sign#1", cast.rep2).status == "completed"

    def test_inside_each_element_only_its_own_work_counts(self, cast):
        inner = Drawing("inner").start("s").end("e")
        user(inner, "fill")
        user(inner, "check", '<flow:distinct from="fill"/>').chain("s", "fill", "check", "e")
        drawing = Drawing("reviewing", extensions=LIST).start().end()
        user(drawing, "choose")
        drawing.add(inside("subProcess", "both", inner, marker=each("reviewers", "reviewer")))
        publish_drawing(drawing.chain("start", "choose", "both", "end"))
        hand = begin(cast, "rep1", "rep2").do("fill#0", cast.rep1).do("fill#1", cast.rep2)
        assert hand.open["check#0"].excluded == [cast.rep1.pk]
        assert hand.open["check#1"].excluded == [cast.rep2.pk]
        with pytest.raises(ApplicationError):
            hand.do("check#0", cast.rep1)
        hand.do("check#0", cast.rep2).do("check#1", cast.rep1)
        assert hand.status == "completed"


def reviewing_and_deciding() -> Drawing:
    drawing = Drawing("reviewing", extensions=LIST).start().end()
    user(drawing, "choose")
    user(drawing, "review", PERSON, form("score:integer"), inner=each("reviewers", "reviewer"))
    user(drawing, "decide", REP, '<flow:distinct from="review"/>')
    return drawing.chain("start", "choose", "review", "decide", "end")


class TestOperations:
    def charging(self) -> Drawing:
        drawing = Drawing("reviewing", extensions='<flow:subject type="core.department"/>').start().end()
        user(drawing, "choose", form("accounts:text"))
        drawing.script("split", 'accounts_list = ["fine", accounts]')
        marker = each("accounts_list", "account", value="charged.balance", into="balances")
        words = (
            '<flow:operation name="tests.charge" result="charged"><flow:param name="account" value="account"/>'
            "</flow:operation>"
        )
        drawing.element("serviceTask", "charge", marker, extensions=words)
        user(drawing, "after")
        return drawing.chain("start", "choose", "split", "charge", "after", "end")

    def test_one_of_several_fails_and_is_retried_while_the_others_stand(self, cast):
        from core.models import Department

        publish_drawing(self.charging())
        row = Department.objects.get(code="sales1")
        hand = Hand.start("reviewing", cast.rep1, subject=row).do("choose", cast.rep1, accounts="broken")
        assert hand.status == "waiting_incident"
        failed = HistoryEvent.objects.get(instance=hand.instance, kind="failed")
        assert (failed.element, failed.data["part"]) == ("charge", "2/2 · broken")
        Department.objects.filter(pk=row.pk).update(name="mended")
        services.retry_incident(incident_id=Incident.objects.get().pk, actor=cast.admin)
        assert hand.prove().names == ["after"]
        assert hand.variables["balances"] == ["12.50", "12.50"]


class TestFinance:
    def test_a_step_inside_each_element_belongs_to_its_role(self, cast):
        inner = Drawing("inner").start("s").end("e")
        user(inner, "look", FINANCE).chain("s", "look", "e")
        drawing = Drawing("reviewing", extensions=LIST).start().end()
        user(drawing, "choose")
        drawing.add(
            inside("subProcess", "both", inner, marker=each("reviewers", "reviewer", sequential=True))
        )
        publish_drawing(drawing.chain("start", "choose", "both", "end"))
        hand = begin(cast, "rep1", "rep2")
        assert hand.names == ["look#0"]
        assert hand.do("look#0", cast.finance).names == ["look#1"]
        assert hand.do("look#1", cast.finance2).status == "completed"
        assert hand.passed() == [
            "choose", "s#0", "look#0", "e#0", "both#0", "s#1", "look#1", "e#1", "both#1", "both", "end",
        ]  # fmt: skip


class TestLongRuns:
    """More automatic steps than one transaction may hold: the case goes on in jobs."""

    def counting(self) -> Drawing:
        inner = Drawing("inner").start("s").script("one", "x = line").script("two", "y = x").end("e")
        inner.chain("s", "one", "two", "e")
        drawing = Drawing("reviewing", extensions=LIST).start().end()
        user(drawing, "choose")
        drawing.add(
            inside("subProcess", "each_one", inner, marker=each("reviewers", "line", value="y", into="seen"))
        )
        user(drawing, "after")
        return drawing.chain("start", "choose", "each_one", "after", "end")

    def test_two_hundred_elements_of_scripts_go_on_in_jobs_until_all_is_done(self, cast):
        publish_drawing(self.counting())
        names = [f"no {number}" for number in range(200)]
        hand = begin(cast, *names)
        rounds = 0
        while (jobs := Job.objects.filter(instance=hand.instance, status="open")).exists():
            for job in jobs.order_by("pk"):
                services.run_job(job_id=job.pk)
            hand.prove()
            rounds += 1
        assert (hand.names, hand.variables["seen"]) == (["after"], names)
        assert 1 < rounds < 10
        assert Job.objects.filter(instance=hand.instance, status="done").count() == rounds
        assert Job.objects.filter(instance=hand.instance).count() == rounds, "one job for all branches"

    def test_more_elements_than_it_may_have_hold_the_case(self, cast):
        publish_drawing(self.counting())
        hand = begin(cast, *["x"] * 201)
        assert hand.status == "waiting_incident"
        assert Incident.objects.get(instance=hand.instance).element == "each_one"
