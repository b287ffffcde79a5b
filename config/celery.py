"""Celery carries ids of work; the database stays the truth about what is due."""

import logging
import logging.config
import os
import threading
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
# How often a worker asks whether somebody watches (seconds).
WATCH_EVERY = 60.0
_watching = threading.Lock()
logger = logging.getLogger(__name__)


def start_watching() -> None:
    """In a thread of its own: a database that does not answer must not stop the signs of life."""
    threading.Thread(target=watch_in_a_worker, name="watch", daemon=True).start()


def watch_in_a_worker() -> None:
    """Watch if nobody else has for a while. One at a time; a failure is logged, the next minute tries again."""
    if not _watching.acquire(blocking=False):
        return
    from django.db import connections

    from workflows.services import watch_if_nobody_does

    try:
        watch_if_nobody_does()
    except Exception:
        logger.warning("The worker could not watch over the background.", exc_info=True)
    finally:
        # A worker that forks must not hand an open connection on.
        connections.close_all()
        _watching.release()


class Presence(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery tells no types
    """A worker says every few seconds which queues it serves; /health/ready and ``manage.py health`` tell.

    Once a minute it also sees to it that somebody watches over the whole: usually beat asks for that.
    """

    requires = {"celery.worker.components:Timer"}

    def __init__(self, worker: Any, **_more: Any) -> None:
        self.calls: list[Any] = []

    def start(self, worker: Any) -> None:
        names = [presence.worker_of(queue) for queue in worker.app.amqp.queues.consume_from]
        every = worker.timer.call_repeatedly
        self.calls = [
            every(presence.EVERY, presence.note, (names,), priority=10),
            every(WATCH_EVERY, start_watching, (), priority=5),
        ]
        presence.note(names)

    def stop(self, worker: Any) -> None:
        for call in self.calls:
            call.cancel()


app.steps["worker"].add(Presence)
