"""What of the present state is worth an alert: the troubles of Operations, with failures cause by cause."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from django.db.models import Count, Max, Min

from workflows.models import Alert, Incident
from workflows.selectors import operations_status as state

Code = Alert.Code
# Code, and what it is about.
Key: TypeAlias = tuple[str, str]
# More new causes than this at once are one alert, and so is what joins them within JOINS.
FLOOD = 5
JOINS = timedelta(hours=1)
LONGEST_MESSAGE = 200


@dataclass(frozen=True)
class Sighting:
    """Something that is wrong now. ``at_once``: it does not go by itself, so nobody waits whether it does."""

    key: Key
    level: str
    params: Mapping[str, Any] = field(default_factory=dict)
    at_once: bool = False


@dataclass(frozen=True)
class Sight:
    """All that is wrong now. Of codes in ``unknown`` nobody can say now."""

    sightings: list[Sighting]
    unknown: frozenset[str] = frozenset()


def look(live: Mapping[Key, datetime], now: datetime) -> Sight:
    """As it is now; ``live``: the alerts that are not over, each with when it was first seen."""
    status = state.current_status()
    found = [_of(one) for one in status.troubles if one.code != state.FAILURES]
    if status.failures:
        found += _of_causes(live, now)
    return Sight(found, frozenset({Code.NOT_SEEN}) if status.programs is None else frozenset())


def _of(one: state.Trouble) -> Sighting:
    about = one.program
    if one.queue is not None:
        about = f"{one.queue.place}:{one.queue.kind}".rstrip(":")
    params: dict[str, Any] = {"count": one.count} if one.count else {}
    if one.since is not None:
        params["since"] = one.since.isoformat()
    return Sighting((one.code, about), one.level, params, at_once=one.code == state.BREACHES)


def _of_causes(live: Mapping[Key, datetime], now: datetime) -> Iterator[Sighting]:
    rows = {row["group_key"]: row for row in _groups()}
    known = [key for key in rows if (Code.CAUSE, key) in live]
    fresh = [key for key in rows if (Code.CAUSE, key) not in live]
    flood_since = live.get((Code.CAUSES, ""))
    if flood_since is None:
        joined = fresh if len(fresh) > FLOOD else []
    else:
        late = [key for key in fresh if rows[key]["first_at"] > flood_since + JOINS]
        joined = fresh if len(late) > FLOOD else [key for key in fresh if key not in late]
    own = [*known, *(key for key in fresh if key not in set(joined))]
    if joined:
        yield Sighting((Code.CAUSES, ""), state.RED, _flood(rows, joined, flood_since), at_once=True)
    newest = _newest(rows[key]["newest"] for key in own)
    for key in own:
        said = newest.get(rows[key]["newest"])
        if said is not None:
            yield Sighting(
                (Code.CAUSE, key), state.AMBER, {"count": rows[key]["count"], **said}, at_once=True
            )


def _flood(
    rows: Mapping[str, Mapping[str, Any]], keys: Collection[str], since: datetime | None
) -> dict[str, int]:
    """How many causes hold how many cases, and how many of the causes came after the flood was first seen."""
    told = {"count": len(keys), "cases": sum(rows[key]["count"] for key in keys)}
    later = sum(since is not None and rows[key]["first_at"] > since for key in keys)
    return {**told, "joined": later} if later else told


def _groups() -> Any:
    rows = Incident.objects.filter(status=Incident.Status.OPEN, kind=Incident.Kind.FAILURE).order_by()
    return rows.values("group_key").annotate(count=Count("pk"), first_at=Min("opened_at"), newest=Max("pk"))


def _newest(keys: Iterator[int] | Collection[int]) -> dict[int, dict[str, str]]:
    rows = Incident.objects.filter(pk__in=list(keys)).values_list(
        "pk", "message", "instance__definition__name_zh", "instance__definition__name_en"
    )
    return {
        pk: {"message": message[:LONGEST_MESSAGE], "process_zh": zh, "process_en": en}
        for pk, message, zh, en in rows
    }
