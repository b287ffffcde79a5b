"""Ended cases are compacted: what they waited for becomes one value, and whoever looks back sees what stood there."""

from __future__ import annotations

import json
import random
import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.html import strip_tags

from core import clock
from core.errors import ApplicationError
from core.models import Comment
from core.services.comments import add_comment
from tests.workflows.clockwork import MONDAY, bounded
from tests.workflows.figures.test_rolling_up import figures
from tests.workflows.figures.world import Walk, publish
from tests.workflows.posts import begin, message, post, put_up, send, started_by, telling, waiting_for
from tests.workflows.running import Hand, publish_drawing
from tests.workflows.test_case_file import opened
from tests.workflows.test_purging import alongside, breach
from workflows import services, tasks
from workflows.audit import audit
from workflows.models import (
    CaseTally,
    Delivery,
    HistoryEvent,
    Incident,
    Job,
    LegalHold,
    Message,
    ProcessInstance,
    Subscription,
    Timer,
    WorkItem,
)
from workflows.selectors.diagram import diagram_state, waits_kept
from workflows.selectors.related import related_cases
from workflows.selectors.then import moment_of
from workflows.services import compacting
from workflows.services.compacting import compact
from workflows.views.record import sheet_of

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(days=600)
MACHINERY = (Timer, Job, Subscription)
KEPT = (WorkItem, HistoryEvent, Incident, Comment, Delivery, Message, CaseTally)


def machinery(case: ProcessInstance) -> int:
    return sum(model._default_manager.filter(instance=case.pk).count() for model in MACHINERY)


def over(hand: Hand | ProcessInstance, actor: Any) -> ProcessInstance:
    """The case was terminated, its figures are counted."""
    pk = hand.instance.pk if isinstance(hand, Hand) else hand.pk
    services.cancel_instance(instance_id=pk, reason="x", actor=actor)
    with clock.travel(timedelta(minutes=1)):
        services.sweep_figures()
    return ProcessInstance.objects.get(pk=pk)


def everything() -> dict[str, list]:
    models = (*MACHINERY, *KEPT, ProcessInstance)
    return {one.__name__: list(one._default_manager.order_by("pk").values()) for one in models}


def soon() -> Any:
    return clock.now() + timedelta(minutes=2)


class Seen:
    """What people and programs see of a case, apart from the rows of what it has waited for."""

    def __init__(self, case: ProcessInstance, client: Any, person: Any) -> None:
        self.case, self.client, self.person = ProcessInstance.objects.get(pk=case.pk), client, person

    def all(self) -> dict[str, Any]:
        case = self.case
        return {
            **{tab: self.page(tab) for tab in ("overview", "history", "related")},
            "now": diagram_state(case),
            "then": [diagram_state(case, moment_of(case, seq)) for seq in range(1, case.last_event + 1)],
            "then page": self.text(reverse("workflows:case-then", args=[case.pk, 2])),
            "record": {**sheet_of(case, self.person), "made": ""},
            "related": related_cases(self.person, case, None),
            "export": self.export(),
            "api": {**self.api(f"process-instances/{case.pk}/"), "compacted_at": ""},
            "api history": self.api(f"process-instances/{case.pk}/history/"),
            "api diagram": self.api(f"process-instances/{case.pk}/diagram/"),
        }

    def page(self, tab: str) -> str:
        return self.text(f"{reverse('workflows:case-detail', args=[self.case.pk])}?tab={tab}")

    def text(self, address: str) -> str:
        answer = self.client.get(address)
        assert answer.status_code == 200
        body = answer.content.decode()
        body = re.sub(r'<p class="muted small">[^<]*精简[^<]*</p>', "", body)
        return re.sub(r"\s+", " ", strip_tags(body))

    def export(self) -> dict[str, Any]:
        told = json.loads(opened(self.client, self.person, self.case).read("case.json"))
        for name in ("timers", "jobs", "subscriptions", "waited", "made_at"):
            told.pop(name)
        told["case"].pop("compacted_at")
        return told

    def api(self, address: str) -> Any:
        answer = self.client.get(f"/api/v1/{address}")
        assert answer.status_code == 200
        return answer.json()


class TestWhatStays:
    def test_whoever_looks_sees_what_was_seen_before(self, cast, client):
        """Random cases with everything: called processes, several at once, moments, messages, calls that fail."""
        publish()
        chance = random.Random(11)
        for _number in range(5):
            Walk(cast, chance).go(60)
        client.force_login(cast.admin)
        with clock.travel(LATER):
            services.sweep_figures()
            while tasks.forget_messages():
                pass
            cases = list(ProcessInstance.objects.filter(ended_at__isnull=False).order_by("pk"))
            for case in cases:
                about = {"subject_type": "workflows.processinstance", "subject_id": str(case.pk)}
                add_comment(**about, text="hm", actor=cast.admin)
            assert sum(machinery(one) for one in cases) > len(cases)
            before = [Seen(one, client, cast.admin).all() for one in cases]
            kept, counted = everything(), figures()
            done = compact(clock.now())
            assert (done.cases, done.held_back) == (len(cases), {})
            assert [machinery(one) for one in cases] == [0] * len(cases)
            after = [Seen(one, client, cast.admin).all() for one in cases]
            for case, wanted, found in zip(cases, before, after, strict=True):
                for what, value in wanted.items():
                    assert found[what] == value, (case.pk, what)
            for model in KEPT:
                assert everything()[model.__name__] == kept[model.__name__]
            call_command("roll_up", "--anew", stdout=StringIO())
            assert figures() == counted, "also when they are counted anew"
        assert audit(deep="all") == []

    def test_cases_that_run_and_young_ones_stay_as_they_are(self, cast):
        publish_drawing(bounded("PT6H"))
        running, young = (Hand.start("bounded", cast.admin) for _n in range(2))
        moment = clock.now()
        over(young, cast.admin)
        before = everything()
        assert compact(moment).cases == 0
        assert everything() == before
        assert compact(soon()).cases == 1
        assert (machinery(running.instance), machinery(young.instance)) == (1, 0)
        assert running.prove().names == ["work"]

    def test_which_case_began_which_is_known(self, cast):
        put_up(started_by(message("paid")))
        teller = begin(telling(message("paid")), cast.admin).do("say", cast.rep1)
        assert post() == 1
        begun = ProcessInstance.objects.get(definition__key="starts")
        with clock.travel(timedelta(days=40)):
            over(begun, cast.admin)
            related = [related_cases(cast.admin, one, None) for one in (begun, teller.instance)]
            assert related[0].beginners
            assert related[1].begun
            assert compact(soon()).cases == 2
            assert [related_cases(cast.admin, one, None) for one in (begun, teller.instance)] == related


class TestWhatIsKept:
    def test_where_and_how_long_it_waited(self, cast):
        publish_drawing(bounded("PT6H"))
        case = over(Hand.start("bounded", cast.admin), cast.admin)
        timer = Timer.objects.get(instance=case)
        assert compact(soon()).cases == 1
        case.refresh_from_db()
        assert case.compacted_at is not None
        assert [tuple(one) for one in waits_kept(case)] == [
            ("timer", timer.element, "cancelled", timer.created_at, timer.closed_at)
        ]

    def test_page_export_and_api_say_so(self, cast, client):
        publish_drawing(bounded("PT6H"))
        case = over(Hand.start("bounded", cast.admin), cast.admin)
        client.force_login(cast.admin)
        address = reverse("workflows:case-detail", args=[case.pk])
        assert "精简" not in client.get(address).content.decode()
        assert client.get(f"/api/v1/process-instances/{case.pk}/").json()["compacted_at"] is None
        compact(soon())
        assert "精简" in client.get(address).content.decode()
        assert client.get(f"/api/v1/process-instances/{case.pk}/").json()["compacted_at"]
        told = json.loads(opened(client, cast.admin, case).read("case.json"))
        assert told["case"]["compacted_at"]
        assert (told["timers"], [one["kind"] for one in told["waited"]]) == ([], ["timer"])

    def test_an_answer_that_came_too_late_stays(self, cast):
        """It happened outside: a withdrawn call that knows so is what is left of it."""
        publish_drawing(bounded("PT6H"))
        case = over(Hand.start("bounded", cast.admin), cast.admin)
        given = {
            "instance": case,
            "element": "work",
            "kind": "operation",
            "payload": {},
            "closed_at": clock.now(),
        }
        given |= {"created_at": clock.now(), "due_at": clock.now(), "status": "cancelled"}
        late = Job.objects.create(**given, token="a", key="a", result={"answer": {"paid": True}})
        Job.objects.create(**given, token="b", key="b")
        assert compact(soon()).cases == 1
        assert Job.objects.get(instance=case) == late


class TestWhatHoldsItBack:
    @pytest.fixture
    def case(self, cast) -> ProcessInstance:
        publish_drawing(bounded("PT6H"))
        return over(Hand.start("bounded", cast.admin), cast.admin)

    @pytest.mark.parametrize("why", ["held", "trouble", "uncounted"])
    def test_what_holds_a_purge_back(self, case, cast, why):
        if why == "held":
            services.hold_case(instance_id=case.pk, reason="court", actor=cast.admin)
        if why == "trouble":
            breach(case)
        if why == "uncounted":
            CaseTally.objects.all().delete()
        before = everything()
        done = compact(soon())
        assert (done.cases, done.held_back) == (0, {why: 1})
        assert everything() == before

    def test_a_message_that_is_kept_or_shown(self, cast):
        put_up(waiting_for(message("paid")))
        hands = [begin("waits", cast.admin) for _n in range(2)]
        send("paid", cast.admin)
        assert post(hands) == 1
        case = over(hands[0], cast.admin)
        assert compact(soon()).held_back == {"heard": 1}
        with clock.travel(timedelta(days=60)):
            tasks.forget_messages()
            assert compact(soon()).held_back == {"logged": 1}
        with clock.travel(timedelta(days=130)):
            tasks.forget_messages()
            assert compact(soon()).cases == 1
            tasks.sweep_deliveries()
            assert post(hands[1:]) == 0
        assert (machinery(case), hands[1].names) == (0, [])


class TestTheDatabase:
    @pytest.fixture
    def case(self, cast) -> ProcessInstance:
        publish_drawing(bounded("PT6H"))
        return Hand.start("bounded", cast.admin).instance

    def refused(self, case: ProcessInstance, text: str, **changes: Any) -> None:
        with pytest.raises(IntegrityError, match=text), transaction.atomic():
            ProcessInstance.objects.filter(pk=case.pk).update(**changes)

    def test_lets_no_case_be_compacted_that_runs_or_is_held_and_none_twice(self, case, cast):
        given = {"compacted_at": clock.now(), "waited": ""}
        self.refused(case, "is open", **given)
        over(case, cast.admin)
        hold = services.hold_process(definition_key="bounded", reason="x", actor=cast.admin)
        self.refused(case, "under a legal hold", **given)
        services.lift_hold(hold_id=hold.pk, reason="over", actor=cast.admin)
        self.refused(case, "says_what_it_waited_for", compacted_at=clock.now())
        compact(soon())
        self.refused(case, "compacted already", **given)
        self.refused(case, "compacted already", waited="x")

    def test_a_compacted_case_is_purged_like_every_other(self, case, cast):
        over(case, cast.admin)
        compact(soon())
        services.purge_case(instance_id=case.pk, reason="x", actor=cast.admin)
        assert not ProcessInstance.objects.exists()


class TestLate:
    def test_nothing_brings_it_back_and_what_comes_late_finds_nothing_to_do(self, cast):
        """Workers that were offered its rows before, and people who have its page open since before its end."""
        publish_drawing(bounded("PT6H"))
        hand = Hand.start("bounded", cast.admin)
        item, timer = hand.open["work"].pk, Timer.objects.get().pk
        case = over(hand, cast.admin)
        compact(soon())
        before = everything()
        with clock.travel(timedelta(days=1)):
            assert not services.fire_timer(timer_id=timer)
            assert not services.run_job(job_id=10**9)
        reason = {"reason": "x", "actor": cast.admin}
        for deed in (
            lambda: services.complete_work_item(work_item_id=item, actor=cast.rep1),
            lambda: services.suspend_instance(instance_id=case.pk, **reason),
            lambda: services.resume_instance(instance_id=case.pk, **reason),
            lambda: services.cancel_instance(instance_id=case.pk, **reason),
            lambda: services.move_case(
                instance_id=case.pk, cancel=[], at=["work"], revision=case.revision, **reason
            ),
        ):
            with pytest.raises(ApplicationError):
                deed()
        services.note_breaches([case.pk])
        assert everything() == before


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @pytest.fixture
    def cases(self, cast) -> list[ProcessInstance]:
        publish_drawing(bounded("PT6H"))
        return [over(Hand.start("bounded", cast.admin), cast.admin) for _n in range(3)]

    @pytest.mark.parametrize("broken", ["rows", "case"])
    def test_death_in_the_middle_of_a_batch_leaves_all_of_it(self, cases, monkeypatch, broken):
        before = everything()
        whole = compacting._COMPACT
        text = (
            f"{whole}; SELECT 1/0"
            if broken == "case"
            else whole.replace("%(now)s", "(1/0)::text::timestamptz")
        )
        monkeypatch.setattr(compacting, "_COMPACT", text)
        with pytest.raises(Exception, match=r"division by zero|multiple commands"):
            compact(soon())
        assert everything() == before
        monkeypatch.setattr(compacting, "_COMPACT", whole)
        assert compact(soon()).cases == 3

    def test_what_somebody_has_locked_is_left_for_another_night(self, cases):
        with transaction.atomic():
            ProcessInstance.objects.select_for_update().get(pk=cases[0].pk)
            thread, came = alongside(lambda: compact(soon()))
            thread.join(20)
        assert (came[0].cases, came[0].held_back) == (2, {"busy": 1})
        assert compact(soon()).cases == 1

    def test_a_step_does_not_wait_for_a_batch(self, cases, cast):
        running = Hand.start("bounded", cast.admin)
        with transaction.atomic():
            compacting._compact([one.pk for one in cases])
            item = running.open["work"].pk
            thread, came = alongside(lambda: services.complete_work_item(work_item_id=item, actor=cast.rep1))
            thread.join(20)
            assert not thread.is_alive()
        assert running.prove().status == "completed", came

    def test_a_hold_that_comes_during_a_batch_waits_for_it(self, cases, cast):
        with transaction.atomic():
            compacting._compact([cases[0].pk])
            place = lambda: services.hold_process(definition_key="bounded", reason="court", actor=cast.admin)  # noqa: E731
            thread, came = alongside(place)
            thread.join(0.3)
            assert thread.is_alive()
        thread.join(20)
        assert isinstance(came[0], LegalHold)
        assert compact(soon()).held_back == {"held": 2}

    def test_one_that_another_run_has_compacted_meanwhile_is_left(self, cases):
        ids = [one.pk for one in cases]
        compact(soon())
        before = everything()
        with transaction.atomic():
            assert compacting._compact(ids) == ([], {})
        assert everything() == before

    def test_two_nights_at_once_compact_each_case_once(self, cases):
        threads = [alongside(lambda: compact(soon())) for _n in range(2)]
        for thread, _came in threads:
            thread.join(20)
        assert sum(came[0].cases for _thread, came in threads) == 3
        assert audit(deep="all") == []
