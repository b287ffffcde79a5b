"""Cases that belong with a case: about the same row, begun by one another, about rows of the same customer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.db.models import Q, QuerySet

from core.actors import Actor
from core.subjects import kind_named
from workflows import registry
from workflows.models import Delivery, Message, ProcessInstance
from workflows.selectors.cases import matching, sees

# The newest of each kind; the list of cases holds the rest.
MOST = 50
# So many rows of a kind are asked for their cases.
MOST_ROWS = 200


@dataclass(frozen=True)
class Related:
    """Each list the newest first; a case stands in the first list that it fits."""

    beginners: list[ProcessInstance]
    begun: list[ProcessInstance]
    about_the_same: list[ProcessInstance]
    of_neighbours: list[ProcessInstance]

    def __bool__(self) -> bool:
        return bool(self.beginners or self.begun or self.about_the_same or self.of_neighbours)


def related_cases(actor: Actor, case: ProcessInstance, row: models.Model | None) -> Related:
    """What belongs with a case that the actor may see; of the others only those that this actor may see too.

    ``row`` is what the case is about, None where it is about nothing or the actor does not see it.
    """
    told = {case.pk}
    beginners = _seen(actor, _cases(_beginners_of(case)), told)
    begun = _seen(actor, _cases(_begun_by(case)), told)
    same = _seen(actor, _cases(matching([row])), told) if row is not None else []
    near = _seen(actor, _cases(_neighbours(actor, row)), told) if row is not None else []
    return Related(beginners, begun, same, near)


def _cases(wanted: Q) -> QuerySet[ProcessInstance]:
    rows = ProcessInstance.objects.without_state().filter(wanted)
    return rows.select_related("definition", "starter").order_by("-pk")


def _seen(actor: Actor, rows: QuerySet[ProcessInstance], told: set[int]) -> list[ProcessInstance]:
    """Of these cases the newest that may be seen, and note that they are told."""
    found = list(rows.exclude(pk__in=told)[:MOST])
    open_to_all = set(
        ProcessInstance.objects.visible_to(actor)
        .filter(pk__in=[one.pk for one in found])
        .values_list("pk", flat=True)
        if found
        else ()
    )
    known: dict[tuple[str, str], bool] = {}
    shown = []
    for one in found:
        about = (one.subject_type, one.subject_id)
        if one.pk not in open_to_all and about not in known:
            known[about] = sees(actor, *about)
        if one.pk in open_to_all or known[about]:
            shown.append(one)
    told.update(one.pk for one in shown)
    return shown


def _begun_by(case: ProcessInstance) -> Q:
    """Cases that a message of this one has started. Its messages are named by it, see ``Message.sent_by_case``."""
    mine = Message.objects.filter(uid__startswith=f"case:{case.pk}:").values("pk")
    begun = Delivery.objects.filter(message__in=mine, trigger__isnull=False, instance__isnull=False)
    return Q(pk__in=begun.values("instance"))


def _beginners_of(case: ProcessInstance) -> Q:
    began = Message.objects.filter(deliveries__instance=case.pk, deliveries__trigger__isnull=False)
    senders = [one.sent_by_case for one in began.only("uid")]
    return Q(pk__in=[one for one in senders if one is not None])


def _neighbours(actor: Actor, row: models.Model) -> Q:
    """Cases about rows of any kind that belong with the row, as their kinds say."""
    wanted = Q(pk__in=[])
    for code, known in registry.subject_types().items():
        kind = kind_named(code)
        near = known.related_to(row)
        if kind is None or near is None:
            continue
        visible: Iterable[int] = (
            kind.rows_for(actor).filter(pk__in=near.values("pk")).values_list("pk", flat=True)
        )
        keys = [str(pk) for pk in visible[:MOST_ROWS]]  # type: ignore[index]
        if keys:
            wanted |= Q(subject_type=code, subject_id__in=keys)
    return wanted
