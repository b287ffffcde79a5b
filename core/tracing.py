"""Spans of OpenTelemetry around what the program does, and nothing at all unless ``config.tracing`` set them up.

Spans carry ids and codes, never names, texts or values: traces leave the house. A refusal is no error of the program.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied

from core.errors import ApplicationError
from core.log_context import log_context

# The tracer of this process; None while tracing is off.
_tracer: Any = None


def use(tracer: Any) -> None:
    """Begin to write spans with this tracer; None: no more."""
    global _tracer
    _tracer = tracer


@contextmanager
def span(name: str, **about: str | int | bool | None) -> Iterator[None]:
    """Around a piece of work. ``about`` is told as xiaoliu.<name>, without what is None; lines of the log written
    inside carry the number of the trace."""
    if _tracer is None:
        yield
        return
    told = {f"xiaoliu.{key}": value for key, value in about.items() if value is not None}
    with _tracer.start_as_current_span(
        name, attributes=told, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            with log_context(trace_id=f"{current.get_span_context().trace_id:032x}"):
                yield
        except (ApplicationError, PermissionDenied, ObjectDoesNotExist) as refusal:
            current.set_attribute("xiaoliu.refused", getattr(refusal, "code", type(refusal).__name__))
            raise
        except Exception as error:
            _mark_as_failed(current, error)
            raise


def hand_on(headers: MutableMapping[str, str]) -> None:
    """Name the trace to another system that is called (W3C Trace Context)."""
    if _tracer is None:
        return
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    TraceContextTextMapPropagator().inject(headers)


def _mark_as_failed(current: Any, error: Exception) -> None:
    # The kind of the error alone: its text may quote what a customer wrote.
    from opentelemetry.trace import Status, StatusCode

    current.set_attribute("error.type", type(error).__name__)
    current.set_status(Status(StatusCode.ERROR))
