"""The inbox's boxes: which items stand in them, in what order, under which headings, and how many."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cached_property

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock
from core.generic import keyset
from core.models import Role, User
from workflows.models import ProcessDefinition, WorkItem
from workflows.models.work_item import NEVER_DUE, VIEW_CASES
from workflows.selectors import COUNT_CAP, ORDERS, count_capped
from workflows.selectors import inbox as items_of

PAGE = 40
OPEN_ORDER = ORDERS["mine"]


@dataclass(frozen=True)
class Box:
    """A tab of the inbox, as ``workflows.selectors.inbox`` knows it, with its words."""

    code: str
    label: str | Promise
    counted: bool = False
    empty_title: str | Promise = ""
    empty_text: str | Promise = ""


MINE = Box(
    "mine",
    pgettext_lazy("inbox", "To do"),
    counted=True,
    empty_title=_("Nothing to do"),
    empty_text=_("Everything is done. New tasks appear here by themselves."),
)
QUEUE = Box(
    "queue",
    pgettext_lazy("inbox", "To claim"),
    counted=True,
    empty_title=_("Nothing to claim"),
    empty_text=_("Tasks of your role that nobody has taken yet stand here."),
)
SNOOZED = Box(
    "snoozed",
    pgettext_lazy("inbox", "Put off"),
    empty_title=_("Nothing put off"),
    empty_text=_("What you put off until later waits here and comes back by itself."),
)
DONE = Box(
    "done",
    pgettext_lazy("inbox", "Done"),
    empty_title=_("Nothing done yet"),
    empty_text=_("What you have finished can be looked up here."),
)
STARTED = Box(
    "started",
    pgettext_lazy("inbox", "Started by me"),
    empty_title=_("Nothing under way"),
    empty_text=_("Where your own matters stand, and with whom, is shown here."),
)
ALL = Box(
    "all",
    pgettext_lazy("inbox", "All"),
    empty_title=_("Nothing open"),
    empty_text=_("Every open task that you may see stands here."),
)
BOXES = {box.code: box for box in (MINE, QUEUE, SNOOZED, DONE, STARTED, ALL)}


def boxes_of(user: User) -> list[Box]:
    """The tabs a person sees; all open items only with the right to see cases."""
    return [box for box in BOXES.values() if box is not ALL or user.may(VIEW_CASES)]


def count(user: User, box: Box) -> int:
    """How many stand in a box, capped."""
    return count_mine(user) if box is MINE else count_capped(items_of(user, box=box.code))


def count_mine(user: User) -> int:
    """For the navigation, the tab and the title alike: asked once a request."""
    known: int | None = getattr(user, "_inbox_count", None)
    if known is None:
        known = count_capped(items_of(user, box="mine"))
        user._inbox_count = known
    return known


@dataclass
class Group:
    """Items under one heading."""

    code: str
    label: str | Promise
    items: list[WorkItem] = field(default_factory=list)
    count: int | None = None
    # The heading stood on an earlier page already.
    goes_on: bool = False


OVERDUE, DUE_TODAY, DONE_TODAY = "overdue", "today", "done_today"
WHEN = {OVERDUE: _("Overdue"), DUE_TODAY: _("Due today"), DONE_TODAY: _("Done today")}


@dataclass(frozen=True)
class Asked:
    """What the address asks of the list."""

    box: Box
    text: str = ""
    process: str = ""
    after: str = ""
    # The last heading of the page before, so that it is not repeated.
    group: str = ""
    # Where a figure or a report led here: overdue, due until tonight, done today; whose; which role's queue.
    when: str = ""
    person: str = ""
    queue: str = ""

    @classmethod
    def of(cls, user: User, query) -> "Asked":
        box = BOXES.get(query.get("box", ""), MINE)
        if box not in boxes_of(user):
            box = MINE
        return cls(
            box=box,
            text=query.get("q", "").strip()[:100],
            process=query.get("process", "")[:80],
            after=query.get("after", ""),
            group=query.get("group", ""),
            when=when if (when := query.get("when", "")) in WHEN else "",
            person=person if (person := query.get("person", "")).isdecimal() and len(person) < 19 else "",
            queue=query.get("queue", "")[:30],
        )

    @property
    def words(self) -> dict[str, str]:
        """The same question as the parameters of an address, without its page."""
        return {
            "box": self.box.code,
            "q": self.text,
            "process": self.process,
            "when": self.when,
            "person": self.person,
            "queue": self.queue,
        }

    @property
    def query(self) -> str:
        """The same as the end of an address."""
        return urlencode({name: value for name, value in self.words.items() if value})

    @property
    def is_filtered(self) -> bool:
        return bool(self.text or self.process or self.narrowed)

    @property
    def narrowed(self) -> list[tuple[str, str]]:
        """(parameter, words) of what the list is narrowed to by whoever led here."""
        found = []
        if self.when:
            found.append(("when", str(WHEN[self.when])))
        if self.person:
            person = User.objects.filter(pk=self.person).first()
            found.append(("person", person.name if person else self.person))
        if self.queue:
            role = Role.objects.filter(code=self.queue).first()
            found.append(("queue", str(role or self.queue)))
        return found

    def rows(self, user: User) -> QuerySet[WorkItem]:
        """Everything that was asked for."""
        now, today = clock.now(), clock.today()
        midnight = datetime.combine(today, time.min, clock.COMPANY_ZONE)
        rows = items_of(
            user,
            box=self.box.code,
            q=self.text,
            definition=self.process,
            overdue=self.when == OVERDUE,
            due_before=midnight + timedelta(days=1) if self.when == DUE_TODAY else None,
            done_since=midnight if self.when == DONE_TODAY else None,
            assignee=int(self.person) if self.person else None,
            queue=self.queue,
        )
        return rows.filter(sort_at__gte=now) if self.when == DUE_TODAY else rows


class ItemList:
    """One page of a box, grouped."""

    def __init__(self, user: User, asked: Asked) -> None:
        self.user = user
        self.asked = asked

    @cached_property
    def found(self) -> QuerySet[WorkItem]:
        return self.asked.rows(self.user)

    @cached_property
    def page(self) -> keyset.Slice:
        rows = self.found.select_related("definition", "assignee", "on_behalf_of", "instance").defer(
            "instance__state"
        )
        return keyset.take(rows, ORDERS[self.asked.box.code], after=self.asked.after, size=PAGE)

    @property
    def after(self) -> str:
        return self.page.after

    @cached_property
    def groups(self) -> list[Group]:
        groups: list[Group] = []
        for item in self.page.rows:
            code = self._group_of(item)
            if not groups or groups[-1].code != code:
                groups.append(Group(code, GROUP_LABELS[code], goes_on=code == self.asked.group))
            groups[-1].items.append(item)
        counts = self._counts() if self.asked.box not in (DONE, SNOOZED) and not self.asked.after else {}
        for group in groups:
            group.count = counts.get(group.code)
        return groups

    def _group_of(self, item: WorkItem) -> str:
        if self.asked.box is DONE:
            return done_group(item)
        return due_group(item.wakes_at if self.asked.box is SNOOZED else item.sort_at)

    def _counts(self) -> dict[str, int]:
        """How many stand under each heading, in one statement; nothing where there are too many to count."""
        first = self.found.order_by(*OPEN_ORDER).values("sort_at")[: COUNT_CAP + 1]
        filters = {code: Count("sort_at", filter=condition) for code, condition in _ranges().items()}
        counted = first.aggregate(total=Count("sort_at"), **filters)
        return counted if counted.pop("total") <= COUNT_CAP else {}

    @property
    def is_empty(self) -> bool:
        return not self.page.rows

    @cached_property
    def is_all_put_off(self) -> bool:
        """Nothing to do now, but not because everything is done."""
        return self.asked.box is MINE and self.is_empty and items_of(self.user, box=SNOOZED.code).exists()

    @property
    def empty_title(self) -> str | Promise:
        return _("Nothing to do now") if self.is_all_put_off else self.asked.box.empty_title

    @property
    def empty_text(self) -> str | Promise:
        if self.is_all_put_off:
            return _("What you put off stands under “Put off” and comes back by itself.")
        return self.asked.box.empty_text

    @property
    def last_group(self) -> str:
        return self.groups[-1].code if self.groups else ""

    def next_after(self, item: WorkItem) -> WorkItem | None:
        """The item to go on with when this one is done: the one below it, else the first."""
        others = self.found.exclude(pk=item.pk).order_by(*OPEN_ORDER)
        below = others.filter(Q(sort_at__gt=item.sort_at) | Q(sort_at=item.sort_at, pk__gt=item.pk))
        return below.first() or others.first()


# Headings -----------------------------------------------------------------------------------------

LATE, TODAY, WEEK, LATER, NEVER, EARLIER = "late", "today", "week", "later", "never", "earlier"
GROUP_LABELS = {
    LATE: _("Overdue"),
    TODAY: _("Today"),
    WEEK: _("This week"),
    LATER: _("Later"),
    NEVER: _("No due date"),
    EARLIER: _("Earlier"),
}


def _midnights() -> tuple[datetime, datetime]:
    """The end of today and the end of this week (Sunday), where the company is."""
    today = clock.today()
    tomorrow = datetime.combine(today + timedelta(days=1), time.min, clock.COMPANY_ZONE)
    return tomorrow, tomorrow + timedelta(days=6 - today.weekday())


def _ranges() -> dict[str, Q]:
    end_of_day, end_of_week = _midnights()
    now = clock.now()
    return {
        LATE: Q(sort_at__lt=now),
        TODAY: Q(sort_at__gte=now, sort_at__lt=end_of_day),
        WEEK: Q(sort_at__gte=end_of_day, sort_at__lt=end_of_week),
        LATER: Q(sort_at__gte=end_of_week, sort_at__lt=NEVER_DUE),
        NEVER: Q(sort_at=NEVER_DUE),
    }


def due_group(sort_at: datetime) -> str:
    end_of_day, end_of_week = _midnights()
    if sort_at >= NEVER_DUE:
        return NEVER
    if sort_at < clock.now():
        return LATE
    if sort_at < end_of_day:
        return TODAY
    return WEEK if sort_at < end_of_week else LATER


def done_group(item: WorkItem) -> str:
    end_of_day, end_of_week = _midnights()
    if item.completed_at >= end_of_day - timedelta(days=1):
        return TODAY
    return WEEK if item.completed_at >= end_of_week - timedelta(days=7) else EARLIER


def processes_for_filter() -> list[ProcessDefinition]:
    """The flows to filter by: those with a published version."""
    return list(
        ProcessDefinition.objects.filter(current_version__isnull=False).only("key", "name_zh", "name_en")
    )
