"""Spoilt diagrams on the real engine: what the lint accepts really is sound.

Whatever is accepted is run in many random schedules. It must always be over or wait for somebody or
something outside; no step may be open twice; and a step that was open may only disappear by being done,
or because something the diagram says took it away."""

import random
from collections import Counter

import pytest
from lxml import etree

from tests.conformance.blocks import called, tables
from tests.conformance.drawing import draw, draw_table
from tests.conformance.growing import grow
from tests.workflows.engine.drawing import VOCABULARY, Drawing, FakeHost
from tests.workflows.engine.tokens import Everything, grown, spoil
from workflows.engine import Case, DefinitionError, Vocabulary, compile_definition

SCHEDULES = 50
STEPS = 40
OUTSIDE = ("work_item", "incident", "timer", "message", "signal")
# True or false by chance, each time anew.
PERHAPS = "subject.amount >= 50"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


class Fickle(FakeHost):
    """A business row that is different whenever somebody looks at it."""

    def __init__(self, chance):
        super().__init__()
        self.chance = chance

    def subject(self, path):
        return self.chance.randint(0, 99)


class Run:
    """One case in one random schedule."""

    def __init__(self, definition, chance, data=None):
        self.definition, self.chance = definition, chance
        self.case = Case.start(definition, Fickle(chance), data or {})
        self.told = 0
        self.check({}, None)

    def items(self):
        return {each.token: each for each in self.case.waiting() if each.kind == "work_item"}

    def go(self):
        for _ in range(STEPS):
            if self.case.is_completed:
                return
            before = self.items()
            movable = [each for each in self.case.waiting() if each.kind in OUTSIDE]
            if not movable:
                return  # only conditions wait: for data, which somebody may mend
            acted = self.chance.choice(movable)
            self.act(acted)
            self.check(before, acted)

    def act(self, waiting):
        fields = {field.id: self.chance.choice([0, 1, 2, 5]) for field in waiting.element.form}
        if waiting.kind == "work_item":
            self.case.complete(waiting.token, fields)
        elif waiting.kind == "incident":
            self.case.retry(waiting.token)
        else:
            self.case.fire(waiting.token, fields or None)

    def check(self, before, acted):
        case = self.case
        while any(each.kind == "continuation" for each in case.waiting()):
            case.continue_()
        waiting = case.waiting()
        if case.is_completed:
            assert waiting == []
        else:
            assert any(each.kind in (*OUTSIDE, "condition") for each in waiting), "nothing can go on"
        events = case.events[self.told :]
        self.told = len(case.events)
        told = {each.token for each in events if each.kind == "cancelled"}
        for token, item in before.items():
            if token not in self.items() and (acted is None or token != acted.token):
                assert token in told, f"{item.element.id} is lost"
                self.check_cause(item, acted, events)

    def check_cause(self, item, acted, events):
        """What may take an open step away: for a diagram of anything, only that it was told."""


class StrictRun(Run):
    """A case of a plain plan, of which more is known."""

    def __init__(self, definition, chance, beside=frozenset()):
        self.beside = beside  # elements on the paths of non-interrupting events
        super().__init__(definition, chance)

    def check(self, before, acted):
        super().check(before, acted)
        at = Counter(each.element.id for each in self.case.waiting() if each.kind == "work_item")
        assert [id for id, count in at.items() if count > 1 and id not in self.beside] == []

    def check_cause(self, item, acted, events):
        cleared = any(each.element.event_kind == "terminate" for each in events if each.element is not None)
        interrupted = acted.element.host in (item.element.id, "sub") and acted.element.interrupting
        assert cleared or interrupted, f"{item.element.id} is taken away"


def run_all(make_run, seed):
    for schedule in range(SCHEDULES):
        try:
            make_run(random.Random(f"{seed} {schedule}")).go()
        except Exception as error:
            error.add_note(f"seed {seed}, schedule {schedule}")
            raise


# -- plain plans: every construct of flow, spoilt


def plan_of(seed):
    chance = random.Random(seed)
    plan = spoil(grown(chance, chance.randint(4, 14)), chance, chance.randint(1, 3))
    for gateway, kind in plan.kinds.items():
        ways = sum(1 for source, _ in plan.flows.values() if source == gateway)
        if kind == "choice" and ways > 1:
            plan.default(gateway, chance.randrange(ways))
    return plan, chance.random() < 0.3


def definition_of(plan, *, inside):
    drawing = plan.drawing(PERHAPS)
    if inside:
        outer = Drawing().start().user("first").end("last").chain("start", "first", "sub", "last")
        outer.element("subProcess", "sub", "\n".join(drawing.parts)).element("endEvent", "late")
        timer = "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>"
        outer.element("boundaryEvent", "on_sub", timer, attachedToRef="sub").flow("on_sub", "late")
        drawing = outer
    return compile_definition(drawing.bytes(), VOCABULARY)


def play_plans(seeds):
    accepted = 0
    for seed in seeds:
        plan, inside = plan_of(seed)
        try:
            definition = definition_of(plan, inside=inside)
        except DefinitionError:
            continue
        accepted += 1
        everything = Everything(plan)
        events = (name for name, kind in plan.kinds.items() if kind == "beside")
        beside = set().union(*(everything.ways[event] for event in events))
        run_all(lambda chance, d=definition, b=beside: StrictRun(d, chance, b), seed)
    return accepted


# -- trees of everything, with their files spoilt


def spoil_file(data, chance):
    """Let flows lead elsewhere, or make gateways of another kind."""
    root = etree.fromstring(data)
    scopes = [root.find(f"{BPMN}process"), *root.iter(f"{BPMN}subProcess", f"{BPMN}transaction")]
    for _ in range(chance.randint(1, 2)):
        scope = chance.choice([each for each in scopes if each.find(f"{BPMN}sequenceFlow") is not None])
        flows = scope.findall(f"{BPMN}sequenceFlow")
        kinds = [f"{BPMN}{kind}Gateway" for kind in ("exclusive", "parallel", "inclusive")]
        gateways = [each for each in scope if each.tag in kinds]
        if gateways and chance.random() < 0.6:
            change(chance.choice(gateways), chance.choice(kinds), flows)
        else:
            targets = sorted({flow.get("targetRef") for flow in flows})
            chance.choice(flows).set("targetRef", chance.choice(targets))
    return etree.tostring(root)


def change(gateway, tag, flows):
    gateway.tag = tag
    leaving = [flow for flow in flows if flow.get("sourceRef") == gateway.get("id")]
    if tag.endswith("parallelGateway"):
        gateway.attrib.pop("default", None)
        for flow in leaving:
            for condition in flow.findall(f"{BPMN}conditionExpression"):
                flow.remove(condition)
    elif len(leaving) > 1:
        for flow in leaving:
            if flow.find(f"{BPMN}conditionExpression") is None and flow.get("id") != gateway.get("default"):
                etree.SubElement(flow, f"{BPMN}conditionExpression").text = PERHAPS


def decisions_of(process):
    return {table.name: draw_table(table) for table in tables(process)}


def play_trees(seeds):
    accepted = 0
    for seed in seeds:
        process, chance = grow(seed), random.Random(seed)
        known = {}
        fields = dict(VOCABULARY.subject_fields)
        try:
            for each in called(process):
                vocabulary = Vocabulary(processes=dict(known), subject_fields=fields)
                known[each.key] = compile_definition(draw(each), vocabulary, decisions=decisions_of(each))
            vocabulary = Vocabulary(processes=dict(known), subject_fields=fields)
            spoilt = spoil_file(draw(process), chance)
            definition = compile_definition(spoilt, vocabulary, decisions=decisions_of(process))
        except DefinitionError:
            continue
        accepted += 1
        run_all(lambda chance, d=definition, p=process: Run(d, chance, dict(p.lists)), seed)
    return accepted


def test_plans_that_are_accepted_never_hang():
    assert play_plans(range(400)) >= 40


def test_trees_that_are_accepted_never_hang():
    assert play_trees(range(80)) >= 10


@pytest.mark.long
@pytest.mark.parametrize("begin", range(1_000, 6_000, 500))
def test_many_plans(begin):
    play_plans(range(begin, begin + 500))


@pytest.mark.long
@pytest.mark.parametrize("begin", range(1_000, 3_000, 200))
def test_many_trees(begin):
    play_trees(range(begin, begin + 200))
