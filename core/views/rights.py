"""What may this person see and do? Who may do this? Who sees this row?"""

from __future__ import annotations

from django import forms
from django.apps import apps
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core import who
from core.generic import Page
from core.generic.base import Action, Crumb
from core.models import User
from core.navigation import entries_for
from core.people import managed_by
from core.permissions import MANAGE_PEOPLE
from core.rights import permissions
from core.roles import sections_of
from core.subjects import kind_named
from core.views.roles import ROLES, WholeCompany


class PersonRights(Page):
    """Everything that one person sees and may do, with the role by which it comes."""

    permission = MANAGE_PEOPLE
    template_name = "core/person_rights.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            people = managed_by(request.user).select_related("department").prefetch_related("roles")
            self.object = get_object_or_404(people, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_title(self):
        return _now("What %(name)s may see and do") % {"name": self.object.name}

    def crumbs(self):
        return [
            Crumb(_("People"), reverse("person-list")),
            Crumb(self.object.name, self.object.get_absolute_url()),
        ]

    def get_context_data(self, **kwargs):
        person = self.object
        groups = {}
        for one in who.rights_of(person):
            groups.setdefault(one.permission.app, []).append(one)
        return super().get_context_data(
            person=person,
            parts=[(apps.get_app_config(app).verbose_name, lines) for app, lines in sorted(groups.items())],
            roles=list(person.roles.all()),
            sections=sections_of(person),
            pages=entries_for(person) if person.is_active else [],
            counts=who.counts_for(person) if person.is_active else [],
            **kwargs,
        )


def _choices():
    groups = {}
    for one in permissions().values():
        groups.setdefault(one.app, []).append((one.code, one.name))
    return [
        ("", "—"),
        *((str(apps.get_app_config(app).verbose_name), lines) for app, lines in sorted(groups.items())),
    ]


class WhoForm(forms.Form):
    permission = forms.ChoiceField(label=_("Who may:"), choices=_choices, required=False)


class WhoMay(WholeCompany, Page):
    """Choose a right; the people who have it, and why."""

    title = _("Who may do this?")
    template_name = "core/who_may.html"

    def crumbs(self):
        return [ROLES]

    def get_context_data(self, **kwargs):
        form = WhoForm(self.request.GET)
        chosen = permissions().get(self.request.GET.get("permission", ""))
        return super().get_context_data(
            form=form, chosen=chosen, holders=who.holders_of(chosen.code) if chosen else [], **kwargs
        )


class WhoMaySee(WholeCompany, Page):
    """The people who see one row; with ``?permission=`` those whose right reaches it."""

    template_name = "core/who_may.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.kind = kind_named(kwargs["type"])
            if self.kind is None:
                raise Http404
            try:
                self.row = self.kind.model._default_manager.get(pk=kwargs["id"])
            except (self.kind.model.DoesNotExist, ValueError):
                raise Http404 from None
        return super().dispatch(request, *args, **kwargs)

    def get_title(self):
        return _now("Who may see %(row)s?") % {"row": self._name()}

    def _name(self):
        # Managing people opens no business row: its name is told to those who see the row anyway.
        if self.kind.rows_for(self.request.user).filter(pk=self.row.pk).exists():
            return self.kind.title(self.row)
        return f"{self.kind.label} {self.row.pk}"

    def actions(self):
        seen = self.kind.rows_for(self.request.user).filter(pk=self.row.pk).exists()
        return [Action(_("To the row"), self.kind.url(self.row), "arrow-up-right")] if seen else []

    def get_context_data(self, **kwargs):
        chosen = permissions().get(self.request.GET.get("permission", ""))
        holders = (
            who.who_may_with(self.kind, self.row.pk, chosen.code)
            if chosen
            else who.who_sees(self.kind, self.row.pk)
        )
        return super().get_context_data(
            form=WhoForm(self.request.GET),
            chosen=chosen,
            of_row=True,
            holders=holders,
            is_cut=User.objects.filter(is_active=True).count() > who.MOST_PEOPLE,
            most=who.MOST_PEOPLE,
            **kwargs,
        )
