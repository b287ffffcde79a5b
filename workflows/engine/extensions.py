"""Reading the `flow:` vocabulary out of `extensionElements`, strictly: a misspelt word is an error.

Everything here is plain data; types and expressions are checked by the builder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from .definition import DEFAULT_LANGUAGE, Deadline, Outcome
from .problems import Findings
from .support import BPMN, FLOW, MARKERS

STYLES: Final = ("primary", "danger", "quiet")

_PERSONAL: Final = frozenset(
    {"label", "form", "workForm", "outcome", "assign", "distinct", "due", "priority"}
)
# Which words may stand where.
_WORDS: Final[Mapping[str, frozenset[str]]] = {
    "process": frozenset({"label", "variable", "subject"}),
    "lane": frozenset({"label", "assign"}),
    "sequenceFlow": frozenset({"label"}),
    "startEvent": frozenset({"label", "form", "correlate", "timer"}),
    "endEvent": frozenset({"label", "correlate", "param"}),
    "userTask": _PERSONAL,
    "manualTask": _PERSONAL - {"workForm"},
    "task": _PERSONAL - {"workForm"},
    "serviceTask": frozenset({"label", "operation"}),
    "businessRuleTask": frozenset({"label", "decision"}),
    "sendTask": frozenset({"label", "correlate", "param"}),
    "receiveTask": frozenset({"label", "correlate", "form"}),
    "intermediateThrowEvent": frozenset({"label", "correlate", "param"}),
    "intermediateCatchEvent": frozenset({"label", "correlate", "form", "timer"}),
    "boundaryEvent": frozenset({"label", "correlate", "form", "timer"}),
    "subProcess": frozenset({"label", "variable"}),
    "transaction": frozenset({"label", "variable"}),
    "callActivity": frozenset({"label", "in", "out"}),
    "multiInstanceLoopCharacteristics": frozenset({"each"}),
    "dataObject": frozenset({"label", "variable"}),
    **dict.fromkeys(
        ("scriptTask", "exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"),
        frozenset({"label"}),
    ),
}
# The attributes and children of each word.
_ATTRIBUTES: Final[Mapping[str, frozenset[str]]] = {
    "label": frozenset({"lang"}),
    "variable": frozenset({"name", "type", "item", "required", "default"}),
    "subject": frozenset({"type"}),
    "assign": frozenset({"role", "person", "roleFrom"}),
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
            "shownIf",
        }
    ),
    "choice": frozenset({"value"}),
    "workForm": frozenset({"name"}),
    "outcome": frozenset({"code", "style", "comment"}),
    "distinct": frozenset({"from"}),
    "due": frozenset({"in", "on", "remind", "copy", "handover"}),
    "priority": frozenset({"value"}),
    "operation": frozenset({"name", "result"}),
    "param": frozenset({"name", "value"}),
    "in": frozenset({"name", "value"}),
    "out": frozenset({"name", "value"}),
    "each": frozenset({"in", "as", "value", "into"}),
    "decision": frozenset({"ref", "result"}),
    "correlate": frozenset({"value"}),
    "timer": frozenset({"time", "missed"}),
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
    {
        "form",
        "workForm",
        "assign",
        "distinct",
        "due",
        "priority",
        "operation",
        "subject",
        "decision",
        "correlate",
        "each",
        "timer",
    }
)
_QUIET_NAMESPACES: Final = (
    "http://camunda.org/schema/modeler",
    "http://bpmn.io/schema/",
    "http://camunda.org/schema/1.0/bpmn",
)
_CODE = re.compile(r"[a-z][a-z0-9_]{0,49}")
_PERCENT: Final = range(1, 1001)
_DURATION = re.compile(r"P(?=[\dT])(?:\d{1,3}W)?(?:\d{1,4}D)?(?:T(?=\d)(?:\d{1,4}H)?(?:\d{1,4}M)?)?")


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
    tag = element.tag.rpartition("}")[2]
    owner = element.getparent() if tag in MARKERS else element
    words = Words(owner.get("id"), element, findings)
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


# What the percentages of a step are of that is due on a day.
USUAL_SPAN: Final = "P2D"


def read_deadline(words: Words) -> Deadline | None:
    element = words.one("due")
    if element is None:
        return None
    is_on_a_day = element.get("on") is not None
    text = (element.get("in") or (USUAL_SPAN if is_on_a_day else "")).strip()
    if not _DURATION.fullmatch(text):
        words.error("bad_duration", element, value=text[:50])
        return None
    remind, copy, handover = (_percent(words, element, name) for name in ("remind", "copy", "handover"))
    if remind is not None and copy is not None and copy < remind:
        words.findings.warn(
            "manager_before_reminder", words.owner, element.sourceline, copy=copy, remind=remind
        )
    if is_on_a_day and min(filter(None, (remind, copy, handover)), default=100) < 100:
        words.error("reminded_before_its_day", element)
    return Deadline(text, remind, copy, handover)


def _percent(words: Words, element: Any, name: str) -> int | None:
    """A percentage of the time a step may take; None for "none"."""
    usual: int = getattr(Deadline(""), name)
    text = element.get(name)
    if text is None or text == "none":
        return usual if text is None else None
    if not text.isascii() or not text.isdigit() or int(text[:9]) not in _PERCENT:
        words.error("bad_percentage", element, attribute=name, value=text[:30])
        return usual
    return int(text)


def read_priority(words: Words) -> int:
    element = words.one("priority")
    if element is None:
        return 50
    text = element.get("value") or ""
    if not text.isascii() or not text.isdigit() or int(text[:9]) > 100:
        words.error("bad_priority", element, value=text[:30])
        return 50
    return int(text)
