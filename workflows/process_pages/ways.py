"""What a page says of decisions: the gates with their conditions, and the rules of decision tables."""

from __future__ import annotations

from django.utils import translation

from workflows.engine import Element, Flow
from workflows.engine.decisions import DecisionTable
from workflows.engine.definition import pick_label
from workflows.views.decision_tables import POLICIES, TOTALS

from .sections import Sections
from .words import table

GATES = ("exclusive_gateway", "inclusive_gateway", "parallel_gateway", "event_gateway")


class Ways:
    """The sections about decisions."""

    def __init__(self, sections: Sections) -> None:
        self.sections = sections
        self.definition = sections.definition
        self.tongue = sections.tongue
        self.say = sections.say

    def gates(self, *, as_written: bool = True) -> list[str]:
        heads = self.say(
            "Gate|Way|When|Goes on to|As written in the diagram", "判断|走向|条件|之后|流程图中的写法"
        ).split("|")
        rows = []
        for gate in self.sections.elements(*GATES):
            ways = self.definition.outgoing(gate.id)
            if len(ways) < 2:
                continue
            for number, flow in enumerate(sorted(ways, key=lambda one: one.is_default)):
                name = self._gate(gate) if not number else ""
                rows.append([name, *self._way(gate, flow)])
        width = len(heads) if as_written else len(heads) - 1
        return table(heads[:width], (row[:width] for row in rows))

    def _gate(self, gate: Element) -> str:
        """Gates are often called alike, or not at all: what comes before tells them apart."""
        name = f"**{self.sections.name(gate)}**\n" if self.sections.words.has_name(gate.id) else ""
        before = self.sections.comes_from(gate.id)
        return name + (self.say(f"after {before}", f"{before}之后") if before else "")

    def _way(self, gate: Element, flow: Flow) -> list[str]:
        written = ""
        if gate.kind == "event_gateway":
            when = self.sections.happens(self.definition.elements[flow.target])
        elif flow.condition is not None:
            when = self.sections.conditions.condition(flow.condition)
            written = f"`{flow.condition.text}`"
        elif gate.kind == "parallel_gateway":
            when = self.say("always: all ways at the same time", "总是：各走向同时进行")
        else:
            when = self.say("otherwise", "其他情况")
        target = flow.target
        if gate.kind == "event_gateway":
            return [
                flow.label(self.tongue.code) or self.sections.words.step(target),
                when,
                self.sections.leads_to(target),
                "",
            ]
        return [flow.label(self.tongue.code), when, self.sections.words.leading_to(target), written]

    # Decision tables ------------------------------------------------------------------------------

    def tables(self) -> list[str]:
        asked: dict[str, list[Element]] = {}
        for one in self.sections.elements("business_rule_task"):
            if one.decision is not None:
                asked.setdefault(one.decision.name, []).append(one)
        lines: list[str] = []
        for elements in asked.values():
            lines += self._table(elements[0].decision, elements)
        return lines

    def _table(self, found: DecisionTable | None, elements: list[Element]) -> list[str]:
        if found is None:
            return []
        code = self.tongue.code
        with translation.override(code):
            policy = str(TOTALS.get(found.aggregation or "", "") or POLICIES[found.hit_policy])
        heads = ["#", *(pick_label(one.labels, code, one.label) for one in found.inputs)]
        heads += [f"→ {pick_label(one.labels, code, one.label or one.name)}" for one in found.outputs]
        is_explained = any(rule.description for rule in found.rules)
        heads += [self.say("Why", "说明")] if is_explained else []
        rows = [
            [
                str(rule.number),
                *(
                    f"`{one.text}`" if one.text and one.text != "-" else self.say("any", "任意")
                    for one in rule.cells
                ),
                *(f"`{one.expression.text}`" for one in rule.results),
                *([rule.description] if is_explained else []),
            ]
            for rule in found.rules
        ]
        if found.default is not None:
            rest = [""] * (len(found.inputs) - 1)
            results = [f"`{one.expression.text}`" for one in found.default]
            blank = [""] if is_explained else []
            rows.append(["", self.say("no rule fits", "没有适用的规则"), *rest, *results, *blank])
        name = pick_label(found.labels, code, found.name)
        steps = self.tongue.listed(self.sections.words.named(one.id) for one in elements)
        said = self.say(f"Asked by {steps}. {policy}", f"由{steps}查询。{policy}")
        return ["", f"### {name}", "", said, "", *table(heads, rows)]
