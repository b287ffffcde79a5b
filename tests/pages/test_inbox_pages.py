"""The inbox and its tasks: what is shown to whom, and what a deed changes."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from core import clock
from core.models import User
from tests.browser.scene import move
from workflows.models import HistoryEvent, WorkItem
from workflows.services import claim_work_item
from workflows.views import boxes, freshness


def task_url(item: WorkItem, act: str = "", **query: str) -> str:
    name = f"workflows:work-item-{act}" if act else "workflows:work-item"
    return reverse(name, args=[item.pk], query=query or {"box": "mine"})


class TestTheList:
    def test_it_holds_what_is_mine_under_its_headings(self, office, signed_in):
        answer = signed_in(office.people.manager1).get("/inbox/")
        groups = {group.code: group for group in answer.context["items"].groups}
        assert [item.subject_id for item in groups["late"].items] == [str(office.overdue.pk)]
        assert groups["late"].count == 1
        assert sum(group.count for group in groups.values()) == 2
        assert str(office.with_finance.customer) not in answer.content.decode()

    def test_it_is_reached_from_the_first_page_and_only_after_signing_in(self, client, office, signed_in):
        assert 'href="/inbox/"' in signed_in(office.people.rep1).get("/").content.decode()
        assert client.get("/inbox/").url.startswith("/account/login/")

    def test_it_goes_on_behind_the_last_row_and_repeats_no_heading(self, office, signed_in, monkeypatch):
        monkeypatch.setattr(boxes, "PAGE", 1)
        client = signed_in(office.people.gm)
        first = client.get("/inbox/?box=all")
        seen = [item.pk for item in first.context["items"].page.rows]
        after, group = first.context["items"].after, first.context["items"].last_group
        while after:
            answer = client.get(
                f"/inbox/?box=all&after={after}&group={group}", headers={"HX-Request": "true"}
            )
            items = answer.context["items"]
            seen += [item.pk for item in items.page.rows]
            assert ("grp" in answer.content.decode()) == (items.groups[0].code != group)
            after, group = items.after, items.last_group
        everything = WorkItem.objects.open().order_by("sort_at", "pk").values_list("pk", flat=True)
        assert seen == list(everything)

    @pytest.mark.parametrize("after", ["x", "W10", "WzEsMl0", "e30"])
    def test_a_cursor_of_nobody_is_not_found(self, office, signed_in, after):
        assert signed_in(office.people.gm).get(f"/inbox/?after={after}").status_code == 404

    def test_all_open_tasks_are_for_those_who_may_see_cases(self, office, signed_in):
        assert "box=all" in signed_in(office.people.gm).get("/inbox/").content.decode()
        answer = signed_in(office.people.rep1).get("/inbox/?box=all")
        assert answer.context["asked"].box is boxes.MINE

    def test_one_process_can_be_chosen(self, office, signed_in):
        client = signed_in(office.people.manager1)
        assert client.get("/inbox/?process=contract_lifecycle").context["items"].page.rows
        assert client.get("/inbox/?process=another").context["items"].is_empty

    def test_a_page_takes_few_statements(self, office, signed_in, django_assert_max_num_queries):
        client = signed_in(office.people.manager1)
        client.get("/inbox/")
        with django_assert_max_num_queries(12):
            client.get("/inbox/")


class TestFreshness:
    def test_an_unchanged_list_is_answered_without_drawing_it(self, office, signed_in):
        client = signed_in(office.people.manager1)
        etag = client.get("/inbox/").context["etag"]
        answer = client.get("/inbox/list/?box=mine", headers={"If-None-Match": etag})
        assert (answer.status_code, answer.content) == (304, b"")

    def test_other_peoples_work_changes_the_version_but_not_the_list(self, office, signed_in):
        client = signed_in(office.people.manager1)
        etag = client.get("/inbox/").context["etag"]
        move(office.drafting, "draft_contract", office.people.rep1, "submit")
        move(office.drafting, "manager_review", office.people.manager1, "approve")
        answer = client.get("/inbox/list/?box=mine", headers={"If-None-Match": etag})
        assert answer.status_code == 304
        assert answer.headers["ETag"] != etag

    def test_a_new_task_comes_at_once(self, office, signed_in):
        client = signed_in(office.people.manager1)
        etag = client.get("/inbox/").context["etag"]
        move(office.drafting, "draft_contract", office.people.rep1, "submit")
        answer = client.get("/inbox/list/?box=mine", headers={"If-None-Match": etag})
        assert answer.status_code == 200
        assert "无锡太湖阀门厂" in answer.content.decode()

    def test_a_version_read_while_others_were_writing_is_never_trusted(self, db):
        version = freshness.Version(number=7, is_settled=False, hour="0110")
        assert not version.is_surely(version.etag("the list"))
        settled = freshness.Version(number=7, is_settled=True, hour="0110")
        assert not settled.is_surely(version.etag("the list"))
        assert settled.is_surely(settled.etag("the list"))


class TestLooking:
    def test_a_task_shows_what_it_is_about(self, office, signed_in):
        item = office.item(office.overdue)
        page = signed_in(office.people.manager1).get(task_url(item)).content.decode()
        assert "业务审核" in page
        assert "逾期" in page
        assert "¥256,000.00" in page
        assert "checked" not in page.split('id="task-form"')[1].split("</form>")[0]

    def test_it_speaks_the_readers_language(self, office, signed_in):
        item = office.item(office.overdue)
        User.objects.filter(pk=office.people.manager1.pk).update(language="en")
        page = signed_in(office.people.manager1).get(task_url(item)).content.decode()
        assert "Business review" in page
        assert "Wang Fang" in page

    def test_htmx_gets_the_right_hand_side_only(self, office, signed_in):
        item = office.item(office.overdue)
        answer = signed_in(office.people.manager1).get(
            task_url(item), headers={"HX-Request": "true", "HX-Target": "detail"}
        )
        page = answer.content.decode()
        assert "<title>业务审核" in page
        assert 'class="shell' not in page
        assert "HX-Request" in answer.headers["Vary"]

    def test_a_stranger_finds_nothing(self, office, signed_in):
        item = office.item(office.with_manager)
        assert signed_in(office.people.rep3).get(task_url(item)).status_code == 404
        assert signed_in(office.people.manager1).get("/inbox/999999/").status_code == 404

    def test_a_looker_on_gets_no_form(self, office, signed_in):
        item = office.item(office.with_finance)
        answer = signed_in(office.people.gm).get(task_url(item, box="all"))
        assert answer.context["form"] is None
        assert "task-form" not in answer.content.decode()


class TestDeeds:
    def test_completing_says_what_comes_next_and_opens_the_next_task(self, office, signed_in):
        client, item = signed_in(office.people.manager1), office.item(office.overdue)
        answer = client.post(
            task_url(item, "complete"), {"outcome": "approve", "comment": "同意"}, follow=True
        )
        assert answer.redirect_chain[-1][0] == task_url(office.item(office.with_manager))
        assert "已提交，下一环节：财务审核 · 财务" in answer.content.decode()
        item.refresh_from_db()
        assert (item.status, item.completed_by) == (WorkItem.Status.COMPLETED, office.people.manager1)

    def test_without_a_decision_it_refuses_and_changes_nothing(self, office, signed_in):
        item = office.item(office.overdue)
        events = HistoryEvent.objects.count()
        answer = signed_in(office.people.manager1).post(task_url(item, "complete"), {"comment": "嗯"})
        assert answer.status_code == 400
        assert "请选择一项" in answer.content.decode()
        assert "嗯" in answer.content.decode()
        item.refresh_from_db()
        assert item.is_open
        assert HistoryEvent.objects.count() == events

    def test_a_decision_nobody_offers_is_refused(self, office, signed_in):
        item = office.item(office.overdue)
        answer = signed_in(office.people.manager1).post(task_url(item, "complete"), {"outcome": "sell"})
        assert answer.status_code == 400
        item.refresh_from_db()
        assert item.is_open

    def test_a_looker_on_may_not_complete(self, office, signed_in):
        item = office.item(office.with_manager)
        answer = signed_in(office.people.director).post(task_url(item, "complete"), {"outcome": "approve"})
        assert answer.status_code in (403, 409)
        item.refresh_from_db()
        assert item.is_open

    def test_the_slower_one_reads_who_was_faster_and_what_they_had_typed(self, office, signed_in):
        item = office.item(office.with_finance)
        move(office.with_finance, "finance_review", office.people.finance, "approve")
        answer = signed_in(office.people.finance2).post(
            task_url(item, "complete", box="queue"), {"outcome": "return", "comment": "请核对"}
        )
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "孙丽" in page
        assert "请核对" in page
        item.refresh_from_db()
        assert item.outcome == "approve"

    def test_claiming_what_somebody_took_is_told_kindly(self, office, signed_in):
        item = office.item(office.with_finance)
        claim_work_item(work_item_id=item.pk, actor=office.people.finance)
        answer = signed_in(office.people.finance2).post(task_url(item, "claim", box="queue"))
        assert answer.status_code == 409
        assert "孙丽" in answer.content.decode()
        item.refresh_from_db()
        assert item.assignee == office.people.finance

    def test_claimed_and_put_back(self, office, signed_in):
        item, client = office.item(office.with_finance), signed_in(office.people.finance)
        client.post(task_url(item, "claim", box="queue"))
        item.refresh_from_db()
        assert item.assignee == office.people.finance
        client.post(task_url(item, "release"))
        item.refresh_from_db()
        assert item.assignee is None

    def test_deeds_are_not_done_by_looking(self, office, signed_in):
        item, client = office.item(office.with_finance), signed_in(office.people.finance)
        before = HistoryEvent.objects.count()
        for act in ("claim", "release", "complete"):
            answer = client.get(task_url(item, act, box="queue"))
            assert (answer.status_code, answer.url) == (302, task_url(item, box="queue"))
            assert client.put(task_url(item, act)).status_code == 405
        item.refresh_from_db()
        assert (item.status, item.assignee) == (WorkItem.Status.OPEN, None)
        assert HistoryEvent.objects.count() == before

    def test_whoever_was_signed_out_meanwhile_finds_the_task_again(self, office, client):
        item = office.item(office.with_finance)
        answer = client.post(task_url(item, "complete", box="queue"), {"outcome": "approve"})
        assert answer.url.startswith("/account/login/?next=")
        client.force_login(office.people.finance)
        found = client.get(task_url(item, "complete", box="queue"), follow=True)
        assert found.status_code == 200
        assert found.context["item"] == item


class TestHeadings:
    def test_every_moment_has_one(self, db):
        with clock.travel(clock.now().replace(year=2026, month=12, day=16, hour=2)):  # a Wednesday, 10:00
            now = clock.now()
            expected = {
                now - timedelta(minutes=1): "late",
                now + timedelta(hours=1): "today",
                now + timedelta(days=1): "week",
                now + timedelta(days=4): "week",
                now + timedelta(days=5): "later",
                boxes.NEVER_DUE: "never",
            }
            assert {at: boxes.due_group(at) for at in expected} == expected

    def test_they_have_words_in_both_languages(self):
        with translation.override("en"):
            assert str(boxes.GROUP_LABELS["late"]) == "Overdue"
        assert str(boxes.GROUP_LABELS["late"]) == "逾期"
