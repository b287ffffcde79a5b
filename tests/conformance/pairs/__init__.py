"""One element inside or beside another: what must happen, and the diagrams that show it.

`python -m tests.conformance.pairs` prints the table. The first part is written out, a module for each
subject: pairs between which something particular happens. The second is every fragment in every
surrounding of `nesting`."""

from tests.conformance.nesting import FRAGMENTS, REFUSED, SURROUNDINGS, nested
from tests.conformance.pairs import (
    borders,
    calls,
    data,
    errors,
    flows,
    handlers,
    inclusive,
    multi_instances,
    placing,
    terminating,
)
from tests.conformance.pairs.pair import Pair

PARTICULAR: list[Pair] = [
    *multi_instances.PAIRS,
    *calls.PAIRS,
    *borders.PAIRS,
    *errors.PAIRS,
    *terminating.PAIRS,
    *handlers.PAIRS,
    *inclusive.PAIRS,
    *flows.PAIRS,
    *data.PAIRS,
    *placing.PAIRS,
]

NESTED = [
    Pair(it.name, around.relation, around.name, around.must, tuple(nested(it, around)))
    for it in FRAGMENTS
    for around in SURROUNDINGS
    if (it.name, around.name) not in REFUSED
]

PAIRS = [*PARTICULAR, *NESTED]
