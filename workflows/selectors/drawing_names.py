"""The names that a condition may read at each place of a drawing, with what people call them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import pgettext

from workflows import registry
from workflows.definitions import current_versions
from workflows.engine import element_names
from workflows.engine.visible import VisibleName, visible_names
from workflows.models import ProcessDefinition
from workflows.selectors.drawing import choices_of_field, label_of_field, type_words


def names_at(definition: ProcessDefinition, bpmn: str, decisions: Mapping[str, str]) -> dict[str, Any]:
    """{"groups": [{"elements": [...], "names": [...]}], "before": {element: steps that come before it}}."""
    vocabulary = registry.vocabulary(
        allowed_operations=frozenset(definition.allowed_operations),
        processes=current_versions(but=definition.key),
    )
    text = bpmn.encode()
    groups, before = visible_names(text, vocabulary, process_id=definition.key, decisions=decisions)
    steps = element_names(text, translation.get_language() or "") if groups else {}
    say = _Telling(definition.subject_type, steps)
    return {
        "groups": [
            {"elements": list(one.elements), "names": [say.told(name) for name in one.names]}
            for one in groups
        ],
        "before": before,
    }


class _Telling:
    """Names in the reader's language."""

    def __init__(self, subject: str, steps: Mapping[str, str]) -> None:
        self.subject = subject
        self.steps = steps
        self.language = translation.get_language() or "zh-hans"
        self.parts = {
            "outcome": pgettext("drawing", "decision"),
            "comment": pgettext("drawing", "comment"),
            "by": pgettext("drawing", "done by"),
        }

    def told(self, one: VisibleName) -> dict[str, Any]:
        words = type_words(one.type)
        labels = {value: self._pick(labels) or value for value, labels in one.choices}
        if one.kind == "subject" and words["type"] in ("text", "choice"):
            # A text with a few values is chosen from them too.
            labels = choices_of_field(self.subject, one.of)
            words["choices"] = words["choices"] or list(labels)
        return {
            "path": one.path,
            "label": self._label(one),
            "group": one.kind,
            "by": one.by,
            **words,
            "labels": labels,
        }

    def _label(self, one: VisibleName) -> str:
        if one.kind == "subject":
            return label_of_field(self.subject, one.of)
        if one.kind == "step":
            part = self.parts[one.path.rpartition(".")[2]]
            return f"{self.steps.get(one.of) or one.of}: {part}"
        if one.kind == "answer":
            part = self._pick(one.labels) or one.path.rpartition(".")[2].replace("_", " ")
            return f"{self.steps.get(one.of) or one.of}: {part}"
        if one.path == "starter":
            return pgettext("drawing", "who started the case")
        return self._pick(one.labels) or one.path

    def _pick(self, labels: Mapping[str, str]) -> str:
        return labels.get(self.language) or labels.get("zh-hans") or next(iter(labels.values()), "")
