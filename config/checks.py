"""``manage.py check --deploy``: what would not work, or not be safe, with this environment.

What makes every page wrong stops the start already (config/settings.py); here stands what a company would find
out later. Django's own checks look at cookies, redirects and the secret key's strength.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

SHORTEST_TOKEN = 20
# A network of one's own that is larger than this is hardly one's own.
WIDEST_NET = 8


@register("config", deploy=True)
def check_deployment(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    return [found for look in _LOOKS for found in look()]


def _mode() -> Iterable[CheckMessage]:
    if not settings.PRODUCTION:
        yield Error(
            "This is the trial: known users, this machine only.",
            hint="Set DATABASE_URL, REDIS_URL, SECRET_KEY and ALLOWED_HOSTS, and leave DEMO unset.",
            id="config.E001",
        )


def _site_url() -> Iterable[CheckMessage]:
    if not settings.SITE_URL:
        yield Warning(
            "SITE_URL is not set: letters by e-mail hold no links, so nobody opens a task from one.",
            hint="SITE_URL=https://flow.example.com",
            id="config.W001",
        )
        return
    parts = urlsplit(settings.SITE_URL)
    if parts.scheme != "https" or not parts.hostname:
        yield Error(
            "SITE_URL is no address that begins with https://.",
            hint="SITE_URL=https://flow.example.com",
            id="config.E002",
        )
    elif not _is_allowed(parts.hostname):
        yield Error(
            f"SITE_URL names {parts.hostname}, which ALLOWED_HOSTS does not: links in letters would be refused.",
            hint="Add it to ALLOWED_HOSTS.",
            id="config.E003",
        )


def _is_allowed(host: str) -> bool:
    from django.http.request import validate_host

    return validate_host(host, settings.ALLOWED_HOSTS)


def _mail() -> Iterable[CheckMessage]:
    if not settings.EMAIL_URL:
        yield Warning(
            "EMAIL_URL is not set: no notification, reminder, invitation or scheduled report leaves by e-mail.",
            hint="EMAIL_URL=smtp+tls://user:password@mail.example.com:587",
            id="config.W002",
        )
    elif settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") in {"", "localhost"}:
        yield Warning(
            "MAIL_FROM is not set: most mail servers refuse letters from localhost.",
            hint="MAIL_FROM=xiaoliu@example.com",
            id="config.W003",
        )


def _cookies() -> Iterable[CheckMessage]:
    if settings.PRODUCTION and not (settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE):
        yield Error(
            "SECURE_COOKIES is off: whoever listens on the way takes over the session of whoever is signed in.",
            hint="Serve the site by TLS and leave SECURE_COOKIES unset.",
            id="config.E004",
        )


def _metrics() -> Iterable[CheckMessage]:
    if settings.METRICS_TOKEN and len(settings.METRICS_TOKEN) < SHORTEST_TOKEN:
        yield Error(
            f"METRICS_TOKEN is shorter than {SHORTEST_TOKEN} characters: it could be guessed.",
            hint='python -c "import secrets; print(secrets.token_urlsafe(32))"',
            id="config.E005",
        )


def _networks() -> Iterable[CheckMessage]:
    for text in settings.WEBHOOK_ALLOWED_NETS:
        net = ip_network(text)
        if net.prefixlen < (WIDEST_NET if net.version == 4 else 4 * WIDEST_NET):
            yield Error(
                f"WEBHOOK_ALLOWED_NETS holds {net}: webhooks could reach any machine of the house.",
                hint="Name the few addresses that are meant.",
                id="config.E006",
            )


def _files() -> Iterable[CheckMessage]:
    """What is built beside the code: pages fail without the list of static files, and lose their Chinese."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if settings.PRODUCTION and not manifest.exists():
        yield Error(
            f"{manifest} is not there: every page would fail.",
            hint="Build the front end (make setup), then: manage.py collectstatic --noinput",
            id="config.E007",
        )
    elif settings.PRODUCTION and "app.css" not in manifest.read_text():
        yield Error(
            "The static files hold no front end: pages would have neither styles nor behaviour.",
            hint="Build it (make setup, or npm ci && npm run build in frontend/), then collectstatic again.",
            id="config.E008",
        )
    for path in Path(settings.BASE_DIR).glob("locale/*/LC_MESSAGES/django.po"):
        if not path.with_suffix(".mo").exists():
            yield Error(
                f"{path.parent.parent.name}: the translations are not compiled, so pages would be English.",
                hint="python -m config.compile_messages",
                id="config.E009",
            )


_LOOKS: list[Callable[[], Iterable[CheckMessage]]] = [
    _mode,
    _site_url,
    _mail,
    _cookies,
    _metrics,
    _networks,
    _files,
]


@register(Tags.database, deploy=True)
def check_database_role(
    app_configs: Any = None, databases: Iterable[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """With ``--database default``: history is append-only by triggers, and a superuser may switch those off."""
    if not settings.PRODUCTION or "default" not in (databases or ()):
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        (is_superuser,) = cursor.fetchone()
    if not is_superuser:
        return []
    return [
        Warning(
            "The site signs in to PostgreSQL as a superuser, which could also change what is append-only.",
            hint="Give it a role of its own that owns the database and nothing else.",
            id="config.W004",
        )
    ]
