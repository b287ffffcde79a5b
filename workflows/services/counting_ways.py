"""The way of each case that is over: which steps it has passed in which order, as its history tells it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db import connection

from workflows.models import CaseTally, HistoryEvent, PathVariant, RepeatedStep
from workflows.selectors.diagram import PASSED
from workflows.selectors.steps import is_met_by_readers
from workflows.services.counting import Window

# Of a longer way the first steps are kept.
MOST_STEPS = 300
# The ways of so many cases are in memory at once.
_ASKED = 50


@dataclass
class Way:
    """One way, as far as it has been read."""

    version_id: int
    steps: list[str] = field(default_factory=list)
    flows: dict[str, None] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        return hashlib.sha256("\n".join(self.steps).encode()).hexdigest()

    @property
    def repeated(self) -> dict[str, int]:
        return {step: times for step, times in Counter(self.steps).items() if times > 1}


def note_ways(ended: Sequence[Window]) -> None:
    """Say of each of these cases by which way it went."""
    versions = {one.instance_id: one.version_id for one in ended}
    found = dict(_ways(versions))
    fresh = {(way.version_id, way.digest): pk for pk, way in reversed(found.items())}
    known = _known(fresh)
    missing = [found[pk] for key, pk in fresh.items() if key not in known]
    if missing:
        _add(missing, fresh)
        known = _known(fresh)
    by_variant: dict[int, list[int]] = {}
    for pk, way in found.items():
        by_variant.setdefault(known[way.version_id, way.digest], []).append(pk)
    _write(by_variant)


def _ways(versions: dict[int, int]) -> Iterator[tuple[int, Way]]:
    keys = list(versions)
    for first in range(0, len(keys), _ASKED):
        rows = HistoryEvent.objects.filter(instance__in=keys[first : first + _ASKED])
        told = rows.order_by("instance_id", "seq").values_list("instance_id", "kind", "element", "data")
        for pk, events in groupby(told.iterator(), key=lambda row: row[0]):
            yield pk, _way(versions[pk], events)


def _way(version_id: int, events: Iterable[tuple[int, str, str, dict[str, Any]]]) -> Way:
    """All elements of a multi-instance are one step of the way; when the case comes to them again, they are one
    again. Rounds of a loop are steps of their own: somebody does them again."""
    way = Way(version_id)
    times: Counter[tuple[str, str]] = Counter()
    told: Counter[str] = Counter()
    for _pk, kind, path, data in events:
        call, _slash, _inner = path.rpartition("/")
        for flow in data.get("flows", ()):
            way.flows[f"{call}/{flow}" if call else flow] = None
        if kind not in PASSED or data.get("is_whole") or not is_met_by_readers(version_id, path):
            continue
        part = path, ".".join(map(str, data.get("indices", ())))
        times[part] += 1
        if times[part] > told[path]:
            told[path] += 1
            way.steps.append(path)
    return way


# Rows ---------------------------------------------------------------------------------------------

_Key = tuple[int, str]


def _known(wanted: Iterable[_Key]) -> dict[_Key, int]:
    digests = {digest for _version, digest in wanted}
    rows = PathVariant.objects.filter(
        digest__in=digests, version__in={version for version, _digest in wanted}
    )
    return {(version, digest): pk for pk, version, digest in rows.values_list("pk", "version", "digest")}


def _add(ways: Sequence[Way], examples: dict[_Key, int]) -> None:
    rows = PathVariant.objects.bulk_create(
        PathVariant(
            version_id=way.version_id,
            digest=way.digest,
            steps=way.steps[:MOST_STEPS],
            length=len(way.steps),
            flows=sorted(way.flows),
            example=examples[way.version_id, way.digest],
        )
        for way in ways
    )
    RepeatedStep.objects.bulk_create(
        RepeatedStep(variant=row, element=element, times=times)
        for row, way in zip(rows, ways, strict=True)
        for element, times in way.repeated.items()
    )


def _write(by_variant: dict[int, list[int]]) -> None:
    statement = f"""
        UPDATE {CaseTally._meta.db_table} t SET variant_id = v.variant_id
          FROM unnest(%s::bigint[], %s::bigint[]) AS v (instance_id, variant_id)
         WHERE t.instance_id = v.instance_id"""  # noqa: S608 - only names of our own
    pairs = [(pk, variant) for variant, keys in by_variant.items() for pk in keys]
    with connection.cursor() as cursor:
        cursor.execute(statement, [[pk for pk, _v in pairs], [v for _pk, v in pairs]])
