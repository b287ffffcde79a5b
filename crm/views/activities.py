"""Activities: logging one in a dialog, correcting one, its files, the rules of its type."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from core.files.downloads import attachment
from core.generic import ActionView
from core.generic.base import Crumb
from crm.activity_forms import FIRST_TYPE, ActivityForm, rules_of
from crm.activity_tab import may_log_for
from crm.models import Activity, ActivityType, Customer
from crm.services import correct_activity, log_with_files
from crm.services.activities import ACTIVITY_FIELDS, LOG
from crm.views.customers import LIST

# Where one came from besides the customer's page: ?from=today
TODAY = "today"


class ActivityLog(ActionView):
    """Log an activity with a customer."""

    permission, form_class = LOG, ActivityForm
    template_name = "crm/activity_form.html"
    title, submit_label = _("Log an activity"), _("Record")
    done_message = _("Recorded.")

    def get_queryset(self):
        return Customer.objects.visible_to(self.request.user)

    def is_allowed(self):
        return may_log_for(self.request.user, self.object)

    def crumbs(self):
        return [LIST, Crumb(self.object.no, self.object.get_absolute_url())]

    def get_question(self):
        return self.object.name

    def initial(self):
        return {"type": FIRST_TYPE}

    def form_options(self):
        return {"customer": self.object}

    def run(self, form):
        log_with_files(
            customer_id=self.object.pk,
            fields=form.values(),
            files=form.cleaned_data["files"],
            executors=form.people(),
            contact_id=form.contact_id(),
            actor=self.request.user,
        )

    def done_url(self):
        if self.request.GET.get("from") == TODAY:
            return reverse("crm:contact-today")
        return f"{self.object.get_absolute_url()}?tab=activities"


class ActivityCorrect(ActionView):
    """Mend a record; the history keeps what stood there."""

    permission, form_class = LOG, ActivityForm
    template_name = "crm/activity_form.html"
    title, submit_label = _("Correct the activity"), _("Save")
    done_message = _("Saved.")

    def get_queryset(self):
        return Activity.objects.visible_to(self.request.user).select_related("customer", "type")

    def is_allowed(self):
        person, customer = self.request.user, self.object.customer
        if not may_log_for(person, customer):
            return False
        edits = Customer.objects.reachable_by(person, "crm.edit_customer").filter(pk=customer.pk)
        return self.object.recorded_by_id == person.pk or edits.exists()

    def crumbs(self):
        customer = self.object.customer
        return [LIST, Crumb(customer.no, customer.get_absolute_url())]

    def get_question(self):
        return self.object.customer.name

    def initial(self):
        values = {name: getattr(self.object, name) for name in ACTIVITY_FIELDS}
        people = list(self.object.executors.values_list("pk", flat=True))
        return {**values, "type": self.object.type.code, "executors": people}

    def form_options(self):
        return {"customer": self.object.customer, "activity": self.object}

    def run(self, form):
        correct_activity(
            activity_id=self.object.pk,
            changes=form.values(),
            executors=form.people() or None,
            actor=self.request.user,
        )

    def done_url(self):
        return f"{self.object.customer.get_absolute_url()}?tab=activities"


@login_required
@require_GET
def activity_rules(request: HttpRequest) -> HttpResponse:
    """What the chosen type asks for, put beside the fields while the form is filled in."""
    if not request.user.may(LOG):  # type: ignore[union-attr]
        raise PermissionDenied(LOG)
    kind = ActivityType.objects.filter(code=request.GET.get("type", "")[:30]).first()
    if kind is None:
        raise Http404("There is no such type.")
    return render(request, "crm/activity_rules.html", {"rules": rules_of(kind)})


@login_required
@require_GET
def activity_file(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
    """A file of an activity, to save; pictures are shown."""
    activity = get_object_or_404(Activity.objects.visible_to(request.user), pk=pk)  # type: ignore[arg-type]
    document = get_object_or_404(activity.files.select_related("content"), pk=file_pk)
    is_picture = document.media_type.startswith("image/") and "svg" not in document.media_type
    answer = attachment(
        bytes(document.content.content), name=document.name, media_type=document.media_type, inline=is_picture
    )
    answer["Cache-Control"] = "private, no-store"
    return answer
