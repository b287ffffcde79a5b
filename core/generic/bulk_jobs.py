"""A deed on many rows, done by a worker as the person who asked, through the same list and the same service.

All of it is one transaction: a worker that dies half-way leaves nothing behind, and the next one does it whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from django.http import QueryDict
from django.urls import resolve
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core.generic import exports
from core.generic.bulk import AGREED, DEED, EVERY, ROW, BulkAction, do_with_each, summary
from core.generic.export_jobs import request_of
from core.jobs import GiveUp, JobRun, enqueue, handler
from core.jobs.registry import SLOW
from core.models import BackgroundJob


def do_later(page: Any, action: BulkAction, keys: Sequence[Any]) -> BackgroundJob:
    """The job that does it. Sent twice, it is done once."""
    said = page.request.POST.copy()
    for name in (ROW, EVERY, "csrfmiddlewaretoken"):
        said.pop(name, None)
    token = page.request.POST.get(AGREED, "")
    chosen = hashlib.sha256(f"{said.urlencode()}{keys}".encode()).hexdigest()[:32]
    return enqueue(
        "bulk",
        {
            "path": page.request.path,
            "query": page.request.GET.urlencode(),
            "said": said.urlencode(),
            "keys": [str(key) for key in keys],
        },
        key=f"bulk:{page.request.user.pk}:{token}:{chosen}",
        title=_("%(deed)s: %(count)s rows") % {"deed": action.label, "count": len(keys)},
        created_by=page.request.user,
    )


@handler("bulk", name=gettext_lazy("Deed on many rows"), retries=3, queue=SLOW, atomic=True)
def bulk(job: JobRun) -> dict[str, Any]:
    """The deed on every row; the file says what became of each."""
    person = job.job.created_by
    if person is None or not person.is_active:
        raise GiveUp(_("Whoever asked for this list does not work here any more."))
    found = resolve(job.payload["path"])
    said = QueryDict(job.payload["said"])
    page = found.func.view_class()
    page.setup(request_of(job, person), *found.args, **found.kwargs)
    action = next((one for one in page.allowed_bulk_actions() if one.name == said.get(DEED)), None)
    if action is None or (page.permission and not person.may(page.permission)):
        raise GiveUp(_("You may not do this any more."))
    form = action.form(said)
    if not form.is_valid():
        raise GiveUp(_("What was entered does not hold any more: please begin anew."))
    keys = job.payload["keys"]
    rows = page.get_queryset().filter(pk__in=keys).order_by("pk")
    outcomes = do_with_each(
        action, rows, form.cleaned_data, actor=person, progress=lambda done: job.progress(done, len(keys))
    )
    refused = sum(bool(one.refusal) for one in outcomes)
    heading = [_("Row"), _("Result"), _("Why it was refused")]
    lines = [
        [one.title, pgettext("one of many", "Refused") if one.refusal else _("Done"), one.refusal]
        for one in outcomes
    ]
    file = exports.xlsx([heading, *lines], name=str(action.label), title=str(action.label))
    job.keep(file.content, name=file.file_name, media_type=exports.XLSX)
    return {"summary": summary(len(outcomes) - refused, refused)}
