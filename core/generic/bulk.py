"""One deed on several rows of a list: each row through the same service as alone, and what became of each.

    def bulk_actions(self):
        return [
            BulkAction("assign", _("Hand over"), assign_one, icon="user-check", permission="crm.assign_customer",
                       form_class=AssignForm)
        ]

    def assign_one(actor, row, values):
        assign_customer(customer_id=row.pk, owner_id=values["owner"].pk, actor=actor)

Some rows are done while the person waits, many by a job. Each row has a savepoint: what one refuses leaves the
others done.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import ApplicationError
from core.models import User

# Chosen rows in one deed; as many as anybody still looks through.
MOST_ROWS = 1_000
# More rows than this are done in the background.
DIRECT_ROWS = 50
SHOWN_NAMES = 12
# Names of the form of the list and of the page that asks.
DEED, ROW, EVERY, AGREED = "bulk", "row", "every", "agreed"

Act = Callable[[User, Any, Mapping[str, Any]], object]


@dataclass(frozen=True)
class BulkAction:
    """A deed that may be done with several rows. Hidden from whoever lacks the permission; the service is the gate."""

    name: str
    label: str | Promise
    act: Act
    icon: str = "check"
    permission: str | None = None
    # What has to be said with it; made with the keyword arguments of ``form_options()``.
    form_class: type[forms.Form] | None = None
    form_options: Callable[[], dict[str, Any]] = dict
    question: str | Promise = ""
    style: str = "primary"

    def form(self, data: Any = None) -> forms.Form:
        return (self.form_class or forms.Form)(data, **self.form_options())


@dataclass(frozen=True)
class Outcome:
    """What became of one row: done, or refused and why."""

    key: str
    title: str
    url: str
    refusal: str = ""


def do_with_each(
    action: BulkAction,
    rows: Iterable[Any],
    values: Mapping[str, Any],
    *,
    actor: User,
    progress: Callable[[int], None] | None = None,
) -> list[Outcome]:
    """The deed on every row, in its own savepoint, through the service that refuses what may not be."""
    outcomes = []
    for row in rows:
        refusal = ""
        title, url = str(row), row.get_absolute_url() if hasattr(row, "get_absolute_url") else ""
        try:
            with transaction.atomic():
                action.act(actor, row, values)
        except ApplicationError as error:
            refusal = "; ".join(
                [*(text for texts in error.errors.values() for text in map(str, texts))]
            ) or str(error)
        except (PermissionDenied, ObjectDoesNotExist):
            refusal = _("You may not do this with this row.")
        outcomes.append(Outcome(str(row.pk), title, url, refusal))
        if progress is not None:
            progress(len(outcomes))
    return outcomes


class BulkDeeds:
    """What a list page does with chosen rows. It is part of ``ListPage``."""

    request: Any

    def allowed_bulk_actions(self) -> list[BulkAction]:
        may = self.request.user.may
        return [one for one in self.bulk_actions() if one.permission is None or may(one.permission)]

    def post(self, request, *args, **kwargs):
        action = next(
            (one for one in self.allowed_bulk_actions() if one.name == request.POST.get(DEED)), None
        )
        if action is None:
            if any(one.name == request.POST.get(DEED) for one in self.bulk_actions()):
                raise PermissionDenied
            raise Http404("There is no such deed.")
        rows, lack = self.chosen_rows()
        agreed = AGREED in request.POST
        form = action.form(request.POST if agreed else None)
        if lack or not agreed or not form.is_valid():
            return self._ask(action, form, rows, lack, status=400 if lack or agreed else 200)
        if len(rows) > DIRECT_ROWS:
            return redirect(self.do_later(action, [row.pk for row in rows]))
        outcomes = do_with_each(action, rows, form.cleaned_data, actor=request.user)
        return self.show_outcomes(action, outcomes)

    def chosen_rows(self) -> tuple[list[Any], str]:
        """The chosen rows in the order of the list, and what is wrong with the choice."""
        _asked, fields = self.chosen_order()
        if self.request.POST.get(EVERY):
            rows = list(self.found().order_by(*fields)[: MOST_ROWS + 1])
        else:
            keys = self.request.POST.getlist(ROW)[: MOST_ROWS + 1]
            try:
                rows = list(self.get_queryset().filter(pk__in=keys).order_by(*fields))
            except (ValueError, TypeError) as error:
                raise Http404("There is no such row.") from error
        if not rows:
            return [], _("Choose the rows first.")
        if len(rows) > MOST_ROWS:
            text = _("More than %(most)s rows at once are too many to look through: narrow the list.")
            return rows[:MOST_ROWS], text % {"most": f"{MOST_ROWS:,}"}
        return rows, ""

    def _ask(self, action: BulkAction, form: forms.Form, rows: list[Any], lack: str, *, status: int):
        number = len(rows)
        context = self._page_context(
            action,
            form=form,
            lack=lack,
            rows=rows,
            number=number,
            names=[str(row) for row in rows[:SHOWN_NAMES]],
            more=max(number - SHOWN_NAMES, 0),
            is_later=number > DIRECT_ROWS,
            token=secrets.token_hex(8),
        )
        return render(self.request, "generic/bulk.html", context, status=status)

    def show_outcomes(self, action: BulkAction, outcomes: list[Outcome]):
        refused = [one for one in outcomes if one.refusal]
        done = len(outcomes) - len(refused)
        context = self._page_context(
            action,
            outcomes=[*refused, *(one for one in outcomes if not one.refusal)],
            done=done,
            refused=refused,
            summary=summary(done, len(refused)),
        )
        return render(self.request, "generic/bulk_done.html", context)

    def _page_context(self, action: BulkAction, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": action.label,
            "action": action,
            "crumbs": [*self.crumbs(), {"label": self.get_title(), "url": self.request.get_full_path()}],
            "back_url": self.request.get_full_path(),
            "width": "form-page",
            "row_name": ROW,
            "deed_name": DEED,
            "agreed_name": AGREED,
            **kwargs,
        }


def summary(done: int, refused: int) -> str:
    """ "12 rows done, 3 refused" in a sentence."""
    text = ngettext("%(count)s row is done.", "%(count)s rows are done.", done) % {"count": done}
    if refused:
        more = ngettext("%(count)s row was refused.", "%(count)s rows were refused.", refused)
        text += " " + more % {"count": refused}
    return text
