"""Everything that happened to a row, newest first: what was said, attached, changed, done, and where its
processes stand. Each app adds the sources it knows.

A page ends at a place: a moment, the rank of a source and a key. Sources are asked for what lies behind it,
so that page 40 costs what page 1 costs and nothing is told twice when rows come meanwhile.
"""

from __future__ import annotations

import base64
import heapq
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.functional import Promise

SIZE = 30


@dataclass(frozen=True)
class Place:
    """Where a page of the timeline ended."""

    at: datetime
    rank: int
    key: int

    def behind(self, rank: int, *, at: str = "at", key: str = "pk") -> Q:
        """The rows of a source that come after this place."""
        earlier = Q(**{f"{at}__lt": self.at})
        if rank > self.rank:
            return Q(**{f"{at}__lte": self.at})
        if rank == self.rank:
            return earlier | Q(**{at: self.at, f"{key}__lt": self.key})
        return earlier

    def encoded(self) -> str:
        text = json.dumps([self.at.isoformat(), self.rank, self.key])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decoded(cls, text: str) -> Place:
        """A place from an address; one that is not ours is 404."""
        try:
            at, rank, key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            moment = datetime.fromisoformat(at)
            if moment.tzinfo is None or not isinstance(rank, int) or not 0 <= int(key) < 2**63:
                raise ValueError(text)
        except (ValueError, TypeError, UnicodeError) as error:
            raise Http404("The timeline does not go on from there.") from error
        return cls(moment, rank, int(key))


@dataclass(frozen=True)
class Entry:
    """One thing that happened. ``lines`` are fields that changed: (label, before, after)."""

    at: datetime
    key: int
    icon: str
    who: str
    title: str
    text: str = ""
    url: str = ""
    lines: list[Any] = field(default_factory=list)
    mark: str = ""
    source: str = ""
    rank: int = 0


# The rows of a source about a subject that lie behind a place, newest first, at most so many.
Ask = Callable[[Any, Any, "Past"], Iterable[Entry]]


@dataclass(frozen=True)
class Past:
    """What a source is asked for."""

    rank: int
    limit: int
    place: Place | None

    def of(self, rows: QuerySet[Any], *, at: str = "at", key: str = "pk") -> list[Any]:
        """The rows of a queryset that are due, in the timeline's order."""
        if self.place is not None:
            rows = rows.filter(self.place.behind(self.rank, at=at, key=key))
        return list(rows.order_by(f"-{at}", f"-{key}")[: self.limit])


@dataclass(frozen=True)
class Source:
    """Where entries come from. ``entries(subject, reader, past)`` tells them newest first."""

    code: str
    label: str | Promise
    entries: Ask
    order: int = 50


_sources: dict[str, Source] = {}


def add_source(source: Source) -> None:
    if source.code in _sources:
        raise ValueError(f"The source {source.code} is registered twice.")
    _sources[source.code] = source


def sources() -> list[Source]:
    return sorted(_sources.values(), key=lambda one: (one.order, one.code))


@dataclass(frozen=True)
class Page:
    """A page of the timeline, and where the next one begins."""

    entries: list[Entry]
    after: str


def page(subject: Any, reader: Any, *, after: str = "", only: str = "", size: int = SIZE) -> Page:
    """The next entries of a row's timeline. The caller has shown that the row may be seen."""
    place = Place.decoded(after) if after else None
    told: list[list[Entry]] = []
    for rank, source in enumerate(sources()):
        if only and source.code != only:
            continue
        found = source.entries(subject, reader, Past(rank, size + 1, place))
        told.append([_placed(one, source, rank) for one in found])
    merged = list(heapq.merge(*told, key=lambda one: (one.at.timestamp(), -one.rank, one.key), reverse=True))
    entries = merged[:size]
    if len(merged) <= size:
        return Page(entries, "")
    last = entries[-1]
    return Page(entries, Place(last.at, last.rank, last.key).encoded())


def _placed(entry: Entry, source: Source, rank: int) -> Entry:
    return Entry(**{**vars(entry), "source": source.code, "rank": rank})
