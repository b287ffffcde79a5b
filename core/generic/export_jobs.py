"""A long list as a file: written by a worker who opens the same list as the same person.

The worker asks the list's own view, so that rights, filters, columns and the record of who took what are
those of the page, and as they are then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import resolve
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.generic import columns, exports
from core.jobs import GiveUp, JobRun, enqueue, handler
from core.jobs.registry import SLOW
from core.models import BackgroundJob, User


def export_later(request: HttpRequest, title: str, kind: str, shown: Sequence[str] = ()) -> BackgroundJob:
    """The job that writes the file with these columns. A second click while it is written gives the same one."""
    asked = request.GET.copy()
    asked.pop("export", None)
    if shown:
        asked[columns.PARAMETER] = ",".join(shown)
    where = f"{request.path}?{asked.urlencode()}"
    digest = hashlib.sha256(where.encode()).hexdigest()[:32]
    return enqueue(
        "export",
        {"path": request.path, "query": asked.urlencode(), "format": kind},
        key=f"export:{request.user.pk}:{kind}:{digest}",
        title=_("Export: %(list)s") % {"list": title},
        created_by=request.user,
    )


def too_many_rows(request: HttpRequest, kind: str) -> HttpResponse:
    """Say that the list does not fit into one file: on its page, or as the end of the job."""
    most = exports.MOST_ROWS[kind]
    text = _(
        "More than %(most)s rows do not fit into one file. Narrow the list, such as by a period, or use the API."
    )
    text %= {"most": f"{most:,}"}
    if getattr(request, "export_job", None) is not None:
        raise GiveUp(text)
    messages.error(request, text)
    asked = request.GET.copy()
    asked.pop("export", None)
    return redirect(f"{request.path}?{asked.urlencode()}")


@handler("export", name=gettext_lazy("Export of a list"), retries=3, queue=SLOW, atomic=True)
def export(job: JobRun) -> None:
    """All rows of the list, as the person who asked would see them now."""
    person = job.job.created_by
    if person is None or not person.is_active:
        raise GiveUp(_("Whoever asked for this list does not work here any more."))
    found = resolve(job.payload["path"])
    try:
        request = request_of(job, person)
        request.GET["export"] = job.payload["format"]
        request.export_job = job
        answer = found.func(request, *found.args, **found.kwargs)
    except (PermissionDenied, Http404, ObjectDoesNotExist) as error:
        raise GiveUp(_("You may not see this list any more.")) from error
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    job.keep(content, name=answer.file_name, media_type=answer.headers["Content-Type"])


def request_of(job: JobRun, person: User) -> HttpRequest:
    """The list's page as the person asked for it."""
    request = HttpRequest()
    request.method = "GET"
    request.path = request.path_info = job.payload["path"]
    request.META = {"SERVER_NAME": "worker", "SERVER_PORT": "0", "QUERY_STRING": job.payload["query"]}
    request.GET = QueryDict(job.payload["query"], mutable=True)
    request.user = person
    request.htmx = False
    request.LANGUAGE_CODE = translation.get_language()
    return request
