"""The form of a task: the decision, the comment, and the fields that the diagram or a Python form names.

The service checks everything again; what it refuses lands on the field it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from core import clock
from core.errors import ApplicationError
from core.generic.drafting import without_complaints
from core.generic.widgets import dress
from core.models import User
from workflows import registry
from workflows.engine import Case, Definition, Element
from workflows.models import WorkItem
from workflows.services.host import DomainHost
from workflows.views.diagram_form import PREFIX, diagram_form, plain
from workflows.views.words import Labels


class Decision(forms.Form):
    """What is decided and said. Nothing is chosen beforehand."""

    outcome = forms.ChoiceField(widget=forms.RadioSelect, required=False)
    comment = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3, "data-comment": ""}),
        required=False,
        max_length=5000,
        strip=True,
    )

    def __init__(self, *args: Any, element: Element, labels: Labels, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outcomes = element.outcomes
        field = self.fields["outcome"]
        field.choices = [(one.code, one.label(labels.language)) for one in element.outcomes]
        field.required = bool(element.outcomes)
        if len(element.outcomes) == 1:
            # One way to finish is no decision: the button says it.
            field.widget, field.initial = forms.HiddenInput(), element.outcomes[0].code
        field.error_messages["required"] = _("Please choose one.")
        field.label = _("Your decision")
        self.fields["comment"].label = _("Comment")

    @property
    def is_choice(self) -> bool:
        return len(self.outcomes) > 1

    @property
    def options(self) -> list[dict[str, Any]]:
        """The cards: what each says, and whether it wants a comment."""
        chosen = self["outcome"].value()
        names = dict(self.fields["outcome"].choices)
        return [
            {"outcome": one, "label": names[one.code], "checked": one.code == chosen} for one in self.outcomes
        ]

    @property
    def comment_is_required(self) -> bool:
        """With the outcome chosen so far, or with every one there is."""
        chosen = self["outcome"].value()
        needing = {one.code for one in self.outcomes if one.comment_required}
        return bool(needing) and (chosen in needing or needing == {one.code for one in self.outcomes})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        wanted = {one.code for one in self.outcomes if one.comment_required}
        if cleaned.get("outcome") in wanted and not cleaned.get("comment"):
            self.add_error("comment", _("Please say why: this decision needs a comment."))
        return cleaned


class TaskForm:
    """Decision and fields of one work item, as one thing."""

    def __init__(
        self,
        item: WorkItem,
        *,
        definition: Definition,
        user: User,
        labels: Labels,
        data: Any = None,
        files: Any = None,
    ) -> None:
        self.item = item
        self.element = definition.element(item.element)
        self.labels = labels
        self.is_sent = data is not None
        self.decision = Decision(data, element=self.element, labels=labels)
        self.work_form = registry.work_forms().get(self.element.work_form or "")
        self.fields = self._fields(definition, user, data, files)

    @property
    def template(self) -> list[str]:
        """How the fields are drawn: as a Python form wishes, else one after the other."""
        own = self.work_form.template if self.work_form is not None else None
        return [name for name in (own, "workflows/task_fields.html") if name]

    @property
    def has_files(self) -> bool:
        return self.fields.is_multipart()

    @property
    def submit_label(self) -> str:
        outcomes = self.element.outcomes
        return outcomes[0].label(self.labels.language) if len(outcomes) == 1 else _("Submit")

    def is_valid(self) -> bool:
        # Both are asked, so that all errors show at once.
        return all([self.decision.is_valid(), self.fields.is_valid()])

    def without_complaints(self) -> TaskForm:
        """With what was typed, and not a word yet of what is missing."""
        without_complaints(self.decision)
        without_complaints(self.fields)
        return self

    def answers(self) -> dict[str, Any]:
        """What the service is given: outcome, comment, data, files."""
        cleaned = self.decision.cleaned_data
        return {
            "outcome": cleaned.get("outcome", ""),
            "comment": cleaned.get("comment", ""),
            "data": self._raw() if self.work_form is not None else self._plain_data(),
            "files": _without_prefix(self.fields.files),
        }

    def show_refusal(self, refusal: ApplicationError) -> None:
        """Put what the service refused beside the fields it names, else on top."""
        named = False
        for name, texts in refusal.errors.items():
            form = self.decision if name in self.decision.fields else self.fields
            target = name if name in form.fields else None
            named = named or target is not None
            for text in texts:
                form.add_error(target, str(text))
        if not named:
            self.decision.add_error(None, str(refusal))

    @property
    def errors(self) -> bool:
        return self.is_sent and bool(self.decision.errors or self.fields.errors)

    @property
    def general_errors(self) -> list[str]:
        return [*self.decision.non_field_errors(), *self.fields.non_field_errors()]

    def typed(self) -> list[tuple[str, str]]:
        """Everything that was typed, as (label, value): shown again when it could not be used."""
        shown = []
        for form in (self.decision, self.fields):
            for bound in form.visible_fields():
                value = bound.value()
                text = _choice_text(bound.field, value)
                if text:
                    shown.append((bound.label, text))
        return shown

    # Fields ---------------------------------------------------------------------------------------

    def _fields(self, definition: Definition, user: User, data: Any, files: Any) -> forms.BaseForm:
        if self.work_form is not None:
            class_ = self.work_form.form.fields(self._context(definition, user))
            return dress(class_(data, files, prefix=PREFIX))
        fields, token = self.element.form, self.item.token
        # A task that is over has nothing to look at any more.
        if not self.item.is_open or not any(one.readonly or one.shown_if for one in fields):
            return diagram_form(fields, self.labels, data, files)
        case, _host = self._case(definition, user)
        return diagram_form(
            fields,
            self.labels,
            data,
            files,
            current=case.variables_at(token),
            shown_with=lambda typed: case.shown_fields(token, typed),
        )

    def _case(self, definition: Definition, user: User) -> tuple[Case, DomainHost]:
        host = DomainHost(self.item.instance, person=user, now=clock.now())
        return Case.load(definition, self.item.instance.state, host), host

    def _context(self, definition: Definition, user: User) -> registry.FormContext:
        case, host = self._case(definition, user)
        return registry.FormContext(
            subject=host.subject_row,
            actor=user,
            instance_id=self.item.instance_id,
            element=self.item.element,
            variables=case.variables_at(self.item.token),
        )

    def _raw(self) -> Mapping[str, Any]:
        """The words of a Python form as they came: the service cleans them itself."""
        raw = _without_prefix(self.fields.data)
        return MultiValueDict({name: values for name, values in raw.lists() if name in self.fields.fields})

    def _plain_data(self) -> dict[str, Any]:
        """What was typed; what is only shown is not sent."""
        fields = self.fields.fields
        return {
            name: plain(value)
            for name, value in self.fields.cleaned_data.items()
            if not fields[name].disabled
        }


def _without_prefix(given: Any) -> MultiValueDict:
    start = f"{PREFIX}-"
    return MultiValueDict(
        {name[len(start) :]: values for name, values in given.lists() if name.startswith(start)}
        if hasattr(given, "lists")
        else {}
    )


def _choice_text(field: forms.Field, value: Any) -> str:
    if value in (None, "", [], False):
        return ""
    names = dict(getattr(field, "choices", []) or [])
    if isinstance(value, list):
        return "、".join(str(names.get(one, one)) for one in value)
    return str(names.get(value, _("Yes") if value is True else value))
