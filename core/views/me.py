"""One's own account: how one is called and reached, how one signs in, how the pages look."""

from allauth.account.signals import password_changed
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.mixins import LoginRequiredMixin
from django.dispatch import receiver
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView

from core.errors import ApplicationError
from core.generic import FormPage
from core.generic.forms import show_refusal
from core.models import User
from core.people import away_today
from core.services.access import choose_password, password_was_changed
from core.services.people import update_own_profile
from core.views.people_forms import NewPasswordForm, ProfileForm


class MyProfile(FormPage):
    """What people change of themselves; parts of the house may add sections below."""

    title = _("My profile")
    template_name = "core/profile.html"
    form_class = ProfileForm
    version_field = "revision"

    def dispatch(self, request, *args, **kwargs):
        self.object = request.user if request.user.is_authenticated else None
        return super().dispatch(request, *args, **kwargs)

    def initial(self):
        names = ("display_name", "display_name_en", "email", "phone")
        return {name: getattr(self.object, name) for name in names}

    def cancel_url(self):
        return "/"

    def get_context_data(self, **kwargs):
        person = self.object
        return super().get_context_data(
            person=person,
            has_factor=is_mfa_enabled(person),
            tokens=person.api_tokens.count(),
            stand_in=away_today().filter(person=person).select_related("substitute").first(),
            **kwargs,
        )

    def save(self, form):
        update_own_profile(revision=self.object.revision, changes=form.changes(), actor=self.request.user)
        return self.request.path


class OwnPassword(LoginRequiredMixin, FormView):
    """The page before all others while the password is one that somebody else set."""

    template_name = "account/own_password.html"
    form_class = NewPasswordForm

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not request.user.must_change_password:
            return redirect("account_change_password")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form):
        try:
            person = choose_password(password=form.cleaned_data["password"], actor=self.request.user)
        except ApplicationError as refusal:
            show_refusal(form, refusal)
            return self.form_invalid(form)
        update_session_auth_hash(self.request, person)
        return redirect("/")

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=400)


@receiver(password_changed)
def _own_from_now_on(sender: object, user: User, **kwargs: object) -> None:
    password_was_changed(user)
