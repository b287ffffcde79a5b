"""The inbox and a task, as people use them."""

import re

from playwright.sync_api import expect

from tests.browser.chromium import settled
from workflows.models import WorkItem


class TestPuttingOff:
    def test_by_keyboard_the_task_leaves_the_list_and_the_toast_says_until_when(self, open_window, office):
        item = office.item(office.with_manager)
        page = open_window("manager1")
        page.goto(f"{page.url.split('/inbox')[0]}/inbox/{item.pk}/?box=mine")
        settled(page)
        page.keyboard.press("s")
        expect(page.locator(".later button[value=hour]")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator(".later .menu-pop")).to_be_hidden()
        page.keyboard.press("s")
        page.keyboard.press("Enter")
        expect(page.locator(".toast-note").first).to_contain_text("已推后至")
        expect(page.locator(f'a.task[href*="/inbox/{item.pk}/"]')).to_have_count(0)
        page.click('.seg a[href$="box=snoozed"]')
        expect(page.locator(f'a.task[href*="/inbox/{item.pk}/"]')).to_contain_text("回到待办")

    def test_another_time_is_asked_for_in_a_dialog_and_a_wrong_one_is_told_there(self, open_window, office):
        item = office.item(office.with_manager)
        page = open_window("manager1")
        page.goto(f"{page.url.split('/inbox')[0]}/inbox/{item.pk}/?box=mine")
        page.click(".later > summary")
        page.click(".later .menu-pop a")
        expect(page.locator("#dialog #dialog-title")).to_have_text("稍后处理")
        expect(page.locator(".later .menu-pop")).to_be_hidden()
        page.fill("#dialog [name=until]", "2020-01-01 09:00")
        page.click("#dialog .btn-primary")
        expect(page.locator("#dialog #id_until_error")).to_contain_text("请选择尚未到来的时间")
        item.refresh_from_db()
        assert item.wakes_at is None


class TestDeciding:
    def test_a_task_is_done_by_keyboard_and_the_next_one_opens(self, open_window, office):
        item = office.item(office.overdue)
        page = open_window("manager1")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_selector("#task-form")
        assert page.locator("input[name=outcome]:checked").count() == 0
        page.check("input[name=outcome][value=approve]")
        page.fill("[name=comment]", "价格合理。")
        page.keyboard.press("Control+Enter")
        page.wait_for_url(re.compile(rf"/inbox/{office.item(office.with_manager).pk}/"))
        expect(page.locator(".toast-note").first).to_contain_text("已提交，下一环节：财务审核 · 财务")
        item.refresh_from_db()
        assert (item.status, item.outcome) == (WorkItem.Status.COMPLETED, "approve")

    def test_without_a_decision_nothing_is_sent_and_what_was_typed_stays(self, open_window, office):
        item = office.item(office.with_manager)
        page = open_window("manager1")
        page.goto(f"{page.url.split('/inbox')[0]}/inbox/{item.pk}/?box=mine")
        page.fill("[name=comment]", "请稍等")
        page.click(".bar .btn-primary")
        expect(page.locator("#outcome-error")).to_have_text("请选择一项。")
        expect(page.locator("[name=comment]")).to_have_value("请稍等")
        item.refresh_from_db()
        assert item.is_open

    def test_returning_asks_for_a_comment_beside_its_field(self, open_window, office):
        item = office.item(office.with_manager)
        page = open_window("manager1")
        page.goto(f"{page.url.split('/inbox')[0]}/inbox/{item.pk}/?box=mine")
        page.check("input[name=outcome][value=return]")
        expect(page.locator("[data-comment-mark]")).to_be_visible()
        page.click(".bar .btn-primary")
        expect(page.locator("#id_comment_error")).to_contain_text("须填写意见")
        expect(page.locator("input[value=return]")).to_be_checked()
        item.refresh_from_db()
        assert item.is_open

    def test_enter_while_composing_chinese_does_not_submit(self, open_window, office):
        item = office.item(office.with_manager)
        page = open_window("manager1")
        page.goto(f"{page.url.split('/inbox')[0]}/inbox/{item.pk}/?box=mine")
        page.check("input[name=outcome][value=approve]")
        page.focus("[name=comment]")
        page.evaluate(
            "document.activeElement.dispatchEvent(new KeyboardEvent('keydown',"
            " {key: 'Enter', ctrlKey: true, isComposing: true, bubbles: true, cancelable: true}))"
        )
        settled(page)
        item.refresh_from_db()
        assert item.is_open


class TestTwoPeople:
    def test_the_slower_one_hears_who_was_faster_and_keeps_what_was_typed(self, open_window, office):
        item = office.item(office.with_finance)
        first, second = open_window("finance"), open_window("finance2")
        for page in (first, second):
            page.goto(f"{page.url.split('/inbox')[0]}/inbox/{item.pk}/?box=queue")
        first.check("input[name=outcome][value=approve]")
        first.click(".bar .btn-primary")
        first.wait_for_selector(".toast-note")
        second.check("input[name=outcome][value=return]")
        second.fill("[name=comment]", "请核对付款计划。")
        second.click(".bar .btn-primary")
        expect(second.locator("[role=alert]")).to_contain_text("孙丽")
        expect(second.locator(".typed")).to_contain_text("请核对付款计划。")
        item.refresh_from_db()
        assert (item.outcome, item.completed_by) == ("approve", office.people.finance)

    def test_a_claimed_task_is_put_back(self, open_window, office):
        item = office.item(office.with_finance)
        page = open_window("finance")
        page.goto(f"{page.url.split('/inbox')[0]}/inbox/{item.pk}/?box=queue")
        page.click(".bar .btn-quiet")
        page.wait_for_url(re.compile("box=mine"))
        page.click(".bar form .btn-ghost")
        page.wait_for_url(re.compile(r"/inbox/\?box=mine"))
        item.refresh_from_db()
        assert item.assignee is None


class TestTheList:
    def test_a_task_opens_beside_the_list_and_back_returns_to_it(self, open_window, office):
        page = open_window("manager1")
        page.click("a.task >> nth=0")
        page.wait_for_selector("#task-title")
        expect(page.locator("a.task[aria-current]")).to_have_count(1)
        expect(page).to_have_title("业务审核 · 销流")
        page.go_back()
        page.wait_for_url(re.compile(r"/inbox/$"))
        expect(page.locator("#task-title")).to_have_count(0)

    def test_search_finds_a_piece_of_the_name_and_the_number(self, open_window, office):
        page = open_window("manager1")
        page.fill("input[name=q]", "明远商")
        expect(page.locator("a.task")).to_have_count(1)
        page.fill("input[name=q]", office.item(office.overdue).subject_title.split()[0])
        expect(page.locator("a.task .c")).to_contain_text("成都川流")
        page.fill("input[name=q]", "没有这家")
        expect(page.locator("#tasks")).to_contain_text("没有找到")

    def test_half_typed_pinyin_starts_no_search(self, open_window, office):
        page = open_window("manager1")
        asked = []
        page.on("request", lambda request: asked.append(request.url) if "q=" in request.url else None)
        page.evaluate(
            "() => { const field = document.querySelector('input[name=q]'); field.value = 'ming';"
            " field.dispatchEvent(new InputEvent('input', {bubbles: true, isComposing: true})); }"
        )
        settled(page)
        assert asked == []

    def test_the_groups_add_up_to_the_tab(self, open_window, office):
        page = open_window("manager1")
        total = int(page.locator(".seg a[aria-current] b").inner_text())
        groups = [int(text) for text in page.locator(".grp span:last-child").all_inner_texts()]
        assert total == sum(groups) == page.locator("a.task").count() == 2

    def test_typed_text_survives_a_look_at_the_diagram(self, open_window, office):
        page = open_window("manager1")
        page.click("a.task >> nth=0")
        page.fill("[name=comment]", "先看图")
        page.click("[data-tab=diagram]")
        settled(page)
        expect(page.locator("[data-panel=diagram] .djs-element").first).to_be_visible()
        expect(page.locator(".bjs-powered-by")).to_be_visible()
        page.click("[data-tab=work]")
        expect(page.locator("[name=comment]")).to_have_value("先看图")


class TestThePhone:
    def test_first_the_list_then_the_task_then_back(self, open_window, office):
        page = open_window("manager1", language="en", phone=True)
        expect(page.locator("#detail")).to_be_hidden()
        page.tap("a.task >> nth=0")
        expect(page.locator("#task-title")).to_have_text("Business review")
        expect(page.locator(".list")).to_be_hidden()
        page.tap("#detail a.only-m")
        expect(page.locator(".list")).to_be_visible()


WIDTHS = [360, 768, 1024, 1180, 1440, 1920, 2560]


def test_no_page_is_wider_than_its_window(open_window, office):
    page = open_window("manager1")
    base = page.url.split("/inbox")[0]
    item = office.item(office.overdue)
    addresses = [
        "/inbox/",
        f"/inbox/{item.pk}/",
        f"/cases/{item.instance_id}/",
        "/cases/",
        "/customers/",
        "/contracts/",
    ]
    too_wide = []
    for address in addresses:
        page.goto(base + address)
        settled(page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                too_wide.append((address, width))
    assert too_wide == []
