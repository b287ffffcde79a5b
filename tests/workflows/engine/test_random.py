"""Random processes as graphs: the lint accepts every sound one, and agrees with brute force on spoilt ones.

That the engine runs such processes right is shown by `tests/conformance/test_differential.py`."""

from collections import Counter
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflows.engine.drawing import VOCABULARY, Drawing
from workflows.engine import check_definition
from workflows.engine.lint.soundness import judge
from workflows.engine.outline import choose_process, read_outline
from workflows.engine.problems import Findings
from workflows.engine.xmlsafe import read_xml

BLOCKS = st.recursive(
    st.sampled_from(["user", "script"]),
    lambda inner: st.one_of(
        st.tuples(st.just("row"), st.lists(inner, min_size=1, max_size=3)),
        st.tuples(st.just("choice"), st.lists(inner, min_size=2, max_size=3)),
        st.tuples(st.just("parallel"), st.lists(inner, min_size=2, max_size=3)),
        st.tuples(st.just("loop"), st.tuples(inner)),
    ),
    max_leaves=12,
)


class Graph:
    """A process as a graph: kinds of nodes, flows in order. Drawn for the engine, played below."""

    def __init__(self, block):
        self.kinds = {}
        self.flows = []  # (source, target, value of the choice that takes it, or None for the default)
        self.count = Counter()
        start, end = self.node("start"), self.node("end")
        first, last = self.block(block)
        self.flow(start, first)
        self.flow(last, end)

    def node(self, kind):
        self.count[kind] += 1
        name = f"{kind}{self.count[kind]}"
        self.kinds[name] = kind
        return name

    def flow(self, source, target, value=None):
        self.flows.append((source, target, value))

    def block(self, block):
        if isinstance(block, str):
            name = self.node(block)
            return name, name
        kind, inner = block
        if kind == "row":
            ends = [self.block(each) for each in inner]
            for (_, last), (first, _) in pairwise(ends):
                self.flow(last, first)
            return ends[0][0], ends[-1][1]
        if kind == "parallel":
            split, join = self.node("parallel"), self.node("parallel")
            for each in inner:
                first, last = self.block(each)
                self.flow(split, first)
                self.flow(last, join)
            return split, join
        if kind == "choice":
            asked, split, join = self.node("user"), self.node("choice"), self.node("merge")
            self.flow(asked, split)
            for number, each in enumerate(inner):
                first, last = self.block(each)
                self.flow(split, first, number or None)
                self.flow(last, join)
            return asked, join
        merge, asked, split = self.node("merge"), self.node("user"), self.node("choice")
        first, last = self.block(inner[0])
        self.flow(merge, first)
        self.flow(last, asked)
        self.flow(asked, split)
        self.flow(split, merge, 1)
        out = self.node("merge")
        self.flow(split, out)
        return merge, out

    def asked_before(self, choice):
        return next(source for source, target, _ in self.flows if target == choice)

    def default_of(self, choice):
        return next(
            number
            for number, (source, _, value) in enumerate(self.flows)
            if source == choice and value is None
        )

    def drawing(self):
        declared = "".join(
            f'<flow:variable name="n_{name}" type="integer" default="0"/>'
            for name, kind in self.kinds.items()
            if kind == "script"
        )
        drawing = Drawing(extensions=declared)
        for name, kind in self.kinds.items():
            if kind == "user":
                drawing.user(
                    name, extensions=f'<flow:form><flow:field id="v_{name}" type="integer"/></flow:form>'
                )
            elif kind == "script":
                drawing.script(name, f"n_{name} = n_{name} + 1")
            elif kind == "choice":
                drawing.choice(name, f"flow{self.default_of(name)}")
            elif kind == "merge":
                drawing.choice(name)
            elif kind == "parallel":
                drawing.parallel(name)
            else:
                drawing.element(f"{kind}Event", name)
        for number, (source, target, value) in enumerate(self.flows):
            condition = f"v_{self.asked_before(source)} == {value}" if value is not None else None
            drawing.flow(source, target, condition, id=f"flow{number}")
        return drawing


def big(chance, size):
    """A larger block than Hypothesis likes to make."""
    if size <= 1:
        return chance.choice(["user", "user", "script"])
    kind = chance.choice(["row", "row", "choice", "parallel", "loop"])
    if kind == "loop":
        return kind, (big(chance, size - 1),)
    parts = chance.randint(2, 3)
    return kind, [big(chance, max(1, size // parts)) for _ in range(parts)]


def outline_of(drawing):
    root = read_xml(drawing.bytes())
    return read_outline(root, choose_process(root, None), Findings())


def brute_force(graph):
    """Is every reachable marking safe, and can it end? None when there are too many."""
    incoming = {name: [n for n, (_, t, _) in enumerate(graph.flows) if t == name] for name in graph.kinds}
    outgoing = {name: [n for n, (s, _, _) in enumerate(graph.flows) if s == name] for name in graph.kinds}
    first = frozenset(outgoing["start1"])
    seen, pending, back = {first}, [first], {}
    while pending:
        marking = pending.pop()
        for name, kind in graph.kinds.items():
            takes = [incoming[name]] if kind == "parallel" else [[flow] for flow in incoming[name]]
            gives = [[flow] for flow in outgoing[name]] if kind in ("choice", "merge") else [outgoing[name]]
            for taken in takes:
                if not taken or not marking.issuperset(taken):
                    continue
                for given_ in gives:
                    rest = marking.difference(taken)
                    if not rest.isdisjoint(given_):
                        return False
                    after = rest.union(given_)
                    back.setdefault(after, []).append(marking)
                    if after not in seen:
                        if len(seen) > 20_000:
                            return None
                        seen.add(after)
                        pending.append(after)
    ending, pending = {frozenset()}, [frozenset()]
    while pending:
        for before in back.get(pending.pop(), ()):
            if before not in ending:
                ending.add(before)
                pending.append(before)
    return seen <= ending


@settings(max_examples=150, deadline=None)
@given(BLOCKS)
def test_the_lint_accepts_every_sound_process(block):
    drawing = Graph(("row", ["user", block])).drawing()
    assert [p for p in check_definition(drawing.bytes(), VOCABULARY) if p.severity == "error"] == []


@settings(max_examples=200, deadline=None)
@given(BLOCKS, st.randoms(use_true_random=False))
def test_the_lint_judges_spoilt_processes_like_brute_force(block, chance):
    graph = Graph(("row", ["user", block]))
    gates = [name for name, kind in graph.kinds.items() if kind in ("parallel", "merge", "choice")]
    for name in chance.sample(gates, min(len(gates), chance.randint(1, 2))):
        graph.kinds[name] = "merge" if graph.kinds[name] == "parallel" else "parallel"
    truth = brute_force(graph)
    if truth is not None:
        drawing = Drawing()
        for name, kind in graph.kinds.items():
            tag = {"parallel": "parallelGateway", "merge": "exclusiveGateway", "choice": "exclusiveGateway", "start": "startEvent",
                   "end": "endEvent", "user": "userTask", "script": "scriptTask"}[kind]  # fmt: skip
            drawing.element(tag, name)
        for source, target, _ in graph.flows:
            drawing.flow(source, target)
        verdict = judge(outline_of(drawing))
        assert not verdict.undecided
        assert verdict.sound == truth
