"""Figures for a monitoring system, in the text format that Prometheus reads."""

import hmac

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.labelled_figures import labelled_figures, lines_of

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# Many collectors may ask: the database counts at most this often (seconds).
KEPT_FOR = 10

# name: (help, SQL). Open rows have partial indexes; what is done is never counted.
GAUGES: dict[str, tuple[str, str]] = {
    "xiaoliu_work_items_open": (
        "Work items that wait for a person.",
        "SELECT count(*) FROM workflows_workitem WHERE status = 'open'",
    ),
    "xiaoliu_work_items_overdue": (
        "Open work items past their due time.",
        "SELECT count(*) FROM workflows_workitem WHERE status = 'open' AND sort_at < now()",
    ),
    "xiaoliu_cases_open": (
        "Cases that are running, held or suspended.",
        "SELECT count(*) FROM workflows_processinstance WHERE status IN ('active', 'waiting_incident', 'suspended')",
    ),
    "xiaoliu_incidents_open": (
        "Failed steps that wait for an operator.",
        "SELECT count(*) FROM workflows_incident WHERE status = 'open'",
    ),
    "xiaoliu_background_jobs_open": (
        "Mails, exports, prints and calls not yet done.",
        "SELECT count(*) FROM core_backgroundjob WHERE status = 'open'",
    ),
    "xiaoliu_background_jobs_failed": (
        "Background jobs that were given up and wait for an administrator.",
        "SELECT count(*) FROM core_backgroundjob WHERE status = 'failed'",
    ),
    "xiaoliu_background_job_age_seconds": (
        "How long the oldest due background job has waited.",
        "SELECT coalesce(extract(epoch FROM now() - min(due_at)), 0) FROM core_backgroundjob "
        "WHERE status = 'open' AND due_at < now()",
    ),
    "xiaoliu_jobs_open": (
        "Automatic continuations not yet done.",
        "SELECT count(*) FROM workflows_job WHERE status = 'open'",
    ),
    "xiaoliu_job_age_seconds": (
        "How long the oldest due job has waited.",
        "SELECT coalesce(extract(epoch FROM now() - min(due_at)), 0) FROM workflows_job "
        "WHERE status = 'open' AND due_at < now()",
    ),
}


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Open in demo; in production only with the token METRICS_TOKEN (Authorization: Bearer ...)."""
    if not _may_read(request):
        return HttpResponse(
            "Set METRICS_TOKEN and send it as a bearer token.\n", status=401, content_type=CONTENT_TYPE
        )
    text = cache.get("metrics")
    if text is None:
        text = _collected()
        cache.set("metrics", text, timeout=KEPT_FOR)
    return HttpResponse(text, content_type=CONTENT_TYPE)


def _may_read(request: HttpRequest) -> bool:
    if not settings.METRICS_TOKEN:
        return not settings.PRODUCTION
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return hmac.compare_digest(sent.encode(), settings.METRICS_TOKEN.encode())


def _collected() -> str:
    lines = []
    with connection.cursor() as cursor:
        for name, (text, sql) in GAUGES.items():
            cursor.execute(sql)
            lines += [
                f"# HELP {name} {text}",
                f"# TYPE {name} gauge",
                f"{name} {float(cursor.fetchone()[0]):g}",
            ]
    for figure in labelled_figures():
        lines += lines_of(figure)
    return "\n".join(lines) + "\n"
