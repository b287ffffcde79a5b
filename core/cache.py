"""A cache that may be gone: what it held is looked up anew, and nobody sees an error for it.

Nothing in it is the only copy of anything. Limits that are counted in it do not count while it is away.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


def _or(answer: Any, method: Callable[..., Any]) -> Callable[..., Any]:
    """The method, with this answer where Redis does not give one."""

    @wraps(method)
    def forgiving(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except RedisError:
            log.warning("The cache does not answer.")
            return answer() if callable(answer) else answer

    return forgiving


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache, empty while Redis is away."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except RedisError:
            log.warning("The cache does not answer.")
            return default

    add = _or(True, RedisCache.add)
    set = _or(None, RedisCache.set)
    touch = _or(False, RedisCache.touch)
    delete = _or(False, RedisCache.delete)
    get_many = _or(dict, RedisCache.get_many)
    set_many = _or(list, RedisCache.set_many)
    delete_many = _or(None, RedisCache.delete_many)
    has_key = _or(False, RedisCache.has_key)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Raises ValueError, as for a key that is not there."""
        try:
            counted: int = super().incr(key, delta, version)
        except RedisError as error:
            raise ValueError(key) from error
        return counted

    def clear(self) -> None:
        """Forget what this cache holds, and nothing else: the queue of the background lives in the same Redis."""
        client = self._cache.get_client(write=True)
        try:
            for key in client.scan_iter(match=f"{self.key_prefix}:*", count=1_000):
                client.delete(key)
        except RedisError:
            log.warning("The cache does not answer.")
