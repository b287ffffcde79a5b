"""What the lines of the log are about: the request, the case, the job at work. Said once, it stands in each line.

Nothing here knows how lines look or where they go (config/logs.py does) and nothing here asks the database.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

# Names with a leading underscore are for this module; no line shows them.
_CASES, _WHO = "_cases", "_who"
# A request that moves many cases names this many of them.
MOST_CASES = 20
# What others may call a request: their ids go into our log and onto our pages.
_SANE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{7,63}")

_about: ContextVar[dict[str, Any] | None] = ContextVar("log_context", default=None)


@contextmanager
def log_context(**values: Any) -> Iterator[None]:
    """Lines written inside carry these values, on top of what they carry already."""
    token = _about.set({**(_about.get() or {}), **values})
    try:
        yield
    finally:
        _about.reset(token)


def add_to_log(**values: Any) -> None:
    """The same for the rest of the innermost ``log_context``; without one there is nobody to tell."""
    about = _about.get()
    if about is not None:
        about.update(values)


def add_case(instance_id: int) -> None:
    """This is about a case: lines say ``instance``, and the request's own line names each case it touched."""
    add_to_log(instance=instance_id)
    cases: list[int] | None = (_about.get() or {}).get(_CASES)
    if cases is not None and instance_id not in cases and len(cases) < MOST_CASES:
        cases.append(instance_id)


@contextmanager
def request_context(number: str, who: Callable[[], int | None]) -> Iterator[None]:
    """Around one request. ``who`` is asked anew for each line: nobody is known before the session is read."""
    with log_context(request_id=number, **{_CASES: [], _WHO: who}):
        yield


def cases_touched() -> list[int]:
    """Those of the request, in the order in which they were locked first."""
    return list((_about.get() or {}).get(_CASES, ()))


def current() -> Mapping[str, Any]:
    """What a line written now is about."""
    about = _about.get() or {}
    found = {name: value for name, value in about.items() if not name.startswith("_")}
    who: Callable[[], int | None] | None = about.get(_WHO)
    user = who() if who is not None else None
    return found if user is None else {**found, "user": user}


def request_id() -> str:
    """The number of the request at work, also in the tasks it started; empty where there is none."""
    return str((_about.get() or {}).get("request_id", ""))


def sane_request_id(sent: str) -> str:
    """What a proxy or caller named the request if it can be trusted with our log, else a new one."""
    return sent if _SANE_ID.fullmatch(sent) else secrets.token_hex(8)
