"""Figures of the background with labels: open alerts, what is due of each kind of work, when programs were seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from django.db.models import Count

from core import clock
from workflows.models import Alert
from workflows.selectors.operations_status import programs
from workflows.selectors.queue_figures import TIMERS, queues

# Name, help, and each value with its labels.
Figure: TypeAlias = tuple[str, str, Sequence[tuple[Mapping[str, str], float]]]


def labelled_figures() -> Iterator[Figure]:
    """Three statements and one question to Redis. A program not seen within a day has no line."""
    yield _alerts()
    now, waiting = clock.now(), queues()
    labels = [{"place": one.place, "kind": one.kind} for one in waiting]
    yield (
        "xiaoliu_queue_due",
        "Pieces of work whose moment has come.",
        [(label, one.due) for label, one in zip(labels, waiting, strict=True)],
    )
    ages = [(now - one.oldest).total_seconds() if one.oldest else 0 for one in waiting]
    yield (
        "xiaoliu_queue_oldest_seconds",
        "How long the oldest due piece of work has waited for somebody to take it.",
        list(zip(labels, ages, strict=True)),
    )
    late = sum(one.due for one in waiting if one.place == TIMERS)
    yield "xiaoliu_timers_late", "Timers whose moment has passed.", [({}, late)]
    yield (
        "xiaoliu_program_seen_seconds",
        "How long ago beat or a worker of a queue was heard of.",
        [({"program": one.name}, one.seen) for one in programs() or () if one.seen is not None],
    )


def _alerts() -> Figure:
    found = Alert.objects.filter(state=Alert.State.OPEN).order_by().values_list("level").annotate(Count("pk"))
    counts = dict(found)
    return (
        "xiaoliu_alerts_open",
        "Alerts that are not over.",
        [({"level": level}, counts.get(level, 0)) for level in Alert.Level.values],
    )


def lines_of(figure: Figure) -> list[str]:
    """As Prometheus reads them; the values of labels are names of the program and hold no quotes."""
    name, text, values = figure
    lines = [f"# HELP {name} {text}", f"# TYPE {name} gauge"]
    for labels, value in values:
        inner = ",".join(f'{label}="{word}"' for label, word in labels.items())
        lines.append(f"{name}{{{inner}}} {float(value):g}" if inner else f"{name} {float(value):g}")
    return lines
