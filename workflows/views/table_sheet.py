"""A decision table as it was typed into a form: what was posted becomes a sheet. The way back: table_fields.

Names of fields: `i0-label` for a condition column, `o0-label` for a result column, `r0-i1-t` (comparison),
`-a`, `-b` (values), `-k` (ticked values), `-f` (formula) for a condition, `r0-o1-v` or `-f` for a result."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.engine.decisions.celltexts import Parts, put_together, result_text, take_apart, typed_values
from workflows.engine.decisions.sheets import ConditionColumn, ResultColumn, Row, Sheet

MOST_ROWS, MOST_COLUMNS = 500, 20
POLICIES = {
    "UNIQUE": _("One rule fits at most."),
    "FIRST": _("The first rule that fits decides."),
    "COLLECT": _("All rules that fit give a result each."),
    "SUM": _("The results of all rules that fit are added up."),
    "MIN": _("The smallest result of the rules that fit counts."),
    "MAX": _("The largest result of the rules that fit counts."),
    "COUNT": _("The rules that fit are counted."),
}
TYPES = {
    "": _("as it follows"),
    "string": pgettext_lazy("data type", "Text"),
    "integer": _("Whole number"),
    "number": _("Number"),
    "boolean": _("Yes or no"),
    "date": _("Day"),
    "dateTime": _("Moment"),
}
TESTS = {
    "any": pgettext_lazy("table cell", "any"),
    "is": "=",
    "not": "≠",
    "lt": "<",
    "le": "≤",
    "gt": ">",
    "ge": "≥",
    "between": pgettext_lazy("table cell", "from … to"),
    "inside": pgettext_lazy("table cell", "between"),
    "true": pgettext_lazy("table cell", "yes"),
    "false": pgettext_lazy("table cell", "no"),
    "empty": pgettext_lazy("table cell", "no value"),
}


def posted_sheet(data: QueryDict, before: Sheet | None) -> Sheet:
    """The sheet that was typed. Cells that say what they said `before` keep their wording."""
    policy = data.get("policy", "")
    aggregation = policy if policy in ("SUM", "MIN", "MAX", "COUNT") else None
    sheet = Sheet(
        label=_line(data, "label"),
        english=_line(data, "english"),
        hit_policy="COLLECT" if aggregation else policy if policy in POLICIES else "UNIQUE",
        aggregation=aggregation,
    )
    for n in range(_count(data, "inputs", MOST_COLUMNS)):
        sheet.conditions.append(
            ConditionColumn(
                label=_line(data, f"i{n}-label"),
                english=_line(data, f"i{n}-english"),
                expression=_line(data, f"i{n}-expression"),
                type_ref=_kept_type(data, f"i{n}", before.conditions if before else []),
                values=_line(data, f"i{n}-values"),
                origin=_origin(data, f"i{n}", before.conditions if before else []),
            )
        )
    has_default = "has_default" in data
    for n in range(_count(data, "outputs", MOST_COLUMNS)):
        column = ResultColumn(
            name=_line(data, f"o{n}-name"),
            label=_line(data, f"o{n}-label"),
            english=_line(data, f"o{n}-english"),
            type_ref=_kept_type(data, f"o{n}", before.results if before else []),
            values=_line(data, f"o{n}-values"),
            origin=_origin(data, f"o{n}", before.results if before else []),
        )
        if has_default:
            then = before.results[column.origin].default if before and column.origin is not None else None
            column.default = _result(data, f"d-o{n}", data.get(f"o{n}-kind", ""), then)
        sheet.results.append(column)
    for n in range(_count(data, "rows", MOST_ROWS)):
        sheet.rows.append(_row(data, n, sheet, before))
    return sheet


def _row(data: QueryDict, n: int, sheet: Sheet, before: Sheet | None) -> Row:
    origin = _origin(data, f"r{n}", before.rows if before else [])
    then = before.rows[origin] if before is not None and origin is not None else None
    conditions = [
        _condition(
            data,
            f"r{n}-i{at}",
            data.get(f"i{at}-kind", ""),
            then.conditions[column.origin] if then and column.origin is not None else None,
        )
        for at, column in enumerate(sheet.conditions)
    ]
    results = [
        _result(
            data,
            f"r{n}-o{at}",
            data.get(f"o{at}-kind", ""),
            then.results[column.origin] if then and column.origin is not None else None,
        )
        for at, column in enumerate(sheet.results)
    ]
    return Row(conditions, results, _line(data, f"r{n}-description"), origin)


def _condition(data: QueryDict, at: str, kind: str, then: str | None) -> str:
    if f"{at}-f" in data:
        return _same(_line(data, f"{at}-f"), then) or "-"
    test = data.get(f"{at}-t", "any")
    if test in ("between", "inside"):
        values = tuple("".join(typed_values(data.get(f"{at}-{end}", ""), kind)[:1]) for end in ("a", "b"))
    else:
        values = tuple(data.getlist(f"{at}-k")) or typed_values(_line(data, f"{at}-a"), kind)
    cell = put_together(Parts(test if test in TESTS else "any", values), kind)
    if then is not None:
        apart = take_apart(then, kind)
        if apart is not None and put_together(apart, kind) == cell:
            return then
    return cell


def _result(data: QueryDict, at: str, kind: str, then: str | None) -> str:
    if f"{at}-f" in data:
        return _same(_line(data, f"{at}-f"), then)
    return result_text(_line(data, f"{at}-v"), kind)


def _same(text: str, then: str | None) -> str:
    """A field of one line shows a text of several without its breaks."""
    return then if then is not None and " ".join(then.split()) == " ".join(text.split()) else text


def _line(data: QueryDict, name: str) -> str:
    return data.get(name, "").strip()[:2000]


def _count(data: QueryDict, name: str, most: int) -> int:
    text = data.get(name, "")
    return min(int(text), most) if text.isdecimal() and len(text) < 5 else 0


def _origin(data: QueryDict, at: str, before: list[Any]) -> int | None:
    text = data.get(f"{at}-origin", "")
    number = int(text) if text.isdecimal() and len(text) < 5 else len(before)
    return number if number < len(before) else None


def _kept_type(data: QueryDict, at: str, before: list[Any]) -> str:
    """The type that was chosen, in the words of the file if it says the same in others."""
    chosen = data.get(f"{at}-type", "")
    origin = _origin(data, at, before)
    if origin is not None and shown_type(before[origin].type_ref) == chosen:
        return str(before[origin].type_ref)
    return chosen if chosen in TYPES else ""


def shown_type(type_ref: str) -> str:
    """A type of a file as one of those that are offered."""
    name = type_ref.removeprefix("feel:")
    return {"long": "integer", "double": "number", "date and time": "dateTime", "Any": ""}.get(name, name)
