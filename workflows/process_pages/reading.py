"""What is known of a process when its page is written: compiled, drawn, and with the company's own words."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows.engine import Definition, ensure_layout
from workflows.engine.support import BPMN, FLOW
from workflows.engine.xmlsafe import read_xml

_CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Read:
    """A process: compiled, and its drawing.

    `roles` names each role by its code as (Chinese, English), `starters` are the roles whose people may begin a
    case. A page about a diagram as it `is_shipped` says that an administrator may decide otherwise."""

    definition: Definition
    root: Any
    documentation: Mapping[str, str] = field(default_factory=dict)  # by language
    roles: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    starters: Collection[str] = ()
    is_shipped: bool = False

    @property
    def key(self) -> str:
        return self.definition.key


def read(
    bpmn: bytes,
    definition: Definition,
    *,
    roles: Mapping[str, tuple[str, str]],
    starters: Collection[str],
    is_shipped: bool = False,
) -> Read:
    """A diagram that has been compiled, with what it says about itself."""
    root = read_xml(ensure_layout(bpmn))
    said = by_language(documentation_of(root, definition.key))
    return Read(definition, root, said, roles, starters, is_shipped)


def by_language(text: str) -> dict[str, str]:
    """The paragraphs in Chinese and those in English of a text written in both."""
    found: dict[str, list[str]] = {}
    for paragraph in filter(None, map(str.strip, text.splitlines())):
        found.setdefault("zh-hans" if _CHINESE.search(paragraph) else "en", []).append(paragraph)
    return {language: "\n\n".join(paragraphs) for language, paragraphs in found.items()}


def labels_in(element: Any) -> dict[str, str]:
    """The names of anything drawn, by language: also of lanes, pools and notes, which do not run."""
    name = element.get("name") or "".join(
        "".join(each.itertext()) for each in element.iterchildren(f"{{{BPMN}}}text")
    )
    labels = {"zh-hans": name.strip()} if name.strip() else {}
    for each in element.iterfind(f"{{{BPMN}}}extensionElements/{{{FLOW}}}label"):
        labels[(each.get("lang") or "zh-hans").lower()] = "".join(each.itertext()).strip()
    return labels


def documentation_of(root: Any, key: str) -> str:
    """What the process says of itself, in all its languages."""
    process = next(each for each in root.iter(f"{{{BPMN}}}process") if each.get("id") == key)
    return "\n".join("".join(each.itertext()) for each in process.iterchildren(f"{{{BPMN}}}documentation"))
