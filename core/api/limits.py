"""Limits by Redis: failed sign-ins and writes are counted, successful sign-ins and reads are not.

Without Redis nobody is refused: a limit protects, it is not what makes the answers right.
"""

import hashlib
import logging
import time
from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from redis.exceptions import RedisError
from rest_framework.exceptions import Throttled
from rest_framework.throttling import BaseThrottle

from core.api.authentication import SAFE_METHODS

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limit:
    """So many within so many seconds, counted in fixed windows."""

    name: str
    most: int
    seconds: int

    def _key(self, who: str) -> str:
        window = int(time.time()) // self.seconds
        return f"limit:{self.name}:{hashlib.sha256(who.encode()).hexdigest()[:32]}:{window}"

    def count(self, who: str) -> int:
        """Count one more; returns how many there are now."""
        key = self._key(who)
        try:
            cache.add(key, 0, timeout=self.seconds)
            return cache.incr(key)
        except (RedisError, ValueError):
            log.warning("The limit %s could not be counted.", self.name, exc_info=True)
            return 0

    def is_used_up(self, who: str) -> bool:
        try:
            return int(cache.get(self._key(who), 0)) >= self.most
        except RedisError:
            return False

    def wait(self) -> int:
        """Seconds until the window ends."""
        return self.seconds - int(time.time()) % self.seconds


FAILED_BY_NAME = Limit("failed-sign-in-name", most=10, seconds=300)
FAILED_BY_ADDRESS = Limit("failed-sign-in-address", most=60, seconds=300)


def address_of(request) -> str:
    """Where the caller is, seen through the proxies that the installation trusts."""
    try:
        return get_adapter().get_client_ip(request)
    except PermissionDenied:
        return "unknown"


def refuse_guessing(request, username: str) -> None:
    """429 after too many wrong passwords for one name or from one place."""
    for limit, who in ((FAILED_BY_NAME, username.lower()), (FAILED_BY_ADDRESS, address_of(request))):
        if limit.is_used_up(who):
            raise Throttled(wait=limit.wait())


def note_failed_sign_in(request, username: str) -> None:
    FAILED_BY_NAME.count(username.lower())
    FAILED_BY_ADDRESS.count(address_of(request))


class WriteThrottle(BaseThrottle):
    """A generous bound on what one person writes in a minute: it stops runaway programs, nobody else."""

    def allow_request(self, request, view) -> bool:
        most = settings.API_WRITES_PER_MINUTE
        if request.method in SAFE_METHODS or not most or not request.user.is_authenticated:
            return True
        self.limit = Limit("writes", most=most, seconds=60)
        return self.limit.count(str(request.user.pk)) <= most

    def wait(self) -> int:
        return self.limit.wait()
