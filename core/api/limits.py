"""Limits by Redis: failed sign-ins and writes are counted, successful sign-ins and reads are not.

Without Redis nobody is refused: a limit protects, it is not what makes the answers right.
"""

from django.conf import settings
from rest_framework.exceptions import Throttled
from rest_framework.throttling import BaseThrottle

from core.api.authentication import SAFE_METHODS
from core.limits import Limit, address_of

FAILED_BY_NAME = Limit("failed-sign-in-name", most=10, seconds=300)
FAILED_BY_ADDRESS = Limit("failed-sign-in-address", most=60, seconds=300)


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
