"""What stands around a case: the discussion of its row, the filed documents, and the cases that belong with it."""

import pytest
from django.urls import reverse

from contracts import services as contract_services
from core.documents import store_document
from core.models import Comment
from core.services.comments import add_comment
from tests.contracts.factory import customer_of, instalments, membership, term
from tests.workflows.posts import begin, message, post, put_up, started_by, telling
from workflows.models import ProcessInstance

pytestmark = pytest.mark.django_db


def contract_for(owner, customer):
    return contract_services.start_contract(
        customer_id=customer.pk,
        actor=owner,
        fields=term(),
        lines=[membership()],
        plan=instalments((10, "12800.00")),
    )


def case_of(contract) -> ProcessInstance:
    return ProcessInstance.objects.get(subject_type="contracts.contract", subject_id=str(contract.pk))


def page_of(client, case, tab: str = "") -> str:
    answer = client.get(reverse("workflows:case-detail", args=[case.pk]), {"tab": tab} if tab else {})
    assert answer.status_code == 200
    return answer.content.decode()


def linked(page: str, case: ProcessInstance) -> bool:
    return f'href="{reverse("workflows:case-detail", args=[case.pk])}"' in page


@pytest.fixture
def customer(company):
    return customer_of(company.rep1)


@pytest.fixture
def contract(company, customer):
    return contract_for(company.rep1, customer)


class TestDiscussion:
    def test_is_that_of_the_business_row(self, company, contract, signed_in):
        add_comment(
            subject_type="contracts.contract",
            subject_id=str(contract.pk),
            text="请核对付款条件",
            actor=company.manager1,
        )
        page = page_of(signed_in(company.rep1), case_of(contract), "discussion")
        assert "请核对付款条件" in page
        assert reverse("comment-add", args=["contracts.contract", contract.pk]) in page
        assert contract.get_absolute_url() in page

    def test_of_a_case_about_nothing_is_its_own(self, cast, signed_in):
        hand = begin(telling(message("paid")), cast.rep1)
        client = signed_in(cast.rep1)
        url = reverse("comment-add", args=["workflows.processinstance", hand.instance.pk])
        assert url in page_of(client, hand.instance, "discussion")
        client.post(url, {"text": "等客户回电"})
        assert Comment.objects.get().text == "等客户回电"
        assert "等客户回电" in page_of(client, hand.instance, "discussion")


class TestDocuments:
    def test_are_those_of_the_row(self, company, contract, signed_in):
        client, case = signed_in(company.rep1), case_of(contract)
        assert "tab=documents" not in page_of(client, case)
        filed = store_document(
            content=b"%PDF-1.7",
            name="扫描件.pdf",
            media_type="application/pdf",
            kind="signed_contract",
            actor=company.rep1,
            subject=contract,
        )
        page = page_of(client, case, "documents")
        url = reverse("contracts:contract-file", args=[contract.pk, filed.pk])
        assert ("扫描件.pdf" in page, url in page) == (True, True)
        assert client.get(url).content == b"%PDF-1.7"


class TestRelatedCases:
    def test_of_the_same_customer(self, company, customer, contract, signed_in):
        second, foreign = (
            contract_for(company.rep1, customer),
            contract_for(company.rep1, customer_of(company.rep1)),
        )
        page = page_of(signed_in(company.rep1), case_of(contract), "related")
        assert "同一客户的流程" in page
        assert (linked(page, case_of(second)), linked(page, case_of(foreign))) == (True, False)
        assert case_of(second).work_items.get(status="open").name_zh in page

    def test_only_what_the_reader_sees_too(self, company, customer, contract, signed_in):
        """The other contract of the customer is another representative's."""
        other = contract_for(company.rep1, customer)
        type(other).objects.filter(pk=other.pk).update(
            owner=company.rep3, department_path=company.rep3.department.path
        )
        ProcessInstance.objects.filter(pk=case_of(other).pk).update(starter=company.rep3)
        case_of(other).work_items.update(assignee=company.rep3, starter=company.rep3)
        page = page_of(signed_in(company.rep1), case_of(contract), "related")
        assert not linked(page, case_of(other))
        assert linked(page_of(signed_in(company.boss), case_of(contract), "related"), case_of(other))

    def test_what_began_it_and_what_it_has_begun(self, cast, signed_in):
        put_up(started_by(message("paid")))
        teller = begin(telling(message("paid")), cast.admin)
        teller.do("say", cast.rep1)
        post()
        begun = ProcessInstance.objects.get(definition__key="starts")
        client = signed_in(cast.admin)
        there, back = page_of(client, teller.instance, "related"), page_of(client, begun, "related")
        assert ("由本流程发起" in there, linked(there, begun)) == (True, True)
        assert ("由以下流程发起" in back, linked(back, teller.instance)) == (True, True)

    def test_alone_says_so(self, cast, signed_in):
        hand = begin(telling(message("paid")), cast.rep1)
        assert "没有相关流程" in page_of(signed_in(cast.rep1), hand.instance, "related")

    def test_costs_the_same_however_many(
        self, company, customer, contract, signed_in, django_assert_max_num_queries
    ):
        client = signed_in(company.rep1)
        page_of(client, case_of(contract), "related")
        for _number in range(4):
            contract_for(company.rep1, customer)
        with django_assert_max_num_queries(36):
            page_of(client, case_of(contract), "related")
