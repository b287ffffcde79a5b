"""The problems of a draft, read and mended without a mouse."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import settled
from tests.browser.test_accessibility import violations
from workflows import services
from workflows.models import ProcessDraft, ProcessVersion


@pytest.fixture
def draft(office) -> ProcessDraft:
    version = ProcessVersion.objects.get(definition__key="contract_lifecycle")
    wrong = version.bpmn.replace('role="finance"', 'role="finanse"').replace(
        "</bpmn:process>", '<bpmn:userTask id="island" name="孤岛"/></bpmn:process>'
    )
    services.import_bpmn(bpmn=wrong.encode(), actor=office.people.admin)
    return ProcessDraft.objects.get()


@pytest.mark.parametrize("phone", [False, True])
def test_a_mistake_is_mended_by_keyboard(open_window, draft, phone):
    page = open_window("admin", phone=phone)
    page.goto(f"{page.url.split('/inbox')[0]}/processes/contract_lifecycle/")
    page.get_by_role("link", name="草稿").press("Enter")
    expect(page.get_by_role("heading", name="错误：草稿不能发布")).to_be_visible()
    settled(page)
    assert violations(page) == []
    page.get_by_role("button", name="将“finanse”改为“finance”").press("Enter")
    expect(page.locator(".toast-note").first).to_contain_text("已完成：将“finanse”改为“finance”")
    expect(page).to_have_url(re.compile(r"tab=draft"))
    expect(page.get_by_role("button", name="将“finanse”改为“finance”")).to_have_count(0)
    draft.refresh_from_db()
    assert "finanse" not in draft.bpmn
    assert draft.revision == 2
