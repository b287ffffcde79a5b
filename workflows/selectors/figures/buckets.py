"""Durations read from buckets: exact to the width of a bucket."""

from __future__ import annotations

import math
from collections.abc import Mapping

from workflows.models.tally import BUCKET_WIDTH


def percentile(counts: Mapping[int, int], fraction: float) -> float | None:
    """The seconds within which this part of all has ended; nothing where there is nothing.

    Between the ends of its bucket it is placed by proportion, so it is off by less than a bucket's width, which is
    five per cent, or by less than a second where all is over within seconds.
    """
    total = sum(counts.values())
    if not total:
        return None
    wanted, below = max(math.ceil(total * fraction), 1), 0
    for bucket in sorted(counts):
        if below + counts[bucket] >= wanted:
            low, high = BUCKET_WIDTH**bucket - 1, BUCKET_WIDTH ** (bucket + 1) - 1
            return low + (high - low) * (wanted - below - 0.5) / counts[bucket]
        below += counts[bucket]
    raise AssertionError("a part of all is not more than all")
