"""Soundness of every construct: what is fine, what is spoilt, and against a game that tries everything."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflows.engine.drawing import VOCABULARY, Drawing
from tests.workflows.engine.tokens import Everything, Plan, grown, spoil
from workflows.engine import compile_definition
from workflows.engine.lint.soundness import Graph, check_flow, graph_of, judge, judge_from
from workflows.engine.outline import choose_process, read_outline
from workflows.engine.problems import Findings
from workflows.engine.xmlsafe import read_xml


def outline_of(drawing):
    root = read_xml(drawing.bytes())
    return read_outline(root, choose_process(root, None), Findings())


def found(plan):
    """(code, element) of what the token game finds."""
    findings = Findings()
    check_flow(outline_of(plan.drawing() if isinstance(plan, Plan) else plan), findings)
    for problem in findings.problems:
        for lang in ("en", "zh-hans"):
            assert "…" not in problem.message(lang) + problem.hint(lang)
            assert problem.hint(lang)
    return [(problem.code, problem.element) for problem in findings.sorted()]


SOUND = {
    "inclusive pair": Plan(
        "start inclusive1 user1 inclusive2 end", "inclusive1 user2 inclusive2", "inclusive1 user3 inclusive2"
    ),
    "inclusive default past the join": Plan(
        "start inclusive1 user1 inclusive2 choice end", "inclusive1 user2 inclusive2", "inclusive1 choice"
    ).default("inclusive1", 2),
    "inclusive join of a parallel split": Plan("start parallel user1 inclusive end", "parallel user2 inclusive"),
    "inclusive join of a choice": Plan("start choice user1 inclusive end", "choice user2 inclusive"),
    "inclusive join of what may have ended": Plan(
        "start parallel user1 choice inclusive end", "choice end2", "parallel user2 inclusive"
    ),
    "inclusive ways that simply end": Plan(
        "start inclusive1 user1 inclusive2 end", "inclusive1 user2 end2", "inclusive1 user3 inclusive2"
    ),
    "inclusive pair in a loop": Plan(
        "start choice1 inclusive1 user1 inclusive2 choice2 end", "inclusive1 user2 inclusive2", "choice2 choice1"
    ),
    "inclusive pairs that are not nested": Plan(
        "start inclusive1 user1 inclusive2 inclusive3 end", "inclusive1 user2 inclusive2", "inclusive1 user3 inclusive3"
    ),
    "interrupting event that comes back": Plan("start user choice end", "on user2 choice", on="user"),
    "interrupting event in a branch": Plan(
        "start parallel1 user1 choice parallel2 end", "parallel1 user2 parallel2", "on user3 choice", on="user1"
    ),
    "non-interrupting event with its own end": Plan("start user end", "beside user2 end2", beside="user"),
    "non-interrupting event into the common end": Plan("start user end", "beside user2 end", beside="user"),
    "two non-interrupting events into one path": Plan(
        "start user end", "beside1 choice user2 end2", "beside2 choice", beside1="user", beside2="user"
    ),
    "parallel section beside": Plan(
        "start user end", "beside parallel1 user2 parallel2 end2", "parallel1 user3 parallel2", beside="user"
    ),
    "terminate out of a parallel section": Plan(
        "start parallel1 user1 choice parallel2 end", "choice terminate", "parallel1 user2 parallel2"
    ),
    "terminate beside the rest": Plan("start parallel user1 terminate", "parallel user2 end"),
    "terminate as the only way out of a loop": Plan(
        "start choice1 parallel1 user1 parallel2 choice2 choice1", "parallel1 user2 parallel2", "choice2 terminate"
    ),
    "event gateway": Plan("start race catch1 user choice end", "race catch2 choice"),
    "event gateway with an end of its own": Plan("start race catch1 end", "race catch2 end2"),
    "starts that meet": Plan("start1 user1 choice user3 end", "start2 user2 choice"),
}  # fmt: skip

SPOILT = {
    "choice after an inclusive split": (
        Plan("start inclusive user1 choice user3 end", "inclusive user2 choice"),
        [("second_token", "choice")],
    ),
    "parallel join of an inclusive split": (
        Plan("start inclusive user1 parallel end", "inclusive user2 parallel"),
        [("join_never_fires", "parallel")],
    ),
    "inclusive joins that wait for each other": (
        Plan(
            "start parallel user1 inclusive1 choice1 end1", "parallel user2 inclusive2 choice2 end2",
            "choice1 inclusive2", "choice2 inclusive1",
        ),
        [("join_never_fires", "inclusive1"), ("join_never_fires", "inclusive2")],
    ),
    "interrupting event out of a branch": (
        Plan("start parallel1 user1 parallel2 end", "parallel1 user2 parallel2", "on end2", on="user1"),
        [("join_never_fires", "parallel2")],
    ),
    "interrupting event before the fork": (
        Plan("start choice parallel1 user1 parallel2 end", "parallel1 user2 parallel2", "on choice", on="user1"),
        [("second_token", "parallel1")],
    ),
    "interrupting event into the join": (
        Plan("start user1 parallel end", "on parallel", on="user1"),
        [("join_never_fires", "parallel")],
    ),
    "non-interrupting event that comes back": (
        Plan("start user1 choice user2 end", "beside user3 choice", beside="user1"),
        [("side_path_returns", "choice")],
    ),
    "non-interrupting event into a parallel join": (
        Plan("start user1 parallel user2 end", "beside parallel", beside="user1"),
        [("join_never_fires", "parallel"), ("side_path_returns", "parallel")],
    ),
    "non-interrupting event on the path of another, back into the first": (
        Plan("start user1 choice end", "beside1 user2 end2", "beside2 choice", beside1="user1", beside2="user2"),
        [("side_path_returns", "choice")],
    ),
    "choice beside that starves its join": (
        Plan("start user end", "beside choice user2 parallel end2", "choice user3 parallel", beside="user"),
        [("join_never_fires", "parallel")],
    ),
    "plain end where terminate was meant": (
        Plan("start parallel1 user1 choice parallel2 end", "choice end2", "parallel1 user2 parallel2"),
        [("join_never_fires", "parallel2")],
    ),
    "join that terminate always forestalls": (
        Plan("start1 parallel1 user1 parallel2 user3 end", "parallel1 user2 terminate", "start2 parallel2"),
        [("join_never_fires", "parallel2"), ("never_reached", "parallel2")],
    ),
    "event gateway into a parallel join": (
        Plan("start race catch1 parallel end", "race catch2 parallel"),
        [("join_never_fires", "parallel")],
    ),
    "starts that wait for each other": (
        Plan("start1 user1 parallel end", "start2 user2 parallel"),
        [("join_never_fires", "parallel")],
    ),
    "no way to end": (
        Plan("start parallel user1 choice1 user2 choice1", "parallel end"),
        [("cannot_end", "process")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_accepts(name):
    assert Everything(SOUND[name]).is_sound() is True
    assert found(SOUND[name]) == []


@pytest.mark.parametrize("name", SPOILT)
def test_refuses(name):
    plan, expected = SPOILT[name]
    if ("never_reached", "parallel2") not in expected:
        assert Everything(plan).is_sound() is False
    assert sorted(found(plan)) == expected


def test_says_where_the_tokens_stand():
    findings = Findings()
    check_flow(outline_of(SPOILT["interrupting event out of a branch"][0].drawing()), findings)
    [problem] = findings.problems
    assert problem.params["tokens"] == ["user2"]
    assert "user2" in problem.message("en")
    assert "user2" in problem.message("zh-hans")


# -- scopes


def subprocess(inner, tag="subProcess", **attributes):
    drawing = Drawing().start().end().chain("start", "sub", "end")
    part = Drawing("inner")
    inner(part)
    return drawing.element(tag, "sub", "\n".join(part.parts), **attributes)


def stuck_inside(part):
    part.start("s").choice("x").parallel("j").user("a", "b").end("e")
    part.chain("s", "x", "a", "j", "e").chain("x", "b", "j")


def fine_inside(part):
    part.start("s").parallel("p", "j").user("a", "b").end("e").chain("s", "p", "a", "j", "e").chain(
        "p", "b", "j"
    )


@pytest.mark.parametrize("tag", ["subProcess", "transaction"])
def test_each_scope_is_looked_at(tag):
    assert found(subprocess(stuck_inside, tag)) == [("join_never_fires", "j")]
    assert found(subprocess(fine_inside, tag)) == []


def test_an_event_subprocess_is_a_scope_of_its_own():
    def both(part):
        fine_inside(part)
        handler = Drawing("handler").user("h1", "h2").choice("hx").parallel("hj").end("he")
        handler.element("startEvent", "hs", "<bpmn:signalEventDefinition/>", isInterrupting="false")
        handler.chain("hs", "hx", "h1", "hj", "he").chain("hx", "h2", "hj")
        part.element("subProcess", "handler", "\n".join(handler.parts), triggeredByEvent="true")

    assert found(subprocess(both)) == [("join_never_fires", "hj")]


@pytest.mark.parametrize(("kind", "leaves"), [("error", True), ("cancel", True), ("escalation", False)])
def test_an_end_that_leaves_the_scope_ends_everything_in_it(kind, leaves):
    def inside(part):
        part.start("s").parallel("p", "j").user("a", "b").choice("x").end("e")
        part.element("endEvent", "out", f"<bpmn:{kind}EventDefinition/>")
        part.chain("s", "p", "a", "x", "j", "e").chain("p", "b", "j").chain("x", "out")

    expected = [] if leaves else [("join_never_fires", "j")]
    assert found(subprocess(inside, "transaction")) == expected


def test_an_event_at_the_edge_of_a_subprocess_is_one_more_outcome():
    drawing = subprocess(fine_inside).user("after").choice("m")
    drawing.element("boundaryEvent", "failed", "<bpmn:errorEventDefinition/>", attachedToRef="sub")
    assert found(drawing.chain("failed", "after", "end")) == []


def test_links_are_flows():
    drawing = Drawing().start().user("a").end().chain("start", "a")
    drawing.element("intermediateThrowEvent", "go", '<bpmn:linkEventDefinition name="there"/>').chain(
        "a", "go"
    )
    drawing.element("intermediateCatchEvent", "there", '<bpmn:linkEventDefinition name="there"/>')
    assert found(drawing.parallel("j").user("b").chain("there", "j", "end").chain("b", "j")) != []
    drawing = Drawing().start().user("a").end().chain("start", "a").chain("there", "end")
    drawing.element("intermediateThrowEvent", "go", '<bpmn:linkEventDefinition name="there"/>').chain(
        "a", "go"
    )
    drawing.element("intermediateCatchEvent", "there", '<bpmn:linkEventDefinition name="there"/>')
    assert found(drawing) == []


# -- from any marking

FORK = Plan("start choice1 parallel1 user1 user2 parallel2 user4 choice2 end", "parallel1 user3 parallel2", "choice2 choice1")  # fmt: skip
JOIN1, JOIN2 = ("parallel2", "f5"), ("parallel2", "f10")
INCLUSIVE = Plan(
    "start inclusive1 user1 inclusive2 end", "inclusive1 user2 inclusive2", "on user3 inclusive2",
    "beside user4 user5 end2", on="user2", beside="user1",
)  # fmt: skip


@pytest.mark.parametrize(
    ("plan", "tokens", "what"),
    [
        (FORK, ["start"], ""),
        (FORK, ["user2", "user3"], ""),
        (FORK, ["user2", JOIN2], ""),
        (FORK, [JOIN1, JOIN2], ""),
        (FORK, ["parallel1"], ""),
        (FORK, ["parallel2"], ""),
        (FORK, ["choice1"], ""),
        (FORK, [], ""),
        (FORK, ["user2"], "stuck"),
        (FORK, [JOIN1], "stuck"),
        (FORK, ["user4", JOIN1], "stuck"),
        (FORK, ["user1", "user2", "user3"], "second"),
        (FORK, [JOIN1, JOIN1, JOIN2], "second"),
        (FORK, ["user1", "user3", "user4"], "second"),
        (FORK, ["user2", "user3", "choice1"], "second"),
        (FORK, ["user1", "user3", JOIN2], "second"),
        (INCLUSIVE, ["user1"], ""),
        (INCLUSIVE, ["user1", "user2"], ""),
        (INCLUSIVE, ["user1", ("inclusive2", "f6")], ""),
        (INCLUSIVE, ["user1", "user3"], ""),
        (INCLUSIVE, [("inclusive2", "f6")], ""),
        (INCLUSIVE, ["inclusive2"], ""),
        (INCLUSIVE, ["inclusive1"], ""),
        (INCLUSIVE, ["user1", "user4", "user5"], ""),
        (INCLUSIVE, ["user2", "user3", "user1"], "second"),
    ],
)
def test_from_any_marking(plan, tokens, what):
    definition = compile_definition(plan.drawing().bytes(), VOCABULARY)
    for graph in (graph_of(definition, "process"), Graph.of_scope(outline_of(plan.drawing()).root)):
        verdict = judge_from(graph, tokens)
        assert verdict.sound == (what == ""), verdict
        assert not what or getattr(verdict, what)


def test_a_race_stands_at_its_gateway():
    plan = Plan("start race catch1 parallel end", "race catch2 parallel", "user parallel")
    graph = Graph.of_scope(outline_of(plan.drawing()).root)
    assert judge_from(graph, ["catch1"]).stuck == judge_from(graph, ["race"]).stuck == ["parallel"]


# -- against everything that can happen


def agree(plan):
    """A plan that is sound by the rule of BPMN alone must be accepted, and one that is not even sound
    when the engine's order is kept must be refused. Gives whether the lint could decide."""
    verdict = judge(outline_of(plan.drawing()))
    if verdict.undecided:
        return False
    if verdict.sound:
        assert Everything(plan, patient=True).is_sound() is not False
    else:
        assert Everything(plan).is_sound() is not True
    return True


def agree_from(plan, chance):
    """The same from a few tokens anywhere. In a plan they are on flows; the lint is told where they stand."""
    everything = Everything(plan)
    begun = everything.ways["start1"]
    flows = [
        flow
        for flow, (source, target) in plan.flows.items()
        if target in begun and not target.startswith("end") and plan.kinds[source] != "race"
    ]
    chosen = chance.sample(flows, min(len(flows), chance.randint(1, 3)))
    tokens = []
    for flow in chosen:
        target = plan.flows[flow][1]
        joins = plan.kinds[target] in ("parallel", "inclusive") and len(everything.arriving[target]) > 1
        tokens.append((target, flow) if joins else target)
    verdict = judge_from(Graph.of_scope(outline_of(plan.drawing()).root), tokens)
    if verdict.sound:
        assert Everything(plan, patient=True).plays_well(chosen) is not False
    elif not verdict.undecided:
        assert everything.plays_well(chosen) is not True
    return verdict.sound


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(2, 10))
def test_judges_what_is_sound_like_brute_force(chance, size):
    agree(grown(chance, size))


@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(2, 9), st.integers(1, 3))
def test_judges_what_is_spoilt_like_brute_force(chance, size, times):
    agree(spoil(grown(chance, size), chance, times))


@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(2, 9), st.integers(0, 1))
def test_judges_any_marking_like_brute_force(chance, size, times):
    agree_from(spoil(grown(chance, size), chance, times), chance)


def test_nearly_everything_is_decided():
    plans = []
    for seed in range(400):
        chance = random.Random(seed)
        plans.append(spoil(grown(chance, chance.randint(3, 12)), chance, chance.randint(0, 2)))
    assert sum(agree(plan) for plan in plans) >= len(plans) * 49 / 50


@pytest.mark.long
@pytest.mark.parametrize("begin", range(0, 20_000, 1_000))
def test_many_agree(begin):
    for seed in range(begin, begin + 1_000):
        chance = random.Random(seed)
        plan = spoil(grown(chance, chance.randint(3, 14)), chance, chance.randint(0, 3))
        agree(plan)
        agree_from(plan, chance)


def test_large_ones_are_decided_in_time():
    undecided = 0
    for seed in range(30):
        chance = random.Random(seed)
        plan = spoil(grown(chance, 150), chance, seed % 3)
        outline = outline_of(plan.drawing())
        began = time.perf_counter()
        undecided += judge(outline).undecided
        assert time.perf_counter() - began < 5
    assert undecided <= 3


def test_is_the_same_every_time():
    drawing = spoil(grown(random.Random(5), 60), random.Random(6), 4).drawing()
    first = judge(outline_of(drawing))
    assert judge(outline_of(drawing)) == first
