"""What a page says of people and steps: how a case begins, lanes, what people do, what happens by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workflows import registry
from workflows.engine import Element, Expression, Field
from workflows.engine.definition import Deadline, pick_label

from .conditions import Conditions
from .reading import Read, by_language
from .words import Tongue, Words, capital, table

AUTOMATIC = ("service_task", "script_task", "business_rule_task", "call_activity")
_USUAL = Deadline("")


class Sections:
    """The parts of one page, each a list of lines."""

    def __init__(self, one: Read, tongue: Tongue, called: Mapping[str, str]) -> None:
        self.one = one
        self.definition = one.definition
        self.tongue = tongue
        self.say = tongue.say
        self.words = Words(one.definition, tongue, one.roles)
        self.conditions = Conditions(self.words)
        self.called = called  # the file of each process that has a page

    # Parts that several sections use --------------------------------------------------------------

    def elements(self, *kinds: str) -> Iterator[Element]:
        """In the order in which people meet them."""
        found = (self.definition.elements[id] for id in self.definition.steps)
        return (one for one in found if one.kind in kinds)

    def name(self, element: Element) -> str:
        """The name, with that of the subprocess around it."""
        name = element.label(self.tongue.code) if element.name or element.labels else f"`{element.id}`"
        around = self.definition.elements.get(element.scope)
        return f"{self.name(around)} › {name}" if around is not None else name

    def leads_to(self, id: str) -> str:
        """What comes next behind an element, by name."""
        flows = self.definition.outgoing(id)
        return self.tongue.listed(dict.fromkeys(self.words.leading_to(flow.target) for flow in flows))

    def comes_from(self, id: str) -> str:
        """The steps before an element: gateways, and events without a name, are looked through."""
        return self.tongue.listed(dict.fromkeys(self._before(id, {id})))

    def _before(self, id: str, seen: set[str]) -> Iterator[str]:
        for flow in self.definition.flows.values():
            if flow.target != id or flow.source in seen:
                continue
            source = self.definition.elements[flow.source]
            is_unnamed = source.kind.endswith("event") and not self.words.has_name(source.id)
            if is_unnamed and source.kind == "start_event":
                yield self.say("the start", "开始")
            elif is_unnamed and source.host is not None:
                yield self.words.named(source.host)
            elif is_unnamed or source.kind.endswith("gateway"):
                yield from self._before(source.id, {*seen, source.id})
            else:
                yield self.words.named(source.id)

    # How it begins --------------------------------------------------------------------------------

    def about(self) -> list[str]:
        kind = self.words.kind()
        lines = (
            [self.say(f"Each case is about one {kind.lower()}.", f"每个流程围绕一个{kind}进行。")]
            if kind
            else []
        )
        return [*lines, "", *self._begins()]

    def _begins(self) -> list[str]:
        lines = [f"- {one}" for one in map(self._start, self.definition.starts) if one]
        asked = self._fields(self.definition.start_fields)
        if asked:
            lines.append("- " + self.say(f"Asked for at the start: {asked}.", f"发起时填写：{asked}。"))
        return lines

    def _start(self, id: str) -> str:
        element = self.definition.elements[id]
        name = f"{self.words.named(id)}{self.say(': ', '：')}" if self.words.has_name(id) else ""
        if element.event is not None:
            return name + self.say(f"{self.happens(element)}.", f"{self.happens(element)}。")
        roles = self.tongue.listed(map(self.words.role, self.one.starters))
        if not roles:
            return name + self.say("begun by those who may start cases.", "由有权发起流程的人员发起。")
        if not self.one.is_shipped:
            return name + self.say(f"begun by people: {roles}.", f"由人员发起：{roles}。")
        return name + self.say(
            f"begun by people. From the first day on: {roles}; an administrator decides who may.",
            f"由人员发起。初始可发起的岗位：{roles}；由管理员决定谁可以发起。",
        )

    def happens(self, element: Element) -> str:
        """What an event waits for, in words."""
        event = element.event
        if event is None:
            return ""
        if event.kind == "timer":
            return self.moment(element)
        name = self.words.event(event.ref)
        if event.kind == "condition" and event.value is not None:
            return self.say("once ", "当") + self.conditions.condition(event.value) + self.say("", "时")
        kinds = {
            "message": ("the message “{}” comes", "收到消息“{}”"),
            "signal": ("the signal “{}” comes", "收到信号“{}”"),
            "error": ("it is broken off with `{}`", "因 `{}` 中断"),
            "escalation": ("it reports `{}`", "上报 `{}`"),
            "cancel": ("it is cancelled", "被取消"),
        }
        pattern = self.say(*kinds.get(event.kind, ("{}", "{}")))
        return pattern.format(name or self.say("any", "任意"))

    def moment(self, element: Element) -> str:
        """When a timer comes."""
        event = element.event
        if event is None:
            return ""
        if event.value is not None and not event.value.literal:
            when = self.conditions.of(event.value)
            if event.form == "date":
                return self.say(f"on the day of {when}", f"到{when}之日")
            said = f"{when} ({self.say('working time', '工作时间')})" if event.working_time else when
            return self.say(f"after {said}", f"满 {said}") if event.form == "duration" else said
        text = event.text or (event.value.text.strip("\"'") if event.value is not None else "")
        if event.form == "cycle":
            return self.words.cycle(text, working=event.working_time)
        if event.form == "date":
            return self.say(f"on {text}", f"在 {text}")
        length = self.words.duration(text, working=event.working_time)
        return self.say(f"after {length}", f"满 {length}")

    # People ---------------------------------------------------------------------------------------

    def lanes(self) -> list[str]:
        rows = []
        for name, labels in self.definition.lanes:
            inside = [one for one in self.definition.elements.values() if one.lane == name]
            roles = dict.fromkeys(one.role for one in inside if one.role and not one.assign)
            people = [
                self.name(one)
                for id in self.definition.steps
                if (one := self.definition.elements[id]).is_manual and one.lane == name
            ]
            rows.append(
                [
                    pick_label(labels, self.tongue.code, name),
                    self.tongue.listed(map(self.words.role, roles)),
                    self.tongue.listed(people) or self.say("automatic steps only", "仅有自动环节"),
                ]
            )
        return table(self.say("Lane|Role|What its people do", "泳道|岗位|人工环节").split("|"), rows)

    def steps(self) -> list[str]:
        found = list(self.elements("user_task", "manual_task", "task"))
        heads = self.say("Step|Who|Due|What can be chosen|Form", "环节|办理人|时限|处理结果|表单").split("|")
        lines = table(
            heads,
            (
                [
                    f"**{self.name(one)}**{self._repeated(one)}",
                    self.who(one),
                    self._due(one),
                    self._outcomes(one),
                    self._form(one),
                ]
                for one in found
            ),
        )
        if any(one.deadline is not None for one in found):
            lines += ["", self._deadlines()]
        for one in found:
            says = self.said(one)
            if says:
                lines += ["", f"**{self.name(one)}**{self.say(': ', '：')}{says}"]
        return lines

    def said(self, element: Element) -> str:
        """What the diagram tells the people who do a step, in this language."""
        return by_language(element.documentation).get(self.tongue.code, "").replace("\n\n", " ")

    def who(self, element: Element) -> str:
        assign = element.assign
        if assign is not None and assign.person is not None:
            who = capital(self.conditions.person(assign.person))
        elif assign is not None and assign.role_from is not None:
            value = self.conditions.of(assign.role_from)
            who = self.say(f"Everybody with the role named by {value}", f"{value}所指岗位的人员")
        elif element.role:
            who = self.words.role(element.role)
        else:
            who = "—"
        others = [self.words.named(id) for id in element.distinct_from]
        if others:
            names = self.tongue.listed(others)
            who += "\n" + self.say(f"not whoever did {names}", f"不得与{names}的办理人相同")
        return who

    def _repeated(self, element: Element) -> str:
        loop = element.loop
        if loop is None:
            return ""
        if loop.kind == "loop":
            return "\n" + self.say("again and again", "可反复进行")
        each = self._each(loop.collection or loop.cardinality)
        if loop.kind == "parallel":
            return "\n" + self.say(
                f"once for each entry of {each}, at the same time", f"对{each}逐项同时办理"
            )
        return "\n" + self.say(f"once for each entry of {each}, one after the other", f"对{each}逐项依次办理")

    def _each(self, expression: Expression | None) -> str:
        return self.conditions.of(expression) if expression is not None else ""

    def _due(self, element: Element) -> str:
        deadline = element.deadline
        if deadline is None:
            return "—"
        due = self._span(element, deadline)
        levels = (
            (deadline.remind, _USUAL.remind, self.say("reminded", "提醒")),
            (deadline.copy, _USUAL.copy, self.say("manager told", "抄告上级")),
            (deadline.handover, _USUAL.handover, self.say("manager may reassign", "上级可转办")),
        )
        other = [
            self.say(f"{what} at {at}%", f"{at}% 时{what}")
            if at is not None
            else self.say(f"not {what}", f"不{what}")
            for at, usual, what in levels
            if at != usual
        ]
        return due + ("\n" + self.tongue.listed(other) if other else "")

    def _span(self, element: Element, deadline: Deadline) -> str:
        if element.due_on is None:
            return self.words.duration(deadline.duration, working=True)
        day = self.conditions.of(element.due_on)
        return self.say(f"on {day}", f"{day}当天")

    def _deadlines(self) -> str:
        return self.say(
            "Due is counted in working time of the company's calendar. Unless the table says otherwise, people are "
            f"reminded at {_USUAL.remind}% of it, their manager is told at {_USUAL.copy}% and may give the task to "
            f"somebody else at {_USUAL.handover}%.",
            f"时限按公司工作日历的工作时间计算。表中未另行注明时：到 {_USUAL.remind}% 提醒办理人，到 {_USUAL.copy}% "
            f"抄告其上级，到 {_USUAL.handover}% 上级可以转办给他人。",
        )

    def _outcomes(self, element: Element) -> str:
        reason = self.say(" (with a reason)", "（须填写意见）")
        return "\n".join(
            one.label(self.tongue.code) + (reason if one.comment_required else "") for one in element.outcomes
        ) or self.say("Done", "完成")

    def _form(self, element: Element) -> str:
        if element.work_form is not None:
            known = registry.work_forms().get(element.work_form)
            return self.tongue.pair(known.label) if known is not None else element.work_form
        return self._fields(element.form) or "—"

    def _fields(self, fields: tuple[Field, ...]) -> str:
        must = self.say(" (required)", "（必填）")
        return "\n".join(
            one.label(self.tongue.code) + (must if one.required else "") + self._only_if(one)
            for one in fields
        )

    def _only_if(self, field: Field) -> str:
        if field.shown_if is None:
            return ""
        said = self.conditions.condition(field.shown_if)
        return self.say(f" (only if {said})", f"（仅当{said}时填写）")

    # What happens by itself -------------------------------------------------------------------------

    def automatic(self) -> list[str]:
        heads = self.say("Step|What it does|Goes on to", "环节|做什么|之后").split("|")
        return table(
            heads,
            (
                [f"**{self.name(one)}**{self._repeated(one)}", self._does(one), self.leads_to(one.id)]
                for one in self.elements(*AUTOMATIC)
            ),
        )

    def _does(self, element: Element) -> str:
        if element.operation is not None:
            known = registry.operations().get(element.operation)
            title = self.tongue.pair(known.label) if known is not None else element.operation
            given = (f"`{name}`: {self.conditions.of(value)}" for name, value, _param in element.params)
            if element.outside:
                title += self.say(
                    " (in another system; the step waits for its answer)", "（在外部系统中进行，等待其答复）"
                )
            return "\n".join([title, *given])
        if element.decision is not None:
            name = pick_label(element.decision.labels, self.tongue.code, element.decision.name)
            return self.say(f"asks the decision table “{name}”", f"查询规则表“{name}”")
        if element.called is not None:
            name = self.definition.calls[element.id].label(self.tongue.code)
            page = self.called.get(element.called)
            link = f"[{name}]({page})" if page else f"“{name}”"
            return self.say(f"runs the process {link} and waits for its end", f"运行流程{link}，等待其结束")
        lines = element.script.assignments if element.script is not None else ()
        return "\n".join(f"`{'.'.join(one.target)}` = {self.conditions.of(one.value)}" for one in lines)
