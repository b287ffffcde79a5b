"""``python -m config.probe web|beat|worker:celery ...``: is the program in this container well? For its healthcheck.

Exit status 0 if so. The web server is asked by HTTP; beat and workers have no ear, but leave marks in Redis.
"""

import os
import sys
import urllib.request

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def web() -> str:
    """Empty if it answers; readiness is the balancer's question, a restart would not bring a database back."""
    listen = os.environ.get("LISTEN", "") or f"127.0.0.1:{os.environ.get('PORT', '8000')}"
    url = f"http://127.0.0.1:{listen.rpartition(':')[2]}/health/live"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return "" if answer.status == 200 else f"{url} answers {answer.status}"
    except OSError as error:
        return f"{url} does not answer: {error}"


def background(name: str) -> str:
    """Empty if the program of this machine said a word lately, or if nobody can hear it."""
    import redis

    from core import presence

    here = presence.here(name)
    try:
        age = presence.seconds_since([here])[here]
    except redis.RedisError:
        return ""  # it waits for Redis to come back, as it should
    return "" if age is not None and age <= presence.PATIENCE else f"{here} was not seen"


def main(names: list[str]) -> int:
    if not names:
        print(__doc__)
        return 2
    complaints = [said for name in names if (said := web() if name == "web" else background(name))]
    print("\n".join(complaints) or "ok")
    return 1 if complaints else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
