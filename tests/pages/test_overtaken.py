"""Two people change one row: what the page says, what it takes over, and what it asks."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock
from core.acting import acting_as
from core.generic.forms import VERSION
from core.generic.opening import OPENING
from crm.models import Customer
from crm.services import update_customer
from tests.contracts.factory import customer_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(company):
    return customer_of(company.rep1, industry="机械", source="other")


@pytest.fixture
def owner(company, client):
    client.force_login(company.rep1)
    return client


@pytest.fixture
def url(customer):
    return reverse("crm:customer-edit", args=[customer.pk])


def opened(client, url) -> dict[str, str]:
    """The form as the browser holds it when the page is open."""
    context = client.get(url).context
    form = context["form"]
    values = {bound.html_name: str(bound.value() or "") for bound in form}
    return {**values, VERSION: context["version"], OPENING: context["opening_values"]}


def others(company, customer, **changes):
    """The manager changes the customer meanwhile."""
    row = Customer.objects.get(pk=customer.pk)
    with acting_as(company.manager1):
        update_customer(customer_id=row.pk, revision=row.revision, changes=changes, actor=company.manager1)


def again(answer, sent) -> dict[str, str]:
    """The form as it stands in the answer, sent once more."""
    context = answer.context
    values = {bound.html_name: str(bound.value() or "") for bound in context["form"]}
    return {**sent, **values, VERSION: context["version"], OPENING: context["opening_values"]}


class TestWhatOnlyOneChanged:
    def test_ones_own_change_is_not_listed_and_theirs_is_taken_over(self, company, customer, owner, url):
        sent = opened(owner, url) | {"industry": "电气"}
        others(company, customer, region="浙江", level="A")
        answer = owner.post(url, sent)
        assert answer.status_code == 409
        met = answer.context["overtaken"]
        assert met.asked == []
        assert {(one.label, one.now) for one in met.taken} == {("地区", "浙江"), ("级别", "A：重点客户")}
        assert met.people == company.manager1.name
        customer.refresh_from_db()
        assert customer.industry == "机械"
        assert owner.post(url, again(answer, sent)).status_code == 302
        customer.refresh_from_db()
        assert (customer.industry, customer.region, customer.level) == ("电气", "浙江", "A")

    def test_a_change_of_what_the_form_does_not_show_stops_nobody(self, company, customer, owner, url):
        sent = opened(owner, url) | {"industry": "电气"}
        Customer.objects.filter(pk=customer.pk).update(revision=customer.revision + 1)
        assert owner.post(url, sent).status_code == 302
        customer.refresh_from_db()
        assert customer.industry == "电气"

    def test_the_same_change_by_both_is_no_conflict(self, company, customer, owner, url):
        sent = opened(owner, url) | {"industry": "电气"}
        others(company, customer, industry="电气")
        assert owner.post(url, sent).status_code == 302


class TestWhatBothChanged:
    @pytest.fixture
    def sent(self, owner, url):
        return opened(owner, url) | {"industry": "电气", "level": "B"}

    @pytest.fixture
    def answer(self, company, customer, owner, url, sent):
        others(company, customer, industry="轴承")
        return owner.post(url, sent)

    def test_it_says_what_it_was_is_and_what_was_typed(self, answer, company, customer):
        (one,) = answer.context["overtaken"].asked
        assert (one.was, one.now, one.typed, one.who) == ("机械", "轴承", "电气", company.manager1.name)
        page = answer.content.decode()
        assert 'value="theirs"' in page
        assert "轴承" in page
        customer.refresh_from_db()
        assert (customer.industry, customer.level) == ("轴承", "C")

    @pytest.mark.parametrize(("choice", "stands"), [("mine", "电气"), ("theirs", "轴承")])
    def test_the_choice_stands(self, answer, owner, url, sent, customer, choice, stands):
        assert owner.post(url, again(answer, sent) | {"stands-industry": choice}).status_code == 302
        customer.refresh_from_db()
        assert (customer.industry, customer.level) == (stands, "B")

    def test_without_a_choice_nothing_is_saved_and_it_is_asked_again(
        self, answer, owner, url, sent, customer
    ):
        once_more = owner.post(url, again(answer, sent))
        assert once_more.status_code == 409
        assert once_more.context["overtaken"].is_waiting
        (one,) = once_more.context["overtaken"].asked
        assert (one.was, one.now, one.typed) == ("机械", "轴承", "电气")
        customer.refresh_from_db()
        assert customer.industry == "轴承"
        third = again(once_more, sent) | {"stands-industry": "mine"}
        assert owner.post(url, third).status_code == 302

    def test_whoever_types_theirs_has_decided(self, answer, owner, url, sent, customer):
        assert owner.post(url, again(answer, sent) | {"industry": "轴承"}).status_code == 302


class TestOpeningValues:
    @pytest.mark.parametrize("token", ["", "x", "a:b:c", ".eJw:1x:zz", "\x00", "é" * 500])
    def test_a_forged_signature_counts_as_none(self, company, customer, owner, url, token):
        sent = opened(owner, url) | {"industry": "电气", OPENING: token}
        others(company, customer, region="浙江")
        answer = owner.post(url, sent)
        assert answer.status_code == 409
        assert {one.label: one.was for one in answer.context["overtaken"].asked} == {
            "行业": None,
            "地区": None,
        }

    def test_an_old_one_counts_as_none(self, company, customer, owner, url):
        sent = opened(owner, url)
        others(company, customer, region="浙江")
        with clock.travel(timedelta(days=31)):
            assert [one.was for one in owner.post(url, sent).context["overtaken"].asked] == [None]

    def test_those_of_another_person_count_as_none(self, company, customer, client, url):
        client.force_login(company.manager1)
        theirs = opened(client, url)[OPENING]
        client.force_login(company.rep1)
        sent = opened(client, url) | {OPENING: theirs}
        others(company, customer, region="浙江")
        assert [one.was for one in client.post(url, sent).context["overtaken"].asked] == [None]

    def test_what_was_typed_names_no_row_that_is_not_offered(self, company, client):
        client.force_login(company.admin)
        url = reverse("person-edit", args=[company.rep2.pk])
        sent = opened(client, url)
        company.rep2.revision += 1
        company.rep2.save(update_fields=["revision"])
        answer = client.post(url, sent | {OPENING: "", "department": "999999", "manager": "x"})
        assert answer.status_code == 409
        assert re.search(r"#999999", answer.content.decode())
