"""Deeds on several rows: each through its service, each with its own result, many in the background."""

import pytest
from django.urls import reverse

from contracts.models import Product
from core.errors import ApplicationError
from core.jobs.runner import run_background_job
from core.models import AuditEntry, BackgroundJob, User
from crm.models import Customer
from tests.contracts.factory import customer_of

PATH = "/customers/"


@pytest.fixture
def customers(company):
    return [customer_of(company.rep1, name=f"第{number}机械有限公司") for number in range(4)]


def keys(rows) -> list[str]:
    return [str(row.pk) for row in rows]


class TestAsking:
    def test_the_bar_stands_only_where_something_may_be_done(self, customers, company, signed_in):
        assert 'name="bulk" value="assign"' in signed_in(company.manager1).get(PATH).content.decode()
        assert 'name="bulk"' not in signed_in(company.finance).get(PATH).content.decode()

    def test_nothing_is_done_before_it_is_confirmed(self, customers, company, signed_in):
        answer = signed_in(company.manager1).post(PATH, {"bulk": "assign", "row": keys(customers[:2])})
        assert answer.status_code == 200
        text = answer.content.decode()
        assert "第0机械有限公司" in text
        assert "第3机械有限公司" not in text
        assert Customer.objects.filter(owner=company.rep1).count() == 4

    def test_without_rows_it_says_so(self, customers, company, signed_in):
        answer = signed_in(company.manager1).post(PATH, {"bulk": "assign"})
        assert answer.status_code == 400

    @pytest.mark.parametrize(("deed", "status"), [("nothing", 404), ("assign", 403)])
    def test_an_unknown_or_forbidden_deed_is_refused(self, customers, company, signed_in, deed, status):
        answer = signed_in(company.finance).post(PATH, {"bulk": deed, "row": keys(customers), "agreed": "1"})
        assert answer.status_code == status
        assert Customer.objects.filter(owner=company.rep1).count() == 4

    def test_keys_that_are_none_are_not_found(self, company, signed_in):
        answer = signed_in(company.manager1).post(PATH, {"bulk": "assign", "row": ["x' or 1=1"]})
        assert answer.status_code == 404


class TestDoing:
    def test_each_row_goes_through_the_service_and_is_recorded(self, customers, company, signed_in):
        sent = {"bulk": "assign", "row": keys(customers[:2]), "agreed": "1", "owner": company.rep2.pk}
        answer = signed_in(company.manager1).post(PATH, sent)
        assert answer.status_code == 200
        assert set(Customer.objects.filter(owner=company.rep2)) == set(customers[:2])
        assert AuditEntry.objects.filter(action="crm.assign_customer").count() == 2

    def test_a_missing_field_does_nothing(self, company, signed_in):
        person = company.rep2
        sent = {"bulk": "move", "row": [person.pk], "agreed": "1", "department": "999999"}
        answer = signed_in(company.admin).post(reverse("person-list"), sent)
        assert answer.status_code == 400
        assert User.objects.get(pk=person.pk).department == person.department

    def test_rows_of_others_are_left_out(self, customers, company, signed_in):
        foreign = customer_of(company.rep3, name="二部的有限公司")
        sent = {
            "bulk": "assign",
            "row": keys([customers[0], foreign]),
            "agreed": "1",
            "owner": company.rep2.pk,
        }
        signed_in(company.manager1).post(PATH, sent)
        assert Customer.objects.get(pk=customers[0].pk).owner == company.rep2
        assert Customer.objects.get(pk=foreign.pk).owner == company.rep3

    def test_one_refusal_leaves_the_others_done_and_says_why(self, company, signed_in, monkeypatch):
        products = list(Product.objects.order_by("pk")[:3])

        def refuse_the_second(*, product_id, **more):
            Product.objects.filter(pk=product_id).update(is_active=False)
            if product_id == products[1].pk:
                raise ApplicationError("正在促销", code="on_promotion")

        monkeypatch.setattr("contracts.views.catalogue.save_product", refuse_the_second)
        answer = signed_in(company.product).post(
            reverse("contracts:product-list"), {"bulk": "off_sale", "row": keys(products), "agreed": "1"}
        )
        assert "正在促销" in answer.content.decode()
        assert len(answer.context["refused"]) == 1
        # What the refused one had done is undone.
        assert list(Product.objects.filter(pk__in=keys(products), is_active=True)) == [products[1]]

    def test_all_that_were_found_follows_search_and_filters(self, customers, company, signed_in):
        other = customer_of(company.rep1, name="另一家阀门有限公司")
        sent = {"bulk": "assign", "every": "1", "agreed": "1", "owner": company.rep2.pk}
        signed_in(company.manager1).post(f"{PATH}?q=机械有限公司", sent)
        assert Customer.objects.filter(owner=company.rep2).count() == 4
        assert Customer.objects.get(pk=other.pk).owner == company.rep1

    def test_too_many_are_refused(self, customers, company, signed_in, monkeypatch):
        monkeypatch.setattr("core.generic.bulk.MOST_ROWS", 3)
        sent = {"bulk": "assign", "every": "1", "agreed": "1", "owner": company.rep2.pk}
        answer = signed_in(company.manager1).post(PATH, sent)
        assert answer.status_code == 400
        assert not Customer.objects.filter(owner=company.rep2).exists()


class TestInTheBackground:
    @pytest.fixture
    def sent(self, customers, company, signed_in, monkeypatch):
        monkeypatch.setattr("core.generic.bulk.DIRECT_ROWS", 2)

        def send(client=None):
            data = {"bulk": "assign", "row": keys(customers), "agreed": "once", "owner": company.rep2.pk}
            return (client or signed_in(company.manager1)).post(PATH, data)

        return send

    def test_many_rows_are_done_by_a_job_once(self, sent, company):
        answer = sent()
        sent()
        job = BackgroundJob.objects.get(kind="bulk")
        assert answer.headers["Location"] == job.get_absolute_url()
        assert not Customer.objects.filter(owner=company.rep2).exists()
        run_background_job(job.pk)
        job.refresh_from_db()
        assert job.status == BackgroundJob.Status.DONE
        assert Customer.objects.filter(owner=company.rep2).count() == 4
        assert job.file.name.endswith(".xlsx")

    def test_whoever_lost_the_right_meanwhile_does_nothing(self, sent, company):
        sent()
        company.manager1.roles.clear()
        job = BackgroundJob.objects.get(kind="bulk")
        run_background_job(job.pk)
        job.refresh_from_db()
        assert job.status == BackgroundJob.Status.FAILED
        assert not Customer.objects.filter(owner=company.rep2).exists()
