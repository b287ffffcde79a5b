"""Ask a system outside over HTTP: where, how, and what its answers mean for the one who asked."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, unquote

from django.utils.translation import gettext as _

from core import clock, outbound
from core.outbound import Answer, NoAnswerError
from core.webhooks import secrets
from core.webhooks.secrets import UnreadableSecretError
from workflows.engine.values import Mismatch, check_json
from workflows.models import OutsideService
from workflows.outside import GiveUp, Later, NotNow

METHODS = ("POST", "GET", "PUT", "PATCH", "DELETE")
# What an incident tells of a refusal, and what a case keeps of an answer as text.
LONGEST_REASON, LONGEST_TEXT = 300, 2000
# While a service is switched off, its calls look again so often.
WHILE_OFF = 300.0
LONGEST_RETRY_AFTER = 86_400.0
_TRY_AGAIN = (408, 425, 429)
_PATIENCE = (429, 503)
_HIDDEN = b"*" * 3
_MISSING = object()


def ask(
    service: OutsideService,
    *,
    path: str,
    method: str,
    body: Mapping[str, Any] | None,
    key: str,
    pick: str = "",
) -> dict[str, Any]:
    """One call, and what it means: an answer as plain data, or GiveUp, Later, NotNow."""
    if not service.is_active:
        raise Later(WHILE_OFF)
    if method not in METHODS:
        raise GiveUp(_("There is no method “%(method)s”.") % {"method": method[:20]})
    url = address(service.base_url, path)
    content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    headers = {"Idempotency-Key": key, "Accept": "application/json", **headers_of(service)}
    if content is not None:
        headers["Content-Type"] = "application/json"
    answer = call(service, method, url, headers, content)
    _refuse_bad_answer(answer)
    return _as_data(answer, pick)


def call(
    service: OutsideService, method: str, url: str, headers: Mapping[str, str], content: bytes | None
) -> Answer:
    """The bare call. What the service repeats of our secret is not shown to anybody."""
    try:
        answer = outbound.call(
            method,
            url,
            headers=headers,
            body=content,
            timeout=service.timeout,
            allow_private=service.allow_private,
        )
    except NoAnswerError as error:
        text = _("No answer: %(reason)s.") % {"reason": error.reason.label}
        if error.is_refused_by_us:
            raise GiveUp(text) from error
        raise NotNow(text) from error
    secret = secret_of(service).encode()
    hidden = answer.body.replace(secret, _HIDDEN) if secret else answer.body
    return Answer(answer.status, answer.headers, hidden, answer.seconds)


def address(base: str, path: str) -> str:
    """The service's address with a path below it. What comes from a case leads nowhere else."""
    plain, _question, _query = path.partition("?")
    shown = unquote(unquote(plain))
    if (
        len(path) > 1000
        or not shown.isprintable()
        or not path.isprintable()
        or any(bad in shown for bad in ("\\", "//", "#", "?"))
        or "#" in path
        or any(part in (".", "..") for part in shown.split("/"))
        or re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", shown)
    ):
        raise GiveUp(_("“%(path)s” is no path below the address of the system.") % {"path": path[:100]})
    return base.rstrip("/") + "/" + quote(path.lstrip("/"), safe="/%?&=+,;:@~!$'()*-._")


def secret_of(service: OutsideService) -> str:
    if not service.secret:
        return ""
    try:
        return secrets.decrypt(service.secret)
    except UnreadableSecretError as error:
        text = _("The secret of the system cannot be read any more. An administrator has to enter it anew.")
        raise GiveUp(text) from error


def headers_of(service: OutsideService) -> dict[str, str]:
    return {service.header_name: secret_of(service)} if service.header_name else {}


# What an answer means -------------------------------------------------------------------------


def _refuse_bad_answer(answer: Answer) -> None:
    if answer.is_success or (answer.status == 409 and answer.body.strip()):
        # A conflict with a body: it knows the key and tells what it has done for it.
        return
    if answer.status in _PATIENCE and (seconds := _retry_after(answer)) is not None:
        raise Later(seconds)
    # The same in every language: operators and the other side's people both read it.
    said = answer.text(LONGEST_REASON).strip()
    text = f"HTTP {answer.status}: {said}" if said else f"HTTP {answer.status}"
    if answer.status in _TRY_AGAIN or answer.status >= 500:
        raise NotNow(text)
    raise GiveUp(text)


def _retry_after(answer: Answer) -> float | None:
    """Retry-After in seconds or as a date; None if it says nothing sensible."""
    given = answer.headers.get("retry-after", "").strip()
    if given.isascii() and given.isdigit():
        seconds = float(given[:9])
    else:
        try:
            moment: datetime = parsedate_to_datetime(given)
            seconds = (moment - clock.now()).total_seconds()
        except (ValueError, TypeError):
            return None
    return min(max(seconds, 1.0), LONGEST_RETRY_AFTER)


def _as_data(answer: Answer, pick: str) -> dict[str, Any]:
    content = _parsed(answer.body)
    return {
        "status": answer.status,
        "body": _kept(content),
        "text": answer.text(LONGEST_TEXT),
        "value": _picked(content, pick) if pick else None,
    }


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)  # NaN and the like are no JSON


def _kept(content: Any) -> dict[str, Any] | None:
    """The answer as a case can store it; nothing where it cannot, for the text is there still."""
    found = {"items": content} if isinstance(content, list) else content
    if not isinstance(found, dict):
        return None
    try:
        kept: dict[str, Any] = check_json(found)
    except Mismatch:
        return None
    return kept


def _picked(content: Any, path: str) -> str | None:
    """The value at ``order.lines.0.number`` as text; None if there is none."""
    found = content
    for part in path.split("."):
        if isinstance(found, dict):
            found = found.get(part, _MISSING)
        elif isinstance(found, list) and part.isascii() and part.isdigit() and int(part[:6]) < len(found):
            found = found[int(part[:6])]
        else:
            return None
    if found is None or found is _MISSING:
        return None
    text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
    return text[:LONGEST_TEXT].encode("utf-8", "replace").decode().replace("\x00", "�")
