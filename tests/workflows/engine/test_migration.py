"""A running case goes over into another version of its process, or says every reason why it cannot."""

import json
from copy import deepcopy

import pytest

from tests.conformance.runs import compile_sketch
from tests.conformance.sketch import (
    call,
    catch,
    handler,
    loop,
    multi,
    on,
    receive,
    script,
    sketch,
    sub,
    user,
)
from tests.workflows.engine.drawing import FakeHost
from workflows.engine import Case, NotWaiting
from workflows.engine.migration import CannotMigrate, migrate


class Running:
    """A case of one version, and what becomes of it in another."""

    def __init__(self, drawn, *done, data=None):
        self.definition, self.host = compile_sketch(drawn, {}), FakeHost()
        self.case = Case.start(self.definition, self.host, data or {})
        for name in done:
            self.do(name)

    @property
    def at(self):
        """Where it stands, each with the number of its token."""
        return {each.path + "".join(f"#{i}" for i in each.indices): each for each in self.case.waiting()}

    @property
    def places(self):
        return sorted(name for name, each in self.at.items() if each.kind != "inside")

    def token(self, name):
        return self.at[name].token

    def do(self, name, **data):
        waiting = self.at[name]
        if waiting.kind == "work_item":
            self.case.complete(waiting.token, data)
        else:
            self.case.fire(waiting.token, data or None)
        return self

    def finish(self, *names):
        for name in names:
            self.do(name)
        assert self.case.is_completed

    def _migrate(self, drawn, cancel, **more):
        new = compile_sketch(drawn, {})
        taken = [
            (self.token(one), flow) if flow else self.token(one)
            for one, _, flow in (each.partition(" by ") for each in cancel)
        ]
        state = self.case.state()
        before = deepcopy(state)
        try:
            return new, migrate(state, self.definition, new, host=self.host, cancel=taken, **more)
        finally:
            assert state == before, "the old state has changed"

    def to(self, drawn, mapping=None, *, cancel=(), at=()):
        new, state = self._migrate(drawn, cancel, mapping=mapping, at=at)
        over = Running.__new__(Running)
        over.definition, over.host = new, self.host
        over.case = Case.load(new, json.loads(json.dumps(state)), self.host)
        over.case.continue_()
        return over

    def refuses(self, drawn, *reasons, mapping=None, cancel=(), at=()):
        """Each reason as its code and the element, or the names in it."""
        with pytest.raises(CannotMigrate) as refused:
            self._migrate(drawn, cancel, mapping=mapping, at=at)
        error = refused.value
        found = {(each.code, each.element) for each in error.obstacles}
        assert found == set(reasons)
        for obstacle in error.obstacles:
            for text in (obstacle.message("en"), obstacle.message("zh"), obstacle.hint("en")):
                assert "…" not in text
            assert obstacle.message("en") in error.message("en")
            assert obstacle.message("zh") in error.message("zh")
        return error


ONE = sketch("-> a -> b ->", has="n=3")


class TestTheSameAndMore:
    def test_the_same_version(self):
        case = Running(ONE, "a")
        assert case.to(ONE).case.state() == case.case.state()

    def test_a_task_added_behind(self):
        case = Running(ONE)
        over = case.to(sketch("-> a -> b -> c ->", has="n=3 m=4"))
        assert over.token("a") == case.token("a")
        assert over.case.variables["n"] == 3
        assert over.case.variables["m"] == 4
        over.finish("a", "b", "c")

    def test_a_task_added_before(self):
        Running(ONE, "a").to(sketch("-> z -> a -> b ->")).finish("b")

    def test_a_case_that_is_over(self):
        case = Running(ONE, "a", "b")
        with pytest.raises(NotWaiting):
            case.to(ONE)

    def test_a_token_that_is_gone(self):
        case = Running(ONE)
        with pytest.raises(NotWaiting):
            migrate(case.case.state(), case.definition, case.definition, host=case.host, cancel=["99"])

    def test_work_that_was_left_over_goes_on(self):
        count = loop(script("n = n + 1"), most=400)
        case = Running(sketch("-> a -> count -> b ->", count=count, has="n=0"), "a")
        assert "continuation" in [each.kind for each in case.at.values()]
        over = case.to(sketch("-> a -> count -> b -> c ->", count=count, has="n=0"))
        while "b" not in over.at:
            over.case.continue_()
        assert over.case.variables["n"] == 400
        over.finish("b", "c")

    def test_a_held_step_is_still_held(self):
        drawn = sketch("-> a -> sum -> b ->", sum=script("n = k + 1"), has="n k")
        mended = sketch("-> a -> sum -> b ->", sum=script("n = 1"), has="n k")
        over = Running(drawn, "a").to(mended)
        assert over.at["sum"].kind == "incident"
        over.case.retry(over.token("sum"))
        over.finish("b")


class TestElements:
    def test_gone(self):
        case = Running(ONE)
        new = sketch("-> other -> b ->")
        error = case.refuses(new, ("migrate_element_gone", "a"))
        assert "“a”" in error.obstacles[0].message("en")
        over = case.to(new, {"a": "other"})
        assert over.token("other") == case.token("a")
        over.finish("other", "b")

    def test_gone_and_moved_along(self):
        case = Running(ONE)
        case.to(sketch("-> other -> b ->"), cancel=["a"], at=["b"]).finish("b")

    def test_all_that_are_gone_are_named(self):
        case = Running(sketch("-> fork -> a -> join ->", "fork -> b -> join"))
        case.refuses(
            sketch("-> fork -> c -> join ->", "fork -> d -> join"),
            ("migrate_element_gone", "a"),
            ("migrate_element_gone", "b"),
        )

    def test_where_it_does_not_stand_they_do_not_matter(self):
        Running(ONE, "a").to(sketch("-> b ->")).finish("b")

    def test_another_kind(self):
        case = Running(ONE)
        case.refuses(sketch("-> a -> b ->", a=receive("m")), ("migrate_other_kind", "a"))
        case.refuses(sketch("-> a -> b ->", a=multi(user(), times="2")), ("migrate_other_kind", "a"))
        case.to(sketch("-> a -> b ->", a=user(tag="manualTask"))).finish("a", "b")

    def test_another_event(self):
        case = Running(sketch("-> t ->", t=catch("timer", "PT1H")))
        case.refuses(sketch("-> t ->", t=catch("message", "m")), ("migrate_other_kind", "t"))
        case.refuses(sketch("-> t ->", t=catch("timer", "2027-01-01")), ("migrate_other_kind", "t"))
        over = case.to(sketch("-> t ->", t=catch("timer", "PT2H")))
        assert over.at["t"].timer.text == "PT1H"  # it has been settled

    def test_a_message_that_comes_with_a_key(self):
        case = Running(sketch("-> m ->", m=catch("message", "m")))
        case.refuses(
            sketch("-> m ->", m=catch("message", "m", key="n"), has="n"), ("migrate_other_kind", "m")
        )

    def test_two_at_one(self):
        case = Running(sketch("-> fork -> a -> join ->", "fork -> b -> join"))
        case.refuses(
            sketch("-> fork -> a -> join ->", "fork -> c -> join"), ("place_twice", None), mapping={"b": "a"}
        )

    def test_a_mapping_of_what_is_not_there(self):
        Running(ONE).refuses(ONE, ("place_no_such_element", None), mapping={"x": "a"})
        nowhere = (("place_no_such_element", None), ("migrate_element_gone", "a"))
        Running(ONE).refuses(ONE, *nowhere, mapping={"a": "x"})
        Running(ONE).refuses(ONE, ("place_no_such_element", None), mapping={"a/b": "b"})


FORK = sketch("-> fork -> a -> join -> z ->", "fork -> b -> join")
WIDER = sketch("-> fork -> a -> join -> z ->", "fork -> b -> join", "fork -> c -> join")


class TestJoins:
    def test_a_branch_is_added(self):
        case = Running(FORK, "a")
        error = case.refuses(WIDER, ("place_stuck", None))
        assert "join" in error.message("en")
        over = case.to(WIDER, at=["c"])
        assert over.places == ["b", "c", "join"]
        over.finish("c", "b", "z")

    def test_a_branch_is_added_before_the_fork(self):
        drawn = sketch("-> y -> fork -> a -> join -> z ->", "fork -> b -> join")
        wider = sketch("-> y -> fork -> a -> join -> z ->", "fork -> b -> join", "fork -> c -> join")
        Running(drawn).to(wider).finish("y", "a", "b", "c", "z")

    def test_a_branch_is_gone(self):
        case = Running(WIDER, "a", "b")
        case.refuses(FORK, ("migrate_element_gone", "c"))
        case.to(FORK, cancel=["c"]).finish("z")

    def test_a_branch_that_has_arrived_is_gone(self):
        case = Running(WIDER, "c")
        case.refuses(FORK, ("migrate_flow_gone", "join"))
        over = case.to(FORK, cancel=["join by c.join"])
        over.finish("a", "b", "z")

    def test_a_branch_has_another_name(self):
        drawn = sketch("-> fork -> a -> join -> z ->", "fork -> other -> join")
        case = Running(FORK, "b")
        case.refuses(drawn, ("migrate_flow_gone", "join"))
        case.to(drawn, {"b.join": "other.join"}).finish("a", "z")

    def test_the_join_is_one_of_another_kind(self):
        gathers = sketch("-> some -> a -> gather -> z ->", "some -> [n > 0] b -> gather", has="n=1")
        case = Running(FORK, "a")
        case.refuses(
            gathers, ("migrate_other_kind", "join"), mapping={"join": "gather", "a.join": "a.gather"}
        )

    def test_an_inclusive_join(self):
        drawn = sketch("-> some -> [n > 0] a -> gather -> z ->", "some -> [n > 0] b -> gather", has="n=1")
        longer = sketch(
            "-> some -> [n > 0] a -> gather -> z ->", "some -> [n > 0] b -> b2 -> gather", has="n=1"
        )
        case = Running(drawn, "a")
        case.to(longer).finish("b", "b2", "z")

    def test_what_an_inclusive_join_waits_for_is_gone(self):
        drawn = sketch(
            "-> some -> [n > 0] a -> gather -> z ->",
            "some -> [n > 0] b -> gather",
            "some -> c -> gather",
            has="n=1",
        )
        less = sketch("-> some -> [n > 0] a -> gather -> z ->", "some -> c -> gather", has="n=1")
        Running(drawn, "a").to(less, cancel=["b"]).finish("z")


class TestVariables:
    def test_of_another_type(self):
        case = Running(ONE)
        error = case.refuses(sketch("-> a -> b ->", has="n:text"), ("migrate_variable_type", None))
        assert "“n”" in error.message("en")
        assert "文本" in error.message("zh")

    def test_without_a_value_the_type_may_change(self):
        Running(sketch("-> a -> b ->", has="n")).to(sketch("-> a -> b ->", has="n:text")).finish("a", "b")

    def test_within_a_list(self):
        case = Running(sketch("-> a ->", has="lines:list[integer]"), data={"lines": [1]})
        case.refuses(sketch("-> a ->", has="lines:list[text]"), ("migrate_variable_type", None))
        empty = Running(sketch("-> a ->", has="lines:list[integer]"), data={"lines": []})
        empty.to(sketch("-> a ->", has="lines:list[text]")).finish("a")

    def test_one_that_is_gone_stays(self):
        over = Running(ONE).to(sketch("-> a -> b ->"))
        assert over.case.variables["n"] == 3

    def test_of_a_subprocess(self):
        def drawn(has, around=""):
            return sketch("-> part ->", part=sub("-> x -> y ->", has=has), has=around)

        case = Running(drawn("own=5"))
        over = case.to(drawn("own=6 more=7"))
        seen = over.case.variables_at(over.token("x"))
        assert (seen["own"], seen["more"]) == (5, 7)
        over.finish("x", "y")
        case.refuses(drawn("own:text"), ("migrate_variable_type", "part"))
        case.refuses(drawn("", "own"), ("migrate_variable_moved", "part"))
        assert "own" not in case.to(drawn("")).case.variables_at(case.token("x"))
        outside = Running(drawn("", "own=5"))
        outside.refuses(drawn("own=5"), ("migrate_variable_moved", "part"))

    def test_of_one_element(self):
        def drawn(item, kind="integer"):
            each = multi(user("said"), over="lines", item=item)
            return sketch("-> each ->", each=each, has=f"lines:list[integer] said:{kind}")

        case = Running(drawn("line"), data={"lines": [1, 2]})
        case.refuses(drawn("other"), ("migrate_other_kind", "each"))
        case.to(drawn("line")).finish("each#0", "each#1")


class TestScopes:
    PART = sketch("-> part -> z ->", part=sub("-> x -> y ->"))

    def test_a_subprocess_goes_over_as_it_runs(self):
        case = Running(self.PART)
        over = case.to(sketch("-> part -> z ->", part=sub("-> x -> y -> y2 ->")))
        assert over.token("x") == case.token("x")
        over.finish("x", "y", "y2", "z")

    def test_it_has_another_name(self):
        drawn = sketch("-> whole -> z ->", whole=sub("-> x -> y ->"))
        case = Running(self.PART)
        case.refuses(drawn, ("migrate_element_gone", "part"))
        case.to(drawn, {"part": "whole"}).finish("x", "y", "z")

    def test_a_step_stands_in_one_now(self):
        case = Running(sketch("-> x -> z ->"))
        case.refuses(self.PART, ("migrate_other_scope", "x"))
        over = case.to(self.PART, cancel=["x"], at=["x"])
        over.finish("x", "y", "z")

    def test_a_step_stands_outside_now(self):
        case = Running(self.PART)
        drawn = sketch("-> x -> z ->")
        case.refuses(drawn, ("migrate_element_gone", "part"))
        case.to(drawn, cancel=["part"], at=["x"]).finish("x", "z")

    def test_an_emptied_subprocess_goes(self):
        case = Running(self.PART)
        over = case.to(sketch("-> part -> z ->", part=sub("-> x -> y ->")), cancel=["x"], at=["z"])
        assert "frames" not in over.case.state()
        over.finish("z")

    def test_multi_instances_and_loops(self):
        def drawn(*more):
            each = multi(sub(*more, "-> x -> y ->"), over="lines", item="line")
            again = loop(sub("-> l ->"), most=2)
            return sketch(
                "-> fork -> each -> join ->",
                "fork -> again -> join",
                each=each,
                again=again,
                has="lines:list[integer]",
            )

        case = Running(drawn(), "x#1", data={"lines": [4, 5]})
        over = case.to(drawn())
        assert over.case.state() == case.case.state()
        over.finish("x#0", "y#0", "l", "y#1", "l")

    def test_a_called_process(self):
        def drawn(*ways, has="given", ins="given"):
            inner = sketch(*ways, key="inner", has=has)
            return sketch("-> ask -> z ->", ask=call(inner, ins={ins: "3"}))

        case = Running(drawn("-> c1 -> c2 ->"))
        over = case.to(drawn("-> c1 -> c2 -> c3 ->"))
        assert over.token("ask/c1") == case.token("ask/c1")
        over.finish("ask/c1", "ask/c2", "ask/c3", "z")
        case.refuses(drawn("-> other -> c2 ->"), ("migrate_element_gone", "ask/c1"))
        case.refuses(drawn("-> other -> c2 ->"), ("migrate_other_scope", "ask/c1"), mapping={"ask/c1": "z"})
        case.to(drawn("-> other -> c2 ->"), {"ask/c1": "ask/other"}).finish("ask/other", "ask/c2", "z")
        case.refuses(drawn("-> c1 -> c2 ->", has="given:decimal"), ("migrate_variable_type", "ask"))

    def test_a_race_gets_another_event(self):
        events = {"m": catch("message", "m"), "s": catch("signal", "s")}

        def drawn(*names):
            ways = (f"race -> {name} -> merge" for name in names)
            return sketch(
                "-> race -> t -> merge ->", *ways, t=catch("timer"), **{n: events[n] for n in names}
            )

        two, three = drawn("m"), drawn("m", "s")
        over = Running(two).to(three)
        assert over.places == ["m", "s", "t"]
        over.finish("s")
        Running(three).refuses(two, ("migrate_element_gone", "s"))
        alone = sketch("-> t -> merge ->", t=catch("timer"))
        Running(alone).refuses(two, ("migrate_race", "t"))
        Running(two).refuses(drawn("s"), ("migrate_element_gone", "m"))


class TestEvents:
    def drawn(self, *lines, **more):
        return sketch("-> a -> b ->", *lines, **more)

    def test_an_event_at_the_edge_is_added(self):
        with_timer = self.drawn("late -> l ->", late=on("a", "timer", "PT2H"))
        over = Running(self.drawn()).to(with_timer)
        assert over.at["late"].timer.text == "PT2H"
        over.do("late").finish("l")

    def test_one_that_is_gone_goes_without_a_word(self):
        with_timer = self.drawn("late -> l ->", late=on("a", "timer"))
        over = Running(with_timer).to(self.drawn())
        assert over.places == ["a"]

    def test_one_of_another_kind_takes_its_place(self):
        with_timer = self.drawn("late -> l ->", late=on("a", "timer"))
        with_message = self.drawn("late -> l ->", late=on("a", "message", "m"))
        over = Running(with_timer).to(with_message)
        assert over.at["late"].kind == "message"
        over.do("late").finish("l")

    def test_one_at_another_step_goes(self):
        over = Running(self.drawn("late -> l ->", late=on("a", "timer"))).to(
            self.drawn("late -> l ->", late=on("b", "timer"))
        )
        assert over.places == ["a"]
        assert over.do("a").places == ["b", "late"]

    def test_one_that_has_happened_does_not_happen_again(self):
        once = self.drawn("late -> l ->", late=on("a", "timer", stays=True))
        case = Running(once, "late")
        assert case.places == ["a", "l"]
        assert case.to(once).places == ["a", "l"]

    def test_what_a_new_event_needs_is_missing(self):
        case = Running(self.drawn(has="k"))
        new = self.drawn("late -> l ->", late=on("a", "message", "m", key="k + 1"), has="k")
        case.refuses(new, ("place_cannot_open", None))

    def test_event_subprocesses_are_added_and_taken_away(self):
        plain, with_stop = self.drawn(), self.drawn(stop=handler("message", "stop", "-> s1 ->"))
        over = Running(plain).to(with_stop)
        assert over.places == ["a", "stop_start"]
        over.do("stop_start").finish("s1")
        assert Running(with_stop).to(plain).places == ["a"]
        Running(with_stop, "stop_start").refuses(plain, ("migrate_element_gone", "stop"))

    def test_nothing_waits_beside_one_that_has_interrupted(self):
        one = self.drawn(stop=handler("message", "stop", "-> s1 ->"))
        two = self.drawn(
            stop=handler("message", "stop", "-> s1 ->"),
            note=handler("message", "note", "-> n1 ->", stays=True),
        )
        case = Running(one, "stop_start")
        assert case.to(two).places == ["s1"]
        over = case.to(two, cancel=["s1"], at=["a"])
        assert over.places == ["a", "note_start", "stop_start"]
