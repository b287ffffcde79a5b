"""The settings of a step's deadline, as the diagram gives them."""

import pytest

from workflows.engine import compile_definition
from workflows.engine.definition import Deadline

from .drawing import VOCABULARY
from .test_lint import work


def deadline(words: str) -> Deadline | None:
    return compile_definition(work(words).bytes(), VOCABULARY).elements["work"].deadline


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ('<flow:due in="P2D"/>', Deadline("P2D", 100, 150, 200)),
        ('<flow:due in="P2D" remind="50"/>', Deadline("P2D", 50, 150, 200)),
        ('<flow:due in="PT4H" remind="none" copy="1" handover="1000"/>', Deadline("PT4H", None, 1, 1000)),
        ("", None),
    ],
)
def test_what_is_not_said_is_usual(words, expected):
    assert deadline(words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ('<flow:due on="subject.due_on"/>', Deadline("P2D", 100, 150, 200)),
        ('<flow:due on="today()" in="PT4H" remind="none" copy="120"/>', Deadline("PT4H", None, 120, 200)),
    ],
)
def test_a_day_takes_the_place_of_the_time_that_it_may_take(words, expected):
    element = compile_definition(work(words).bytes(), VOCABULARY).elements["work"]
    assert element.deadline == expected
    assert element.due_on.text == words.split('"')[1]


def test_a_manager_who_is_told_before_the_reminder_is_noticed():
    definition = compile_definition(work('<flow:due in="P2D" remind="100" copy="50"/>').bytes(), VOCABULARY)
    warning = next(one for one in definition.warnings if one.code == "manager_before_reminder")
    assert (warning.element, warning.params) == ("work", {"copy": 50, "remind": 100})
    assert warning.line
    assert "对调" in warning.hint("zh-hans")
