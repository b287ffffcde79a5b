"""Putting a task off: a choice of the menu on its page, or a date and a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.generic import ActionView
from core.templatetags.ui import moment, short_moment
from workflows.models import WorkItem
from workflows.selectors import work_item_for
from workflows.services import snooze_warning, snooze_work_item
from workflows.views import boxes
from workflows.views.snooze_times import CODES, time_of


class SnoozeForm(forms.Form):
    """A time by its name, or written out."""

    choice = forms.ChoiceField(
        choices=[(code, code) for code in CODES], required=False, widget=forms.HiddenInput
    )
    until = forms.DateTimeField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateTimeInput(
            attrs={"placeholder": "2026-12-20 09:30", "autocomplete": "off"}, format="%Y-%m-%d %H:%M"
        ),
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("choice"):
            given["until"] = time_of(given["choice"])
        elif not given.get("until") and "until" not in self.errors:
            self.add_error("until", _("Say until when."))
        return given


class WorkItemSnooze(ActionView):
    """Asks until when."""

    title = pgettext_lazy("task", "Put off until later")
    form_class = SnoozeForm
    submit_label = pgettext_lazy("task", "Put off")
    done_message = ""

    def get_queryset(self) -> QuerySet[WorkItem]:
        item = work_item_for(self.request.user, self.kwargs["pk"])
        return WorkItem.objects.filter(pk=item.pk).select_related("definition")

    def is_allowed(self) -> bool:
        # What is closed by now leads back to its page, which says who was faster; of a queue the service says why not.
        item = self.object
        return not item.is_open or WorkItem.objects.workable_by(self.request.user).filter(pk=item.pk).exists()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.object.is_open:
            return self._go(self.done_url())
        return super().get(request, *args, **kwargs)

    def get_question(self) -> str:
        item = self.object
        about = " · ".join(filter(None, [item.name, item.subject_title or item.definition.name]))
        if item.due_at is None:
            return about
        return _("%(task)s, due %(time)s. The deadline goes on.") % {
            "task": about,
            "time": short_moment(item.due_at),
        }

    def initial(self) -> dict[str, Any]:
        return {"until": time_of("tomorrow")}

    @cached_property
    def asked(self) -> boxes.Asked:
        return boxes.Asked.of(self.request.user, self.request.GET)

    def run(self, form: SnoozeForm) -> str:
        person, until = self.request.user, form.cleaned_data["until"]
        going_on = self.asked.box is boxes.MINE
        following = boxes.ItemList(person, self.asked).next_after(self.object) if going_on else None
        item = snooze_work_item(work_item_id=self.object.pk, until=until, actor=person)
        self._say(item, until)
        query = self.asked.query
        if following is None:
            return f"{reverse('workflows:inbox')}?{query}"
        return f"{reverse('workflows:work-item', args=[following.pk])}?{query}"

    def _say(self, item: WorkItem, until: datetime) -> None:
        told = _("Put off until %(time)s; until then it stands under “Put off”.") % {"time": moment(until)}
        warning = snooze_warning(item, until)
        if warning:
            messages.warning(self.request, f"{told} {warning}")
        else:
            messages.success(self.request, told)

    def done_url(self) -> str:
        return f"{reverse('workflows:work-item', args=[self.object.pk])}?{self.asked.query}"
