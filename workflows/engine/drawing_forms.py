"""The form of a step as a page edits it, in plain texts. It is written into the diagram by formwriting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

from .definition import DEFAULT_LANGUAGE, Field
from .extensions import inner, read_words
from .formwords import read_form
from .halfdrawn import read_half_drawn
from .mends.sheet import Sheet
from .outline import children, local
from .problems import DefinitionError, Findings
from .support import BPMN, FLOW
from .vocabulary import Vocabulary
from .xmlsafe import read_xml

STEPS: Final = ("startEvent", "userTask", "manualTask", "task")
# Attributes in the order in which they are written.
ATTRIBUTES: Final = (
    ("id", "id"),
    ("type", "type"),
    ("minimum", "min"),
    ("maximum", "max"),
    ("min_length", "minLength"),
    ("max_length", "maxLength"),
    ("default", "default"),
    ("shown_if", "shownIf"),
)
FLAGS: Final = ("required", "multiline", "readonly")


@dataclass(slots=True)
class ChoiceSheet:
    """A value to choose, with what it is called."""

    value: str
    label: str = ""
    english: str = ""


@dataclass(slots=True)
class FieldSheet:
    """A field as it is written; `origin` is its place in the diagram it came from."""

    id: str = ""
    type: str = "text"
    label: str = ""
    english: str = ""
    required: bool = False
    multiline: bool = False
    readonly: bool = False
    minimum: str = ""
    maximum: str = ""
    min_length: str = ""
    max_length: str = ""
    default: str = ""
    shown_if: str = ""
    choices: list[ChoiceSheet] = field(default_factory=list)
    origin: int | None = None


@dataclass(frozen=True, slots=True)
class StepForm:
    """A step that can have a form. `work_form` names one that the program brings; it has no other then."""

    id: str
    kind: str
    labels: Mapping[str, str]
    fields: list[FieldSheet]
    work_form: str = ""
    # By which it is known whether somebody has changed the form.
    text: str = ""


def step_forms(bpmn: str, process_id: str) -> list[StepForm]:
    """Every step of a process that can ask people for something; none of a diagram that cannot be read."""
    try:
        root = read_xml(bpmn)
    except DefinitionError:
        return []
    found = []
    for process in root.iterchildren(f"{{{BPMN}}}process"):
        if process.get("id") == process_id:
            steps = [one for one in process.iter(f"{{{BPMN}}}*") if local(one) in STEPS and one.get("id")]
            found = [step_form(step) for step in steps]
    # People read from the start on.
    return sorted(found, key=lambda one: one.kind != "startEvent")


def form_fields(
    bpmn: str,
    element: str,
    vocabulary: Vocabulary,
    *,
    process_id: str | None = None,
    decisions: Mapping[str, Any] | None = None,
) -> tuple[Field, ...]:
    """The fields of a step as the engine reads them, with their conditions, as far as they are right."""
    half = read_half_drawn(bpmn.encode(), vocabulary, process_id=process_id, decisions=decisions)
    if half is not None:
        return half[1].forms.get(element, ())
    try:
        step = Sheet(read_xml(bpmn)).get(element)
    except DefinitionError:
        return ()
    return read_form(read_words(step, Findings())) if step is not None else ()


# Reading ----------------------------------------------------------------------------------------


def step_form(step: Any) -> StepForm:
    labels = {DEFAULT_LANGUAGE: step.get("name") or ""}
    work_form, form = "", form_of(step)
    for extensions in children(step, "extensionElements"):
        labels |= labels_of(extensions)
        for word in extensions.iterchildren(f"{{{FLOW}}}workForm"):
            work_form = word.get("name") or ""
    fields = [read_field(one, at) for at, one in enumerate(inner(form, "field"))] if form is not None else []
    text = str(etree.tostring(form, encoding="unicode", with_tail=False)) if form is not None else ""
    return StepForm(step.get("id"), local(step) or "", labels, fields, work_form, text)


def form_of(step: Any) -> Any | None:
    for extensions in children(step, "extensionElements"):
        for form in extensions.iterchildren(f"{{{FLOW}}}form"):
            return form
    return None


def read_field(element: Any, at: int) -> FieldSheet:
    labels = labels_of(element)
    sheet = FieldSheet(label=labels.get(DEFAULT_LANGUAGE, ""), english=labels.get("en", ""), origin=at)
    for slot, attribute in ATTRIBUTES:
        setattr(sheet, slot, element.get(attribute) or ("text" if slot == "type" else ""))
    for flag in FLAGS:
        setattr(sheet, flag, element.get(flag) == "true")
    for choice in inner(element, "choice"):
        words = labels_of(choice)
        sheet.choices.append(
            ChoiceSheet(choice.get("value") or "", words.get(DEFAULT_LANGUAGE, ""), words.get("en", ""))
        )
    return sheet


def labels_of(element: Any) -> dict[str, str]:
    found = {}
    for label in element.iterchildren(f"{{{FLOW}}}label"):
        text = "".join(label.itertext()).strip()
        if text:
            found[(label.get("lang") or DEFAULT_LANGUAGE).lower()] = text
    return found
