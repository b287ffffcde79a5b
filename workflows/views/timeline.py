"""The history of a case in words: who did what, what was said, what was decided by which values."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.models import User
from core.models.people import in_reader_language
from core.templatetags.ui import moment
from workflows import registry
from workflows.definitions import definition_of
from workflows.engine import Definition, Element, Failure
from workflows.engine.decisions import DecisionTable
from workflows.engine.definition import pick_label
from workflows.models import HistoryEvent, ProcessInstance, WorkItem
from workflows.notices import COPY, HANDOVER, REMIND
from workflows.selectors import places_of
from workflows.selectors.steps import STEPS
from workflows.views.decision_words import choice_in_words, column_of, result_in_words
from workflows.views.words import Labels, listed

Kind = HistoryEvent.Kind
BAD_OUTCOMES = ("reject",)
GOOD_KINDS = (Kind.COMPLETED, Kind.STARTED, Kind.ENDED, Kind.FIRED, Kind.SENT, Kind.RECEIVED)
BAD_KINDS = (Kind.FAILED, Kind.CANCELLED, Kind.UNASSIGNED, Kind.SKIPPED, Kind.ERROR_THROWN)


@dataclass
class Decision:
    """A gateway or a decision table that was passed: where it led, and the values it looked at."""

    name: str
    led_to: str
    values: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Entry:
    """One line of the history."""

    text: str
    at: datetime
    kind: str = ""
    path: str = ""
    where: str = ""  # the subprocess or called process it stands in
    mark: str = ""  # ok, no, now: the colour of its dot
    who: User | None = None
    # Who was away: "for 张三 (代理)".
    for_whom: User | None = None
    by_system: bool = False
    outcome: str = ""
    outcome_code: str = ""
    comment: str = ""
    seq: int = 0
    answers: list[tuple[str, str]] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)


class Timeline:
    """The events of one case, told in the reader's language."""

    def __init__(
        self, case: ProcessInstance, labels: Labels | None = None, *, with_causes: bool = False
    ) -> None:
        self.case = case
        # Why steps failed, as the program says it: for those who deal with failures.
        self.with_causes = with_causes
        self.labels = labels or Labels()
        self.definition: Definition = definition_of(case.version_id)
        self.kind = registry.subject_types().get(case.subject_type)
        # Whom the events name, by id.
        self.people: dict[int, User] = {}

    def entries(self) -> list[Entry]:
        """In the order in which it happened."""
        return self.told(self._events())

    def told(self, events: Iterable[HistoryEvent]) -> list[Entry]:
        """Some of the events."""
        told: list[Entry] = []
        for event in events:
            entry = self._tell(event)
            if entry is not None and not self._is_told(event, told):
                told.append(entry)
            elif event.kind == Kind.COMPLETED and told:
                told[-1].decisions += self._decisions(event)
        return told

    def _events(self) -> Iterable[HistoryEvent]:
        rows = HistoryEvent.objects.filter(instance=self.case.pk).select_related("actor", "on_behalf_of")
        events = list(rows.order_by("seq"))
        self.people = people_named_by(events)
        return events

    def _tell(self, event: HistoryEvent) -> Entry | None:
        """The event as a line, or nothing where it only explains the line before."""
        element = self.definition.find(event.element)
        if event.kind == Kind.COMPLETED and (element is None or self._only_explains(event, element)):
            return None
        entry = Entry(
            text=self._text(event, element),
            at=event.at,
            kind=event.kind,
            path=event.element,
            where=self._where(event.element),
            mark=self._mark(event),
            who=event.actor or event.on_behalf_of,
            for_whom=event.on_behalf_of if event.actor_id is not None else None,
            by_system=event.actor_id is None and event.on_behalf_of_id is None,
            comment=event.comment,
            seq=event.seq,
        )
        if self.with_causes and event.kind == Kind.FAILED and "type" in event.data:
            given = {name: event.data.get(name) for name in ("type", "text", "code", "params")}
            entry.comment = Failure(**given).message(self.labels.language)
        if event.outcome:
            entry.outcome = self.labels.outcome(self.definition, event.element, event.outcome)
            entry.outcome_code = event.outcome
        entry.answers = self.answers(event)
        if element is not None and element.decision is not None and event.kind == Kind.COMPLETED:
            entry.decisions = [self._ruling(event, element.decision)]
        return entry

    def _only_explains(self, event: HistoryEvent, element: Element) -> bool:
        """What is no step to a reader: it belongs to the line before it, or is told by what follows."""
        if element.kind not in STEPS or element.kind == "start_event":
            return True
        if event.data.get("is_whole"):
            return True  # each of its elements has told its part
        if element.kind == "end_event":
            # The end of a subprocess or a called process.
            return "/" in event.element or element.scope != self.definition.key
        return element.kind in ("boundary_event", "catch_event") and not (element.name or element.labels)

    def _is_told(self, event: HistoryEvent, told: list[Entry]) -> bool:
        """A called process is told by its steps; only one without any for people is a line itself. A step that
        sends something is told by what it has sent."""
        if event.kind != Kind.COMPLETED or event.actor_id is not None:
            return False
        if told and told[-1].path == event.element and told[-1].kind == Kind.SENT:
            return True
        return any(entry.path.startswith(f"{event.element}/") for entry in told)

    def _where(self, path: str) -> str:
        """The named subprocesses and calls around an element, outermost first."""
        names: list[str] = []
        for place in reversed(places_of(self.definition, path)[1:]):
            element = self.definition.find(place)
            if element is not None and (element.name or element.labels):
                names.append(element.label(self.labels.language))
        return " › ".join(names)

    def _text(self, event: HistoryEvent, element: Element | None) -> str:
        step = element.label(self.labels.language) if element is not None else event.element
        if event.data.get("part"):
            step = f"{step} ({event.data['part']})"
        if event.kind == Kind.FAILED and event.data.get("error"):
            return _("%(step)s ended with the error “%(code)s”") % {"step": step, "code": event.data["error"]}
        if event.kind == Kind.COMPLETED and element is not None and element.kind == "end_event":
            return _("Ended: %(step)s") % {"step": step}
        texts = {
            Kind.STARTED: pgettext("history", "Started"),
            Kind.COMPLETED: step,
            Kind.CLAIMED: _("Claimed: %(step)s") % {"step": step},
            Kind.RELEASED: _("Put back for claiming: %(step)s") % {"step": step},
            Kind.FAILED: _("Failed: %(step)s") % {"step": step},
            Kind.RETRIED: _("Tried again: %(step)s") % {"step": step},
            Kind.SKIPPED: _("Skipped without being done: %(step)s") % {"step": step},
            Kind.ERROR_THROWN: _("Let end with the error “%(code)s”: %(step)s")
            % {"step": step, "code": event.data.get("error", "")},
            Kind.EDITED: _("Changed data for: %(step)s") % {"step": step},
            Kind.MENDED: _("Made the entries of the case agree again"),
            Kind.FIRED: _("The time has come: %(step)s") % {"step": step},
            Kind.SENT: self._message(_("Sent “%(message)s”"), event, element),
            Kind.RECEIVED: self._message(_("Received “%(message)s”"), event, element),
            Kind.UNASSIGNED: _("Nobody is entitled to: %(step)s") % {"step": step},
            Kind.REASSIGNED: self._handed_on(event, step),
            Kind.REMINDED: _("Reminded %(names)s: %(step)s") % {"step": step, "names": self._told(event)},
            Kind.COPIED: self._copied(event, step),
            Kind.SNOOZED: _("Put off until %(time)s: %(step)s") % {"step": step, "time": _until(event)},
            Kind.WOKEN: _("Back among the tasks: %(step)s") % {"step": step},
            Kind.SUSPENDED: pgettext("history", "Suspended"),
            Kind.RESUMED: pgettext("history", "Resumed"),
            Kind.CANCELLED: pgettext("history", "Terminated"),
            Kind.MOVED: self._moved(event),
            Kind.ENDED: pgettext("history", "Finished"),
        }
        return texts.get(event.kind, event.get_kind_display())

    def _handed_on(self, event: HistoryEvent, step: str) -> str:
        to = self.people.get(event.data.get("to", 0))
        if to is None:
            return _("Handed on: %(step)s") % {"step": step}
        return _("Handed on to %(name)s: %(step)s") % {"step": step, "name": to.name}

    def _moved(self, event: HistoryEvent) -> str:
        """What was taken away and where it went on, by the names of the steps."""
        taken, placed = (
            listed(dict.fromkeys(self.labels.step(self.definition, one) for one in event.data.get(side, ())))
            for side in ("taken", "placed")
        )
        if not placed:
            return _("Taken away by hand: %(from)s") % {"from": taken}
        if not taken:
            return _("Begun by hand: %(to)s") % {"to": placed}
        return _("Moved by hand: %(from)s → %(to)s") % {"from": taken, "to": placed}

    def _copied(self, event: HistoryEvent, step: str) -> str:
        names = {"step": step, "names": self._told(event)}
        if event.data.get("level") == HANDOVER:
            return _("%(names)s may now give it to somebody else: %(step)s") % names
        return _("Told %(names)s that it is not done: %(step)s") % names

    def _told(self, event: HistoryEvent) -> str:
        return names_of(event, self.people)

    def _message(self, text: str, event: HistoryEvent, element: Element | None) -> str:
        """What was told, in the words of the program where it tells it, and at which step if that has a name."""
        name = event.data.get("name", "")
        declared = registry.events().get(name)
        told = text % {"message": declared.title if declared is not None else name}
        if element is None or not (element.name or element.labels):
            return told
        return f"{told} · {element.label(self.labels.language)}"

    def _mark(self, event: HistoryEvent) -> str:
        if event.kind in BAD_KINDS or event.outcome in BAD_OUTCOMES:
            return "no"
        element = self.definition.find(event.element)
        if (
            element is not None
            and element.kind == "boundary_event"
            and element.event_kind in ("error", "cancel")
        ):
            return "no"
        return "ok" if event.kind in GOOD_KINDS else ""

    # What was filled in, and what decided ----------------------------------------------------------

    def answers(self, event: HistoryEvent) -> list[tuple[str, str]]:
        """What a person filled in, by the labels of the form."""
        element = self.definition.find(event.element)
        if event.kind == Kind.EDITED:
            return self._changes(event)
        given: dict[str, Any] = event.data.get("answers", {}) if isinstance(event.data, dict) else {}
        fields = {one.id: one for one in element.form} if element is not None else {}
        told = []
        for name, value in given.items():
            known = fields.get(name)
            label = known.label(self.labels.language) if known is not None else name
            told.append((label, self.plain(value, known)))
        return told

    def _changes(self, event: HistoryEvent) -> list[tuple[str, str]]:
        """What an operator changed: from what to what."""
        asked = [field for one in self._drawn(event.element).elements.values() for field in one.form]
        fields = {one.id: one for one in (*self.definition.start_fields, *asked)}
        told = []
        for name, change in event.data.get("changes", {}).items():
            known = fields.get(name)
            label = known.label(self.labels.language) if known is not None else name
            before, after = (self.plain(change[side], known) for side in ("from", "to"))
            told.append((label, f"{before} → {after}"))
        return told

    def plain(self, value: Any, known: Any = None) -> str:
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if known is not None and known.choices:
            for code, labels in known.choices:
                if code == value:
                    return labels.get(self.labels.language) or labels.get("zh-hans") or str(value)
        if isinstance(value, list):
            return listed(self.plain(one) for one in value)
        return "—" if value in (None, "") else str(value)

    def _decisions(self, event: HistoryEvent) -> list[Decision]:
        element = self.definition.find(event.element)
        reads: dict[str, Any] = event.data.get("reads", {})
        if element is None or element.kind not in ("exclusive_gateway", "inclusive_gateway") or not reads:
            return []
        drawn = self._drawn(event.element)
        taken = [drawn.flows[one] for one in event.data.get("flows", []) if one in drawn.flows]
        led_to = listed(
            flow.label(self.labels.language) or self.labels.step(drawn, flow.target) for flow in taken
        )
        name = element.label(self.labels.language) if element.name or element.labels else ""
        return [Decision(name, led_to, [self._read(drawn, path, value) for path, value in reads.items()])]

    def _ruling(self, event: HistoryEvent, table: DecisionTable) -> Decision:
        """What a decision table decided: by which rules, and what it read."""
        language, drawn = self.labels.language, self._drawn(event.element)
        columns = {one.expression.text: pick_label(one.labels, language, one.label) for one in table.inputs}
        rules = [
            table.rules[number - 1] for number in event.data.get("rules", []) if number <= len(table.rules)
        ]
        told = [
            _("rule %(number)s: %(results)s")
            % {"number": rule.number, "results": listed(self._results(rule.results))}
            for rule in rules
        ]
        if not rules:
            results = self._results(table.default or ())
            told = [_("no rule fits: %(results)s") % {"results": listed(results) or "—"}]
        values = []
        for path, value in event.data.get("reads", {}).items():
            label, shown = self._read(drawn, path, value)
            values.append((columns.get(path) or label, shown))
        return Decision(pick_label(table.labels, language, table.name), "；".join(told), values)

    def _results(self, results: Iterable[Any]) -> list[str]:
        language = self.labels.language
        return [
            f"{pick_label(one.output.labels, language, one.output.label)}"
            f" {result_in_words(one.expression.text, language)}"
            for one in results
        ]

    def _drawn(self, path: str) -> Definition:
        """The diagram in which an element is drawn."""
        definition = self.definition
        for call in path.split("/")[:-1]:
            definition = definition.calls.get(call, definition)
        return definition

    def _read(self, drawn: Definition, path: str, value: Any) -> tuple[str, str]:
        """A value that decided, by the name people know it under."""
        first, _dot, rest = path.partition(".")
        if first == "subject" and self.kind is not None:
            _type, getter = self.kind.fields.get(rest, (None, None))
            known = self.kind.values.get(rest, {}).get(str(value))
            said = in_reader_language(*known) if known else choice_in_words(self.kind.model, getter, value)
            return self._subject_field(rest), said or self.plain(value)
        element = drawn.elements.get(first)
        if element is not None and rest == "outcome":
            step = element.label(self.labels.language)
            decided = self.labels.outcome(drawn, first, str(value))
            return _("Decision of “%(step)s”") % {"step": step}, decided
        asked = (field for one in drawn.elements.values() for field in one.form if field.id == path)
        field = next(asked, None)
        if field is not None:
            return field.label(self.labels.language), self.plain(value, field)
        return column_of(drawn, path, self.labels.language) or path, self.plain(value)

    def _subject_field(self, name: str) -> str:
        """A model's own name for its field, where the diagram reads one directly."""
        _type, getter = self.kind.fields.get(name, (None, None))
        if isinstance(getter, str) and "." not in getter:
            try:
                return str(self.kind.model._meta.get_field(getter).verbose_name)
            except FieldDoesNotExist:  # a property
                return name
        return name


def _until(event: HistoryEvent) -> str:
    """When what was put off comes back."""
    until = event.data.get("until")
    return moment(datetime.fromisoformat(until)) if until else "—"


# Whom a deadline told ---------------------------------------------------------------------------

# So many names are written out.
NAMED = 3


@dataclass
class Alert:
    """One level of a deadline that has been told: what, when, to whom."""

    label: str
    at: datetime
    people: str


def alerts_of(item: WorkItem) -> list[Alert]:
    """What an item's deadline has told people, in order."""
    rows = HistoryEvent.objects.filter(
        instance=item.instance_id,
        kind__in=(Kind.REMINDED, Kind.COPIED),
        element=item.element,
        at__gte=item.created_at,
        **({"data__indices": item.indices} if item.indices else {}),
    )
    events = list(rows.order_by("seq"))
    people = people_named_by(events)
    labels = {REMIND: _("Reminded"), COPY: _("Manager told"), HANDOVER: _("Manager may reassign")}
    return [
        Alert(labels.get(event.data.get("level", ""), ""), event.at, names_of(event, people))
        for event in events
    ]


def people_named_by(events: Iterable[HistoryEvent]) -> dict[int, User]:
    """Everybody whom these events name, asked for at once."""
    wanted: set[int] = set()
    for event in events:
        wanted.update(event.data.get("people", ())[: NAMED + 1])
        if event.kind == Kind.REASSIGNED and "to" in event.data:
            wanted.add(event.data["to"])
    return User.objects.in_bulk(wanted) if wanted else {}


def names_of(event: HistoryEvent, people: dict[int, User]) -> str:
    """李雷、韩梅, and how many more."""
    told = event.data.get("people", [])
    names = listed(people[one].name for one in told[:NAMED] if one in people)
    more = len(told) - NAMED
    return _("%(names)s and %(count)s more") % {"names": names, "count": more} if more > 0 else names


@dataclass
class Waiting:
    """A step that is open now: what, with whom, since when."""

    item: WorkItem
    who: str


def open_items(case: ProcessInstance, roles: Any) -> list[Waiting]:
    """The work items a case waits for."""
    items = WorkItem.objects.open().filter(instance=case.pk).select_related("assignee")
    return [Waiting(item, item.assignee.name if item.assignee else roles[item.role]) for item in items]
