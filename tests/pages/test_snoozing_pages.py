"""Putting a task off on its page: the menu, the dialog, the box of what is put off."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from core import clock
from workflows.models import WorkItem
from workflows.services import claim_work_item, complete_work_item
from workflows.views import snooze_times


def page_of(item: WorkItem, act: str = "", box: str = "mine") -> str:
    name = f"workflows:work-item-{act}" if act else "workflows:work-item"
    return reverse(name, args=[item.pk], query={"box": box})


@pytest.fixture
def item(office) -> WorkItem:
    """The finance review, taken by finance."""
    item = office.item(office.with_finance)
    claim_work_item(work_item_id=item.pk, actor=office.people.finance)
    item.refresh_from_db()
    return item


def text_of(answer) -> str:
    return answer.content.decode()


class TestMenu:
    def test_it_stands_on_ones_own_task_alone(self, item, office, signed_in):
        address = f'action="{page_of(item, "snooze")}"'
        assert address in text_of(signed_in(office.people.finance).get(page_of(item)))
        assert "data-later" not in text_of(signed_in(office.people.boss).get(page_of(item)))
        unclaimed = office.item(office.overdue)
        assert "data-later" in text_of(signed_in(office.people.manager1).get(page_of(unclaimed)))

    def test_a_choice_takes_it_out_of_the_list_into_its_box(self, item, office, signed_in):
        client = signed_in(office.people.finance)
        answer = client.post(page_of(item, "snooze"), {"choice": "hour"}, follow=True)
        assert "已推后至" in text_of(answer)
        item.refresh_from_db()
        assert abs(item.wakes_at - clock.now() - timedelta(hours=1)) < timedelta(minutes=1)
        mine = client.get("/inbox/?box=mine")
        assert mine.context["items"].is_empty
        assert "现在没有待办" in text_of(mine)
        assert "都办完了" not in text_of(mine)
        box = client.get("/inbox/?box=snoozed")
        assert item in box.context["items"].page.rows
        assert "回到待办" in text_of(box)
        assert "推后至" in text_of(client.get(page_of(item) + "&tab=history"))

    def test_it_is_brought_back_from_its_page(self, item, office, signed_in):
        client = signed_in(office.people.finance)
        client.post(page_of(item, "snooze"), {"choice": "week"})
        assert page_of(item, "wake", box="snoozed") in text_of(client.get(page_of(item, box="snoozed")))
        answer = client.post(page_of(item, "wake"), follow=True)
        assert "任务已回到待办" in text_of(answer)
        assert item in client.get("/inbox/?box=mine").context["items"].page.rows
        assert client.post(page_of(item, "wake")).status_code == 409

    def test_the_list_in_an_older_window_is_drawn_anew(self, item, office, signed_in):
        client = signed_in(office.people.finance)
        etag = client.get("/inbox/?box=mine").context["etag"]
        client.post(page_of(item, "snooze"), {"choice": "hour"})
        answer = client.get("/inbox/list/?box=mine", headers={"If-None-Match": etag})
        assert (answer.status_code, "mine=0" in answer.headers["X-Inbox-Counts"]) == (200, True)

    def test_beyond_its_deadline_the_answer_warns(self, item, office, signed_in):
        due = clock.now() + timedelta(minutes=10)
        WorkItem.objects.filter(pk=item.pk).update(due_at=due, alert_at=None)
        client = signed_in(office.people.finance)
        assert "晚于期限" in text_of(client.get(page_of(item)))
        answer = client.post(page_of(item, "snooze"), {"choice": "hour"}, follow=True)
        assert "此任务早于该时间到期" in text_of(answer)


class TestDialog:
    def test_a_date_and_a_time(self, item, office, signed_in):
        client = signed_in(office.people.finance)
        dialog = text_of(client.get(page_of(item, "snooze"), headers={"HX-Request": "true"}))
        assert "稍后处理" in dialog
        assert "<html" not in dialog
        until = (
            (clock.now() + timedelta(days=3)).astimezone(clock.COMPANY_ZONE).replace(second=0, microsecond=0)
        )
        client.post(page_of(item, "snooze"), {"until": f"{until:%Y-%m-%d %H:%M}"})
        item.refresh_from_db()
        assert item.wakes_at == until

    @pytest.mark.parametrize(
        ("fields", "text"),
        [
            ({}, "请填写推后到什么时间"),
            ({"until": "2020-01-01 09:00"}, "请选择尚未到来的时间"),
            ({"until": "2031-01-01 09:00"}, "任务最多推后 30 天"),
            ({"choice": "never"}, "never"),
        ],
    )
    def test_a_refusal_stands_beside_the_field_and_nothing_changes(
        self, item, office, signed_in, fields, text
    ):
        before = WorkItem.objects.filter(pk=item.pk).values().get()
        answer = signed_in(office.people.finance).post(page_of(item, "snooze"), fields)
        assert (answer.status_code, text in text_of(answer)) == (400, True)
        assert WorkItem.objects.filter(pk=item.pk).values().get() == before

    def test_of_the_queue_and_of_what_is_done(self, item, office, signed_in):
        client = signed_in(office.people.finance)
        complete_work_item(work_item_id=item.pk, actor=office.people.finance, outcome="approve")
        assert client.get(page_of(item, "snooze")).status_code == 302
        assert client.post(page_of(item, "snooze"), {"choice": "hour"}).status_code == 409


class TestTimes:
    """What the words mean, by the calendar of the company (Monday to Friday, from nine)."""

    @pytest.mark.parametrize(
        ("now", "offered"),
        [
            ("2026-11-18 15:00", {"hour": "11-18 16:00", "tomorrow": "11-19 09:00", "week": "11-23 09:00"}),
            # On a Friday the next working day is Monday: said once.
            ("2026-11-20 15:00", {"hour": "11-20 16:00", "tomorrow": "11-23 09:00"}),
            ("2026-11-22 15:00", {"hour": "11-22 16:00", "tomorrow": "11-23 09:00"}),
        ],
    )
    def test_they_fall_into_working_hours(self, item, now, offered):
        moment = datetime.fromisoformat(now).replace(tzinfo=clock.COMPANY_ZONE)
        with clock.travel(moment):
            found = {
                one.code: f"{one.at.astimezone(clock.COMPANY_ZONE):%m-%d %H:%M}"
                for one in snooze_times.choices_for(item)
            }
        assert found == offered
