"""What must not be published: every refused element, every event where it may not stand, every trap of
drawing. Each is refused by its code, at its element, in its line."""

from tests.conformance.scenario import Refusal, refusal
from tests.conformance.sketch import (
    Made,
    catch,
    end,
    event,
    handler,
    loop,
    multi,
    on,
    receive,
    script,
    send,
    sketch,
    sub,
    throw,
    transaction,
    user,
)
from workflows.engine.support import EVENTS, PLACES, REFUSED, TRIGGERS

BPMN_PART = "<bpmn:{}/>"


def _beside(tag: str) -> Refusal:
    """A refused element among the others."""
    return refusal(tag, sketch("-> a ->", x=Made(tag)), "unsupported_element", "x", shows=f"refused/{tag}")


def _in_flow(tag: str) -> Refusal:
    return refusal(
        tag, sketch("-> x -> a ->", x=Made(tag)), "unsupported_element", "x", shows=f"refused/{tag}"
    )


def _within(tag: str) -> Refusal:
    """A refused part of a step."""
    return refusal(
        tag,
        sketch("-> a ->", a=Made("userTask", BPMN_PART.format(tag))),
        "unsupported_element",
        "a",
        shows=f"refused/{tag}",
    )


def _message_flow() -> Refusal:
    xml = sketch("-> a ->").xml()
    pool = (
        '<bpmn:collaboration id="pools"><bpmn:participant id="we" processRef="process"/>\n'
        '<bpmn:messageFlow id="x" sourceRef="a" targetRef="we"/></bpmn:collaboration>\n'
    )
    drawn = xml.replace("<bpmn:process ", f"{pool}<bpmn:process ").encode()
    return refusal("messageFlow", drawn, "unsupported_element", "x", shows="refused/messageFlow")


def _elsewhere() -> list[Refusal]:
    """Each event at each place where it may not stand."""
    kinds = sorted(accepted.kind for accepted in EVENTS.values())
    found = []
    for tag in PLACES:
        for kind in kinds:
            if kind in PLACES[tag]:
                continue
            ref = {"condition": "1 > 0", "timer": "PT1H"}.get(kind, "E")
            host = {"attachedToRef": "a"} if tag == "boundaryEvent" else None
            made = event(tag, kind, ref, attributes=host)
            line = {"endEvent": "-> a -> x", "startEvent": "x -> a ->"}.get(tag, "-> a -> x ->")
            lines = ("-> a ->", "x -> c ->") if tag == "boundaryEvent" else (line,)
            found.append(refusal(f"{kind} {tag}", sketch(*lines, x=made), "event_not_here", "x"))
    for kind in sorted({"timer", "message", "signal", "error", "condition"}):
        ref = {"condition": "1 > 0", "timer": "PT1H"}.get(kind, "E")
        inside = sub("x -> b ->", x=event("startEvent", kind, ref))
        found.append(
            refusal(f"{kind} start of a subprocess", sketch("-> s ->", s=inside), "event_not_here", "x")
        )
    for kind in sorted(set(kinds) - TRIGGERS):
        ref = "E" if kind == "link" else ""
        found.append(
            refusal(
                f"{kind} start of an event subprocess",
                sketch("-> a ->", w=handler(kind, ref, "-> b ->")),
                "event_not_here",
                "w_start",
            )
        )
    return found


REFUSALS: list[Refusal] = [
    _in_flow("complexGateway"),
    _in_flow("implicitThrowEvent"),
    _in_flow("adHocSubProcess"),
    _in_flow("subChoreography"),
    _in_flow("choreographyTask"),
    _beside("dataStoreReference"),
    *(_within(tag) for tag in ("dataInputAssociation", "dataOutputAssociation", "ioSpecification")),
    *(_within(tag) for tag in ("property", "potentialOwner")),
    _message_flow(),
    refusal(
        "compensation throw",
        sketch(
            "-> a -> x ->", x=Made("intermediateThrowEvent", BPMN_PART.format("compensateEventDefinition"))
        ),
        "unsupported_element",
        "x",
        shows="refused/compensateEventDefinition",
    ),
    refusal(
        "compensation at a border",
        sketch(
            "-> a ->",
            x=Made(
                "boundaryEvent",
                BPMN_PART.format("compensateEventDefinition"),
                attributes={"attachedToRef": "a"},
            ),
        ),
        "unsupported_element",
        "x",
        shows="refused/compensateEventDefinition",
    ),
    refusal(
        "compensation end",
        sketch("-> a -> x", x=Made("endEvent", BPMN_PART.format("compensateEventDefinition"))),
        "unsupported_element",
        "x",
    ),
    refusal(
        "a step for compensation",
        sketch("-> a ->", a=Made("userTask", attributes={"isForCompensation": "true"})),
        "unsupported_element",
        "a",
    ),
    *_elsewhere(),
    # -- events
    refusal(
        "an error border that stays",
        sketch("-> s ->", "x -> b ->", s=sub("-> a ->"), x=on("s", "error", "E", stays=True)),
        "always_interrupts",
        "x",
    ),
    refusal(
        "a cancel border that stays",
        sketch("-> s ->", "x -> b ->", s=transaction("-> a ->"), x=on("s", "cancel", stays=True)),
        "always_interrupts",
        "x",
    ),
    refusal(
        "an error event subprocess that stays",
        sketch("-> a ->", w=handler("error", "E", "-> b ->", stays=True)),
        "always_interrupts",
        "w_start",
    ),
    refusal(
        "a cancel end outside of a transaction",
        sketch("-> s ->", s=sub("-> a -> x", x=end("cancel"))),
        "cancel_outside",
        "x",
    ),
    refusal(
        "a cancel border on a plain subprocess",
        sketch("-> s ->", "x -> b ->", s=sub("-> a ->"), x=on("s", "cancel")),
        "cancel_not_on_transaction",
        "x",
    ),
    refusal(
        "a cancel end nobody catches",
        sketch("-> s ->", s=transaction("-> a -> x", x=end("cancel"))),
        "cancel_not_caught",
        "x",
    ),
    refusal(
        "two borders for one error",
        sketch(
            "-> s ->",
            "x -> b ->",
            "y -> c ->",
            s=sub("-> a ->"),
            x=on("s", "error", "E"),
            y=on("s", "error", "E"),
        ),
        "caught_twice",
        "y",
    ),
    refusal(
        "a border on a gateway",
        sketch("-> fork -> a -> join ->", "fork -> b -> join", "x -> c ->", x=on("fork", "timer")),
        "boundary_not_here",
        "x",
    ),
    refusal(
        "a send task without a message", sketch("-> a -> x ->", x=Made("sendTask")), "event_without_name", "x"
    ),
    refusal(
        "a receive task without a message",
        sketch("-> a -> x ->", x=Made("receiveTask")),
        "event_without_name",
        "x",
    ),
    refusal(
        "a message event without a message",
        sketch("-> a -> x ->", x=catch("message")),
        "event_without_name",
        "x",
    ),
    refusal(
        "a link that leads nowhere", sketch("-> a -> x", x=throw("link", "on")), "link_leads_nowhere", "x"
    ),
    refusal(
        "a link that nothing throws",
        sketch("-> a ->", "x -> b ->", x=catch("link", "on")),
        "link_never_thrown",
        "x",
    ),
    refusal(
        "two catches of one link",
        sketch(
            "-> a -> out",
            "x1 -> b ->",
            "x2 -> c ->",
            out=throw("link", "on"),
            x1=catch("link", "on"),
            x2=catch("link", "on"),
        ),
        "link_twice",
        "x2",
    ),
    refusal(
        "a link out of a subprocess",
        sketch("-> s ->", "x2 -> b ->", s=sub("-> a -> x", x=throw("link", "on")), x2=catch("link", "on")),
        "link_leads_nowhere",
        "x",
    ),
    refusal(
        "a condition that looks at the clock",
        sketch("-> a -> x ->", x=catch("condition", "today() > date('2026-01-01')")),
        "condition_looks_outside",
        "x",
    ),
    refusal(
        "two event definitions in one event",
        sketch(
            "-> a -> x ->",
            x=Made("intermediateCatchEvent", catch("timer").inner + catch("condition", "1 > 0").inner),
        ),
        "several_events",
        "x",
    ),
    refusal(
        "a task behind an event gateway",
        sketch("-> race -> x -> merge ->", "race -> t -> merge", t=catch("timer")),
        "not_an_event",
        "x",
    ),
    refusal(
        "an event gateway with one way",
        sketch("-> race -> t ->", t=catch("timer")),
        "event_gateway_one_way",
        "race",
    ),
    # -- markers
    refusal(
        "two markers",
        sketch("-> x ->", x=Made("userTask", multi(user(), times="2").marker + loop(user(), most=2).marker)),
        "two_markers",
        "x",
    ),
    refusal(
        "a marker on an event subprocess",
        sketch(
            "-> a ->",
            w=Made(
                "subProcess",
                multi(user(), times="2").marker,
                attributes={"triggeredByEvent": "true"},
                inside=handler("message", "m", "-> b ->").inside,
                roots={"message_m": '<bpmn:message id="message_m" name="m"/>'},
            ),
        ),
        "marker_on_event_subprocess",
        "w",
    ),
    refusal("a multi-instance over nothing", sketch("-> x ->", x=multi(user())), "marker_needs_one", "x"),
    refusal("a loop without an end", sketch("-> x ->", x=loop(user())), "loop_without_condition", "x"),
    refusal(
        "a loop that never waits",
        sketch("-> merge -> x -> which -> [n > 0] merge", "which -> a ->", has="n=0", x=script("n = n + 1")),
        "loop_never_waits",
        "merge",
    ),
    # -- flows
    refusal(
        "a parallel join behind an exclusive split",
        sketch("-> a -> which -> [n > 0] b -> join -> d ->", "which -> c -> join", a=user("n")),
        "join_never_fires",
        "join",
    ),
    refusal(
        "an exclusive merge behind a parallel split",
        sketch("-> fork -> a -> merge -> d ->", "fork -> b -> merge"),
        "second_token",
        "merge",
    ),
    refusal("a step nothing leads to", sketch("-> a ->", "x -> b ->"), "unreachable", "x"),
    refusal(
        "a step with no way to an end",
        sketch("-> a -> which -> [n > 0] x -> y -> x", "which ->", a=user("n")),
        "no_way_to_end",
        "x",
    ),
    refusal(
        "a step behind which nothing follows", sketch("-> fork -> x", "fork -> b ->"), "nothing_follows", "x"
    ),
    refusal(
        "two branches that write one name",
        sketch("-> fork -> a -> join ->", "fork -> x -> join", a=user("n"), x=user("n")),
        "parallel_write",
        "x",
    ),
    refusal(
        "a side path that returns",
        sketch("-> a -> merge -> b ->", "e -> merge", e=on("a", "timer", stays=True)),
        "side_path_returns",
        "merge",
    ),
    refusal(
        "a flow into a subprocess",
        sketch("-> a -> s ->", s=sub("-> x ->")).xml().replace('targetRef="s"', 'targetRef="x"').encode(),
        "flow_crosses_border",
        "a.s",
    ),
    refusal(
        "send task words",
        sketch(
            "-> a -> x ->",
            x=Made(
                "sendTask", extensions="<flow:form/>", attributes=send("m").attributes, roots=send("m").roots
            ),
        ),
        "unknown_word",
        "x",
    ),
    refusal(
        "receive task words",
        sketch(
            "-> a -> x ->",
            x=Made(
                "receiveTask",
                extensions='<flow:param name="n" value="1"/>',
                attributes=receive("m").attributes,
                roots=receive("m").roots,
            ),
        ),
        "unknown_word",
        "x",
    ),
]
assert {row for each in REFUSALS for row in each.shows} == {f"refused/{tag}" for tag in REFUSED}
