"""A deed on one row: a question, one service, its refusal on the page."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.errors import ApplicationError
from core.generic.base import Page
from core.generic.forms import show_refusal


class ActionView(Page):
    """Confirms, runs one service, shows its refusal. Say ``get_queryset()``, ``title``, ``run(form)`` and:

    ``permission``        hides the button and closes the page; the service is the gate
    ``question``          what is about to happen, in a sentence
    ``form_class``        what has to be said with it (a reason, a date); none by default
    ``submit_label``, ``style`` ("primary" or "danger"), ``done_message``
    ``is_allowed()``      a right that depends on the row; without it 403 already to the question
    ``run(form)``         runs the service with ``self.object``, ``self.request.user`` and the cleaned form;
                          may return an address to go to, or a whole answer such as a file
    ``done_url()``        where it goes else: the row's page

    A GET asks (as a page, or as a dialog's content for htmx), a POST does.
    """

    template_name = "generic/action.html"
    width = "form-page"
    form_class: Any = None
    question: str | Promise = ""
    submit_label: str | Promise = _("Confirm")
    style = "primary"
    done_message: str | Promise = _("Done.")
    download = False
    object: Any = None

    def get_queryset(self):
        raise NotImplementedError

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.object = get_object_or_404(self.get_queryset(), pk=kwargs["pk"])
            if not self.is_allowed():
                raise PermissionDenied(self.permission)
        return super().dispatch(request, *args, **kwargs)

    def is_allowed(self) -> bool:
        """Whether this person may do it to this row: nobody fills in a form in vain."""
        return True

    def run(self, form):
        raise NotImplementedError

    def get_question(self):
        return self.question

    def initial(self) -> dict[str, Any]:
        return {}

    def form_options(self) -> dict[str, Any]:
        return {}

    def get_form(self, data=None, files=None):
        class_ = self.form_class or forms.Form
        return class_(data, files, initial=self.initial(), **self.form_options())

    def done_url(self) -> str:
        return self.object.get_absolute_url()

    def get(self, request, *args, **kwargs):
        return self.show(self.get_form())

    def post(self, request, *args, **kwargs):
        form = self.get_form(request.POST, request.FILES)
        if not form.is_valid():
            return self.show(form, status=400)
        try:
            outcome = self.run(form)
        except ApplicationError as refusal:
            show_refusal(form, refusal)
            return self.show(form, status=refusal.status)
        if isinstance(outcome, HttpResponse) or hasattr(outcome, "streaming"):
            return outcome
        if self.done_message:
            messages.success(request, self.done_message)
        return self._go(outcome or self.done_url())

    def _go(self, url: str):
        if self.request.htmx:
            return HttpResponse(status=204, headers={"HX-Redirect": url})
        return redirect(url)

    def show(self, form, *, status: int = 200):
        context = self.get_context_data(
            form=form,
            question=self.get_question(),
            submit_label=self.submit_label,
            style=self.style,
            cancel_url=self.done_url(),
            action_url=self.request.get_full_path(),
            has_files=form.is_multipart(),
            download=self.download,
            object=self.object,
        )
        if self.request.htmx:
            return render(self.request, f"{self.template_name}#dialog", context, status=status)
        return self.render_to_response(context, status=status)
