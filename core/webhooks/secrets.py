"""The secrets that sign: made here, stored encrypted, shown once.

They are encrypted with a key derived from SECRET_KEY, so that a copy of the database gives none of them
away. After a change of SECRET_KEY the old one belongs into SECRET_KEY_FALLBACKS until new ones are made.
"""

from __future__ import annotations

import base64
import hashlib
import secrets

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

PREFIX = "whsec_"
_BYTES = 32


class UnreadableSecretError(Exception):
    """SECRET_KEY has changed since this secret was made."""


def make() -> str:
    """A new secret as the receiver takes it: whsec_ and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def encrypt(secret: str) -> str:
    return _box().encrypt(secret.encode()).decode()


def decrypt(stored: str) -> str:
    try:
        return _box().decrypt(stored.encode()).decode()
    except InvalidToken:
        raise UnreadableSecretError from None


def _box() -> MultiFernet:
    return MultiFernet([Fernet(_key(text)) for text in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(text: str | bytes) -> bytes:
    material = text.encode() if isinstance(text, str) else text
    return base64.urlsafe_b64encode(hashlib.sha256(b"core.webhooks:" + material).digest())
