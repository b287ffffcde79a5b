"""Deeds that are killed at each of their moments in turn, and what must be true after each death."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from django.db import connection

from tests.chaos.killing import KILLED, run_and_kill
from workflows.audit import audit

# What every step writes.
TABLES = ("processinstance", "workitem", "incident", "job", "historyevent")


@dataclass
class Kind:
    """One kind of step: the deed to die in, and what case and business row say before and after it.

    ``look`` reads the case and the business row together; it must only ever see one of the two pictures.
    ``tables`` are those of the business.
    """

    name: str
    deed: Callable[[], Any]
    look: Callable[[], Any]
    after: Any
    tables: Sequence[str] = ("core_department",)


def everything(tables: Sequence[str]) -> list[tuple[str, ...]]:
    """A fingerprint of every row there is: two equal ones mean that nothing was changed."""
    names = [*(f"workflows_{name}" for name in TABLES), *tables]
    one = "(SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t)"
    prints = ", ".join(one.format(name) for name in names)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {prints}")
        return cursor.fetchall()


def kill_everywhere(kind: Kind, *, every: int = 1) -> int:
    """Kill the deed at each of its moments in turn, until it is done. Gives back the kills.

    A statement has three moments: with ``every=2`` each statement is still died at, in one way or two.
    """
    untouched, before = everything(kind.tables), kind.look()
    assert before != kind.after
    kills = 0
    for moment in count(1, every):
        ended = run_and_kill(kind.deed, at=moment)
        kills += ended == KILLED
        picture = kind.look()
        assert audit() == [], f"{kind.name}, moment {moment}"
        # Done: the process died with its commit under way or behind it, or lived to the end.
        if picture == kind.after:
            return kills
        assert picture == before, f"{kind.name}, moment {moment}: half done"
        assert everything(kind.tables) == untouched, (
            f"{kind.name}, moment {moment}: something was left behind"
        )
        assert ended == KILLED, f"{kind.name}, moment {moment}: the deed itself failed"
    raise AssertionError("unreachable")
