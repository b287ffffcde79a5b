"""Celery carries ids of work; the database stays the truth about what is due."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("xiaoliu")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def check_connections(task: Any, **_more: Any) -> None:
    """As around a request: a connection that has failed or is too old is closed, any other one is kept.

    Celery's own way, a new connection for each task, costs the database more than most tasks do."""
    from django.db import close_old_connections

    if not task.request.is_eager:
        close_old_connections()


task_prerun.connect(check_connections)
task_postrun.connect(check_connections)
