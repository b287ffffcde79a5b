"""Celery carries ids of work; the database stays the truth about what is due."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("xiaoliu")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
