"""An invitation: somebody who cannot sign in yet chooses a password."""

from django.contrib.auth import login
from django.shortcuts import redirect
from django.views.generic import FormView

from core.errors import ApplicationError
from core.generic.forms import show_refusal
from core.services.access import accept_invitation, invited_person
from core.views.people_forms import NewPasswordForm


class Join(FormView):
    """Open to whoever has the link; it works once, for seven days."""

    template_name = "account/join.html"
    form_class = NewPasswordForm

    def dispatch(self, request, *args, **kwargs):
        self.person = invited_person(kwargs["key"], kwargs["token"])
        if self.person is None:
            return self.render_to_response({"person": None}, status=404)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(person=self.person, **kwargs)

    def render_to_response(self, context, **kwargs):
        answer = super().render_to_response(context, **kwargs)
        # The address is the key: it leaves to no other site and stays in no cache. With "no-referrer" browsers would
        # call the origin of our own form "null", and Django would refuse it.
        answer.headers["Referrer-Policy"] = "same-origin"
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def form_valid(self, form):
        try:
            person = accept_invitation(
                key=self.kwargs["key"], token=self.kwargs["token"], password=form.cleaned_data["password"]
            )
        except ApplicationError as refusal:
            show_refusal(form, refusal)
            return self.form_invalid(form)
        login(self.request, person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return redirect("/")

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=400)
