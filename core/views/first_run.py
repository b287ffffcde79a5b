"""The first page of a new installation: name the company, create its administrator."""

from django import forms
from django.contrib.auth import login, password_validation
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView

from core.errors import ApplicationError
from core.generic.forms import show_refusal
from core.models import User
from core.services.first_run import set_up_company


class FirstRunForm(forms.Form):
    company = forms.CharField(label=_("Company name"), max_length=60)
    display_name = forms.CharField(label=_("Your name"), max_length=60)
    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        initial="admin",
        validators=User._meta.get_field("username").validators,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least ten characters; not a common password and not your name."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self):
        cleaned = super().clean()
        password = cleaned.get("password")
        if password:
            person = User(username=cleaned.get("username", ""), display_name=cleaned.get("display_name", ""))
            try:
                password_validation.validate_password(password, person)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class FirstRun(FormView):
    """Only as long as nobody exists; afterwards there is no such page."""

    template_name = "core/first_run.html"
    form_class = FirstRunForm

    def dispatch(self, request, *args, **kwargs):
        if User.objects.exists():
            raise Http404("Somebody exists already.")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form):
        try:
            person = set_up_company(**form.cleaned_data, language=self.request.LANGUAGE_CODE)
        except ApplicationError as refusal:
            show_refusal(form, refusal)
            return self.form_invalid(form)
        login(self.request, person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return redirect("set-up")

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=400)
