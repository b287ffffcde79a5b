"""What one was told: the bell, the page behind it, and whether it also comes by e-mail."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import notifications
from core.generic import Page, keyset
from core.models import Notification, User

PAGE = 40
ORDER = ("-pk",)
UNREAD, ALL = "unread", "all"


class NotificationList(Page):
    """Newest first; the unread ones, or all."""

    template_name = "core/notifications.html"
    title = gettext_lazy("Notifications")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        context = self.get_context_data(**kwargs)
        if request.htmx and "after" in request.GET:
            return render(request, f"{self.template_name}#rows", context)
        return self.render_to_response(context)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        box = ALL if self.request.GET.get("box") == ALL else UNREAD
        rows = Notification.objects.filter(person=self.request.user.pk, in_page=True)
        if box == UNREAD:
            rows = rows.filter(read_at=None)
        page = keyset.take(rows, ORDER, after=self.request.GET.get("after", ""), size=PAGE)
        return super().get_context_data(
            box=box,
            shown=notifications.shown(page.rows),
            after=page.after,
            newest=page.rows[0].pk if page.rows else None,
            **kwargs,
        )


@require_safe
@login_required
def bell(request: HttpRequest) -> HttpResponse:
    """How many are unread, for a page that is open already: 304 as long as it shows just that."""
    words = notifications.unread_words(request.user)
    etag = f'"{words or 0}"'
    if request.headers.get("If-None-Match", "").removeprefix("W/") == etag:
        answer: HttpResponse = HttpResponseNotModified()
    else:
        answer = HttpResponse(words, content_type="text/plain")
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def open_notification(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark it read and go where it leads. Looking at the address does nothing."""
    row = get_object_or_404(Notification, pk=pk, person=request.user.pk)
    if request.method != "POST":
        return redirect("notifications")
    notifications.mark_read(person=request.user, notification_id=row.pk)
    return redirect(row.url or "notifications")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything read that stood on the page or before."""
    if request.method == "POST":
        until = request.POST.get("until", "")
        number = int(until) if until.isascii() and until.isdecimal() and len(until) < 19 else 0
        count = notifications.mark_all_read(person=request.user, seen_until=number)
        messages.success(
            request,
            ngettext(
                "%(count)s notification marked as read.", "%(count)s notifications marked as read.", count
            )
            % {"count": count},
        )
    return redirect("notifications")


@require_POST
@login_required
def by_mail(request: HttpRequest) -> HttpResponse:
    """Whether reminders also come by e-mail."""
    wanted = request.POST.get("wanted")
    if wanted in ("yes", "no"):
        User.objects.filter(pk=request.user.pk).update(wants_mail=wanted == "yes")
        messages.success(
            request,
            _("Reminders also come by e-mail.")
            if wanted == "yes"
            else _("Reminders come on this site only."),
        )
    return redirect("notifications")
