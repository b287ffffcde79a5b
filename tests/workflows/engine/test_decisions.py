"""Decision tables: every hit policy, every form of a cell, what is refused, and what rules do together."""

import itertools
import json
import re
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflows.engine.test_expressions import ATTACKS
from workflows.engine.decisions import DecisionError, decision_tables, dmn, read_decision
from workflows.engine.decisions.examples import EXAMPLES
from workflows.engine.decisions.examples import NAMES as EXAMPLE_NAMES
from workflows.engine.definition import DEFAULT_LANGUAGE
from workflows.engine.expressions import ExpressionError, Names
from workflows.engine.messages import message
from workflows.engine.problems import Findings
from workflows.engine.texts import diagram, expressions, running
from workflows.engine.texts.decisions import TEXTS
from workflows.engine.vocabulary import Type, as_type

DOCS = Path(__file__).resolve().parents[3] / "docs"
DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
TYPES = {
    "amount": "decimal",
    "count": "integer",
    "name": "text",
    "ok": "boolean",
    "on": "date",
    "at": "datetime",
    "level": Type("choice", choices=("low", "high")),
    "tags": "list[text]",
    "items": "list",
    "record": "record",
}
NAMES = Names(
    {name: as_type(of) for name, of in TYPES.items()},
    {"amount": Type("decimal"), "owner": Type("text")},
)


class Context:
    def __init__(self, **values):
        self.variables = values
        self.reads = {}

    def subject(self, path):
        return {"amount": Decimal("99.90"), "owner": None}[path]

    def now(self):
        return datetime(2026, 12, 21, 1, 0, tzinfo=UTC)


def column(tag, text, **more):
    """An input (its expression) or an output (its name), with `type`, `values`, `default`, `label`."""
    type_ref = f" typeRef={quoteattr(more['type'])}" if "type" in more else ""
    label = f" label={quoteattr(more['label'])}" if "label" in more else ""
    values = f"<{tag}Values><text>{escape(more['values'])}</text></{tag}Values>" if "values" in more else ""
    if tag == "input":
        inner = f"<inputExpression{type_ref}><text>{escape(text)}</text></inputExpression>"
        return f"<input{label}>{inner}{values}</input>"
    if "default" in more:
        values += f"<defaultOutputEntry><text>{escape(more['default'])}</text></defaultOutputEntry>"
    return f"<output name={quoteattr(text)}{label}{type_ref}>{values}</output>"


def rule(inputs, outputs):
    cells = "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in inputs)
    return (
        f"<rule>{cells}"
        + "".join(f"<outputEntry><text>{escape(cell)}</text></outputEntry>" for cell in outputs)
        + "</rule>\n"
    )


def file(body, namespace=DMN):
    return f'<definitions xmlns="{namespace}" id="d" name="d" namespace="urn:test">{body}</definitions>'


def table(inputs, outputs, rules, policy="UNIQUE"):
    """A file; a column is its text or (text, {more}), a rule its input cells and its output cells."""
    policy, _, aggregation = policy.partition(" ")
    heads = []
    for tag, columns in (("input", inputs), ("output", outputs)):
        for each in columns:
            text, more = (each, {}) if isinstance(each, str) else each
            heads.append(column(tag, text, **more))
    aggregation = f' aggregation="{aggregation}"' if aggregation else ""
    lines = "".join(rule(row[: len(inputs)], row[len(inputs) :]) for row in rules)
    return file(
        f'<decision id="t" name="T"><decisionTable hitPolicy="{policy}"{aggregation}>\n'
        f"{''.join(heads)}\n{lines}</decisionTable></decision>"
    )


def read(text, names=NAMES, name="t"):
    findings = Findings()
    found = read_decision(text, names, findings, name=name)
    assert (found is None) == findings.has_errors
    for problem in findings.problems:
        assert problem.params["table"] == name
    return found, findings.problems


def good(*args, **more):
    found, problems = read(table(*args), **more)
    assert found is not None, [str(problem) for problem in problems]
    return found


def one(cell, kind="count", **more):
    """A table with one cell on one variable."""
    return good([(kind, more)] if more else [kind], ["r"], [(cell, "1")], "COLLECT COUNT")


def matches(cell, value, kind="count", **more):
    found = one(cell, kind, **more).decide(Context(**{kind: value}))
    assert found.value == len(found.rules)
    return bool(found.rules)


def codes(problems):
    """The codes, with the code inside a cell or column where there is one."""
    return {p.params["reason"]["code"] if "reason" in p.params else p.code for p in problems}


# -- hit policies and the page


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.title for example in EXAMPLES])
def test_the_examples_of_the_page_decide_as_it_says(example):
    outputs = [
        (name, {"default": example.default[index]} if example.default else {})
        for index, name in enumerate(example.outputs)
    ]
    names = Names({name: as_type(of) for name, of in EXAMPLE_NAMES.items()}, {})
    found, problems = read(table(example.inputs, outputs, example.rules, example.policy), names)
    assert problems == []
    for values, expected in example.cases:
        if isinstance(expected, str) and expected in TEXTS:
            with pytest.raises(DecisionError) as caught:
                found.decide(Context(**values))
            assert caught.value.code == expected
        else:
            value = found.decide(Context(**values)).value
            assert value == expected
            assert json.loads(json.dumps(value)) == value


def test_the_file_on_the_page_reads_without_a_word():
    names = Names({"level": Type("text"), "amount": Type("decimal")}, {})
    found, problems = read(re.search(r"```xml\n(.*?)```", decision_tables(), re.DOTALL).group(1), names)
    assert problems == []
    assert found.labels == {"zh-hans": "审批人", "en": "Approver"}
    assert found.result_type.fields["approver"].choices == ("manager", "director")
    assert found.decide(Context(level="gold", amount="50000")).value == {"approver": "manager"}
    assert found.decide(Context(level="gold", amount="50000.01")).value == {"approver": "director"}


def test_a_file_without_hit_policy_is_unique():
    text = table(["count"], ["r"], [("1", "1")]).replace(' hitPolicy="UNIQUE"', "")
    assert read(text)[0].hit_policy == "UNIQUE"


def test_unique_refuses_two_matches_and_names_them():
    found = good(["count", "name"], ["r"], [("< 5", "-", "1"), ("-", '"x"', "2"), ("9", "-", "3")])
    assert found.decide(Context(count=4, name="y")).rules == (1,)
    with pytest.raises(DecisionError) as caught:
        found.decide(Context(count=4, name="x"))
    assert caught.value.code == "several_rules_match"
    assert caught.value.params["rules"] == [1, 2]
    assert isinstance(caught.value, ExpressionError)
    assert '1, 2 (count: 4; name: "x")' in caught.value.message("en")
    assert "1、2" in caught.value.message("zh-hans")


def test_first_takes_the_first_and_calculates_no_other():
    found = good(["count"], ["r"], [("> 5", "1 / count"), ("-", "1 / (count - count)")], "FIRST")
    assert found.decide(Context(count=8)).value == {"r": "0.125"}
    with pytest.raises(DecisionError) as caught:
        found.decide(Context(count=1))
    assert caught.value.code == "decision_cell"
    assert caught.value.params["rule"] == 2
    assert caught.value.params["reason"]["code"] == "division_by_zero"
    json.dumps(caught.value.params)


def test_the_result_type_follows_the_hit_policy():
    rows = [("1", "1.5")]
    record = Type("record", fields={"r": Type("decimal")})
    assert good(["count"], ["r"], rows).result_type == record
    assert good(["count"], ["r"], rows, "FIRST").result_type == record
    assert good(["count"], ["r"], rows, "COLLECT").result_type == Type("list", item=record)
    assert good(["count"], ["r"], rows, "COLLECT MAX").result_type.kind == "decimal"
    assert good(["count"], ["r"], rows, "COLLECT COUNT").result_type.kind == "integer"
    assert good(["count"], ["r"], [("1", "1")], "COLLECT SUM").result_type.kind == "integer"


def test_sums_are_exact_and_a_missing_amount_is_an_error():
    found = good(["count"], ["r"], [("-", "0.1"), ("-", "0.2"), ("9", "amount")], "COLLECT SUM")
    assert found.decide(Context(count=1)).value == "0.3"
    with pytest.raises(DecisionError) as caught:
        found.decide(Context(count=9, amount=None))
    assert caught.value.params["reason"]["code"] == "no_value"
    big = good(["count"], ["r"], [("-", "9" * 18), ("-", "9" * 18)], "COLLECT SUM")
    with pytest.raises(DecisionError) as caught:
        big.decide(Context(count=1))
    assert caught.value.params["reason"]["code"] == "number_too_big"


def test_what_was_read_is_kept():
    found = good(["count", "subject.amount"], ["r"], [("1", "-", "amount")], "FIRST")
    assert found.reads == {"count", "subject", "amount"}
    context = Context(count=1, amount="5.50")
    assert found.decide(context).value == {"r": "5.50"}
    assert context.reads == {"count": 1, "subject.amount": "99.90", "amount": "5.50"}
    context = Context(count=2)
    with pytest.raises(DecisionError):
        found.decide(context)
    assert context.reads == {"count": 2, "subject.amount": "99.90"}


def test_a_list_result_is_not_shared_between_cases():
    found = good(["count"], ["r"], [("-", '["a", "b"]')])
    first = found.decide(Context(count=1)).value
    first["r"].append("c")
    assert found.decide(Context(count=1)).value == {"r": ["a", "b"]}


# -- cells


@pytest.mark.parametrize(
    ("kind", "cell", "yes", "no"),
    [
        ("count", "-", [1, None], []),
        ("count", "", [1, None], []),
        ("count", "  \n ", [1, None], []),
        ("count", "5", [5], [4, None]),
        ("count", "-5", [-5], [5]),
        ("count", "+5", [5], [-5]),
        ("count", "< 5", [4], [5, None]),
        ("count", "<= 5", [5], [6, None]),
        ("count", ">5", [6], [5]),
        ("count", ">= -5", [-5, 0], [-6]),
        ("count", "< 2.5", [2], [3]),
        ("count", "[1..10]", [1, 10], [0, 11, None]),
        ("count", "(1..10)", [2, 9], [1, 10]),
        ("count", "]1..10[", [2, 9], [1, 10]),
        ("count", "[1..10)", [1, 9], [0, 10]),
        ("count", "[1..10[", [1, 9], [0, 10]),
        ("count", "(1..10]", [2, 10], [1, 11]),
        ("count", "[-3..-1]", [-3, -1], [0]),
        ("count", "[ 1 .. 1 ]", [1], [0, 2]),
        ("count", "1, 3, 5", [1, 5], [2, None]),
        ("count", "< 5, > 10", [4, 11], [5, 10]),
        ("count", "[1..2], 7, > 9", [2, 7, 10], [3, 9]),
        ("count", "not(5)", [4], [5, None]),
        ("count", "not(< 5, > 10)", [5, 10], [4, 11, None]),
        ("count", "null", [None], [0]),
        ("count", "null, 3", [None, 3], [0]),
        ("count", "not(null)", [0], [None]),
        ("count", "not(null, 3)", [0], [None, 3]),
        ("amount", "5", ["5", "5.00"], ["5.01"]),
        ("amount", "0.30", ["0.3"], ["0.31"]),
        ("amount", "[0.1..0.2)", ["0.1", "0.1999"], ["0.2"]),
        ("name", '"a","b"', ["a", "b"], ["c", "A", None, ""]),
        ("name", "'a'", ["a"], ["b"]),
        ("name", 'not("a")', ["b", ""], ["a", None]),
        ("name", '"say \\"hi\\""', ['say "hi"'], ["say hi"]),
        ("name", '"张三"', ["张三"], ["李四"]),
        ("name", '"a, b"', ["a, b"], ["a"]),
        ("level", '"low"', ["low"], ["high", None]),
        ("level", 'not("low")', ["high"], ["low"]),
        ("ok", "true", [True], [False, None]),
        ("ok", "false", [False], [True, None]),
        ("ok", "true, false", [True, False], [None]),
        ("ok", "not(true)", [False], [True, None]),
        ("on", 'date("2026-12-20")', ["2026-12-20"], ["2026-12-21"]),
        ("on", '"2026-12-20"', ["2026-12-20"], ["2026-12-21"]),
        ("on", '< date("2026-12-20")', ["2026-12-19"], ["2026-12-20", None]),
        ("on", '[date("2026-01-01")..date("2026-12-31")]', ["2026-12-31"], ["2027-01-01"]),
        (
            "at",
            '>= date and time("2026-12-20T09:00:00+08:00")',
            ["2026-12-20T01:00:00Z", "2026-12-20T10:00:00+08:00"],
            ["2026-12-20T00:59:59Z"],
        ),
    ],
)
def test_a_cell_matches(kind, cell, yes, no):
    assert [value for value in yes if not matches(cell, value, kind)] == []
    assert [value for value in no if matches(cell, value, kind)] == []


REFUSED_CELLS = [
    ("count", "abc", "cell_name", 1),
    ("count", "count", "cell_name", 1),
    ("count", "today()", "cell_name", 1),
    ("count", "date", "cell_name", 1),
    ("count", "= 5", "cell_equals", 1),
    ("count", "== 5", "cell_equals", 1),
    ("count", "!= 5", "cell_equals", 1),
    ("count", "> 5 and < 9", "cell_logic", 5),
    ("count", "5 or 6", "cell_logic", 3),
    ("count", "not(not(5))", "cell_not_inside", 5),
    ("count", "5, not(6)", "cell_not_inside", 4),
    ("count", "5, -", "cell_dash_inside", 4),
    ("count", "-, 5", "cell_dash_inside", 1),
    ("count", "not(-)", "cell_dash_inside", 5),
    ("count", "not()", "unexpected_part", 5),
    ("count", "not 5", "unexpected_part", 5),
    ("count", "<", "cell_ends_early", 2),
    ("count", "5,", "cell_ends_early", 3),
    ("count", "[1..", "cell_ends_early", 5),
    ("count", "[1..5", "cell_ends_early", 6),
    ("count", "[1.5]", "unexpected_part", 5),
    ("count", "[1. .5]", "unexpected_part", 5),
    ("count", "[1...5]", "unexpected_part", 5),
    ("count", "(5)", "unexpected_part", 3),
    ("count", "5 6", "unexpected_part", 3),
    ("count", "5%", "unexpected_part", 2),
    ("count", "5 + 1", "unexpected_part", 3),
    ("count", "1,000 元", "cell_name", 7),
    ("count", "10万", "bad_number", 1),
    ("count", "＜ 5", "full_width_character", 1),
    ("count", "1，2", "full_width_character", 2),
    ("name", "“a”", "full_width_character", 1),
    ("name", "gold", "cell_name", 1),
    ("name", '"gold', "text_not_closed", 1),
    ("name", "5", "cell_type", 1),
    ("name", "true", "cell_type", 1),
    ("name", '< "a"', "cell_no_order", 1),
    ("name", '["a".."b"]', "cell_no_order", 1),
    ("level", '"middle"', "not_one_of_choices", 1),
    ("level", 'not("low", "middle")', "not_one_of_choices", 12),
    ("count", '"5"', "cell_type", 1),
    ("count", "true", "cell_type", 1),
    ("count", "< null", "cell_type", 3),
    ("count", "[1..null]", "cell_type", 5),
    ("count", "[10..1]", "interval_upside_down", 1),
    ("count", "5, [10..1]", "interval_upside_down", 4),
    ("count", "(1..1]", "interval_empty", 1),
    ("amount", 'date("2026-12-20")', "cell_type", 1),
    ("ok", "1", "cell_type", 1),
    ("ok", '"true"', "cell_type", 1),
    ("ok", "> false", "cell_no_order", 1),
    ("on", "5", "cell_type", 1),
    ("on", 'date("2026-13-20")', "not_a_date_text", 6),
    ("on", 'date("20261220")', "not_a_date_text", 6),
    ("on", '"tomorrow"', "not_a_date_text", 1),
    ("on", 'date and time("2026-12-20T09:00:00Z")', "cell_type", 1),
    ("on", '[date("2026-12-20")..date("2026-12-19")]', "interval_upside_down", 1),
    ("at", 'date("2026-12-20")', "cell_type", 1),
    ("at", 'date and time("2026-12-20T09:00:00")', "not_a_moment_text", 15),
    ("at", 'date and hour("2026-12-20T09:00:00Z")', "cell_name", 10),
    ("count", "1" * 19, "number_too_big", 1),
    ("count", "1," * 100 + "1", "cell_too_many_tests", 201),
    ("count", "1, " * 1_000, "cell_too_long", None),
]


@pytest.mark.parametrize(("kind", "cell", "code", "position"), REFUSED_CELLS)
def test_a_cell_is_refused_with_its_place(kind, cell, code, position):
    text = table([(kind, {"label": "Kind"})], ["r"], [("-", "1"), (cell, "1")], "FIRST")
    found, problems = read(text, name="rates")
    assert found is None
    [problem] = problems
    reason = problem.params["reason"]
    assert (problem.code, reason["code"], reason.get("position")) == ("decision_cell", code, position)
    assert problem.line == 4
    place = f"character {position} of" if position else ""
    assert problem.message("en").startswith("Table “rates”, rule 2, column “Kind”: ")
    assert place in problem.message("en")
    assert problem.message("zh").startswith("决策表“rates”，第 2 条规则，“Kind”列：")
    assert (f"第 {position} 个字符" if position else "") in problem.message("zh")
    for lang in ("en", "zh"):
        assert problem.hint(lang)
        assert "…" not in problem.message(lang)
    json.dumps(dict(problem.params))


def test_comments_in_a_cell_do_not_decide():
    text = table(["count"], ["r"], [("5", "1")])
    found, _ = read(text.replace("<text>5</text>", "<text><!-- 6, -->5<!-- , 7 --></text>"))
    assert found.decide(Context(count=5)).rules == (1,)
    found, _ = read(text.replace("<text>5</text>", "<text><![CDATA[< 6]]></text>"))
    assert found.decide(Context(count=5)).rules == (1,)


# -- columns


def test_types_are_those_written_or_those_of_the_expression():
    types = {
        "string": "text",
        "integer": "integer",
        "long": "integer",
        "double": "decimal",
        "number": "decimal",
    }
    types |= {"boolean": "boolean", "date": "date", "dateTime": "datetime", "feel:string": "text"}
    literals = {"text": '"a"', "integer": "1", "decimal": "1", "boolean": "true"}
    literals |= {"date": '"2026-12-20"', "datetime": '"2026-12-20T09:00:00+08:00"'}
    variable = {"text": "name", "integer": "count", "decimal": "amount", "boolean": "ok", "date": "on"}
    for written, kind in types.items():
        name = variable.get(kind, "at")
        found = good([(name, {"type": written})], [("r", {"type": written})], [("-", literals[kind])])
        assert (found.inputs[0].type.kind, found.outputs[0].type.kind) == (kind, kind)
    found = good(
        ["amount * 2", "level"],
        ["a", "b", "c"],
        [("-", "-", "1", "null", "on"), ("-", "-", "0.5", '"x"', "null")],
        "FIRST",
    )
    assert [each.type.kind for each in found.inputs] == ["decimal", "choice"]
    assert [each.type.kind for each in found.outputs] == ["decimal", "text", "date"]
    assert [each.label for each in found.inputs] == ["amount * 2", "level"]


def test_a_single_result_may_be_named_by_the_decision():
    text = table(["count"], ["r"], [("-", "1")]).replace('<output name="r">', "<output>")
    assert codes(read(text)[1]) == {"output_name_bad"}
    text = text.replace("<decisionTable", '<variable name="points" typeRef="number"/><decisionTable')
    assert read(text)[0].decide(Context()).value == {"points": "1"}


def test_labels_have_languages():
    label = '<extensionElements><f:label xmlns:f="urn:xiaoliu:bpmn:flow:1" lang="EN">Level</f:label></extensionElements>'
    text = table([("level", {"label": "级别"})], ["r"], [("-", "1")])
    found, problems = read(text.replace('label="级别">', f'label="级别">{label}'))
    assert problems == []
    assert found.inputs[0].labels == {"zh-hans": "级别", "en": "Level"}
    assert dmn.LANGUAGE == DEFAULT_LANGUAGE


def test_an_input_of_unknown_type_is_checked_when_deciding():
    found = good([("coalesce(null)", {"type": "string"})], ["r"], [("-", "1")])
    assert found.decide(Context()).value == {"r": 1}
    found = good([("max(items)", {"type": "number"})], ["r"], [("> 5", "1"), ("<= 5", "2")])
    assert found.decide(Context(items=[1, 9])).value == {"r": 1}


def test_allowed_values_hold_while_deciding():
    found = good([("amount", {"values": "[0..100]", "label": "金额"})], ["r"], [("-", "1")])
    assert found.decide(Context(amount="100.00")).value == {"r": 1}
    assert found.decide(Context(amount=None)).value == {"r": 1}
    with pytest.raises(DecisionError) as caught:
        found.decide(Context(amount="100.01"))
    assert caught.value.params["reason"]["code"] == "input_not_allowed"
    assert "column “金额”: The value 100.01" in caught.value.message("en")
    found = good(["count"], [("r", {"type": "string", "values": '"a", "b"'})], [("-", "name")])
    assert found.result_type.fields["r"].choices == ("a", "b")
    assert found.decide(Context(count=1, name="a")).value == {"r": "a"}
    for value in ("c", None):
        with pytest.raises(DecisionError) as caught:
            found.decide(Context(count=1, name=value))
        assert caught.value.params["reason"]["code"] == "output_not_allowed"


def test_an_expression_that_fails_names_its_column():
    found = good([("amount / count", {"label": "Each"})], ["r"], [("-", "1")])
    with pytest.raises(DecisionError) as caught:
        found.decide(Context(amount="1", count=0))
    assert caught.value.code == "decision_column"
    assert caught.value.message("en") == (
        "Table “t”, column “Each”: Division by zero. (character 8 of: amount / count)"
    )


# -- refused


def plain(**more):
    """One table of one cell, with one thing changed."""
    given = {"inputs": ["count"], "outputs": ["r"], "rules": [("5", "1")], "policy": "UNIQUE", **more}
    return table(given["inputs"], given["outputs"], given["rules"], given["policy"])


def with_xml(old, new):
    text = plain()
    assert old in text
    return text.replace(old, new)


REFUSED = {
    "decision_file": "<definitions",
    "decision_too_large": " " * 1_000_001,
    "not_dmn": "<definitions/>",
    "decision_version": file("", "https://www.omg.org/spec/DMN/20211108/MODEL/"),
    "no_decision": file('<inputData id="i" name="i"/>'),
    "several_decisions": file('<decision id="a"/><decision id="b"/>'),
    "decision_without_table": file('<decision id="a"/>'),
    "decision_not_table": file(
        '<decision id="a"><literalExpression><text>1</text></literalExpression></decision>'
    ),
    "decision_part_refused": file('<businessKnowledgeModel id="b"/><decision id="a"/>'),
    "decision_part_twice": with_xml("<text>5</text>", "<text>5</text><text>6</text>"),
    "decision_language": with_xml("<inputEntry>", '<inputEntry expressionLanguage="groovy">'),
    "hit_policy_refused": plain(policy="ANY"),
    "aggregation_without_collect": plain(policy="FIRST SUM"),
    "aggregation_unknown": plain(policy="COLLECT AVG"),
    "aggregation_one_output": plain(policy="COLLECT SUM", outputs=["r", "s"], rules=[("5", "1", "2")]),
    "aggregation_needs_numbers": plain(policy="COLLECT SUM", rules=[("5", '"a"')]),
    "decision_without_input": plain(inputs=[], rules=[("1",)]),
    "decision_without_output": plain(outputs=[], rules=[("1",)]),
    "decision_without_rule": plain(rules=[]),
    "too_many_columns": plain(inputs=["count"] * 21, rules=[(*["-"] * 21, "1")]),
    "too_many_rules": plain(rules=[("5", "1")] * 501),
    "too_many_tests": plain(inputs=["count"] * 3, rules=[(*[",".join(["1"] * 90)] * 3, "1")] * 80),
    "rule_width": plain(rules=[("5", "1", "2")]),
    "column_type_unknown": plain(inputs=[("count", {"type": "tAmount"})]),
    "column_type_differs": plain(inputs=[("amount", {"type": "integer"})]),
    "column_not_testable": plain(inputs=["tags"]),
    "output_name_bad": plain(outputs=["my result"]),
    "output_name_twice": plain(outputs=["r", "r"], rules=[("5", "1", "1")]),
    "output_type_unknown": plain(rules=[("5", "null")]),
    "output_types_differ": plain(rules=[("5", "1"), ("6", '"a"')]),
    "default_incomplete": plain(outputs=[("r", {"default": "1"}), "s"], rules=[("5", "1", "1")]),
    "default_with_collect": plain(outputs=[("r", {"default": "1"})], policy="COLLECT"),
    "decision_default": plain(outputs=[("r", {"default": "nix"})]),
    "decision_allowed_values": plain(inputs=[("count", {"values": '"a"'})]),
    "decision_column": plain(inputs=["nix"]),
    "cell_not_allowed": plain(inputs=[("count", {"values": "[1..4]"})]),
    "output_empty": plain(rules=[("5", "")]),
    "output_not_allowed": plain(outputs=[("r", {"values": "2, 3"})]),
    "assignment_type": plain(outputs=[("r", {"type": "integer"})], rules=[("5", "amount")]),
    "unknown_name": plain(rules=[("5", "nix")]),
    "expression_empty": plain(inputs=[""]),
    "division_by_zero": plain(rules=[("5", "1 / 0")]),
}


@pytest.mark.parametrize("code", REFUSED)
def test_a_table_is_refused(code):
    found, problems = read(REFUSED[code])
    assert found is None
    assert code in codes(problems) | {problem.code for problem in problems}
    for problem in problems:
        for lang in ("en", "zh-hans"):
            assert "…" not in problem.message(lang)
            assert problem.hint(lang)


def test_no_code_stands_elsewhere():
    assert not set(TEXTS) & {*diagram.TEXTS, *expressions.TEXTS, *running.TEXTS}
    assert all(len(texts) == 4 for texts in TEXTS.values())


def test_every_text_is_met_in_a_test():
    met = {*REFUSED, *(code for _, _, code, _ in REFUSED_CELLS)}
    met |= {"decision_cell", "cell_never_matches", "rules_overlap", "rules_leave_gap", "rule_repeated"}
    met |= {"rule_unreachable", "no_rule_matches", "several_rules_match", "input_not_allowed"}
    assert set(TEXTS) - met == set()


def test_the_texts_of_one_finding_read_in_both_languages():
    params = {"table": "t", "column": "c", "left": "integer", "right": "decimal", "kind": "list"}
    assert message("output_types_differ", "en", params).endswith(
        "holds both a whole number and a decimal number."
    )
    assert message("output_types_differ", "zh-hans", params) == "决策表“t”：结果列“c”中既有整数又有小数。"


@pytest.mark.parametrize("policy", ["ANY", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "unique", "x"])
def test_other_hit_policies_have_a_way_out(policy):
    [problem] = read(plain().replace("UNIQUE", policy))[1]
    assert problem.code == "hit_policy_refused"
    assert "FIRST" in problem.hint("en")


@pytest.mark.parametrize("namespace", dmn.NAMESPACES)
def test_reads_the_versions_of_dmn(namespace):
    found, problems = read(plain().replace(DMN, namespace))
    assert (found.decide(Context(count=5)).value, problems) == ({"r": 1}, [])


def test_a_file_of_a_modeler_reads_with_its_drawing():
    body = (
        '<inputData id="i" name="Count"/><decision id="t" name="T" camunda:historyTimeToLive="1">'
        '<informationRequirement id="q"><requiredInput href="#i"/></informationRequirement>'
        '<decisionTable id="x" biodi:annotationsWidth="400"><input id="n" biodi:width="192">'
        '<inputExpression id="e" typeRef="number"><text>count</text></inputExpression></input>'
        '<output id="o" name="r" typeRef="number"/><annotation name="why"/><rule id="u"><description>d</description>'
        '<inputEntry id="c"><text></text></inputEntry><outputEntry id="z"><text>1</text></outputEntry>'
        "<annotationEntry><text>note</text></annotationEntry></rule></decisionTable></decision>"
        '<dmndi:DMNDI><dmndi:DMNDiagram><dmndi:DMNShape dmnElementRef="t"/></dmndi:DMNDiagram></dmndi:DMNDI>'
    )
    text = file(body).replace(
        ' id="d"',
        ' id="d" xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" '
        'xmlns:biodi="http://bpmn.io/schema/dmn/biodi/2.0" xmlns:camunda="http://camunda.org/schema/1.0/dmn"',
    )
    found, problems = read(text)
    assert problems == []
    assert found.rules[0].description == "d"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<text>5</text>", "<text>5<b/></text>"),
        ("<inputEntry>", "<inputEntry><importedValues/>"),
        ("<rule>", "<surprise/><rule>"),
        (
            "<decisionTable",
            "<informationRequirement><requiredDecision href='#x'/></informationRequirement><decisionTable",
        ),
        ("<decision ", "<import namespace='x'/><decision "),
        ("<decision ", "<decisionService id='s'/><decision "),
        (
            "<rule>",
            "<extensionElements><f:rule xmlns:f='urn:xiaoliu:bpmn:flow:1'/></extensionElements><rule>",
        ),
    ],
)
def test_what_it_does_not_know_is_not_skipped(old, new):
    found, problems = read(with_xml(old, new))
    assert found is None
    assert codes(problems) == {"decision_part_refused"}


# -- hostile files


def bomb():
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    return f'<!DOCTYPE d [<!ENTITY e0 "x">{entities}]>' + with_xml("<text>5", "<text>&e11;")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (
            '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + with_xml("<text>5", "<text>&x;"),
            "xml_has_doctype",
        ),
        (bomb(), "xml_has_doctype"),
        (with_xml("<text>5", "<text>&x;"), "not_xml"),
        (
            with_xml("<rule>", "<description>" + "<a>" * 300 + "</a>" * 300 + "</description><rule>"),
            "xml_too_deep",
        ),
        (
            with_xml("<rule>", "<description>" + "<a>" * 90_000 + "</a>" * 90_000 + "</description><rule>"),
            "xml_too_deep",
        ),
        (
            with_xml("<rule>", "<description>" + "<a/>" * 70_000 + "</description><rule>"),
            "xml_too_many_elements",
        ),
        (
            with_xml("<rule>", "<rule " + " ".join(f"a{n}='1'" for n in range(300)) + ">"),
            "xml_too_many_attributes",
        ),
        (with_xml("<text>5", "<text>" + "5" * 900_000), "cell_too_long"),
        (with_xml("<text>count", "<text>" + "(" * 900_000), "expression_too_long"),
        (with_xml("<text>count", "<text>" + "(" * 900), "expression_too_deep"),
        (with_xml("<text>5", "<text>" + "(" * 1_900), "unexpected_part"),
        (with_xml("<text>1<", "<text>" + "not " * 400 + "<"), "expression_too_deep"),
        (plain().encode("utf-16"), "not_utf8"),
        (b"PK\x03\x04", "xml_is_packed"),
        (b"", "xml_empty"),
        (b"\0" * 100, "xml_not_text"),
        (plain().encode()[:-20], "not_xml"),
        ("\ud800", "not_utf8"),
    ],
    ids=range(18),
)
def test_a_hostile_file_is_refused_with_a_cause(text, code):
    began = time.perf_counter()
    found, problems = read(text)
    assert found is None
    assert code in codes(problems)
    assert time.perf_counter() - began < 5


# An empty cell is no attack: it matches everything.
CELL_ATTACKS = [attack for attack in ATTACKS if attack.strip()]


@pytest.mark.parametrize("attack", CELL_ATTACKS, ids=range(len(CELL_ATTACKS)))
@pytest.mark.parametrize("where", ["input", "cell", "values", "result", "default"])
def test_an_attack_is_refused_when_reading(attack, where):
    began = time.perf_counter()
    parts = {
        "input": {"inputs": [attack]},
        "cell": {"rules": [(attack, "1")]},
        "values": {"inputs": [("name", {"values": attack})]},
        "result": {"rules": [("-", attack)]},
        "default": {"outputs": [("r", {"default": attack})]},
    }
    found, problems = read(plain(**{"inputs": ["name"], "rules": [("-", "1")], **parts[where]}))
    assert found is None
    assert all(problem.message("zh") for problem in problems)
    assert time.perf_counter() - began < 5


def test_the_largest_table_is_read_in_bounded_time():
    began = time.perf_counter()
    cells = [f"[{n}..{n + 300}], {n * 7}, > {n * 1_000}" for n in range(500)]
    rows = [(*(*cells[n:], *cells[:n])[:10], "1") for n in range(500)]
    found, problems = read(table([f"count + {n}" for n in range(10)], ["r"], rows))
    assert found is not None
    assert len(problems) <= 100
    assert time.perf_counter() - began < 20


# -- what rules do together


def warnings(inputs, rules, policy="UNIQUE", outputs=("r",)):
    found, problems = read(table(inputs, outputs, rules, policy))
    assert found is not None
    return [(p.code, {k: v for k, v in p.params.items() if k != "table"}) for p in problems]


def test_overlaps_are_shown_with_an_example():
    rows = [
        ("< 10", '"low"', "1"),
        ("[9..20)", "-", "2"),
        (">= 20", "-", "3"),
        ("< 9", '"high"', "4"),
        ("9", '"high"', "5"),
    ]
    found = warnings(["count", "level"], rows)
    assert found == [
        ("rules_overlap", {"rule": 1, "others": ["2"], "example": 'count: 9; level: "low"'}),
        ("rules_overlap", {"rule": 2, "others": ["5"], "example": 'count: 9; level: "high"'}),
    ]
    assert warnings(["count", "level"], rows, "FIRST") == [("rule_unreachable", {"rule": 5, "other": 2})]


def test_gaps_are_shown_with_an_example():
    assert warnings(["level", "ok"], [('"low"', "-", "1"), ('"high"', "true", "2")]) == [
        ("rules_leave_gap", {"example": 'level: "high"; ok: false'})
    ]
    assert warnings(["amount"], [("< 5", "1"), ("> 5", "2")]) == [
        ("rules_leave_gap", {"example": "amount: 5"})
    ]
    assert warnings(["count"], [("< 5", "1"), (">= 6", "2"), ("[5..5]", "3")]) == []
    assert warnings(["amount"], [("<= 5", "1"), (">= 6", "2")]) == [
        ("rules_leave_gap", {"example": "amount: (5..6)"})
    ]
    assert warnings(["on"], [('<= "2026-12-20"', "1"), ('>= "2026-12-21"', "2")]) == []
    assert warnings(["name"], [('"a"', "1"), ('"b"', "2")]) == []
    assert warnings([("name", {"values": '"a", "b"'})], [('"a"', "1")]) == [
        ("rules_leave_gap", {"example": 'name: "b"'})
    ]
    assert warnings([("amount", {"values": ">= 0"})], [("> 0", "1")]) == [
        ("rules_leave_gap", {"example": "amount: 0"})
    ]
    assert warnings(["ok"], [("true", "1")], "COLLECT") == []
    assert warnings(["ok"], [("true", "1")], "UNIQUE", [("r", {"default": "0"})]) == []


def test_nothing_is_said_where_columns_depend_on_each_other():
    rows = [("true", "> 5", "1"), ("false", "<= 5", "2")]
    assert warnings(["amount > 5", "amount"], rows) == []
    assert len(warnings(["subject.amount > 5", "amount"], rows)) == 1
    assert warnings(["subject.amount > 5", "coalesce(subject.amount, 0)"], rows) == []


def test_repeated_unreachable_and_silent_rules():
    rows = [("1, 2", "1"), ("3", "2"), ("2, 1", "1.0"), ("2, 1", "1")]
    assert ("rule_repeated", {"rule": 4, "other": 1}) in warnings(["count"], rows)
    assert warnings(["count"], [("1", "1"), ("-", "2"), ("3", "3")], "FIRST") == [
        ("rule_unreachable", {"rule": 3, "other": 2})
    ]
    [(code, params)] = warnings(["count"], [("(1..2)", "1"), ("[1..2]", "2")], "FIRST")
    assert (code, params["reason"]["code"], params["rule"]) == ("decision_cell", "cell_never_matches", 1)
    assert codes(read(plain(inputs=["ok"], rules=[("not(true, false)", "1"), ("-", "1")]))[1]) == {
        "cell_never_matches"
    }


def test_a_table_copied_often_does_not_drown_all_else():
    _, problems = read(plain(rules=[("5", "1")] * 300 + [("5", str(n)) for n in range(2, 100)]))
    assert [p.code for p in problems].count("rule_repeated") == 20
    assert [p.code for p in problems].count("rules_overlap") == 20


LEVELS = ("low", "high")
SMALL_CELLS = st.sampled_from(
    ["-", "0", "1, 2", "< 2", ">= 2", "[1..3)", "(0..3]", "not(1)", "not(0, 3)", "> 2", "null"]
)
SMALL_RULES = st.lists(
    st.tuples(SMALL_CELLS, st.sampled_from(["-", '"low"', '"high"', 'not("low")', "null"]), SMALL_CELLS),
    min_size=1,
    max_size=6,
)


def check_together(rows):
    """What is said of a small table is what trying all its values shows."""
    inputs = [("count", {"values": "[0..3]"}), "level", ("amount", {"values": "0, 1, 2, 3"})]
    rules = [(*row, str(n)) for n, row in enumerate(rows)]
    found, problems = read(table(inputs, ["r"], rules))
    counting, _ = read(table(inputs, ["r"], rules, "COLLECT"))
    overlapping, uncovered = set(), False
    for count, level, amount in itertools.product(
        [*range(4), None], [*LEVELS, None], ["0", "1", "2", "3", None]
    ):
        matching = counting.decide(Context(count=count, level=level, amount=amount)).rules
        overlapping |= set(itertools.combinations(matching, 2))
        uncovered |= not matching and None not in (count, level, amount)
        context = Context(count=count, level=level, amount=amount)
        if len(matching) == 1:
            assert found.decide(context).rules == matching
            continue
        with pytest.raises(DecisionError) as caught:
            found.decide(context)
        assert caught.value.code == ("several_rules_match" if matching else "no_rule_matches")
    said = {
        (p.params["rule"], int(other))
        for p in problems
        if p.code == "rules_overlap"
        for other in p.params["others"]
        if other != "…"
    }
    assert said == overlapping
    assert any(p.code == "rules_leave_gap" for p in problems) == uncovered


@settings(max_examples=60, deadline=None)
@given(SMALL_RULES)
def test_overlaps_and_gaps_are_what_trying_shows(rows):
    check_together(rows)


@pytest.mark.long
@settings(max_examples=2_000, deadline=None)
@given(SMALL_RULES)
def test_overlaps_and_gaps_are_what_trying_shows_often(rows):
    check_together(rows)


# -- cells against a few lines that know nothing of the engine

NUMBERS = st.integers(-40, 40).map(lambda n: Decimal(n) / 4)
DAYS = st.integers(0, 40).map(lambda n: date(2026, 2, 10) + timedelta(days=n))
KINDS = {
    "count": st.integers(-8, 8),
    "amount": NUMBERS,
    "on": DAYS,
    "at": DAYS.map(lambda day: datetime(day.year, day.month, day.day, 9, tzinfo=UTC)),
    "name": st.sampled_from(["", "a", "b", "c d", 'e"f', "张", "\\"]),
    "ok": st.booleans(),
    "level": st.sampled_from(LEVELS),
}
COMPARE = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def written(value):
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, datetime):
        return f'date and time("{value.isoformat()}")'
    if isinstance(value, date):
        return f'date("{value.isoformat()}")'
    return (
        json.dumps(value, ensure_ascii=False)
        if isinstance(value, str)
        else format(value, "f")
        if isinstance(value, Decimal)
        else str(value)
    )


@st.composite
def one_test(draw, values):
    """(text, does a value that is not null match)"""
    first = draw(values)
    if isinstance(first, (str, bool)) or draw(st.integers(0, 3)) == 0:
        return written(first), lambda value: value == first
    if draw(st.booleans()):
        operator = draw(st.sampled_from(list(COMPARE)))
        return f"{operator} {written(first)}", lambda value: COMPARE[operator](value, first)
    low, high = sorted((first, draw(values.filter(lambda value: value != first))))
    left, right = draw(st.sampled_from("[(]")), draw(st.sampled_from("])["))
    above, below = COMPARE[">=" if left == "[" else ">"], COMPARE["<=" if right == "]" else "<"]
    text = f"{left}{written(low)}..{written(high)}{right}"
    return text, lambda value: above(value, low) and below(value, high)


@st.composite
def one_cell(draw, values):
    """(text, does a value match)"""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from(["-", "", " "])), lambda value: True
    tests = draw(st.lists(one_test(values), min_size=1, max_size=4))
    null, negated = draw(st.integers(0, 3)) == 0, draw(st.integers(0, 3)) == 0
    texts = [text for text, _ in tests] + (["null"] if null else [])
    text = f" {draw(st.sampled_from([',', ', ']))}".join(draw(st.permutations(texts)))

    def matches(value):
        if value is None:
            return null and not negated
        return any(test(value) for _, test in tests) != negated

    return f"not({text})" if negated else text, matches


@st.composite
def one_column(draw):
    """(variable, cells, values to look up)"""
    name = draw(st.sampled_from(list(KINDS)))
    values = KINDS[name]
    return (
        name,
        draw(st.lists(one_cell(values), min_size=1, max_size=6)),
        draw(st.lists(values, min_size=1, max_size=6)),
    )


def as_stored(value):
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value


def check_column(case):
    name, cells, values = case
    found = good([name], ["r"], [(text, "1") for text, _ in cells], "COLLECT COUNT")
    for value in [*values, None]:
        expected = tuple(number for number, (_, test) in enumerate(cells, 1) if test(value))
        assert found.decide(Context(**{name: as_stored(value)})).rules == expected
        for index, (_, test) in enumerate(cells):
            assert found.rules[index].cells[0].contains(value) == test(value)


@settings(max_examples=300, deadline=None)
@given(one_column())
def test_cells_agree_with_plain_comparisons(case):
    check_column(case)


@pytest.mark.long
@settings(max_examples=12_000, deadline=None)
@given(one_column())
def test_cells_agree_with_plain_comparisons_often(case):
    check_column(case)
