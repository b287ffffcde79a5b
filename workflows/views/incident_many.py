"""The failures of one cause: tick some or take all, and deal with them; in portions, with what became of each."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.errors import ApplicationError
from core.generic import Page
from core.generic.base import Crumb
from core.generic.forms import show_refusal
from workflows import services
from workflows.definitions import definition_of
from workflows.models import Incident
from workflows.selectors import incidents
from workflows.services.incident_groups import RIGHTS, Result
from workflows.services.incidents import ways_out
from workflows.views.case_deeds import ReasonForm
from workflows.views.cases import case_name
from workflows.views.incident_data import DataForm
from workflows.views.incident_deeds import FailForm, on_fields, question_of
from workflows.views.incident_words import cause_of
from workflows.views.incidents import RETRY, deed_words, step_name
from workflows.views.words import Labels

# So many a request: the page shows how far it is in between.
PORTION = 20
# On one page; the rest of a group is dealt with all the same.
SHOWN = 200


class IncidentGroup(Page):
    """The cases of one cause: tick some, or take all."""

    template_name = "workflows/incident_group.html"
    permission = RETRY

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and request.user.may(RETRY):
            self.rows = incidents(request.user).filter(group_key=kwargs["key"], status=Incident.Status.OPEN)
            self.count = self.rows.count()
            self.shown = list(self.rows.order_by("pk")[:SHOWN])
            self.newest = self.shown[-1] if self.shown else None
            if self.newest is None and not Incident.objects.filter(group_key=kwargs["key"]).exists():
                raise Http404("There are no such failures.")
        return super().dispatch(request, *args, **kwargs)

    def get_title(self):
        if self.newest is None:
            return _now("All of these are dealt with")
        return (
            step_name(self.newest, Labels()).partition(" (")[0]
            if self.newest.element
            else _now("The entries of these cases disagree")
        )

    def crumbs(self):
        return [Crumb(_("Failures"), reverse("workflows:incident-list"))]

    def get_context_data(self, **kwargs):
        words = deed_words()
        return super().get_context_data(
            rows=[{"incident": one, "case": case_name(one.instance)} for one in self.shown],
            count=self.count,
            newest=self.newest,
            cause=cause_of(self.newest) if self.newest else "",
            process=self.newest.instance.definition.name if self.newest else "",
            deeds=[(deed, *words[deed]) for deed in self._deeds() if self.request.user.may(RIGHTS[deed])],
            **kwargs,  # the key of the group among them
        )

    def _deeds(self) -> list[str]:
        if self.newest is None:
            return []
        return ["mend"] if self.newest.kind == Incident.Kind.BREACH else ["retry", "edit", "skip", "fail"]


class IncidentMany(Page):
    """One deed on many: asked first, then done in portions, with what became of each.

    The first POST names them, the second confirms; each further one goes on behind the last."""

    template_name = "workflows/incident_many.html"
    permission = RETRY
    width = "form-page"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.deed = kwargs["deed"]
            if self.deed not in RIGHTS:
                raise Http404("There is no such deed.")
            if not request.user.may(RIGHTS[self.deed]):
                raise PermissionDenied(RIGHTS[self.deed])
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        raise Http404("Choose failures first.")

    def get_title(self):
        return deed_words()[self.deed][0]

    def crumbs(self):
        return [
            Crumb(_("Failures"), reverse("workflows:incident-list")),
            Crumb(step_name(self.sample, Labels()), reverse("workflows:incident-group", args=[self.key])),
        ]

    def post(self, request, *args, **kwargs):
        self.key = request.POST.get("group", "")[:64]
        self.ids = self._ids()
        wanted = incidents(request.user).filter(group_key=self.key)
        self.sample = wanted.order_by("status", "-pk").first()
        if self.sample is None:
            raise Http404("There are no such failures.")
        if self.ids:
            wanted = wanted.filter(pk__in=self.ids)
        self.total = int(self._number("total") or wanted.filter(status=Incident.Status.OPEN).count())
        if "confirmed" not in request.POST:
            return self._ask(self._form())
        form = self._form(request.POST)
        if not form.is_valid():
            return self._ask(form, status=400)
        try:
            results = services.deal_with(
                action=self.deed,  # type: ignore[arg-type]
                actor=request.user,
                ids=self.ids,
                group=self.key,
                after=self._number("after"),
                most=PORTION,
                **self._given(form),
            )
        except ApplicationError as refusal:
            show_refusal(form, on_fields(refusal) if self.deed == "edit" else refusal)
            return self._ask(form, status=refusal.status)
        return self._show(results)

    # -- the parts of a request

    def _ids(self) -> list[int]:
        given = self.request.POST.getlist("id")
        return [int(one) for one in given if one.isdecimal() and len(one) < 19][: 2 * SHOWN]

    def _number(self, name: str) -> int:
        given = self.request.POST.get(name, "")
        return int(given) if given.isdecimal() and len(given) < 19 else 0

    def _form(self, data=None):
        ways = ways_out(self.sample, self.sample.instance)
        match self.deed:
            case "retry":
                return forms.Form(data)
            case "edit":
                definition = definition_of(self.sample.instance.version_id)
                return DataForm(data, values=ways.values, definition=definition, many=True)
            case "fail":
                return FailForm(data, codes=ways.codes)
        return ReasonForm(data)

    def _given(self, form) -> dict[str, Any]:
        if self.deed == "edit":
            return {"reason": form.cleaned_data["reason"], "values": form.changes()}
        return form.cleaned_data

    # -- answers

    def _ask(self, form, *, status: int = 200):
        context = self.get_context_data(
            form=form,
            question=question_of(self.deed, step=step_name(self.sample, Labels()), count=self.total),
            many=self.deed == "edit",
            key=self.key,
            ids=self.ids,
            total=self.total,
            submit_label=deed_words()[self.deed][0],
            style="danger" if self.deed in ("skip", "fail") else "primary",
            cancel_url=reverse("workflows:incident-group", args=[self.key]),
        )
        return self.render_to_response(context, status=status)

    def _show(self, results) -> HttpResponse:
        known = incidents(self.request.user).in_bulk([one.incident_id for one in results.rows])
        rows = [_outcome(one, known.get(one.incident_id)) for one in results.rows]
        counts = {name: self._number(name) for name in ("done", "again", "refused")}
        for row in rows:
            counts[row["state"]] += 1
        passed = sum(counts.values())
        context = {
            "outcomes": rows,
            "counts": counts,
            "passed": passed,
            "total": max(self.total, passed),
            "after": results.after,
            "carried": self._carried() if results.after is not None else [],
            "deed": self.deed,
            "key": self.key,
        }
        if self.request.htmx:
            return render(self.request, "workflows/incident_progress.html#portion", context)
        return self.render_to_response(self.get_context_data(**context))

    def _carried(self) -> list[tuple[str, str]]:
        """What a further portion needs to know."""
        own = ("csrfmiddlewaretoken", "after", "done", "again", "refused", "total")
        return [
            (name, value) for name, values in self.request.POST.lists() if name not in own for value in values
        ]


def _outcome(result: Result, incident: Incident | None) -> dict[str, Any]:
    """What became of one, in words."""
    name = case_name(incident.instance) if incident is not None else f"#{result.incident_id}"
    if result.is_done:
        state, text = "done", _now("goes on")
    elif result.failed_again:
        state, text = "again", cause_of(incident or result.incident)[:200]
    else:
        refused = result.error if isinstance(result.error, ApplicationError) else None
        state, text = (
            "refused",
            str(refused or _now("Something failed on our side. It has been written down.")),
        )
    url = reverse("workflows:incident-detail", args=[result.incident_id]) if incident is not None else ""
    return {"name": name, "state": state, "text": text, "url": url}
