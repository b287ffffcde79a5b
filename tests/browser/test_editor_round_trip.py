"""What the editor reads and writes again is what the engine read before; words of other tools stay."""

import random

import pytest
from lxml import etree

from tests.workflows.engine.sketches import Sketch
from tests.workflows.engine.test_random import Graph, big
from workflows.engine import ensure_layout
from workflows.engine.differences import compare_versions
from workflows.services.shipped import shipped_processes

pytestmark = pytest.mark.django_db(transaction=True)

# Open, change the first step and change it back, write. One page for all: opening a site takes longer.
MOVE = """
  editor.get('modeling').moveElements([step], { x: 10, y: 0 });
  editor.get('modeling').moveElements([step], { x: -10, y: 0 });"""
RENAME = """
  const { name } = step.businessObject;
  editor.get('modeling').updateProperties(step, { name: 'other' });
  editor.get('modeling').updateProperties(step, { name });"""
TOUCH = """async (bpmn) => {
  const editor = window.editor;
  editor.page.key = /<bpmn:process id="([^"]+)"/.exec(bpmn)[1];
  await editor.draw(bpmn);
  const steps = editor.elements().filter((one) => !one.waypoints && !one.host && one.parent);
  const step = steps.find((one) => one.type.endsWith('Task')) ?? steps[0];
  %s
  return editor.xml();
}"""
FOREIGN = """
      <tool:note xmlns:tool="urn:other:tool" xmlns:more="urn:more" kind="secret" more:colour="red"><tool:inner a="1">text &amp; more</tool:inner></tool:note>
      <other:thing xmlns:other="urn:second:tool"/>"""


@pytest.fixture
def editor(open_editor):
    page = open_editor()
    yield page
    page.evaluate("window.editor.isChanged = false")


def touched(page, bpmn: str, by: str = MOVE) -> str:
    return page.evaluate(TOUCH % by, bpmn)


def said(before: str, after: str) -> list[str]:
    return [change.text("en") for change in compare_versions(before, after).changes]


def test_shipped_diagrams_say_the_same_after_they_were_opened_touched_and_written(editor, complaints):
    for shipped in shipped_processes():
        after = touched(editor, shipped.bpmn)
        assert after != shipped.bpmn
        assert (shipped.key, said(shipped.bpmn, after)) == (shipped.key, [])
    assert complaints == []


def test_words_of_other_tools_are_kept(editor):
    (shipped,) = [one for one in shipped_processes() if one.key == "contract_lifecycle"]
    place = '<flow:distinct from="draft_contract"/>'
    assert place in shipped.bpmn
    after = touched(editor, shipped.bpmn.replace(place, place + FOREIGN, 1))
    root = etree.fromstring(after.encode())
    (note,) = root.iter("{urn:other:tool}note")
    assert dict(note.attrib) == {"kind": "secret", "{urn:more}colour": "red"}
    assert note[0].text == "text & more"
    assert note.getparent().getparent().get("id") == "manager_review"
    assert len(list(root.iter("{urn:second:tool}thing"))) == 1


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2))
def test_random_processes_say_the_same(editor, seed):
    chance = random.Random(seed)
    for number in range(50):
        drawing = Graph(("row", ["user", big(chance, chance.randint(2, 14))])).drawing()
        before = ensure_layout(drawing.bytes()).decode()
        assert (number, said(before, touched(editor, before))) == (number, [])


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2))
def test_what_is_drawn_against_the_rules_is_not_put_right_in_silence(editor, seed):
    """Moved it would be: bpmn-js takes away flows that BPMN forbids."""
    for number in range(50):
        sketch = Sketch(1000 * seed + number, size=6, lanes=number % 4)
        before = ensure_layout(sketch.bytes()).decode()
        assert (number, said(before, touched(editor, before, by=RENAME))) == (number, [])
