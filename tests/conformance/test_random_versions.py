"""Random processes get another version while cases run: steps are put into flows, events are added, steps
are taken out. What goes over goes on to its end; what cannot is told why and stays as it was."""

import json
import random
from collections import Counter

import pytest
from lxml import etree

from tests.conformance.blocks import called, tables
from tests.conformance.drawing import draw, draw_table
from tests.conformance.growing import grow
from tests.conformance.playing import compile_all
from tests.conformance.test_random_moves import Mover
from workflows.engine import CannotMigrate, Case, DefinitionError, Vocabulary, compile_definition, migrate

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
PEOPLE = ("userTask", "manualTask", "task")
STANDS = ("work_item", "timer", "message", "signal", "condition", "inside", "join", "incident")


class Version:
    """The file of a process that is changed step by step."""

    def __init__(self, process, chance, stands):
        self.root, self.chance, self.count = etree.fromstring(draw(process)), chance, 0
        self.stands = stands

    def change(self):
        self.chance.choice((self.put_in, self.put_in, self.take_out, self.take_out, self.remind))()

    def new(self, scope, tag, **attributes):
        self.count += 1
        return etree.SubElement(scope, BPMN + tag, id=f"new{self.count}", **attributes)

    def put_in(self):
        """A step into a flow; the flow keeps its id where it arrives."""
        flow = self.chance.choice(list(self.root.iter(f"{BPMN}sequenceFlow")))
        source = self.root.find(f".//*[@id='{flow.get('sourceRef')}']")
        if source.tag.endswith("Gateway"):
            return  # its condition stays with it
        step = self.new(flow.getparent(), "userTask")
        self.new(flow.getparent(), "sequenceFlow", sourceRef=source.get("id"), targetRef=step.get("id"))
        flow.set("sourceRef", step.get("id"))

    def take_out(self):
        """A person's step without a marker and without events, that does not decide whether a loop goes on."""
        flows = list(self.root.iter(f"{BPMN}sequenceFlow"))
        kept = {each.get("attachedToRef") for each in self.root.iter()}
        kept |= {flow.get("sourceRef") for flow in flows if flow.get("targetRef").endswith("_gate")}
        steps = [
            step
            for tag in PEOPLE
            for step in self.root.iter(BPMN + tag)
            if step.find(f"{BPMN}multiInstanceLoopCharacteristics") is None
            and step.find(f"{BPMN}standardLoopCharacteristics") is None
            and step.get("id") not in kept
        ]
        if not steps:
            return
        here = [step for step in steps if step.get("id") in self.stands]
        step = self.chance.choice(here if here and self.chance.random() < 0.3 else steps)
        into = [flow for flow in flows if flow.get("targetRef") == step.get("id")]
        (out,) = [flow for flow in flows if flow.get("sourceRef") == step.get("id")]
        for flow in into:
            flow.set("targetRef", out.get("targetRef"))
        for gone in (step, out):
            gone.getparent().remove(gone)

    def remind(self):
        """A reminder on a person's step."""
        steps = [step for tag in PEOPLE for step in self.root.iter(BPMN + tag)]
        if not steps:
            return
        step = self.chance.choice(steps)
        scope = step.getparent()
        event = self.new(scope, "boundaryEvent", attachedToRef=step.get("id"), cancelActivity="false")
        timer = etree.SubElement(event, f"{BPMN}timerEventDefinition")
        etree.SubElement(timer, f"{BPMN}timeDuration").text = "PT1H"
        last = self.new(scope, "endEvent")
        self.new(scope, "sequenceFlow", sourceRef=event.get("id"), targetRef=last.get("id"))

    def compile(self, process, known):
        decisions = {table.name: draw_table(table) for table in tables(process)}
        vocabulary = Vocabulary(processes=dict(known))
        return compile_definition(etree.tostring(self.root), vocabulary, decisions=decisions)


def change(process, chance, stands):
    """Another version of a process and of what it calls; None where the lint refuses it."""
    known = {}
    for each in [*called(process), process]:
        version = Version(each, chance, stands)
        for _ in range(chance.choice((0, 1, 2)) if each is not process else chance.choice((1, 2, 3))):
            version.change()
        try:
            known[each.key] = version.compile(each, known)
        except DefinitionError:
            return None
    return known[process.key]


def go_over(mover, new):
    """Migrate a case, as far as it can."""
    case, old = mover.case, mover.definition
    before = json.dumps(case.state())
    stands = {each.path for each in case.waiting() if each.kind in STANDS and not each.element.host}
    gone = {path for path in stands if new.find(path) is None}
    state = None
    obstacles = ()
    try:
        state = migrate(json.loads(before), old, new, host=case.host)
    except CannotMigrate as refused:
        obstacles = refused.obstacles
    assert {each.element for each in obstacles if each.code == "migrate_element_gone"} == gone
    assert json.dumps(case.state()) == before
    if state is None:
        mover.count.update(each.code for each in obstacles)
        return
    over = Case.load(new, state, case.host)
    now = {each.token: each.path for each in over.waiting()}
    for each in case.waiting():
        assert now.get(each.token) in (each.path, None)
        assert each.token in now or each.element.kind in ("boundary_event", "start_event")
    mover.count["accepted"] += 1
    mover.definition, mover.case = new, over
    over.continue_()
    over.events.clear()
    over.outbox.clear()
    mover.settle()


def play(seeds):
    count = Counter()
    for seed in seeds:
        process = grow(seed)
        compiled = compile_all(process)
        if compiled.refusals:
            continue
        chance = random.Random(f"versions {seed}")
        try:
            mover = Mover(compiled, chance)
            for _ in range(chance.randint(0, 12)):
                if mover.case.is_completed or not mover.possible():
                    break
                mover.act(chance.choice(mover.possible()))
            new = change(process, chance, {each.element.id for each in mover.case.waiting()})
            if new is None or mover.case.is_completed:
                continue
            go_over(mover, new)
            mover.finish()
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise
        count += mover.count
    return count


def test_random_versions():
    count = play(range(100))
    assert count["accepted"] >= 30
    assert count["migrate_element_gone"] >= 2


@pytest.mark.long
@pytest.mark.parametrize("begin", range(1_000, 3_000, 200))
def test_many_random_versions(begin):
    play(range(begin, begin + 200))


if __name__ == "__main__":
    import sys

    for what, number in sorted(play(range(int(sys.argv[1]), int(sys.argv[2]))).items(), key=str):
        print(number, what)
