"""A form that makes or changes one row through one service."""

from typing import Any

from django.contrib import messages
from django.forms.forms import BaseForm
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.errors import ApplicationError
from core.generic import opening
from core.generic.base import Page
from core.generic.overtaken import Overtaken, compare, decided
from core.generic.slots import Slot, field_slots

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
                          the form was open, the page says what the others changed. Fields that only they
                          changed are taken over; where both changed the same, the person decides.
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
        slots = self.slots()
        data = request.POST.copy()
        began = opening.sent(request) if version else None
        waiting = decided(data, slots, began)
        if version and (waiting or request.POST.get(VERSION) != version):
            met = compare(data, slots, began, waiting=waiting, row=self.object, reader=request.user)
            if met or began is None:
                token = opening.signed(request, slots, asked=met.before)
                form = self.get_form(data, request.FILES)
                return self.show(form, status=409, overtaken=met, version=version, token=token)
            # What the others changed does not stand in this form.
        form = self.get_form(data, request.FILES)
        if not form.is_valid():
            return self.show(form, status=400, version=version, slots=slots)
        try:
            saved = self.save(form)
        except ApplicationError as refusal:
            show_refusal(form, refusal)
            token = request.POST.get(opening.OPENING, "") if began else None
            return self.show(form, status=refusal.status, version=version, slots=slots, token=token)
        messages.success(request, self.done_message)
        return redirect(self.success_url(saved))

    def slots(self) -> list[Slot]:
        """What two people may change at once; read before the sent form writes into the row."""
        return field_slots(self.get_form()) if self.seen_version() else []

    def show(
        self,
        form,
        *,
        status: int = 200,
        overtaken: Overtaken | None = None,
        version: str | None = None,
        slots: list[Slot] | None = None,
        token: str | None = None,
    ):
        """``token``: the signed opening values to go on with; made of ``slots``, or of the row as it is now."""
        version = self.seen_version() if version is None else version
        if version and token is None:
            token = opening.signed(self.request, self.slots() if slots is None else slots)
        context = self.get_context_data(
            form=form,
            overtaken=overtaken,
            version_name=VERSION,
            version=version,
            opening_name=opening.OPENING,
            opening_values=token,
            submit_label=self.submit_label,
            cancel_url=self.cancel_url(),
            has_files=form.is_multipart(),
            object=self.object,
        )
        return self.render_to_response(context, status=status)
