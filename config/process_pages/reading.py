"""The shipped diagrams, compiled as on publishing, but with the roles a company starts with: no database."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from config.company_roles import ROLES
from workflows import registry
from workflows.engine import Definition, compile_definition, ensure_layout
from workflows.engine.support import BPMN, FLOW
from workflows.engine.xmlsafe import read_xml
from workflows.services.shipped import shipped_processes

_CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Read:
    """A process: compiled, and its drawing."""

    definition: Definition
    root: Any
    documentation: Mapping[str, str] = field(default_factory=dict)  # by language

    @property
    def key(self) -> str:
        return self.definition.key


def read_shipped() -> dict[str, Read]:
    """By key; what is called stands before what calls it."""
    found: dict[str, Read] = {}
    for shipped in shipped_processes():
        compiled = {key: one.definition for key, one in found.items()}
        found[shipped.key] = read(shipped.bpmn.encode(), shipped.key, shipped.tables, compiled)
    return found


def read(
    bpmn: bytes,
    key: str,
    tables: Mapping[str, str] | None = None,
    called: Mapping[str, Definition] | None = None,
) -> Read:
    roles = {name: code for code, names in ROLES.items() for name in names} | {code: code for code in ROLES}
    definition = compile_definition(
        bpmn,
        registry.vocabulary(roles=roles, processes=called or {}),
        process_id=key,
        decisions=tables or {},
    )
    root = read_xml(ensure_layout(bpmn))
    return Read(definition, root, by_language(_documentation(root, key)))


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


def _documentation(root: Any, key: str) -> str:
    process = next(each for each in root.iter(f"{{{BPMN}}}process") if each.get("id") == key)
    return "\n".join("".join(each.itertext()) for each in process.iterchildren(f"{{{BPMN}}}documentation"))
