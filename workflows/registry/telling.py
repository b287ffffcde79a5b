"""Events: what services tell, and what cases may wait for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from core.models.people import in_reader_language
from workflows.engine.vocabulary import EventSignature
from workflows.registry.adding import Label, add


@dataclass(frozen=True)
class DomainEvent:
    """Something that services tell with ``workflows.services.emit``, and that cases may wait for."""

    name: str
    label: Label
    # The kind of business row it is about; empty for none.
    subject: str
    signature: EventSignature

    @property
    def title(self) -> str:
        return in_reader_language(*self.label)


_events: dict[str, DomainEvent] = {}


def event(
    name: str,
    *,
    label: Label,
    subject: str = "",
    payload: Mapping[str, Any] | None = None,
    kind: Literal["message", "signal"] = "message",
) -> DomainEvent:
    """Declare the name of something that happens: ``event("payment.confirmed", subject="contracts.contract",
    payload={"amount": "decimal"}, label=("回款已确认", "Payment confirmed"))``.

    From then on the name is the program's: no diagram throws it, and what a diagram wants to hear with it
    is checked against ``payload`` when it is published."""
    found = DomainEvent(name, label, subject, EventSignature(name, kind, payload or {}))
    add(_events, name, found)
    return found


def events() -> Mapping[str, DomainEvent]:
    return _events
