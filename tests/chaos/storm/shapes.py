"""The four shapes of cases that run through the storm, and how each of them must have ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tests.workflows.engine.drawing import Drawing

TO_ADMIN: Final = '<flow:assign role="process_admin"/>'
WRITE: Final = "ledger.write"
SERVICE: Final = "storm"

_MESSAGES: Final = (
    '<bpmn:message id="question" name="storm.question"/><bpmn:message id="reply" name="storm.reply"/>'
)
_NUMBER: Final = '<flow:form><flow:field id="number" type="integer" required="true"/></flow:form>'


@dataclass(frozen=True)
class Shape:
    """``ends`` are the ways in which a case may end: for each, the entries it has left in the ledger."""

    key: str
    drawing: Drawing
    operations: tuple[str, ...]
    ends: tuple[frozenset[str], ...]
    # May be written more than once or not at all, but exactly as often as the history says.
    as_often_as_passed: frozenset[str] = frozenset()

    @property
    def bpmn(self) -> str:
        return self.drawing.bytes(_MESSAGES).decode()


def approval() -> Shape:
    """Two people agree, one of them perhaps only after a return."""
    drawing = Drawing("storm_approval").start().end("agreed")
    outcomes = '<flow:outcome code="approve"/><flow:outcome code="return" comment="optional"/>'
    drawing.user("draft", extensions=TO_ADMIN).user("review", "decide", extensions=TO_ADMIN + outcomes)
    drawing.service("submitted", WRITE).service("approved", WRITE)
    drawing.choice("reviewed", default="review_ok").choice("decided", default="decide_ok")
    drawing.chain("start", "draft", "submitted", "review", "reviewed")
    drawing.flow("reviewed", "draft", 'review.outcome == "return"')
    drawing.flow("reviewed", "decide", id="review_ok").flow("decide", "decided")
    drawing.flow("decided", "draft", 'decide.outcome == "return"')
    drawing.flow("decided", "approved", id="decide_ok").flow("approved", "agreed")
    return Shape(
        "storm_approval",
        drawing,
        (WRITE,),
        (frozenset({"submitted", "approved"}),),
        frozenset({"submitted"}),
    )


def against_the_clock() -> Shape:
    """A person answers within two hours, reminded every half hour; else the case goes on without."""
    drawing = Drawing("storm_clock").start().end("end_answered", "end_late", "end_reminded")
    drawing.user("answer", extensions=TO_ADMIN)
    drawing.add(_boundary("late_at", "timeDuration", "PT2H")).add(
        _boundary("remind_at", "timeCycle", "R3/PT30M", interrupting=False)
    )
    drawing.service("answered", WRITE).service("late", WRITE).service("reminded", WRITE)
    drawing.chain("start", "answer", "answered", "end_answered").chain("late_at", "late", "end_late")
    drawing.chain("remind_at", "reminded", "end_reminded")
    return Shape(
        "storm_clock",
        drawing,
        (WRITE,),
        (frozenset({"answered"}), frozenset({"late"})),
        frozenset({"reminded"}),
    )


def asking() -> Shape:
    """Asks another case by message and waits for its reply."""
    drawing = Drawing("storm_ask", extensions='<flow:variable name="number" type="integer" required="true"/>')
    drawing.start().end("heard")
    drawing.add(_event("intermediateThrowEvent", "ask", "question", _correlate("number") + _param("number")))
    drawing.add(_event("intermediateCatchEvent", "hear", "reply", _correlate("number")))
    drawing.service("noted", WRITE).chain("start", "ask", "hear", "noted", "heard")
    return Shape("storm_ask", drawing, (WRITE,), (frozenset({"noted"}),))


def replying() -> Shape:
    """Started by the question; a person looks at it, then it replies."""
    drawing = Drawing("storm_reply").end("told")
    drawing.add(_event("startEvent", "asked", "question", _NUMBER))
    drawing.user("look", extensions=TO_ADMIN).service("looked", WRITE)
    drawing.add(_event("intermediateThrowEvent", "tell", "reply", _correlate("number")))
    drawing.chain("asked", "look", "looked", "tell", "told")
    return Shape("storm_reply", drawing, (WRITE,), (frozenset({"looked"}),))


def calling_outside() -> Shape:
    """An effect outside, between two steps of people."""
    drawing = Drawing("storm_outside").start().end("over")
    drawing.user("before", "after", extensions=TO_ADMIN)
    drawing.service("call", "workflows.call_service", result="answer", service=f'"{SERVICE}"', path='"storm"')
    drawing.service("called", WRITE).chain("start", "before", "call", "called", "after", "over")
    granted = (WRITE, f"workflows.call_service:{SERVICE}")
    return Shape("storm_outside", drawing, granted, (frozenset({"called"}),))


def shapes() -> list[Shape]:
    return [approval(), against_the_clock(), replying(), asking(), calling_outside()]


def _event(tag: str, id: str, message: str, words: str) -> str:
    return (
        f'<bpmn:{tag} id="{id}"><bpmn:extensionElements>{words}</bpmn:extensionElements>'
        f'<bpmn:messageEventDefinition messageRef="{message}"/></bpmn:{tag}>'
    )


def _boundary(id: str, form: str, text: str, *, interrupting: bool = True) -> str:
    cancels = "" if interrupting else ' cancelActivity="false"'
    return (
        f'<bpmn:boundaryEvent id="{id}" attachedToRef="answer"{cancels}><bpmn:timerEventDefinition>'
        f"<bpmn:{form}>{text}</bpmn:{form}></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )


def _correlate(value: str) -> str:
    return f'<flow:correlate value="{value}"/>'


def _param(name: str) -> str:
    return f'<flow:param name="{name}" value="{name}"/>'
