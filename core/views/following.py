"""Following a row, and the page of what one follows."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from core.around.standing import standing
from core.following import follow, followers_of, owner_of, unfollow
from core.generic import Page, keyset
from core.models import Follow
from core.subjects import find, kind_named, kinds


@login_required
@require_POST
def follow_row(request: HttpRequest, kind: str, pk: str) -> HttpResponse:
    """Follow, or with ``on=0`` no longer."""
    subject = find(request.user, kind, pk)
    (unfollow if request.POST.get("on") == "0" else follow)(subject=subject, person=request.user)
    if getattr(request, "htmx", False):
        return render(request, "core/around_follow.html", {"standing": standing(request, subject)})
    known = kind_named(kind)
    return redirect(known.url(subject) if known is not None else "/")


@login_required
@require_GET
def row_followers(request: HttpRequest, kind: str, pk: str) -> HttpResponse:
    """Who hears of this row."""
    subject = find(request.user, kind, pk)
    context = {"people": followers_of(subject), "owner": owner_of(subject)}
    return render(request, "core/around_followers.html", context)


class FollowedRows(Page):
    """What I follow, what I followed last on top. Rows that I no longer see are left out."""

    title = _("What I follow")
    template_name = "core/followed.html"

    def get_context_data(self, **kwargs):
        part = keyset.take(
            Follow.objects.filter(person=self.request.user), ("-pk",), after=self.request.GET.get("after", "")
        )
        return super().get_context_data(rows=self._shown(part.rows), after=part.after, **kwargs)

    def _shown(self, follows):
        """One question for each kind of row."""
        keys = {}
        for one in follows:
            keys.setdefault(one.subject_type, []).append(one.subject_id)
        found = {}
        for kind in kinds():
            if kind.code in keys:
                for row in kind.rows_for(self.request.user).filter(pk__in=keys[kind.code]):
                    found[kind.code, str(row.pk)] = (kind, row)
        shown = []
        for one in follows:
            known = found.get((one.subject_type, one.subject_id))
            if known is not None:
                kind, row = known
                shown.append(
                    {
                        "kind": kind,
                        "title": kind.title(row),
                        "text": kind.text(row),
                        "url": kind.url(row),
                        "follow": one,
                    }
                )
        return shown
