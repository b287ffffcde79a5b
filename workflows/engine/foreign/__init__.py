"""Words of other tools, said in our own before anything else reads the diagram.

`translate` rewrites the tree in place, so that the rest of the engine knows one vocabulary only.
What would run code is refused, what has no meaning here is named in a warning. `camunda` reads the
words of Camunda 7, and of Flowable and Activiti, which grew from the same root; `zeebe` those of
Camunda 8; `feel` takes the marks of an expression off."""

from __future__ import annotations

from typing import Any, Final

from workflows.engine.problems import Findings, Problem
from workflows.engine.support import BPMN, CAMUNDA, FLOW

from .camunda import CamundaWords
from .feel import unwrap_expressions
from .words import Translation
from .zeebe import ZEEBE, ZeebeWords

FLOWABLE: Final = "http://flowable.org/bpmn"
ACTIVITI: Final = "http://activiti.org/bpmn"

# Attributes of these namespaces are drawings and bookkeeping.
_QUIET: Final = (
    "{http://www.w3.org/",
    "{http://bpmn.io/",
    "{http://camunda.org/schema/modeler",
    "{http://www.omg.org/spec/",
)
_TOOLS: Final = ((CAMUNDA, "Camunda 7"), (ZEEBE, "Camunda 8"), (FLOWABLE, "Flowable"), (ACTIVITI, "Activiti"))

__all__ = ["ACTIVITI", "FLOWABLE", "ZEEBE", "tool_of", "translate"]


def translate(process: Any, findings: Findings) -> list[Problem]:
    """Rewrite the words of other tools in a process into `flow:` ones. Returns notes on what was done."""
    translation = Translation(findings)
    readers = (
        CamundaWords(translation, CAMUNDA, "camunda"),
        CamundaWords(translation, FLOWABLE, "flowable"),
        CamundaWords(translation, ACTIVITI, "activiti"),
        ZeebeWords(translation),
    )
    for element in list(process.iter("{" + BPMN + "}*")):
        for reader in readers:
            reader.read(element)
        unwrap_expressions(element, translation)
        _foreign_attributes(element, translation)
    return translation.notes


def tool_of(root: Any) -> str:
    """Who wrote the file, as it says itself; else by the words it uses; empty if it says nothing."""
    exporter = f"{root.get('exporter') or ''} {root.get('exporterVersion') or ''}".strip()
    if exporter:
        return str(exporter)[:80]
    used = {element.tag.partition("}")[0].lstrip("{") for element in root.iter("{*}*")}
    used |= {name.partition("}")[0].lstrip("{") for element in root.iter("{*}*") for name in element.attrib}
    return next((name for namespace, name in _TOOLS if namespace in used), "")


def _foreign_attributes(element: Any, translation: Translation) -> None:
    for name in element.attrib:
        text = str(name)
        word = text.rpartition("}")[2]
        if text.startswith("{" + FLOW + "}"):
            translation.error(element, "unknown_attribute", word="", attribute=word, known="")
        elif text.startswith("{") and not text.startswith(_QUIET):
            translation.warn(element, "foreign_attribute", attribute=word[:60])
