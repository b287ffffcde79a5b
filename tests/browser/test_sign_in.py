"""Coming in, changing language and appearance, going out."""

import re

from playwright.sync_api import expect

from tests.browser.chromium import context_of, settled, sign_in


def test_a_person_signs_in_changes_the_language_and_signs_out(browser, live_server, office):
    context = context_of(browser)
    page = sign_in(context.new_page(), live_server.url, "rep1")
    page.goto(f"{live_server.url}/inbox/")
    expect(page.locator("h1#list-title")).to_have_text("任务箱")
    page.click(".me > summary")
    page.click(".me button[value=en]")
    expect(page.locator("h1#list-title")).to_have_text("Task inbox")
    settled(page)
    page.click(".me > summary")
    # The page turns dark at once; the reload below must not overtake the letter that says so to the server.
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.click(".me button[value=dark]")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.click(".me > summary")
    page.click(".me form[action*=logout] button")
    page.wait_for_url(re.compile("/account/login/"))
    context.close()


def test_everything_works_without_scripts(browser, live_server, office):
    context = context_of(browser, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/account/login/?next=/inbox/")
    page.fill("[name=login]", "manager1")
    page.fill("[name=password]", "xiaoliu")
    page.click(".sheet form button.btn-primary")
    page.click("a.task >> nth=0")
    expect(page.locator("#task-title")).to_have_text("业务审核")
    page.click(".tabs a >> text=历史")
    expect(page.locator(".history")).to_contain_text("草拟合同")
    page.click(".tabs a >> nth=0")
    page.check("input[name=outcome][value=approve]")
    page.click(".bar .btn-primary")
    expect(page.locator(".toast-note").first).to_contain_text("已提交，下一环节")
    context.close()


def test_whoever_was_signed_out_elsewhere_is_led_to_the_sign_in(open_window, office):
    page = open_window("manager1")
    page.context.clear_cookies()
    page.click("a.task >> nth=0")
    page.wait_for_url(re.compile("/account/login/"))
    expect(page.locator("[name=login]")).to_be_visible()
