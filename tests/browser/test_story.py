"""One deal from a new member to its renewal, in Chromium: each step by the person whose work it is, on the pages.

Chinese at a desk, English on the phone. The platform is the real fake one; time is travelled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from config.demo.codes import mobile, uscc
from config.platform_fake import Platform
from config.reference import load_all
from contracts.models import Contract, DunningNotice, Payment
from core import clock
from crm.models import Customer
from service.models import Complaint, Onboarding, RenewalCase
from tests.browser.storyteller import SCAN, Story, photos, settle
from tests.crm.test_members import pool_of
from tests.processes.onboarding_walk import member_platform
from workflows.models import ProcessInstance, WorkItem

NAME = "湖州南浔电梯配件有限公司"
END = 7 + 364


@pytest.fixture
def outside(browser, transactional_db, company) -> Iterator[Platform]:
    """All six processes published, two representatives in turn, and the platform."""
    load_all()
    pool_of(company.rep1, company.rep2)
    with member_platform() as found:
        yield found


@pytest.mark.long
@pytest.mark.parametrize(("language", "phone"), [("zh", False), ("en", True)])
def test_one_deal_from_a_new_member_to_its_renewal(browser, live_server, company, outside, language, phone):
    story = Story(browser, live_server.url, company, outside, language=language, phone=phone)
    a_member_arrives(story)
    is_followed_up(story)
    buys(story)
    pays_the_first_instalment(story)
    is_onboarded(story)
    pays_the_second_one_late(story)
    complains(story)
    renews(story)


def the_customer() -> Customer:
    return Customer.objects.get(name=NAME)


def the_contract() -> Contract:
    return Contract.objects.get(kind="new")


def a_member_arrives(story: Story) -> None:
    with story.day(0):
        profile = {"company": NAME, "contact_name": "陈经理", "mobile": mobile(88_001)}
        story.outside.teller.tell("approved", "M-88001", profile)
        assert story.platform_tells() == [201]
        with story.window("rep1", "/") as page:
            story.look(page, "rep1-desk")
            story.go(page, "/customers/")
            page.locator("main td.name a", has_text=NAME).click()
            page.wait_for_url(re.compile(r"/customers/\d+/"))
            story.look(page, "new-customer")


def is_followed_up(story: Story) -> None:
    with story.day(0):
        story.task(
            "rep1", "follow_up", "advance", type="phone_call", description="需要推广电梯导轨。", to_status="planned",
            facts="年底前要上三个新品", next_on=story.on(2),
        )  # fmt: skip
        assert the_customer().status == "planned"
    with story.day(2):
        story.task(
            "rep1", "follow_up", "advance", type="phone_call", description="报价已发。", to_status="quoted",
            facts="报价单 29800 元", next_on=story.on(3), picture=False,
        )  # fmt: skip
    with story.day(3):
        story.task(
            "rep1", "follow_up", "stay", type="visit", description="同意签约，分两期付款。", next_on=story.on(30),
            picture=False,
        )  # fmt: skip
        with story.window("rep1", the_customer().get_absolute_url()) as page:
            story.look(page, "customer-followed-up")
            story.button(page, "/edit/").click()
            page.wait_for_url(re.compile("/edit/"))
            story.fill(page.locator("#form"), {"uscc": uscc("330500", 88), "legal_representative": "陈国强"})
            story.look(page, "customer-form")
            page.locator("#form .btn-primary").click()
            page.wait_for_url(lambda url: "/edit/" not in url)
            for kind in ("registered", "postal"):
                story.go(page, f"{the_customer().get_absolute_url()}?tab=addresses")
                story.button(page, "/addresses/new/").click()
                page.wait_for_selector("#form [name=address]")
                address = {"kind": kind, "address": "浙江省湖州市南浔区联谊路88号", "addressee": "财务部"}
                story.fill(page.locator("#form"), {**address, "postcode": "313009", "phone": "0572-3088088"})
                story.look(page, f"address-{kind}")
                page.locator("#form .btn-primary").click()
                page.wait_for_url(lambda url: "/new/" not in url)


def buys(story: Story) -> None:
    with story.day(3):
        with story.window("rep1", the_customer().get_absolute_url()) as page:
            draft(story, page)
        story.task("manager1", "manager_review", "approve", "价格合理，同意。")
        story.task("finance", "finance_review", "approve", "付款条件无异议。")
        story.task("seal", "seal_contract")
    with story.day(4):
        story.task(
            "assistant", "record_signature", customer_signer="陈国强", our_signer="沈立军",
            scan={"name": "signed.pdf", "mimeType": "application/pdf", "buffer": SCAN},
        )  # fmt: skip
        contract = the_contract()
        assert contract.state == "signed"
        with story.window("rep1", contract.get_absolute_url()) as page:
            story.look(page, "contract-signed")
            pages = story.pdf(page, f"{contract.get_absolute_url()}pdf/", "contract")
            for piece in (contract.no, NAME, "陈国强", "人民币贰万玖仟捌佰元整", "14,900.00"):
                assert piece in "".join(pages), piece


def draft(story: Story, page: Page) -> None:
    """A contract of one membership in two halves, from the customer's page."""
    story.button(page, "/contracts/new/").click()
    page.wait_for_selector("main form [name=template_id]")
    story.look(page, "contract-begins")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(re.compile(r"/contracts/\d+/edit/"))
    option = page.locator("[name=lines-0-product] option[data-list-price='29800.00']")
    page.locator("[name=lines-0-product]").select_option(value=option.get_attribute("value"))
    page.fill("[name=start_on]", story.on(7))
    page.keyboard.press("Tab")
    expect(page.locator("[name=end_on]")).not_to_have_value("")
    page.locator("[name=propose][value=halves]").click()
    expect(page.locator("[name=plan-1-amount]")).to_have_value("14,900.00")
    page.fill("[name=plan-0-due_on]", story.on(10))
    page.fill("[name=plan-1-due_on]", story.on(67))
    story.look(page, "contract-draft")
    page.locator("[name=action][value=submit]").click()
    page.wait_for_url(lambda url: "/edit/" not in url)
    story.look(page, "contract-submitted")


def pay(story: Story, contract: Contract, name: str) -> None:
    """Finance records what is open next on the contract's page, and its colleague confirms it."""
    with story.window("finance", contract.get_absolute_url()) as page:
        story.button(page, "/payments/new/").click()
        page.wait_for_selector("[name=amount]")
        settled_amount = contract.plan_lines.first().amount
        page.fill("[name=amount]", str(settled_amount))
        page.locator("[name=propose][value=oldest]").click()
        expect(page.locator(f"#shares input[value='{settled_amount:,.2f}']")).to_have_count(1)
        story.look(page, f"{name}-recorded")
        page.locator("main form button.btn-primary").last.click()
        page.wait_for_url(re.compile(r"/payments/\d+/"))
    payment = Payment.objects.latest("pk")
    with story.window("finance2", "/payments/") as page:
        page.locator(f"main a[href$='/payments/{payment.pk}/']").first.click()
        page.wait_for_url(re.compile(r"/payments/\d+/"))
        story.deed(page, "/confirm/", picture=f"{name}-confirmed")
    payment.refresh_from_db()
    assert payment.state == "confirmed"
    settle()


def pays_the_first_instalment(story: Story) -> None:
    with story.day(7):
        pay(story, the_contract(), "first-payment")
        assert the_contract().state == "active"
        assert the_customer().status == "signed"
        with story.window("rep1", the_contract().get_absolute_url()) as page:
            story.look(page, "contract-active")
            story.go(page, f"{the_customer().get_absolute_url()}?tab=cases")
            story.look(page, "customer-cases")


def is_onboarded(story: Story) -> None:
    with story.day(7):
        story.task("rep1", "collect_materials", kind="photo", material_files=photos("navy", "red"))
        story.task("assistant", "check_contract", "ok")
        assert story.workers_call() == 1
        assert story.platform_tells() == [201]
        assert list(story.outside.effects.values()) == [1]
        onboarding = Onboarding.objects.get()
        with story.window("assistant", "/onboardings/") as page:
            story.look(page, "onboardings")
            page.locator("main td.name a").click()
            page.wait_for_url(re.compile(r"/onboardings/\d+/"))
            story.look(page, "onboarding")
        story.task("assistant", "build_shop")
        story.task("content", "review_content", "approve")
    with story.day(8):
        story.task("rep1", "accept", "accept")
    with story.day(15):
        story.task("aftersales", "first_week_call")
        onboarding.refresh_from_db()
        assert onboarding.state == "done"
        with story.window("rep1", "/members/") as page:
            story.look(page, "members")
            story.go(page, onboarding.get_absolute_url())
            story.look(page, "onboarding-done")


def letters(story: Story, name: str) -> DunningNotice:
    """Finance proposes the run, a colleague approves it, finance prints it."""
    with story.window("finance", "/receivables/proposals/") as page:
        story.look(page, f"{name}-proposals")
        story.button(page, "/receivables/proposals/new/").click()
        page.wait_for_selector("#form [name=as_of]")
        page.locator("#form .btn-primary").click()
        page.wait_for_url(re.compile(r"/receivables/proposals/\d+/"))
        where = re.search(r"/receivables/proposals/\d+/", page.url)[0]
        story.deed(page, f"{where}submit/", picture=f"{name}-proposed")
    with story.window("finance2", where) as page:
        story.deed(page, f"{where}approve/", picture=f"{name}-approved")
    with story.window("finance", where) as page:
        story.button(page, f"{where}print/").click()
        page.locator("dialog[open] .actions button:not([data-close])").click()
        page.wait_for_url(re.compile(r"/receivables/runs/\d+/"))
        story.look(page, f"{name}-printed")
        notice = DunningNotice.objects.latest("pk")
        pages = story.pdf(page, f"/receivables/notices/{notice.pk}/pdf/", name)
        for piece in (notice.no, NAME, "14,900.00"):
            assert piece in "".join(pages), piece
        story.go(page, f"/receivables/notices/{notice.pk}/")
        story.look(page, f"{name}-letter")
    settle()
    return notice


def pays_the_second_one_late(story: Story) -> None:
    with story.day(60):
        story.task("rep1", "remind_due", result="told", note="财务说会按时付")
    with story.day(68):
        story.task(
            "rep1", "chase_payment", result="promised", promised_on=story.on(70), note="老板出差，回来就付"
        )
        with story.window("rep1", f"{the_customer().get_absolute_url()}?tab=collection") as page:
            story.look(page, "customer-promised")
    with story.day(72):
        assert letters(story, "notice").kind == "notice"
    with story.day(76):
        story.task("rep1", "chase_payment", result="no_answer", picture=False)
    with story.day(84):
        story.task("manager1", "approve_level_manager", "approve")
        assert letters(story, "letter").kind == "letter"
        with story.window("finance", "/receivables/") as page:
            story.look(page, "receivables")
    with story.day(86):
        pay(story, the_contract(), "second-payment")
        case = ProcessInstance.objects.filter(definition__key="collection").get()
        assert case.status == "completed"
        with story.window("rep1", f"{the_customer().get_absolute_url()}?tab=collection") as page:
            story.look(page, "customer-settled")


def complains(story: Story) -> None:
    company = story.company
    with story.day(90):
        with story.window("aftersales", the_customer().get_absolute_url()) as page:
            story.button(page, "/complaints/new/").click()
            page.wait_for_selector("#form [name=description]")
            story.fill(
                page.locator("#form"),
                {
                    "channel": "phone",
                    "severity": "3",
                    "contract": str(the_contract().pk),
                    "description": "商铺三天打不开，客服没有回电。",
                },
            )
            story.look(page, "complaint-form")
            page.locator("#form .btn-primary").click()
            page.wait_for_url(re.compile(r"/complaints/\d+/"))
            story.look(page, "complaint")
        settle()
        story.task("aftersales", "acknowledge", response="已致电说明处理安排。")
        story.task(
            "aftersales", "rule", "justified", party_1=f"person:{company.content.pk}", share_1="100",
            basis="服务器日志", handler=str(company.aftersales2.pk),
        )  # fmt: skip
        story.task("aftersales2", "handle", kind="rectify", description="已恢复商铺。")
        story.task("director", "instruct_director", "agree")
        story.task("aftersales", "sum_up", root_cause="证书过期", prevention="到期前提醒")
    with story.day(104):
        story.task("aftersales", "call_customer", "satisfied", score="5", note="满意")
        complaint = Complaint.objects.get()
        assert complaint.state == "closed"
        with story.window("aftersales", complaint.get_absolute_url()) as page:
            story.look(page, "complaint-closed")
            story.go(page, f"{the_customer().get_absolute_url()}?tab=complaints")
            story.look(page, "customer-complaints")


def renews(story: Story) -> None:
    with story.day(END - 60):
        story.task("rep1", "talk_renewal", "renew")
        renewal = RenewalCase.objects.get()
        with story.window("rep1", "/renewals/") as page:
            story.look(page, "renewals")
            page.locator("main td.name a").click()
            page.wait_for_url(re.compile(r"/renewals/\d+/"))
            story.look(page, "renewal")
        following = Contract.objects.get(kind="renewal")
        with story.window("rep1", "/inbox/") as page:
            item = WorkItem.objects.open().get(element="draft_contract")
            page.locator(f"a.task[href*='/{item.pk}/']").click()
            page.wait_for_selector("#task-title")
            story.look(page, "renewal-draft-task")
            story.go(page, f"{following.get_absolute_url()}edit/")
            page.locator("[name=propose]").first.click()
            expect(page.locator("[name=plan-0-amount]")).to_have_value("29,800.00")
            story.look(page, "renewal-draft")
            page.locator("[name=action][value=submit]").click()
            page.wait_for_url(lambda url: "/edit/" not in url)
        story.task("manager1", "manager_review", "approve", picture=False)
        story.task("finance", "finance_review", "approve", picture=False)
        story.task("seal", "seal_contract", picture=False)
        story.task(
            "assistant", "record_signature", customer_signer="陈国强", our_signer="沈立军", picture=False
        )
        pay(story, following, "renewal-payment")
        renewal.refresh_from_db()
        assert (renewal.state, renewal.new_contract) == ("renewed", following)
        assert story.workers_call() == 1
        assert story.platform_tells() == [201]
        assert sorted(story.outside.effects.values()) == [1, 1]
        with story.window("rep1", renewal.get_absolute_url()) as page:
            story.look(page, "renewed")
            story.go(page, following.get_absolute_url())
            story.look(page, "renewal-contract")
            story.go(page, f"{the_customer().get_absolute_url()}?tab=contracts")
            story.look(page, "customer-contracts")
    with story.day(END - 50):
        story.task("aftersales", "first_week_call", picture=False)
    with story.day(END + 5):
        assert not WorkItem.objects.open().exists()
        left = ProcessInstance.objects.filter(status__in=ProcessInstance.OPEN)
        assert sorted(left.values_list("definition__key", "subject_id")) == [
            ("contract_performance", str(following.pk)),
            ("renewal", str(following.pk)),
        ]
        assert following.end_on is None or following.end_on > clock.today()
        with story.window("rep1", the_customer().get_absolute_url()) as page:
            story.look(page, "customer-at-the-end")
            story.go(page, f"{the_customer().get_absolute_url()}?tab=timeline")
            story.look(page, "customer-timeline")
