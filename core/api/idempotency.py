"""``Idempotency-Key``: the same POST, sent again, does its deed once and hears the first answer again.

The key's row is inserted in the transaction of the deed itself. So a killed server leaves either both or
neither, and a duplicate that arrives meanwhile waits at the database's unique index for the first to end.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ValidationError

from core import clock
from core.models import IdempotencyKey

KEPT_FOR = timedelta(hours=24)
LONGEST_KEY = 200
KEPT_HEADERS = ("Content-Type", "Location", "Content-Disposition", "Content-Language")
# Answers that say "not now": the same request may succeed later, so they are not kept.
PASSING_CODES = frozenset({"busy"})


class KeyReused(APIException):
    """The key came with another request before."""

    status_code = 422
    default_code = "idempotency_key_reused"


class IdempotentPosts:
    """Mix into a view: each POST that carries the header is done once."""

    # An answer that holds a secret is not written down.
    keeps_answers = True

    def initial(self, request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key = request.headers.get("Idempotency-Key", "")
        if request.method == "POST" and key and self.keeps_answers and request.user.is_authenticated:
            _check_key(key)
            self.post = partial(self._once, self.post, key)

    def _once(
        self, handler: Callable[..., HttpResponseBase], key: str, request, /, *args: Any, **kwargs: Any
    ):
        fingerprint = fingerprint_of(request)
        with transaction.atomic():
            _do_not_wait_for_ever()
            row = _claim(request.user, key, fingerprint)
            if row is not None:
                return _first_answer(row, fingerprint)
            try:
                with transaction.atomic():
                    response = handler(request, *args, **kwargs)
            except Exception as error:
                response = self.handle_exception(error)
            response = self.finalize_response(request, response, *args, **kwargs)
            if hasattr(response, "render"):
                response.render()
            if _is_worth_keeping(response):
                _keep(request.user, key, response)
            else:
                IdempotencyKey.objects.filter(user=request.user, key=key).delete()
        return response


def fingerprint_of(request) -> str:
    """The same for the same request, also when a client chose another multipart boundary for the retry."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    data = request.data
    if hasattr(data, "lists"):
        data = {name: [_of_file(value) for value in values] for name, values in data.lists()}
    digest.update(json.dumps(data, sort_keys=True, default=str).encode())
    return digest.hexdigest()


def _of_file(value: Any) -> Any:
    if not isinstance(value, UploadedFile):
        return value
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return [value.name, digest.hexdigest()]


def _check_key(key: str) -> None:
    if len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise ValidationError({"Idempotency-Key": [_("A key has 1 to 200 plain characters.")]})


def _do_not_wait_for_ever() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{settings.STEP_LOCK_TIMEOUT_MS}ms"])


def _claim(user, key: str, fingerprint: str) -> IdempotencyKey | None:
    """Insert the key, or return the row of the request that had it first. Old rows go on the way."""
    now = clock.now()
    _forget_old(now)
    IdempotencyKey.objects.filter(user=user, key=key, expires_at__lte=now).delete()
    row = IdempotencyKey(user=user, key=key, fingerprint=fingerprint, expires_at=now + KEPT_FOR)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_idempotencykey (user_id, key, fingerprint, status, headers, body, expires_at) "
            "VALUES (%s, %s, %s, 0, '{}', '', %s) ON CONFLICT (user_id, key) DO NOTHING RETURNING id",
            [row.user_id, row.key, row.fingerprint, row.expires_at],
        )
        is_first = cursor.fetchone() is not None
    return None if is_first else IdempotencyKey.objects.get(user=user, key=key)


def _forget_old(now) -> None:
    """A few expired keys with each new one: the table never grows and needs no housekeeper."""
    old = IdempotencyKey.objects.filter(expires_at__lte=now).order_by("expires_at")
    IdempotencyKey.objects.filter(pk__in=old.select_for_update(skip_locked=True).values("pk")[:20]).delete()


def _first_answer(row: IdempotencyKey, fingerprint: str) -> HttpResponse:
    if row.fingerprint != fingerprint:
        raise KeyReused(
            _("This Idempotency-Key was used for another request. Take a new key for a new deed.")
        )
    response = HttpResponse(bytes(row.body), status=row.status)
    for name, value in row.headers.items():
        response[name] = value
    response["Idempotency-Replayed"] = "true"
    return response


def _is_worth_keeping(response: HttpResponseBase) -> bool:
    code = response.data.get("code") if isinstance(getattr(response, "data", None), dict) else None
    return (
        response.status_code < 500
        and not response.streaming
        and not (response.status_code == 409 and code in PASSING_CODES)
    )


def _keep(user, key: str, response: HttpResponse) -> None:
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    IdempotencyKey.objects.filter(user=user, key=key).update(
        status=response.status_code, headers=headers, body=response.content
    )
