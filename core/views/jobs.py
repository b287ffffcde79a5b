"""Work in the background: all of it for administrators, their own for everybody."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from django_filters import ChoiceFilter, FilterSet

from core import clock
from core.generic import ActionView, DetailPage, ListPage, Tab
from core.generic.base import Crumb
from core.generic.tables import Column, MomentColumn, NumberColumn, Table, TagColumn
from core.jobs.registry import kinds
from core.models import BackgroundJob
from core.permissions import MANAGE_JOBS
from core.services.jobs import file_of, may_withdraw, retry_job, withdraw_job
from core.templatetags.ui import lasted

Status = BackgroundJob.Status
COLOURS = {"done": "green", "failed": "red", "open": "brand"}
# How often a page that waits for a job asks (seconds).
ASK_EVERY = 1


def kind_name(kind: str):
    known = kinds().get(kind)
    return known.name if known else kind


def is_held(job: BackgroundJob) -> bool:
    """A worker is at it, and has given a sign of life."""
    return bool(job.worker and job.leased_until and job.leased_until > clock.now())


def state_words(job: BackgroundJob) -> str:
    """One line that says how far it is."""
    if job.status != Status.OPEN:
        return str(job.get_status_display())
    if is_held(job):
        if job.progress_total:
            done = {"done": job.progress_done, "total": job.progress_total}
            return _now("Being made: %(done)s of %(total)s") % done
        return _now("Being made")
    if job.error_type:
        return _now("Failed for now; it is tried again by itself")
    return _now("Waiting its turn")


def dialog_button(url: str, label: str):
    return format_html(
        '<a class="btn btn-quiet btn-sm" href="{}" hx-get="{}" hx-target="#dialog-content">{}</a>',
        url,
        url,
        label,
    )


class JobTable(Table):
    title = Column(accessor="pk", verbose_name=_("What"), attrs={"td": {"class": "name"}})
    kind = Column(verbose_name=_("Kind"), attrs={"td": {"class": "some-words hide-m"}})
    status = TagColumn(verbose_name=_("Status"), colours=COLOURS)
    person = Column(accessor="created_by", verbose_name=_("Asked for by"), phone=False)
    created_at = MomentColumn(verbose_name=_("Asked for"), phone=False)
    age = Column(accessor="due_at", verbose_name=_("Waiting for"), tight=True)
    attempts = NumberColumn(verbose_name=_("Tries"), phone=False)
    error = Column(
        accessor="error_type", verbose_name=_("Last failure"), default="", attrs={"td": {"class": "wide-m"}}
    )
    deeds = Column(accessor="pk", verbose_name=_("What to do"), attrs={"td": {"class": "tight"}})

    class Meta(Table.Meta):
        model = BackgroundJob
        fields = ("title", "kind", "status", "person", "created_at", "age", "attempts", "error", "deeds")

    def render_title(self, record):
        return format_html(
            '<a href="{}">{}</a>', record.get_absolute_url(), record.title or kind_name(record.kind)
        )

    def render_kind(self, value):
        return kind_name(value)

    def render_person(self, value):
        return value.name

    def render_age(self, record):
        waits = clock.now() - record.due_at
        return lasted(waits) if record.is_open and not is_held(record) and waits > timedelta(0) else ""

    def render_error(self, record):
        return format_html('{}<br><small class="faint">{}</small>', record.error_type, record.error[:200])

    def render_deeds(self, record):
        deeds = []
        if record.status == Status.FAILED:
            deeds.append((dialog_button(reverse("job-retry", args=[record.pk]), _now("Try again")),))
        if record.is_open:
            deeds.append((dialog_button(reverse("job-withdraw", args=[record.pk]), _now("Withdraw")),))
        return format_html_join(" ", "{}", deeds)


class JobFilter(FilterSet):
    status = ChoiceFilter(choices=Status.choices, empty_label=_("Every status"), label=_("Status"))
    kind = ChoiceFilter(
        choices=lambda: [(one.kind, one.name) for one in kinds().values()],
        empty_label=_("Every kind"),
        label=_("Kind"),
    )

    class Meta:
        model = BackgroundJob
        fields = ("status", "kind")


class JobList(ListPage):
    """Everything that is done after the commit and belongs to no case."""

    title = _("Background work")
    permission = MANAGE_JOBS
    table_class = JobTable
    filter_class = JobFilter
    orders = {"created_at": ("pk",), "age": ("due_at", "pk"), "attempts": ("attempts", "pk")}
    order = "-created_at"
    exportable = False
    search_placeholder = _("What, person or failure")
    empty_title = _("Nothing was done in the background yet")
    empty_text = _(
        "What takes longer stands here, such as long exports, prints and letters, and what failed of it."
    )

    def get_queryset(self):
        rows = BackgroundJob.objects.visible_to(self.request.user)
        return rows.select_related("created_by").defer("payload", "result")

    def is_searchable(self, queryset):
        return True

    def search(self, queryset, text):
        return queryset.filter(
            Q(title__icontains=text)
            | Q(error_type__icontains=text)
            | Q(created_by__display_name__icontains=text)
            | Q(created_by__username=text)
        )


class MyJobTable(Table):
    title = Column(accessor="pk", verbose_name=_("What"), attrs={"td": {"class": "name"}})
    status = Column(verbose_name=_("Status"))
    created_at = MomentColumn(verbose_name=_("Asked for"))
    deeds = Column(accessor="pk", verbose_name=_("What to do"), attrs={"td": {"class": "tight"}})

    class Meta(Table.Meta):
        model = BackgroundJob
        fields = ("title", "status", "created_at", "deeds")

    render_title = JobTable.render_title

    def render_status(self, record):
        return state_words(record)

    def render_deeds(self, record):
        return format_html_join(" ", '<a class="btn btn-quiet btn-sm" href="{}">{}</a>', offers(record))


class MyJobs(ListPage):
    """What this person asked for: exports and prints, with their files."""

    title = _("My exports and prints")
    table_class = MyJobTable
    orders = {"created_at": ("pk",)}
    order = "-created_at"
    exportable = False
    empty_title = _("You have not asked for anything large yet")
    empty_text = _("Long exports and prints are made in the background; you fetch them here.")

    def get_queryset(self):
        rows = BackgroundJob.objects.filter(created_by=self.request.user).exclude(kind="mail")
        return rows.select_related("file").defer("payload", "file__content")


def offers(job: BackgroundJob) -> list[tuple[str, str]]:
    """(address, label) of what came out of it."""
    found = []
    if job.status == Status.DONE and job.result and job.result.get("url"):
        found.append((job.result["url"], _now("Open")))
    if job.status == Status.DONE and job.result and job.result.get("list"):
        found.append((job.result["list"], _now("Open the list")))
    file = getattr(job, "file", None)
    if file and file.kept_until > clock.now():
        found.append((reverse("job-file", args=[job.pk]), _now("Download")))
    return found


class JobDetail(DetailPage):
    """How far a job is; the page asks until it has ended."""

    def get_queryset(self):
        rows = BackgroundJob.objects.visible_to(self.request.user)
        return rows.select_related("created_by", "file").defer("payload", "file__content")

    def get_title(self):
        return self.object.title or kind_name(self.object.kind)

    def crumbs(self):
        if self.object.created_by_id == self.request.user.pk:
            return [Crumb(_("My exports and prints"), reverse("my-jobs"))]
        return [Crumb(_("Background work"), reverse("job-list"))]

    def tabs(self):
        return [Tab("overview", _("Overview"), "core/job_progress.html")]

    def get(self, request, *args, **kwargs):
        if request.htmx and request.htmx.target == "job":
            url = (self.object.result or {}).get("url")
            if url and self.object.created_by_id == request.user.pk:
                # Whoever waited here wanted to go there.
                return HttpResponse(status=204, headers={"HX-Redirect": url})
            answer = render(request, "core/job_progress.html", self.tab_overview())
            answer.headers["Vary"] = "HX-Request"
            return answer
        return super().get(request, *args, **kwargs)

    def tab_overview(self):
        job, mine = self.object, self.object.created_by_id == self.request.user.pk
        return {
            "job": job,
            "words": state_words(job),
            "summary": (job.result or {}).get("summary", ""),
            "offers": offers(job) if mine else [],
            "ask_every": ASK_EVERY,
            "may_withdraw": job.is_open and may_withdraw(job, self.request.user),
            "may_retry": job.status == Status.FAILED and self.request.user.may(MANAGE_JOBS),
        }


class JobRetry(ActionView):
    title = _("Try again")
    permission = MANAGE_JOBS
    submit_label = _("Try again")
    done_message = _("It is tried again.")
    question = _("The job is opened again with its key: whoever heard it before recognises it.")

    def get_queryset(self):
        return BackgroundJob.objects.visible_to(self.request.user)

    def run(self, form):
        retry_job(job_id=self.object.pk, actor=self.request.user)


class JobWithdraw(ActionView):
    title = _("Withdraw")
    submit_label = _("Withdraw")
    style = "danger"
    done_message = _("Withdrawn.")
    question = _("What has not been made by now will not be made. What has gone out already stays out.")

    def get_queryset(self):
        return BackgroundJob.objects.visible_to(self.request.user)

    def is_allowed(self):
        return may_withdraw(self.object, self.request.user)

    def run(self, form):
        withdraw_job(job_id=self.object.pk, actor=self.request.user)


@login_required
@require_GET
def job_file(request, pk):
    """The file, once more as often as wanted while it is kept."""
    file = file_of(job_id=pk, actor=request.user)
    answer = HttpResponse(bytes(file.content), content_type=file.media_type)
    answer.headers["Content-Disposition"] = content_disposition_header(True, file.name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
