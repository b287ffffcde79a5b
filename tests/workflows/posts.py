"""Diagrams that tell each other something, and the post that brings it."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import quoteattr

from core.models import User
from tests.workflows.engine.drawing import Drawing
from tests.workflows.running import ABOUT_DEPARTMENT, Hand, publish_drawing, user
from workflows import services
from workflows.models import Delivery, Message, ProcessVersion, Subscription

NAMES = ("paid", "asked", "answered", "news", "first", "second")
ROOTS = "".join(
    f'<bpmn:message id="{name}" name="{name}"/><bpmn:signal id="s_{name}" name="{name}"/>' for name in NAMES
)


def message(name: str) -> str:
    return f'<bpmn:messageEventDefinition messageRef="{name}"/>'


def signal(name: str) -> str:
    return f'<bpmn:signalEventDefinition signalRef="s_{name}"/>'


def correlate(value: str) -> str:
    return f"<flow:correlate value={quoteattr(value)}/>"


def param(name: str, value: str) -> str:
    return f'<flow:param name="{name}" value={quoteattr(value)}/>'


def waiting_for(
    what: str, *words: str, key: str = "waits", about: bool = False, variables: str = ""
) -> Drawing:
    """Wait for something at once, then ask somebody."""
    extensions = (ABOUT_DEPARTMENT if about else "") + variables
    drawing = Drawing(key, extensions=extensions).start().end()
    drawing.element("intermediateCatchEvent", "wait", what, extensions="".join(words))
    return user(drawing, "work").chain("start", "wait", "work", "end")


def telling(what: str, *words: str, key: str = "tells", about: bool = False, variables: str = "") -> Drawing:
    """Somebody says so, then it is told."""
    extensions = (ABOUT_DEPARTMENT if about else "") + variables
    drawing = user(Drawing(key, extensions=extensions).start().end(), "say")
    drawing.element("intermediateThrowEvent", "tell", what, extensions="".join(words))
    return drawing.chain("start", "say", "tell", "end")


def started_by(what: str, *words: str, key: str = "starts", about: bool = False) -> Drawing:
    """Begins when it hears something; somebody works on it."""
    drawing = Drawing(key, extensions=ABOUT_DEPARTMENT if about else "").end()
    drawing.element("startEvent", "heard", what, extensions="".join(words))
    return user(drawing, "work").chain("heard", "work", "end")


def attached(what: str, *words: str, key: str = "attached", interrupting: bool = True) -> Drawing:
    """Somebody works; what comes meanwhile is looked at by somebody else."""
    drawing = user(Drawing(key).start().end("end", "seen"), "work")
    more = {} if interrupting else {"cancelActivity": "false"}
    drawing.element("boundaryEvent", "on", what, attachedToRef="work", extensions="".join(words), **more)
    return user(drawing, "look").chain("start", "work", "end").chain("on", "look", "seen")


def put_up(drawing: Drawing) -> ProcessVersion:
    return publish_drawing(drawing.bytes(ROOTS).decode(), key=drawing.key)


def begin(drawing: Drawing | str, actor: User, **given: Any) -> Hand:
    """Publish it, unless it is named by its key, and start a case."""
    if isinstance(drawing, Drawing):
        put_up(drawing)
        drawing = drawing.key
    return Hand.start(drawing, actor, **given)


def post(hands: list[Hand] | None = None) -> int:
    """Deliver what is on its way, and what that sets off, as the workers would; how many were delivered."""
    done = 0
    while ids := list(Delivery.objects.filter(status="open").order_by("pk").values_list("pk", flat=True)):
        moved = sum(services.deliver(delivery_id=pk) for pk in ids)
        left = Delivery.objects.filter(status="open")
        if not moved and set(left.values_list("pk", flat=True)) <= set(ids):
            break
        done += moved
    for hand in hands or ():
        hand.prove()
    return done


def send(name: str, actor: User, **given: Any) -> services.SentMessage:
    return services.send_message(name=name, actor=actor, **given)


def fates(about: Message | services.SentMessage) -> list[str]:
    """What became of the deliveries of a message."""
    one = about.message if isinstance(about, services.SentMessage) else about
    return list(one.deliveries.order_by("pk").values_list("status", flat=True))


def listening(hand: Hand) -> list[Subscription]:
    return list(Subscription.objects.filter(instance=hand.instance, status="open").order_by("pk"))
