"""Elements inside and beside others, made of two lists: fragments, and surroundings to put them into.

A fragment knows what is done to it and what waits in it after each step. A surrounding knows what that
becomes inside it: in a called process names have a path, in a multi-instance each waits once for each
element, in a loop all of it happens again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from tests.conformance.scenario import Deed, Scenario, Step, read_play
from tests.conformance.scenarios.tasks import DISCOUNT, counting
from tests.conformance.sketch import (
    Made,
    Sketch,
    call,
    catch,
    data,
    end,
    handler,
    loop,
    multi,
    on,
    receive,
    rule,
    script,
    service,
    sketch,
    sub,
    throw,
    transaction,
    user,
)


@dataclass(frozen=True)
class Fragment:
    """Ways from `in` to `out`, with the script of one run through it. Its last line leaves nothing."""

    name: str
    lines: tuple[str, ...]
    elements: Mapping[str, Made]
    steps: tuple[Step, ...]


def fragment(name: str, play: str, *lines: str, **elements: Made) -> Fragment:
    return Fragment(name, lines, elements, read_play(play))


# A side path may be started again while it runs, and would write its variable beside itself.
REFUSED = {("condition", "border that stays")}


INNER = sketch("-> x ->", key="inner")

FRAGMENTS = (
    fragment("user task", "start: | a\na: | -", "in -> a -> out"),
    fragment(
        "parallel section",
        "start: | a b\nb: | a join:join\na: | -",
        "in -> fork -> a -> join -> out",
        "fork -> b -> join",
    ),
    fragment(
        "inclusive section",
        "start: | ask\nask n=2: | a b\nb: | a join:gather\na: | -",
        "in -> ask -> some -> [n > 0] a -> gather -> out",
        "some -> [n > 1] b -> gather",
        "some -> c -> gather",
        ask=user("n"),
    ),
    fragment(
        "loop of flows",
        "start: | a\na go=1: | a\na go=0: | -",
        "in -> merge -> a -> which -> [go > 0] merge",
        "which -> out",
        a=user("go"),
    ),
    fragment(
        "event gateway",
        "start: | message:paid timer:late\npaid: | a\na: | -",
        "in -> race -> paid -> a -> merge -> out",
        "race -> late -> merge",
        paid=catch("message", "paid"),
        late=catch("timer", "P1D"),
    ),
    fragment(
        "receive task",
        "start: | message:wait\nwait n=3: | -",
        "in -> wait -> out",
        wait=receive("paid", fields="n"),
    ),
    fragment(
        "interrupting timer border",
        "start: | a timer:late\nlate: | b\nb: | -",
        "in -> a -> merge -> out",
        "late -> b -> merge",
        late=on("a", "timer"),
    ),
    fragment(
        "message border beside its step",
        "start: | a message:news\nnews: | a b message:news\nb: | a message:news\na: | -",
        "in -> a -> out",
        "news -> b -> end_b",
        news=on("a", "message", "news", stays=True),
    ),
    fragment("subprocess", "start: | a\na: | -", "in -> s -> out", s=sub("-> a ->")),
    fragment("call activity", "start: | c/x\nc/x: | -", "in -> c -> out", c=call(INNER)),
    fragment(
        "parallel multi-instance",
        "start: | m#0 m#1\nm#1: | m#0\nm#0: | -",
        "in -> m -> out",
        m=multi(user(), times="2"),
    ),
    fragment(
        "sequential multi-instance",
        "start: | m#0\nm#0: | m#1\nm#1: | -",
        "in -> m -> out",
        m=multi(user(), times="2", sequential=True),
    ),
    fragment("standard loop", "start: | m\nm: | m\nm: | -", "in -> m -> out", m=loop(user(), most=2)),
    fragment(
        "error end and border",
        "start: | a catcher:bad\na: | b\nb: | -",
        "in -> s -> merge -> out",
        "bad -> b -> merge",
        s=sub("-> a -> which -> [0 > 1] ok", "which -> stop", ok=end(""), stop=end("error", "E1")),
        bad=on("s", "error", "E1"),
    ),
    fragment(
        "escalation and border",
        "start: | a catcher:up\na: | b catcher:up d\nb: | catcher:up d\nd: | -",
        "in -> s -> out",
        "up -> b -> end_b",
        s=sub("-> a -> tell -> d ->", tell=throw("escalation", "high")),
        up=on("s", "escalation", "high", stays=True),
    ),
    fragment(
        "cancelled transaction",
        "start: | a catcher:off d\na: | b\nb: | -",
        "in -> s -> merge -> out",
        "off -> b -> merge",
        s=transaction("-> fork7 -> a -> stop", "fork7 -> d ->", stop=end("cancel")),
        off=on("s", "cancel"),
    ),
    fragment(
        "subprocess with an event subprocess",
        "start: | a message:w_start\nw_start: | a h message:w_start\na: | h message:w_start\nh: | -",
        "in -> s -> out",
        s=sub("-> a ->", w=handler("message", "news", "-> h ->", stays=True)),
    ),
    fragment(
        "interrupting event subprocess",
        "start: | a catcher:w_start\na: | h\nh: | -",
        "in -> s -> out",
        s=sub("-> a -> stop", stop=end("error", "E2"), w=handler("error", "E2", "-> h ->")),
    ),
    fragment(
        "terminate end",
        "start: | a b\na: | -",
        "in -> s -> out",
        s=sub("-> fork7 -> a -> stop", "fork7 -> b ->", stop=end("terminate")),
    ),
    fragment(
        "link",
        "start: | a\na: | b\nb: | -",
        "in -> a -> over",
        "into -> b -> out",
        over=throw("link", "on"),
        into=catch("link", "on"),
    ),
    fragment(
        "automatic steps",
        "start: | a\na n=10: | -",
        "in -> a -> count -> rate -> sum -> out",
        a=user("n"),
        count=service("books.count", "r", n="n"),
        rate=rule("discount", "terms"),
        sum=script("k = r.total + terms.percent"),
    ),
    fragment(
        "condition",
        "start: | a condition:grown\na n=3: | -",
        "in -> reset -> fork -> grown -> join -> out",
        "fork -> a -> join",
        reset=script("n = 0"),
        grown=catch("condition", "n > 2"),
        a=user("n"),
    ),
    fragment(
        "data object",
        "start: | a\na n=3: | -",
        "in -> s -> out",
        s=sub("-> a -> sum ->", own=data(default="1"), a=user("n"), sum=script("own = own + n")),
    ),
    fragment("timer", "start: | timer:wait\nwait: | -", "in -> wait -> out", wait=catch("timer", "P1D")),
)

# -- surroundings

Steps = tuple[Step, ...]


@dataclass(frozen=True)
class Surrounding:
    """`relation` is how the fragment stands to it; `must` what has to happen."""

    name: str
    relation: str
    must: str
    draw: Callable[[Fragment], Sketch]
    play: Callable[[Steps], Iterable[Steps]]


def _ways(it: Fragment, before: str = "", behind: str = "") -> tuple[str, ...]:
    """The lines of a fragment with other beginnings and ends: nothing is the start and end of its scope."""
    lines = []
    for line in it.lines:
        words = line.split(" ")
        words = [before if word == "in" else behind if word == "out" else word for word in words]
        lines.append(" ".join(words))
    return tuple(lines)


def _key(key: str, path: str = "", indices: tuple[int, ...] = ()) -> str:
    kind, colon, rest = key.rpartition(":")
    name, _, inner = rest.partition("#")
    numbers = ".".join([*map(str, indices), *([inner] if inner else [])])
    return f"{kind}{colon}{path}{name}" + (f"#{numbers}" if numbers else "")


def _moved(
    steps: Steps,
    path: str = "",
    indices: tuple[int, ...] = (),
    beside: tuple[str, ...] = (),
    then: tuple[str, ...] | None = None,
) -> Steps:
    """The steps of a fragment somewhere else; `beside` waits all the time, `then` when it is done."""
    found = []
    for step in steps:
        waiting = tuple(_key(key, path, indices) for key in step.waiting) + beside
        if not step.waiting and then is not None:
            waiting = then
        deed = (
            step.deed
            if step.deed.verb == "start"
            else replace(step.deed, key=_key(step.deed.key, path, indices))
        )
        found.append(Step(deed, tuple(sorted(waiting))))
    return tuple(found)


def _do(key: str, *waiting: str) -> Step:
    return Step(Deed("do", key), tuple(sorted(waiting)))


def _behind(steps: Steps, *more: Step) -> Steps:
    """Steps and what follows when the last of them is done; its first says what waits then."""
    return (*steps, *more)


def _started(first: tuple[str, ...], steps: Steps, key: str) -> Steps:
    """A step that has to be done before the fragment begins."""
    return (Step(Deed("start"), tuple(sorted(first))), replace(steps[0], deed=Deed("do", key)), *steps[1:])


def _in_scope(tag: str) -> Callable[[Fragment], Sketch]:
    return lambda it: sketch("-> S -> Z ->", S=sub(*_ways(it), tag=tag, **it.elements))


def _plain(steps: Steps) -> list[Steps]:
    return [(*_moved(steps, then=("Z",)), _do("Z"))]


def _called(it: Fragment) -> Made:
    return call(Sketch(*_ways(it), key="called", **it.elements))


def _in_call(steps: Steps) -> list[Steps]:
    return [(*_moved(steps, path="C/", then=("Z",)), _do("Z"))]


def _in_multi(steps: Steps) -> list[Steps]:
    """Two elements: first all of the second, then all of the first."""
    begun = _moved(steps[:1], indices=(0,))[0].waiting
    second = _moved(steps, indices=(1,), beside=begun)
    first = _moved(steps[1:], indices=(0,), then=("Z",))
    return [(*second, *first, _do("Z"))]


def _in_sequence(steps: Steps) -> list[Steps]:
    begun = _moved(steps[:1], indices=(1,))[0].waiting
    return [
        (*_moved(steps, indices=(0,), then=begun), *_moved(steps[1:], indices=(1,), then=("Z",)), _do("Z"))
    ]


def _again(steps: Steps) -> list[Steps]:
    return [(*_moved(steps, then=steps[0].waiting), *_moved(steps[1:], then=("Z",)), _do("Z"))]


def _back(steps: Steps) -> list[Steps]:
    """A second round, by a flow that leads back."""
    asked = _moved(steps, then=("More",))
    back = Step(Deed("do", "More", (), {"more": 1}), steps[0].waiting)
    out = Step(Deed("do", "More", (), {"more": 0}), ("Z",))
    return [(*asked, back, *_moved(steps[1:], then=("More",)), out, _do("Z"))]


def _beside_branch(join: str) -> Callable[[Steps], list[Steps]]:
    return lambda steps: [
        (*_moved(steps, beside=("O",), then=("O", f"join:{join}")), _do("O", "Z"), _do("Z")),
        (
            Step(Deed("start"), tuple(sorted((*steps[0].waiting, "O")))),
            _do("O", *steps[0].waiting, f"join:{join}"),
            *_moved(steps[1:], beside=(f"join:{join}",), then=("Z",)),
            _do("Z"),
        ),
    ]


def _after_event(first: tuple[str, ...], key: str, then: str | None = "Z") -> Callable[[Steps], list[Steps]]:
    def play(steps: Steps) -> list[Steps]:
        moved = _moved(steps, then=(then,) if then else ())
        return [(*_started(first, moved, key), *([_do("Z")] if then else []))]

    return play


def _beside_host(steps: Steps) -> list[Steps]:
    """What a border that stays has started goes on when the step is done, and beside it."""
    late = _moved(steps, beside=("H",), then=("H",))
    early = _moved(steps[1:], then=())
    return [
        (*_started(("H", "signal:E"), _with(late, "signal:E"), "E"), _do("H", "Z"), _do("Z")),
        (
            *_started(("H", "signal:E"), _with(late[:1], "signal:E"), "E"),
            _do("H", *steps[0].waiting, "Z"),
            _do("Z", *steps[0].waiting),
            *early,
        ),
    ]


def _with(steps: Steps, *keys: str) -> Steps:
    return tuple(replace(step, waiting=tuple(sorted((*step.waiting, *keys)))) for step in steps)


def _broken_off(event: str, deed: str, path: str = "") -> Callable[[Steps], list[Steps]]:
    """After each of its steps once, everything of it is taken away."""

    def play(steps: Steps) -> list[Steps]:
        found = []
        for number in range(1, len(steps)):
            begun = _moved(steps[:number], path=path, beside=(event,))
            found.append((*begun, _do(deed, "Y"), _do("Y")))
        return found

    return play


def _in_handler(it: Fragment) -> Sketch:
    return sketch("-> O -> Z ->", W=handler("signal", "off", *_ways(it), **it.elements))


def _beside_race(it: Fragment) -> Sketch:
    lines = _ways(it, "race1 -> E", "Z")
    return sketch(
        "-> race1",
        "race1 -> T -> Y ->",
        "Z ->",
        *lines,
        **it.elements,
        E=catch("signal", "go"),
        T=catch("timer", "P9D"),
    )


def _deep(it: Fragment) -> Sketch:
    middle = Sketch("-> D ->", key="middle", D=sub("-> C ->", C=_called(it)))
    return sketch("-> B -> Z ->", B=call(middle))


SURROUNDINGS = (
    Surrounding(
        "subprocess",
        "inside",
        "runs as outside; then the subprocess goes on",
        _in_scope("subProcess"),
        _plain,
    ),
    Surrounding(
        "transaction",
        "inside",
        "runs as outside; then the transaction goes on",
        _in_scope("transaction"),
        _plain,
    ),
    Surrounding(
        "called process",
        "inside",
        "runs as part of the case; then the call goes on",
        lambda it: sketch("-> C -> Z ->", C=_called(it)),
        _in_call,
    ),
    Surrounding(
        "called process in a subprocess of a called process",
        "deep inside",
        "runs as part of the case; then all of them go on",
        _deep,
        lambda steps: [(*_moved(steps, path="B/C/", then=("Z",)), _do("Z"))],
    ),
    Surrounding(
        "parallel multi-instance of two subprocesses",
        "inside",
        "each element runs by itself; goes on when all are done",
        lambda it: sketch("-> M -> Z ->", M=multi(sub(*_ways(it), **it.elements), times="2")),
        _in_multi,
    ),
    Surrounding(
        "sequential multi-instance of two subprocesses",
        "inside",
        "the second element begins when the first is done",
        lambda it: sketch(
            "-> M -> Z ->", M=multi(sub(*_ways(it), **it.elements), times="2", sequential=True)
        ),
        _in_sequence,
    ),
    Surrounding(
        "standard loop of a subprocess",
        "inside",
        "runs twice, the second time as the first",
        lambda it: sketch("-> L -> Z ->", L=loop(sub(*_ways(it), **it.elements), most=2)),
        _again,
    ),
    Surrounding(
        "flow that leads back",
        "in the loop of",
        "runs twice, the second time as the first",
        lambda it: sketch(
            "-> merge1",
            *_ways(it, "merge1", "More"),
            "More -> which1 -> [more > 0] merge1",
            "which1 -> Z ->",
            **it.elements,
            More=user("more"),
        ),
        _back,
    ),
    Surrounding(
        "parallel branch",
        "beside",
        "the join waits for both, whichever comes first",
        lambda it: sketch("-> fork1 -> O -> join1 -> Z ->", *_ways(it, "fork1", "join1"), **it.elements),
        _beside_branch("join1"),
    ),
    Surrounding(
        "inclusive branch",
        "beside",
        "the join waits for both, whichever comes first",
        lambda it: sketch(
            "-> some1 -> [1 > 0] O -> gather1 -> Z ->",
            *_ways(it, "some1 -> [2 > 0] Mark", "gather1"),
            **it.elements,
            Mark=throw(),
        ),
        _beside_branch("gather1"),
    ),
    Surrounding(
        "event gateway",
        "behind",
        "begins when its event comes first",
        _beside_race,
        _after_event(("signal:E", "timer:T"), "E"),
    ),
    Surrounding(
        "interrupting border of a step",
        "behind",
        "runs instead of the step",
        lambda it: sketch(
            "-> H -> Y ->", "Z ->", *_ways(it, "E", "Z"), **it.elements, E=on("H", "signal", "off")
        ),
        _after_event(("H", "signal:E"), "E"),
    ),
    Surrounding(
        "border that stays",
        "behind",
        "runs beside the step and what follows it; the case waits for it",
        lambda it: sketch(
            "-> H -> Z ->", *_ways(it, "E"), **it.elements, E=on("H", "signal", "off", stays=True)
        ),
        _beside_host,
    ),
    Surrounding(
        "event subprocess",
        "inside",
        "runs instead of the rest of its scope; then the scope ends",
        _in_handler,
        _after_event(("O", "signal:W_start"), "W_start", None),
    ),
    Surrounding(
        "subprocess broken off by a timer at its border",
        "inside",
        "whatever of it runs is gone at once, at every point",
        lambda it: sketch(
            "-> S -> Z ->", "E -> Y ->", S=sub(*_ways(it), **it.elements), E=on("S", "timer", "P9D")
        ),
        _broken_off("timer:E", "E"),
    ),
    Surrounding(
        "called process broken off by a message at its border",
        "inside",
        "whatever of it runs is gone at once, at every point",
        lambda it: sketch("-> C -> Z ->", "E -> Y ->", C=_called(it), E=on("C", "message", "off")),
        _broken_off("message:E", "E", "C/"),
    ),
    Surrounding(
        "terminate end beside",
        "in a subprocess with",
        "whatever of it runs is gone at once, at every point; the case goes on behind the subprocess",
        lambda it: sketch(
            "-> S -> Y ->",
            S=sub("-> fork1 -> T -> Stop", *_ways(it, "fork1"), **it.elements, Stop=end("terminate")),
        ),
        _broken_off("T", "T"),
    ),
    Surrounding(
        "interrupting event subprocess beside",
        "in a subprocess with",
        "whatever of it runs is gone at once, at every point",
        lambda it: sketch(
            "-> S -> Z ->", S=sub(*_ways(it), **it.elements, W=handler("signal", "off", "-> Y ->"))
        ),
        lambda steps: [
            (*each[:-1], _do("Y", "Z"), _do("Z")) for each in _broken_off("signal:W_start", "W_start")(steps)
        ],
    ),
)


def nested(it: Fragment, around: Surrounding) -> list[Scenario]:
    """The diagram of a fragment in a surrounding, with one script for each point that matters."""
    drawn = around.draw(it)
    name = f"{it.name} {around.relation} {around.name}"
    more = {}
    if it.name == "automatic steps":
        more = {"host": counting, "decisions": DISCOUNT}
    plays = list(around.play(it.steps))
    return [
        Scenario(name if len(plays) == 1 else f"{name}, {number}", drawn, steps, ends=None, **more)
        for number, steps in enumerate(plays, 1)
    ]
