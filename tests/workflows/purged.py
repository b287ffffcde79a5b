"""Cases that are gone, made through the services: nothing else leaves a tombstone."""

from __future__ import annotations

from datetime import timedelta

from core import clock
from core.models import User
from workflows import services
from workflows.models import PurgedCase


def purged(key: str, actor: User) -> PurgedCase:
    """The tombstone of a case that was terminated a year ago, of a process about nothing."""
    with clock.travel(clock.now() - timedelta(days=400)):
        case = services.start_process(definition_key=key, actor=actor)
        services.cancel_instance(instance_id=case.pk, reason="x", actor=actor)
    services.sweep_figures()
    return services.purge_case(instance_id=case.pk, reason="x", actor=actor)
