"""The rights of one process: who answers for it, who starts, draws and publishes it, and what it may call."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.generic import FormPage
from core.generic.base import Crumb
from core.models import Role, User
from workflows import registry
from workflows.services import set_allowed_operations, set_process_roles
from workflows.services.definitions import set_owner
from workflows.services.process_roles import FIELDS as ROLE_FIELDS
from workflows.views.versions import visible_definition

SET_RIGHTS = "workflows.set_operations"


class RolesField(forms.MultipleChoiceField):
    """Roles to tick: a column of the table of roles, with a short head."""

    def __init__(self, *, short: str | Promise, **kwargs: Any) -> None:
        super().__init__(
            required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}), **kwargs
        )
        self.short = short


class RightsForm(forms.Form):
    """Who answers for a process, whose people may do what with it, and what its diagrams may call."""

    owner = forms.ModelChoiceField(
        label=gettext_lazy("Owner"),
        queryset=User.objects.none(),
        required=False,
        empty_label="—",
        help_text=gettext_lazy("Answers for the process, and may draw it."),
    )
    start_roles = RolesField(
        short=pgettext_lazy("right", "Start"),
        label=gettext_lazy("Who may start it"),
        help_text=gettext_lazy(
            "With none, whoever does the first step may start it from the next version on."
        ),
    )
    draw_roles = RolesField(
        short=pgettext_lazy("right", "Draw"),
        label=gettext_lazy("Who may draw it"),
        help_text=gettext_lazy(
            "Changes the draft: diagram, tables and forms. Nothing runs on it before it is published."
        ),
    )
    publish_roles = RolesField(
        short=pgettext_lazy("right", "Publish"),
        label=gettext_lazy("Who may publish it"),
        help_text=gettext_lazy(
            "Is asked when a draft is ready. What came with the program is never published by whoever drew it."
        ),
    )
    operations = forms.MultipleChoiceField(
        label=gettext_lazy("Operations its diagrams may call"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        help_text=gettext_lazy("An operation that is taken away is refused to running cases, too."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.filter(is_active=True).order_by("username")
        roles = [(role.code, str(role)) for role in Role.objects.order_by("pk")]
        for name in ROLE_FIELDS:
            self.fields[name].choices = roles
        self.fields["operations"].choices = grantable()


def grantable() -> list[tuple[str, str]]:
    """Every operation that can be granted, with what people call it."""
    found = []
    for one in registry.operations().values():
        targets = one.targets() if one.targets is not None else {}
        for grant in one.grants():
            target = targets.get(grant.removeprefix(f"{one.name}:"), "")
            found.append((grant, f"{one.title} · {target}" if target else one.title))
    return sorted(found, key=lambda pair: pair[1])


def _cell(column: Any, box: Any) -> dict[str, Any]:
    """A box of the table, with the words of its row and column for those who do not see them."""
    return {"box": box, "label": f"{column.label} · {box.choice_label}"}


class DefinitionRights(FormPage):
    """An administrator's page: the owner of a process, its roles and its allow-list."""

    permission = SET_RIGHTS
    template_name = "workflows/process_rights.html"
    title = gettext_lazy("Rights of the process")
    form_class = RightsForm
    keep_no_draft = True

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.object = visible_definition(request.user, kwargs["key"])
        return super().dispatch(request, *args, **kwargs)

    def crumbs(self):
        return [
            Crumb(_("Processes"), reverse("workflows:definition-list")),
            Crumb(self.object.name, self.cancel_url()),
        ]

    def get_context_data(self, **kwargs):
        columns = [kwargs["form"][name] for name in ROLE_FIELDS]
        rows = [
            {
                "name": boxes[0].choice_label,
                "cells": [_cell(*pair) for pair in zip(columns, boxes, strict=True)],
            }
            for boxes in zip(*columns, strict=True)
        ]
        return super().get_context_data(role_columns=columns, role_rows=rows, **kwargs)

    def initial(self):
        roles = {name: getattr(self.object, name) for name in ROLE_FIELDS}
        return {"owner": self.object.owner_id, "operations": self.object.allowed_operations, **roles}

    def cancel_url(self):
        return reverse("workflows:definition-detail", args=[self.object.key])

    def save(self, form):
        key, person = self.object.key, self.request.user
        roles = {name: form.cleaned_data[name] for name in ROLE_FIELDS}
        with transaction.atomic():
            set_process_roles(definition_key=key, actor=person, **roles)
            set_allowed_operations(
                definition_key=key, operations=form.cleaned_data["operations"], actor=person
            )
            set_owner(definition_key=key, owner=form.cleaned_data["owner"], actor=person)
        return self.cancel_url()
