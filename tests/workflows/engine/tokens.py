"""Diagrams as bare graphs for the tests of soundness, and a token game that simply tries everything.

It knows nothing of the lint: no shrinking, no bit masks, no regions of points; only what BPMN says a
token does."""

from __future__ import annotations

from itertools import chain, combinations, pairwise

from tests.workflows.engine.drawing import Drawing

TAGS = {
    "start": "startEvent",
    "end": "endEvent",
    "terminate": "endEvent",
    "user": "userTask",
    "choice": "exclusiveGateway",
    "parallel": "parallelGateway",
    "inclusive": "inclusiveGateway",
    "race": "eventBasedGateway",
    "catch": "intermediateCatchEvent",
    "on": "boundaryEvent",
    "beside": "boundaryEvent",
}
TIMER = "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>"
SPLITS = ("choice", "parallel", "inclusive")


class Plan:
    """Nodes by kind, and flows in order; `on` interrupts its host, `beside` does not."""

    def __init__(self, *chains, **hosts):
        self.kinds, self.flows, self.hosts, self.defaults = {}, {}, dict(hosts), {}
        for each in chains:
            self.chain(*each.split())

    def node(self, kind, host=None):
        name = f"{kind}{sum(1 for each in self.kinds.values() if each == kind) + 1}"
        self.kinds[name] = kind
        if host is not None:
            self.hosts[name] = host
        return name

    def chain(self, *names):
        """Names begin with their kind: `parallel_split`, `user1`."""
        for name in names:
            self.kinds.setdefault(name, next(kind for kind in TAGS if name.startswith(kind)))
        for source, target in pairwise(names):
            self.flow(source, target)
        return self

    def flow(self, source, target):
        name = f"f{len(self.flows) + 1}"
        self.flows[name] = (source, target)
        return name

    def default(self, gateway, number=0):
        self.defaults[gateway] = [f for f, (s, _) in self.flows.items() if s == gateway][number]
        return self

    def drawing(self, condition="1 == 2", key="process"):
        drawing = Drawing(key)
        for name, kind in self.kinds.items():
            inner, more = "", {}
            if kind == "terminate":
                inner = "<bpmn:terminateEventDefinition/>"
            elif kind in ("catch", "on", "beside"):
                inner = TIMER
            if kind in ("on", "beside"):
                more = {"attachedToRef": self.hosts[name]}
                more |= {"cancelActivity": "false"} if kind == "beside" else {}
            if name in self.defaults:
                more["default"] = self.defaults[name]
            drawing.element(TAGS[kind], name, inner, **more)
        for name, (source, target) in self.flows.items():
            asks = self.kinds[source] in ("choice", "inclusive") and name not in self.defaults.values()
            several = sum(1 for other, _ in self.flows.values() if other == source) > 1
            drawing.flow(source, target, condition if asks and several else None, id=name)
        return drawing


class Everything:
    """Tries every move from every marking. A token is on a flow, or in an activity with events."""

    MOST = 20_000

    def __init__(self, plan, *, patient=False):
        """`patient`: as the engine does it: what comes to an end event is gone at once, and an inclusive
        join is looked at when no gateway can move. Else both may happen at any moment."""
        self.plan, self.patient = plan, patient
        self.arriving = {name: [f for f, (_, t) in plan.flows.items() if t == name] for name in plan.kinds}
        self.leaving = {name: [f for f, (s, _) in plan.flows.items() if s == name] for name in plan.kinds}
        self.edge = {name: [e for e, host in plan.hosts.items() if host == name] for name in plan.kinds}
        self.ways = {name: self.after(name) for name in plan.kinds}

    def after(self, begin, without=None):
        """Every element that a token at an element may come to, itself included."""
        seen, pending = set(), [begin]
        while pending:
            name = pending.pop()
            if name not in seen and name != without:
                seen.add(name)
                pending += [self.plan.flows[flow][1] for flow in self.leaving[name]]
                pending += [event for event in self.edge[name] if self.plan.kinds[event] == "on"]
        return seen

    def is_sound(self):
        """None if there is too much to try."""
        kinds = self.plan.kinds
        found = [self.plays_well([*self.leaving[s]]) for s, kind in kinds.items() if kind == "start"]
        for event in (name for name, kind in kinds.items() if kind == "beside"):
            if self.comes_back(event):
                return False
            found.append(self.plays_well(self.leaving[event]))
        return False if False in found else None if None in found else True

    def comes_back(self, event):
        """Whether the path of an event meets anything that may run at the same time, but for ends."""
        around, pending = set(), [event]
        while pending:
            host = self.plan.hosts[pending.pop()]
            for begin, kind in self.plan.kinds.items():
                if kind in ("start", "beside") and host in self.ways[begin] and begin not in around:
                    around.add(begin)
                    pending += [begin] if kind == "beside" else []
        met = self.ways[event] & set().union(*(self.ways[begin] for begin in around))
        return any(self.plan.kinds[name] not in ("end", "terminate") for name in met)

    def plays_well(self, begin):
        first = frozenset(begin)
        seen, pending, back = {first}, [first], {}
        while pending:
            marking = pending.pop()
            for taken, given in self.moves(marking):
                after = self.moved(marking, taken, given)
                if after is None:
                    return False
                back.setdefault(after, []).append(marking)
                if after not in seen:
                    if len(seen) > self.MOST:
                        return None
                    seen.add(after)
                    pending.append(after)
        self.seen = seen
        ending, pending = {frozenset()}, [frozenset()]
        while pending:
            for before in back.get(pending.pop(), ()):
                if before not in ending:
                    ending.add(before)
                    pending.append(before)
        return seen <= ending

    def moved(self, marking, taken, given):
        """The marking after a move; None if a token came where one is already."""
        if self.patient and given != "clear":
            given = self.without_ends(given)
        if given == "clear":
            return frozenset()
        rest = marking.difference(taken)
        return rest.union(given) if rest.isdisjoint(given) else None

    def together(self):
        """Pairs of elements that had tokens at the same time, in what was played last."""
        places = (sorted({self.place(token) for token in marking}) for marking in self.seen)
        return {pair for names in places for pair in combinations(names, 2)}

    def without_ends(self, given):
        kinds = {flow: self.plan.kinds[self.place(flow)] for flow in given}
        if "terminate" in kinds.values():
            return "clear"
        return [flow for flow, kind in kinds.items() if kind != "end"]

    def moves(self, marking):
        joins = [
            n for n, kind in self.plan.kinds.items() if kind == "inclusive" and len(self.arriving[n]) > 1
        ]
        late = list(self.moves_at(joins, marking)) if self.patient else []
        names = dict.fromkeys(self.place(token) for token in marking)
        if late:
            gates = [
                n for n in names if n not in joins and self.plan.kinds[n] in (*SPLITS, "end", "terminate")
            ]
            if any(True for _ in self.moves_at(gates, marking)):
                late = []
            names = [name for name in names if name not in joins]
        yield from self.moves_at(names, marking)
        yield from late

    def moves_at(self, names, marking):
        for name in names:
            kind, leaving = self.plan.kinds[name], self.leaving[name]
            here = [flow for flow in self.arriving[name] if flow in marking]
            events = [event for event in self.edge[name] if self.plan.kinds[event] == "on"]
            if events:
                for flow in here:
                    yield [flow], [("in", name)]
                if ("in", name) in marking:
                    yield [("in", name)], leaving
                    yield from (([("in", name)], self.leaving[event]) for event in events)
            elif kind == "parallel":
                if len(here) == len(self.arriving[name]):
                    yield here, leaving
            elif kind == "inclusive":
                takes = [[flow] for flow in here]
                if len(self.arriving[name]) > 1:
                    takes = [here] if self.is_ripe(name, set(here), marking) else []
                yield from ((taken, given) for taken in takes for given in self.choices(name))
            elif kind in ("choice", "race"):
                yield from (([flow], [given]) for flow in here for given in leaving)
            else:
                yield from (([flow], "clear" if kind == "terminate" else leaving) for flow in here)

    def place(self, token):
        return token[1] if isinstance(token, tuple) else self.plan.flows[token][1]

    def choices(self, name):
        """Any of the flows, at least one; or the default alone."""
        default = self.plan.defaults.get(name)
        flows = [flow for flow in self.leaving[name] if flow != default]
        several = chain.from_iterable(combinations(flows, size) for size in range(1, len(flows) + 1))
        return [*several, *([(default,)] if default else []), *([] if self.leaving[name] else [()])]

    def is_ripe(self, join, full, marking):
        if not full:
            return False
        for token in marking:
            if self.place(token) != join:
                seen = self.after(self.place(token), without=join)
                reached = {flow for flow in self.arriving[join] if self.plan.flows[flow][0] in seen}
                if reached - full and not reached & full:
                    return False
        return True


# -- random ones


def grown(chance, size):
    """A sound plan of everything: blocks in blocks."""
    plan = Plan()
    start, end = plan.node("start"), plan.node("end")
    first, last = _block(plan, chance, size, ends=True)
    plan.flow(start, first)
    plan.flow(last, end)
    return plan


def _block(plan, chance, size, *, ends):
    """(first, last); `ends`: a way may end here by itself."""
    if size <= 1:
        name = plan.node("user")
        return name, name
    kind = chance.choice(["row", "row", "choice", "parallel", "inclusive", "loop", "race", "edge", "beside"])
    parts = chance.randint(2, 3)
    share = max(1, size // parts)
    if kind == "row":
        blocks = [_block(plan, chance, share, ends=ends) for _ in range(parts)]
        for (_, last), (first, _) in pairwise(blocks):
            plan.flow(last, first)
        return blocks[0][0], blocks[-1][1]
    if kind == "loop":
        merge, split = plan.node("choice"), plan.node("choice")
        first, last = _block(plan, chance, size - 1, ends=ends)
        plan.flow(merge, first)
        plan.flow(last, split)
        plan.flow(split, merge)
        return merge, split
    if kind in ("edge", "beside"):
        host, event = plan.node("user"), None
        event = plan.node("on" if kind == "edge" else "beside", host)
        first, last = _block(plan, chance, share, ends=True)
        plan.flow(event, first)
        if kind == "beside":
            plan.flow(last, chance.choice(["end1", plan.node("end")]))
            return host, host
        if chance.random() < 0.3:
            plan.flow(last, plan.node("terminate") if chance.random() < 0.7 or not ends else "end1")
            return host, host
        merge = plan.node("choice")
        plan.flow(host, merge)
        plan.flow(last, merge)
        return host, merge
    split, join = plan.node(kind), plan.node("choice" if kind == "race" else kind)
    for number in range(parts):
        if kind == "inclusive" and number == 1 and chance.random() < 0.3:
            plan.defaults[split] = plan.flow(split, join)
            continue
        first, last = _block(plan, chance, share, ends=ends and kind != "parallel")
        if kind == "race":
            caught = plan.node("catch")
            plan.flow(split, caught)
            plan.flow(caught, first)
        else:
            plan.flow(split, first)
        way_out = number and kind != "parallel" and chance.random() < 0.2
        plan.flow(
            last, plan.node("end" if ends and chance.random() < 0.5 else "terminate") if way_out else join
        )
    return split, join


def spoil(plan, chance, times=1):
    """Change the kind of gateways, or where flows lead."""
    for _ in range(times):
        gates = [name for name, kind in plan.kinds.items() if kind in SPLITS]
        if gates and chance.random() < 0.6:
            name = chance.choice(gates)
            plan.kinds[name] = chance.choice([kind for kind in SPLITS if kind != plan.kinds[name]])
            if plan.kinds[name] != "inclusive":
                plan.defaults.pop(name, None)
            continue
        targets = [n for n, kind in plan.kinds.items() if kind not in ("start", "on", "beside", "catch")]
        flow = chance.choice(list(plan.flows))
        source, target = plan.flows[flow]
        others = [name for name in targets if name not in (source, target)]
        if others and plan.kinds[target] not in ("catch",):
            plan.flows[flow] = (source, chance.choice(others))
    return plan
