"""For machines: is the process alive, can it work, how much has it done. Outside /api/v1/."""

import logging
from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.jobs.health import state_of_background

log = logging.getLogger(__name__)


@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Database, its migrations and Redis are there; else 503 says which is not.

    Work in the background that is late is told too, but whoever answers requests is ready all the same.
    """
    checks = {"database": _database, "migrations": _migrations, "redis": _redis}
    found = {name: _passes(name, check) for name, check in checks.items()}
    is_ready = all(found.values())
    body: dict[str, object] = {
        "status": "ok" if is_ready else "unavailable",
        "checks": {name: "ok" if passed else "failed" for name, passed in found.items()},
    }
    if is_ready:
        body["background"] = _background()
    return JsonResponse(body, status=200 if is_ready else 503)


def _background() -> dict[str, object]:
    state = state_of_background()
    if not state.is_delayed:
        return {"status": "ok"}
    return {"status": "delayed", "since": state.since, "what": state.what}


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


def _redis() -> None:
    cache.set("health", "ok", timeout=10)
    if cache.get("health") != "ok":
        raise RuntimeError("Redis forgets.")
