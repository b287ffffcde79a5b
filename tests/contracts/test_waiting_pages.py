"""What pages say of contracts that wait: for the signed copy, for their first payment, for their day."""

from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock
from core.models import User
from tests.contracts.test_editor import form_of
from tests.processes.walk import Walk, later


@pytest.fixture
def sealed(company) -> Walk:
    walk = Walk(company, rule="on_first_payment")
    walk.sealed()
    walk.stands("signing", "record_signature")
    return walk


@pytest.fixture
def unpaid(sealed) -> Walk:
    sealed.sign()
    sealed.stands("signed")
    return sealed


def page_of(client, walk: Walk, who: str) -> str:
    client.force_login(getattr(walk.people, who))
    return client.get(reverse("contracts:contract-detail", args=[walk.contract.pk])).content.decode()


def payment_page(client, walk: Walk, payment, who: str = "finance2") -> str:
    client.force_login(getattr(walk.people, who))
    return client.get(reverse("contracts:payment-detail", args=[payment.pk])).content.decode()


class TestTheContract:
    def test_waits_for_the_copy_and_says_when_people_are_reminded(self, client, sealed):
        page = page_of(client, sealed, "rep1")
        assert "已用印，签章件尚未收回。" in page
        assert "送签并回收签章件" in page
        for days, name in ((15, "满 15 天"), (30, "满 30 天")):
            assert f"{name} {clock.today() + timedelta(days=days):%Y-%m-%d}" in page

    def test_waits_for_its_first_payment(self, client, unpaid):
        page = page_of(client, unpaid, "rep1")
        assert "已签署待生效：等待首笔回款。" in page
        assert "等待首笔回款" in page
        url = f"{reverse('contracts:payment-create')}?customer={unpaid.contract.customer_id}"
        assert url not in page
        # Whoever records payments gets the way there.
        assert url in page_of(client, unpaid, "finance")

    def test_waits_for_its_day(self, client, company):
        day = clock.today() + timedelta(days=20)
        walk = Walk(company, rule="on_date", effective_due_on=day)
        walk.sealed()
        walk.sign()
        page = page_of(client, walk, "rep1")
        assert f"已签署待生效：{day:%Y-%m-%d} 生效。" in page
        assert "等待生效日" in page

    def test_shows_what_was_paid_in_advance(self, client, sealed):
        assert "预收" not in page_of(client, sealed, "rep1").replace("预收款也算", "")
        sealed.pay("1000.00")
        assert "签署前已预收 ¥1,000.00" in page_of(client, sealed, "rep1")

    def test_offers_the_director_to_terminate_it(self, client, unpaid):
        assert "终止合同" in page_of(client, unpaid, "director")
        assert "终止合同" not in page_of(client, unpaid, "rep1")
        client.force_login(unpaid.people.director)
        url = reverse("contracts:contract-void", args=[unpaid.contract.pk])
        client.post(url, {"reason": "双方协商解除"})
        unpaid.stands("terminated", case="cancelled")

    def test_in_english(self, client, unpaid):
        User.objects.filter(username="manager1").update(language="en")
        page = page_of(client, unpaid, "manager1")
        assert "Signed, not in effect yet: it waits for its first payment." in page
        assert "Wait for the first payment" in page


class TestThePayment:
    def test_says_that_the_contract_takes_effect_when_it_is_confirmed(self, client, unpaid):
        payment = unpaid.record()
        says = f"确认后，合同 {unpaid.contract.no} 将生效"
        assert says in payment_page(client, unpaid, payment)
        unpaid.pay()
        unpaid.stands("active", case="completed")
        assert says not in payment_page(client, unpaid, payment)

    def test_says_that_it_is_an_advance(self, client, sealed):
        payment = sealed.record()
        assert f"合同 {sealed.contract.no} 的预收款" in payment_page(client, sealed, payment)
        sealed.reverse(payment)
        assert "预收款" not in payment_page(client, sealed, payment)


class TestReceivables:
    def receivables(self, client, walk: Walk, who: str) -> str:
        client.force_login(getattr(walk.people, who))
        return client.get(reverse("contracts:receivable-list")).content.decode()

    def test_shows_advances_to_whom_they_concern(self, client, sealed):
        assert "预收款" not in self.receivables(client, sealed, "finance")
        sealed.pay("1000.00")
        for who in ("finance", "rep1", "manager1"):
            page = self.receivables(client, sealed, who)
            assert "预收款" in page
            assert sealed.contract.no in page
        assert "预收款" not in self.receivables(client, sealed, "rep2")

    def test_once_signed_it_is_no_advance_any_more(self, client, sealed):
        sealed.pay("1000.00")
        sealed.sign()
        assert "预收款" not in self.receivables(client, sealed, "finance")


class TestTheEditor:
    def test_chooses_when_it_takes_effect(self, client, company):
        walk = Walk(company)
        client.force_login(company.rep1)
        url = reverse("contracts:contract-edit", args=[walk.contract.pk])
        page = client.get(url).content.decode()
        for words in ("按产品（会员：首笔回款生效", "签署即生效", "首笔回款生效", "指定日期生效"):
            assert words in page
        day = clock.today() + timedelta(days=30)
        typed = {
            **form_of(walk.contract_now()),
            "effective_rule": "on_date",
            "effective_due_on": day.isoformat(),
        }
        client.post(url, typed)
        contract = walk.contract_now()
        assert (contract.effective_rule, contract.effective_due_on) == ("on_date", day)

    def test_says_that_the_day_is_missing(self, client, company):
        walk = Walk(company)
        client.force_login(company.rep1)
        url = reverse("contracts:contract-edit", args=[walk.contract.pk])
        typed = {**form_of(walk.contract_now(), action="submit"), "effective_rule": "on_date"}
        answer = client.post(url, typed)
        assert answer.status_code == 400
        assert "请填写合同生效日期" in answer.content.decode()
        walk.stands("draft", "draft_contract")


def test_the_bell_says_it_in_words(client, sealed):
    with later(days=16):
        client.force_login(sealed.people.rep1)
        page = client.get("/notifications/").content.decode()
    assert f"{sealed.contract.no} 的签章件尚未收回" in page
