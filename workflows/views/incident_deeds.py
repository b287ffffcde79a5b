"""Deal with one failure. Each page says first what will happen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.errors import ApplicationError
from core.generic import ActionView
from core.generic.base import Crumb
from workflows import services
from workflows.definitions import definition_of
from workflows.models import Incident
from workflows.selectors import incidents
from workflows.services.breaches import repeated_events
from workflows.services.incident_groups import RIGHTS
from workflows.services.incidents import Ways, ways_out
from workflows.views.case_deeds import ReasonForm
from workflows.views.incident_data import DataForm
from workflows.views.incident_words import cause_of, repeats_text
from workflows.views.incidents import RETRY, deed_words, step_name
from workflows.views.words import Labels


class FailForm(ReasonForm):
    """With which error of the diagram it goes on, and why."""

    code = forms.CharField(max_length=80)

    def __init__(self, *args: Any, codes: tuple[str | None, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [code for code in codes if code is not None]
        if known and None not in codes:
            self.fields["code"] = forms.ChoiceField(choices=[(code, code) for code in known])
        self.fields["code"].label = _("Error")
        self.order_fields(["code", "reason"])


# One --------------------------------------------------------------------------------------------------


class IncidentDeed(ActionView):
    """A deed on one failure."""

    permission = RETRY
    deed = ""
    done_message = ""

    def get_queryset(self):
        return incidents(self.request.user)

    def is_allowed(self):
        return self.request.user.may(RIGHTS[self.deed])

    @property
    def ways(self) -> Ways:
        return ways_out(self.object, self.object.instance)

    def get_title(self):
        return deed_words()[self.deed][0]

    def crumbs(self):
        return [
            Crumb(_("Failures"), reverse("workflows:incident-list")),
            Crumb(self.step, reverse("workflows:incident-detail", args=[self.object.pk])),
        ]

    @property
    def step(self) -> str:
        return step_name(self.object, Labels())

    def tell(self, incident: Incident) -> None:
        if incident.status == Incident.Status.OPEN:
            cause = {"cause": cause_of(incident)[:300]}
            messages.warning(self.request, _now("It failed again: %(cause)s") % cause)
        else:
            messages.success(self.request, _now("It worked. The case goes on."))

    def done_url(self):
        return reverse("workflows:incident-detail", args=[self.object.pk])


class IncidentRetry(IncidentDeed):
    deed = "retry"
    submit_label = _("Retry")

    def get_question(self):
        return (
            question_of("retry", step=self.step)
            + " "
            + _now("Cause so far: %(cause)s") % {"cause": cause_of(self.object)[:300]}
        )

    def run(self, form):
        self.tell(services.retry_incident(incident_id=self.object.pk, actor=self.request.user))


class IncidentSkip(IncidentDeed):
    deed = "skip"
    submit_label = _("Skip the step")
    style = "danger"
    form_class = ReasonForm

    def get_question(self):
        return question_of("skip", step=self.step)

    def run(self, form):
        self.tell(
            services.skip_incident(incident_id=self.object.pk, actor=self.request.user, **form.cleaned_data)
        )


class IncidentFail(IncidentDeed):
    deed = "fail"
    submit_label = _("Go on by this error")
    style = "danger"
    form_class = FailForm

    def get_question(self):
        return question_of("fail", step=self.step)

    def form_options(self):
        return {"codes": self.ways.codes}

    def run(self, form):
        self.tell(
            services.fail_incident(incident_id=self.object.pk, actor=self.request.user, **form.cleaned_data)
        )


class IncidentMend(IncidentDeed):
    deed = "mend"
    submit_label = _("Make them agree")
    form_class = ReasonForm

    def get_question(self):
        case = self.object.instance
        definition, labels = definition_of(case.version_id), Labels()
        repeats = repeats_text(labels.step(definition, one.element) for one in repeated_events(case))
        return f"{question_of('mend', step='')} {repeats}".strip()

    def run(self, form):
        services.mend_breach(incident_id=self.object.pk, actor=self.request.user, **form.cleaned_data)
        messages.success(self.request, _now("The entries agree again. The case goes on."))


class IncidentEdit(IncidentDeed):
    deed = "edit"
    submit_label = _("Change and retry")

    def get_question(self):
        return question_of("edit", step=self.step)

    def get_form(self, data=None, files=None):
        return DataForm(
            data, values=self.ways.values, definition=definition_of(self.object.instance.version_id)
        )

    def run(self, form):
        try:
            incident = services.edit_and_retry(
                incident_id=self.object.pk,
                values=form.changes(),
                reason=form.cleaned_data["reason"],
                actor=self.request.user,
            )
        except ApplicationError as refusal:
            raise on_fields(refusal) from refusal
        self.tell(incident)


def on_fields(refusal: ApplicationError) -> ApplicationError:
    """The same refusal, with its errors at the fields of the form."""
    errors = {name if name == "reason" else f"value_{name}": texts for name, texts in refusal.errors.items()}
    refusal.errors = errors
    return refusal


def question_of(deed: str, *, step: str = "", count: int = 1) -> str:
    """What will happen, in plain words."""
    texts = {
        "retry": _now(
            "The step “%(step)s” runs once more. If it works now, the case goes on; if not, it stays here."
        ),
        "edit": _now(
            "What you change here becomes data of the case, then the step “%(step)s” runs once more. The old and "
            "the new values stay in the history under your name."
        ),
        "skip": _now(
            "The case goes on behind the step “%(step)s” as if it were done. What the step should have done is "
            "NOT done: do it by hand where it is needed. Your name and your reason stay in the history."
        ),
        "fail": _now(
            "The step “%(step)s” ends with the error you choose, and the case takes the way that the diagram draws "
            "for it. Your name and your reason stay in the history."
        ),
        "mend": _now(
            "What the case stands at counts: what is missing is opened again, what is too much is withdrawn. The "
            "case goes on from there. Your name and your reason stay in the history."
        ),
    }
    text = texts[deed] % {"step": step} if "%(step)s" in texts[deed] else texts[deed]
    if count > 1:
        text = (
            ngettext(
                "This is done in %(count)s case, each by itself.",
                "This is done in %(count)s cases, each by itself.",
                count,
            )
            % {"count": count}
            + " "
            + text
        )
    return text
