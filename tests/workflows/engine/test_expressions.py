"""The expression language: what it says, what it refuses and where, and what bounds it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from xml.sax.saxutils import quoteattr

import pytest

from tests.workflows.engine.attacks import ATTACKS
from tests.workflows.engine.drawing import VOCABULARY, Drawing
from workflows.engine import check_definition
from workflows.engine.expressions import ExpressionError, Names, compile_expression
from workflows.engine.expressions.scripts import compile_line, read_lines
from workflows.engine.vocabulary import Type, as_type

TYPES = {
    "amount": "decimal",
    "count": "integer",
    "name": "text",
    "approved": "boolean",
    "on": "date",
    "at": "datetime",
    "tags": "list[text]",
    "numbers": "list[decimal]",
    "anything": "list",
    "opaque": "record",
    "review": {"outcome": Type("choice", choices=("approve", "reject")), "comment": "text"},
    "level": Type("choice", choices=("low", "high")),
    "金额": "decimal",
}
NAMES = Names(
    {name: as_type(of) for name, of in TYPES.items()},
    {"amount": Type("decimal"), "owner": Type("text"), "customer.name": Type("text")},
)
VALUES = {
    "amount": "128400.00",
    "count": 3,
    "name": "李四",
    "approved": True,
    "on": "2026-12-20",
    "at": "2026-12-20T10:00:00+08:00",
    "tags": ["a", "b"],
    "numbers": ["1.50", "2.50"],
    "anything": [1, "x"],
    "opaque": {"a": 1},
    "review": {"outcome": "approve", "comment": "ok"},
    "level": "low",
    "金额": "5",
}


class Context:
    def __init__(self, **values):
        self.variables = {**VALUES, **values}
        self.reads = {}

    def subject(self, path):
        return {"amount": Decimal("99.90"), "owner": "rep1", "customer.name": "华东"}[path]

    def now(self):
        return datetime(2026, 12, 21, 1, 0, tzinfo=UTC)


def value(text, **values):
    return compile_expression(text, NAMES).evaluate(Context(**values))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("0.1 + 0.2 == 0.3", True),
        ("amount > 100000", True),
        ("amount / 3", Decimal("128400.00") / 3),
        ("7 // 2", 3),
        ("-7 // 2", -4),
        ("-7 % 3", 2),
        ("7.5 % 2", Decimal("1.5")),
        ("- count", -3),
        ("--2", 2),
        ("amount * 0.06", Decimal("7704.0000")),
        ('name + "!"', "李四!"),
        ('"a" in tags', True),
        ('"z" not in tags', True),
        ('"李" in name', True),
        ('level in ["low", "high"]', True),
        ('review.outcome == "approve"', True),
        ('review.outcome == "approve" and amount > 1 or false', True),
        ('review.outcome == "approve" && !(count < 3)', True),
        ("not approved or count == 3", True),
        ('"big" if amount > 1000 else "small"', "big"),
        ('"a" if false else "b" if false else "c"', "c"),
        ("len(tags) + len(name)", 4),
        ("min(3, 1.5, 2)", Decimal("1.5")),
        ("max(numbers)", Decimal("2.50")),
        ("sum(numbers)", Decimal("4.00")),
        ("abs(-2.5)", Decimal("2.5")),
        ("round(2.5)", 3),
        ("round(2.345, 2)", Decimal("2.35")),
        ('lower("ABC") + upper("d") + trim(" e ")', "abcDe"),
        ("text(amount)", "128400.00"),
        ('number("12.50") + 1', Decimal("13.50")),
        ('contains(tags, "a") and contains(name, "四")', True),
        ('empty("") and empty([]) and empty(null) and not empty(tags)', True),
        ("coalesce(null, count)", 3),
        ("coalesce(null, amount, 0)", Decimal("128400.00")),
        ('coalesce(level, "none")', "low"),
        ("round(99999999999999999.999999999999, 12)", Decimal("99999999999999999.999999999999")),
        ("today()", date(2026, 12, 21)),
        ('on == "2026-12-20"', True),
        ('on + 5 > "2026-12-24"', True),
        ('days(on, date("2026-12-25"))', 5),
        ("on - on", 0),
        ("year(on) * 100 + month(on)", 202612),
        ("subject.amount < 100", True),
        ('subject.customer.name == "华东"', True),
        ("金额 + 1", Decimal("6")),
        ("${approved}", True),
        ("#{count gt 2 and not empty name}", True),
        ("${ name == 'x' || count mod 2 eq 1 }", True),
        ('starts_with(name, "李") and ends_with(name, "四")', True),
        ("[1, 2] + [3]", [1, 2, 3]),
        ("'it\\'s'", "it's"),
    ],
)
def test_evaluates(text, expected):
    assert value(text) == expected


def test_numbers_are_exact_and_never_floats():
    result = value("0.1 + 0.2")
    assert result == Decimal("0.3")
    assert isinstance(result, Decimal)


def test_a_field_without_a_value_yet_equals_nothing():
    assert value('review.outcome == "approve"', review=None) is False
    assert value("review.outcome == null", review=None) is True


def test_ordering_without_a_value_is_an_error_and_not_a_guess():
    with pytest.raises(ExpressionError) as caught:
        value("amount > 5", amount=None)
    assert caught.value.code == "no_value"


def test_a_condition_without_a_value_does_not_hold():
    assert value("approved and true", approved=None) is False
    assert value("not approved", approved=None) is True


def test_tells_what_it_read():
    context = Context()
    compile_expression('review.outcome == "approve" and subject.amount > 5', NAMES).evaluate(context)
    assert context.reads == {"review.outcome": "approve", "subject.amount": "99.90"}


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("unknown > 1", "unknown_name", 0),
        ("1 + unknown", "unknown_name", 4),
        ("review.outcom == 'approve'", "unknown_field", 0),
        ("subject.price > 1", "unknown_field", 0),
        ("subject == 1", "subject_alone", 0),
        ("opaque.a == 1", "fields_not_declared", 0),
        ("amount.x", "no_fields", 0),
        ('amount > "5"', "cannot_compare", 7),
        ("name > 5", "cannot_compare", 5),
        ('name < "b"', "cannot_compare", 5),
        ("approved > false", "cannot_compare", 9),
        ('count == "3"', "cannot_compare", 6),
        ("amount > null", "cannot_compare", 7),
        ('review.outcome == "aprove"', "not_one_of_choices", 18),
        ('level in ["low", "hihg"]', "not_one_of_choices", 17),
        ("count in 5", "not_a_list_to_search", 6),
        ("1 in tags", "cannot_compare", 2),
        ("amount + name", "cannot_calculate_types", 7),
        ('"ab" * 3', "text_times_number", 5),
        ("tags * 2", "cannot_calculate_types", 5),
        ("name and approved", "not_a_condition", 0),
        ("not count", "not_a_condition", 4),
        ('1 if approved else "a"', "branches_differ", 2),
        ('on == "20.12.2026"', "not_a_date_text", 6),
        ("number()", "wrong_arguments", 0),
        ("number(approved)", "wrong_argument", 7),
        ("lower(count)", "wrong_argument", 6),
        ("len(1)", "wrong_argument", 4),
        ("days(on, 5)", "wrong_argument", 9),
        ("min(on, 5)", "arguments_differ", 0),
        ("max(tags)", "arguments_differ", 0),
        ("max(numbers, 1)", "arguments_differ", 0),
        ("sum([on])", "arguments_differ", 0),
        ("coalesce(name, 5)", "arguments_differ", 0),
        ("amount = 5", "single_equals", 7),
        ("1 < 2 < 3", "chained_comparison", 6),
        ("2 ** 3", "power_not_allowed", 2),
        ("amount > ", "expression_ends_early", 9),
        ("(amount", "expression_ends_early", 7),
        ("amount )", "unexpected_part", 7),
        ("'abc", "text_not_closed", 0),
        ("1.2.3", "field_of_value", 3),
        ("0x10", "bad_number", 0),
        ("1e9", "bad_number", 0),
        ("1_000", "bad_number", 0),
        ("12345678901234567890", "number_too_big", 0),
        ("amount ＞ 5", "full_width_character", 7),
        ("name == “a”", "full_width_character", 8),
        ("${amount > }", "expression_ends_early", 11),
        ("  ${unknown}", "unknown_name", 4),
        ("", "expression_empty", 0),
    ],
)
def test_points_at_the_mistake(text, code, position):
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text, NAMES)
    assert (caught.value.code, caught.value.position) == (code, position)
    for lang in ("zh-hans", "en"):
        assert caught.value.message(lang) not in ("", code)


@pytest.mark.parametrize("text", ATTACKS, ids=range(len(ATTACKS)))
def test_refuses_an_attack(text):
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text, NAMES)
    assert 0 <= caught.value.position <= len(text)
    for lang in ("zh-hans", "en"):
        assert caught.value.message(lang) not in ("", caught.value.code)


VARIABLES = "".join(
    f'<flow:variable name="{name}" type="{kind}"/>'
    for name, kind in {"name": "text", "amount": "decimal", "approved": "boolean", "tags": "list"}.items()
)


def drawn(place, text):
    """A process with an expression at one place."""
    drawing = Drawing(extensions=VARIABLES).start().end()
    if place == "script":
        return drawing.script("step", f"x = {text}").chain("start", "step", "end").bytes()
    if place == "parameter":
        return drawing.service("step", "books.enter", amount=text).chain("start", "step", "end").bytes()
    if place == "person":
        assign = f"<flow:assign person={quoteattr(text)}/>"
        return drawing.user("step", extensions=assign).chain("start", "step", "end").bytes()
    drawing.choice("gate", default="other").flow("start", "gate").flow("gate", "end", id="other")
    return drawing.flow("gate", "end", text if place == "condition" else f"${{{text}}}").bytes()


PLACES = {
    "condition": "amount > 1",
    "condition of another tool": "amount gt 1",
    "script": "amount + 1",
    "parameter": "amount * 2",
    "person": "name",
}


@pytest.mark.parametrize("place", PLACES)
def test_no_place_of_a_diagram_takes_an_attack(place):
    def errors(text):
        return [
            problem
            for problem in check_definition(drawn(place, text), VOCABULARY)
            if problem.severity == "error"
        ]

    assert errors(PLACES[place]) == []
    for text in ATTACKS:
        if "\ud800" not in text:  # which no file can hold
            assert errors(text), text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("count * 999999999999999999 * 999999999999999999", "number_too_big"),
        ("1 / (count - 3)", "division_by_zero"),
        ("amount // 0", "division_by_zero"),
        ("count % 0", "division_by_zero"),
        ("on + 999999999", "date_out_of_range"),
        ('number("abc")', "not_a_number_text"),
        ('number("1" + "0" + text(99999999999999999) + text(99999999999999999))', "not_a_number_text"),
        ('number("٣")', "not_a_number_text"),
        ('date("2026-13-01")', "not_a_date_text"),
        ("max([])", "empty_list"),
        ("sum(anything)", "not_a_number_in_list"),
        ("round(1.5, 99)", "bad_places"),
        ("+".join(["name"] * 30), "result_too_long"),
        ("+".join(["tags"] * 30), "result_too_long"),
    ],
)
def test_stops_while_evaluating(text, code):
    with pytest.raises(ExpressionError) as caught:
        value(text, name="x" * 1000, tags=["x"] * 100)
    assert caught.value.code == code


def compile_all(script):
    return [compile_line(line, NAMES) for line in read_lines(script)]


@pytest.mark.parametrize(
    "text",
    [
        "a b = 1",
        "= 1",
        "1 = 1",
        "name.x() = 1",
        "x == 1",
        "a = b = 1;",
        "_x = 1",
        "subject = 1",
        "subject.amount = 1",
        "starter = 1",
        "and = 1",
        "ｘ = 1",
        "x[0] = 1",
        "x += 1",
        "import os",
        "x.__class__ = 1",
        "for i in x: pass",
        "",
        "# nothing",
        "x = 1\n" * 101,
        "x = " + "1" * 30_000,
    ],
)
def test_refuses_a_script(text):
    with pytest.raises(ExpressionError) as caught:
        compile_all(text)
    assert caught.value.params.get("line") is not None
    assert caught.value.message("zh-hans")
