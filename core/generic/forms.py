"""A form that makes or changes one row through one service."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.forms.forms import BaseForm
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.errors import ApplicationError
from core.generic import opening, validation
from core.generic.base import Page
from core.generic.drafting import Kept, data_of, kept_for, path_of, wants_draft, without_complaints
from core.generic.overtaken import Overtaken, compare, decided
from core.generic.slots import Slot, field_slots
from core.services.drafts import discard_draft

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
    ``keep_no_draft``     names of fields that no draft keeps, besides passwords and files; True for a form
                          whose text is not kept at all. A form class may say it too
    ``done_message``, ``submit_label``, ``style`` ("primary" or "danger"), ``cancel_url()``

    What is typed is kept as a draft and offered again; sending the form ends it (``sending()``, which a page
    with a ``post`` of its own puts around its service). A field that is left is checked at once: the browser
    sends the form to its own address with the header X-Validate, and hears what is wrong.
    """

    template_name = "generic/form.html"
    width = "form-page"
    form_class: Any = None
    version_field = ""
    keep_no_draft: bool | tuple[str, ...] = ()
    done_message: str | Promise = _("Saved.")
    submit_label: str | Promise = _("Save")
    style = "primary"
    object: Any = None

    get_queryset: Any = None

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.get_queryset is not None:
            self.object = get_object_or_404(self.get_queryset(), pk=kwargs["pk"])
        if validation.is_asked(request):
            self.post = self.validate
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
        if wants_draft(request) and self.keep_no_draft is not True:
            kept = self.kept(self.get_form())
            if kept is not None and kept.draft is not None:
                return self.show_draft(kept.draft)
        return self.show(self.get_form())

    def validate(self, request, *args, **kwargs):
        """What is wrong with the fields that were touched; asked while the form is filled in."""
        return validation.errors_of(request, [self.get_form(request.POST)])

    def show_draft(self, draft):
        """The form with what was kept; if the row has changed since, with what the others changed."""
        version = self.seen_version()
        slots = self.slots()
        data = data_of(draft)
        began = opening.sent(self.request, data.get(opening.OPENING, "")) if version else None
        met = token = None
        waiting = decided(data, slots, began)
        if version and (waiting or data.get(VERSION) != version):
            met = (
                compare(data, slots, began, waiting=waiting, row=self.object, reader=self.request.user)
                or None
            )
            token = opening.signed(self.request, slots, asked=met.before if met else None)
        form = without_complaints(self.get_form(data))
        return self.show(form, overtaken=met, version=version, slots=slots, token=token)

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
            with self.sending():
                saved = self.save(form)
        except ApplicationError as refusal:
            show_refusal(form, refusal)
            token = request.POST.get(opening.OPENING, "") if began else None
            return self.show(form, status=refusal.status, version=version, slots=slots, token=token)
        messages.success(request, self.done_message)
        return redirect(self.success_url(saved))

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Around the service that the form is for: what is sent is no draft any more."""
        with transaction.atomic():
            yield
            if self.keep_no_draft is not True:
                discard_draft(path=path_of(self.request), actor=self.request.user)

    def kept(self, form) -> Kept | None:
        """The draft of this form, and the leave to keep one."""
        own = getattr(form, "keep_no_draft", ())
        if self.keep_no_draft is True or own is True:
            return None
        return kept_for(
            self.request,
            path=path_of(self.request),
            forms=[form],
            version=self.seen_version(),
            secret=[*self.keep_no_draft, *own],
            offer=self.request.method == "GET",
        )

    def slots(self, form=None) -> list[Slot]:
        """What two people may change at once; read before the sent form writes into the row."""
        return field_slots(form or self.get_form()) if self.seen_version() else []

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
            slots = self.slots(None if form.is_bound else form) if slots is None else slots
            token = opening.signed(self.request, slots)
        context = self.get_context_data(
            form=form,
            overtaken=overtaken,
            version_name=VERSION,
            version=version,
            opening_name=opening.OPENING,
            opening_values=token,
            kept=self.kept(form),
            form_url=path_of(self.request),
            submit_label=self.submit_label,
            style=self.style,
            cancel_url=self.cancel_url(),
            has_files=form.is_multipart(),
            object=self.object,
        )
        return self.render_to_response(context, status=status)
