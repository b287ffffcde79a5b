"""Substitutes (代理): who stands in for whom, from when until when."""

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import clock
from core.generic import Action, ActionView, FormPage, Page
from core.generic.base import Crumb
from core.models import User
from core.services.substitutions import (
    create_substitution,
    end_substitution,
    people_settable_by,
    visible_substitutions,
)
from core.views.people_forms import PersonChoice

LIST = Crumb(_("Substitutes"), reverse_lazy("substitution-list"))
# Those that are over, on the page.
MOST_PAST = 30


class SubstitutionForm(forms.Form):
    person = PersonChoice(label=_("Who is away"))
    substitute = PersonChoice(label=_("Who stands in"))
    starts_on = forms.DateField(label=_("From"))
    ends_on = forms.DateField(label=_("Until"), help_text=_("Both days are included."))
    note = forms.CharField(label=_("Reason"), max_length=200, required=False)
    with_open_work = forms.BooleanField(
        label=_("Also what lies there now"),
        required=False,
        help_text=_("Open tasks go over at once; otherwise only new ones do."),
    )

    def __init__(self, *args, actor: User, **kwargs):
        super().__init__(*args, **kwargs)
        settable = people_settable_by(actor)
        self.fields["person"].queryset = settable.select_related("department").order_by("name_sort", "pk")
        self.fields["person"].empty_label = None
        self.is_for_others = settable.exclude(pk=actor.pk).exists()
        if not self.is_for_others:
            self.fields["person"].widget = forms.HiddenInput()


class SubstitutionList(Page):
    """One's own, and for leaders and administrators those of their people."""

    title = _("Substitutes")
    template_name = "core/substitutions.html"

    def actions(self):
        return [Action(_("New substitute"), reverse("substitution-create"), "plus", style="primary")]

    def get_context_data(self, **kwargs):
        me, today = self.request.user, clock.today()
        rows = visible_substitutions(me)
        current = rows.filter(ended_at=None, ends_on__gte=today).order_by("starts_on", "pk")
        past = rows.exclude(ended_at=None, ends_on__gte=today).order_by("-ends_on", "-pk")[:MOST_PAST]
        endable = set(people_settable_by(me).values_list("pk", flat=True))
        return super().get_context_data(
            current=[
                (row, row.starts_on <= today, row.substitute_id == me.pk or row.person_id in endable)
                for row in current
            ],
            past=past,
            me=me,
            **kwargs,
        )


class SubstitutionCreate(FormPage):
    title = _("New substitute")
    form_class = SubstitutionForm
    submit_label = _("Set the substitute")

    def crumbs(self):
        return [LIST]

    def cancel_url(self):
        return reverse("substitution-list")

    def form_options(self):
        return {"actor": self.request.user}

    def initial(self):
        today = clock.today()
        return {
            "person": self.request.GET.get("person") or self.request.user.pk,
            "starts_on": today,
            "ends_on": today + timedelta(days=6),
        }

    def save(self, form):
        row, moved = create_substitution(**form.cleaned_data, actor=self.request.user)
        self.done_message = _now("%(substitute)s stands in for %(name)s.") % {
            "substitute": row.substitute.name,
            "name": row.person.name,
        }
        if form.cleaned_data["with_open_work"]:
            messages.info(
                self.request,
                ngettext("%(count)s open task went over.", "%(count)s open tasks went over.", moved)
                % {"count": moved},
            )
        return reverse("substitution-list")


class SubstitutionEnd(ActionView):
    title = _("End the substitution")
    submit_label = _("End it now")
    style = "danger"
    done_message = _("The substitution is over.")

    def get_queryset(self):
        return visible_substitutions(self.request.user)

    def is_allowed(self):
        me = self.request.user
        return (
            self.object.substitute_id == me.pk
            or people_settable_by(me).filter(pk=self.object.person_id).exists()
        )

    def crumbs(self):
        return [LIST]

    def done_url(self):
        return reverse("substitution-list")

    def get_question(self):
        return _now("New tasks go to %(name)s again. What %(substitute)s has already stays there.") % {
            "name": self.object.person.name,
            "substitute": self.object.substitute.name,
        }

    def run(self, form):
        end_substitution(substitution_id=self.object.pk, actor=self.request.user)
