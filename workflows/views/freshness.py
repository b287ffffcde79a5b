"""Whether anything happened since a list was drawn, asked in one cheap statement.

Everything that changes an inbox appends a history event, so the number last given to one says whether
there is anything new. A number is given before its transaction commits, though: a list drawn in between
would carry the new number without the new row and never be drawn again. So the version also says whether
any transaction was in flight when it was read; only a settled version may be answered "not modified" unseen.
"""

import hashlib
from dataclasses import dataclass

from django.db import connection

from core import clock
from workflows.models import HistoryEvent

_STATEMENT = f"""
SELECT s.last_value, pg_snapshot_xmin(p.now) = pg_snapshot_xmax(p.now)
  FROM {HistoryEvent._meta.db_table}_id_seq s, (SELECT pg_current_snapshot() AS now) p
"""  # noqa: S608  only the name of our own table


@dataclass(frozen=True)
class Version:
    """The state of the world when a list is drawn; read before the list."""

    number: int
    is_settled: bool
    # "Overdue 3 hours" becomes 4 by itself.
    hour: str

    @classmethod
    def now(cls) -> "Version":
        with connection.cursor() as cursor:
            cursor.execute(_STATEMENT)
            number, is_settled = cursor.fetchone()
        return cls(number, is_settled, f"{clock.now():%d%H}")

    @property
    def _prefix(self) -> str:
        return f"{self.number}-{self.hour}-{'s' if self.is_settled else 'u'}-"

    def etag(self, content: str) -> str:
        """The version together with what the list shows, so that other people's work does not redraw it."""
        return f'"{self._prefix}{_digest(content)}"'

    def is_surely(self, etag: str) -> bool:
        """The list cannot have changed since: nothing happened, and nothing was in flight."""
        return self.is_settled and etag.strip('W/"').startswith(self._prefix)


def shows_the_same(etag: str, other: str) -> bool:
    """Two versions whose lists look alike."""
    return bool(etag) and etag.strip('W/"').rpartition("-")[2] == other.strip('"').rpartition("-")[2]


def _digest(content: str) -> str:
    return hashlib.blake2s(content.encode(), digest_size=10).hexdigest()
