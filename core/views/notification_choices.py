"""One's own choices: which notifications come how."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import mail
from core.generic import Page
from core.generic.base import Crumb
from core.models import NotificationPreference, User
from core.notifications import Choice
from core.services.notification_choices import choices_of, choose, choose_usual

Mail = NotificationPreference.Mail


class NotificationChoices(Page):
    """A line for each kind: behind the bell or not, by mail at once, once a day, or not at all."""

    title = gettext_lazy("Which notifications, and how")
    template_name = "core/notification_choices.html"
    width = "form-page"

    def crumbs(self):
        return [Crumb(gettext_lazy("Notifications"), reverse_lazy("notifications"))]

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            chosen=choices_of(self.request.user), mails=Mail.choices, mail_is_on=mail.is_on(), **kwargs
        )

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if "usual" in request.POST:
            choose_usual(person=request.user)
        else:
            choose(person=request.user, choices=self._asked())
            if request.user.email:
                User.objects.filter(pk=request.user.pk).update(wants_mail="wants_mail" in request.POST)
        messages.success(request, _("Saved."))
        return redirect("notification-choices")

    def _asked(self) -> dict[str, Choice]:
        post = self.request.POST
        kinds = [one.kind for one in choices_of(self.request.user)]
        # A kind whose line was not sent (it came while the page stood open) keeps what it has.
        return {
            kind.code: Choice(f"page:{kind.code}" in post, post[f"mail:{kind.code}"])
            for kind in kinds
            if f"mail:{kind.code}" in post
        }
