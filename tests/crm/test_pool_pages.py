"""The pages and the API of the public pool: claim, release, judge, restore (F4 to F8)."""

import pytest
from django.urls import reverse

from core.tokens import create_token
from crm.models import Customer, DuplicateCase, OwnershipPeriod
from crm.services import claim_customer, create_customer, merge_customer
from tests.api.conftest import ApiClient
from tests.contracts.factory import customer_of
from tests.processes.walk import settle
from workflows.models import ProcessInstance, WorkItem
from workflows.services import publish_shipped

pytestmark = pytest.mark.django_db

FIRM, NUMBER = "宁波海天塑机有限公司", "13800138000"


def in_pool(actor, name: str = FIRM, mobile: str = NUMBER) -> Customer:
    contacts = [{"name": "刘经理", "mobile": mobile}]
    return create_customer(fields={"name": name}, contacts=contacts, actor=actor, in_pool=True)


class TestPool:
    def test_numbers_and_names_are_hidden_until_the_claim(self, signed_in, company):
        customer = in_pool(company.assistant)
        client = signed_in(company.rep1)
        page = client.get(reverse("crm:customer-pool")).text
        assert FIRM in page
        assert f'href="{reverse("crm:customer-claim", args=[customer.pk])}"' in page
        assert "138****8000" in page
        assert NUMBER not in page
        assert "刘经理" not in page
        assert client.get(customer.get_absolute_url()).status_code == 404
        assert client.post(reverse("crm:customer-claim", args=[customer.pk])).status_code == 302
        assert NUMBER in client.get(f"{customer.get_absolute_url()}?tab=contacts").text

    def test_a_tracked_customer_is_not_in_it(self, signed_in, company):
        tracked = customer_of(company.rep2)
        assert tracked.name not in signed_in(company.rep1).get(reverse("crm:customer-pool")).text
        assert (
            signed_in(company.rep1).get(reverse("crm:customer-claim", args=[tracked.pk])).status_code == 404
        )

    def test_whoever_was_slower_is_told_and_reads_nothing_of_it(self, signed_in, company):
        customer = in_pool(company.assistant)
        claim_customer(customer_id=customer.pk, actor=company.rep2)
        answer = signed_in(company.rep1).post(reverse("crm:customer-claim", args=[customer.pk]))
        assert answer.status_code == 409
        assert "有人抢先一步" in answer.text
        assert FIRM not in answer.text
        customer.refresh_from_db()
        assert customer.owner == company.rep2

    def test_several_at_once_row_by_row(self, signed_in, company):
        rows = [in_pool(company.assistant, f"批量{n}有限公司", f"1380013800{n}") for n in range(2)]
        taken = customer_of(company.rep2, "被占有限公司")
        copy = in_pool(company.assistant, taken.name, "13900139000")
        data = {"bulk": "claim", "row": [one.pk for one in (*rows, copy)], "agreed": "1"}
        answer = signed_in(company.rep1).post(reverse("crm:customer-pool"), data)
        assert answer.status_code == 200
        owners = [Customer.objects.get(pk=one.pk).owner for one in (*rows, copy)]
        assert owners == [company.rep1, company.rep1, None]


class TestRelease:
    def test_back_with_a_reason_that_stays_in_the_ownership(self, signed_in, company):
        customer = customer_of(company.rep1)
        url = reverse("crm:customer-release", args=[customer.pk])
        client = signed_in(company.rep1)
        assert client.post(url, {"reason": " "}).status_code == 400
        customer.refresh_from_db()
        assert customer.owner == company.rep1
        assert client.post(url, {"reason": "客户改行"}).headers["Location"] == reverse("crm:customer-list")
        customer.refresh_from_db()
        assert (customer.owner, customer.pool_state) == (None, "pool")
        page = signed_in(company.assistant).get(f"{customer.get_absolute_url()}?tab=ownership").text
        assert "客户改行" in page
        assert company.rep1.name in page


class TestDuplicates:
    def test_a_copy_is_put_away_and_comes_back(self, signed_in, company):
        customer, copy = customer_of(company.rep1, FIRM), in_pool(company.assistant, FIRM)
        client = signed_in(company.assistant)
        assert copy.no in client.get(f"{customer.get_absolute_url()}?tab=duplicates").text
        judge = reverse("crm:duplicate-judge", args=[customer.pk, copy.pk])
        assert client.post(judge, {"verdict": "copy", "note": "同一家"}).status_code == 302
        copy.refresh_from_db()
        assert (copy.pool_state, copy.merged_into_id) == ("recycled", customer.pk)
        assert copy.no in client.get(reverse("crm:recycle-bin")).text
        assert signed_in(company.rep1).get(reverse("crm:recycle-bin")).status_code == 403
        client = signed_in(company.assistant)
        assert client.post(reverse("crm:customer-restore", args=[copy.pk])).status_code == 302
        copy.refresh_from_db()
        assert copy.pool_state == "pool"
        page = client.get(f"{customer.get_absolute_url()}?tab=duplicates").text
        assert "同一公司" not in page, "what was judged is not asked again"
        assert client.post(reverse("crm:customer-restore", args=[copy.pk])).status_code == 409

    def test_linked_companies_stand_side_by_side(self, signed_in, company):
        customer, other = customer_of(company.rep1), in_pool(company.assistant)
        client = signed_in(company.assistant)
        url = reverse("crm:duplicate-judge", args=[customer.pk, other.pk])
        assert client.post(url, {"verdict": "linked", "note": "同一集团"}).status_code == 302
        assert DuplicateCase.objects.get().verdict == "linked"
        assert "同一集团" in client.get(reverse("crm:duplicate-list")).text
        other.refresh_from_db()
        assert other.pool_state == "pool"


@pytest.fixture
def as_(cast):
    return lambda username: ApiClient(create_token(actor=getattr(cast, username))[1])


class TestApi:
    def test_from_the_pool_to_the_owner_and_back(self, as_, company):
        customer = in_pool(company.assistant)
        rep = as_("rep1")
        (row,) = rep.read("customers/pool/").json()["results"]
        assert (row["id"], row["name"]) == (str(customer.pk), FIRM)
        assert NUMBER not in str(row)
        answer = rep.send("POST", f"customers/{customer.pk}/claim/")
        assert (answer.status_code, answer.json()["customer"]["owner"]) == (200, "rep1")
        again = as_("rep2").send("POST", f"customers/{customer.pk}/claim/")
        assert (again.status_code, again.json()["code"]) == (409, "not_in_pool")
        rep.send("POST", f"customers/{customer.pk}/release/", {"reason": "改行"})
        ended = OwnershipPeriod.objects.get(customer=customer)
        assert (ended.end_reason, ended.reason) == ("release", "改行")

    def test_the_same_firm_is_refused_without_naming_whose_it_is(self, as_, company):
        tracked = customer_of(company.rep2, FIRM)
        copy = in_pool(company.assistant, FIRM)
        answer = as_("rep1").send("POST", f"customers/{copy.pk}/claim/")
        assert (answer.status_code, answer.json()["code"]) == (409, "tracked_by_another")
        assert "rep2" not in answer.text
        assert company.rep2.name not in answer.text
        copy.refresh_from_db()
        assert (copy.owner, tracked.owner) == (None, company.rep2)

    def test_whoever_may_see_the_firm_is_told_who_tracks_it(self, as_, company):
        customer_of(company.rep1, FIRM)
        copy = in_pool(company.assistant, FIRM)
        answer = as_("manager1").send("POST", f"customers/{copy.pk}/claim/")
        assert answer.status_code == 409
        assert answer.json()["detail"].startswith("Li Lei tracks this firm already: KH-")

    def test_merge_restore_and_what_looks_alike(self, as_, company):
        customer, copy = customer_of(company.rep1, FIRM), in_pool(company.assistant, FIRM)
        judge = as_("assistant")
        (found,) = judge.read(f"customers/{customer.pk}/duplicates/").json()
        assert (found["customer"], found["same"], found["is_strong"]) == (
            str(copy.pk),
            ["company", "name"],
            True,
        )
        merged = judge.send("POST", f"customers/{customer.pk}/merge/", {"copy": str(copy.pk)})
        assert merged.status_code == 200
        assert Customer.objects.get(pk=copy.pk).merged_into == customer
        assert judge.send("POST", f"customers/{copy.pk}/restore/").status_code == 200
        pair = judge.send(
            "POST", f"customers/{customer.pk}/duplicates/", {"other": str(copy.pk), "verdict": "linked"}
        )
        assert pair.json()["verdict"] == "linked"
        periods = as_("rep1").read(f"customers/{customer.pk}/ownership/").json()
        assert [one["owner"] for one in periods] == ["rep1"]


def test_a_copy_that_somebody_follows_up_ends_its_process(company):
    publish_shipped(only={"customer_status"})
    customer = customer_of(company.rep1)
    copy = customer_of(company.rep1)
    settle()
    cases = ProcessInstance.objects.filter(definition__key="customer_status", subject_id=str(copy.pk))
    assert [one.status for one in cases] == ["active"]
    merge_customer(customer_id=customer.pk, copy_id=copy.pk, actor=company.assistant)
    settle()
    (case,) = cases.all()
    assert case.status == "cancelled"
    assert customer.no in case.events.get(kind="cancelled").comment
    assert not WorkItem.objects.open().filter(instance=case).exists()
    followed = ProcessInstance.objects.get(definition__key="customer_status", subject_id=str(customer.pk))
    assert followed.status == "active"
