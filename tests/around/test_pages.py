"""What stands around a row on its page."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from contracts.services import start_contract
from core import clock
from core.acting import acting_as
from core.around.timeline import Place, page
from core.following import follow
from core.models import Comment, Follow, Notification, RecordView, Role
from core.services.attachments import attach
from core.services.comments import add_comment
from crm.models import Customer
from crm.services import assign_customer, set_customer_status
from tests.around.support import customer_of
from tests.contracts.factory import draft_of, membership, term
from workflows.models import ProcessInstance

pytestmark = pytest.mark.django_db
QUERIES = 25
TABS = ("discussion", "timeline", "changes")


@pytest.fixture
def reader(company, client):
    client.force_login(company.rep1)
    return client


def say(customer, actor, text="你好"):
    return add_comment(subject_type="crm.customer", subject_id=str(customer.pk), text=text, actor=actor)


class TestTabs:
    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    @pytest.mark.parametrize("tab", TABS)
    def test_each_business_row_has_them(self, company, customer, reader, tab, language):
        company.rep1.language = language
        company.rep1.save(update_fields=["language"])
        say(customer, company.rep1)
        page = reader.get(f"{customer.get_absolute_url()}?tab={tab}")
        assert page.status_code == 200
        assert f'data-tab="{tab}" aria-current="page"' in page.content.decode()

    def test_a_row_of_no_kind_has_none(self, company, client):
        client.force_login(company.admin)
        page = client.get(reverse("role-detail", args=[company.rep1.roles.get().pk])).content.decode()
        assert 'data-tab="changes"' in page
        assert 'data-tab="discussion"' not in page

    def test_a_discussion_of_two_hundred_costs_what_an_empty_one_costs(
        self, company, customer, reader, django_assert_num_queries
    ):
        url = f"{customer.get_absolute_url()}?tab=discussion"
        reader.get(url)
        with django_assert_num_queries(QUERIES):
            reader.get(url)
        now = clock.now()
        Comment.objects.bulk_create(
            Comment(
                subject_type="crm.customer",
                subject_id=str(customer.pk),
                author=company.rep1 if number % 2 else company.manager1,
                text=f"第 {number} 条",
                created_at=now - timedelta(minutes=number),
            )
            for number in range(200)
        )
        # What is asked for more: the people whom the comments name.
        with django_assert_num_queries(QUERIES + 1):
            page = reader.get(url)
        assert page.content.decode().count('id="comment-') == 30


class TestComments:
    def test_by_htmx_the_discussion_is_drawn_anew(self, company, customer, reader):
        url = reverse("comment-add", args=["crm.customer", customer.pk])
        answer = reader.post(url, {"text": "已电话回访"}, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert "已电话回访" in answer.content.decode()
        empty = reader.post(url, {"text": " "}, headers={"HX-Request": "true"})
        assert (empty.status_code, Comment.objects.count()) == (400, 1)
        assert 'aria-invalid="true"' in empty.content.decode()

    def test_the_picker_finds_by_pinyin_and_says_who_cannot_see(self, company, customer, reader):
        url = reverse("mention-people", args=["crm.customer", customer.pk])
        with translation.override("zh-hans"):
            found = reader.get(url, {"q": "chenchen"}).json()["people"]
        assert [(one["name"], one["sees"]) for one in found] == [("陈晨", False)]
        found = reader.get(url, {"q": company.gm.display_name}).json()["people"]
        assert [(one["insert"], one["sees"]) for one in found] == [(company.gm.display_name, True)]

    def test_correcting_and_taking_back_on_pages(self, company, customer, reader):
        comment = say(customer, company.rep1).comment
        assert reader.get(reverse("comment-edit", args=[comment.pk])).status_code == 200
        reader.post(reverse("comment-edit", args=[comment.pk]), {"text": "您好"})
        assert Comment.objects.get().text == "您好"
        reader.post(reverse("comment-remove", args=[comment.pk]))
        assert Comment.objects.get().removed_at is not None
        assert "您好" not in reader.get(f"{customer.get_absolute_url()}?tab=discussion").content.decode()


class TestFollowing:
    def test_follow_and_no_longer(self, company, customer, client):
        client.force_login(company.manager1)
        url = reverse("follow-row", args=["crm.customer", customer.pk])
        client.post(url, {"on": "1"})
        client.post(url, {"on": "1"})
        assert Follow.objects.get().person == company.manager1
        assert "云杉软件" in client.get(reverse("followed-rows")).content.decode()
        assert (
            company.manager1.name
            in client.get(reverse("row-followers", args=["crm.customer", customer.pk])).content.decode()
        )
        client.post(url, {"on": "0"})
        assert not Follow.objects.exists()

    def test_followers_hear_of_a_new_owner_and_a_new_status(self, company, customer):
        follow(subject=customer, person=company.boss)
        assign_customer(customer_id=customer.pk, owner=company.rep2, actor=company.manager1)
        set_customer_status(customer_id=customer.pk, status="signed", actor=company.manager1)
        notices = Notification.objects.filter(person=company.boss).order_by("pk")
        assert [one.params["what"] for one in notices] == ["crm.assigned", "crm.status.signed"]

    def test_what_one_no_longer_sees_is_not_listed(self, company, customer, client):
        follow(subject=customer, person=company.rep3)
        client.force_login(company.rep3)
        assert "云杉软件" not in client.get(reverse("followed-rows")).content.decode()


class TestSeenLately:
    def test_at_most_once_in_ten_minutes(self, company, customer, reader):
        reader.get(customer.get_absolute_url())
        first = RecordView.objects.get().at
        reader.get(customer.get_absolute_url())
        assert RecordView.objects.get().at == first
        with clock.travel(timedelta(minutes=11)):
            reader.get(customer.get_absolute_url())
        assert RecordView.objects.get().at > first

    def test_a_panel_is_no_visit(self, customer, reader):
        reader.get(f"{customer.get_absolute_url()}?tab=discussion&part=panel", headers={"HX-Request": "true"})
        assert not RecordView.objects.exists()


class TestTimeline:
    def happen(self, company, customer):
        """A little of everything, at moments of which some are the same."""
        now = clock.now()
        for minute in range(1, 40):
            with clock.travel(now + timedelta(minutes=minute // 2)), acting_as(company.rep1):
                if minute % 3:
                    say(customer, company.rep1, f"第 {minute} 条")
                else:
                    Customer.objects.filter(pk=customer.pk).update(remark=f"备注 {minute}")
        attach(
            subject_type="crm.customer",
            subject_id=str(customer.pk),
            name="合同.pdf",
            content=b"%PDF-1.7",
            actor=company.rep1,
        )

    def test_pages_tell_everything_once_in_order(self, company, customer):
        self.happen(company, customer)
        whole = page(customer, company.rep1, size=500)
        assert whole.after == ""
        told, after = [], ""
        while True:
            part = page(customer, company.rep1, after=after, size=7)
            told += part.entries
            after = part.after
            if not after:
                break
        keys = [(one.source, one.key) for one in told]
        assert keys == [(one.source, one.key) for one in whole.entries]
        assert len(set(keys)) == len(keys) >= 40
        assert [one.at for one in told] == sorted((one.at for one in told), reverse=True)

    def test_one_kind_only(self, company, customer):
        self.happen(company, customer)
        assert {one.source for one in page(customer, company.rep1, only="changes").entries} == {"changes"}

    @pytest.mark.parametrize("after", ["x", "W10", "eyJ9", "a place cut short"])
    def test_a_place_that_is_not_ours_is_404(self, customer, reader, after):
        if " " in after:
            after = Place(clock.now(), 1, 1).encoded()[:-3]
        assert reader.get(f"{customer.get_absolute_url()}?tab=timeline&after={after}").status_code == 404


class TestChanges:
    def test_by_field_and_person_and_as_a_file(self, company, customer, reader):
        with acting_as(company.rep1):
            Customer.objects.filter(pk=customer.pk).update(region="=1+1")
        with acting_as(company.manager1):
            Customer.objects.filter(pk=customer.pk).update(level="A")
        url = f"{customer.get_absolute_url()}?tab=changes"
        page = reader.get(f"{url}&field=region").content.decode()
        assert "=1+1" in page
        assert "A：重点客户</ins>" not in page
        other = reader.get(f"{url}&person={company.manager1.pk}").content.decode()
        assert "=1+1" not in other
        file = reader.get(reverse("history-export", args=["crm.customer", customer.pk]))
        lines = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()
        assert any("'=1+1" in line for line in lines)
        assert file.headers["Content-Disposition"].startswith("attachment")


class TestProcesses:
    @pytest.fixture
    def contract(self, company):
        return draft_of(company.rep1)

    def test_a_contract_shows_its_process_and_with_whom_it_lies(self, company, client):
        client.force_login(company.rep1)
        contract = start_contract(
            customer_id=customer_of(company.rep1).pk, actor=company.rep1, fields=term(), lines=[membership()]
        )
        page = client.get(f"{contract.get_absolute_url()}?tab=processes").content.decode()
        assert ProcessInstance.objects.get().definition.name_zh in page
        assert f"<strong>{company.rep1.name}</strong>" in page
        timeline = client.get(f"{contract.get_absolute_url()}?tab=timeline&only=processes").content.decode()
        assert "发起" in timeline

    def test_whoever_may_start_one_is_asked_which(self, company, contract, client):
        company.manager1.roles.add(Role.objects.get(code="process_admin"))
        client.force_login(company.manager1)
        page = client.get(f"{contract.get_absolute_url()}?tab=processes").content.decode()
        url = reverse("workflows:case-start", args=["contracts.contract", contract.pk])
        assert url in page
        assert client.get(url).status_code == 200
        assert client.post(url, {"process": "nothing"}).status_code == 400
        answer = client.post(url, {"process": "contract_lifecycle"})
        case = ProcessInstance.objects.get()
        assert (answer.status_code, answer.headers["Location"]) == (
            302,
            reverse("workflows:case-detail", args=[case.pk]),
        )
        # It runs now, so there is no second one to start.
        assert client.get(url).status_code == 404

    def test_whoever_may_not_start_any_finds_no_door(self, company, contract, client):
        client.force_login(company.finance)
        page = client.get(f"{contract.get_absolute_url()}?tab=processes").content.decode()
        url = reverse("workflows:case-start", args=["contracts.contract", contract.pk])
        assert url not in page
        assert client.get(url).status_code == 404
        assert client.post(url, {"process": "contract_lifecycle"}).status_code == 404
