"""A sales manager who knows no BPMN changes a live process; the director publishes it; new contracts go the new way.

Above 100,000 yuan the legal department reviews a contract too, within two working days; after that the director is
called in. By mouse and by keyboard alone from the list of steps, and on the canvas; in Chinese and in English.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from config.reference import load_all
from core import clock
from core.models import Notification
from tests.browser.scene import move
from tests.browser.test_accessibility import violations
from tests.processes.walk import Walk, settle
from workflows.models import ProcessDefinition, ProcessInstance, WorkItem
from workflows.selectors import running_process_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

PUBLISH = "/processes/contract_lifecycle/publish/"
NAMES = {"zh": "法务复核", "en": "Legal check"}
NOTE = {"zh": "大额合同先由法务复核", "en": "Large contracts are checked by legal first"}
ACTIONS = 15
# Looked at by people, not by the test.
PICTURES = Path(__file__).parents[2] / "shots" / "trial"


# Where an element lies on the page: its middle, or near the beginning of a flow, where it lies alone. It is brought
# into view.
PLACE = """async (id) => {
  const element = editor.element(id);
  editor.get('canvas').scrollToElement(element, 220);
  const [one, other] = element.waypoints ?? [];
  const at = one ? { x: one.x + (other.x - one.x) / 8, y: one.y + (other.y - one.y) / 8 }
    : { x: element.x + element.width / 2, y: element.y + element.height / 2 };
  const { x, y, scale } = editor.get('canvas').viewbox();
  const box = document.querySelector('.canvas').getBoundingClientRect();
  return [box.x + (at.x - x) * scale, box.y + (at.y - y) * scale];
}"""
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


class Mouse:
    """Does what a person does with the mouse, and counts it."""

    def __init__(self, page: Page) -> None:
        self.page, self.done = page, 0

    def press(self, selector: str) -> None:
        self.done += 1
        self.page.click(selector)

    def write(self, selector: str, text: str) -> None:
        self.done += 1
        self.page.fill(selector, text)

    def choose(self, selector: str, value: str) -> None:
        self.done += 1
        self.page.select_option(selector, value)


class Keyboard(Mouse):
    """The same without a mouse: Tab leads to each thing, Enter presses, arrows choose."""

    def reach(self, selector: str) -> None:
        for _step in range(150):
            if self.page.evaluate("(it) => document.activeElement.matches(it)", selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never came to {selector}.")

    def press(self, selector: str) -> None:
        self.done += 1
        self.reach(selector)
        self.page.keyboard.press("Enter")

    def write(self, selector: str, text: str) -> None:
        self.done += 1
        self.reach(selector)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def choose(self, selector: str, value: str) -> None:
        self.done += 1
        self.reach(selector)
        self.page.keyboard.press("Home")
        for _step in range(60):
            if self.page.eval_on_selector(selector, "(it) => it.value") == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{selector} never came to {value}.")


@pytest.fixture
def ready(office):
    """The office with the rights of the shipped processes."""
    load_all()
    return office


def shoot(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")


def from_the_list(hand: Mouse, language: str) -> None:
    hand.press("[data-step='finance_review'] .step-head")
    hand.press("[data-key='step-next']")
    hand.write("[data-key='new-name']", NAMES[language])
    hand.choose("[data-key='new-who']", "role:legal")
    hand.choose("[data-key='new-when']", "if")
    hand.choose("[data-key='new-name-0']", "subject.amount")
    hand.write("[data-key='new-value-0']", "100000")
    hand.choose("[data-key='new-late']", "role:director")
    shoot(hand.page, f"{type(hand).__name__.lower()}-{language}-form")
    hand.press("[data-key='new-add']")
    expect(hand.page.locator("[data-step='approval_1']")).to_contain_text(NAMES[language])


def on_the_canvas(hand: Mouse, language: str) -> None:
    page = hand.page
    add_behind(hand, "finance_agrees", "choice")
    add_behind(hand, "choice_1", "approval")
    hand.write(f"#panel [data-key='name-{language}']", NAMES[language])
    hand.choose("#panel [data-key='who']", "role")
    hand.choose("#panel [data-key='role']", "legal")
    add_behind(hand, "approval_1", "choice")
    for target in ("choose_appraisal", "return_contract"):
        connect(hand, "choice_2", target)
    condition(hand, flow(page, "choice_1", "approval_1"), "subject.amount", ">", "100000")
    select(hand, flow(page, "choice_1", "choose_appraisal"))
    hand.press("#panel [data-key='default']")
    condition(hand, flow(page, "choice_2", "choose_appraisal"), "approval_1.outcome", "==", "approve")
    select(hand, flow(page, "choice_2", "return_contract"))
    hand.press("#panel [data-key='default']")
    add_behind(hand, "approval_1", "late")
    hand.write("#panel [data-key='wait-amount']", "2")
    add_behind(hand, "late_1", "task")
    hand.choose("#panel [data-key='who']", "role")
    hand.choose("#panel [data-key='role']", "director")
    add_behind(hand, "task_1", "end")


def select(hand: Mouse, element: str) -> None:
    """A click on the thing itself, where it lies."""
    hand.done += 1
    for _attempt in range(20):
        if hand.page.evaluate("editor.selected?.id") == element:
            return
        hand.page.mouse.click(*hand.page.evaluate(PLACE, element))
        hand.page.evaluate(DRAWN)
    raise AssertionError(f"{element} cannot be selected.")


def add_behind(hand: Mouse, element: str, kind: str) -> None:
    select(hand, element)
    hand.press(".djs-context-pad .pad-add")
    hand.press(f".djs-popup [data-id='next-{kind}']")


def connect(hand: Mouse, source: str, target: str) -> None:
    select(hand, source)
    hand.press(".djs-context-pad [data-action='connect']")
    end_at(hand, target)


def end_at(hand: Mouse, element: str) -> None:
    """A click that ends a connection: it follows the pointer until then."""
    x, y = hand.page.evaluate(PLACE, element)
    hand.done += 1
    hand.page.mouse.move(x - 5, y)
    hand.page.mouse.move(x, y)
    hand.page.evaluate(DRAWN)
    hand.page.mouse.click(x, y)
    hand.page.evaluate(DRAWN)


def flow(page: Page, source: str, target: str) -> str:
    return page.evaluate(
        "([source, target]) => editor.element(source).outgoing.find((one) => one.target.id === target).id",
        [source, target],
    )


def condition(hand: Mouse, way: str, name: str, operator: str, value: str) -> None:
    select(hand, way)
    hand.choose("#panel [data-key='name-0']", name)
    hand.choose("#panel [data-key='operator-0']", operator)
    field = hand.page.locator("#panel [data-key='value-0']")
    if field.evaluate("(it) => it.tagName") == "SELECT":
        hand.choose("#panel [data-key='value-0']", value)
    else:
        hand.write("#panel [data-key='value-0']", value)


def ask_for_publishing(hand: Mouse, language: str) -> None:
    hand.press("[data-deed='publish']")
    hand.write("#publish-note", NOTE[language])
    hand.press("#editor-publish [type='submit']")
    hand.page.wait_for_url(f"**{PUBLISH}")


def publish_as_director(open_window, office: Any, language: str) -> Page:
    """The director is told, sees in words what changes, and publishes."""
    told = Notification.objects.filter(person=office.people.director, url__contains=PUBLISH)
    assert told.count() == 1
    page = open_window("director", language=language)
    page.goto(page.url.replace("/inbox/", PUBLISH))
    expect(page.locator("main")).to_contain_text(NOTE[language])
    expect(page.locator("main")).to_contain_text(NAMES[language])
    assert violations(page) == []
    shoot(page, f"publishing-{language}")
    page.click("button[name='deed'][value='publish']")
    page.wait_for_url("**tab=versions")
    return page


def goes_the_new_way(office: Any) -> None:
    """Large contracts that begin now are reviewed by legal, small ones and running ones are not."""
    definition = ProcessDefinition.objects.get(key="contract_lifecycle")
    assert definition.current_version.number == 2
    large, small = Walk(office.people, "128400.00"), Walk(office.people, "12800.00")
    for walk in (large, small):
        walk.submit()
        walk.manager()
        walk.finance()
    assert open_tasks(small.case) == ["seal_contract"]
    assert open_tasks(large.case) == ["approval_1"]
    review = WorkItem.objects.get(instance=large.case, status="open")
    assert (review.role, review.due_at is not None) == ("legal", True)
    # Nobody reviews it: the director is called in when the two working days are over.
    with clock.travel(review.due_at + timedelta(minutes=1)):
        settle()
        assert open_tasks(large.case) == ["approval_1", "task_1"]
        assert WorkItem.objects.get(instance=large.case, element="task_1").role == "director"
        large.do("legal", "approval_1", "approve")
        large.do("director", "task_1")
        assert open_tasks(large.case) == ["gm_review"]
    move(office.with_finance, "finance_review", office.people.finance, "approve", "同意。")
    running = running_process_of(office.with_finance)
    assert (running.version.number, open_tasks(running)) == (1, ["gm_review"])


def open_tasks(case: ProcessInstance) -> list[str]:
    return sorted(WorkItem.objects.filter(instance=case, status="open").values_list("element", flat=True))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("hand", [Mouse, Keyboard], ids=["mouse", "keyboard"])
def test_from_the_list_of_steps(open_editor, open_window, ready, complaints, hand, language):
    page = open_editor(language, "manager1")
    one = hand(page)
    from_the_list(one, language)
    shoot(page, f"{hand.__name__.lower()}-{language}-drawn")
    ask_for_publishing(one, language)
    assert one.done < ACTIONS, one.done
    publish_as_director(open_window, ready, language)
    goes_the_new_way(ready)
    assert complaints == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_the_canvas(open_editor, open_window, ready, complaints, language):
    page = open_editor(language, "manager1")
    hand = Mouse(page)
    on_the_canvas(hand, language)
    page.evaluate("editor.get('canvas').zoom('fit-viewport')")
    shoot(page, f"canvas-{language}-drawn")
    assert page.evaluate("editor.lint()") is True, page.evaluate("editor.problems")
    ask_for_publishing(hand, language)
    publish_as_director(open_window, ready, language)
    goes_the_new_way(ready)
    assert complaints == []
