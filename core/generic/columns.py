"""Which columns of a list a person sees, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

# In the address: ?columns=name,no,status
PARAMETER = "columns"


@dataclass(frozen=True)
class Offered:
    """A column that can be chosen."""

    name: str
    label: str
    is_shown: bool
    # The name of the row: a list without it leads nowhere.
    is_fixed: bool


class Columns:
    """The columns of a table class, beginning with those of the list itself.

    A column without a heading (buttons) is no choice: it always stands at the end. The first is always shown.
    """

    def __init__(self, table_class: Any, options: dict[str, Any], optional: Sequence[str]) -> None:
        bare = table_class([], **options)
        self.labels = {column.name: str(column.header) for column in bare.columns}
        names = list(self.labels)
        self.first = names[0]
        self.silent = [name for name in names if not self.labels[name].strip()]
        self.own = [name for name in names if name not in optional]

    def shown(self, chosen: Iterable[str]) -> list[str]:
        """The names to show for a choice; what no longer exists is left out, nothing chosen is the list's own."""
        known = [name for name in dict.fromkeys(chosen) if name in self.labels and name not in self.silent]
        if not known:
            return self.own
        if self.first not in known:
            known.insert(0, self.first)
        return [*known, *self.silent]

    def offered(self, chosen: Iterable[str]) -> list[Offered]:
        """All that can be chosen: what is shown, in its order, then the rest."""
        shown = [name for name in self.shown(chosen) if name not in self.silent]
        rest = [name for name in self.labels if name not in shown and name not in self.silent]
        return [
            Offered(name, self.labels[name], name in shown, name == self.first) for name in (*shown, *rest)
        ]


def asked(request: Any) -> list[str]:
    """The columns named in the address."""
    return [name for name in request.GET.get(PARAMETER, "")[:1000].split(",") if name]
