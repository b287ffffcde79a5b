"""What is typed into a task or a contract is not lost either."""

import re

import pytest
from playwright.sync_api import expect

from core.models import FormDraft
from tests.browser.chromium import settled
from tests.browser.test_accessibility import violations


class TestATask:
    @pytest.fixture
    def page(self, open_window, live_server):
        found = open_window("manager1")
        found.locator("a.task").first.click()
        expect(found.locator("#task-form")).to_be_visible()
        return found

    def test_going_to_another_task_and_back_loses_no_word(self, page, complaints):
        page.locator("#task-form textarea").first.fill("价格太低，请重报")
        page.locator("a.task").nth(1).click()
        expect(page.locator("a.task").nth(1)).to_have_attribute("aria-current", "true")
        page.locator("a.task").first.click()
        expect(page.locator("a.task").first).to_have_attribute("aria-current", "true")
        expect(page.locator("[data-draft-note]")).to_be_visible()
        settled(page)
        assert violations(page) == []
        page.locator("[data-draft-note]").get_by_role("link", name="恢复").click()
        expect(page.locator("#task-form textarea").first).to_have_value("价格太低，请重报")
        assert complaints == []

    def test_doing_it_ends_the_draft(self, page):
        page.locator("#task-form .card-opt input").first.check()
        page.locator("#task-form textarea").first.fill("同意")
        expect(page.locator("[data-draft-state]")).to_contain_text("已暂存")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".toast-note").first).to_contain_text("已提交")
        assert not FormDraft.objects.exists()


class TestAContract:
    def test_rows_that_were_added_come_back(self, open_window, office, live_server, complaints):
        page = open_window("rep1")
        url = f"{live_server.url}/contracts/{office.drafting.pk}/edit/"
        page.goto(url)
        settled(page)
        page.click("[data-rows=lines] [data-add]")
        page.fill("#id_lines-1-quantity", "3")
        page.keyboard.press("Tab")
        page.locator("#id_title").focus()
        page.fill("#id_title", "风电设备会员合同")
        page.keyboard.press("Tab")
        expect(page.locator("[data-draft-state]")).to_contain_text("已暂存")
        page.goto(url)
        page.locator("[data-draft-note]").get_by_role("link", name="恢复").click()
        expect(page.locator("#id_lines-1-quantity")).to_have_value("3")
        expect(page.locator("#id_title")).to_have_value("风电设备会员合同")
        page.click("[data-rows=lines] [data-row] >> nth=1 >> [data-remove]")
        page.keyboard.press("Control+s")
        expect(page.locator(".toast-note").first).to_contain_text("草稿已保存")
        expect(page).to_have_url(re.compile(rf"/contracts/{office.drafting.pk}/edit/$"))
        expect(page.locator("[data-draft-note]")).to_be_hidden()
        office.drafting.refresh_from_db()
        assert office.drafting.title == "风电设备会员合同"
        assert complaints == []
