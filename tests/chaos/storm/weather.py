"""What happens to the site, and when: drawn from a seed, each kind at least once."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.chaos.storm.site import Site

MINUTE, HOUR = 60.0, 3600.0


@dataclass
class Weather:
    """Hurts the site again and again until the sky clears, and in each way at least once."""

    site: Site
    seed: int
    pause: tuple[float, float]
    happened: Counter[str] = field(default_factory=Counter)
    error: Exception | None = None

    def rage(self, until: threading.Event) -> None:
        dice = random.Random(self.seed)
        kinds = self.kinds(dice)
        bag: list[str] = []
        try:
            while not self._clears(until, dice.uniform(*self.pause), len(kinds)):
                if not bag:
                    bag = list(kinds)
                    dice.shuffle(bag)
                kind = bag.pop()
                kinds[kind]()
                self.happened[kind] += 1
        except Exception as error:
            self.error = error

    def _clears(self, until: threading.Event, pause: float, kinds: int) -> bool:
        if len(self.happened) == kinds:
            return until.wait(pause)
        time.sleep(pause)
        return False

    def kinds(self, dice: random.Random) -> dict[str, Callable[[], None]]:
        site = self.site

        def kill(kind: str) -> Callable[[], None]:
            return lambda: dice.choice(site.of_kind(kind)).kill()

        def kill_all() -> None:
            for program in site.programs:
                program.kill()

        return {
            "web killed": kill("web"),
            "worker killed": kill("worker"),
            "beat killed": kill("beat"),
            "worker killed again": kill("worker"),
            "everything killed": kill_all,
            "PostgreSQL crashed": site.crash_database,
            "Redis stopped": lambda: site.stop_redis(dice.uniform(0.5, 4)),
            "Redis flushed": site.flush_redis,
            "clock jumped an hour": lambda: site.jump(HOUR),
            "clock jumped three hours": lambda: site.jump(3 * HOUR),
            "clock went back a minute": lambda: site.jump(-MINUTE),
        }
