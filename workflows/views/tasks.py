"""One task: looking at it, taking it, giving it back, finishing it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from core.errors import ApplicationError, Conflict
from core.generic.drafting import data_of, kept_for
from core.models import User
from core.services.drafts import discard_draft
from workflows.definitions import definition_of
from workflows.engine import Case
from workflows.models import HistoryEvent, ProcessInstance, WorkItem
from workflows.process_pages.reading import by_language
from workflows.queues import in_queues_of
from workflows.selectors import work_item_for
from workflows.services import claim_work_item, complete_work_item, release_work_item, wake_work_item
from workflows.services.handing_over import Standing, standing_of
from workflows.services.host import DomainHost
from workflows.views import boxes
from workflows.views.decision_words import column_of
from workflows.views.diagram_form import is_asked, shown_answer
from workflows.views.diagrams import Diagram
from workflows.views.inbox import list_context
from workflows.views.snooze_times import Choice, choices_for
from workflows.views.subjects import Subject
from workflows.views.task_form import TaskForm
from workflows.views.timeline import Alert, Timeline, alerts_of, open_items
from workflows.views.waits import Awaited, awaited
from workflows.views.words import Labels, Roles

TABS = ("work", "diagram", "history")
# Lines of the progress beside a task; the tab has the rest.
PROGRESS = 6


class TaskPage:
    """Everything a task's page shows, each asked for when it is shown."""

    def __init__(self, user: User, item: WorkItem, asked: boxes.Asked, tab: str) -> None:
        self.user = user
        self.item = item
        self.case = item.instance
        self.asked = asked
        self.tab = tab
        self.labels = Labels()
        self.roles = Roles()
        self.definition = definition_of(self.case.version_id)

    # Who may do what --------------------------------------------------------------------------------

    @property
    def is_mine(self) -> bool:
        return self.item.is_open and self.item.assignee_id == self.user.pk

    @cached_property
    def is_in_my_queue(self) -> bool:
        if not self.item.is_open or self.item.assignee_id is not None:
            return False
        return WorkItem.objects.filter(in_queues_of(self.user), pk=self.item.pk).exists()

    @property
    def is_suspended(self) -> bool:
        return self.case.status == ProcessInstance.Status.SUSPENDED

    @property
    def may_work(self) -> bool:
        return (self.is_mine or self.is_in_my_queue) and not self.is_suspended

    @property
    def may_release(self) -> bool:
        return self.is_mine and self.item.is_from_queue and not self.is_suspended

    @property
    def may_snooze(self) -> bool:
        return self.is_mine and not self.is_suspended

    @cached_property
    def times(self) -> list[Choice]:
        return choices_for(self.item)

    @property
    def snooze_url(self) -> str:
        return f"{reverse('workflows:work-item-snooze', args=[self.item.pk])}?{self.asked.query}"

    @cached_property
    def standing(self) -> Standing:
        return standing_of(self.user, self.item)

    @property
    def may_transfer(self) -> bool:
        return self.standing.may and not self.is_suspended

    @property
    def may_take_over(self) -> bool:
        """The deadline lets a manager give it to somebody else."""
        item = self.item
        is_late = item.handover_at is not None and item.handover_at <= clock.now()
        return self.may_transfer and is_late and self.standing is not Standing.ASSIGNEE

    @property
    def path(self) -> str:
        """Its address, under which a draft of it is kept."""
        return reverse("workflows:work-item", args=[self.item.pk])

    @property
    def transfer_url(self) -> str:
        return reverse("workflows:work-item-transfer", args=[self.item.pk])

    # What is shown ----------------------------------------------------------------------------------

    @property
    def outcome(self) -> str:
        return self.labels.outcome_of(self.item, self.case)

    @cached_property
    def role(self) -> str:
        return self.roles[self.item.role] if self.item.role else ""

    @cached_property
    def hint(self) -> str:
        """What the diagram's author wrote about the step, in the reader's language if it is written in several."""
        said = by_language(self.definition.element(self.item.element).documentation)
        return said.get(get_language() or "", "") or "\n".join(said.values())

    @cached_property
    def own_values(self) -> list[tuple[str, str]]:
        """What one of several steps like it is about, where that is a record: read from the case."""
        item = self.item
        if not item.is_open or not item.indices:
            return []
        host = DomainHost(self.case, person=self.user, now=clock.now())
        case = Case.load(self.definition, self.case.state, host)
        parts = next((one.parts for one in case.waiting() if one.token == item.token), ())
        record = next((part.item for part in reversed(parts) if isinstance(part.item, dict)), {})
        return [(self._column(name), self._plain(name, value)) for name, value in record.items()]

    def _column(self, name: str) -> str:
        """What the table of rules that the record comes from calls its column."""
        loop = self.definition.element(self.item.element).loop
        if loop is None or loop.collection is None:
            return name
        return column_of(self.definition, f"{loop.collection.text}.{name}", self.labels.language) or name

    def _plain(self, name: str, value: Any) -> str:
        """A value as the page says it; the role that the step is given by, by its name."""
        assign = self.definition.element(self.item.element).assign
        if assign is not None and assign.role_from is not None and assign.role_from.text.endswith(f".{name}"):
            return self.roles[value] if value == self.item.role else self.timeline.plain(value)
        return self.timeline.plain(value)

    @cached_property
    def subject(self) -> Subject:
        return Subject(self.case, self.labels.language)

    @cached_property
    def timeline(self) -> Timeline:
        return Timeline(self.case, self.labels)

    @cached_property
    def entries(self) -> list[Any]:
        return self.timeline.entries()

    @cached_property
    def alerts(self) -> list[Alert]:
        return alerts_of(self.item) if self.item.alerted else []

    @property
    def progress(self) -> list[Any]:
        """The last things that happened, newest first."""
        return self.entries[::-1][:PROGRESS]

    @cached_property
    def waiting(self) -> list[Any]:
        return open_items(self.case, self.roles)

    @cached_property
    def awaited(self) -> list[Awaited]:
        """The days and calls the case waits for besides; what else may come is told on the page of the case."""
        here = self.item.element
        others = [one for one in awaited(self.case) if not one.breaks_in or one.beside == here]
        return [one for one in others if one.due_at or one.is_call] if self.waiting else others

    @cached_property
    def diagram(self) -> Diagram:
        return Diagram(
            version_id=self.case.version_id,
            xml_url=reverse("workflows:case-diagram", args=[self.case.pk]),
            case=self.case,
            waiting=self.waiting,
            labels=self.labels,
        )

    @cached_property
    def _done(self) -> HistoryEvent | None:
        return HistoryEvent.objects.filter(
            instance=self.case.pk,
            kind=HistoryEvent.Kind.COMPLETED,
            element=self.item.element,
            at=self.item.completed_at,
            **({"data__indices": self.item.indices} if self.item.indices else {}),
        ).first()

    @property
    def said(self) -> str:
        """The comment with which a finished task was done."""
        return self._done.comment if self._done is not None else ""

    @property
    def filled_in(self) -> list[tuple[str, str]]:
        """What was filled in when it was done."""
        return self.timeline.answers(self._done) if self._done is not None else []

    @property
    def document(self) -> str:
        """A case is called by its document's number."""
        return self.case.business_key or str(self.case)

    @property
    def url(self) -> str:
        return f"{reverse('workflows:work-item', args=[self.item.pk])}?{self.asked.query}"

    @property
    def back_url(self) -> str:
        return f"{reverse('workflows:inbox')}?{self.asked.query}"


def deed(view: Callable[[HttpRequest, int], HttpResponse]) -> Callable[..., HttpResponse]:
    """Something done to a task, by POST only. Looking at its address shows the task and does nothing: so does
    the browser after a refusal was loaded again, and the sign-in page after the session had run out.
    """

    @wraps(view)
    def guarded(request: HttpRequest, pk: int) -> HttpResponse:
        if request.method == "POST":
            return view(request, pk)
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return redirect(reverse("workflows:work-item", args=[pk]) + query)

    return require_http_methods(["GET", "HEAD", "POST"])(login_required(guarded))


@require_safe
@login_required
def work_item(request: HttpRequest, pk: int) -> HttpResponse:
    """The task beside its list; for htmx the right-hand side, or one panel of it."""
    page = _page(request, pk)
    if request.htmx and request.GET.get("part") == "panel":
        return _vary(render(request, f"workflows/task_{page.tab}.html", {"page": page}))
    return _show(request, page)


@deed
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it from the queue; it opens as one's own."""
    page = _page(request, pk)
    try:
        claim_work_item(work_item_id=pk, actor=request.user)
    except Conflict as conflict:
        return _overtaken(request, pk, conflict)
    messages.success(request, _("Claimed. The task is yours now."))
    return redirect(f"{reverse('workflows:work-item', args=[page.item.pk])}?box=mine")


@deed
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it back to the queue it came from."""
    page = _page(request, pk)
    try:
        release_work_item(work_item_id=pk, actor=request.user)
    except Conflict as conflict:
        return _overtaken(request, pk, conflict)
    messages.success(request, _("Put back for claiming: others of your role can take it now."))
    return redirect(page.back_url)


@deed
def wake(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring back what was put off."""
    page = _page(request, pk)
    try:
        wake_work_item(work_item_id=pk, actor=request.user)
    except Conflict as conflict:
        return _overtaken(request, pk, conflict)
    messages.success(request, _("The task stands in your list again."))
    return redirect(f"{reverse('workflows:work-item', args=[page.item.pk])}?box=mine")


@deed
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    """Finish it and go on with the next one."""
    page = _page(request, pk)
    form = _build_form(page, request)
    if is_asked(request):
        if not page.may_work:
            raise PermissionDenied("This task is not for you to do.")
        return shown_answer(form.fields)
    is_valid = form.is_valid()
    # An item that is gone is left to the service, which says who was faster.
    if page.item.is_open and not is_valid:
        return _show(request, page, form=form, status=400)
    going_on = page.asked.box in (boxes.MINE, boxes.QUEUE)
    following = boxes.ItemList(request.user, page.asked).next_after(page.item) if going_on else None
    try:
        with transaction.atomic():
            complete_work_item(work_item_id=pk, actor=request.user, **form.answers())
            discard_draft(path=page.path, actor=request.user)
    except Conflict as conflict:
        return _overtaken(request, pk, conflict, form)
    except ApplicationError as refusal:
        form.show_refusal(refusal)
        return _show(request, page, form=form, status=refusal.status)
    messages.success(request, what_happens_next(page.case, page.roles))
    return redirect(_where_next(request.user, page, following))


# After the deed -----------------------------------------------------------------------------------


def what_happens_next(case: ProcessInstance, roles: Roles) -> str:
    """Submitted; and the next step and who does it."""
    case.refresh_from_db(fields=["status"])
    if case.status == ProcessInstance.Status.COMPLETED:
        return _("Submitted. The process is finished.")
    if case.status == ProcessInstance.Status.WAITING_INCIDENT:
        return _("Submitted. The next step failed; whoever looks after failures sees it.")
    waiting = open_items(case, roles)
    if not waiting:
        others = [one for one in awaited(case) if not one.breaks_in]
        if others:
            return _("Submitted. The case now waits %(what)s.") % {"what": others[0].text}
        return _("Submitted. The next step is being prepared.")
    steps = "；".join(f"{one.item.name} · {one.who}" for one in waiting[:3])
    return _("Submitted. Next step: %(steps)s") % {"steps": steps}


def _where_next(user: User, page: TaskPage, following: WorkItem | None) -> str:
    """The next step of the same matter if it is one's own, else the next task of the list, else the list."""
    own = WorkItem.objects.open().filter(instance=page.case.pk, assignee=user.pk).order_by("pk").first()
    following = own or following
    if following is None:
        return page.back_url
    return f"{reverse('workflows:work-item', args=[following.pk])}?{page.asked.query}"


# Showing ------------------------------------------------------------------------------------------


def _page(request: HttpRequest, pk: int) -> TaskPage:
    item = work_item_for(request.user, pk)
    tab = request.GET.get("tab", TABS[0])
    return TaskPage(
        request.user, item, boxes.Asked.of(request.user, request.GET), tab if tab in TABS else TABS[0]
    )


def _build_form(page: TaskPage, request: HttpRequest | None = None, *, data: Any = None) -> TaskForm:
    data, files = (request.POST, request.FILES) if request is not None else (data, None)
    return TaskForm(
        page.item, definition=page.definition, user=page.user, labels=page.labels, data=data, files=files
    )


def _show(
    request: HttpRequest, page: TaskPage, *, form: TaskForm | None = None, status: int = 200
) -> HttpResponse:
    is_fresh = form is None
    if form is None and page.may_work:
        form = _build_form(page)
    kept = None
    if form is not None:
        kept = kept_for(request, path=page.path, forms=[form.fields], offer=is_fresh)
        if is_fresh and kept is not None and kept.draft is not None and kept.is_taken:
            form = _build_form(page, data=data_of(kept.draft)).without_complaints()
    context: dict[str, Any] = {"page": page, "item": page.item, "form": form, "kept": kept}
    return _answer(request, page, context, status)


def _overtaken(
    request: HttpRequest, pk: int, conflict: Conflict, form: TaskForm | None = None
) -> HttpResponse:
    """Somebody was faster: say who and when, show what was typed, and lead on."""
    page = _page(request, pk)
    context = {"page": page, "item": page.item, "conflict": conflict, "typed": form.typed() if form else []}
    return _answer(request, page, context, conflict.status)


def _answer(request: HttpRequest, page: TaskPage, context: dict[str, Any], status: int) -> HttpResponse:
    if request.htmx:
        return _vary(render(request, "workflows/task.html", {**context, "alone": True}, status=status))
    beside = list_context(request, page.asked, with_head=True, current=page.item)
    return render(request, "workflows/inbox.html", {**beside, **context, "view": "task"}, status=status)


def _vary(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ["HX-Request"])
    return response
