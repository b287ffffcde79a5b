"""Traces for OpenTelemetry, off unless OTEL_EXPORTER_OTLP_ENDPOINT names a collector.

Requests, background tasks and SQL are traced by OpenTelemetry's own instrumentations, cases, jobs and calls outside by
``core.tracing``. The other settings are OpenTelemetry's own: OTEL_SERVICE_NAME, OTEL_EXPORTER_OTLP_HEADERS,
OTEL_TRACES_SAMPLER and so on.
"""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings

from config.request_log import safe_path
from core import tracing

# What machines ask every few seconds would bury what people do.
UNTOLD = "health/,metrics,static/"
# Where requests stand with everything that somebody typed behind the question mark.
_ADDRESSES = ("http.url", "http.target", "url.full", "url.path", "url.query")

_set_up: tuple[Any, list[Any]] | None = None


def set_up() -> bool:
    """Begin to send traces if a collector is named; False if not, and no instrumentation is loaded."""
    global _set_up
    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT or _set_up is not None:
        return False
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.celery import CeleryInstrumentor
    from opentelemetry.instrumentation.django import DjangoInstrumentor
    from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    name = os.environ.get("OTEL_SERVICE_NAME", "xiaoliu")
    provider = TracerProvider(resource=Resource.create({"service.name": name}), shutdown_on_exit=True)
    exporter = OTLPSpanExporter(endpoint=settings.OTEL_EXPORTER_OTLP_ENDPOINT.rstrip("/") + "/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    celery: Any = CeleryInstrumentor()  # type: ignore[no-untyped-call]
    instrumentations = [DjangoInstrumentor(), celery, PsycopgInstrumentor()]
    DjangoInstrumentor().instrument(
        tracer_provider=provider, excluded_urls=UNTOLD, response_hook=_forget_what_was_typed
    )
    celery.instrument(tracer_provider=provider)
    PsycopgInstrumentor().instrument(tracer_provider=provider, skip_dep_check=True)
    tracing.use(provider.get_tracer("xiaoliu"))
    _set_up = (provider, instrumentations)
    return True


def flush() -> None:
    """Send what is not sent yet."""
    if _set_up is not None:
        _set_up[0].force_flush()


def stop() -> None:
    """Send what is left and trace no more."""
    global _set_up
    if _set_up is None:
        return
    provider, instrumentations = _set_up
    tracing.use(None)
    for one in instrumentations:
        one.uninstrument()
    provider.shutdown()
    _set_up = None


def _forget_what_was_typed(current: Any, request: Any, response: Any) -> None:
    """Searches and filters name people and companies: of the address only the path is told, without its secrets."""
    known = getattr(current, "attributes", None) or {}
    for name in _ADDRESSES:
        if name in known:
            current.set_attribute(name, "" if name == "url.query" else safe_path(request))
