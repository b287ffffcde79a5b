"""The form in which a supplement says what it changes: what holds now stands beside each field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contracts.models import AmendmentChange, Contract, Risk
from contracts.money import shown
from contracts.services.amendment_english import LONGEST_TEXT as LONGEST_ENGLISH
from contracts.services.amendment_english import LONGEST_TITLE
from contracts.services.amendments import LONGEST_TEXT, Amendment
from contracts.services.in_force import ClauseInForce, clauses_in_force
from core.generic.widgets import DateInput

Kind = AmendmentChange.Kind
# How many clauses can be added at once; a saved draft offers as many more.
MORE = 2
# The fields of a new text.
WORDING: Final = ("text", "reason", "risk")


class SupplementStartForm(forms.Form):
    title = forms.CharField(
        label=_("Title"),
        max_length=120,
        required=False,
        help_text=_("Empty, it takes the name of the template."),
    )


@dataclass(frozen=True)
class ClauseFields:
    """The fields of one clause; ``clause`` is None where one can be added."""

    clause: ClauseInForce | None
    fields: list[BoundField]
    is_open: bool


class SupplementForm(forms.Form):
    """One field for each thing that can change; what is left as it is changes nothing."""

    def __init__(
        self, data: Any = None, files: Any = None, *, initial: Any = None, contract: Contract
    ) -> None:
        super().__init__(data, files, initial=initial)
        main = contract.parent
        if main is None:
            raise ValueError(f"Contract {contract.pk} is no supplement.")
        rows = list(contract.amendments.select_related("plan_line"))
        # Printed in both languages, each new text has its English beside it.
        self.wording = ("text", "text_en", "reason", "risk") if contract.is_bilingual else WORDING
        self.clauses = [one for one in clauses_in_force(main) if not one.has_table]
        self._term(main, rows)
        self._instalments(main, rows)
        self._clauses(rows)
        self._added([one for one in rows if one.kind == Kind.ADDED])

    # What can be filled in --------------------------------------------------------------------------

    def _term(self, main: Contract, rows: list[AmendmentChange]) -> None:
        held = f"{main.in_force_until:%Y-%m-%d}" if main.in_force_until else "—"
        self.fields["term"] = forms.DateField(
            label=_("New end of the term"),
            required=False,
            widget=DateInput,
            initial=next((one.new_day for one in rows if one.kind == Kind.TERM), None),
            help_text=gettext("Now: %(day)s. Empty: it stays.") % {"day": held},
        )

    def _instalments(self, main: Contract, rows: list[AmendmentChange]) -> None:
        moved = {one.plan_line_id: one.new_day for one in rows if one.kind == Kind.INSTALMENT}
        for line in main.plan_lines.with_paid():
            if line.paid >= line.amount and line.pk not in moved:
                continue
            self.fields[f"due_{line.seq}"] = forms.DateField(
                label=gettext("Instalment %(number)s (%(amount)s): new due date")
                % {"number": line.seq, "amount": shown(line.amount)},
                required=False,
                widget=DateInput,
                initial=moved.get(line.pk),
                help_text=gettext("Now: %(day)s. Empty: it stays.") % {"day": f"{line.due_on:%Y-%m-%d}"},
            )

    def _clauses(self, rows: list[AmendmentChange]) -> None:
        changed = {one.code: one for one in rows if one.kind == Kind.CLAUSE}
        for number, clause in enumerate(self.clauses):
            row = changed.get(clause.code)
            text, text_en = (row.text, row.text_en) if row else (clause.text, clause.text_en)
            self._wording(f"c{number}", row, text=text, text_en=text_en)

    def _added(self, rows: list[AmendmentChange]) -> None:
        self.added = [f"a{number}" for number in range(len(rows) + MORE)]
        places = [("", _("at the end")), *((one.code, _called(one)) for one in self.clauses)]
        for number, name in enumerate(self.added):
            row = rows[number] if number < len(rows) else None
            self.fields[f"{name}_title"] = forms.CharField(
                label=_("Title of the new clause"),
                required=False,
                max_length=80,
                initial=row.title if row else "",
            )
            if "text_en" in self.wording:
                self.fields[f"{name}_title_en"] = forms.CharField(
                    label=_("Title in English"),
                    required=False,
                    max_length=LONGEST_TITLE,
                    initial=row.title_en if row else "",
                )
            self.fields[f"{name}_after"] = forms.ChoiceField(
                label=_("Stands after"), required=False, choices=places, initial=row.after if row else ""
            )
            self._wording(name, row, text=row.text if row else "", text_en=row.text_en if row else "")

    def _wording(self, name: str, row: AmendmentChange | None, *, text: str, text_en: str) -> None:
        self.fields[f"{name}_text"] = forms.CharField(
            label=_("New text"),
            required=False,
            max_length=LONGEST_TEXT,
            initial=text,
            widget=_text_box(text, letters=60),
            help_text=_("One paragraph a line, in words as they are to be printed."),
        )
        if "text_en" in self.wording:
            self.fields[f"{name}_text_en"] = forms.CharField(
                label=_("New text in English"),
                required=False,
                max_length=LONGEST_ENGLISH,
                initial=text_en,
                widget=_text_box(text_en, letters=120),
                help_text=_("The English of each paragraph, one a line. The Chinese text prevails."),
            )
        self.fields[f"{name}_reason"] = forms.CharField(
            label=_("Why it deviates"), required=False, max_length=300, initial=row.reason if row else ""
        )
        self.fields[f"{name}_risk"] = forms.ChoiceField(
            label=_("Risk"), required=False, choices=Risk.choices, initial=row.risk if row else Risk.MIDDLE
        )

    # As the template draws it -----------------------------------------------------------------------

    def days(self) -> list[BoundField]:
        return [self[name] for name in self.fields if name == "term" or name.startswith("due_")]

    def clause_fields(self) -> Iterator[ClauseFields]:
        for number, clause in enumerate(self.clauses):
            fields = [self[f"c{number}_{name}"] for name in self.wording]
            is_open = any(one.errors for one in fields) or str(fields[0].value() or "") != clause.text
            yield ClauseFields(clause, fields, is_open)

    def added_fields(self) -> Iterator[ClauseFields]:
        for name in self.added:
            titles = ("title", "title_en") if "text_en" in self.wording else ("title",)
            fields = [self[f"{name}_{part}"] for part in (*titles, "after", *self.wording)]
            is_open = any(one.errors for one in fields) or any(
                self[f"{name}_{part}"].value() for part in ("title", "text")
            )
            yield ClauseFields(None, fields, is_open)

    # For the service --------------------------------------------------------------------------------

    def changes(self) -> list[Amendment]:
        """What was changed; the new clauses come last."""
        data = self.cleaned_data
        found = [Amendment(Kind.TERM, new_day=data["term"])] if data["term"] else []
        found += [
            Amendment(Kind.INSTALMENT, instalment=int(name[4:]), new_day=data[name])
            for name in self.fields
            if name.startswith("due_") and data[name]
        ]
        for number, clause in enumerate(self.clauses):
            if _plain(data[f"c{number}_text"]) not in ("", clause.text):
                found.append(Amendment(Kind.CLAUSE, code=clause.code, **self._words(f"c{number}")))
        self.first_added = len(found) + 1
        self.filled = [name for name in self.added if data[f"{name}_title"] or data[f"{name}_text"]]
        found += [
            Amendment(
                Kind.ADDED,
                title=data[f"{name}_title"],
                title_en=data.get(f"{name}_title_en", ""),
                after=data[f"{name}_after"],
                **self._words(name),
            )
            for name in self.filled
        ]
        return found

    def _words(self, name: str) -> dict[str, Any]:
        return {part: self.cleaned_data[f"{name}_{part}"] for part in self.wording}

    def named(self, errors: Mapping[str, Any]) -> dict[str, Any]:
        """What the service refused, by the names of these fields."""
        numbers = {f"changes.clause.{one.code}": f"c{n}_text" for n, one in enumerate(self.clauses)}
        numbers |= {
            f"changes.clause.{self.first_added + n}": f"{name}_text" for n, name in enumerate(self.filled)
        }
        found = {}
        for name, texts in errors.items():
            field = numbers.get(name) or name.replace("changes.instalment.", "due_").replace(
                "changes.term", "term"
            )
            found[field] = texts
        return found


def _called(clause: ClauseInForce) -> str:
    return f"{clause.number} {clause.title}".strip()


def _text_box(text: str, *, letters: int) -> forms.Textarea:
    """High enough for what stands in it, at so many letters a line."""
    rows = sum(1 + len(line) // letters for line in text.splitlines())
    return forms.Textarea(attrs={"rows": max(4, rows + 1)})


def _plain(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())
