"""Write down what happens in a step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.actors import Actor, SystemActor
from workflows.models import HistoryEvent, ProcessInstance, WorkItem

if TYPE_CHECKING:
    from workflows.engine import Part, StepEvent

Kind = HistoryEvent.Kind
LONGEST_ITEM, LONGEST_PART = 40, 120


class Historian:
    """The events of one step, numbered on from the last one of the case."""

    def __init__(self, instance: ProcessInstance, *, actor: Actor, now: datetime) -> None:
        self.instance = instance
        self.actor = actor
        self.now = now
        self.events: list[HistoryEvent] = []

    def deed(
        self,
        kind: str,
        *,
        element: str = "",
        outcome: str = "",
        comment: str = "",
        data: Mapping[str, Any] | None = None,
        on_behalf_of: int | None = None,
    ) -> HistoryEvent:
        """Something the actor of the step did, perhaps for somebody who is away."""
        return self._add(
            kind,
            self.actor,
            element=element,
            outcome=outcome,
            comment=comment,
            data=data,
            on_behalf_of_id=on_behalf_of,
        )

    def automatic(self, kind: str, *, element: str, data: Mapping[str, Any] | None = None) -> HistoryEvent:
        """Something the case did by itself; the label names the step."""
        system = SystemActor(f"{self.instance.definition.key}:{element}".rstrip(":")[:120])
        return self._add(kind, system, element=element, data=data)

    def follow(self, events: Iterable[StepEvent], *, done: HistoryEvent | None = None) -> None:
        """Take over what the engine reports: one row for each element that was passed or failed.

        The flows that were taken and the values that were read belong to the element they leave. ``done`` is
        the row of what a person has just done; the engine's report of that step adds its flows to it.
        """
        rows: dict[str | None, HistoryEvent] = {}
        for event in events:
            if event.element is None:
                if event.kind == "ended":
                    self.automatic(Kind.ENDED, element="")
                continue
            element, row = event.path, rows.get(event.token)
            if event.kind == "completed":
                row = done if done is not None and done.element == element else None
                done = None
                row = rows[event.token] = row or self.automatic(Kind.COMPLETED, element=element)
            elif event.kind == "failed":
                row = self.automatic(Kind.FAILED, element=element, data=dict(event.detail))
            elif event.kind == "thrown":
                # The step that sends it is told by this; what it has passed follows in a row of its own.
                self.automatic(Kind.SENT, element=element, data={"name": event.detail["name"]})
            if row is not None:
                _enrich(row, event)

    def _add(self, kind: str, actor: Actor, **values: Any) -> HistoryEvent:
        self.instance.last_event += 1
        event = HistoryEvent(
            instance=self.instance,
            seq=self.instance.last_event,
            kind=kind,
            actor_id=actor.pk,
            actor_label=actor.display_name,
            at=self.now,
            **{name: value for name, value in values.items() if value},
        )
        self.events.append(event)
        return event


def part_data(parts: Sequence[Part]) -> dict[str, Any]:
    """Which of several elements like it: for programs and for people."""
    if not parts:
        return {}
    return {"indices": [part.index for part in parts], "part": describe_parts(parts)}


def part_of(item: WorkItem) -> dict[str, Any]:
    """The same of a work item, for what people do with it."""
    return {"indices": item.indices, "part": item.part} if item.indices else {}


def describe_parts(parts: Sequence[Part], *, known_by: str | None = None) -> str:
    """ "2/3", with what the element is about where that is a word or a number and not ``known_by`` already."""
    texts = []
    for part in parts:
        about = f" · {part.item}"[:LONGEST_ITEM] if _is_plain(part.item) and part.item != known_by else ""
        texts.append(f"{part.index + 1}/{part.total}{about}")
    return ", ".join(texts)[:LONGEST_PART]


def plain_items(parts: Sequence[Part]) -> list[str]:
    """The words and numbers that the elements are about: the inbox finds their work by them."""
    return [str(part.item)[:LONGEST_ITEM] for part in parts if _is_plain(part.item)]


def _is_plain(item: Any) -> bool:
    return isinstance(item, (str, int)) and not isinstance(item, bool) and item != ""


def _enrich(row: HistoryEvent, event: StepEvent) -> None:
    if event.is_whole:
        row.data["is_whole"] = True
    for name, value in part_data(event.parts).items():
        row.data.setdefault(name, value)  # a person's deed says it already, as their list did
    if "table" in event.detail:
        row.data.update(table=event.detail["table"], rules=event.detail["rules"])
    if event.flow:
        row.data.setdefault("flows", []).append(event.flow)
    if event.reads:
        row.data.setdefault("reads", {}).update(event.reads)
