"""Why a case waits, and what comes next, in words: for each open place the ways on from there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from workflows.definitions import definition_of
from workflows.engine import Definition, Element, Waiting
from workflows.engine.foresight import Assumption, Foreseen, Way
from workflows.models import ProcessInstance
from workflows.process_pages.reading import Read
from workflows.process_pages.sections import Sections
from workflows.services.prospects import Prospect, prospects_of
from workflows.templatetags.process_ui import OUTCOME_COLOURS
from workflows.views.guide import tongue_of_reader
from workflows.views.words import Labels, listed

# So many ways stand open; more behind a click.
GLANCE = 4
EVENTS = ("timer", "message", "signal", "condition")


@dataclass(frozen=True)
class Next:
    """One way on: under which condition ("" for always), and where it leads."""

    condition: str
    leads_to: list[str]


@dataclass(frozen=True)
class Deed:
    """What may happen at an open place, and the ways on behind it."""

    label: str
    colour: str
    ways: list[Next]
    is_whole: bool = True

    @property
    def is_long(self) -> bool:
        """More than one reads at a glance."""
        return len(self.ways) > GLANCE


@dataclass(frozen=True)
class Joining:
    """A place where branches meet, and what it still waits for."""

    name: str
    missing: str


@dataclass
class Ahead:
    """What comes next in a case. ``deeds`` are by the token of the open place."""

    deeds: dict[str, list[Deed]] = field(default_factory=dict)
    joins: list[Joining] = field(default_factory=list)
    left_out: int = 0


def ahead_of(case: ProcessInstance, labels: Labels, roles: dict[str, tuple[str, str]]) -> Ahead:
    """For whoever may see the case."""
    found = prospects_of(case)
    words = Words(definition_of(case.version_id), labels, roles)
    return Ahead(
        {one.waiting.token: words.deeds(one) for one in found.places},
        [Joining(words.name(one.path), words.missing(found.places)) for one in found.joins],
        found.left_out,
    )


class Words:
    """Names of places and conditions of one case's diagram, in the reader's language."""

    def __init__(self, definition: Definition, labels: Labels, roles: dict[str, tuple[str, str]]) -> None:
        self.definition, self.labels, self.roles = definition, labels, roles

    @cached_property
    def sections(self) -> Sections:
        return Sections(Read(self.definition, None, roles=self.roles), tongue_of_reader(), {})

    def deeds(self, prospect: Prospect) -> list[Deed]:
        waiting = prospect.waiting
        return [
            Deed(
                self._label(waiting, code),
                OUTCOME_COLOURS.get(code, ""),
                list(self._ways(known)),
                known.is_whole,
            )
            for code, known in prospect.ways.items()
        ]

    def onward(self, known: Foreseen) -> list[Next]:
        """The ways on, without what has to happen first."""
        return list(self._ways(known))

    def _label(self, waiting: Waiting, code: str) -> str:
        """What has to happen: a decision, or that it is done, comes, is answered."""
        if code:
            return self.labels.outcome(self.definition, waiting.path, code)
        return {
            "timer": _("At that time"),
            "job": _("Once it has answered"),
            "incident": _("Once it works"),
            "condition": _("Once it holds"),
            "work_item": pgettext("what comes next", "Once done"),
        }.get(waiting.kind, _("Once it comes"))

    def _ways(self, known: Foreseen) -> Iterator[Next]:
        is_one = known.is_certain
        for way in known.ways:
            yield Next("" if is_one else self._condition(way), self._targets(way))

    # Where it leads ---------------------------------------------------------------------------------

    def _targets(self, way: Way) -> list[str]:
        found = list(dict.fromkeys(map(self._place, way.next)))
        if way.ends:
            found.append(self._end(way))
        if way.joins and not way.next:
            names = listed(self.name(one.path) for one in way.joins)
            found.append(_("waits for the other branches at %(name)s") % {"name": names})
        return found or [_("goes on when the other open steps are done")]

    def _place(self, waiting: Waiting) -> str:
        element, drawn = waiting.element, self._drawn(waiting.path)
        name = self.name(waiting.path)
        if waiting.kind == "incident":
            return _("held by a failure at %(name)s") % {"name": name}
        if waiting.kind in EVENTS and element.event is not None:
            # The guide writes codes between signs of its own.
            what = drawn.sections.happens(element).replace("`", "")
            return f"{name}: {what}" if drawn.has_name(element) else what
        who = drawn.sections.who(element).split("\n")[0] if element.is_manual else ""
        return _("%(step)s (%(who)s)") % {"step": name, "who": who} if who and who != "—" else name

    def _end(self, way: Way) -> str:
        """The case is over, and by which end."""
        ends = [
            self.name(path)
            for path in way.passed
            if (one := self.definition.find(path)) is not None
            and one.kind == "end_event"
            and (one.name or one.labels)
            and "/" not in path
        ]
        return _("the case ends: %(name)s") % {"name": ends[-1]} if ends else _("the case ends")

    def missing(self, places: list[Prospect]) -> str:
        """The steps that are still open, by name."""
        open_ones = (one.waiting for one in places if not one.waiting.element.host)
        return listed(dict.fromkeys(self.name(one.path) for one in open_ones))

    # Under which condition ----------------------------------------------------------------------------

    def _condition(self, way: Way) -> str:
        return listed(filter(None, map(self._assumed, way.assumes))) or pgettext("condition", "otherwise")

    def _assumed(self, one: Assumption) -> str:
        match one.question:
            case "way":
                return listed(self._flow(one.path, flow) for flow in one.flows)
            case "error" if one.is_so:
                names = {"step": self.name(one.path), "code": one.code or ""}
                return (
                    _("“%(step)s” ends with the error %(code)s") % names
                    if one.code
                    else (_("“%(step)s” ends with an error") % names)
                )
            case "again" if one.is_so:
                return _("“%(step)s” is repeated") % {"step": self.name(one.path)}
            case "enough" if one.is_so:
                return _("enough of “%(step)s” is done") % {"step": self.name(one.path)}
            case "items" if not one.is_so:
                return _("nothing is to be done at “%(step)s”") % {"step": self.name(one.path)}
            case "holds" if one.is_so:
                return _("the condition of “%(step)s” holds") % {"step": self.name(one.path)}
        return ""

    def _flow(self, gateway: str, flow_id: str) -> str:
        drawn = self._drawn(gateway)
        flow = drawn.definition.flows[flow_id]
        if label := flow.label(self.labels.language):
            return label
        if flow.condition is not None:
            return drawn.sections.conditions.condition(flow.condition).replace("`", "")
        return pgettext("condition", "otherwise")

    # Names ------------------------------------------------------------------------------------------

    def name(self, path: str) -> str:
        """A step's own name; for an event or gateway without one, that of its step or its kind."""
        element = self.definition.find(path)
        if element is None:
            return path
        if self.has_name(element):
            return element.label(self.labels.language)
        if element.host is not None:
            call, slash, _inner = path.rpartition("/")
            return self.name(f"{call}{slash}{element.host}")
        if element.kind.endswith("gateway"):
            return _("the meeting of the branches")
        return element.id

    def has_name(self, element: Element) -> bool:
        return bool(element.name or element.labels)

    def _drawn(self, path: str) -> Words:
        """The words of the diagram in which an element is drawn: of a called process its own."""
        call, slash, inner = path.partition("/")
        called = self.definition.calls.get(call) if slash else None
        if called is None:
            return self
        return Words(called, self.labels, self.roles)._drawn(inner)
