"""The pages of a contract's end: asking, deciding, settling, and what the contract's page tells afterwards."""

from datetime import timedelta

import pytest
from django.urls import reverse

from contracts.models import ContractTermination
from core import clock
from tests.processes.performance_walk import DIRECTOR, LEGAL, MANAGER, MONEY, REFUND, SETTLE, PerformanceWalk
from workflows.models import WorkItem


@pytest.fixture
def walk(company) -> PerformanceWalk:
    return PerformanceWalk(company)


def page(walk, tab: str = "") -> str:
    return walk.contract.get_absolute_url() + (f"?tab={tab}" if tab else "")


def task(walk) -> str:
    item = WorkItem.objects.get(instance=walk.case, status="open")
    return reverse("workflows:work-item", args=[item.pk])


class TestAsking:
    def test_its_owner_is_offered_it_and_sees_what_ends_with_it(self, walk, signed_in):
        client = signed_in(walk.people.rep1)
        url = reverse("contracts:contract-terminate", args=[walk.contract.pk])
        assert url in client.get(page(walk)).content.decode()
        shown = client.get(url).content.decode()
        for words in ("随合同终止的事项", "12,800.00", "截至今日的期限价值"):
            assert words in shown

    def test_asks_and_leads_to_the_tab_that_tells_it(self, walk, signed_in):
        client = signed_in(walk.people.rep1)
        url = reverse("contracts:contract-terminate", args=[walk.contract.pk])
        data = {"kind": "agreement", "reason": "客户转行", "ends_on": clock.today().isoformat(), "notes": ""}
        answer = client.post(url, data, follow=True)
        text = answer.content.decode()
        assert "审批中" in text
        assert "客户转行" in text
        assert url not in text
        assert ContractTermination.objects.count() == 1

    def test_what_cannot_be_is_said_at_its_field_and_nothing_is_asked(self, walk, signed_in):
        client = signed_in(walk.people.rep1)
        url = reverse("contracts:contract-terminate", args=[walk.contract.pk])
        past = (clock.today() - timedelta(days=1)).isoformat()
        answer = client.post(url, {"kind": "agreement", "reason": "客户转行", "ends_on": past, "notes": ""})
        assert answer.status_code == 400
        assert "该日期已过" in answer.content.decode()
        assert not ContractTermination.objects.exists()

    def test_is_not_offered_to_who_may_not(self, walk, signed_in):
        url = reverse("contracts:contract-terminate", args=[walk.contract.pk])
        assert url not in signed_in(walk.people.legal).get(page(walk)).content.decode()
        assert signed_in(walk.people.legal).get(url).status_code == 403


class TestTheTasks:
    def test_each_shows_what_was_asked_for(self, walk, signed_in):
        walk.ask()
        for who, step in (
            ("manager1", MANAGER),
            ("legal", LEGAL),
            ("finance", SETTLE),
            ("director", DIRECTOR),
        ):
            shown = signed_in(getattr(walk.people, who)).get(task(walk)).content.decode()
            assert "客户转行，双方同意终止" in shown, step
            if step == SETTLE:
                assert "结算建议" in shown
                walk.settled(owed="300.00", value="300.00")
            elif step != DIRECTOR:
                walk.do(who, step)
        assert "300.00" in shown

    @pytest.mark.parametrize(
        ("language", "said"),
        [
            ("zh-hans", ("待确认回款", "请逐笔确认或冲销")),
            ("en", ("Payments to confirm", "Confirm or reverse each")),
        ],
    )
    def test_money_that_waits_stands_there_with_the_way_to_it(self, walk, client, language, said):
        walk.ask()
        walk.until_settled(owed="0")
        payment = walk.record("4000.00", 3)
        walk.do("director", DIRECTOR)
        person = walk.people.finance
        person.language = language
        person.save()
        client.force_login(person)
        shown = client.get(task(walk)).content.decode()
        for words in (*said, payment.no, reverse("contracts:payment-detail", args=[payment.pk])):
            assert words in shown
        # Written in both languages, read in one.
        assert ("Confirm or reverse each" in shown) == (language == "en")
        item = WorkItem.objects.get(instance=walk.case, status="open")
        url = reverse("workflows:work-item-complete", args=[item.pk])
        answer = client.post(url, {"outcome": "done", "comment": ""})
        assert answer.status_code in (400, 409)
        assert payment.no in answer.content.decode()
        walk.stands("active", MONEY)

    def test_a_refund_asks_for_its_reference(self, walk, signed_in):
        walk.pay("4800.00")
        walk.ask()
        walk.terminate(refund="800.00", value="4000.00")
        shown = signed_in(walk.people.finance).get(task(walk)).content.decode()
        assert "银行流水号" in shown
        assert REFUND in shown or "退款" in shown


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "免除"), ("en", "Released")])
def test_afterwards_plan_tab_and_sheet_tell_it(walk, client, settings, language, words):
    walk.pay("4800.00")
    walk.ask()
    walk.terminate(refund="800.00", value="4000.00")
    client.force_login(walk.people.rep1)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    assert words in client.get(page(walk)).content.decode()
    tab = client.get(page(walk, "end")).content.decode()
    assert "800.00" in tab
    answer = client.get(reverse("contracts:settlement-sheet", args=[walk.contract.pk]))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert content.startswith(b"%PDF")


def test_there_is_no_sheet_before_it_is_settled(walk, signed_in):
    walk.ask()
    url = reverse("contracts:settlement-sheet", args=[walk.contract.pk])
    assert signed_in(walk.people.rep1).get(url).status_code == 409
