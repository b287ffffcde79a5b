"""The decision tables of a version as people read them."""

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from workflows.definitions import definition_of
from workflows.engine.decisions import DecisionTable
from workflows.engine.definition import Element, pick_label
from workflows.views.words import listed, reader_language

POLICIES = {
    "UNIQUE": _("One rule fits at most."),
    "FIRST": _("The first rule that fits decides."),
    "COLLECT": _("All rules that fit give a result each."),
}
TOTALS = {
    "SUM": _("The results of all rules that fit are added up."),
    "MIN": _("The smallest result of the rules that fit counts."),
    "MAX": _("The largest result of the rules that fit counts."),
    "COUNT": _("The rules that fit are counted."),
}


@dataclass
class RuleRow:
    number: int | None  # None: what holds where no rule fits
    cells: list[str]
    results: list[str]
    description: str = ""


@dataclass
class TablePage:
    """One table: where it is asked, its columns and rules."""

    title: str
    policy: str
    steps: str
    inputs: list[str]
    outputs: list[str]
    rules: list[RuleRow] = field(default_factory=list)


def tables_of(version_id: int) -> list[TablePage]:
    """Every table that a version asks, in the order in which its steps are met."""
    language = reader_language()
    definition = definition_of(version_id)
    asked: dict[str, list[Element]] = {}
    for id in definition.steps:
        element = definition.elements[id]
        if element.decision is not None:
            asked.setdefault(element.decision.name, []).append(element)
    return [_page(elements, language) for elements in asked.values()]


def _page(elements: list[Element], language: str) -> TablePage:
    table: DecisionTable = elements[0].decision
    rules = [
        RuleRow(
            rule.number,
            [cell.text or "-" for cell in rule.cells],
            [result.expression.text for result in rule.results],
            rule.description,
        )
        for rule in table.rules
    ]
    if table.default is not None:
        blank = [""] * len(table.inputs)
        rules.append(RuleRow(None, blank, [result.expression.text for result in table.default]))
    policy = TOTALS.get(table.aggregation or "") or POLICIES.get(table.hit_policy, "")
    return TablePage(
        title=pick_label(table.labels, language, table.name),
        policy=str(policy),
        steps=listed(element.label(language) for element in elements),
        inputs=[pick_label(one.labels, language, one.label) for one in table.inputs],
        outputs=[pick_label(one.labels, language, one.label) for one in table.outputs],
        rules=rules,
    )
