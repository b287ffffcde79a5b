"""What a case waits for besides people, and what starts cases by itself: on pages and over the API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.models import User
from tests.workflows.clockwork import MONDAY, bounded, timer
from tests.workflows.engine.drawing import Drawing
from tests.workflows.running import Hand, publish_drawing, user
from tests.workflows.test_timer_cycles import raced
from tests.workflows.test_triggers import daily
from workflows import selectors, services
from workflows.models import StartTrigger, Timer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday():
    with clock.travel(MONDAY):
        yield


@pytest.fixture
def racing(cast) -> Hand:
    publish_drawing(raced(), key="raced")
    return Hand.start("raced", cast.admin)


def case_page(client, hand: Hand) -> str:
    return client.get(reverse("workflows:case-detail", args=[hand.instance.pk])).content.decode()


class TestCase:
    def test_it_says_until_when_and_for_which_message(self, cast, racing, signed_in):
        page = case_page(signed_in(cast.admin), racing)
        assert "等待到 2026-11-30 11:00" in page
        assert "等待到 2026-12-01 10:00" in page
        assert "等待消息“paid”" in page

    def test_and_in_english(self, cast, racing, signed_in):
        User.objects.filter(pk=cast.admin.pk).update(language="en")
        page = case_page(signed_in(User.objects.get(pk=cast.admin.pk)), racing)
        assert "waits until 2026-11-30 11:00" in page
        assert "waits for the message “paid”" in page

    def test_one_that_is_over_waits_for_nothing(self, cast, racing, signed_in):
        services.cancel_instance(instance_id=racing.instance.pk, reason="over", actor=cast.admin)
        assert "等待到" not in case_page(signed_in(cast.admin), racing)

    def test_what_does_not_work_is_told_to_those_who_look_after_failures(self, cast, racing, signed_in):
        Timer.objects.filter(element="hour").update(attempts=3, error="ZeroDivisionError: somewhere")
        assert "已尝试 3 次" in case_page(signed_in(cast.admin), racing)

    def test_an_unnamed_timer_at_a_step_is_called_by_the_step(self, cast):
        publish_drawing(bounded("PT1H"))
        hand = Hand.start("bounded", cast.rep1)
        (wait,) = selectors.waits_of(hand.instance)
        assert (wait.kind, wait.beside, wait.name) == ("timer", "work", "work")

    def test_all_of_it_is_one_statement(self, cast, racing):
        selectors.waits_of(racing.instance)
        with CaptureQueriesContext(connection) as captured:
            assert [one.kind for one in selectors.waits_of(racing.instance)] == ["timer", "timer", "message"]
        assert len(captured) == 1

    def test_the_task_beside_it_says_so_too(self, cast, signed_in):
        publish_drawing(bounded("PT1H"))
        hand = Hand.start("bounded", cast.rep1)
        item = hand.open["work"]
        services.claim_work_item(work_item_id=item.pk, actor=cast.rep1)
        page = signed_in(cast.rep1).get(reverse("workflows:work-item", args=[item.pk])).content.decode()
        assert "等待到 2026-11-30 11:00" in page

    def test_after_a_step_one_reads_what_comes_next(self, cast, signed_in):
        drawing = Drawing("resting").start().end()
        user(drawing, "work").element("intermediateCatchEvent", "rest", timer("P1D"))
        publish_drawing(drawing.chain("start", "work", "rest", "end"))
        hand = Hand.start("resting", cast.rep1)
        item = hand.open["work"]
        services.claim_work_item(work_item_id=item.pk, actor=cast.rep1)
        url = reverse("workflows:work-item-complete", args=[item.pk])
        page = signed_in(cast.rep1).post(url, {}, follow=True).content.decode()
        assert "流程现在等待到 2026-12-01 10:00" in page

    def test_over_the_api(self, cast, racing, signed_in):
        answer = signed_in(cast.admin).get(f"/api/v1/process-instances/{racing.instance.pk}/").json()
        assert [
            (one["element"], one["kind"], one["due_at"], one["message"]) for one in answer["waiting"]
        ] == [
            ("hour", "timer", answer["waiting"][0]["due_at"], ""),
            ("day", "timer", answer["waiting"][1]["due_at"], ""),
            ("paid_in", "message", None, "paid"),
        ]
        assert answer["waiting"][0]["due_at"].startswith("2026-11-30T")


class TestStarts:
    @pytest.fixture
    def trigger(self, cast) -> StartTrigger:
        publish_drawing(daily(plain=True))
        return StartTrigger.objects.get()

    @pytest.fixture
    def starts(self, trigger) -> str:
        return reverse("workflows:definition-detail", args=["daily"]) + "?tab=starts"

    def test_the_process_says_when_the_next_case_starts(self, cast, starts, signed_in):
        page = signed_in(cast.admin).get(starts).content.decode()
        assert "自动启动" in page
        assert "2026-12-01 10:00" in page

    def test_why_the_last_start_did_not_work(self, cast, trigger, starts, signed_in):
        StartTrigger.objects.filter(pk=trigger.pk).update(attempts=2, error="EngineError: gone")
        page = signed_in(cast.admin).get(starts).content.decode()
        assert "未能启动 2 次" in page
        assert "EngineError: gone" in page

    def test_a_process_that_only_people_start_has_no_such_tab(self, cast, signed_in):
        publish_drawing(user(Drawing("plain").start().end(), "work").chain("start", "work", "end"))
        page = signed_in(cast.admin).get(reverse("workflows:definition-detail", args=["plain"]))
        assert "自动启动" not in page.content.decode()

    def test_it_is_paused_and_resumed_by_whoever_may_publish(self, cast, trigger, starts, signed_in):
        pause, resume = (
            reverse(f"workflows:trigger-{act}", args=[trigger.pk]) for act in ("pause", "resume")
        )
        client = signed_in(cast.admin)
        assert pause in client.get(starts).content.decode()
        assert client.post(pause, {"reason": ""}).status_code == 400
        assert client.post(pause, {"reason": "放假"}).url == starts
        trigger.refresh_from_db()
        assert trigger.status == "paused"
        assert resume in client.get(starts).content.decode()
        assert client.post(resume).status_code == 302
        trigger.refresh_from_db()
        assert trigger.status == "open"
        assert client.post(resume).status_code == 409

    @pytest.mark.parametrize("act", ["pause", "resume"])
    def test_others_read_but_may_not_and_strangers_find_nothing(self, cast, trigger, starts, signed_in, act):
        url = reverse(f"workflows:trigger-{act}", args=[trigger.pk])
        client = signed_in(cast.rep1)
        assert url not in client.get(starts).content.decode()
        assert client.get(url).status_code == client.post(url, {"reason": "x"}).status_code == 403
        stranger = User.objects.create(username="nobody", department=cast.rep1.department)
        assert signed_in(stranger).post(url, {"reason": "x"}).status_code == 404
        trigger.refresh_from_db()
        assert trigger.status == "open"
