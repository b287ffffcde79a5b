"""Who may draw a process, why a draft came back, and a star in the catalogue: by keyboard, in both languages."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import violations
from workflows import services
from workflows.models import FavouriteProcess, ProcessDefinition, ProcessDraft

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]
AT = "/processes/contract_lifecycle/"
BOTH = pytest.mark.parametrize(
    ("language", "options"), [("zh", {}), ("en", {"theme": "dark"}), ("en", {"phone": True})]
)
REASON = "Half of the votes is too low:\n<b>ask</b> the general manager."


def opened(open_window, username: str, address: str, language: str, options: dict):
    page = open_window(username, language=language, **options)
    page.goto(page.url.replace("/inbox/", address))
    return page


@BOTH
def test_roles_are_ticked_by_keyboard(open_window, complaints, language, options):
    page = opened(open_window, "admin", f"{AT}rights/", language, options)
    assert violations(page) == []
    for name in ("draw_roles", "publish_roles"):
        box = page.locator(f"input[name='{name}'][value='legal']")
        box.focus()
        page.keyboard.press("Space")
        expect(box).to_be_checked()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{AT}")
    definition = ProcessDefinition.objects.get(key="contract_lifecycle")
    assert "legal" in definition.draw_roles
    assert "legal" in definition.publish_roles
    assert page.evaluate("window.__breaches") == []
    assert complaints == []


@BOTH
def test_why_a_draft_came_back_stands_where_it_is_drawn(open_window, office, complaints, language, options):
    definition = ProcessDefinition.objects.get(key="contract_lifecycle")
    used = definition.current_version
    bpmn = used.bpmn.replace('name="share" value="0.66"', 'name="share" value="0.5"')
    ProcessDefinition.objects.update(draw_roles=["manager"], publish_roles=["director"])
    drawer, publisher = office.people.manager1, office.people.director
    said = {"definition_key": "contract_lifecycle"}
    services.save_draft(bpmn=bpmn, decisions=used.decisions, revision=0, actor=drawer, **said)
    services.ask_for_publishing(revision=1, actor=drawer, **said)
    services.send_back_draft(reason=REASON, actor=publisher, **said)
    page = opened(open_window, "manager1", f"{AT}?tab=draft", language, options)
    expect(page.locator(".note", has_text="too low")).to_contain_text("<b>ask</b>")
    assert violations(page) == []
    page.goto(page.url.replace("?tab=draft", "edit/"))
    page.wait_for_selector("[data-editor][data-ready]")
    expect(page.locator(".sent-back")).to_contain_text("<b>ask</b>")
    assert violations(page) == []
    services.ask_for_publishing(revision=ProcessDraft.objects.get().revision, actor=drawer, **said)
    page.reload()
    page.wait_for_selector("[data-editor][data-ready]")
    expect(page.locator(".sent-back")).to_have_count(0)
    assert page.evaluate("window.__breaches") == []
    assert complaints == []


@BOTH
def test_a_star_is_put_by_keyboard(open_window, office, complaints, language, options):
    page = opened(open_window, "manager1", "/start/", language, options)
    star = page.locator(".star button").last
    assert star.get_attribute("aria-pressed") == "false"
    star.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".star button").first).to_have_attribute("aria-pressed", "true")
    assert FavouriteProcess.objects.get().person == office.people.manager1
    assert violations(page) == []
    assert page.evaluate("window.__breaches") == []
    assert complaints == []
