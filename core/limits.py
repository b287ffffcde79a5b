"""Limits by Redis: how often something may be asked within a while, by whom.

Without Redis nobody is refused: a limit protects, it is not what makes the answers right.
"""

import hashlib
import logging
import time
from dataclasses import dataclass
from ipaddress import ip_address

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from redis.exceptions import RedisError

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
            return int(cache.incr(key))
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


def address_of(request: HttpRequest) -> str:
    """Where the caller is, seen through the proxies that the installation trusts."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return "unknown"


def ip_of(request: HttpRequest) -> str | None:
    """The same for a record: None where it is no address."""
    try:
        return str(ip_address(address_of(request)))
    except ValueError:
        return None
