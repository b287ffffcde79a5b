"""The condition of a field on the page of a form: a name, a comparison and a value, or else an expression."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy

from workflows.engine.comparisons import Compared, put_together, renamed, taken_apart, tests_of
from workflows.engine.drawing_forms import FieldSheet
from workflows.views.words import reader_language

# Stands for "as an expression" where a name is chosen.
FREE = "="
WORDS = {
    "eq": gettext_lazy("is"),
    "ne": gettext_lazy("is not"),
    "gt": gettext_lazy("is more than"),
    "ge": gettext_lazy("is at least"),
    "lt": gettext_lazy("is less than"),
    "le": gettext_lazy("is at most"),
    "yes": gettext_lazy("is yes"),
    "no": gettext_lazy("is no"),
    "filled": gettext_lazy("is filled in"),
    "empty": gettext_lazy("is empty"),
}
OF_DAYS = {
    "gt": gettext_lazy("is after"),
    "ge": gettext_lazy("is not before"),
    "lt": gettext_lazy("is before"),
    "le": gettext_lazy("is not after"),
}
GROUPS = {
    "form": gettext_lazy("Fields of this form"),
    "subject": gettext_lazy("Business data"),
    "step": gettext_lazy("What was decided"),
    "answer": gettext_lazy("What the system found"),
    "field": gettext_lazy("What was entered before"),
    "variable": gettext_lazy("Other data"),
}


@dataclass(frozen=True)
class Known:
    """A name that the condition may read."""

    path: str
    label: str
    kind: str
    group: str
    choices: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class ConditionRow:
    """What the page shows: nothing (the field is always shown), three parts, or an expression."""

    text: str
    names: Sequence[Known]
    parts: Compared | None = None
    known: Known | None = None

    @property
    def is_free(self) -> bool:
        return bool(self.text) and self.parts is None

    @property
    def groups(self) -> list[tuple[Any, list[Known]]]:
        found = [(words, [one for one in self.names if one.group == code]) for code, words in GROUPS.items()]
        return [(words, names) for words, names in found if names]

    @property
    def is_number(self) -> bool:
        return self.known is not None and self.known.kind in ("integer", "decimal")

    @property
    def is_day(self) -> bool:
        return self.known is not None and self.known.kind == "date"

    @property
    def tests(self) -> list[tuple[str, Any]]:
        kind = self.known.kind if self.known is not None else "text"
        words = {**WORDS, **OF_DAYS} if kind in ("date", "datetime") else WORDS
        return [(test, words[test]) for test in tests_of(kind)]

    @property
    def options(self) -> list[tuple[str, str]]:
        """The values to choose from; one that is not among them stays chosen."""
        choices = self.known.choices if self.known is not None else []
        value = self.parts.value if self.parts is not None else ""
        more = [(value, value)] if choices and value not in dict(choices) else []
        return [*choices, *more]


def names_for(sheet: FieldSheet, sheets: Iterable[FieldSheet], others: Sequence[Known]) -> list[Known]:
    """What the condition of a field may read: the other fields of its form, and what is known at the step."""
    own = [_own(one) for one in sheets if one.id and one is not sheet]
    taken = {one.path for one in own} | {sheet.id}
    return [*own, *(one for one in others if one.path not in taken)]


def _own(sheet: FieldSheet) -> Known:
    english = reader_language() == "en"
    choices = [
        (one.value, (one.english if english else "") or one.label or one.value) for one in sheet.choices
    ]
    label = (sheet.english if english else "") or sheet.label or sheet.id
    return Known(sheet.id, label, sheet.type, "form", choices if sheet.type == "choice" else [])


def known_names(told: Iterable[dict[str, Any]], step: str, before: Iterable[str]) -> list[Known]:
    """Of the names at a step (see `selectors.drawing_names`) those that have a value when its form is filled in."""
    earlier, found = set(before), []
    for one in told:
        is_own = one["path"].partition(".")[0] == step
        if is_own or one["by"] == step or (one["by"] and one["by"] not in earlier):
            continue
        if one["type"].startswith("list") or one["type"] == "record":
            continue
        choices = [(value, one["labels"].get(value, value)) for value in one["choices"]]
        found.append(Known(one["path"], one["label"], one["type"], one["group"], choices))
    return found


def condition_row(sheet: FieldSheet, names: Sequence[Known], *, is_free: bool = False) -> ConditionRow:
    parts = taken_apart(sheet.shown_if)
    known = next((one for one in names if parts is not None and one.path == parts.path), None)
    if is_free or known is None or parts is None or parts.test not in tests_of(known.kind):
        return ConditionRow(sheet.shown_if, names)
    return ConditionRow(sheet.shown_if, names, parts, known)


def take_conditions(data: QueryDict, sheets: Sequence[FieldSheet], others: Sequence[Known]) -> frozenset[int]:
    """Put in the conditions that were typed; gives the `id()` of the fields whose condition is wanted as an
    expression. A field that was given another name on the page has it in the conditions of the others, too."""
    names = {data.get(f"f{at}-was_id", ""): sheet.id for at, sheet in enumerate(sheets)}
    names = {was: now for was, now in names.items() if was and now and was != now}
    free = set()
    for at, sheet in enumerate(sheets):
        held = renamed(data.get(f"f{at}-shown_if", "").strip()[:2000], names)
        path = data.get(f"f{at}-shown_path", "").strip()
        path = names.get(path, path)
        known = next((one for one in names_for(sheet, sheets, others) if one.path == path), None)
        if path == FREE:
            free.add(id(sheet))
            sheet.shown_if = held or "true"  # something to change
        elif known is not None:
            sheet.shown_if = _said(data, f"f{at}", held, known)
        else:
            sheet.shown_if = held if path else ""
    return frozenset(free)


def _said(data: QueryDict, at: str, held: str, known: Known) -> str:
    """The expression of three parts; it stays as it is written if it says what they say."""
    tests = tests_of(known.kind)
    usual = "eq" if known.choices else tests[0]
    before, test = taken_apart(held), data.get(f"{at}-shown_test", "")
    if before is None or before.path != known.path or test not in tests:
        said = Compared(known.path, usual)
    else:
        said = Compared(known.path, test, data.get(f"{at}-shown_value", "").strip()[:500])
    if not said.has_value:
        said = replace(said, value="")
    elif known.choices and not said.value:
        said = replace(said, value=known.choices[0][0])
    return held if said == before else put_together(said, known.kind)
