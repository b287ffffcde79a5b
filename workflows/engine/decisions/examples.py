"""The examples of docs/decision-tables.md. A test decides each of them and compares the results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Example:
    """A table as it is printed, with values and what it decides for them.

    A result that is a text is the code of the error."""

    title: str
    about: str
    policy: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    rules: tuple[tuple[str, ...], ...]
    cases: tuple[tuple[Mapping[str, Any], Any], ...]
    default: tuple[str, ...] = ()


NAMES: Final = {
    "amount": "decimal",
    "level": "text",
    "discount": "decimal",
    "overdue": "integer",
    "export": "boolean",
    "signed_on": "date",
}

EXAMPLES: Final = (
    Example(
        "UNIQUE: one rule, and only one",
        "The order of the rules does not matter. It is what a table has that says nothing about its hit policy. "
        "If two rules match, the step is held and an operator is told which: two rules that contradict each other "
        "are a mistake, not a matter of luck.",
        "UNIQUE",
        ("level", "discount"),
        ("approver",),
        (
            ('"gold"', "<= 0.15", '"manager"'),
            ('"gold"', "> 0.15", '"director"'),
            ('not("gold")', "<= 0.05", '"manager"'),
            ('not("gold")', "> 0.05", '"director"'),
        ),
        (
            ({"level": "gold", "discount": "0.15"}, {"approver": "manager"}),
            ({"level": "silver", "discount": "0.10"}, {"approver": "director"}),
            ({"level": None, "discount": "0.10"}, "no_rule_matches"),
        ),
    ),
    Example(
        "FIRST: from top to bottom",
        "The first rule that matches counts. A last rule of dashes catches all the rest. A rule that can never be "
        "reached because an earlier one covers it is a warning.",
        "FIRST",
        ("overdue", "amount"),
        ("letter", "stop_delivery"),
        (
            ("> 60", "-", '"final"', "true"),
            ("> 30", ">= 10000", '"second"', "true"),
            ("> 30", "-", '"second"', "false"),
            ("-", "-", '"none"', "false"),
        ),
        (
            ({"overdue": 45, "amount": "12000"}, {"letter": "second", "stop_delivery": True}),
            ({"overdue": 45, "amount": "9999.99"}, {"letter": "second", "stop_delivery": False}),
            ({"overdue": None, "amount": None}, {"letter": "none", "stop_delivery": False}),
        ),
    ),
    Example(
        "A default instead of a last rule",
        "UNIQUE and FIRST may have a default, one for every result column (`defaultOutputEntry`). It is taken when "
        "no rule matches.",
        "UNIQUE",
        ("level",),
        ("rate",),
        (('"gold"', "0.08"), ('"silver", "bronze"', "0.03")),
        (
            ({"level": "bronze"}, {"rate": "0.03"}),
            ({"level": "new"}, {"rate": "0"}),
        ),
        ("0",),
    ),
    Example(
        "COLLECT: all that match",
        "The result is a list of records in the order of the rules, empty if none matches. A multi-instance step "
        "can go through it.",
        "COLLECT",
        ("amount", "export"),
        ("document",),
        (
            ("-", "-", '"contract"'),
            ("> 50000", "-", '"credit report"'),
            ("-", "true", '"customs declaration"'),
        ),
        (
            (
                {"amount": "60000", "export": False},
                [{"document": "contract"}, {"document": "credit report"}],
            ),
            ({"amount": None, "export": None}, [{"document": "contract"}]),
        ),
    ),
    Example(
        "COLLECT with SUM: added up",
        "The results of all matching rules are added. If none matches, the sum has no value (`null`), as DMN says; "
        "use `coalesce(points, 0)` where nothing should count as nought.",
        "COLLECT SUM",
        ("amount", "level"),
        ("points",),
        ((">= 10000", "-", "10"), (">= 50000", "-", "15"), ("-", '"gold"', "20")),
        (
            ({"amount": "60000", "level": "gold"}, 45),
            ({"amount": "5000", "level": "silver"}, None),
        ),
    ),
    Example(
        "COLLECT with MIN: the smallest",
        "Without a match there is no value (`null`).",
        "COLLECT MIN",
        ("amount", "overdue"),
        ("limit",),
        (("-", "> 30", "5000"), ("-", "> 60", "0"), ("-", "-", "20000.50")),
        (
            ({"amount": "1", "overdue": 40}, "5000"),
            ({"amount": "1", "overdue": 61}, "0"),
            ({"amount": "1", "overdue": None}, "20000.50"),
        ),
    ),
    Example(
        "COLLECT with MAX: the largest",
        "Without a match there is no value (`null`).",
        "COLLECT MAX",
        ("overdue",),
        ("priority",),
        (("> 0", "50"), ("> 30", "70"), ("> 60", "90")),
        (({"overdue": 31}, 70), ({"overdue": 0}, None)),
    ),
    Example(
        "COLLECT with COUNT: how many",
        "Counts the rules that match; 0 if none does.",
        "COLLECT COUNT",
        ("overdue", "export"),
        ("risk",),
        (("> 30", "-", '"late"'), ("-", "true", '"abroad"')),
        (({"overdue": 31, "export": True}, 2), ({"overdue": 3, "export": False}, 0)),
    ),
    Example(
        "Dates",
        'Dates are written as in FEEL; beside a date a plain text `"2026-12-20"` will do.',
        "UNIQUE",
        ("signed_on",),
        ("price_list",),
        (
            ('< date("2026-01-01")', '"2025"'),
            ('[date("2026-01-01")..date("2026-06-30")]', '"2026 first half"'),
            ('> "2026-06-30"', '"2026 second half"'),
        ),
        (
            ({"signed_on": "2026-06-30"}, {"price_list": "2026 first half"}),
            ({"signed_on": "2026-07-01"}, {"price_list": "2026 second half"}),
        ),
    ),
)
