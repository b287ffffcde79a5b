"""For machines: is the process alive, can it work. Outside /api/v1/; the figures are in config/metrics.py."""

import logging
from collections.abc import Callable

import redis
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.metrics import metrics
from core import presence
from core.jobs.health import state_of_background
from core.pdf.checks import FAMILIES, missing_families

log = logging.getLogger(__name__)

OK, FAILED = "ok", "failed"


@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": OK})


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Whether requests should come here: 200, or 503 where pages could not be right (database, migrations, fonts).

    What people can work without, such as Redis or a worker, makes the status ``degraded`` and stays 200: else a
    Redis that restarts would take the whole site off the net. Only words and seconds are told, no addresses.
    """
    needed = {"database": _database, "migrations": _migrations, "fonts": _fonts}
    found = {name: _passes(name, check) for name, check in needed.items()}
    is_ready = all(found.values())
    found["redis"] = _passes("redis", presence.ping)
    body: dict[str, object] = {"checks": {name: OK if passed else FAILED for name, passed in found.items()}}
    complaints = [name for name, passed in found.items() if not passed]
    if found["database"] and found["migrations"]:
        body["background"] = background = _background()
        if background["status"] != OK:
            complaints.append("background")
    body["programs"] = programs = _programs() if found["redis"] else {}
    complaints += [name for name, one in programs.items() if one["status"] != OK]
    body["complaints"] = complaints
    body["status"] = "unavailable" if not is_ready else "degraded" if complaints else OK
    return JsonResponse(body, status=200 if is_ready else 503)


def _background() -> dict[str, object]:
    state = state_of_background()
    if not state.is_delayed:
        return {"status": OK}
    return {"status": "delayed", "since": state.since, "what": state.what}


def _programs() -> dict[str, dict[str, object]]:
    """Beat and whoever serves each queue, and how many seconds ago they said a word."""
    try:
        ages = presence.seconds_since(presence.expected())
    except redis.RedisError:
        return {}
    return {
        name: {
            "status": OK if age is not None and age <= presence.PATIENCE else "not seen",
            "seen_seconds_ago": None if age is None else round(age),
        }
        for name, age in ages.items()
    }


def _passes(name: str, check: Callable[[], object]) -> bool:
    try:
        check()
    except Exception:
        log.warning("The readiness check %s failed.", name, exc_info=True)
        return False
    return True


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


_migrated = False


def _migrations() -> None:
    """Asked until all are applied, then never again: a process does not outlive a migration unnoticed."""
    global _migrated
    if _migrated:
        return
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise RuntimeError("There are migrations to apply.")
    _migrated = True


_has_fonts = False


def _fonts() -> None:
    """Asked until they are there: without them contracts and letters silently lose their Chinese."""
    global _has_fonts
    if _has_fonts:
        return
    if missing := missing_families(FAMILIES):
        raise RuntimeError(f"Fonts are missing: {', '.join(missing)}.")
    _has_fonts = True


class MachinesMiddleware:
    """Health and figures are answered before the Host header is looked at: balancers and collectors ask by
    address, and in production no address is an allowed host."""

    VIEWS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
        "/health/live": live,
        "/health/ready": ready,
        "/metrics": metrics,
    }

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        view = self.VIEWS.get(request.path.rstrip("/"))
        return view(request) if view is not None else self.get_response(request)
