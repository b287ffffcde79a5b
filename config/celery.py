"""Celery carries ids of work; the database stays the truth about what is due."""

import logging.config
import os
from typing import Any

from celery import Celery, bootsteps
from celery.signals import before_task_publish, setup_logging, task_postrun, task_prerun

from core import log_context, presence

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("xiaoliu")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# The header in which a task says which request asked for it.
REQUEST_ID = "xiaoliu_request_id"


def check_connections(task: Any, **_more: Any) -> None:
    """As around a request: a connection that has failed or is too old is closed, any other one is kept.

    Celery's own way, a new connection for each task, costs the database more than most tasks do."""
    from django.db import close_old_connections

    if not task.request.is_eager:
        close_old_connections()


task_prerun.connect(check_connections)
task_postrun.connect(check_connections)


# The log -----------------------------------------------------------------------------------------
# A task at work, by its id: its lines say what it is and which request asked for it.
_open: dict[str, Any] = {}


def name_the_request(headers: dict[str, Any], **_more: Any) -> None:
    number = log_context.request_id()
    if number:
        headers[REQUEST_ID] = number


def begin_lines(task_id: str, task: Any, **_more: Any) -> None:
    about = {"task": task.name, "task_id": task_id}
    number = task.request.get(REQUEST_ID)
    if number:
        about["request_id"] = log_context.sane_request_id(str(number))
    _open[task_id] = context = log_context.log_context(**about)
    context.__enter__()


def end_lines(task_id: str, **_more: Any) -> None:
    context = _open.pop(task_id, None)
    if context is not None:
        context.__exit__(None, None, None)


def log_as_the_site_does(**_more: Any) -> None:
    """Instead of Celery's own lines; ``--loglevel`` is not heard, LOG_LEVEL is."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)


before_task_publish.connect(name_the_request)
task_prerun.connect(begin_lines)
task_postrun.connect(end_lines)
setup_logging.connect(log_as_the_site_does)


# Signs of life ------------------------------------------------------------------------------------
class Presence(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery tells no types
    """A worker says every few seconds which queues it serves; /health/ready and ``manage.py health`` tell."""

    requires = {"celery.worker.components:Timer"}

    def __init__(self, worker: Any, **_more: Any) -> None:
        self.call: Any = None

    def start(self, worker: Any) -> None:
        names = [presence.worker_of(queue) for queue in worker.app.amqp.queues.consume_from]
        self.call = worker.timer.call_repeatedly(presence.EVERY, presence.note, (names,), priority=10)
        presence.note(names)

    def stop(self, worker: Any) -> None:
        if self.call is not None:
            self.call.cancel()


app.steps["worker"].add(Presence)
