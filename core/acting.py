"""Who acts at this moment, told to the database with each statement that writes.

The trigger that writes the history of fields (core.tracking) reads it from the beginning of the statement
itself, where it stands as a comment. A setting of the transaction would need a statement of its own before
each write, would be undone with savepoints and would not hold outside a transaction.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse
from psycopg import sql as composing

from core import clock
from core.actors import Actor

# An actor, or a request whose person is asked for only when something is written.
_acting: ContextVar[Actor | HttpRequest | None] = ContextVar("acting", default=None)
_WRITES = ("INSERT", "UPDATE", "DELETE", "WITH ", "MERGE ", "COPY ")
# What could end the comment, or be taken for a placeholder or a separator.
_UNSPEAKABLE = re.compile(r"[^\w :.\-/]|/(?=\*)")


@contextmanager
def acting_as(actor: Actor | HttpRequest | None) -> Iterator[None]:
    """Whatever is written inside is written by this actor."""
    token = _acting.set(actor)
    try:
        yield
    finally:
        _acting.reset(token)


class ActingMiddleware:
    """The signed-in person acts; in the API, whoever the token names."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with acting_as(request):
            return self.get_response(request)


def _actor() -> Any:
    acting = _acting.get()
    if isinstance(acting, HttpRequest):
        person = getattr(acting, "user", None)
        return person if person is not None and person.is_authenticated else None
    return acting


def _comment() -> str:
    """``/*by:12;0;李雷*/``: the person's id, how many seconds the clock is ahead, and a name.

    Without an actor it says that at least the program wrote it, not somebody at the database.
    """
    actor = _actor()
    ahead = clock.ahead().total_seconds()
    name = "" if actor is None else getattr(actor, "display_name", "")
    pk = "" if actor is None or actor.pk is None else str(int(actor.pk))
    return f"/*by:{pk};{ahead:g};{_UNSPEAKABLE.sub('', name)[:120]}*/ "


def say_who(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    """Put the actor before a statement that writes."""
    if isinstance(sql, str):
        if sql[:6].upper().startswith(_WRITES) or sql.lstrip()[:6].upper().startswith(_WRITES):
            sql = _comment() + sql
    elif isinstance(sql, composing.Composable):
        sql = composing.SQL(_comment()) + sql  # type: ignore[arg-type]
    return execute(sql, params, many, context)


def install(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Once for each connection; first in the row, for whoever wraps later takes the last one away again."""
    if say_who not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, say_who)
