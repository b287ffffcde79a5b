"""The dialog in which a task changes hands, and what its page says of its deadline."""

from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock
from core.models import Notification, User
from tests.browser.scene import move
from workflows.models import WorkItem
from workflows.services import alert_due, claim_work_item

LATER = timedelta(days=20)


def page_of(item: WorkItem, act: str = "") -> str:
    return reverse(f"workflows:work-item-{act}" if act else "workflows:work-item", args=[item.pk])


@pytest.fixture
def item(office) -> WorkItem:
    """The finance review, taken by finance."""
    item = office.item(office.with_finance)
    claim_work_item(work_item_id=item.pk, actor=office.people.finance)
    item.refresh_from_db()
    return item


class TestDialog:
    def test_the_button_stands_on_ones_own_task_and_asks_for_a_person(self, item, office, signed_in):
        client = signed_in(office.people.finance)
        assert page_of(item, "transfer") in client.get(page_of(item)).content.decode()
        dialog = client.get(page_of(item, "transfer"), headers={"HX-Request": "true"}).content.decode()
        assert "钱进" in dialog
        assert "孙丽" not in dialog
        assert "李雷" not in dialog
        assert "<html" not in dialog
        assert "checked" not in dialog

    def test_handed_on_it_is_gone_from_here_and_the_other_one_hears_of_it(self, item, office, signed_in):
        fields = {"to": office.people.finance2.pk, "reason": "休假", "seen": office.people.finance.pk}
        answer = signed_in(office.people.finance).post(page_of(item, "transfer"), fields, follow=True)
        assert answer.status_code == 200
        assert "已转办，任务现由 钱进 办理" in answer.content.decode()
        item.refresh_from_db()
        assert item.assignee == office.people.finance2
        note = Notification.objects.get(person=office.people.finance2)
        other = signed_in(office.people.finance2)
        page = other.get("/notifications/").content.decode()
        assert "孙丽 转办给您：财务审核" in page
        assert "休假" in page
        assert other.post(f"/notifications/{note.pk}/open/").url == page_of(item)
        history = other.get(page_of(item) + "?tab=history").content.decode()
        assert "转办给 钱进：财务审核" in history

    @pytest.mark.parametrize(
        ("fields", "text"),
        [
            ({"reason": "休假"}, "请选择一个人"),
            ({"to": "finance2"}, "此人已不能办理此任务"),
            ({"to": "rep1", "reason": "休假"}, "此人已不能办理此任务"),
        ],
    )
    def test_what_is_missing_is_said_and_nothing_changes(self, item, office, signed_in, fields, text):
        given = {**fields, "seen": office.people.finance.pk}
        if given.get("to") == "rep1":
            given["to"] = office.people.rep1.pk
        answer = signed_in(office.people.finance).post(page_of(item, "transfer"), given)
        assert answer.status_code == 400
        assert text in answer.content.decode()
        item.refresh_from_db()
        assert item.assignee == office.people.finance

    def test_the_second_of_two_hears_who_has_it(self, item, office, signed_in):
        fields = {"to": office.people.finance2.pk, "reason": "休假", "seen": office.people.finance.pk}
        admin = signed_in(office.people.admin)
        signed_in(office.people.finance).post(page_of(item, "transfer"), fields)
        answer = admin.post(page_of(item, "transfer"), {**fields, "to": office.people.finance.pk})
        assert answer.status_code == 409
        assert "钱进" in answer.content.decode()
        item.refresh_from_db()
        assert item.assignee == office.people.finance2

    def test_many_are_found_by_name_and_the_chosen_one_stays_in_sight(self, item, office, signed_in):
        role = office.people.finance.roles.get()
        more = User.objects.bulk_create(
            [User(username=f"fin{number}", display_name=f"会计{number}") for number in range(30)]
        )
        role.users.add(*more)
        client, url = signed_in(office.people.finance), page_of(item, "transfer")
        dialog = client.get(url, headers={"HX-Request": "true"}).content.decode()
        assert dialog.count("card-opt") == 12
        assert "还有更多人员" in dialog
        found = client.get(
            f"{url}?part=people&q=会计29&to={office.people.finance2.pk}", headers={"HX-Request": "true"}
        ).content.decode()
        assert found.count("card-opt") == 2
        assert "会计29" in found
        assert f'value="{office.people.finance2.pk}" required checked' in found
        nobody = client.get(f"{url}?part=people&q=没有此人", headers={"HX-Request": "true"}).content.decode()
        assert "没有能办理此任务的同名人员" in nobody

    def test_it_costs_few_statements(self, item, office, signed_in, django_assert_max_num_queries):
        client, url = signed_in(office.people.finance), page_of(item, "transfer")
        client.get(url, headers={"HX-Request": "true"})
        with django_assert_max_num_queries(11):
            client.get(url, headers={"HX-Request": "true"})


class TestWhoMay:
    def test_strangers_find_nothing_and_lookers_on_may_not(self, item, office, signed_in):
        for person, status in (("rep3", 404), ("legal", 403), ("director", 403), ("admin", 200)):
            client = signed_in(getattr(office.people, person))
            assert client.get(page_of(item, "transfer")).status_code == status, person
            if status != 200:
                fields = {"to": office.people.finance2.pk, "reason": "x", "seen": item.assignee_id}
                assert client.post(page_of(item, "transfer"), fields).status_code == status
        item.refresh_from_db()
        assert item.assignee == office.people.finance

    def test_what_was_done_meanwhile_leads_to_its_page(self, item, office, signed_in):
        move(office.with_finance, "finance_review", office.people.finance, "approve")
        answer = signed_in(office.people.finance).get(page_of(item, "transfer"))
        assert (answer.status_code, answer.url) == (302, page_of(item))


class TestDeadline:
    def test_its_page_says_when_it_is_due_and_who_was_told(self, office, signed_in):
        item = office.item(office.overdue)
        alert_due()
        page = signed_in(office.people.manager1).get(page_of(item)).content.decode()
        for text in ("办理期限", "已超期", "已提醒", "已告知主管", "主管可改派", "王芳", "陆建华"):
            assert text in page, text
        row = signed_in(office.people.manager1).get("/inbox/").content.decode()
        assert "已告知主管" in row

    def test_the_manager_gives_what_is_overdue_to_somebody_else(self, office, signed_in):
        with clock.travel(LATER):
            item = office.item(office.with_finance)
            claim_work_item(work_item_id=item.pk, actor=office.people.finance2)
            item.refresh_from_db()
            client = signed_in(office.people.finance)
            page = client.get(page_of(item)).content.decode()
            assert "可改派" in page
            assert page_of(item, "transfer") in page
            fields = {"to": office.people.finance.pk, "reason": "超期", "seen": item.assignee_id}
            client.post(page_of(item, "transfer"), fields)
            item.refresh_from_db()
            assert item.assignee == office.people.finance
            # What is one's own now may still be handed on, but is not taken over.
            assert "，可改派" not in client.get(page_of(item)).content.decode()

    def test_the_list_is_drawn_anew_when_somebody_was_told(self, office, signed_in):
        client = signed_in(office.people.manager1)
        etag = client.get("/inbox/").context["etag"]
        alert_due()
        answer = client.get("/inbox/list/?box=mine", headers={"If-None-Match": etag})
        assert answer.status_code == 200
