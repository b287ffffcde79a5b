"""What is done to people: enter, change, invite, give a password, sign out, deactivate, bring back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import mail
from core.generic import ActionView, FormPage
from core.generic.base import Crumb
from core.people import managed_by
from core.permissions import MANAGE_PEOPLE
from core.services.access import (
    DAYS,
    end_access,
    invite_person,
    reset_second_factor,
    set_first_password,
)
from core.services.leaving import reactivate_person
from core.services.people import create_person, update_person
from core.views.people import PEOPLE
from core.views.people_forms import NewPersonForm, PersonForm, may_change

SHOWN = "core/person_access_given.html"


class PersonFormPage(FormPage):
    template_name = "core/person_form.html"
    permission = MANAGE_PEOPLE

    def form_options(self):
        return {"actor": self.request.user}


class PersonCreate(PersonFormPage):
    title = _("New person")
    form_class = NewPersonForm
    done_message = _("The person is entered.")

    def crumbs(self):
        return [PEOPLE]

    def initial(self):
        return {"department": self.request.GET.get("department", "")}

    def cancel_url(self):
        return reverse("person-list")

    def save(self, form):
        person = create_person(
            fields=form.changes(), roles=form.cleaned_data["roles"], actor=self.request.user
        )
        access = form.cleaned_data["access"]
        if access == "later":
            return person
        # The page that follows asks once more and shows what has to be handed on.
        return reverse("person-invite" if access == "invite" else "person-password", args=[person.pk])


class PersonEdit(PersonFormPage):
    form_class = PersonForm
    version_field = "revision"

    def get_queryset(self):
        return managed_by(self.request.user).select_related("department", "manager")

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            if not request.user.may(MANAGE_PEOPLE):
                raise PermissionDenied(MANAGE_PEOPLE)
            person = get_object_or_404(self.get_queryset(), pk=kwargs["pk"])
            if not may_change(request.user, person):
                raise PermissionDenied(MANAGE_PEOPLE)
        return super().dispatch(request, *args, **kwargs)

    def get_title(self):
        return _("Edit person")

    def crumbs(self):
        return [PEOPLE, Crumb(self.object.name, self.object.get_absolute_url())]

    def form_options(self):
        return {"actor": self.request.user, "person": self.object}

    def initial(self):
        person = self.object
        names = ("display_name", "display_name_en", "username", "position", "email", "phone", "language")
        return {
            **{name: getattr(person, name) for name in names},
            "department": person.department_id,
            "manager": person.manager_id,
            "roles": [role.pk for role in person.roles.all()],
            "is_superuser": person.is_superuser,
        }

    def save(self, form):
        return update_person(
            person_id=self.object.pk,
            revision=self.object.revision,
            changes=form.changes(),
            roles=form.cleaned_data["roles"],
            actor=self.request.user,
        )


class PersonDeed(ActionView):
    """A deed on a person whom the reader administers."""

    permission = MANAGE_PEOPLE

    def get_queryset(self):
        return managed_by(self.request.user).select_related("department", "manager")

    def dispatch(self, request, *args, **kwargs):
        # Whoever administers nobody is refused, before it is said whether there is such a person.
        if request.user.is_authenticated and not request.user.may(MANAGE_PEOPLE):
            raise PermissionDenied(MANAGE_PEOPLE)
        return super().dispatch(request, *args, **kwargs)

    def is_allowed(self):
        return may_change(self.request.user, self.object)

    def crumbs(self):
        return [PEOPLE, Crumb(self.object.name, self.object.get_absolute_url())]

    def given(self, **context):
        """What is shown this once and kept nowhere."""
        context = self.get_context_data(object=self.object, person=self.object, days=DAYS, **context)
        answer = render(self.request, SHOWN, context)
        answer.headers["Cache-Control"] = "no-store"
        return answer


class PersonInvite(PersonDeed):
    title = _("Invite")
    submit_label = _("Invite")
    done_message = _("The invitation is on its way.")

    def get_question(self):
        words = {"name": self.object.name, "days": DAYS, "email": self.object.email}
        if mail.is_on() and self.object.email:
            return (
                _now(
                    "%(name)s gets a letter at %(email)s with a link that holds for %(days)s days. An older "
                    "link ends when a password is chosen."
                )
                % words
            )
        return (
            _now(
                "You get a link to hand to %(name)s. It holds for %(days)s days and until a password is chosen."
            )
            % words
        )

    def run(self, form):
        path = invite_person(person_id=self.object.pk, actor=self.request.user)
        if path:
            return self.given(link=self.request.build_absolute_uri(path))
        return None


class PersonPassword(PersonDeed):
    title = _("Give a first password")
    submit_label = _("Make a password")

    def get_question(self):
        return _now(
            "%(name)s gets a new password that you tell them. The old one ends at once, and they choose their "
            "own at the next sign-in."
        ) % {"name": self.object.name}

    def run(self, form):
        password = set_first_password(person_id=self.object.pk, actor=self.request.user)
        return self.given(password=password)


class PersonResetFactor(PersonDeed):
    title = _("Reset the second factor")
    submit_label = _("Reset")
    style = "danger"
    done_message = _("The second factor is reset.")

    def get_question(self):
        return _now(
            "From now on %(name)s signs in with the password alone, until they set up a second factor again."
        ) % {"name": self.object.name}

    def run(self, form):
        reset_second_factor(person_id=self.object.pk, actor=self.request.user)


class PersonEndAccess(PersonDeed):
    title = _("Sign out everywhere")
    submit_label = _("Sign out everywhere")
    style = "danger"
    done_message = ""

    def get_question(self):
        return _now(
            "%(name)s is signed out on every device, and the keys of their programs end. They can sign in again."
        ) % {"name": self.object.name}

    def run(self, form):
        sessions, tokens = end_access(person_id=self.object.pk, actor=self.request.user)
        told = ngettext("%(count)s session ended", "%(count)s sessions ended", sessions) % {"count": sessions}
        keys = ngettext("%(count)s key revoked", "%(count)s keys revoked", tokens) % {"count": tokens}
        messages.success(self.request, f"{told} · {keys}")


class PersonReactivate(PersonDeed):
    title = _("Reactivate")
    submit_label = _("Reactivate")
    done_message = _("The account is active again.")

    def get_question(self):
        return _now(
            "%(name)s can sign in again with the old password and has the old roles. What was handed over stays "
            "with those who have it."
        ) % {"name": self.object.name}

    def run(self, form):
        reactivate_person(person_id=self.object.pk, actor=self.request.user)
