"""How lines of the log look: JSON for machines in production, one readable line elsewhere.

Knows no settings, so that gunicorn can use it before Django is there. Fields are listed in docs/operations.md.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

from core import log_context

ACCESS = "xiaoliu.access"
# Whatever a caller sends, a line stays a line of bearable length.
LONGEST_MESSAGE = 8000
LONGEST_TRACE = 20_000

# JSON escapes the others; some collectors take these for the end of a line too.
_NO_NEW_LINES = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}
# What every record has; anything else somebody has said about it with ``extra``.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "about",
    "request",
    "taskName",
}
# Extras that hold objects of libraries or repeat what the access line says.
_NOT_TOLD = frozenset({"server_time", "exc", "data", "stack"})


class AboutFilter(logging.Filter):
    """Writes down what the record is about at the moment it is made, by the thread that made it."""

    def filter(self, record: logging.LogRecord) -> bool:
        about = dict(log_context.current())
        # Django tells of an answer after the middleware is done; the request still knows its number.
        number = getattr(getattr(record, "request", None), "log_id", "")
        if number:
            about.setdefault("request_id", number)
        record.about = about
        return True


def _about(record: logging.LogRecord) -> dict[str, Any]:
    found: dict[str, Any] = getattr(record, "about", {})
    extra = {
        name: value
        for name, value in vars(record).items()
        if name not in _STANDARD and name not in _NOT_TOLD and not name.startswith("_")
    }
    return {**found, **extra}


class JsonLines(logging.Formatter):
    """One JSON object to a line: time (UTC), level, logger, message, then what it is about."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage()[:LONGEST_MESSAGE],
            "process": record.process,
            **_about(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)[-LONGEST_TRACE:]
        if record.stack_info:
            line["stack"] = record.stack_info[-LONGEST_TRACE:]
        return json.dumps(line, ensure_ascii=False, default=str).translate(_NO_NEW_LINES)


class PlainLines(logging.Formatter):
    """For people at a terminal: the message, then what it is about as name=value."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the library's name
        about = " ".join(f"{name}={value}" for name, value in _about(record).items() if value not in ("", []))
        return super().formatMessage(record) + (f" [{about}]" if about else "")


def configuration(*, style: str, level: str, access: bool) -> dict[str, Any]:
    """For ``logging.config.dictConfig``: everything goes to standard error, where the machine collects it."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"about": {"()": AboutFilter}},
        "formatters": {"json": {"()": JsonLines}, "text": {"()": PlainLines}},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": style, "filters": ["about"]},
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            ACCESS: {"level": "INFO" if access else "WARNING"},
            # The access line tells what was refused; Django need not tell it again, least of all as an error
            # whenever somebody tries the address of the machine.
            **({"django.request": {"level": "ERROR"}} if access else {}),
            **({"django.security.DisallowedHost": {"level": "CRITICAL"}} if access else {}),
            "fontTools": {"level": "ERROR"},
            "weasyprint": {"level": "ERROR"},
        },
    }
