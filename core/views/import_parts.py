"""What the pages of imports are made of: states that rows are counted and filtered by, forms, words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.imports.books import said
from core.imports.judging import FILL, SAME_FILE, SKIP, UPDATE
from core.imports.parsing import label_of
from core.imports.registry import ImportField, Kind
from core.models import ImportRow, ImportRun, User

Status = ImportRow.Status
# How many values of a column are shown beneath its heading.
VALUES_SHOWN = 3
COLOURS = {
    "done": "green",
    "failed": "red",
    "checked": "brand",
    "checking": "brand",
    "running": "brand",
    "undoing": "brand",
    "cancelled": "amber",
}


@dataclass(frozen=True)
class State:
    """What became of some rows: shown as a figure, a filter and a tag."""

    name: str
    label: str | Promise
    rows: Q
    colour: str = ""


STATES = (
    State("new", pgettext_lazy("import", "New"), Q(status=Status.READY, duplicate_id=""), "brand"),
    State(
        "change", pgettext_lazy("import", "Changes"), Q(status=Status.READY) & ~Q(duplicate_id=""), "brand"
    ),
    State("created", pgettext_lazy("import", "Created"), Q(status=Status.CREATED), "green"),
    State("updated", pgettext_lazy("import", "Changed"), Q(status=Status.UPDATED), "green"),
    State("existing", _("Exist already"), Q(status=Status.SKIPPED)),
    State("double", _("Twice in the file"), Q(status=Status.BAD, duplicate_type=SAME_FILE), "amber"),
    State("bad", _("To mend"), Q(status=Status.BAD) & ~Q(duplicate_type=SAME_FILE), "red"),
    State("undone", _("Undone"), Q(status=Status.UNDONE)),
)
# These stand across the others.
WARNED = State("warned", _("With a note"), ~Q(warnings=[]), "amber")
KEPT = State("kept", _("Could not be undone"), ~Q(undo_refusal=""), "amber")
FILTERS = {one.name: one for one in (*STATES, WARNED, KEPT)}


def state_of(row: ImportRow) -> State:
    if row.status == Status.READY:
        return FILTERS["change" if row.duplicate_id else "new"]
    if row.status == Status.BAD:
        return FILTERS["double" if row.duplicate_type == SAME_FILE else "bad"]
    return FILTERS[
        {
            Status.CREATED: "created",
            Status.UPDATED: "updated",
            Status.SKIPPED: "existing",
            Status.UNDONE: "undone",
        }.get(Status(row.status), "new")
    ]


def counts_of(run: ImportRun) -> dict[str, int]:
    """How many rows are in each state, in one question."""
    found: dict[str, int] = run.rows.aggregate(
        **{one.name: Count("pk", filter=one.rows) for one in FILTERS.values()}
    )
    return found


@dataclass(frozen=True)
class Line:
    """A row of the sheet as the table shows it."""

    number: int
    state: State
    title: str
    url: str
    subject: str
    differences: list[tuple[str, str, str]]
    errors: list[str]
    notes: list[str]


def lines_of(run: ImportRun, kind: Kind, rows: Sequence[ImportRow]) -> list[Line]:
    shown = _title_place(run, kind)
    return [_line(kind, row, shown) for row in rows]


def _line(kind: Kind, row: ImportRow, shown: list[int]) -> Line:
    title = " · ".join(row.values[place] for place in shown if place < len(row.values) and row.values[place])
    key = row.subject_id or (row.duplicate_id if row.duplicate_type != SAME_FILE else "")
    is_there = bool(key) and row.status != Status.UNDONE
    return Line(
        number=row.number,
        state=state_of(row),
        title=title or "—",
        url=kind.url_of(key) if is_there else "",
        subject=row.duplicate_title if row.duplicate_type != SAME_FILE else "",
        differences=[
            (
                _label(kind, one["field"]),
                _shown(kind, one["field"], one["old"]),
                _shown(kind, one["field"], one["new"]),
            )
            for one in row.differences
        ],
        errors=[said(kind, one) for one in row.errors],
        notes=[*(said(kind, one) for one in row.warnings), *([row.undo_refusal] if row.undo_refusal else [])],
    )


def _title_place(run: ImportRun, kind: Kind) -> list[int]:
    """The columns that say which row it is: the first named fields."""
    places = {name: int(place) for place, name in run.mapping.items() if name}
    return [places[one.name] for one in kind.fields if one.name in places][:2]


def _label(kind: Kind, name: str) -> str:
    found = kind.field(name)
    return found.label if found else name


def _shown(kind: Kind, name: str, value: str) -> str:
    """A code in the reader's words."""
    if not value:
        return "—"
    try:
        return label_of(kind.model, name, value)
    except FieldDoesNotExist:
        return value


# Forms ----------------------------------------------------------------------------------------------


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xlsm,.csv,.txt"}),
        help_text=_(
            "XLSX or CSV, up to 50,000 rows and 20 MB. Nothing is saved before you have seen what would happen."
        ),
    )


class ColumnsForm(forms.Form):
    """What each column means, and what to do with rows that exist."""

    existing = forms.ChoiceField(
        label=_("If a row exists already"),
        choices=[
            (SKIP, _("leave it as it is")),
            (FILL, _("fill in only what is empty there")),
            (UPDATE, _("change it as the file says")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, kind: Kind, headings: Sequence[str], actor: User, **kwargs):
        super().__init__(*args, **kwargs)
        offered = [("", _now("— leave out —")), *((one.name, _option(one)) for one in kind.fields)]
        for place, heading in enumerate(headings):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=heading or _now("Column %(number)s") % {"number": place + 1},
                choices=offered,
                required=False,
            )
        self.chosen = []
        for one in kind.options:
            choices = one.choices(actor)
            if len(choices) > 1:
                self.fields[one.name] = forms.ChoiceField(
                    label=one.label, help_text=one.help, choices=choices, widget=forms.RadioSelect
                )
                self.chosen.append(one.name)

    def mapping(self) -> dict[str, str]:
        return {
            name.removeprefix("column_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("column_")
        }

    def options(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("existing", *self.chosen)}

    def questions(self) -> list[forms.BoundField]:
        return [self[name] for name in (*self.chosen, "existing")]


def _option(one: ImportField) -> str:
    return f"{one.label} *" if one.required else one.label
