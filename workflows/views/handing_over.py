"""Giving a task to somebody else: a dialog on the task's page, or a page of its own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Case, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.generic import ActionView
from core.models import User
from workflows.models import WorkItem
from workflows.selectors import work_item_for
from workflows.services import transfer_work_item
from workflows.services.handing_over import possible_assignees, standing_of

# More than so many are found by their names.
SHOWN = 12


class TransferForm(forms.Form):
    """Who, and why. Who had it when the form was opened travels along."""

    to = forms.ModelChoiceField(
        label=gettext_lazy("Who does it from now on"),
        queryset=User.objects.none(),
        error_messages={
            "required": gettext_lazy("Choose a person."),
            "invalid_choice": gettext_lazy("This person cannot do this task any more. Choose another one."),
        },
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people


class WorkItemTransfer(ActionView):
    """Asks for a person and a reason."""

    template_name = "workflows/transfer.html"
    title = pgettext_lazy("task", "Hand on")
    form_class = TransferForm
    submit_label = pgettext_lazy("task", "Hand on")

    def get_queryset(self) -> QuerySet[WorkItem]:
        item = work_item_for(self.request.user, self.kwargs["pk"])
        return WorkItem.objects.filter(pk=item.pk).select_related("assignee", "definition")

    def is_allowed(self) -> bool:
        # What is closed by now leads back to its page, which says who was faster.
        return not self.object.is_open or standing_of(self.request.user, self.object).may

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.object.is_open:
            return self._go(self.done_url())
        if request.htmx and request.GET.get("part") == "people":
            return render(request, f"{self.template_name}#people", {"view": self})
        return super().get(request, *args, **kwargs)

    def get_question(self) -> str:
        item = self.object
        return " · ".join(filter(None, [item.name, item.subject_title or item.definition.name]))

    def initial(self) -> dict[str, Any]:
        return {"seen": self.object.assignee_id, "reason": self.request.GET.get("reason", "")[:1000]}

    def form_options(self) -> dict[str, Any]:
        return {"people": self.able}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(view=self, **kwargs)

    def run(self, form: TransferForm) -> str:
        to = form.cleaned_data["to"]
        transfer_work_item(
            work_item_id=self.object.pk,
            to=to,
            reason=form.cleaned_data["reason"],
            actor=self.request.user,
            seen_assignee_id=form.cleaned_data["seen"],
        )
        self.done_message = _("Handed on: %(name)s has the task now.") % {"name": to.name}
        return self.done_url()

    def done_url(self) -> str:
        """Back to the task; whoever may not see it any more goes to the list."""
        try:
            work_item_for(self.request.user, self.object.pk)
        except ObjectDoesNotExist:
            return reverse("workflows:inbox")
        return reverse("workflows:work-item", args=[self.object.pk])

    # Choosing -----------------------------------------------------------------------------------

    @property
    def search_text(self) -> str:
        return self.request.GET.get("q", "").strip()[:60]

    @property
    def chosen(self) -> str:
        return (self.request.POST if self.request.method == "POST" else self.request.GET).get("to", "")

    @cached_property
    def able(self) -> QuerySet[User]:
        return possible_assignees(self.object)

    @cached_property
    def people(self) -> list[User]:
        """The first who can do it, colleagues of the department first; whoever is chosen stays in sight."""
        people, text = self.able, self.search_text
        if text:
            named = (
                Q(display_name__icontains=text)
                | Q(display_name_en__icontains=text)
                | Q(username__icontains=text)
            )
            people = people.filter(named | Q(pk=self._chosen_id))
        holder = self.object.assignee or self.request.user
        first = Case(
            When(pk=self._chosen_id, then=0),
            When(department=holder.department_id, then=1),
            default=2,
            output_field=IntegerField(),
        )
        return list(
            people.select_related("department")
            .annotate(first=first, load=_open_work())
            .order_by("first", "load", "username")[: SHOWN + 1]
        )

    @property
    def _chosen_id(self) -> int:
        chosen = self.chosen
        return int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) < 19 else 0

    @property
    def shown(self) -> list[User]:
        return self.people[:SHOWN]

    @property
    def has_more(self) -> bool:
        return len(self.people) > SHOWN


def _open_work() -> Coalesce:
    """How much somebody has to do already."""
    items = WorkItem.objects.open().filter(assignee=OuterRef("pk")).order_by().values("assignee")
    return Coalesce(Subquery(items.annotate(count=Count("pk")).values("count")), Value(0))
