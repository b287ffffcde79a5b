"""A condition in three parts and as an expression: the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.engine import comparisons
from workflows.engine.comparisons import Compared, put_together, renamed, taken_apart
from workflows.engine.expressions import Names, compile_expression
from workflows.engine.vocabulary import Type

KINDS = ("boolean", "integer", "decimal", "date", "datetime", "text", "choice")
VALUES = {
    "integer": st.integers(-(10**9), 10**9).map(str),
    "decimal": st.decimals(-(10**6), 10**6, places=3).map(lambda d: f"{d:f}"),
    "date": st.dates().map(lambda d: f"{d:%Y-%m-%d}".rjust(10, "0")),
    "datetime": st.just("2026-12-20T10:00:00+08:00"),
}


@st.composite
def parts(draw):
    kind = draw(st.sampled_from(KINDS))
    test = draw(st.sampled_from(comparisons.tests_of(kind)))
    text = st.text(st.sampled_from("ab \"'\\\n。≥x"), max_size=8).map(str.strip)
    one = Compared(draw(st.sampled_from(["amount", "subject.amount"])), test)
    return kind, Compared(one.path, test, draw(VALUES.get(kind, text)) if one.has_value else "")


@given(parts())
@settings(max_examples=150, deadline=None)
def test_what_is_put_together_is_taken_apart_and_understood(drawn):
    kind, one = drawn
    text = put_together(one, kind)
    assert taken_apart(text) == one
    names = Names({"amount": Type(kind)}, {"amount": Type(kind)})
    assert compile_expression(text, names).type.kind == "boolean"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("amount", Compared("amount", "yes")),
        ("not (amount)", Compared("amount", "no")),
        ("amount == false", Compared("amount", "no")),
        ("amount != null", Compared("amount", "filled")),
        ("${ amount gt -5 }", Compared("amount", "gt", "-5")),
        ("not empty(a.b)", Compared("a.b", "filled")),
        ("5 < amount", None),
        ("amount > other", None),
        ("a > 1 and b", None),
        ("amount in [1]", None),
        ("amount >", None),
        ("not not amount", None),
        ("empty(a + b)", None),
        ("", None),
    ],
)
def test_taking_apart(text, expected):
    assert taken_apart(text) == expected


def test_a_figure_may_be_written_with_commas_and_what_is_none_is_found_by_the_lint():
    assert put_together(Compared("a", "gt", "1,000，000"), "integer") == "a > 1000000"
    assert put_together(Compared("a", "gt", ""), "integer") == "a > 0"
    assert put_together(Compared("a", "gt", "many"), "integer") == 'a > "many"'


def test_other_names():
    names = {"a": "b", "b": "a"}
    assert renamed('a > 1 and b == "a b" or x.a + ab', names) == 'b > 1 and a == "a b" or x.a + ab'
