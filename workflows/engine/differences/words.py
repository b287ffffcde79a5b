"""The facts of our own words in a diagram: who, until when, with which buttons and fields, what is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from workflows.engine.definition import DEFAULT_LANGUAGE, Deadline
from workflows.engine.extensions import KNOWN_OUTCOMES
from workflows.engine.support import FLOW

from .meaning import meaning, meaning_of_number
from .parts import Element, Part
from .rest import Rest


def read_words(element: Element, rest: Rest) -> None:
    """Take our words from an element; what is unknown in them stays with what is left."""
    for word in rest.words():
        name = word.tag.rpartition("}")[2]
        reader = _READERS.get(name)
        if reader is None:
            element.left.append(Rest(word).left() or name)
            continue
        inner = Rest(word)
        reader(element, inner)
        if left := inner.left():
            element.left.append(f"{name}: {left}")


def say_expression(part: Part, name: str, text: str | None) -> None:
    """An expression; blanks and brackets that change nothing do not count."""
    text = (text or "").strip()
    part.say(name, text, "expression", meaning(text))


def _label(element: Element, rest: Rest) -> None:
    _read_label(element, rest)


def _read_label(part: Part, rest: Rest) -> None:
    language = (rest.take("lang") or DEFAULT_LANGUAGE).lower()
    text = rest.text()
    if language == DEFAULT_LANGUAGE and part.labels.get(language) == text:
        return
    part.labels[language] = text
    part.say(f"name_{language}" if language in ("en", DEFAULT_LANGUAGE) else "name_other", text)


def _labels(part: Part, rest: Rest) -> None:
    for label in rest.children("label", FLOW):
        inner = Rest(label)
        _read_label(part, inner)
        _keep(part, inner)


def _flag(part: Part, rest: Rest, attribute: str, name: str) -> None:
    value = rest.take(attribute)
    if value not in (None, "false"):
        part.say(name, value == "true" or value, "flag")


def _variable(element: Element, rest: Rest) -> None:
    element.add(_field(element, rest, "variable"))


def _form(element: Element, rest: Rest) -> None:
    for field in rest.children("field", FLOW):
        element.add(_field(element, Rest(field), "field"))


def _field(element: Element, rest: Rest, kind: str) -> Part:
    """A field of a form or a variable; its names also serve conditions that speak of it."""
    name, other = rest.take("id" if kind == "field" else "name"), rest.take("name")
    part = Part(kind, name or other or "")
    part.say("type", rest.take("type"), "type", usual="text")
    part.say("item", rest.take("item"), "type")
    for attribute, fact in _FIELD_FLAGS.items():
        _flag(part, rest, attribute, fact)
    say_expression(part, "shown_if", rest.take("shownIf"))
    for attribute, fact in _FIELD_VALUES.items():
        value = rest.take(attribute)
        part.say(fact, value, "value", meaning_of_number(value))
    _labels(part, rest)
    for choice in rest.children("choice", FLOW):
        inner = Rest(choice)
        one = Part("choice", inner.take("value") or "")
        _labels(one, inner)
        _keep(one, inner)
        part.add(one)
        element.choices[(part.key, one.key)] = one.labels
    for field in rest.children("field", FLOW):
        part.add(_field(element, Rest(field), "field"))
    element.names[part.key] = part.labels
    _keep(part, rest)
    return part


_FIELD_FLAGS: Final = {"required": "required", "multiline": "multiline", "readonly": "readonly"}
_FIELD_VALUES: Final = {
    "min": "minimum",
    "max": "maximum",
    "minLength": "min_length",
    "maxLength": "max_length",
    "default": "default_value",
}


def _keep(part: Part, rest: Rest) -> None:
    if left := rest.left():
        part.left.append(left)


def _close(element: Element, part: Part, rest: Rest) -> None:
    _keep(part, rest)
    element.add(part)


def _outcome(element: Element, rest: Rest) -> None:
    code = rest.take("code") or ""
    part = Part("outcome", code)
    part.say("style", rest.take("style"), "style", usual="quiet")
    comment = rest.take("comment")
    if comment not in (None, "optional"):
        part.say("comment", comment == "required" or comment, "flag")
    _labels(part, rest)
    if not part.labels:
        part.labels.update(KNOWN_OUTCOMES.get(code, {}))
    _close(element, part, rest)
    element.choices[(element.key, code)] = part.labels


def _assign(element: Element, rest: Rest) -> None:
    role, person, value = rest.take("role"), rest.take("person"), rest.take("roleFrom")
    if role:
        element.say("assign", ("role", role), "assign")
    elif value:
        element.say("assign", ("roleFrom", value), "assign", ("roleFrom", meaning(value)))
    elif person:
        element.say("assign", ("person", person), "assign", ("person", meaning(person)))


def _subject(element: Element, rest: Rest) -> None:
    element.say("subject", rest.take("type"), "subject")


def _work_form(element: Element, rest: Rest) -> None:
    element.say("work_form", rest.take("name"), "work_form")


def _distinct(element: Element, rest: Rest) -> None:
    element.say("distinct", tuple(sorted((rest.take("from") or "").split())) or None, "steps")


def _due(element: Element, rest: Rest) -> None:
    part = Part("due", "")
    part.say("due_on", rest.take("on"), "expression")
    part.say("due_in", rest.take("in"), "working_duration")
    usual = Deadline("")
    for name in ("remind", "copy", "handover"):
        part.say(name, rest.take(name), "percent", usual=str(getattr(usual, name)))
    _close(element, part, rest)


def _priority(element: Element, rest: Rest) -> None:
    element.say("priority", rest.take("value"), "value", usual="50")


def _operation(element: Element, rest: Rest) -> None:
    element.say("operation", rest.take("name"), "operation")
    element.say("result", rest.take("result"), "word")
    for param in rest.children("param", FLOW):
        _param(element, Rest(param))


def _param(element: Element, rest: Rest) -> None:
    _given(element, rest, "param")


def _in(element: Element, rest: Rest) -> None:
    _given(element, rest, "in")


def _out(element: Element, rest: Rest) -> None:
    _given(element, rest, "out")


def _given(element: Element, rest: Rest, kind: str) -> None:
    part = Part(kind, rest.take("name") or "")
    say_expression(part, "given", rest.take("value"))
    _close(element, part, rest)


def _decision(element: Element, rest: Rest) -> None:
    element.say("decision", rest.take("ref"), "table")
    element.say("result", rest.take("result"), "word")


def _correlate(element: Element, rest: Rest) -> None:
    say_expression(element, "correlate", rest.take("value"))


def _timer(element: Element, rest: Rest) -> None:
    if rest.take("time") == "working":
        element.say("working_time", True, "flag")  # joined to the timer by its reader
    if rest.take("missed") == "each":
        element.say("missed_each", True, "flag")


def _each(element: Element, rest: Rest) -> None:
    say_expression(element, "each_in", rest.take("in"))
    element.say("each_as", rest.take("as"), "word")
    say_expression(element, "each_value", rest.take("value"))
    element.say("each_into", rest.take("into"), "word")


_READERS: Final[Mapping[str, Callable[[Element, Rest], None]]] = {
    "label": _label,
    "variable": _variable,
    "form": _form,
    "outcome": _outcome,
    "assign": _assign,
    "subject": _subject,
    "workForm": _work_form,
    "distinct": _distinct,
    "due": _due,
    "priority": _priority,
    "operation": _operation,
    "param": _param,
    "in": _in,
    "out": _out,
    "decision": _decision,
    "correlate": _correlate,
    "timer": _timer,
    "each": _each,
}
