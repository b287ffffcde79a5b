"""Moving a case: what can be moved where, and that a refused move leaves no trace.

Every case is moved twice: straight, and saved and loaded between any two steps."""

import json
from copy import deepcopy

import pytest

from tests.conformance.runs import compile_sketch
from tests.conformance.sketch import (
    call,
    catch,
    end,
    handler,
    loop,
    multi,
    on,
    script,
    sketch,
    sub,
    transaction,
    user,
)
from tests.workflows.engine.drawing import FakeHost, Refused
from workflows.engine import Case, EngineError, NotWaiting, Place

NAMELESS = ("inside", "catcher")


@pytest.fixture(params=["straight", "saved"])
def run(request):
    """Starts a case of a sketch."""

    def start(drawn, *done, data=None):
        played = Moves(compile_sketch(drawn, {}), sleeps=request.param == "saved", data=data)
        for name in done:
            played.do(name)
        return played

    return start


class Moves:
    """A case whose tokens are named by their elements; `a#1` is the one in the second element."""

    def __init__(self, definition, *, sleeps, data=None):
        self.definition, self.sleeps, self.host = definition, sleeps, FakeHost()
        self.case = Case.start(definition, self.host, data or {})
        self.events = []
        self.after()

    def after(self):
        self.events = list(self.case.events)
        assert json.loads(json.dumps(self.case.state())) == self.case.state()
        if self.sleeps:
            self.case = Case.load(self.definition, json.loads(json.dumps(self.case.state())), self.host)
        self.case.events.clear()
        return self

    @property
    def at(self):
        """Where it stands, but for what is only inside of something else."""
        return sorted(name for name, each in self.named() if each.kind not in NAMELESS)

    def named(self):
        for each in self.case.waiting():
            yield each.path + "".join(f"#{index}" for index in each.indices), each

    def token(self, name):
        found = [each.token for known, each in self.named() if known == name]
        assert len(found) == 1, f"{name}: {found} of {[known for known, _ in self.named()]}"
        return found[0]

    def tokens(self, names):
        """`join by fork.join` is an arrival."""
        for name in names:
            element, _, flow = name.partition(" by ")
            yield (self.token(element), flow) if flow else self.token(element)

    def do(self, name, **data):
        waiting = dict(self.named())[name]
        if waiting.kind == "work_item":
            self.case.complete(waiting.token, data)
        else:
            self.case.fire(waiting.token, data or None)
        return self.after()

    def move(self, cancel="", at=()):
        self.case.place(cancel=list(self.tokens(_split(cancel))), at=_split(at))
        return self.after()

    def refuses(self, code, cancel="", at=()):
        """Refuse a move, and leave the case as it was in every respect."""
        before, case = deepcopy(self.case.state()), self.case
        told, sent = list(case.events), list(case.outbox)
        with pytest.raises(EngineError) as refused:
            case.place(cancel=list(self.tokens(_split(cancel))), at=_split(at))
        assert refused.value.code == code
        assert "…" not in refused.value.message("en") + refused.value.message("zh")
        assert json.dumps(case.state()) == json.dumps(before)
        assert (case.events, case.outbox) == (told, sent)
        return refused.value

    def needs(self, cancel="", at=(), **limit):
        """What else has to be cancelled, by name."""
        before = deepcopy(self.case.state())
        found = self.case.complete_move(list(self.tokens(_split(cancel))), _split(at), **limit)
        assert (self.case.state(), self.case.events) == (before, [])
        if found is None:
            return None
        names = {each.token: name for name, each in self.named()}
        return sorted(
            names[each] if isinstance(each, str) else f"{names[each[0]]} by {each[1]}" for each in found
        )

    def finish(self, *names):
        for name in names:
            self.do(name)
        assert self.case.is_completed
        assert self.case.waiting() == []
        return self

    @property
    def variables(self):
        known = self.definition.variables
        steps = self.definition.elements
        return {
            n: v for n, v in self.case.variables.items() if n in known and n not in steps and v is not None
        }


def _split(words):
    return words.split(", ") if isinstance(words, str) and words else list(words)


FORK = sketch("-> before -> fork -> a -> join -> after ->", "fork -> b -> b2 -> join")


class TestFork:
    def test_a_return_to_before_the_fork_takes_the_arrival_along(self, run):
        case = run(FORK, "before", "a")
        assert case.at == ["b", "join"]
        refused = case.refuses("place_twice", "b", "before")
        assert "join" in refused.message("en")
        case.move("b, join", "before")
        assert case.at == ["before"]
        case.do("before")
        assert case.at == ["a", "b"]
        case.do("b").do("b2")
        assert case.at == ["a", "join"]
        case.finish("a", "after")

    def test_back_inside_one_branch(self, run):
        case = run(FORK, "before", "b").move("b2", "b")
        assert case.at == ["a", "b"]
        case.finish("b", "a", "b2", "after")

    def test_an_arrival_is_taken_back(self, run):
        case = run(FORK, "before", "a").move("join by a.join", "a")
        assert case.at == ["a", "b"]
        case.finish("a", "b", "b2", "after")

    def test_into_the_middle_with_the_others_arrived(self, run):
        case = run(FORK)
        case.refuses("place_stuck", "before", "b2")
        case.move("before", [Place("b2"), Place("join", flow="a.join")])
        assert case.at == ["b2", "join"]
        case.finish("b2", "after")

    def test_jump_over(self, run):
        run(FORK).move("before", "after").finish("after")

    def test_at_the_join_itself_it_has_joined(self, run):
        run(FORK).move("before", "join").finish("after")

    def test_at_the_join_an_old_arrival_would_stay(self, run):
        case = run(FORK, "before", "a")
        case.refuses("place_stuck", "b", "join")
        case.move("b, join", "join").finish("after")

    def test_at_the_fork_itself(self, run):
        case = run(FORK).move("before", "fork")
        assert case.at == ["a", "b"]

    def test_one_branch_alone_cannot_be_withdrawn(self, run):
        case = run(FORK, "before")
        case.refuses("place_stuck", "a")
        case.refuses("place_stuck", "a, b", "b2")

    def test_all_of_it_cannot_be_withdrawn(self, run):
        run(FORK, "before").refuses("place_nothing_left", "a, b")

    def test_nothing_runs_twice(self, run):
        case = run(FORK, "before")
        case.refuses("place_twice", at="a")
        case.refuses("place_twice", at="b2")
        case.refuses("place_twice", "a", "before")

    def test_a_second_arrival_by_one_flow(self, run):
        case = run(FORK, "before", "a")
        case.refuses("place_twice", "b", [Place("join", flow="a.join"), Place("b2")])

    def test_the_last_arrival_lets_it_join(self, run):
        case = run(FORK, "before", "a").move("b", [Place("join", flow="b2.join")])
        case.finish("after")

    def test_a_loop_around_the_fork_joins_in_every_round(self, run):
        drawn = sketch(
            "-> merge -> fork -> a -> join -> ask -> which -> [again == 1] merge",
            "fork -> b -> join",
            "which ->",
            ask=user("again"),
            has="again",
        )
        case = run(drawn, "a", "b")
        for _ in range(3):
            case.move("ask", "b, a").do("a").move("b, join", "merge").do("b").do("a").do("ask", again=1)
            case.do("a").do("b")
        case.do("ask", again=0)
        assert case.case.is_completed


class TestNames:
    def test_what_is_not_there(self, run):
        case = run(FORK, "before", "a")
        case.refuses("place_no_such_element", "b", "nowhere")
        case.refuses("place_no_such_element", "b", "a/b")
        case.refuses("place_no_such_flow", "b", [Place("join", flow="nowhere")])
        case.refuses("place_no_such_flow", "b", [Place("join", flow="fork.a")])
        case.refuses("place_flow_not_joined", "b", [Place("b2", flow="b.b2")])

    def test_a_token_that_is_gone(self, run):
        case = run(FORK, "before")
        token = case.token("a")
        case.do("a")
        state = deepcopy(case.case.state())
        for gone in (token, "99", "x", ("99", "a.join"), (case.token("join"), "b2.join")):
            with pytest.raises(NotWaiting):
                case.case.place(cancel=[gone], at=["a"])
            with pytest.raises(NotWaiting):
                case.case.place(cancel=[case.token("b")], at=[Place("a", beside=token)])
        assert case.case.state() == state

    def test_a_case_that_is_over_stays_over(self, run):
        case = run(FORK, "before").move("a, b", "after").do("after")
        assert case.case.is_completed
        refused = case.refuses("case_is_over", at="after")
        assert isinstance(refused, NotWaiting)
        with pytest.raises(NotWaiting):
            case.case.complete_move([], ["after"])

    def test_history_tells_of_it(self, run):
        case = run(FORK, "before", "a").move("b, join by a.join", "before")
        kinds = [event.kind for event in case.events]
        assert kinds == ["placed", "cancelled", "cancelled", "entered"]
        told = case.events[0].detail
        assert told["at"] == [{"element": "before"}]
        assert [(each["element"], each.get("flow")) for each in told["cancel"]] == [
            ("b", None),
            ("join", "a.join"),
        ]
        assert json.loads(json.dumps(told)) == told

    def test_other_tokens_keep_their_ids_and_the_case_its_variables(self, run):
        drawn = sketch("-> ask -> fork -> a -> join ->", "fork -> b -> join", ask=user("n"), has="n")
        case = run(drawn).do("ask", n=7)
        kept = case.token("b")
        case.move("a", "a")
        assert case.token("b") == kept
        assert case.variables == {"n": 7}


class TestInclusive:
    DRAWN = sketch(
        "-> ask -> some -> [n > 0] a -> gather -> after ->",
        "some -> [n > 1] b -> gather",
        "some -> c -> gather",
        ask=user("n"),
        has="n",
    )

    def test_a_branch_can_be_withdrawn(self, run):
        case = run(self.DRAWN).do("ask", n=2)
        assert case.at == ["a", "b"]
        case.move("a")
        case.finish("b", "after")

    def test_a_branch_can_be_added(self, run):
        case = run(self.DRAWN).do("ask", n=1).do("a").move("after", "b, c")
        case.do("c")
        assert case.at == ["b", "gather"]
        case.finish("b", "after")

    def test_an_arrival_stays_and_is_joined(self, run):
        case = run(self.DRAWN).do("ask", n=2).do("a").move("b", "c")
        case.finish("c", "after")

    def test_not_beside_itself(self, run):
        case = run(self.DRAWN).do("ask", n=2)
        case.refuses("place_twice", "a", "after")


SUB = sketch(
    "-> before -> part -> after ->",
    "early -> late ->",
    part=sub("-> x -> y ->", has="own=5", x=user("own n"), y=script("n = own + 1")),
    early=on("part", "timer"),
    has="n",
)
DEEP = sketch(
    "-> before -> outer -> after ->",
    outer=sub("-> o1 -> inner -> o2 ->", inner=sub("-> i1 -> i2 ->")),
)


class TestSubprocess:
    def test_into_one_that_never_ran(self, run):
        case = run(SUB).move("before", "x")
        assert case.at == ["early", "x"]
        assert case.case.variables_at(case.token("x"))["own"] == 5
        case.do("x", own=8)
        assert case.variables == {"n": 9}
        case.finish("after")

    def test_its_events_wait_when_it_is_opened(self, run):
        run(SUB).move("before", "x").do("early").finish("late")

    def test_out_of_it_takes_it_along(self, run):
        case = run(SUB, "before").move("x", "before")
        assert case.at == ["before"]
        assert "frames" not in case.case.state()

    def test_back_into_one_that_is_done(self, run):
        case = run(SUB, "before", "x").move("after", "x")
        assert case.at == ["early", "x"]
        case.finish("x", "after")

    def test_inside_it_keeps_its_variables(self, run):
        drawn = sketch("-> part ->", part=sub("-> x -> y -> z ->", has="own=5", x=user("own")))
        case = run(drawn).do("x", own=9).move("y", "x")
        assert case.case.variables_at(case.token("x"))["own"] == 9
        case.finish("x", "y", "z")

    def test_starting_it_again_makes_its_variables_anew(self, run):
        drawn = sketch("-> part ->", part=sub("-> x -> y ->", has="own=5", x=user("own")))
        case = run(drawn).do("x", own=9).move("y", "part")
        assert case.case.variables_at(case.token("x"))["own"] == 5
        assert case.at == ["x"]

    def test_two_into_one_that_does_not_run(self, run):
        drawn = sketch("-> before -> part ->", part=sub("-> fork -> x -> join -> z ->", "fork -> y -> join"))
        case = run(drawn)
        case.refuses("place_stuck", "before", "x")
        case.move("before", "x, y")
        assert len(case.case.state()["frames"]) == 1
        case.finish("x", "y", "z")

    def test_with_what_runs_inside_when_the_whole_is_cancelled(self, run):
        case = run(SUB, "before").move("part", "after")
        assert case.at == ["after"]
        case.finish("after")

    def test_deep_in_and_out(self, run):
        case = run(DEEP).move("before", "i2")
        assert case.at == ["i2"]
        case.move("i2", "o1")
        assert case.at == ["o1"]
        assert len(case.case.state()["frames"]) == 1
        case.do("o1").move("i1", "after").finish("after")

    def test_it_is_not_entered_twice(self, run):
        case = run(DEEP, "before")
        case.refuses("place_twice", at="i1")
        case.refuses("place_twice", at="outer")
        case.refuses("place_twice", at="after")

    def test_a_transaction_can_be_cancelled_after_a_move(self, run):
        drawn = sketch(
            "-> before -> deal -> after ->",
            "off -> undo ->",
            deal=transaction(
                "-> x -> which -> [n == 1] stop", "which -> y ->", stop=end("cancel"), x=user("n")
            ),
            off=on("deal", "cancel"),
            has="n",
        )
        run(drawn).move("before", "x").do("x", n=1).finish("undo")


CALLED = sketch(
    "-> c1 -> fork -> c2 -> join ->", "fork -> c3 -> join", key="called", has="given out", c1=user("out")
)
CALLS = sketch(
    "-> before -> ask -> after ->",
    ask=call(CALLED, ins={"given": "n * 2"}, outs={"n": "out"}),
    before=user("n"),
    has="n=4",
)


class TestCalledProcess:
    def test_into_one_that_never_ran(self, run):
        case = run(CALLS).move("before", "ask/c1")
        assert case.at == ["ask/c1"]
        assert case.case.variables_at(case.token("ask/c1"))["given"] == 8
        case.do("ask/c1", out=3).do("ask/c2").do("ask/c3")
        assert case.variables == {"n": 3}
        case.finish("after")

    def test_back_inside_it(self, run):
        case = run(CALLS).do("before", n=1).do("ask/c1", out=3).do("ask/c3")
        case.refuses("place_twice", "ask/c2", "ask/c1")
        case.move("ask/c2, ask/join", "ask/c1")
        case.do("ask/c1", out=6).do("ask/c2").do("ask/c3")
        assert case.variables == {"n": 6}

    def test_out_of_it_and_into_one_that_is_done(self, run):
        case = run(CALLS).do("before", n=1).do("ask/c1", out=3).move("ask/c2, ask/c3", "after")
        case.move("after", [Place("ask/c2"), Place("ask/join", flow="c3.join")])
        case.finish("ask/c2", "after")

    def test_the_join_of_a_called_process(self, run):
        case = (
            run(CALLS)
            .do("before", n=1)
            .do("ask/c1", out=3)
            .do("ask/c3")
            .move("ask/join by c3.join", "ask/c3")
        )
        assert case.at == ["ask/c2", "ask/c3"]

    def test_its_elements_are_not_those_of_the_caller(self, run):
        case = run(CALLS)
        case.refuses("place_no_such_element", "before", "c1")
        case.refuses("place_no_such_element", "before", "ask/after")
        case.refuses("place_no_such_element", "before", "before/c1")

    def test_what_it_is_given_does_not_fit(self, run):
        drawn = sketch("-> before -> ask ->", ask=call(CALLED, ins={"given": "k + 1"}), has="k")
        case = run(drawn)
        refused = case.refuses("place_cannot_open", "before", "ask/c1")
        assert "ask" in refused.message("en")

    def test_a_refusal_of_the_business_as_it_is_opened(self, run):
        called = sketch("-> c1 ->", key="called", has="given:decimal")
        drawn = sketch("-> before -> ask ->", ask=call(called, ins={"given": "subject.amount"}))
        case = run(drawn)
        state = deepcopy(case.case.state())

        def refuse(path):
            raise Refused(path)

        case.host.subject = refuse
        with pytest.raises(Refused):
            case.case.place(cancel=[case.token("before")], at=["ask/c1"])
        assert (case.case.state(), case.case.events) == (state, [])

    def test_called_within_called(self, run):
        middle = sketch("-> m1 -> deeper ->", key="middle", deeper=call(CALLED, ins={"given": "1"}))
        drawn = sketch("-> before -> down -> after ->", down=call(middle))
        case = run(drawn).move("before", "down/deeper/c1")
        assert case.at == ["down/deeper/c1"]
        case.move("down/deeper/c1", "down/m1").do("down/m1")
        assert case.at == ["down/deeper/c1"]


EACH = sketch(
    "-> before -> each -> after ->",
    each=multi(sub("-> x -> y -> z ->"), over="lines", item="line"),
    has="lines:list[integer]",
)


class TestMultiInstance:
    def test_inside_one_element(self, run):
        case = run(EACH, "before", "x#0", "x#1", data={"lines": [5, 6]})
        assert case.at == ["y#0", "y#1"]
        case.refuses("place_name_the_element", "y#1", "x")
        case.move("y#1", [Place("x", beside=case.token("y#1"))])
        assert case.at == ["x#1", "y#0"]
        assert case.case.variables_at(case.token("x#1"))["line"] == 6
        case.finish("x#1", "y#0", "z#0", "y#1", "z#1", "after")

    def test_beside_a_token_that_stays(self, run):
        case = run(EACH, "before", data={"lines": [5, 6]})
        case.refuses("place_twice", at=[Place("y", beside=case.token("x#0"))])

    def test_a_single_element_needs_no_naming(self, run):
        case = run(EACH, "before", "x#0", data={"lines": [5]}).move("y#0", "x")
        assert case.at == ["x#0"]

    def test_one_round_after_the_other(self, run):
        drawn = sketch("-> each ->", each=multi(sub("-> x -> y ->"), times="2", sequential=True))
        case = run(drawn, "x#0", "y#0", "x#1").move("y#1", "x")
        assert case.at == ["x#1"]
        case.finish("x#1", "y#1")

    def test_one_element_alone_cannot_be_taken_away(self, run):
        case = run(EACH, "before", data={"lines": [5, 6]})
        case.refuses("place_multi_element", "x#0")
        case.refuses("place_multi_element", "x#0, x#1", "after")
        case.refuses("place_multi_element", "each#0")

    def test_one_person_of_many_cannot_be_taken_away(self, run):
        drawn = sketch("-> before -> ask ->", ask=multi(user(), times="2"))
        case = run(drawn, "before")
        assert case.at == ["ask#0", "ask#1"]
        case.refuses("place_multi_element", "ask#1")
        case.refuses("place_multi_element", "ask#1", "before")
        case.refuses("place_multi_element", "ask#1, ask#0", "before")

    def test_the_whole_can(self, run):
        case = run(EACH, "before", data={"lines": [5, 6]}).move("each", "before")
        assert case.at == ["before"]
        case.do("before")
        assert case.at == ["x#0", "x#1"]

    def test_not_into_one_that_does_not_run(self, run):
        case = run(EACH, data={"lines": [5, 6]})
        case.refuses("place_marker_not_running", "before", "x")
        case.move("before", "each")
        assert case.at == ["x#0", "x#1"]

    def test_a_whole_that_has_nothing_to_do(self, run):
        run(EACH).move("before", "each").finish("after")

    def test_inside_a_round_of_a_loop(self, run):
        drawn = sketch("-> again -> after ->", again=loop(sub("-> x -> y ->"), most=2))
        case = run(drawn, "x", "y", "x").move("y", "x")
        assert case.at == ["x"]
        case.finish("x", "y", "after")

    def test_within_each_element_another_one(self, run):
        inner = multi(sub("-> x -> y ->"), times="2")
        drawn = sketch("-> each ->", each=multi(sub("-> inner ->", inner=inner), times="2"))
        case = run(drawn, "x#1#0")
        case.move("y#1#0", [Place("x", beside=case.token("y#1#0"))])
        assert case.at == ["x#0#0", "x#0#1", "x#1#0", "x#1#1"]

    def test_a_called_process_for_each(self, run):
        drawn = sketch("-> each ->", each=multi(call(CALLED, ins={"given": "loopCounter"}), times="2"))
        case = run(drawn, "each/c1#1")
        beside = case.token("each/c2#1")
        case.move("each/c2#1, each/c3#1", [Place("each/c1", beside=beside)])
        assert case.at == ["each/c1#0", "each/c1#1"]


class TestEventSubprocess:
    DRAWN = sketch(
        "-> before -> a -> b ->",
        note=handler("message", "note", "-> n1 -> n2 ->", stays=True),
        stop=handler("message", "stop", "-> s1 -> s2 ->"),
    )

    def test_beside_one_that_runs(self, run):
        case = run(self.DRAWN, "before", "note_start").move("a", "before")
        assert case.at == ["before", "n1", "note_start", "stop_start"]
        case.finish("n1", "n2", "before", "a", "b")

    def test_inside_one_that_runs(self, run):
        case = run(self.DRAWN, "before", "note_start", "n1").move("n2", "n1")
        assert case.at == ["a", "n1", "note_start", "stop_start"]

    def test_one_of_two_that_run(self, run):
        case = run(self.DRAWN, "note_start", "n1", "note_start")
        case.refuses("place_name_the_element", "n2", "n1")
        case.move("n2", [Place("n1", beside=case.token("n2"))])
        assert case.at.count("n1") == 2

    def test_into_one_that_does_not_run(self, run):
        case = run(self.DRAWN).move(at="n2")
        assert case.at == ["before", "n2", "note_start", "stop_start"]
        case.finish("n2", "before", "a", "b")

    def test_it_is_taken_away_with_its_last_token(self, run):
        case = run(self.DRAWN, "note_start").move("n1")
        assert case.at == ["before", "note_start", "stop_start"]

    def test_out_of_one_that_has_interrupted_its_events_wait_again(self, run):
        case = run(self.DRAWN, "before", "stop_start")
        assert case.at == ["s1"]
        case.refuses("place_interrupted", at="a")
        case.refuses("place_interrupted", at="n1")
        case.move("s1", "a")
        assert case.at == ["a", "note_start", "stop_start"]
        case.do("note_start").do("stop_start")
        assert case.at == ["s1"]
        case.finish("s1", "s2")

    def test_into_one_that_interrupts(self, run):
        case = run(self.DRAWN, "before", "note_start")
        case.refuses("place_interrupted", at="s2")
        case.refuses("place_interrupted", "a", "s2")
        case.move("a, n1", "s2")
        assert case.at == ["s2"]
        case.finish("s2")

    def test_its_start_goes_with_the_scope(self, run):
        case = run(self.DRAWN, "before")
        case.refuses("place_belongs_to_other", "stop_start")
        case.refuses("place_not_here", at="stop_start")
        case.refuses("place_not_here", at="stop")

    def test_in_a_subprocess_that_is_opened(self, run):
        drawn = sketch(
            "-> before -> part -> after ->",
            part=sub("-> x -> y ->", stop=handler("message", "stop", "-> s1 ->")),
        )
        case = run(drawn).move("before", "y")
        assert case.at == ["stop_start", "y"]
        case.do("stop_start").move("s1", "x")
        assert case.at == ["stop_start", "x"]
        case.do("stop_start").finish("s1", "after")
        run(drawn).move("before", "s1").finish("s1", "after")


class TestEvents:
    RACE = sketch(
        "-> before -> race -> t -> merge -> after ->",
        "race -> m -> merge",
        t=catch("timer"),
        m=catch("message", "m"),
    )

    def test_a_race_goes_as_one(self, run):
        case = run(self.RACE, "before")
        assert case.at == ["m", "t"]
        case.move("t", "before")
        assert case.at == ["before"]
        case.do("before").move("t, m", "after").finish("after")

    def test_a_race_comes_as_one(self, run):
        case = run(self.RACE).move("before", "m")
        assert case.at == ["m", "t"]
        case.do("t").finish("after")

    def test_not_beside_itself(self, run):
        case = run(self.RACE, "before")
        case.refuses("place_twice", at="m")
        case.refuses("place_twice", at="race")

    def test_events_at_the_edge_go_and_come_with_the_step(self, run):
        drawn = sketch(
            "-> before -> a -> after ->",
            "late -> l ->",
            "remind -> r ->",
            late=on("a", "timer"),
            remind=on("a", "message", "r", stays=True),
        )
        case = run(drawn, "before")
        case.refuses("place_belongs_to_other", "late", "l")
        case.refuses("place_not_here", "a", "late")
        case.do("remind").move("a", "before")
        assert case.at == ["before", "r"]
        case.move("before", "a")
        assert case.at == ["a", "late", "r", "remind"]
        case.do("late").finish("r", "l")

    def test_a_side_path_may_be_placed_and_withdrawn(self, run):
        drawn = sketch("-> a -> b ->", "remind -> r -> r2 ->", remind=on("a", "message", "r", stays=True))
        case = run(drawn).move(at="r2").move("r2", "r").move("r")
        assert case.at == ["a", "remind"]
        case.finish("a", "b")

    def test_an_event_waits_with_what_it_needs(self, run):
        drawn = sketch("-> before -> m ->", m=catch("message", "m", key="n", fields="got"), has="n=3 got")
        case = run(drawn).move("before", "m")
        assert case.case.waiting()[0].key == 3
        case.do("m", got=1)
        assert case.variables == {"n": 3, "got": 1}

    def test_a_timer_settles_when_it_is_placed(self, run):
        drawn = sketch("-> before -> t ->", t=catch("timer", "PT2H"))
        case = run(drawn).move("before", "t")
        assert case.case.waiting()[0].timer.text == "PT2H"


class TestHeld:
    DRAWN = sketch("-> a -> sum -> after ->", sum=script("n = k + 1"), has="n k")

    def test_a_held_step_is_moved_on_or_back(self, run):
        case = run(self.DRAWN, "a")
        assert [each.kind for each in case.case.waiting()] == ["incident"]
        case.move("sum", "a").do("a")
        case.move("sum", "after").finish("after")

    def test_a_held_step_is_tried_again_by_placing_it(self, run):
        case = run(self.DRAWN, "a").move("sum", "sum")
        assert [each.kind for each in case.case.waiting()] == ["incident"]

    def test_what_fails_where_it_is_placed_is_held_there(self, run):
        case = run(self.DRAWN).move("a", "sum")
        (waiting,) = case.case.waiting()
        assert (waiting.element.id, waiting.kind) == ("sum", "incident")

    def test_work_that_is_left_over_is_moved_too(self, run):
        drawn = sketch("-> a -> count -> b ->", count=loop(script("n = n + 1"), most=400), has="n=0")
        case = run(drawn, "a")
        assert "continuation" in {each.kind for each in case.case.waiting()}
        left = next(each.token for each in case.case.waiting() if each.kind == "continuation")
        with pytest.raises(EngineError) as refused:
            case.case.place(cancel=[left], at=["b"])
        assert refused.value.code == "place_multi_element"
        host = next(each.token for each in case.case.waiting() if each.kind == "inside")
        case.case.place(cancel=[host], at=["b"])
        case.after()
        assert 0 < case.variables["n"] < 400
        case.finish("b")

    def test_a_held_event_of_a_race_is_skipped_as_if_it_had_happened(self, run):
        drawn = sketch(
            "-> race -> t -> merge -> after ->",
            "race -> m -> merge",
            t=catch("timer", "when"),
            m=catch("message", "m"),
            has="when:text",
        )
        case = run(drawn)
        assert {each.kind for each in case.case.waiting()} == {"incident", "message"}
        case.case.skip(case.token("t"))
        case.after()
        assert case.at == ["after"]

    def test_a_gateway_cannot_be_skipped(self, run):
        drawn = sketch("-> a -> which -> [k + 1 > 1] b ->", "which -> c ->", has="k")
        case = run(drawn, "a")
        state = deepcopy(case.case.state())
        with pytest.raises(EngineError) as refused:
            case.case.skip(case.token("which"))
        assert refused.value.code == "skip_not_here"
        assert case.case.state() == state
        case.move("which", "c").finish("c")

    def test_an_error_is_thrown_at_a_step_that_waits(self, run):
        drawn = sketch("-> a -> b ->", "bad -> c ->", bad=on("a", "error", "bad"))
        case = run(drawn)
        state = deepcopy(case.case.state())
        for token, code, why in (
            ("a", "other", "error_not_caught"),
            ("bad", "bad", "place_belongs_to_other"),
        ):
            with pytest.raises(EngineError) as refused:
                case.case.fail(case.token(token), code)
            assert refused.value.code == why
        assert case.case.state() == state
        case.case.fail(case.token("a"), "bad")
        case.after()
        assert case.at == ["c"]


class TestCompleteMove:
    def test_nothing_more_is_needed(self, run):
        assert run(FORK).needs("before", "after") == []

    def test_the_other_branches_go_along(self, run):
        case = run(FORK, "before")
        assert case.needs("a", "before") == ["b"]
        assert case.needs("a", "before", limit=0) is None
        case.do("a")
        assert case.needs("b", "before") == ["join by a.join"]
        assert case.needs("", "before") == ["b", "join by a.join"]
        case.move(["join by a.join", "b"], "before")
        assert case.at == ["before"]

    def test_there_is_no_such_move(self, run):
        case = run(FORK, "before")
        assert case.needs("a", "nowhere") is None
        assert case.needs("a") is None
        assert case.needs("a, b") is None
        assert case.needs("", [Place("b2")]) == ["b"]

    def test_a_withdrawn_branch_takes_its_subprocess_along(self, run):
        part = sub("-> fork -> x -> join ->", "fork -> y -> join")
        drawn = sketch(
            "-> before -> some -> [n == 0] part -> gather -> z ->",
            "some -> [n == 0] a -> gather",
            part=part,
            has="n=0",
        )
        case = run(drawn, "before")
        assert case.needs("x") == ["y"]
        case.move("x, y")
        assert case.at == ["a"]
        case.finish("a", "z")

    def test_one_frame_within_another(self, run):
        drawn = sketch(
            "-> before -> fork -> part -> join ->",
            "fork -> c -> join",
            part=sub("-> fork2 -> x -> join2 ->", "fork2 -> y -> join2"),
        )
        case = run(drawn, "before")
        assert case.needs("x", "before") == ["c", "part"]
        assert case.needs("part", "before") == ["c"]
        assert case.needs("x", "before", limit=1) is None

    def test_an_interrupting_event_subprocess_goes(self, run):
        case = run(TestEventSubprocess.DRAWN, "before", "note_start")
        assert case.needs("a", "s1") == ["note"]
        case.do("stop_start")
        assert case.needs("", "b") == ["stop"]

    def test_elements_of_a_multi_instance_do_not(self, run):
        case = run(EACH, "before", data={"lines": [1, 2]})
        assert case.needs("x#0") is None
        assert case.needs("", "before") == ["each"]
