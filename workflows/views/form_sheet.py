"""The form of a step as it stands in the fields of a page."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace

from django.http import QueryDict
from django.utils.translation import gettext_lazy, pgettext_lazy

from workflows.engine.drawing_forms import ChoiceSheet, FieldSheet
from workflows.views.form_conditions import ConditionRow

MOST_FIELDS = 60
FIELD_TYPES = {
    "text": pgettext_lazy("data type", "Text"),
    "integer": gettext_lazy("Whole number"),
    "decimal": gettext_lazy("Number"),
    "boolean": gettext_lazy("Yes or no"),
    "date": gettext_lazy("Day"),
    "datetime": gettext_lazy("Moment"),
    "choice": gettext_lazy("Choice"),
}
TEXTS = ("id", "label", "english", "minimum", "maximum", "min_length", "max_length", "default")
FLAGS = ("required", "multiline", "readonly")
BOUNDED = ("integer", "decimal", "date")
# What only some types have. The page keeps it while another type is tried.
ONLY_OF = {
    "choices": ("choice",),
    "minimum": BOUNDED,
    "maximum": BOUNDED,
    "min_length": ("text",),
    "max_length": ("text",),
    "multiline": ("text",),
}


@dataclass
class FieldRow:
    """A field of the form with what is said of it."""

    at: str
    sheet: FieldSheet
    condition: ConditionRow
    errors: list[str] = field(default_factory=list)

    @property
    def is_bounded(self) -> bool:
        return self.sheet.type in BOUNDED

    @property
    def choices(self) -> str:
        return "\n".join(
            " | ".join((one.value, one.label, one.english)).rstrip(" |") for one in self.sheet.choices
        )


def posted_fields(data: QueryDict, before: list[FieldSheet]) -> list[FieldSheet]:
    """The fields that were typed, without their conditions."""
    count = data.get("fields", "")
    found = []
    for n in range(min(int(count), MOST_FIELDS) if count.isdecimal() and len(count) < 4 else 0):
        at = f"f{n}"
        origin = data.get(f"{at}-origin", "")
        kind = data.get(f"{at}-type", "text")
        sheet = FieldSheet(type=kind if kind in FIELD_TYPES else "text")
        for name in TEXTS:
            setattr(sheet, name, data.get(f"{at}-{name}", "").strip()[:500])
        for name in FLAGS:
            setattr(sheet, name, f"{at}-{name}" in data)
        sheet.choices = _choices(data.get(f"{at}-choices", ""))
        if origin.isdecimal() and len(origin) < 4 and int(origin) < len(before):
            sheet.origin = int(origin)
        found.append(sheet)
    return found


def as_written(fields: list[FieldSheet]) -> list[FieldSheet]:
    """The fields without what belongs to a type that was chosen before."""
    nothing = asdict(FieldSheet())
    return [
        replace(one, **{name: nothing[name] for name, types in ONLY_OF.items() if one.type not in types})
        for one in fields
    ]


def _choices(text: str) -> list[ChoiceSheet]:
    """A line each: value | Chinese | English."""
    found = []
    for line in text.replace("｜", "|").splitlines()[:100]:
        value, label, english = [part.strip()[:200] for part in [*line.split("|", 2), "", ""][:3]]
        if value:
            found.append(ChoiceSheet(value, label, english))
    return found
