"""Somebody leaves: one page shows all they hold, who takes what, and what would happen."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.errors import ApplicationError
from core.generic import Page
from core.generic.base import Crumb
from core.generic.forms import show_refusal
from core.models import User
from core.people import managed_by
from core.permissions import MANAGE_PEOPLE
from core.services.leaving import Held, deactivate_person, what_is_held
from core.views.people import PEOPLE
from core.views.people_forms import PersonChoice, may_change

FOR_ALL = "for_all"


class HandOverForm(forms.Form):
    """Who takes what: one field for everything, one for each part."""

    note = forms.CharField(label=_("Remark"), max_length=300, required=False)

    def __init__(self, *args, held: list[Held], person: User, **kwargs):
        super().__init__(*args, **kwargs)
        others = User.objects.filter(is_active=True).exclude(pk=person.pk)
        suggestion = next((one.suggestion for one in held if one.suggestion), None)
        self.held = held
        if any(one.holding.needs_taker for one in held):
            self.fields[FOR_ALL] = PersonChoice(
                label=_("Who takes everything"),
                queryset=others,
                required=False,
                initial=suggestion.pk if suggestion else None,
                help_text=_("Unless something else is chosen below."),
            )
        # Every select offers the same people, who are asked for once.
        choices: list | None = None
        for one in held:
            if not one.holding.needs_taker:
                continue
            field = PersonChoice(
                label=one.part.label, queryset=others, required=False, empty_label=_("as above")
            )
            self.fields[one.key] = field
            if choices is None:
                choices = list(field.choices)
            field.choices = choices

    @property
    def rows(self):
        """(what is held, its field or None) as the page draws them."""
        return [(one, self[one.key] if one.key in self.fields else None) for one in self.held]

    def takers(self) -> dict[str, User]:
        return {one.key: taker for one in self.held if (taker := self.cleaned_data.get(one.key))}


class PersonDeactivate(Page):
    """Shows what would happen; done in one piece or not at all."""

    template_name = "core/person_deactivate.html"
    permission = MANAGE_PEOPLE
    width = "form-page"

    def dispatch(self, request: HttpRequest, *args, **kwargs):
        if request.user.is_authenticated:
            if not request.user.may(MANAGE_PEOPLE):
                raise PermissionDenied(MANAGE_PEOPLE)
            self.object = get_object_or_404(
                managed_by(request.user).select_related("department", "manager"), pk=kwargs["pk"]
            )
            if not may_change(request.user, self.object) or self.object.pk == request.user.pk:
                raise PermissionDenied(MANAGE_PEOPLE)
            if not self.object.is_active:
                return redirect(self.object.get_absolute_url())
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def held(self) -> list[Held]:
        return what_is_held(self.object)

    def get_title(self):
        return _now("Deactivate %(name)s") % {"name": self.object.name}

    def crumbs(self):
        return [PEOPLE, Crumb(self.object.name, self.object.get_absolute_url())]

    def get(self, request, *args, **kwargs):
        return self.show(self.form())

    def form(self, data=None) -> HandOverForm:
        return HandOverForm(data, held=self.held, person=self.object)

    def post(self, request, *args, **kwargs):
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, status=400)
        try:
            result = deactivate_person(
                person_id=self.object.pk,
                takers=form.takers(),
                for_all=form.cleaned_data.get(FOR_ALL),
                note=form.cleaned_data["note"],
                actor=request.user,
            )
        except ApplicationError as refusal:
            show_refusal(form, refusal)
            return self.show(form, status=refusal.status)
        messages.success(
            request,
            _now("%(name)s is deactivated, and everything has been handed over.")
            % {"name": self.object.name},
        )
        for note in result.notes:
            messages.info(request, note)
        return redirect(self.object.get_absolute_url())

    def show(self, form, *, status=200):
        context = self.get_context_data(
            form=form, person=self.object, cancel_url=self.object.get_absolute_url()
        )
        return self.render_to_response(context, status=status)
