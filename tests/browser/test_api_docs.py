"""The page to try the API: it works under the strict content security policy."""

from tests.browser.chromium import context_of
from tests.browser.conftest import session_of


def test_a_call_can_be_tried_and_nothing_breaks_the_policy(browser, live_server, transactional_db, cast):
    context = context_of(browser, language="en")
    context.add_init_script(
        "window.breaches = []; document.addEventListener('securitypolicyviolation',"
        " event => window.breaches.push(event.effectiveDirective + ' ' + event.blockedURI));"
    )
    context.add_cookies([{**session_of(cast.rep1, "en"), "url": live_server.url}])
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    answer = page.goto(f"{live_server.url}/api/v1/docs/")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    page.locator("#operations-tag-auth").click()
    operation = page.locator("#operations-auth-auth_tokens_create")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.locator("textarea").fill('{"name": "from the page"}')
    operation.get_by_role("button", name="Execute").click()
    operation.locator(".live-responses-table .response-col_status", has_text="201").wait_for()
    assert cast.rep1.api_tokens.get().name == "from the page"
    assert page.evaluate("window.breaches") == []
    assert errors == []
    context.close()
