"""Messages: what became of each, and which names there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    OuterRef,
    Prefetch,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from core import clock
from workflows import registry
from workflows.definitions import definition_of
from workflows.engine import Definition
from workflows.engine.messages import message as engine_text
from workflows.models import Delivery, Message, MessageGrant, ProcessDefinition

# A signal may have gone to hundreds.
RECEIVERS_SHOWN = 20
THROWS = ("throw_event", "end_event", "send_task")


class State(TextChoices):
    """What became of a message, from all its deliveries."""

    ON_ITS_WAY = "on_its_way", _lazy("On its way")
    DELIVERED = "delivered", _lazy("Delivered")
    REFUSED = "refused", _lazy("Refused")
    KEPT = "kept", pgettext_lazy("message", "Waiting")
    EXPIRED = "expired", _lazy("Expired")


def messages(*, name: str = "", state: str = "", kind: str = "") -> QuerySet[Message]:
    """Every message, newest first, with its ``state``, the number of its ``receivers``, and the first of them as
    ``went``. For administrators."""
    rows = Message.objects.annotate(state=_state(), receivers=_receivers()).select_related("sender")
    for field_name, value in (("name", name), ("state", state), ("kind", kind)):
        if value:
            rows = rows.filter(**{field_name: value})
    went = Delivery.objects.select_related("definition", "instance", "subscription__instance").defer(
        "instance__state", "subscription__instance__state"
    )
    first = Prefetch("deliveries", went.order_by("pk")[:RECEIVERS_SHOWN], to_attr="went")
    return rows.prefetch_related(first).order_by("-pk")


def _state() -> Case:
    def has(status: str) -> Exists:
        return Exists(Delivery.objects.filter(message=OuterRef("pk"), status=status))

    return Case(
        When(has(Delivery.Status.OPEN), then=Value(State.ON_ITS_WAY)),
        When(has(Delivery.Status.DONE), then=Value(State.DELIVERED)),
        When(has(Delivery.Status.REFUSED), then=Value(State.REFUSED)),
        When(kind=Message.Kind.MESSAGE, expires_at__gt=clock.now(), then=Value(State.KEPT)),
        default=Value(State.EXPIRED),
        output_field=CharField(),
    )


def _receivers() -> Coalesce:
    of_message = Delivery.objects.filter(message=OuterRef("pk")).order_by().values("message")
    return Coalesce(Subquery(of_message.annotate(found=Count("pk")).values("found")), 0)


def refusal_text(delivery: Delivery) -> str:
    """Why a case or a process said no, in the reader's language."""
    refusal, language = delivery.refusal, get_language() or "zh-hans"
    if fields := refusal.get("fields"):
        told = (f"{name}: {engine_text(code, language, params)}" for name, (code, params) in fields.items())
        return " ".join(told)
    known = {
        "already_running": _("A case about this is running already."),
        "subject_needed": _("It is not about the kind of business row that the process is about."),
        "subject_gone": _("Its business row is gone, or its sender does not see it any more."),
    }
    code = refusal.get("code", "")
    return known.get(code) or str(refusal.get("text") or code)


# Names ------------------------------------------------------------------------------------------


@dataclass
class MessageName:
    """A name under which something is told, and who tells and hears it."""

    name: str
    kind: str
    # Declared by the program, with words for people.
    declared: registry.DomainEvent | None = None
    told_by: list[ProcessDefinition] = field(default_factory=list)
    heard_by: list[ProcessDefinition] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        return self.declared.title if self.declared is not None else ""


def message_names() -> list[MessageName]:
    """Every name of the program, of the current versions and of grants, in order."""
    found: dict[tuple[str, str], MessageName] = {}

    def of(name: str, kind: str) -> MessageName:
        return found.setdefault((name, kind), MessageName(name, kind, registry.events().get(name)))

    for one in registry.events().values():
        of(one.name, one.signature.kind)
    for definition in ProcessDefinition.objects.filter(current_version__isnull=False).order_by("key"):
        for name, kind, tells in _told_and_heard(definition_of(definition.current_version_id or 0)):
            known = of(name, kind)
            people = known.told_by if tells else known.heard_by
            if definition not in people:
                people.append(definition)
    for name, role in MessageGrant.objects.values_list("name", "role"):
        kinds = [kind for known, kind in found if known == name] or ["message"]
        for kind in kinds:
            of(name, kind).roles.append(role)
    return [found[key] for key in sorted(found)]


def _told_and_heard(definition: Definition) -> Iterator[tuple[str, str, bool]]:
    """(name, kind, whether it is told) of every message and signal of a diagram and of those it calls."""
    for element in definition.elements.values():
        event = element.event
        if event is not None and event.kind in ("message", "signal") and event.ref:
            yield event.ref, event.kind, element.kind in THROWS
    for called in definition.calls.values():
        yield from _told_and_heard(called)
