"""``make platform``: the member platform beside a demo site, until Ctrl-C."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from config.platform_fake.server import DEMO_SECRET, made
from config.run import say


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--journal", type=Path)
    parser.add_argument("--events", default="", help="where its events go: http://…/api/v1/member-events/")
    given = parser.parse_args()
    if given.journal is not None:
        given.journal.parent.mkdir(parents=True, exist_ok=True)
    # The secret is no argument: arguments are seen by everybody on the machine.
    secret = os.environ.get("PLATFORM_SECRET") or DEMO_SECRET
    found = made(given.port, secret=secret, events_url=given.events, journal=given.journal)
    found.teller.start()
    say(f"member platform on {found.url}, journal at {found.url}/journal")
    try:
        found.server.serve_forever()
    except KeyboardInterrupt:
        found.teller.stop()


if __name__ == "__main__":
    main()
