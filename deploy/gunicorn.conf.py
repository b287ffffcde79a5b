"""gunicorn's own settings: ``gunicorn --config deploy/gunicorn.conf.py config.wsgi``.

WEB_CONCURRENCY (processes) is read by gunicorn itself.
"""

import os

from config.logs import configuration

bind = os.environ.get("LISTEN", "") or f"127.0.0.1:{os.environ.get('PORT', '8000')}"
threads = int(os.environ.get("WEB_THREADS", "4"))
# A print of many pages takes a while; whoever hangs is ended and started anew.
timeout = 60
graceful_timeout = 20
# A process lives for some ten thousand requests, and not all processes end together.
max_requests, max_requests_jitter = 20_000, 2_000
# Its heartbeat is a file: in memory, so that a slow disk ends nobody.
worker_tmp_dir = "/dev/shm"  # noqa: S108  nobody else writes there under these names

# The site writes a line for each request itself, with its number and its case.
accesslog = None
_lines = configuration(
    style=os.environ.get("LOG_FORMAT", "json"),
    level=os.environ.get("LOG_LEVEL", "WARNING").upper(),
    access=True,
)
_lines["loggers"]["gunicorn.error"] = {"level": "INFO", "handlers": [], "propagate": True}
logconfig_dict = _lines
