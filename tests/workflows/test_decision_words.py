"""What decided, as the history of a case says it."""

import pytest

from crm.models import Customer
from workflows.views.decision_words import choice_in_words, result_in_words


@pytest.mark.parametrize(
    ("expression", "language", "said"),
    [
        ('"PT4H"', "zh-hans", "4 小时"),
        ('"P3D"', "en", "3 days"),
        ('"director"', "en", "director"),
        ("amount * 2", "en", "amount * 2"),
        ("12", "zh-hans", "12"),
        ("true", "zh-hans", "是"),
        ("false", "en", "No"),
    ],
)
def test_a_result_of_a_rule(expression, language, said):
    assert result_in_words(expression, language) == said


def test_a_choice_by_its_label_and_nothing_else():
    value, label = Customer._meta.get_field("status").flatchoices[0]
    assert choice_in_words(Customer, "status", value) == str(label)
    for getter, given in (
        ("status", "nonsense"),
        ("name", "x"),
        ("owner.name", "x"),
        ("nothing", "x"),
        (None, "x"),
    ):
        assert choice_in_words(Customer, getter, given) == ""
