"""Diagrams that wait for moments, and time that passes."""

from datetime import UTC, datetime, timedelta

from core import clock
from tests.workflows.engine.drawing import Drawing
from tests.workflows.running import Hand, publish_drawing, user
from workflows import services
from workflows.models import Timer

MONDAY = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def timer(text: str, form: str = "Duration") -> str:
    return f"<bpmn:timerEventDefinition><bpmn:time{form}>{text}</bpmn:time{form}></bpmn:timerEventDefinition>"


def words(**given: str) -> str:
    return "<flow:timer" + "".join(f' {name}="{value}"' for name, value in given.items()) + "/>"


def catching(text: str, form: str = "Duration", extensions: str = "") -> Drawing:
    """Wait, then ask somebody."""
    drawing = Drawing("catching").start().end()
    drawing.element("intermediateCatchEvent", "wait", timer(text, form), extensions=extensions)
    return user(drawing, "work").chain("start", "wait", "work", "end")


def bounded(
    text: str,
    form: str = "Duration",
    *,
    interrupting: bool = True,
    extensions: str = "",
    tag: str = "userTask",
) -> Drawing:
    """Somebody works; when it takes too long, somebody else is asked."""
    drawing = Drawing("bounded").start().end("end", "late_end")
    user(drawing, "work", tag=tag)
    more = {} if interrupting else {"cancelActivity": "false"}
    drawing.element(
        "boundaryEvent", "late", timer(text, form), attachedToRef="work", extensions=extensions, **more
    )
    user(drawing, "chase")
    return drawing.chain("start", "work", "end").chain("late", "chase", "late_end")


def begin(drawing: Drawing, cast, **given) -> Hand:
    """Publish it and start a case, as somebody who may start any."""
    publish_drawing(drawing)
    return Hand.start(drawing.key, cast.admin, **given)


def waiting(hand: Hand) -> list[Timer]:
    return list(Timer.objects.filter(instance=hand.instance, status="open").order_by("due_at", "pk"))


def pass_by(hand: Hand, time: timedelta) -> int:
    """So much later everything due has fired; how many that were."""
    with clock.travel(time):
        fired = services.fire_due_timers(seconds=60)
        hand.prove()
    return fired


def moments(hand: Hand) -> list[datetime]:
    fired = Timer.objects.filter(instance=hand.instance, status="fired").order_by("closed_at", "pk")
    return [one.due_at for one in fired]
