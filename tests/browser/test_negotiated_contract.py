"""A negotiated contract in Chromium: two deviations, a return with a mark, a veto, an appraisal that passes, the seal, the
customer's link on a phone, and a supplement; each step by the person whose work it is. Beside it a standard order.

Pictures and papers stand in ``shots/story``.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from contracts.models import ClauseDeviation, Contract, ContractDecision, SigningLink
from tests.browser.chromium import context_of, settled
from tests.browser.storyteller import SCAN, Story
from tests.contracts.factory import customer_of
from tests.processes.onboarding_walk import member_platform
from workflows.models import WorkItem

NAME = "无锡惠山精密轴承有限公司"
WORDS = {
    "zh": {"change": "改动文字", "reason": "偏离理由", "leave": "不写入合同", "back": "返回草稿", "make": "生成链接"},
    "en": {"change": "Change the words", "reason": "Why it deviates", "leave": "Leave it out",
           "back": "Back to the draft", "make": "Make the link"},
}  # fmt: skip
# What a practised person does in three minutes by the keystroke-level model: 180 s at 1.35 s for each thought of what
# comes next, 1.1 s for pointing, 0.2 s for the click, and 0.28 s a key.
THREE_MINUTES = 180
THINKS, POINTS, CLICKS, TYPES = 1.35, 1.1, 0.2, 0.28


class Hand:
    """What a person's hands do on a page, and how long that takes them."""

    def __init__(self, page: Page) -> None:
        self.page, self.seconds = page, 0.0

    def press(self, locator) -> None:
        locator.click()
        self.seconds += THINKS + POINTS + CLICKS

    def choose(self, locator, value: str) -> None:
        locator.select_option(value=value)
        self.seconds += 2 * (THINKS + POINTS + CLICKS)

    def type(self, locator, text: str) -> None:
        locator.fill(text)
        self.seconds += THINKS + POINTS + CLICKS + TYPES * len(text)


@pytest.fixture
def outside(browser, transactional_db, company):
    with member_platform() as found:
        yield found


def the_contract() -> Contract:
    return Contract.objects.get(kind="new", customer__name=NAME)


def begin(story: Story, hand: Hand, amount: str, quantity: str) -> None:
    """From the list of contracts to a filled in draft."""
    page = hand.page
    hand.press(story.button(page, "/contracts/new/"))
    page.wait_for_selector("main [name=q]")
    hand.type(page.locator("main [name=q]"), NAME[:4])
    page.keyboard.press("Enter")
    hand.press(page.locator(f"main a:has-text('{NAME}')").first)
    page.wait_for_selector("main form [name=template_id]")
    hand.press(page.locator("main form button.btn-primary"))
    page.wait_for_url(re.compile(r"/contracts/\d+/edit/"))
    option = page.locator("[name=lines-0-product] option[data-list-price='29800.00']")
    hand.choose(page.locator("[name=lines-0-product]"), option.get_attribute("value"))
    hand.type(page.locator("[name=lines-0-quantity]"), quantity)
    hand.type(page.locator("[name=start_on]"), story.on(7))
    page.keyboard.press("Tab")
    expect(page.locator("[name=end_on]")).not_to_have_value("")
    hand.choose(page.locator("[name=effective_rule]"), "on_signature")
    hand.press(page.locator("[name=propose][value=halves]"))
    expect(page.locator("[name=plan-1-amount]")).to_have_value(amount)


def submit(page: Page, hand: Hand | None = None) -> None:
    button = page.locator("[name=action][value=submit]")
    hand.press(button) if hand else button.click()
    page.wait_for_url(lambda url: "/edit/" not in url)


@pytest.mark.long
@pytest.mark.parametrize(("language", "phone"), [("zh", False), ("en", True)])
def test_a_standard_order_takes_a_practised_hand_under_three_minutes(
    browser, live_server, company, outside, language, phone
):
    story = Story(browser, live_server.url, company, outside, language=language, phone=phone)
    customer_of(company.rep1, NAME)
    with story.day(0), story.window("rep1", "/contracts/") as page:
        hand = Hand(page)
        begin(story, hand, "14,900.00", "1")
        submit(page, hand)
        story.look(page, "standard-order-submitted")
    assert the_contract().state == "reviewing"
    assert hand.seconds < THREE_MINUTES


@pytest.mark.long
@pytest.mark.parametrize(("language", "phone"), [("zh", False), ("en", True)])
def test_a_negotiated_contract_and_its_supplement(browser, live_server, company, outside, language, phone):
    story = Story(browser, live_server.url, company, outside, language=language, phone=phone)
    customer_of(company.rep1, NAME)
    with story.day(0):
        is_drafted_with_two_deviations(story)
        is_returned_with_a_mark(story)
        is_vetoed(story)
        is_approved(story)
    with story.day(1):
        is_sealed_and_signed(story)
    with story.day(30):
        is_supplemented(story)


def is_drafted_with_two_deviations(story: Story) -> None:
    words = WORDS[story.language]
    with story.window("rep1", "/contracts/") as page:
        begin(story, Hand(page), "44,700.00", "3")
        page.locator("[name=action][value=save]").click()
        settled(page)
        story.go(page, f"/contracts/{the_contract().pk}/wording/")
        refund, changes = page.locator("[data-code=refund]"), page.locator("[data-code=changes]")
        refund.get_by_role("button", name=words["change"]).click()
        page.locator(".ProseMirror p").first.click()
        page.keyboard.press("End")
        page.keyboard.type("但甲方另有损失的除外。")
        refund.get_by_label(words["reason"]).fill("客户坚持，已与法务沟通")
        changes.get_by_role("button", name=words["leave"]).click()
        changes.get_by_label(words["reason"]).fill("客户有自己的变更流程")
        story.look(page, "two-deviations")
        page.get_by_role("link", name=words["back"]).click()
        page.wait_for_url("**/edit/")
        story.look(page, "draft-with-deviations")
        submit(page)
    assert the_contract().versions.count() == 1
    assert sorted(ClauseDeviation.objects.values_list("code", flat=True)) == ["changes", "refund"]


def is_returned_with_a_mark(story: Story) -> None:
    contract = the_contract()
    with story.window("manager1", f"{contract.get_absolute_url()}?tab=text") as page:
        story.deed(page, "/mark/", picture="mark-at-a-clause", code="refund", note="损失要有上限")
        story.look(page, "marked")
    story.task("manager1", "manager_review", "return", "请先与客户谈损失上限。")
    with story.window("rep1", f"{contract.get_absolute_url()}?tab=text") as page:
        story.deed(page, "/answer/", picture="answer-to-the-mark", answer="已约定上限为合同总价")
        story.go(page, f"{contract.get_absolute_url()}edit/")
        story.look(page, "returned-draft")
        page.fill("[name=special_terms]", "损失赔偿以合同总价为限。")
        submit(page)
    assert the_contract().versions.count() == 2
    with story.window("manager1", f"{contract.get_absolute_url()}?tab=text") as page:
        story.look(page, "redline-of-two-submissions")
        story.pdf(page, f"{contract.get_absolute_url()}redline/pdf/", "redline")
        story.pdf(page, f"{contract.get_absolute_url()}deviations/pdf/", "deviations")


def is_vetoed(story: Story) -> None:
    reviews(story)
    appraise(story, "legal", "reject", "损失赔偿须排除间接损失。", picture=True)
    contract = the_contract()
    assert contract.state == "draft"
    assert ContractDecision.objects.filter(outcome="reject").get().is_veto
    with story.window("rep1", f"{contract.get_absolute_url()}edit/") as page:
        story.look(page, "after-the-veto")
        page.fill("[name=special_terms]", "损失赔偿以合同总价为限，不含间接损失。")
        submit(page)


def is_approved(story: Story) -> None:
    reviews(story)
    for person in ("legal", "finance", "director", "aftersales"):
        appraise(story, person, "approve", "同意。", picture=person == "director")
    story.task("gm", "gm_review", "approve", "同意，按此签订。")
    assert the_contract().state == "approved"


def reviews(story: Story) -> None:
    story.task("manager1", "manager_review", "approve", "同意。")
    story.task("legal", "legal_review", "approve", "两处偏离可以接受。")
    story.task("finance", "finance_review", "approve", "付款条件无异议。")


def appraise(story: Story, person: str, outcome: str, comment: str, *, picture: bool) -> None:
    """One of the panel at their own task; the others' stay."""
    item = WorkItem.objects.open().get(element="panel_review", role=person)
    with story.window(person, f"/inbox/{item.pk}/") as page:
        page.wait_for_selector("#task-form")
        page.fill("#task-form [name=comment]", comment)
        page.check(f"input[name=outcome][value={outcome}]")
        if picture:
            story.look(page, f"{person}-appraises")
        page.locator(".bar[data-panel=work] .btn-primary").click()
        expect(page.locator(".toast-note").first).to_be_visible()
    item.refresh_from_db()
    assert (item.status, item.completed_by.username) == ("completed", person)


def is_sealed_and_signed(story: Story) -> None:
    contract = the_contract()
    with story.window("seal", contract.get_absolute_url()) as page:
        story.pdf(page, f"{contract.get_absolute_url()}seal-request/", "seal-request")
    story.task("seal", "seal_contract")
    with story.window("rep1", contract.get_absolute_url()) as page:
        pages = story.pdf(page, f"{contract.get_absolute_url()}pdf/", "negotiated-contract")
        assert "但甲方另有损失的除外" in "".join(pages)
        assert "不含间接损失" in "".join(pages)
        story.button(page, "/link/new/").click()
        page.get_by_role("button", name=WORDS[story.language]["make"]).click()
        address = page.locator("#link").input_value()
        story.look(page, "link-for-the-customer")
    the_customer_confirms(story, address)
    story.task(
        "assistant", "record_signature", customer_signer="刘经理", our_signer="沈立军",
        scan={"name": "signed.pdf", "mimeType": "application/pdf", "buffer": SCAN},
    )  # fmt: skip
    contract = the_contract()
    assert (contract.state, contract.signatures.count()) == ("active", 2)
    with story.window("rep1", contract.get_absolute_url()) as page:
        story.look(page, "negotiated-contract-active")
        story.go(page, f"{contract.get_absolute_url()}?tab=record")
        story.look(page, "approval-record")


def the_customer_confirms(story: Story, address: str) -> None:
    """On a phone, without an account and without scripts."""
    context = context_of(story.browser, phone=True, java_script_enabled=False, language=story.language)
    guest = context.new_page()
    guest.goto(address)
    story.look(guest, "customers-phone")
    for name, value in {"name": "刘经理", "title": "采购经理", "mobile": "13800138000"}.items():
        guest.fill(f"[name={name}]", value)
    guest.check("[name=is_confirmed]")
    guest.locator("#confirm button").click()
    expect(guest.locator("#receipt")).to_contain_text("138****8000")
    story.look(guest, "customers-receipt")
    context.close()
    assert SigningLink.objects.get().name == "刘经理"


def is_supplemented(story: Story) -> None:
    main = the_contract()
    with story.window("rep1", main.get_absolute_url()) as page:
        story.button(page, f"/contracts/{main.pk}/supplement/").click()
        page.wait_for_selector("#form [name=title]")
        page.locator("#form .btn-primary").click()
        page.wait_for_url(re.compile("/changes/"))
        story.fill(page.locator("#form"), {"term": story.on(7 + 364 + 180)})
        story.look(page, "supplement-changes")
        page.locator("#form .btn-primary").click()
        page.wait_for_url(lambda url: "/changes/" not in url)
        supplement = Contract.objects.get(kind="supplement")
        story.go(page, f"{supplement.get_absolute_url()}edit/")
        story.look(page, "supplement-draft")
        submit(page)
    story.task("manager1", "manager_review", "approve", "同意延期。")
    for person, element in (("legal", "legal_review"), ("finance", "finance_review")):
        if WorkItem.objects.open().filter(element=element).exists():
            story.task(person, element, "approve", "同意。")
    story.task("seal", "seal_contract")
    story.task("assistant", "record_signature", customer_signer="刘经理", our_signer="沈立军")
    supplement.refresh_from_db()
    main.refresh_from_db()
    assert (supplement.state, str(main.in_force_until)) == ("active", story.on(7 + 364 + 180))
    with story.window("rep1", f"{main.get_absolute_url()}?tab=in_force") as page:
        story.look(page, "terms-in-force")
        story.pdf(page, f"{supplement.get_absolute_url()}pdf/", "supplement")
        story.pdf(page, f"{main.get_absolute_url()}in-force/pdf/", "terms-in-force")
