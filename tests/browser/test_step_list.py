"""The list of steps beside the canvas: changes are made in words, and the drawing follows."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import violations
from workflows.engine.differences import compare_versions
from workflows.models import ProcessDefinition, ProcessDraft
from workflows.services.definitions import lint
from workflows.services.shipped import publish_shipped, shipped_processes

pytestmark = pytest.mark.django_db(transaction=True)
PERSONAL = "(one) => ['bpmn:UserTask', 'bpmn:ServiceTask', 'bpmn:CallActivity'].includes(one.type)"
DRAW = """async (bpmn) => {
  editor.page.key = /<bpmn:process id="([^"]+)"/.exec(bpmn)[1];
  await editor.draw(bpmn);
  return editor.elements().filter(%s).map((one) => one.id);
}"""
ADD_AND_TAKE_BACK = """async ([id, plan]) => {
  const made = editor.addStep(editor.element(id), plan).id;
  const added = await editor.xml();
  const overlapping = editor.elements().filter((one) => !one.waypoints && !one.host && editor.elements().some((other) =>
    other !== one && other !== one.parent && one.parent === other.parent && !other.waypoints && !other.host
    && other.x < one.x + one.width && one.x < other.x + other.width
    && other.y < one.y + one.height && one.y < other.y + other.height)).map((one) => one.id);
  await editor.undo();
  const undone = await editor.xml();
  await editor.redo();
  editor.removeStep(editor.element(made));
  const removed = await editor.xml();
  await editor.undo();
  await editor.undo();
  return { added, undone, removed, overlapping };
}"""
PLAN = {
    "type": "approval",
    "name": {"zh": "法务复核", "en": "Legal check"},
    "who": "role:legal",
    "due": "P2D",
    "condition": {"body": "1 < 2", "name": {"zh": "较大"}, "gate": {"zh": "多大？", "en": "How large?"}},
    "late": {"after": "P2D", "who": "role:director"},
}


def fill_legal_check(page, name: str) -> None:
    page.fill("[data-key='new-name']", name)
    page.select_option("[data-key='new-who']", "role:legal")
    page.select_option("[data-key='new-when']", "if")
    page.select_option("[data-key='new-name-0']", "subject.amount")
    page.fill("[data-key='new-value-0']", "100000")
    page.select_option("[data-key='new-late']", "role:director")


def test_one_more_approval_above_an_amount_without_drawing(open_editor, complaints):
    page = open_editor("en")
    assert violations(page) == []
    page.click("[data-step='finance_review'] .step-head")
    page.click("[data-key='step-next']")
    # A form that says nothing is refused, and nothing is drawn.
    page.click("[data-key='new-add']")
    expect(page.locator(".next-step-form [role='alert']")).to_have_text("Give the step a name.")
    page.fill("[data-key='new-name']", "Legal check")
    page.click("[data-key='new-add']")
    expect(page.locator(".next-step-form [role='alert']")).to_have_text("Say who does it.")
    assert page.evaluate("Boolean(editor.element('approval_1'))") is False
    fill_legal_check(page, "Legal check")
    assert violations(page) == []
    page.click("[data-key='new-add']")
    row = page.locator("[data-step='approval_1']")
    expect(row).to_contain_text("Legal check")
    expect(row).to_contain_text("only if Amount is more than 100,000")
    expect(row.locator(".step-head")).to_be_focused()
    page.fill("[data-key='step-due-amount']", "3")
    expect(row.locator(".step-facts")).to_contain_text("3 working days")
    assert violations(page) == []
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    draft = ProcessDraft.objects.get(definition__key="contract_lifecycle")
    assert [
        one for one in lint(draft.bpmn, draft.definition, draft.decisions) if one.severity == "error"
    ] == []
    for said in ("Legal check", 'role="legal"', "subject.amount &gt; 100000", '<flow:due in="P3D"'):
        assert said in draft.bpmn
    assert page.evaluate("[...editor.missingTexts]") == []
    page.evaluate("editor.isChanged = false")
    assert page.evaluate("window.__breaches") == []
    assert complaints == []


@pytest.mark.long
class TestList:
    def test_in_chinese_no_text_is_missing_and_the_phone_shows_it_too(self, open_editor, complaints):
        page = open_editor("zh", phone=True)
        for element in page.evaluate("editor.elements().map((one) => one.id)"):
            page.evaluate("id => { editor.wantsPanel = false; editor.select(id); }", element)
        page.evaluate("editor.select('finance_review'); editor.showTab('steps')")
        page.click("[data-key='step-next']")
        fill_legal_check(page, "法务复核")
        assert violations(page) == []
        page.click("[data-key='new-add']")
        expect(page.locator("[data-step='approval_1']")).to_contain_text("仅当金额 大于 100,000")
        assert violations(page) == []
        assert page.evaluate("[...editor.missingTexts]") == []
        page.evaluate("editor.isChanged = false")
        assert page.evaluate("window.__breaches") == []
        assert complaints == []

    def test_a_threshold_a_deadline_and_whoever_approves_are_changed_in_their_rows(self, open_editor):
        page = open_editor("en")
        # The shipped limits stand in tables: here a step comes that only large contracts are led to.
        page.click("[data-step='finance_review'] .step-head")
        page.click("[data-key='step-next']")
        fill_legal_check(page, "Legal check")
        page.click("[data-key='new-add']")
        page.keyboard.press("Control+s")
        expect(page.locator("[data-saved]")).to_contain_text("Saved at")
        before = ProcessDraft.objects.get().bpmn
        flow = page.evaluate("editor.element('approval_1').incoming[0].id")
        page.fill(f"[data-key='{flow}-value-0']", "80000")
        page.click("[data-step='gm_review'] .step-head")
        page.select_option("[data-key='step-who']", "role:director")
        page.fill("[data-key='step-due-amount']", "4")
        page.keyboard.press("Control+s")
        # Once more, in case a save was under way that began before the last change.
        assert page.evaluate("editor.save().then(() => editor.save())") is True
        draft = ProcessDraft.objects.get()
        said = compare_versions(before, draft.bpmn).changes
        assert len(said) == 3
        for part in ("subject.amount &gt; 80000", 'role="director"', '<flow:due in="P4D"'):
            assert part in draft.bpmn

    def test_a_step_that_is_removed_leaves_no_gap(self, open_editor):
        page = open_editor("en")
        page.click("[data-step='gm_review'] .step-head")
        page.click("[data-key='step-remove']")
        assert page.evaluate("editor.lint()") is True
        # The gateway before it asks nothing any more and goes too.
        for source, led in (("is_appraised", "choose_panel"), ("panel_decided", "return_contract")):
            targets = page.evaluate("id => editor.element(id).outgoing.map((one) => one.target.id)", source)
            assert set(targets) == {led, "approve_contract"}
        left = page.evaluate("editor.elements().map((one) => one.id)")
        assert not {"needs_gm", "gm_decided", "reject_by_gm", "rejected_by_gm"} & set(left)
        page.click("[data-deed='undo']")
        assert page.evaluate("editor.element('to_gm').target.id") == "gm_review"
        assert page.evaluate("editor.element('panel_agrees').target.id") == "needs_gm"
        page.evaluate("editor.isChanged = false")

    def test_behind_every_step_that_is_shipped_one_can_be_added_and_taken_away_again(
        self, open_editor, complaints
    ):
        publish_shipped()
        page = open_editor("en")
        for shipped in shipped_processes():
            definition = ProcessDefinition.objects.get(key=shipped.key)
            decisions = definition.current_version.decisions
            before = {one.code for one in lint(shipped.bpmn, definition, decisions)}
            for step in page.evaluate(DRAW % PERSONAL, shipped.bpmn):
                after = page.evaluate(ADD_AND_TAKE_BACK, [step, PLAN])
                where = (shipped.key, step)
                said = lint(after["added"], definition, decisions)
                assert (where, [one.code for one in said if one.code not in before]) == (where, [])
                assert (where, after["overlapping"]) == (where, [])
                for name in ("undone", "removed"):
                    changes = compare_versions(shipped.bpmn, after[name]).changes
                    assert (where, name, [one.text("en") for one in changes]) == (where, name, [])
        page.evaluate("editor.isChanged = false")
        assert complaints == []
