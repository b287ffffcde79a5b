"""Which programs of the background are alive: each leaves a mark in Redis every few seconds.

A mark fades by Redis' own clock, so machines whose clocks disagree do not matter. Redis empty or away means
"not known"; nothing depends on it but what an operator reads.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings

BEAT = "beat"
# How often a program says so (seconds), and after how long without a word it counts as gone.
EVERY = 10
PATIENCE = 60
_REMEMBERED_MS = 24 * 3600 * 1000


def worker_of(queue: str) -> str:
    """The name under which whoever serves this queue is seen."""
    return f"worker:{queue}"


def here(name: str) -> str:
    """The same program on this very machine, for its healthcheck."""
    return f"{name}@{socket.gethostname()}"


def expected() -> list[str]:
    """Programs without which something is never done: beat, and somebody for each queue."""
    return [BEAT, *(worker_of(queue) for queue in settings.CELERY_TASK_QUEUES)]


def note(names: Iterable[str]) -> None:
    """They are alive now. A Redis that is away hears it next time."""
    try:
        with _client().pipeline(transaction=False) as pipe:
            for name in names:
                pipe.set(_key(name), "1", px=_REMEMBERED_MS)
                pipe.set(_key(here(name)), "1", px=_REMEMBERED_MS)
            pipe.execute()
    except redis.RedisError:
        pass


def seconds_since(names: Iterable[str]) -> dict[str, float | None]:
    """How long ago each was seen; None: not within a day. Raises RedisError when Redis is away."""
    asked = list(names)
    with _client().pipeline(transaction=False) as pipe:
        for name in asked:
            pipe.pttl(_key(name))
        left: list[int] = pipe.execute()
    return {
        name: max(0.0, (_REMEMBERED_MS - one) / 1000) if one > 0 else None
        for name, one in zip(asked, left, strict=True)
    }


def ping() -> None:
    """Raises RedisError when Redis is away."""
    _client().ping()


def _key(name: str) -> str:
    return f"xiaoliu:seen:{name}"


def _client() -> Any:
    return _client_of(settings.REDIS_URL)


@lru_cache(maxsize=4)
def _client_of(url: str) -> Any:
    return redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
