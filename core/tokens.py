"""Keys of programs: made, recognised and revoked here. The key itself is never stored."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import ApplicationError
from core.models import ApiToken, User

PREFIX = "xl_"
# How exactly "last used" is kept: a row is not written on each request.
USE_NOTED_EVERY = timedelta(minutes=5)


def create_token(
    *,
    actor: User,
    name: str = "",
    read_only: bool = False,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Make a token for the person who asks; returns its row and the key, which is shown this once."""
    now = clock.now()
    if expires_at is not None and expires_at <= now:
        raise ApplicationError(
            _("The moment of expiry lies in the past."),
            code="invalid",
            errors={"expires_at": [_("Choose a moment in the future.")]},
        )
    key = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=actor,
        name=name,
        key_hash=hashed(key),
        read_only=read_only,
        created_at=now,
        expires_at=expires_at,
    )
    audit.record(actor, "core.create_token", token, after={"name": name, "read_only": read_only})
    return token, key


def revoke_token(*, token_id: int, actor: User) -> None:
    """Delete one of the person's own tokens; whoever uses it is signed out at once."""
    token = ApiToken.objects.get(pk=token_id, user=actor)
    audit.record(actor, "core.revoke_token", token, before={"name": token.name})
    token.delete()


def find_token(key: str) -> ApiToken | None:
    """The valid token of a key, with its person; None for a wrong, revoked or expired one."""
    now = clock.now()
    token = (
        ApiToken.objects.select_related("user__department")
        .filter(Q(expires_at=None) | Q(expires_at__gt=now), key_hash=hashed(key), user__is_active=True)
        .first()
    )
    if token is not None and (token.last_used_at is None or now - token.last_used_at > USE_NOTED_EVERY):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def hashed(key: str) -> str:
    """A plain digest is enough: the key is 256 random bits, nothing to guess from a dictionary."""
    return hashlib.sha256(key.encode()).hexdigest()
