"""A diagram of more than 2,000 elements is drawn, changed from the list and on the canvas, and saved like any other."""

import random

import pytest
from playwright.sync_api import expect

from tests.workflows.engine.test_random import Graph, big
from workflows.engine import ensure_layout
from workflows.engine.differences import compare_versions
from workflows.models import ProcessDraft

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]
# The large drawing takes the place of the process: its key, and what it is about.
DRAW = """async (bpmn) => {
  await editor.draw(bpmn);
  return editor.elements().length;
}"""


def large() -> str:
    chance = random.Random(3)
    parts = [big(chance, 60) for _part in range(9)]
    drawing = ensure_layout(Graph(("row", ["user", *parts])).drawing().bytes()).decode()
    key = drawing.partition('<bpmn:process id="')[2].partition('"')[0]
    return drawing.replace(f'"{key}"', '"contract_lifecycle"')


def test_it_is_drawn_changed_and_saved(open_editor, complaints):
    page = open_editor()
    before = large()
    assert page.evaluate(DRAW, before) > 2000
    # The list shows each step, and what is chosen in it is in view on the canvas.
    first = page.locator(".step.personal").first
    first.locator(".step-head").click()
    expect(first.locator(".step-head")).to_have_attribute("aria-expanded", "true")
    step = first.get_attribute("data-step")
    expect(page.locator(f".djs-element.selected[data-element-id='{step}']")).to_be_in_viewport()
    page.fill("[data-key='step-name']", "首个环节")
    page.click("[data-key='step-next']")
    page.fill("[data-key='new-name']", "法务复核")
    page.select_option("[data-key='new-who']", "role:legal")
    page.click("[data-key='new-add']")
    expect(page.locator("[data-step='approval_1']")).to_contain_text("法务复核")
    page.evaluate("editor.get('modeling').moveElements([editor.element('approval_1')], { x: 0, y: 20 })")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("已保存")
    saved = ProcessDraft.objects.get(definition__key="contract_lifecycle").bpmn
    said = [change.text("zh") for change in compare_versions(before, saved).changes]
    assert len(said) in (2, 3), said
    assert any("首个环节" in one for one in said)
    assert any("法务复核" in one for one in said)
    assert page.evaluate("window.__breaches") == []
    assert complaints == []
