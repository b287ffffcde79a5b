"""What a page says of time and news: timers, messages and other events, ends."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.engine import Element

from .sections import Sections
from .words import capital, table

NEWS = ("message", "signal", "condition", "error", "escalation", "cancel")
COMING = ("start_event", "boundary_event", "catch_event", "receive_task")
GOING = ("throw_event", "send_task", "end_event")


class Happenings:
    """The sections about events."""

    def __init__(self, sections: Sections) -> None:
        self.sections = sections
        self.definition = sections.definition
        self.say = sections.say

    def timers(self) -> list[str]:
        heads = self.say("Timer|When|Where|What it does", "计时|何时|位置|作用").split("|")
        return table(
            heads,
            (
                [
                    f"**{self._label(one)}**",
                    capital(self.sections.moment(one)),
                    self._place(one),
                    self._effect(one),
                ]
                for one in self._with("timer")
            ),
        )

    def news(self) -> list[str]:
        heads = self.say("What|Where|What it does|Comes along", "内容|位置|作用|随附内容").split("|")
        return table(
            heads,
            (
                [self._what(one), self._place(one), self._effect(one), self._along(one)]
                for one in self._with(*NEWS)
            ),
        )

    def ends(self) -> list[str]:
        heads = self.say("End|Reached after|What ends", "结束|此前环节|结束范围").split("|")
        rows = []
        for one in self.sections.elements("end_event"):
            rows.append([f"**{self._label(one)}**", self.sections.comes_from(one.id), self._ended(one)])
        return table(heads, rows)

    # Parts ----------------------------------------------------------------------------------------

    def _with(self, *kinds: str) -> Iterator[Element]:
        return (one for one in self.sections.elements(*COMING, *GOING) if one.event_kind in kinds)

    def _label(self, element: Element) -> str:
        """An event's own name; for one without a name, what it is about."""
        if element.name or element.labels:
            return self.sections.name(element)
        return capital(self.sections.happens(element)) or self.say("End", "结束")

    def _what(self, element: Element) -> str:
        name = f"**{self.sections.name(element)}**\n" if element.name or element.labels else ""
        return name + self._says(element)

    def _says(self, element: Element) -> str:
        if element.kind not in GOING:
            return capital(self.sections.happens(element))
        name = self.sections.words.event(element.event.ref) if element.event is not None else ""
        told = {
            "message": ("Tells the message “{}”", "发出消息“{}”"),
            "signal": ("Tells the signal “{}”", "发出信号“{}”"),
            "error": ("Breaks off with `{}`", "以 `{}` 中断"),
            "escalation": ("Reports `{}`", "上报 `{}`"),
            "cancel": ("Cancels what is around it", "取消所在的子流程"),
        }
        return self.say(*told.get(element.event_kind, ("{}", "{}"))).format(name)

    def _place(self, element: Element) -> str:
        if element.host is not None:
            step = self.sections.words.named(element.host)
            return self.say(f"while {step} is open", f"{step}进行期间")
        around = self.definition.elements.get(element.scope)
        if element.kind == "start_event":
            if around is None:
                return self.say("at the beginning", "流程开始时")
            outer = self.definition.elements.get(around.scope)
            whole = (
                self.sections.name(outer)
                if outer is not None
                else self.definition.label(self.sections.tongue.code)
            )
            return self.say(f"at any time during “{whole}”", f"“{whole}”进行期间的任何时候")
        if element.kind in GOING:
            steps = self.sections.comes_from(element.id)
            return self.say(f"after {steps}", f"{steps}之后")
        return self.say("the case waits for it", "流程在此等待")

    def _effect(self, element: Element) -> str:
        """What happens to the step it stands at, and what comes next."""
        next_steps = self.sections.leads_to(element.id)
        around = self.definition.elements.get(element.scope)
        if element.kind == "start_event" and around is not None and around.kind == "event_subprocess":
            what = self.sections.words.named(around.id)
            if element.interrupting:
                return self.say(f"ends what is open and begins {what}", f"结束其中未办结的环节，开始{what}")
            return self.say(f"begins {what} beside it", f"另行开始{what}")
        if element.host is None:
            if element.kind == "end_event" and element.event_kind in ("error", "cancel"):
                inside = (
                    self.sections.words.named(around.id)
                    if around is not None
                    else self.say("the case", "流程")
                )
                return self.say(f"breaks {inside} off", f"中断{inside}")
            if element.kind == "end_event":
                return self.say("then this way ends", "之后此分支结束")
            return self.say(f"goes on to {next_steps}", f"继续到{next_steps}")
        step = self.sections.words.named(element.host)
        if element.interrupting:
            return self.say(f"ends {step} and goes on to {next_steps}", f"结束{step}，转到{next_steps}")
        return self.say(f"begins {next_steps}; {step} stays open", f"开始{next_steps}；{step}继续进行")

    def _along(self, element: Element) -> str:
        if element.event is not None and element.event.payload:
            tongue, conditions = self.sections.tongue, self.sections.conditions
            return tongue.listed(
                f"`{name}` = {conditions.of(value)}" for name, value in element.event.payload
            )
        return (
            self.sections.tongue.listed(one.label(self.sections.tongue.code) for one in element.form) or "—"
        )

    def _ended(self, element: Element) -> str:
        around = self.definition.elements.get(element.scope)
        inside = self.sections.words.named(around.id) if around is not None else ""
        if element.event_kind == "terminate":
            if inside:
                return self.say(
                    f"all of {inside}, also what is still open in it", f"整个{inside}，包括其中未办结的环节"
                )
            return self.say("the whole case, also what is still open", "整个流程，包括未办结的环节")
        if element.event_kind in ("error", "cancel"):
            return self.say(f"{inside or 'the case'}: it is broken off", f"{inside or '流程'}中断")
        if inside:
            return self.say(f"this way through {inside}", f"{inside}中的这一分支")
        return self.say("the case, once nothing else is open", "流程（没有其他未办结的环节时）")
