"""A process is drawn by hand: a step added, told who and until when, checked, saved; nobody's work is lost."""

from pathlib import Path

import pytest
from django.utils import translation
from lxml import etree
from playwright.sync_api import expect

from core.models import User
from tests.browser.test_accessibility import violations
from workflows.models import ProcessDefinition, ProcessDraft
from workflows.services import save_draft

pytestmark = pytest.mark.django_db(transaction=True)


def add_approval(page) -> None:
    """An approval behind the submission, from the menu that can be searched."""
    page.evaluate("window.editor.select('submit_contract')")
    page.click(".djs-context-pad .pad-add")
    page.fill(".djs-popup-search input", "sign off")
    page.press(".djs-popup-search input", "Enter")
    expect(page.locator("#panel [data-key='name-zh']")).to_have_value("审批")


def test_a_step_is_added_told_who_and_when_and_saved(open_editor, complaints):
    page = open_editor("en")
    assert violations(page) == []
    add_approval(page)
    page.fill("#panel [data-key='name-en']", "Legal check")
    page.select_option("#panel [data-key='who']", "role")
    page.select_option("#panel [data-key='role']", "legal")
    page.fill("#panel [data-key='due-in-amount']", "3")
    assert violations(page) == []
    # One key saves, also what is still being typed.
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    draft = ProcessDraft.objects.get(definition__key="contract_lifecycle").bpmn
    for said in ("Legal check", '<flow:assign role="legal"', '<flow:due in="P3D"'):
        assert said in draft
    # One step of undo takes the whole step away again.
    while page.locator("[data-deed='undo']").is_enabled() and page.evaluate(
        "Boolean(editor.element('approval_1'))"
    ):
        page.click("[data-deed='undo']")
    assert page.evaluate("editor.element('submitted').target.id") == "choose_reviews"
    page.evaluate("editor.isChanged = false")
    assert page.evaluate("window.__breaches") == []
    assert complaints == []


def test_a_step_is_due_on_a_day_that_the_contract_names(open_editor, complaints):
    page = open_editor("en")
    add_approval(page)
    page.select_option("#panel [data-key='who']", "role")
    page.select_option("#panel [data-key='role']", "legal")
    page.locator("#panel label:has([data-key='due-kind-on'])").click()
    page.select_option("#panel [data-key='date-name']", "subject.end_on")
    assert violations(page) == []
    page.locator("#panel [data-details='shares'] summary").click()
    page.fill("#panel [data-key='copy']", "200")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    draft = ProcessDraft.objects.get(definition__key="contract_lifecycle").bpmn
    assert '<flow:due on="subject.end_on" copy="200"' in draft
    # Back to a span: nothing of the day is left.
    page.locator("#panel label:has([data-key='due-kind-in'])").click()
    expect(page.locator("#panel [data-key='due-in-amount']")).to_have_value("2")
    page.keyboard.press("Control+s")
    page.wait_for_function("() => !editor.isChanged")
    draft = ProcessDraft.objects.get(definition__key="contract_lifecycle").bpmn
    assert '<flow:due in="P2D"' in draft
    assert 'on="subject.end_on"' not in draft
    assert page.evaluate("window.__breaches") == []
    assert complaints == []


def assigned(bpmn: str, step: str) -> dict[str, str]:
    """Who does a step, as the diagram says it."""
    root = etree.fromstring(bpmn.encode())
    [assign] = root.find(f".//{{*}}userTask[@id='{step}']").iter("{*}assign")
    return dict(assign.attrib)


@pytest.mark.long
class TestDrawing:
    def test_in_chinese_no_text_is_missing_and_axe_finds_nothing(self, open_editor, complaints):
        page = open_editor("zh", theme="dark")
        for element in page.evaluate("editor.elements().map((one) => one.id)"):
            page.evaluate("id => editor.select(id)", element)
        add_approval(page)
        page.evaluate("editor.select(null)")
        assert violations(page) == []
        assert page.evaluate("[...editor.missingTexts]") == []
        page.evaluate("editor.isChanged = false")
        assert page.evaluate("window.__breaches") == []
        assert complaints == []

    def test_a_value_names_the_role_of_a_step(self, open_editor, complaints):
        page = open_editor("zh")
        page.evaluate("editor.select('finance_review')")
        page.select_option("#panel [data-key='who']", "roleFrom")
        expect(page.locator("#panel [data-key='role-from']")).to_have_value("")
        page.fill("#panel [data-key='role-from']", "manager_review.outcome")
        page.press("#panel [data-key='role-from']", "Tab")
        page.click("#tab-problems")
        expect(page.locator("#problems .problems li").first).to_contain_text("没有这样的角色")
        page.evaluate("editor.select('finance_review')")
        page.fill("#panel [data-key='role-from']", "starter")
        assert violations(page) == []
        page.evaluate("editor.showTab('steps')")
        expect(page.locator("[data-step='finance_review'] .step-facts")).to_contain_text(
            "“发起人” 所指的角色"
        )
        assert violations(page) == []
        page.keyboard.press("Control+s")
        expect(page.locator("[data-saved]")).to_contain_text("已保存")
        draft = ProcessDraft.objects.get(definition__key="contract_lifecycle").bpmn
        assert assigned(draft, "finance_review") == {"roleFrom": "starter"}
        # A row of the list changes it to a plain role.
        page.select_option("[data-key='step-who']", "role:legal")
        written = page.evaluate("editor.xml()")
        assert assigned(written, "finance_review") == {"role": "legal"}
        assert page.evaluate("[...editor.missingTexts]") == []
        page.evaluate("editor.isChanged = false")
        assert page.evaluate("window.__breaches") == []
        assert complaints == []

    def test_what_is_wrong_is_told_where_it_is_and_mended_by_a_click(self, open_editor):
        page = open_editor("en")
        page.evaluate("""() => {
          const flow = editor.element('goes_up');
          editor.get('modeling').updateProperties(flow, { conditionExpression:
            editor.get('bpmnFactory').create('bpmn:FormalExpression', { body: 'subject.amont >= 50000' }) });
        }""")
        page.click("#tab-problems")
        expect(page.locator("#problems .problems li").first).to_contain_text("amont")
        expect(page.locator(".djs-connection.has-error")).to_have_count(1)
        page.click("#problems .problems .btn-quiet")
        expect(page.locator("#problems .all-well")).to_be_visible()
        body = "editor.element('goes_up').businessObject.conditionExpression.body"
        assert page.evaluate(body) == "subject.amount >= 50000"
        page.click("[data-deed='undo']")
        page.wait_for_function(f"{body} === 'subject.amont >= 50000'")
        page.evaluate("editor.isChanged = false")

    def test_whoever_saves_second_is_told_and_loses_nothing(self, open_editor):
        page = open_editor("en")
        add_approval(page)
        bpmn = page.evaluate("editor.page.bpmn")
        User.objects.filter(username="director").update(is_superuser=True)
        other = User.objects.get(username="director")
        save_draft(definition_key="contract_lifecycle", bpmn=bpmn, revision=0, actor=other)
        page.keyboard.press("Control+s")
        dialog = page.locator("#editor-stale")
        with translation.override("en"):
            expect(dialog).to_contain_text(other.name)
        page.click("#editor-stale [data-reload]")
        page.wait_for_selector("[data-editor][data-ready]")
        assert page.evaluate("Boolean(editor.element('approval_1'))") is False
        page.click("[data-take]")
        page.wait_for_function("Boolean(editor.element('approval_1'))")
        page.keyboard.press("Control+s")
        expect(page.locator("[data-saved]")).to_contain_text("Saved at")
        assert ProcessDraft.objects.get().revision == 2

    def test_two_who_draw_at_once_are_told_of_each_other_and_lose_nothing(self, open_editor, office):
        ProcessDefinition.objects.update(draw_roles=["manager", "director"])
        one, other = open_editor("en", "director"), open_editor("en", "manager1")
        with translation.override("en"):
            name = office.people.director.name
        expect(other.locator("[data-others]")).to_contain_text(name)  # marks of other tests last a while
        # It is the save that tells, however long all this takes: nothing of it is heard before.
        heard = {"others": [name], "revision": 0, "saved_by": ""}
        other.route(
            f"**{other.evaluate('editor.page.urls.presence')}", lambda route: route.fulfill(json=heard)
        )
        add_approval(one)
        one.keyboard.press("Control+s")
        expect(one.locator("[data-saved]")).to_contain_text("Saved at")
        add_approval(other)
        other.keyboard.press("Control+s")
        expect(other.locator("#editor-stale")).to_contain_text(name)
        other.click("#editor-stale [data-close]")
        assert other.evaluate("Boolean(editor.element('approval_1'))")
        assert ProcessDraft.objects.get().updated_by == office.people.director
        for page in (one, other):
            page.evaluate("editor.isChanged = false")

    def test_keys_of_an_input_method_add_no_shape(self, open_editor):
        page = open_editor("zh")
        page.evaluate("window.editor.select('submit_contract')")
        page.click(".djs-context-pad .pad-add")
        count = page.evaluate("editor.elements().length")
        page.focus(".djs-popup-search input")
        keyboard = page.context.new_cdp_session(page)
        keyboard.send("Input.imeSetComposition", {"text": "shenpi", "selectionStart": 6, "selectionEnd": 6})
        page.evaluate("""() => document.activeElement.dispatchEvent(
          new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, isComposing: true, bubbles: true }))""")
        assert page.evaluate("editor.elements().length") == count
        keyboard.send("Input.insertText", {"text": "审批"})
        expect(page.locator(".djs-popup .entry[data-id]")).to_have_count(1)
        page.press(".djs-popup-search input", "Enter")
        page.wait_for_function(f"editor.elements().length > {count}")
        page.evaluate("editor.isChanged = false")

    def test_a_way_of_its_own_for_what_takes_too_long_stays_in_its_lane(self, open_editor):
        page = open_editor("en")
        page.evaluate("editor.select('finance_review')")
        for kind in ("late", "end"):
            page.click(".djs-context-pad .pad-add")
            page.click(f".djs-popup [data-id='next-{kind}']")
        event = page.evaluate("""() => {
          const late = editor.element('late_1');
          const refs = editor.element('lane_finance').businessObject.flowNodeRef.map((one) => one.id);
          return [late.host.id, late.businessObject.cancelActivity, refs.includes('end_1'), refs.includes('gm_review')];
        }""")
        assert event == ["finance_review", False, True, False]
        assert page.evaluate("editor.lint()") is True
        page.evaluate("editor.isChanged = false")

    def test_texts_of_a_drawing_are_never_markup(self, open_editor, complaints):
        page = open_editor("zh")
        evil = "<img src=x onerror=window.harmed=1><script>window.harmed=1</script>"
        page.evaluate(
            """async (evil) => {
              for (const one of editor.elements()) {
                editor.get('modeling').updateProperties(one, { name: evil });
                editor.select(one.id);
              }
              editor.select(null);
              editor.get('searchPad').toggle();
            }""",
            evil,
        )
        page.fill(".djs-search-input input", "img")
        page.click("#tab-problems")
        assert page.evaluate("editor.lint()") is True
        assert page.locator("main img, main script:not([type])").count() == 0
        assert page.evaluate("window.harmed") is None
        page.evaluate("editor.isChanged = false")
        assert page.evaluate("window.__breaches") == []
        assert complaints == []

    def test_it_is_taken_along_as_a_file_and_as_pictures(self, open_editor, complaints):
        page = open_editor("en", theme="dark")
        for kind, start in (("bpmn", b"<?xml"), ("svg", b"<?xml"), ("png", b"\x89PNG")):
            page.click("main details.menu summary")
            with page.expect_download() as download:
                page.click(f"[data-export='{kind}']")
            assert download.value.suggested_filename == f"contract_lifecycle.{kind}"
            content = Path(download.value.path()).read_bytes()
            assert content.startswith(start)
            assert b"var(--bpmn" not in content
        assert page.evaluate("window.__breaches") == []
        assert complaints == []

    def test_what_is_copied_is_pasted_with_its_words_after_another_page_was_opened(self, open_editor):
        page = open_editor("en")
        page.evaluate("editor.get('copyPaste').copy([editor.element('finance_review')])")
        page.reload()
        page.wait_for_selector("[data-editor][data-ready]")
        words = page.evaluate("""() => {
          const [made] = editor.get('copyPaste').paste({ element: editor.element('company'), point: { x: 900, y: 700 } });
          return made.businessObject.extensionElements.values.map((one) => one.$type);
        }""")
        assert words[:4] == ["flow:Label", "flow:Distinct", "flow:Due", "flow:WorkForm"]
        page.evaluate("editor.isChanged = false")
