"""Reading the `flow:` vocabulary out of `extensionElements`, strictly: a misspelt word is an error.

Everything here is plain data; types and expressions are checked by the builder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from .definition import DEFAULT_LANGUAGE, Field, Outcome
from .expressions import is_free_name
from .problems import Findings
from .support import BPMN, FLOW
from .values import Mismatch, stored
from .vocabulary import KINDS, Type

FIELD_TYPES: Final = ("text", "integer", "decimal", "boolean", "date", "datetime", "choice")
STYLES: Final = ("primary", "danger", "quiet")

# Which words may stand where.
_WORDS: Final[Mapping[str, frozenset[str]]] = {
    "process": frozenset({"label", "variable", "subject"}),
    "lane": frozenset({"label", "assign"}),
    "sequenceFlow": frozenset({"label"}),
    "startEvent": frozenset({"label", "form"}),
    "endEvent": frozenset({"label"}),
    "userTask": frozenset({"label", "form", "workForm", "outcome", "assign", "distinct", "due", "priority"}),
    "serviceTask": frozenset({"label", "operation"}),
    "scriptTask": frozenset({"label"}),
    "exclusiveGateway": frozenset({"label"}),
    "parallelGateway": frozenset({"label"}),
}
# The attributes and children of each word.
_ATTRIBUTES: Final[Mapping[str, frozenset[str]]] = {
    "label": frozenset({"lang"}),
    "variable": frozenset({"name", "type", "item", "required", "default"}),
    "subject": frozenset({"type"}),
    "assign": frozenset({"role", "person"}),
    "form": frozenset(),
    "field": frozenset(
        {
            "id",
            "name",
            "type",
            "item",
            "required",
            "min",
            "max",
            "minLength",
            "maxLength",
            "default",
            "multiline",
            "readonly",
        }
    ),
    "choice": frozenset({"value"}),
    "workForm": frozenset({"name"}),
    "outcome": frozenset({"code", "style", "comment"}),
    "distinct": frozenset({"from"}),
    "due": frozenset({"in"}),
    "priority": frozenset({"value"}),
    "operation": frozenset({"name", "result"}),
    "param": frozenset({"name", "value"}),
}
_CHILDREN: Final[Mapping[str, frozenset[str]]] = {
    "form": frozenset({"field"}),
    "field": frozenset({"label", "choice"}),
    "choice": frozenset({"label"}),
    "variable": frozenset({"choice", "field", "label"}),
    "outcome": frozenset({"label"}),
    "operation": frozenset({"param"}),
}
_ONCE: Final = frozenset(
    {"form", "workForm", "assign", "distinct", "due", "priority", "operation", "subject"}
)
_QUIET_NAMESPACES: Final = (
    "http://camunda.org/schema/modeler",
    "http://bpmn.io/schema/",
    "http://camunda.org/schema/1.0/bpmn",
)
_CODE = re.compile(r"[a-z][a-z0-9_]{0,49}")
_DURATION = re.compile(r"P(?=[\dT])(?:\d{1,3}W)?(?:\d{1,4}D)?(?:T(?=\d)(?:\d{1,4}H)?(?:\d{1,4}M)?)?")


@dataclass(slots=True)
class Variable:
    """A variable declared with flow:variable: part of the data a case may be started with."""

    name: str
    type: Type
    required: bool
    default: Any
    line: int | None


@dataclass(slots=True)
class Words:
    """The flow: elements of one BPMN element."""

    owner: str | None
    xml: Any
    findings: Findings
    words: dict[str, list[Any]] = field(default_factory=dict)

    def one(self, name: str) -> Any | None:
        found = self.words.get(name)
        return found[0] if found else None

    def all(self, name: str) -> list[Any]:
        return self.words.get(name, [])

    def error(self, code: str, at: Any = None, /, **params: Any) -> None:
        line = at.sourceline if at is not None else self.xml.sourceline
        self.findings.error(code, self.owner, line, **params)


def flow_name(element: Any) -> str | None:
    tag = element.tag
    if isinstance(tag, str) and tag.startswith("{" + FLOW + "}"):
        return tag[len(FLOW) + 2 :]
    return None


def inner(element: Any, name: str) -> Iterator[Any]:
    yield from element.iterchildren("{" + FLOW + "}" + name)


def read_words(element: Any, findings: Findings) -> Words:
    """Collect and check the flow: elements that belong to one BPMN element."""
    words = Words(element.get("id"), element, findings)
    tag = element.tag.rpartition("}")[2]
    allowed = _WORDS.get(tag, frozenset())
    for extensions in element.iterchildren("{" + BPMN + "}extensionElements"):
        for child in extensions:
            if not isinstance(child.tag, str):
                continue
            name = flow_name(child)
            if name is None:
                _foreign(child, words)
            elif name not in allowed:
                words.error("unknown_word", child, word=name, place=tag, known=", ".join(sorted(allowed)))
            else:
                _check_word(child, name, words)
                words.words.setdefault(name, []).append(child)
    for name, found in words.words.items():
        if name in _ONCE and len(found) > 1:
            words.error("word_twice", found[1], word=name)
    return words


def _foreign(child: Any, words: Words) -> None:
    namespace = child.tag.rpartition("}")[0].lstrip("{")
    if not namespace.startswith(_QUIET_NAMESPACES):
        words.findings.warn(
            "extension_ignored",
            words.owner,
            child.sourceline,
            name=child.tag.rpartition("}")[2],
            namespace=namespace[:100],
        )


def _check_word(element: Any, name: str, words: Words) -> None:
    allowed = _ATTRIBUTES[name]
    for attribute in element.attrib:
        if str(attribute).startswith("{"):
            continue  # another tool's mark on our element
        if attribute not in allowed:
            words.error(
                "unknown_attribute",
                element,
                word=name,
                attribute=str(attribute),
                known=", ".join(sorted(allowed)),
            )
    known = _CHILDREN.get(name, frozenset())
    for child in element:
        if not isinstance(child.tag, str):
            continue
        inner_name = flow_name(child)
        if inner_name is None or inner_name not in known:
            words.error(
                "unknown_word",
                child,
                word=child.tag.rpartition("}")[2],
                place=name,
                known=", ".join(sorted(known)),
            )
        else:
            _check_word(child, inner_name, words)


# -- labels


def read_labels(element: Any, name: str = "") -> Mapping[str, str]:
    """The texts of an element by language; its plain name counts as the default language."""
    labels = {DEFAULT_LANGUAGE: name} if name else {}
    for label in inner(element, "label"):
        text = "".join(label.itertext()).strip()
        if text:
            labels[(label.get("lang") or DEFAULT_LANGUAGE).lower()] = text
    return MappingProxyType(labels)


def labels_of(words: Words, name: str) -> Mapping[str, str]:
    labels = {DEFAULT_LANGUAGE: name} if name else {}
    for label in words.all("label"):
        text = "".join(label.itertext()).strip()
        if text:
            labels[(label.get("lang") or DEFAULT_LANGUAGE).lower()] = text
    return MappingProxyType(labels)


# -- forms and variables


def read_form(words: Words) -> tuple[Field, ...]:
    form = words.one("form")
    if form is None:
        return ()
    fields: dict[str, Field] = {}
    for element in inner(form, "field"):
        made = _read_field(element, words)
        if made is None:
            continue
        if made.id in fields:
            words.error("field_twice", element, name=made.id)
        fields[made.id] = made
    if not fields and not words.findings.has_errors:
        words.error("form_empty", form)
    return tuple(fields.values())


def _read_field(element: Any, words: Words) -> Field | None:
    name, kind = element.get("id") or "", element.get("type") or "text"
    if not is_free_name(name):
        words.error("bad_name", element, name=name)
        return None
    if kind not in FIELD_TYPES:
        words.error("unknown_type", element, name=name, type=kind, known=", ".join(FIELD_TYPES))
        return None
    choices = _read_choices(element, words, name, kind)
    made = Field(
        id=name,
        type=kind,
        labels=read_labels(element),
        required=_flag(element, "required", words),
        choices=choices,
        minimum=_bound(element, "min", kind, words),
        maximum=_bound(element, "max", kind, words),
        min_length=_length(element, "minLength", kind, words),
        max_length=_length(element, "maxLength", kind, words),
        multiline=_flag(element, "multiline", words),
        readonly=_flag(element, "readonly", words),
        default=_default(element, Type(kind, choices=tuple(v for v, _ in choices) or None), words),
    )
    if made.minimum is not None and made.maximum is not None and _after(made.minimum, made.maximum, kind):
        words.error("bounds_crossed", element, name=name)
    return made


def _after(first: str, last: str, kind: str) -> bool:
    if kind in ("integer", "decimal"):
        from decimal import Decimal

        return Decimal(first) > Decimal(last)
    return first > last


def _read_choices(
    element: Any, words: Words, name: str, kind: str
) -> tuple[tuple[str, Mapping[str, str]], ...]:
    choices: dict[str, Mapping[str, str]] = {}
    for choice in inner(element, "choice"):
        value = choice.get("value") or ""
        if not value or value in choices:
            words.error("bad_choice", choice, name=name, value=value)
            continue
        choices[value] = read_labels(choice)
    if kind == "choice" and not choices:
        words.error("choice_without_values", element, name=name)
    if kind != "choice" and choices:
        words.error("choices_need_type", element, name=name)
    return tuple(choices.items())


def _flag(element: Any, attribute: str, words: Words) -> bool:
    value = element.get(attribute, "false")
    if value not in ("true", "false"):
        words.error("bad_flag", element, attribute=attribute, value=value[:30])
    return bool(value == "true")


def _bound(element: Any, attribute: str, kind: str, words: Words) -> str | None:
    value = element.get(attribute)
    if value is None:
        return None
    if kind not in ("integer", "decimal", "date"):
        words.error("bound_not_possible", element, attribute=attribute, type=kind)
        return None
    try:
        return str(stored(value, Type(kind)))
    except Mismatch:
        words.error("bad_bound", element, attribute=attribute, value=value[:30], type=kind)
        return None


def _length(element: Any, attribute: str, kind: str, words: Words) -> int | None:
    value = element.get(attribute)
    if value is None:
        return None
    if kind != "text" or not value.isascii() or not value.isdigit() or len(value) > 6:
        words.error("bad_bound", element, attribute=attribute, value=value[:30], type=kind)
        return None
    return int(value)


def _default(element: Any, type_: Type, words: Words) -> Any:
    value = element.get("default")
    if value is None or value == "":
        return None
    try:
        return stored(value, type_)
    except Mismatch as mismatch:
        words.error("bad_default", element, value=value[:30], type=type_.kind, reason=mismatch.code)
        return None


def read_variables(words: Words) -> list[Variable]:
    variables: dict[str, Variable] = {}
    for element in words.all("variable"):
        name = element.get("name") or ""
        if not is_free_name(name):
            words.error("bad_name", element, name=name)
            continue
        if name in variables:
            words.error("variable_twice", element, name=name)
            continue
        type_ = _variable_type(element, words, name)
        if type_ is not None:
            variables[name] = Variable(
                name,
                type_,
                _flag(element, "required", words),
                _default(element, type_, words),
                element.sourceline,
            )
    return list(variables.values())


def _variable_type(element: Any, words: Words, name: str) -> Type | None:
    kind = element.get("type") or "text"
    if kind not in KINDS:
        words.error("unknown_type", element, name=name, type=kind, known=", ".join(KINDS))
        return None
    if kind == "choice":
        choices = _read_choices(element, words, name, kind)
        return Type(kind, choices=tuple(value for value, _ in choices) or None)
    if kind == "record":
        fields = {
            f.get("id") or f.get("name") or "": _variable_type(f, words, name)
            for f in inner(element, "field")
        }
        known = {key: of for key, of in fields.items() if of is not None and is_free_name(key)}
        if len(known) != len(fields):
            words.error("bad_name", element, name=name)
        return Type(kind, fields=known or None)
    if kind == "list" and element.get("item"):
        item = element.get("item")
        if item not in KINDS or item in ("list", "record", "choice"):
            words.error("unknown_type", element, name=name, type=item, known=", ".join(FIELD_TYPES))
            return None
        return Type(kind, item=Type(item))
    return Type(kind)


# -- user tasks


def read_outcomes(words: Words) -> tuple[Outcome, ...]:
    outcomes: dict[str, Outcome] = {}
    for element in words.all("outcome"):
        code, style = element.get("code") or "", element.get("style") or "quiet"
        comment = element.get("comment") or "optional"
        if not _CODE.fullmatch(code):
            words.error("bad_outcome_code", element, code=code[:50])
        if code in outcomes:
            words.error("outcome_twice", element, code=code)
        if style not in STYLES:
            words.error(
                "bad_word_value", element, attribute="style", value=style[:30], known=", ".join(STYLES)
            )
        if comment not in ("required", "optional"):
            words.error(
                "bad_word_value", element, attribute="comment", value=comment[:30], known="required, optional"
            )
        labels = read_labels(element) or KNOWN_OUTCOMES.get(code, MappingProxyType({}))
        outcomes[code] = Outcome(code, labels, comment == "required", style)
    return tuple(outcomes.values())


def _both(zh: str, en: str) -> Mapping[str, str]:
    return MappingProxyType({DEFAULT_LANGUAGE: zh, "en": en})


# The words people expect on the usual buttons when the diagram gives none.
KNOWN_OUTCOMES: Final[Mapping[str, Mapping[str, str]]] = {
    "approve": _both("同意", "Approve"),
    "reject": _both("驳回", "Reject"),
    "return": _both("退回", "Return"),
    "submit": _both("提交", "Submit"),
    "confirm": _both("确认", "Confirm"),
    "withdraw": _both("撤回", "Withdraw"),
    "cancel": _both("取消", "Cancel"),
    "done": _both("完成", "Done"),
}


def read_due(words: Words) -> str | None:
    element = words.one("due")
    if element is None:
        return None
    text = (element.get("in") or "").strip()
    if not _DURATION.fullmatch(text):
        words.error("bad_duration", element, value=text[:50])
        return None
    return text


def read_priority(words: Words) -> int:
    element = words.one("priority")
    if element is None:
        return 50
    text = element.get("value") or ""
    if not text.isascii() or not text.isdigit() or int(text[:9]) > 100:
        words.error("bad_priority", element, value=text[:30])
        return 50
    return int(text)
