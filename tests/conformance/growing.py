"""Grows random processes that are sound, and whose outcome does not hang on what BPMN leaves open.

BPMN does not say in which order automatic elements of parallel branches run. So each name belongs
to one branch at a time; and what breaks a scope off, or throws to a scope around, stands right
behind a choice of a person, when nothing else is moving. Only conditions of events read what others
write: flags, which are set right behind a person's step, before any condition is looked at."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import product

from tests.conformance.blocks import (
    Activity,
    Block,
    Boundary,
    Call,
    Catch,
    Cell,
    Choice,
    Decide,
    End,
    Expr,
    Handler,
    Inclusive,
    Link,
    Loop,
    Multi,
    Parallel,
    Process,
    Race,
    Rounds,
    Row,
    Script,
    Sub,
    Table,
    Throw,
    User,
    called,
)

LEAVES = {"person": 10, "script": 8, "catch": 2, "throw": 2, "flag": 3, "decide": 2, "link": 1}
WEIGHTS = {
    "row": 8,
    "choice": 4,
    "parallel": 4,
    "inclusive": 3,
    "loop": 2,
    "race": 2,
    "guarded": 4,
    "sub": 5,
    "call": 2,
    "multi": 3,
    "rounds": 1,
    "awaited": 2,
}
PEOPLE = ("userTask", "userTask", "userTask", "manualTask", "task")
MAX_CALLS = 3  # so deep may calls lie in each other: four processes in a row


@dataclass
class Ground:
    """What is known where a block grows."""

    names: list[str]  # numbers this way may read and write
    lists: list[str]  # lists this way may read and write
    flags: list[str] = field(default_factory=list)  # flags this way may set
    reads: list[str] = field(default_factory=list)  # loopCounter and the like
    may_end: bool = True  # may a way simply end here?
    joins: bool = True  # is there never more than one token of this way in its scope?
    partial: bool = False  # is this a way of an inclusive gateway? Its join does not wait for what ends
    shares: bool = True  # may two elements write one name?
    catches: list[tuple[str, str]] = field(default_factory=list)  # what is caught around: (kind, code)
    cancels: bool = False  # is this scope a transaction with an event for its cancelling?
    depth: int = 0


@dataclass
class Grown:
    """A process that may be called again: how deep it calls others, and what it may throw."""

    gardener: Gardener
    given: list[str]  # names its caller gives it
    ground: Ground
    height: int
    throws: list[tuple[str, str]]


class Gardener:
    """Grows one process; `budget` is roughly the number of its steps. `kinds` limits what it uses."""

    def __init__(
        self,
        chance: random.Random,
        key: str = "process",
        kinds: frozenset[str] | None = None,
        above: Gardener | None = None,
    ):
        self.chance, self.key, self.kinds = chance, key, kinds
        self.count: Counter[str] = Counter()
        self.process = Process(key, Row([]), {}, {}, [])
        self.calls = 0
        self.level: int = above.level + 1 if above else 0
        self.grown: list[Grown] = above.grown if above else []
        self.flags: list[str] = []

    def grow(self, budget: int, ground: Ground | None = None) -> Process:
        process = self.process
        if ground is None:
            process.lists = {self.id("list"): self.some_numbers()}
            ground = Ground([], list(process.lists))
        ground.names += [self.number() for _ in range(2)]
        self.flags = [self.number() for _ in range(2)] if self.may_use("condition") else []
        ground.flags += self.flags
        first = Activity(self.user(ground))
        if self.may_use("handler") and self.maybe(0.1):
            process.handlers, caught = self.handlers(ground)
            ground.catches = [*ground.catches, *caught]
        process.body = Row([first, self.block(ground, budget)])
        process.drawn = tuple(name for name in process.numbers if self.maybe(0.1))
        return process

    # -- chances and names

    def maybe(self, likely: float) -> bool:
        return self.chance.random() < likely

    def among(self, low: int, high: int) -> int:
        return self.chance.randint(low, high)

    def id(self, kind: str) -> str:
        self.count[kind] += 1
        return f"{'' if self.key == 'process' else self.key + '_'}{kind}{self.count[kind]}"

    def number(self) -> str:
        name = self.id("n")
        self.process.numbers[name] = 0
        return name

    def target(self, ground: Ground) -> str:
        """A name to write: one that is there already, or a new one."""
        if ground.shares and ground.names and self.maybe(0.6):
            return self.chance.choice(ground.names)
        name = self.number()
        ground.names.append(name)
        return name

    def some_numbers(self) -> list[int]:
        return [self.among(0, 9) for _ in range(self.chance.choice([0, 1, 2, 2, 3]))]

    def new_list(self, ground: Ground) -> str:
        name = self.id("list")
        self.process.lists[name] = self.some_numbers()
        ground.lists.append(name)
        return name

    def value(self, ground: Ground) -> Expr:
        """Something to calculate with."""
        names = [*ground.names, *ground.reads]
        read: Expr = self.chance.choice(names) if names and self.maybe(0.8) else self.among(0, 5)
        if ground.lists and self.maybe(0.15):
            read = ("sum", self.chance.choice(ground.lists))
        return (self.chance.choice("+-"), read, self.among(1, 9)) if self.maybe(0.5) else read

    # -- leaves

    def user(self, ground: Ground | None = None, values: tuple[int, ...] = (0, 1, 2)) -> User:
        id = self.id("user")
        tag = self.chance.choice(PEOPLE)
        if ground is None:
            return User(id, {}, tag)
        name = f"v_{id}"
        self.process.numbers[name] = 0
        ground.names.append(name)
        return User(id, {name: values}, tag)

    def asked(self, ground: Ground, values: tuple[int, ...]) -> tuple[User, str]:
        user = self.user(ground, values)
        return user, f"v_{user.id}"

    def leaf(self, ground: Ground) -> Block:
        without = {"flag"} if not ground.flags else set()
        kind = self.pick(LEAVES, without)
        if kind == "person":
            return Activity(self.user(ground if self.maybe(0.5) else None))
        if kind == "script":
            return self.script(ground)
        if kind == "catch":
            return self.catch(ground, tags=("intermediateCatchEvent", "receiveTask"))
        if kind == "flag":
            return self.flag(ground, self.chance.choice(ground.flags))
        if kind == "decide":
            return self.decide(ground)
        if kind == "link":
            return Link(self.id("link"))
        id = self.id("throw")
        value = self.value(ground) if self.maybe(0.5) else None
        return Throw(id, self.chance.choice(["message", "signal"]), id, value)

    def flag(self, ground: Ground, name: str, values: tuple[int, ...] = (0, 1)) -> Row:
        """A person sets a flag."""
        user, said = self.asked(ground, values)
        return Row([Activity(user), Script(self.id("script"), name, said)])

    def condition(self) -> Expr:
        name = self.chance.choice(self.flags)
        one: Expr = (self.chance.choice(["==", ">="]), name, 1)
        if self.maybe(0.2):
            return ("both", one, ("<", self.chance.choice(self.flags), 1))
        return one if self.maybe(0.8) else ("==", name, 0)

    def decide(self, ground: Ground) -> Row:
        """A decision table, and what comes of its answer."""
        table, result = self.table(ground), self.id("answer")
        row: list[Block] = [Decide(self.id("decide"), table, result)]
        read: Expr | None = None
        if table.policy in ("UNIQUE", "FIRST"):
            read = f"{result}.{self.chance.choice(table.outputs)}"
        elif table.policy in ("COLLECT COUNT", "COLLECT SUM"):
            read = result
        if read is not None:
            name = self.target(ground)
            row.append(Script(self.id("script"), name, ("in turn", name, read)))
        return Row(row)

    def table(self, ground: Ground) -> Table:
        name = self.id("table")
        policy = self.chance.choice(["UNIQUE", "FIRST", "COLLECT", "COLLECT COUNT", "COLLECT SUM"])
        inputs = [self.value(ground) for _ in range(self.among(1, 2))]
        outputs = ["level", "more"][: self.among(1, 2)] if " " not in policy else ["level"]
        default = self.among(0, 9) if policy in ("UNIQUE", "FIRST") and self.maybe(0.4) else None
        if policy == "UNIQUE":
            rows = self.apart(len(inputs))
            if default is not None and len(rows) > 2:
                del rows[self.among(1, len(rows) - 1)]
        else:
            rows = [[self.cell() for _ in inputs] for _ in range(self.among(1, 4))]
        if policy in ("FIRST", "COLLECT SUM") and default is None:
            rows.append([("-",) for _ in inputs])
        rules = [(cells, [self.result(ground) for _ in outputs]) for cells in rows]
        return Table(name, policy, inputs, outputs, rules, default)

    def result(self, ground: Ground) -> Expr:
        return self.value(ground) if self.maybe(0.2) else self.among(0, 9)

    def apart(self, inputs: int) -> list[list[Cell]]:
        """Rules of which exactly one matches, whatever the values are."""
        low = self.among(0, 3)
        high = low + self.among(0, 4)
        columns: list[list[Cell]] = [[("<", low), ("in", low, high), (">=", high + 1)]]
        if inputs > 1:
            value = self.among(0, 3)
            columns.append([("of", value, value + 2), ("not", value, value + 2)])
        return [list(cells) for cells in product(*columns)]

    def cell(self) -> Cell:
        low = self.among(0, 5)
        return self.chance.choice(
            [("-",), ("<", low), (">=", low), ("in", low, low + 2), ("of", low, low + 1), ("not", low)]
        )

    def script(self, ground: Ground) -> Script:
        if ground.shares and ground.lists and self.maybe(0.15):
            name = self.chance.choice(ground.lists)
            return Script(self.id("script"), name, ("+", name, ("list", self.value(ground))))
        value = self.value(ground)
        name = self.target(ground)
        return Script(self.id("script"), name, ("in turn", name, value))

    def catch(self, ground: Ground, kind: str | None = None, tags: tuple[str, ...] = ()) -> Catch:
        kind = kind or self.chance.choice(["timer", "message", "signal"])
        id = self.id(kind)
        tag = self.chance.choice(tags) if tags and kind == "message" else "intermediateCatchEvent"
        key = self.key_of(kind, ground)
        when = self.condition() if kind == "condition" else None
        return Catch(id, kind, self.brings(id, kind, ground), tag, key, when)

    def key_of(self, kind: str, ground: Ground) -> Expr | None:
        return self.value(ground) if kind == "message" and self.maybe(0.3) else None

    def more_of(self, kind: str, interrupting: bool, ground: Ground) -> dict[str, Expr | None]:
        """What else there is to say of an event at an edge or of a scope."""
        repeats = kind == "timer" and not interrupting and self.maybe(0.5)
        return {
            "key": self.key_of(kind, ground),
            "when": self.condition() if kind == "condition" else None,
            "rounds": self.chance.choice([0, 1, 2, 3]) if repeats else None,
        }

    def event_kind(self, *kinds: str) -> str:
        return self.chance.choice([*kinds, "condition"] if self.flags else kinds)

    def brings(self, id: str, kind: str, ground: Ground) -> str | None:
        if kind != "message" or not self.maybe(0.5):
            return None
        name = f"v_{id}"
        self.process.numbers[name] = 0
        ground.names.append(name)
        return name

    # -- blocks

    def block(self, ground: Ground, budget: int) -> Block:
        if budget <= 1:
            return self.leaf(ground)
        without = set() if ground.joins else {"parallel", "inclusive", "awaited"}
        if not self.flags:
            without |= {"awaited"}
        if ground.depth > 3:
            without |= {"sub", "call", "multi", "rounds"}
        if self.level >= MAX_CALLS:
            without |= {"call"}
        kind = self.pick(WEIGHTS, without)
        made: Block = getattr(self, kind)(ground, budget)
        return made

    def may_use(self, kind: str) -> bool:
        return self.kinds is None or kind in self.kinds

    def pick(self, weights: dict[str, int], without: Iterable[str] = ()) -> str:
        possible = [kind for kind in weights if self.may_use(kind) and kind not in without]
        return self.chance.choices(possible, [weights[kind] for kind in possible])[0]

    def split(self, budget: int, parts: int) -> list[int]:
        return [max(1, budget // parts) for _ in range(parts)]

    def row(self, ground: Ground, budget: int) -> Row:
        return Row([self.block(ground, size) for size in self.split(budget, self.among(2, 3))])

    def aside(self, ground: Ground) -> Ground:
        """For a way beside everything else, which may be gone more than once at the same time."""
        return replace(
            ground, names=[], lists=[], flags=[], may_end=True, joins=False, shares=False, partial=False
        )

    def choice(self, ground: Ground, budget: int) -> Choice:
        parts = self.among(2, 3)
        asked, name = self.asked(ground, (0, 1, 2))
        conditions: list[Expr | None] = [
            (self.chance.choice(["==", "<="]), name, n) for n in range(parts - 1)
        ]
        conditions.insert(self.among(0, parts - 1), None)
        branches: list[tuple[Expr | None, Block]] = []
        through = self.among(0, parts - 1)  # one that surely comes back
        for number, condition in enumerate(conditions):
            way: Block
            if number != through and self.may_use("way_out") and self.maybe(0.3):
                way = self.way_out(ground)
            elif self.maybe(0.15) and not any(block == Row([]) for _, block in branches):
                way = Row([])
            else:
                way = self.block(ground, max(1, budget // parts))
            branches.append((condition, way))
        return Choice(self.id("choice"), asked, branches)

    def at_risk(self, ground: Ground, budget: int) -> Block:
        """A block with somebody before it or beside it who may break everything off."""
        asked, name = self.asked(replace(ground, names=[]), (0, 0, 1))
        way_out = self.way_out(replace(ground, names=[], lists=[], may_end=False))
        choice = Choice(self.id("choice"), asked, [(("==", name, 1), way_out), (None, Row([]))])
        if ground.joins and self.maybe(0.6):
            # A join waits for ever for a way that ends by itself.
            return Parallel(self.id("parallel"), [choice, self.block(replace(ground, may_end=False), budget)])
        return Row([choice, self.block(ground, budget)])

    def awaited(self, ground: Ground, budget: int) -> Parallel:
        """A way that waits until another one has surely set a flag, of which nobody else knows."""
        flag = self.number()
        ways = self.branches(ground, budget, may_end=False, parts=2)
        sets = self.flag(replace(ground, names=[]), flag, (1,))
        waits = Catch(self.id("condition"), "condition", when=(">=", flag, 1))
        return Parallel(self.id("parallel"), [Row([sets, ways[0]]), Row([waits, ways[1]])])

    def way_out(self, ground: Ground) -> Block:
        """What ends a way, a scope or a scope around; or an escalation on the way."""
        kinds = ["terminate"]
        kinds += ["plain"] * 3 if ground.may_end else []
        kinds += ["cancel"] * 5 if ground.cancels else []
        ends: list[Block] = [self.script(ground)] if not ground.partial and self.maybe(0.3) else []
        errors = [code for kind, code in ground.catches if kind == "error"]
        kinds += ["error"] * 5 if errors else []
        known = [code for kind, code in ground.catches if kind == "escalation"]
        kinds += ["escalation"] * (5 if known else 1)
        kind = self.chance.choice(kinds)
        if kind == "error":
            ends.append(End(self.id("error"), "error", self.chance.choice(errors)))
        elif kind == "escalation":
            code = self.chance.choice([*known, *known, "nobody"])
            if ground.may_end and self.maybe(0.7):
                ends.append(End(self.id("escalated"), "escalation", code))
            else:
                ends += [Throw(self.id("escalate"), "escalation", code), Activity(self.user())]
        elif kind == "plain":
            id = self.id("out")
            ends.append(self.chance.choice([End(id), End(id), End(id, "message", id)]))
        else:
            ends.append(End(self.id(kind), kind))
        return Row(ends)

    def branches(
        self, ground: Ground, budget: int, *, may_end: bool, parts: int | None = None
    ) -> list[Block]:
        """Ways side by side; each has its names for itself."""
        parts = parts or self.among(2, 3)
        grounds = [replace(ground, names=[], lists=[], flags=[], may_end=may_end) for _ in range(parts)]
        for name in ground.names:
            self.chance.choice(grounds).names.append(name)
        for name in ground.lists:
            self.chance.choice(grounds).lists.append(name)
        for name in ground.flags:
            self.chance.choice(grounds).flags.append(name)
        made = [self.block(each, size) for each, size in zip(grounds, self.split(budget, parts), strict=True)]
        ground.names[:] = [name for each in grounds for name in each.names]
        ground.lists[:] = [name for each in grounds for name in each.lists]
        return made

    def parallel(self, ground: Ground, budget: int) -> Parallel:
        ways = self.branches(ground, budget, may_end=False)
        if self.maybe(0.1):
            ways[self.among(0, len(ways) - 1)] = Row([])
        return Parallel(self.id("parallel"), ways)

    def inclusive(self, ground: Ground, budget: int) -> Inclusive:
        asked, name = self.asked(ground, tuple(range(8)))
        ways = self.branches(replace(ground, partial=True), budget, may_end=ground.may_end)
        conditions: list[Expr | None] = [
            ("==", ("%", ("//", name, 2**bit), 2), 1) for bit in range(len(ways))
        ]
        if self.maybe(0.7):
            conditions[self.among(0, len(ways) - 1)] = None
        else:
            ways.append(self.leaf(ground))
            conditions.append(None)
        return Inclusive(self.id("inclusive"), asked, list(zip(conditions, ways, strict=True)))

    def loop(self, ground: Ground, budget: int) -> Loop:
        asked, name = self.asked(ground, (0, 0, 1))
        return Loop(self.id("loop"), asked, ("==", name, 1), self.block(ground, budget - 1), self.maybe(0.4))

    def race(self, ground: Ground, budget: int) -> Race:
        parts = self.among(2, 3)
        branches: list[tuple[Catch, Block]] = []
        for number in range(parts):
            kind = self.event_kind("timer", "message", "signal") if number else "timer"
            catch = self.catch(ground, kind)
            way = self.block(ground, max(1, budget // parts)) if self.maybe(0.8) else Row([])
            branches.append((catch, way))
        return Race(self.id("race"), branches)

    # -- activities

    def guarded(self, ground: Ground, budget: int) -> Activity:
        """A user task with events at its edge."""
        activity = Activity(self.user(ground if self.maybe(0.5) else None))
        self.boundaries(activity, ground, budget, [])
        return activity

    def boundaries(
        self, activity: Activity, ground: Ground, budget: int, thrown: list[tuple[str, str | None]]
    ) -> None:
        """Events at the edge: those for what is thrown inside, and some from the outside."""
        for kind, code in thrown:
            interrupting = kind != "escalation" or self.maybe(0.5)
            activity.boundaries.append(self.boundary(ground, kind, code, budget, interrupting))
        if not thrown or self.maybe(0.5):
            for _ in range(self.among(1, 2)):
                kind = self.event_kind("timer", "message", "signal")
                activity.boundaries.append(self.boundary(ground, kind, None, budget, self.maybe(0.6)))

    def boundary(
        self, ground: Ground, kind: str, code: str | None, budget: int, interrupting: bool
    ) -> Boundary:
        id = self.id(f"on_{kind}")
        more = self.more_of(kind, interrupting, ground)
        around = ground if interrupting else self.aside(ground)
        field = self.brings(id, kind, around)
        size = self.among(1, max(1, budget // 3))
        side: Block = Row([]) if interrupting and self.maybe(0.15) else self.block(around, size)
        return Boundary(id, kind, interrupting, side, code, field, **more)

    def thrown(self) -> tuple[list[tuple[str, str | None]], list[tuple[str, str]]]:
        """(kind, code) of events to put at an edge, and what may be thrown inside because of them."""
        edge: list[tuple[str, str | None]] = []
        inside: list[tuple[str, str]] = []
        for kind, likely in (("error", 0.4), ("escalation", 0.25)):
            if not self.maybe(likely):
                continue
            code = self.id(f"code_{kind}")
            if self.maybe(0.7):
                edge.append((kind, code))
                inside.append((kind, code))
            if not inside or self.maybe(0.3):
                edge.append((kind, None))
                inside.append((kind, f"{code}_any"))
        return edge, inside

    def sub(self, ground: Ground, budget: int) -> Activity:
        edge, inside = self.thrown()
        transaction = self.maybe(0.15)
        cancels = transaction and self.maybe(0.8)
        if cancels:
            edge.append(("cancel", None))
        activity = Activity(self.embedded(ground, budget, inside, transaction, cancels))
        if edge or self.maybe(0.5):
            self.boundaries(activity, ground, budget, edge)
        return activity

    def embedded(
        self,
        ground: Ground,
        budget: int,
        inside: list[tuple[str, str]],
        transaction: bool = False,
        cancels: bool = False,
        first: Block | None = None,
        repeated: bool = False,
    ) -> Sub:
        """A subprocess; names of its own are exported by a script at its end."""
        id = self.id("sub")
        own = {self.id("own"): self.among(0, 5) for _ in range(self.among(0, 2))}
        hidden = [name for name in ground.names if not name.startswith("v_") and self.maybe(0.1)]
        own |= {name: self.among(0, 5) for name in hidden}
        within = replace(
            ground,
            names=[*ground.names, *(name for name in own if name not in hidden)],
            may_end=True,
            joins=True,
            partial=False,
            catches=[*ground.catches, *inside],
            cancels=cancels,
            depth=ground.depth + 1,
        )
        handlers, caught = self.handlers(within, repeated=repeated) if self.maybe(0.3) else ([], [])
        within.catches = [*within.catches, *caught]
        body: list[Block] = [] if first is None else [first]
        if (inside or caught or cancels) and self.maybe(0.8):
            body.append(self.at_risk(within, budget - 1))
        else:
            body.append(self.block(within, budget - 1))
        if own and self.maybe(0.8):
            out = self.number()
            within.names.append(out)
            body.append(Script(self.id("script"), out, ("in turn", out, self.chance.choice(list(own)))))
        ground.names[:] = [name for name in within.names if name not in own or name in hidden]
        tag = "transaction" if transaction else "subProcess"
        drawn = tuple(name for name in own if self.maybe(0.3))
        return Sub(id, Row(body), own, handlers, tag, drawn)

    def handlers(
        self, within: Ground, *, repeated: bool = False
    ) -> tuple[list[Handler], list[tuple[str, str]]]:
        """Event subprocesses for a scope that grows next, and what they catch of it. In a scope that is
        repeated as its person says, none waits for a condition: it could break off each round before
        the person is asked."""
        made: list[Handler] = []
        caught: list[tuple[str, str]] = []
        for _ in range(self.among(1, 2)):
            kinds = ("message", "message", "timer", "signal", "error", "escalation")
            kind = self.chance.choice(kinds) if repeated else self.event_kind(*kinds)
            code = self.id(f"code_{kind}") if kind in ("error", "escalation") else None
            interrupting = kind == "error" or self.maybe(0.5)
            id = self.id(f"handle_{kind}")
            more = self.more_of(kind, interrupting, within)
            around = replace(within) if interrupting else self.aside(within)
            around = replace(
                around, joins=True, may_end=True, partial=False, cancels=False, depth=within.depth + 1
            )
            field = self.brings(id, kind, around)
            body = self.block(around, self.among(1, 4))
            made.append(Handler(id, kind, interrupting, body, code, field, **more))
            if code is not None:
                caught.append((kind, code))
        return made, caught

    def call(self, ground: Ground, budget: int) -> Activity:
        edge, inside = self.thrown()
        activity = Activity(self.called(ground, budget, inside))
        if edge or self.maybe(0.3):
            self.boundaries(activity, ground, budget, edge)
        return activity

    def called(self, ground: Ground, budget: int, inside: list[tuple[str, str]]) -> Call:
        id = self.id("call")
        catches = [*ground.catches, *inside]
        again = [
            each
            for each in self.grown
            if self.level + each.height < MAX_CALLS and {*each.throws} <= {*catches}
        ]
        if again and self.maybe(0.3):
            grown = self.chance.choice(again)
        else:
            grown = self.callee(ground, budget, catches)
        process = grown.gardener.process
        ins: list[tuple[str, Expr]] = [(name, self.value(ground)) for name in grown.given]
        ins += [
            (name, self.chance.choice(ground.lists) if ground.lists else ("empty",)) for name in process.lists
        ]
        outs = {self.target(ground): grown.gardener.value(grown.ground) for _ in range(self.among(0, 2))}
        return Call(id, process, ins, list(outs.items()))

    def callee(self, ground: Ground, budget: int, catches: list[tuple[str, str]]) -> Grown:
        self.calls += 1
        key = f"{self.key if self.key != 'process' else 'p'}_{self.calls}"
        gardener = Gardener(self.chance, key, self.kinds, self)
        given = [gardener.number() for _ in range(self.among(0, 2))]
        lists = [gardener.id("list")] if ground.lists else []
        within = Ground(list(given), list(lists), catches=catches, depth=ground.depth + 1)
        gardener.process.lists = {name: [] for name in lists}
        process = gardener.grow(max(1, budget - 1), within)
        below = {each.key for each in called(process)}
        height = max((each.height + 1 for each in self.grown if each.gardener.key in below), default=0)
        thrown = [pair for pair in catches if pair[0] == "error"]
        self.grown.append(Grown(gardener, given, within, height, thrown))
        return self.grown[-1]

    def multi(self, ground: Ground, budget: int) -> Activity:
        """Each element keeps to itself what it writes; results go out by `into`."""
        over = self.chance.choice(ground.lists) if ground.lists and self.maybe(0.7) else None
        count = None if over else self.chance.choice([0, 1, 2, 3, 2])
        item = self.id("item") if over and self.maybe(0.8) else None
        reads = [*ground.reads, "loopCounter", *([item] if item else [])]
        element = replace(ground, names=list(ground.names), reads=reads, depth=ground.depth + 1)
        edge: list[tuple[str, str | None]] = []
        kinds = ["user", "user", "sub", "sub", "call"]
        kind = self.chance.choice(kinds if self.level < MAX_CALLS else kinds[:-1])
        inner: User | Sub | Call
        if kind == "user":
            inner = self.user(element)
        else:
            edge, inside = self.thrown()
            element.catches = [*ground.catches, *inside]
            size = max(1, budget // 2)
            if kind == "sub":
                first = Activity(self.user(element))
                inner = self.embedded(element, size, inside, first=first)
            else:
                inner = self.called(element, size, inside)
        until = self.until(ground) if self.maybe(0.4) else None
        value = into = None
        if self.maybe(0.7):
            value, into = self.value(element), self.new_list(ground)
        repeat = Multi(self.maybe(0.4), over, count, item, value, into, until)
        activity = Activity(inner, repeat)
        if edge or self.maybe(0.25):
            self.boundaries(activity, ground, budget, edge)
        return activity

    def until(self, ground: Ground) -> Expr:
        bound: Expr = self.chance.choice([*ground.names[:2], 1, 2])
        return self.chance.choice(
            [
                (">=", "nrOfCompletedInstances", bound),
                ("<=", ("-", "nrOfInstances", "nrOfCompletedInstances"), bound),
                ("<=", "nrOfActiveInstances", bound),
                ("both", (">=", "nrOfCompletedInstances", 1), ("<", "nrOfActiveInstances", bound)),
            ]
        )

    def rounds(self, ground: Ground, budget: int) -> Activity:
        """A standard loop; the person asked first in each round says whether there is another."""
        before = self.maybe(0.4)
        again = 0 if before else 1  # names begin with 0: the first round is not always left out
        asked, name = self.asked(ground, (1 - again, again))
        inner: User | Sub = asked
        if self.maybe(0.6):
            within = replace(ground, reads=[*ground.reads, "loopCounter"])
            inner = self.embedded(within, max(1, budget - 1), [], first=Activity(asked), repeated=True)
        condition: Expr = ("==", name, again)
        if self.maybe(0.3):
            condition = ("both", condition, ("<", "loopCounter", self.among(1, 3)))
        repeat = Rounds(condition, self.chance.choice([None, 2, 3]), before)
        if self.maybe(0.2):
            repeat = Rounds(None, self.among(1, 3), False)
        activity = Activity(inner, repeat)
        if self.maybe(0.25):
            self.boundaries(activity, ground, budget, [])
        return activity


def grow(seed: int) -> Process:
    """The process of a seed."""
    chance = random.Random(seed)
    return Gardener(chance).grow(chance.randint(5, 40))
