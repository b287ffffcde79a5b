"""Talking about a row: names while typing, a draft that is not lost, files by choice and paste, tabs by keyboard."""

import pytest
from playwright.sync_api import expect

from core.models import Attachment, Comment
from tests.around.test_files import picture
from tests.browser.chromium import settled


@pytest.fixture
def row(office):
    return office.drafting.customer


@pytest.fixture
def page(open_window, row, live_server):
    found = open_window("rep1")
    found.goto(f"{live_server.url}{row.get_absolute_url()}?tab=discussion")
    settled(found)
    return found


def test_a_colleague_is_named_by_keyboard_and_told(page, complaints):
    field = page.locator("#say-text")
    field.press_sequentially("请审 @shenli")
    expect(page.locator(".mention-list [role=option]")).to_have_count(1)
    field.press("Enter")
    expect(field).to_have_value("请审 @沈立军 ")
    field.press("Control+Enter")
    expect(page.locator(".comments .mention")).to_have_text("@沈立军")
    expect(page.locator("#say-text")).to_have_value("")
    assert list(Comment.objects.get().mentions.values_list("username", flat=True)) == ["gm"]
    assert complaints == []


def test_who_cannot_see_it_is_shown_and_not_chosen(page):
    field = page.locator("#say-text")
    field.press_sequentially("@chenchen")
    expect(page.locator(".mention-list [aria-disabled=true]")).to_have_count(1)
    field.press("Enter")
    expect(field).to_have_value("@chenchen")
    field.press("Escape")
    expect(page.locator(".mention-list")).to_have_count(0)


def test_a_draft_stands_there_again(page):
    page.locator("#say-text").fill("还没写完")
    page.reload()
    expect(page.locator("#say-text")).to_have_value("还没写完")


def test_files_show_themselves_and_say_what_is_wrong(page, complaints):
    page.set_input_files(
        "#files-in",
        [
            {"name": "名片.png", "mimeType": "image/png", "buffer": picture(size=(800, 500))},
            {"name": "setup.exe", "mimeType": "application/x-dosexec", "buffer": b"MZ"},
        ],
    )
    expect(page.locator(".file-list .name")).to_have_text(["名片.png"])
    expect(page.locator("[data-problems] li")).to_have_count(1)
    thumb = page.locator(".file-list img")
    expect(thumb).to_have_js_property("complete", True)
    expect(thumb).to_have_js_property("naturalWidth", 320)
    assert Attachment.objects.count() == 1
    assert complaints == []


def test_a_pasted_screenshot_is_attached(page):
    page.evaluate(
        """async () => {
          const canvas = document.createElement('canvas');
          canvas.width = 30; canvas.height = 20;
          canvas.getContext('2d').fillRect(0, 0, 30, 20);
          const blob = await new Promise((done) => canvas.toBlob(done, 'image/png'));
          const data = new DataTransfer();
          data.items.add(new File([blob], 'image.png', { type: 'image/png' }));
          document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
        }"""
    )
    expect(page.locator(".file-list .name")).to_have_count(1)
    expect(page.locator(".file-list .name")).to_contain_text("screenshot-")


def test_t_walks_through_the_tabs(page):
    current = page.locator(".tabs a[aria-current]")
    expect(current).to_have_attribute("data-tab", "discussion")
    page.locator("h1").click()
    page.keyboard.press("t")
    expect(current).to_have_attribute("data-tab", "timeline")
    expect(page.locator("[data-panel=timeline] .chips")).to_be_visible()
    page.keyboard.press("Shift+T")
    expect(current).to_have_attribute("data-tab", "discussion")


def test_following_by_one_click(page):
    page.click("#follow button")
    expect(page.locator("#follow button")).to_have_attribute("aria-pressed", "true")
