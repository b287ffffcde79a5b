"""The inbox: a list beside a task."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from core.templatetags.ui import capped, due_words
from workflows.models import WorkItem
from workflows.views import boxes, freshness, words


@require_safe
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """The list, with a friendly word where a task will stand; for htmx only a part of it."""
    asked = boxes.Asked.of(request.user, request.GET)
    if request.htmx and asked.after:
        return _vary(render(request, "workflows/inbox_list.html#page", list_context(request, asked)))
    if request.htmx and request.htmx.target == "tasks":
        return _vary(render(request, "workflows/inbox.html#tasks", list_context(request, asked)))
    context = list_context(request, asked, with_head=True)
    return render(request, "workflows/inbox.html", {**context, "view": "list"})


@require_safe
@login_required
def fresh_list(request: HttpRequest) -> HttpResponse:
    """The list for whoever has an older one: 304 as long as it would look the same."""
    seen = request.headers.get("If-None-Match", "")
    version = freshness.Version.now()
    if version.is_surely(seen):
        return _with_etag(HttpResponseNotModified(), seen)
    context = list_context(request, boxes.Asked.of(request.user, request.GET), version=version)
    if freshness.shows_the_same(seen, context["etag"]):
        return _with_etag(HttpResponseNotModified(), context["etag"])
    answer = _with_etag(render(request, "workflows/inbox_list.html", context), context["etag"])
    counts = {box.code: capped(boxes.count(request.user, box)) for box in (boxes.MINE, boxes.QUEUE)}
    answer.headers["X-Inbox-Counts"] = ",".join(f"{code}={count}" for code, count in counts.items())
    return answer


def list_context(
    request: HttpRequest,
    asked: boxes.Asked,
    *,
    with_head: bool = False,
    current: WorkItem | None = None,
    version: freshness.Version | None = None,
) -> dict[str, Any]:
    """What the list needs; ``with_head`` adds tabs, search and filter above it."""
    # The version is read before the rows: what comes in between is then seen by the next question.
    version = version or freshness.Version.now()
    items = boxes.ItemList(request.user, asked)
    context: dict[str, Any] = {
        "asked": asked,
        "items": items,
        "current": current,
        "roles": words.Roles(),
        "labels": words.Labels(),
        "etag": version.etag(_signature(items)),
    }
    if with_head:
        context.update(tabs=_tabs(request, asked), processes=boxes.processes_for_filter())
    return context


def _signature(items: boxes.ItemList) -> str:
    """Everything of the list that can change: two lists with one signature look the same."""
    parts = [
        (group.code, group.count, *[_signature_of(item) for item in group.items]) for group in items.groups
    ]
    return repr((items.after, parts))


def _signature_of(item: WorkItem) -> tuple[Any, ...]:
    due = (due_words(item.due_at), item.alerted)
    return (item.pk, item.status, item.assignee_id, item.snoozed_until, *due, item.subject_title, item.amount)


def _tabs(request: HttpRequest, asked: boxes.Asked) -> list[dict[str, Any]]:
    user = request.user
    return [
        {"box": box, "count": boxes.count(user, box) if box.counted else None, "current": box is asked.box}
        for box in boxes.boxes_of(user)
    ]


def _vary(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _with_etag(response: HttpResponse, etag: str) -> HttpResponse:
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response
