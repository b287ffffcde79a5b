"""What decided, in words: results of rules, and the names of the values that were looked at."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from workflows.engine import Definition
from workflows.engine.definition import pick_label
from workflows.engine.differences.times import time_in_words

_LITERAL = re.compile(r'"([^"\\]*)"')
_YES_OR_NO = {"true": {"zh-hans": "是", "en": "Yes"}, "false": {"zh-hans": "否", "en": "No"}}


def result_in_words(expression: str, language: str) -> str:
    """What a cell of a rule gives: a text without its quotes, a duration as people say it, yes or no."""
    if expression.strip() in _YES_OR_NO:
        return pick_label(_YES_OR_NO[expression.strip()], language, expression)
    literal = _LITERAL.fullmatch(expression.strip())
    if literal is None:
        return expression
    return time_in_words("duration", literal[1], language) or literal[1]


def column_of(drawn: Definition, path: str, language: str) -> str:
    """ "leader.role" by the heading of the column of the table that gave it; "" where no table did."""
    result, _dot, name = path.partition(".")
    for element in drawn.elements.values():
        if element.decision is not None and element.result == result:
            for output in element.decision.outputs:
                if output.name == name:
                    return pick_label(output.labels, language, output.label)
    return ""


def choice_in_words(model: type[models.Model], getter: Any, value: Any) -> str:
    """The label of a choice of a business row; "" where the field has none."""
    if not isinstance(getter, str) or "." in getter or not isinstance(value, str):
        return ""
    try:
        field = model._meta.get_field(getter)
    except FieldDoesNotExist:  # a property
        return ""
    return str(dict(getattr(field, "flatchoices", None) or ()).get(value, ""))
