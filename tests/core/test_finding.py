"""One search over everything: what it finds, and what it keeps from whom."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from core.finding import find, seen_lately
from core.models import Grant, RecordView, Role, User
from core.subjects import kinds, reference
from tests.contracts.factory import customer_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(company):
    return customer_of(company.rep1, name="苏州精诚模具有限公司")


def titles(person, text: str) -> dict[str, list[str]]:
    return {group.code: [hit.title for hit in group.hits] for group in find(person, text)}


@pytest.mark.parametrize("text", ["精诚", "szjc", "jingcheng", "苏州精诚模具"])
def test_a_customer_is_found_by_substring_pinyin_and_initials(company, customer, text):
    assert customer.name in titles(company.rep1, text)["crm.customer"]


def test_a_stranger_finds_nothing_of_it(company, customer):
    assert titles(company.rep3, "精诚") == {}
    assert titles(company.content, "精诚") == {}


def test_without_a_text_nothing_is_found(company, customer):
    assert titles(company.rep1, "   ") == {}


def test_every_kind_costs_one_statement_and_no_row_more(company, customer):
    find(company.rep1, "精诚")
    with CaptureQueriesContext(
        connection,
    ) as few:
        find(company.rep1, "精诚")
    for number in range(8):
        customer_of(company.rep1, name=f"精诚{number}号有限公司")
    with CaptureQueriesContext(connection) as many:
        find(company.rep1, "精诚")
    assert len(many) == len(few) <= len(kinds())


def test_more_than_five_lead_to_the_list_with_the_same_search(company, customer, signed_in):
    for number in range(8):
        customer_of(company.rep1, name=f"精诚{number}号有限公司")
    (group,) = find(company.rep1, "精诚")
    assert len(group.hits) == 5
    page = signed_in(company.rep1).get(group.all_url).content.decode()
    assert page.count("精诚") >= 9


def test_what_was_seen_lately_is_shown_as_long_as_it_may_be_seen(company, customer):
    for person in (company.rep1, company.rep3):
        kind, pk = reference(customer)
        RecordView.objects.create(person=person, subject_type=kind, subject_id=pk, at=clock.now())
    assert [hit.title for hit in seen_lately(company.rep1).hits] == [customer.name]
    assert seen_lately(company.rep3).hits == []


def test_the_page_and_the_dialog_show_the_same_hits(company, customer, signed_in):
    client = signed_in(company.rep1)
    page = client.get("/search/", {"q": "精诚"}).content.decode()
    part = client.get("/search/", {"q": "精诚"}, headers={"HX-Request": "true"}).content.decode()
    assert customer.get_absolute_url() in page
    assert customer.get_absolute_url() in part
    assert "<html" in page
    assert "<html" not in part


def test_pages_of_the_navigation_are_found_by_name(company, signed_in):
    page = signed_in(company.rep1).get("/search/", {"q": "客户"}).content.decode()
    assert 'href="/customers/"' in page
    assert (
        'href="/webhooks/" data-hit'
        not in signed_in(company.rep1).get("/search/", {"q": "webhook"}).content.decode()
    )


@pytest.mark.parametrize("text", ["a\x00b", "%", "'; DROP TABLE", "😀", "9" * 5000])
def test_rubbish_finds_nothing_and_breaks_nothing(company, customer, signed_in, text):
    assert signed_in(company.rep1).get("/search/", {"q": text}).status_code in (200, 400)


class TestPeople:
    """People are found by who administers them, and by nobody else."""

    def test_an_administrator_finds_everybody_by_name_pinyin_and_phone(self, company):
        rep = company.rep1
        for text in (rep.display_name, "lilei", "ll", rep.username):
            assert rep.name in titles(company.admin, text)["core.user"], text
        (group,) = [one for one in find(company.admin, rep.username) if one.code == "core.user"]
        assert group.hits[0].url == rep.get_absolute_url()

    def test_who_administers_nobody_finds_nobody(self, company):
        for person in (company.rep1, company.boss, company.manager1):
            assert "core.user" not in titles(person, company.rep1.display_name)

    def test_who_administers_a_department_finds_its_people_only(self, company):
        role = Role.objects.create(code="hr", name_zh="人事", name_en="HR")
        Grant.objects.create(role=role, permission="core.manage_people", scope="subtree")
        company.manager1.roles.add(role)
        person = User.objects.get(pk=company.manager1.pk)
        assert company.rep1.name in titles(person, "rep1")["core.user"]
        assert "core.user" not in titles(person, "finance")

    def test_their_page_has_room_for_what_is_said_and_whoever_lost_sight_sees_nothing(
        self, company, signed_in
    ):
        client = signed_in(company.admin)
        page = client.get(company.rep1.get_absolute_url()).content.decode()
        assert "?tab=discussion" in page
        assert [hit.title for hit in seen_lately(company.admin).hits] == [company.rep1.name]
        company.admin.roles.clear()
        assert seen_lately(User.objects.get(pk=company.admin.pk)).hits == []
