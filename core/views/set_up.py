"""From an empty installation to ten people at work: one page that says what is done and what is next."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core import set_up
from core.generic import FormPage, Page
from core.generic.base import Crumb
from core.models import Department, Role
from core.permissions import MANAGE_PEOPLE
from core.rights import require
from core.services.access import DAYS
from core.services.quick_people import enter_people

SET_UP = Crumb(_("Set up"), reverse_lazy("set-up"))


class SetUp(Page):
    """Each step done or to do, in order."""

    title = _("Set up the company")
    permission = MANAGE_PEOPLE
    template_name = "core/set_up.html"
    width = "form-page"

    def get_context_data(self, **kwargs):
        may = self.request.user.may
        rows = [
            (step, step.is_done(), step.permission is None or may(step.permission)) for step in set_up.steps()
        ]
        needed = [done for step, done, _may in rows if not step.optional]
        return super().get_context_data(
            rows=rows,
            next_code=next(
                (step.code for step, done, allowed in rows if allowed and not done and not step.optional), ""
            ),
            done=sum(needed),
            total=len(needed),
            is_open=set_up.is_open(),
            **kwargs,
        )


class PeopleLinesForm(forms.Form):
    lines = forms.CharField(
        label=_("People"),
        max_length=40_000,
        help_text=_(
            "One a line: name, user name, department, role, e-mail, manager. Only the name is needed; a user "
            "name is made of its pinyin. Columns copied from a spreadsheet work too."
        ),
        widget=forms.Textarea(
            attrs={
                "rows": 12,
                "placeholder": _(
                    "Wang Fang, wangfang, Sales, Sales manager\nLi Lei, , Sales, rep, , wangfang"
                ),
            }
        ),
    )
    access = forms.ChoiceField(
        label=_("How they get in"),
        choices=[
            ("password", _("First passwords: shown once on the next page, to print or to tell")),
            ("invite", _("Invitations: by mail where there is an address, else a link to hand on")),
        ],
        widget=forms.RadioSelect,
        initial="password",
    )


class QuickPeople(FormPage):
    """Ten people in a minute; what they get in with is shown once."""

    title = _("Enter several people")
    permission = MANAGE_PEOPLE
    template_name = "core/set_up_people.html"
    form_class = PeopleLinesForm
    submit_label = _("Enter")

    def crumbs(self):
        return [SET_UP]

    def cancel_url(self):
        return reverse("set-up")

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            departments=Department.objects.order_by("path"), roles=Role.objects.all(), **kwargs
        )

    def post(self, request, *args, **kwargs):
        self.entered = []
        answer = super().post(request, *args, **kwargs)
        if not self.entered:
            return answer
        # Not a redirect: the passwords are kept nowhere to be shown later.
        list(messages.get_messages(request))
        rows = [(one, request.build_absolute_uri(one.link) if one.link else "") for one in self.entered]
        answer = render(request, "core/set_up_entered.html", self.get_context_data(rows=rows, days=DAYS))
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def save(self, form):
        self.entered = enter_people(
            lines=form.cleaned_data["lines"],
            with_password=form.cleaned_data["access"] == "password",
            actor=self.request.user,
        )
        return reverse("set-up")


class Posted(Page):
    """A button of the set-up page."""

    permission = MANAGE_PEOPLE

    def get(self, request, *args, **kwargs):
        return HttpResponseNotAllowed(["POST"])

    def post(self, request, *args, **kwargs):
        require(request.user, MANAGE_PEOPLE)
        self.run(request.user)
        return redirect(self.leads_to)

    leads_to = "set-up"

    def run(self, actor):
        raise NotImplementedError


class LoadReference(Posted):
    def run(self, actor):
        if "all" not in actor.scopes_of(MANAGE_PEOPLE):
            raise PermissionDenied(MANAGE_PEOPLE)
        set_up.load_reference()
        messages.success(self.request, _now("Roles, number rules and flows are loaded."))


class Dismiss(Posted):
    leads_to = "administration"

    def run(self, actor):
        set_up.dismiss(actor=actor)
