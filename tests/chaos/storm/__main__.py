"""Run cases through a storm and say whether everything held: ``python -m tests.chaos.storm --cases 2000``."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.chaos.storm.site import Site

# Which of the shapes the people start, and with what; the replying cases start by themselves.
STARTED = ("storm_approval", "storm_clock", "storm_ask", "storm_outside")
HOUR = 3600.0
WEEK = 7 * 24 * HOUR


def main() -> int:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="storm-", ignore_cleanup_errors=True) as folder:
        site = Site(Path(folder))
        try:
            result = run(site, arguments)
        finally:
            site.stop()
            if arguments.logs:
                _keep_logs(site, Path(arguments.logs))
    Path(arguments.result).write_text(json.dumps(result, indent=1, ensure_ascii=False))
    print(json.dumps(result, indent=1, ensure_ascii=False))
    return 1 if result["faults"] else 0


def run(site: Site, arguments: argparse.Namespace) -> dict[str, Any]:
    say("starting PostgreSQL and Redis ...")
    site.prepare()
    os.environ.update(site.environment)
    site.manage("migrate", "--run-syncdb", "--verbosity", "0")
    site.manage("load_reference")
    import django

    django.setup()
    from config.platform_fake import platform
    from config.platform_fake.server import DEMO_SECRET
    from tests.chaos.storm import lifecycles
    from tests.chaos.storm.lifecycle_verdict import lifecycle_faults
    from tests.chaos.storm.setup import prepare_company
    from tests.chaos.storm.shapes import shapes
    from tests.chaos.storm.verdict import faults, figures
    from tests.chaos.storm.weather import Weather
    from tests.fakes.outside import outside_process

    known = shapes()
    journal = site.folder / "platform.journal"
    with outside_process(site.folder) as outside, platform(secret=DEMO_SECRET, journal=journal) as members:
        token = prepare_company(known, outside.url)
        ground = lifecycles.prepare_deals(arguments.deals, members.url)
        site.start(webs=2, workers=2, beats=2)
        _wait_until_ready(site)
        lifecycles.tells_at(site)
        members.teller.url = f"{site.addresses[0]}/api/v1/member-events/"
        staff = lifecycles.Robots(site.addresses, token, arguments.seed, ground=ground)
        weather = Weather(site, arguments.seed, (arguments.calm, 3 * arguments.calm))
        clear_sky, all_done = threading.Event(), threading.Event()
        storm = threading.Thread(target=weather.rage, args=[clear_sky])
        working = threading.Thread(target=lambda: staff.work_through(threads=3, until=all_done))
        beside = [
            threading.Thread(target=lifecycles.moods, args=[members, arguments.seed, clear_sky]),
            threading.Thread(target=staff.begin),
            threading.Thread(target=staff.operate, args=[all_done]),
        ]
        started = time.monotonic()
        say(f"{arguments.cases} cases go into the storm (seed {arguments.seed})")
        storm.start()
        working.start()
        for thread in beside:
            thread.start()
        wanted = [_wish(number) for number in range(arguments.cases)]
        staff.start_cases(wanted, threads=3, seconds=0.8 * arguments.storm)
        say(f"all cases are started after {time.monotonic() - started:.0f} s")
        while time.monotonic() - started < arguments.storm:
            time.sleep(1)
        clear_sky.set()
        storm.join()
        say(f"the sky clears after {time.monotonic() - started:.0f} s: {dict(weather.happened)}")
        is_over = _wait_until_over(site, arguments.patience)
        all_done.set()
        for thread in (working, *beside):
            thread.join()
        counts = Counter(key for key, _data in wanted)
        counts["storm_reply"] = counts["storm_ask"]
        found = faults(known, staff.cases, counts, outside.effects())
        found += staff.errors
        found += lifecycle_faults(arguments.deals, members.effects)
        if weather.error is not None:
            found.append(f"the storm itself failed: {weather.error!r}")
        if not is_over:
            found.insert(0, "not all cases came to their end in time")
        return {
            "seed": arguments.seed,
            "seconds": round(time.monotonic() - started),
            "weather": dict(weather.happened),
            "deaths": sum(program.deaths for program in site.programs),
            "answers": dict(staff.answers),
            "calls and effects at the member platform": [
                sum(members.calls.values()),
                sum(members.effects.values()),
            ],
            "calls outside": sum(outside.counts()["calls"].values()),
            "effects outside": sum(outside.effects().values()),
            "figures": figures(),
            "faults": found,
        }


def _wish(number: int) -> tuple[str, dict[str, Any]]:
    key = STARTED[number % len(STARTED)]
    return key, {"number": number} if key == "storm_ask" else {}


def _wait_until_ready(site: Site) -> None:
    import requests

    from tests.chaos.storm.site import READY_SECONDS

    deadline = time.monotonic() + READY_SECONDS
    for address in site.addresses:
        while True:
            try:
                if requests.get(f"{address}/health/ready", timeout=5).ok:
                    break
            except requests.RequestException:
                pass
            if time.monotonic() > deadline:
                raise SystemExit(f"{address} does not get ready; see the logs in {site.folder}.")
            time.sleep(0.3)


def _wait_until_over(site: Site, patience: float) -> bool:
    """Wait for the last case; time flies, so that what waits for the clock comes to its end too."""
    from django.db import OperationalError, connection

    from workflows.models import Delivery, Job, ProcessInstance

    deadline = time.monotonic() + patience
    flown = time.monotonic()
    drawn = 1
    while time.monotonic() < deadline:
        try:
            open_cases = ProcessInstance.objects.filter(status__in=ProcessInstance.OPEN)
            left = open_cases.count()
            drawn = open_cases.filter(definition__key__startswith="storm_").count()
            if not left and not Delivery.objects.filter(status="open").exists():
                return not Job.objects.filter(status="open").exists()
        except OperationalError:
            connection.close()
        # The shapes wait for hours, the deals for weeks.
        seconds, pause = (HOUR, 10) if drawn else (WEEK, 4)
        if time.monotonic() - flown > pause:
            site.jump(seconds)
            flown = time.monotonic()
        time.sleep(0.5)
    return False


def _keep_logs(site: Site, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for log in site.folder.glob("*.log"):
        (target / log.name).write_bytes(log.read_bytes())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.chaos.storm")
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument(
        "--deals", type=int, help="through the shipped processes; by default a 25th of the cases"
    )
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--storm", type=float, default=300, help="seconds it rages at least")
    parser.add_argument("--calm", type=float, default=3, help="shortest pause between two blows, in seconds")
    parser.add_argument("--patience", type=float, default=600, help="seconds after it for the last case")
    parser.add_argument("--result", default="storm.json")
    parser.add_argument("--logs", default="", help="folder to keep the logs of the processes in")
    given = parser.parse_args()
    if given.deals is None:
        given.deals = max(1, given.cases // 25)
    return given


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
