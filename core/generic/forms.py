"""A form that makes or changes one row through one service."""

from typing import Any

from django.contrib import messages
from django.forms import HiddenInput
from django.forms.forms import BaseForm
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.errors import ApplicationError
from core.generic.base import Page

VERSION = "seen_version"


def show_refusal(form: BaseForm, refusal: ApplicationError) -> None:
    """Put what a service refused on the form: beside the fields it names, else on top."""
    form.is_valid()
    named = False
    for name, texts in refusal.errors.items():
        target = name if name in form.fields else None
        named = named or target is not None
        for text in texts:
            form.add_error(target, text)
    if not named:
        form.add_error(None, str(refusal))


class FormPage(Page):
    """A form page. Say ``form_class``, ``permission``, ``title`` and ``save(form)``, and:

    ``get_queryset()``    for a change: the rows that may be changed; the address names one by ``pk``.
                          Leave it out for a new row.
    ``initial()``         what the form begins with
    ``version_field``     lost-update protection: the row's revision or moment of change. If it moved while
                          the form was open, nothing is saved: what was typed stays, the page says what the
                          others changed, and a second submit saves on top.
    ``save(form)``        runs one service and gives the row (or an address to go to). What the service
                          refuses is shown on the form.
    ``done_message``, ``submit_label``, ``cancel_url()``
    """

    template_name = "generic/form.html"
    width = "form-page"
    form_class: Any = None
    version_field = ""
    done_message: str | Promise = _("Saved.")
    submit_label: str | Promise = _("Save")
    object: Any = None

    get_queryset: Any = None

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.get_queryset is not None:
            self.object = get_object_or_404(self.get_queryset(), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def initial(self) -> dict[str, Any]:
        return {}

    def form_options(self) -> dict[str, Any]:
        """More arguments for the form, such as the user whose choices it offers."""
        return {}

    def get_form(self, data=None, files=None):
        options = self.form_options()
        if self.object is not None and hasattr(self.form_class, "_meta"):
            options.setdefault("instance", self.object)
        return self.form_class(data, files, initial=self.initial(), **options)

    def save(self, form):
        raise NotImplementedError

    def cancel_url(self) -> str:
        if self.object is not None and hasattr(self.object, "get_absolute_url"):
            return self.object.get_absolute_url()
        return self.request.META.get("HTTP_REFERER") or "/"

    def success_url(self, saved) -> str:
        return saved if isinstance(saved, str) else saved.get_absolute_url()

    def seen_version(self) -> str:
        return str(getattr(self.object, self.version_field)) if self.version_field and self.object else ""

    # Answers --------------------------------------------------------------------------------------

    def get(self, request, *args, **kwargs):
        return self.show(self.get_form())

    def post(self, request, *args, **kwargs):
        version = self.seen_version()  # before the form writes into the row
        shown = self._shown_values()
        form = self.get_form(request.POST, request.FILES)
        if version and request.POST.get(VERSION) != version:
            return self.show(
                form, status=409, overtaken=self._changed_by_others(form, shown), version=version
            )
        if not form.is_valid():
            return self.show(form, status=400, version=version)
        try:
            saved = self.save(form)
        except ApplicationError as refusal:
            show_refusal(form, refusal)
            return self.show(form, status=refusal.status, version=version)
        messages.success(request, self.done_message)
        return redirect(self.success_url(saved))

    def show(self, form, *, status: int = 200, overtaken: list | None = None, version: str | None = None):
        context = self.get_context_data(
            form=form,
            overtaken=overtaken,
            version_name=VERSION,
            version=self.seen_version() if version is None else version,
            submit_label=self.submit_label,
            cancel_url=self.cancel_url(),
            has_files=form.is_multipart(),
            object=self.object,
        )
        return self.render_to_response(context, status=status)

    def _shown_values(self) -> dict[str, Any]:
        """What the row holds now, by field, as the form would show it."""
        if not self.version_field or self.object is None:
            return {}
        fresh = self.get_form()
        return {name: fresh[name].value() for name in fresh.fields}

    @staticmethod
    def _changed_by_others(form, shown: dict[str, Any]) -> list[tuple[str, Any]]:
        """(label, value now) of every field whose value differs from what was typed."""
        return [
            (form.fields[name].label, value)
            for name, value in shown.items()
            if not isinstance(form.fields[name].widget, HiddenInput)
            and str(form[name].value() or "") != str(value if value is not None else "")
        ]
