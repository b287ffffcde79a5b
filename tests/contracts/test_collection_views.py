"""The pages of collection: a run from the proposal to the printed file, promises, disputes, dispatch."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contracts import services
from contracts.models import DisputeHold, DunningProposal, PromiseToPay
from core import clock
from core.models import Document
from tests.contracts.debts import approved_run, owing, paid
from tests.processes.walk import settle
from workflows.models import WorkItem
from workflows.services import publish_shipped


@pytest.fixture
def debt(company):
    return owing(company)


def url(name: str, pk=None) -> str:
    return reverse(f"contracts:{name}", args=[pk] if pk else [])


class TestARun:
    def test_from_the_proposal_to_the_printed_file(self, signed_in, company, debt):
        other = owing(company)
        finance = signed_in(company.finance)
        answer = finance.post(url("proposal-create"), {"as_of": clock.today().isoformat()})
        proposal = DunningProposal.objects.get()
        assert answer.url == proposal.get_absolute_url()
        page = finance.get(answer.url).content.decode()
        assert debt.customer.name in page
        assert "9,120.00" in page
        line = proposal.lines.get(customer=other.customer)
        finance.post(url("proposal-line-exclude", line.pk), {"reason": "正在洽谈"})
        finance.post(url("proposal-submit", proposal.pk))
        page = finance.get(answer.url).content.decode()
        assert "正在洽谈" in page
        assert url("proposal-approve", proposal.pk) not in page
        colleague = signed_in(company.finance2)
        assert url("proposal-approve", proposal.pk) in colleague.get(answer.url).content.decode()
        colleague.post(url("proposal-approve", proposal.pk))
        printed = finance.post(url("proposal-print", proposal.pk))
        assert printed.status_code == 302
        page = finance.get(printed.url).content.decode()
        assert "CK-" in page
        assert "CK-" in finance.get(answer.url).content.decode()
        assert finance.get(url("proposal-list")).status_code == 200

    def test_a_refusal_stands_on_the_page(self, signed_in, company):
        debt = owing(company, plan=((-20, "1000.00"),))
        proposal = approved_run(company)
        paid(company, debt, "1000.00")
        answer = signed_in(company.finance).post(url("proposal-print", proposal.pk))
        assert answer.status_code == 409
        assert "放弃" in answer.content.decode()

    def test_many_letters_are_printed_by_a_worker(self, signed_in, company, debt):
        for _number in range(3):
            owing(company)
        proposal = approved_run(company)
        answer = signed_in(company.finance).post(url("proposal-print", proposal.pk))
        assert answer.status_code == 302
        assert answer.url.startswith("/background/")


class TestTheCustomersTab:
    def tab(self, client, debt) -> str:
        answer = client.get(f"{debt.customer.get_absolute_url()}?tab=collection")
        assert answer.status_code == 200
        return answer.content.decode()

    def test_shows_the_account_and_offers_what_one_may(self, signed_in, company, debt):
        page = self.tab(signed_in(company.rep1), debt)
        assert "120.00" in page
        assert url("promise-create", debt.customer_id) in page
        page = self.tab(signed_in(company.gm), debt)
        assert url("promise-create", debt.customer_id) not in page

    def test_a_promise_and_a_dispute(self, signed_in, company, debt):
        rep = signed_in(company.rep1)
        day = clock.today() + timedelta(days=3)
        rep.post(
            url("promise-create", debt.customer_id),
            {"promised_on": day.isoformat(), "amount": "9000", "note": "财务已安排"},
        )
        assert PromiseToPay.objects.get().promised_on == day
        line = debt.plan_lines.first()
        rep.post(url("dispute-open", line.pk), {"reason": "广告未上线"})
        hold = DisputeHold.objects.get()
        page = self.tab(rep, debt)
        assert "财务已安排" in page
        assert "广告未上线" in page
        assert rep.post(url("dispute-release", hold.pk)).status_code == 403
        signed_in(company.manager1).post(url("dispute-release", hold.pk), {"note": "已上线"})
        hold.refresh_from_db()
        assert hold.released_by == company.manager1


class TestDispatch:
    def test_sent_and_delivered(self, signed_in, company, debt):
        notice = services.print_dunning(customer_ids=[debt.customer_id], actor=company.finance).notices.get()
        finance = signed_in(company.finance)
        today = clock.today().isoformat()
        wrong = finance.post(url("notice-sent", notice.pk), {"channel": "ems", "sent_on": today})
        assert wrong.status_code == 400
        finance.post(
            url("notice-sent", notice.pk),
            {"channel": "ems", "tracking_no": "EB123456789CN", "sent_on": today},
        )
        assert "EB123456789CN" in finance.get(url("notice-detail", notice.pk)).content.decode()
        finance.post(url("notice-delivered", notice.pk), {"delivered_on": today, "grade": "signed"})
        notice.refresh_from_db()
        assert notice.dispatch.grade == "signed"
        assert finance.get(url("notice-receipt", notice.pk)).status_code == 404

    def test_a_receipt_is_filed_with_the_arrival(self, signed_in, company, debt):
        notice = services.print_dunning(customer_ids=[debt.customer_id], actor=company.finance).notices.get()
        services.mark_sent(notice_id=notice.pk, channel="hand", actor=company.finance)
        finance, today = signed_in(company.finance), clock.today()
        before = Document.objects.count()

        def deliver(day, content: bytes):
            receipt = SimpleUploadedFile("../回执.exe", content)
            sent = {"delivered_on": day.isoformat(), "grade": "signed", "receipt": receipt}
            return finance.post(url("notice-delivered", notice.pk), sent)

        assert deliver(today, b"MZ no scan").status_code == 400
        assert deliver(today + timedelta(days=3), b"%PDF-1.4 slip").status_code == 400
        assert Document.objects.count() == before
        assert deliver(today, b"%PDF-1.4 slip").status_code == 302
        notice.refresh_from_db()
        assert notice.dispatch.receipt.name == f"{notice.no}-送达回执.pdf"
        address = url("notice-receipt", notice.pk)
        assert address in finance.get(url("notice-detail", notice.pk)).content.decode()
        answer = finance.get(address)
        assert answer.content == b"%PDF-1.4 slip"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert signed_in(company.rep3).get(address).status_code == 404
        assert signed_in(company.content).get(address).status_code == 404


def test_a_task_shows_the_account_and_what_there_is_to_fill_in(signed_in, company):
    publish_shipped(only={"collection"})
    debt = owing(company, plan=((-2, "5000.00"),))
    settle()
    item = WorkItem.objects.get(element="chase_payment")
    assert item.instance.subject_id == str(debt.customer_id)
    page = signed_in(company.rep1).get(reverse("workflows:work-item", args=[item.pk])).content.decode()
    assert "5,000.00" in page
    for name in ("result", "promised_on", "amount", "instalment", "note"):
        assert f'name="f-{name}"' in page
