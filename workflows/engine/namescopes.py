"""Where a name lives: the process, a subprocess with variables of its own, one element of a multi-instance.

At run time a frame keeps the same rules (see `frames`), so that what the lint has promised of a name
is what an expression finds."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field

from .expressions import Names
from .vocabulary import INTEGER, Type

LOOP_COUNTER = "loopCounter"


@dataclass(slots=True)
class NameScope:
    """Names with their types. In one that is `closed`, as an element of a multi-instance, every name
    that is written inside stays inside; else only those declared on it do."""

    id: str
    subject: Mapping[str, Type]
    up: NameScope | None = None
    closed: bool = False
    local: dict[str, Type] = field(default_factory=dict)
    variables: Mapping[str, Type] = field(init=False)
    names: Names = field(init=False)

    def __post_init__(self) -> None:
        outer = self.up.variables if self.up is not None else {}
        self.variables = ChainMap(self.local, outer) if self.up is not None else self.local  # type: ignore[arg-type]
        self.names = Names(self.variables, self.subject)

    def home(self, name: str) -> NameScope:
        """Where a name written here is kept."""
        if self.up is None or self.closed or name in self.local:
            return self
        return self.up.home(name)

    def shadows(self) -> list[str]:
        """Names of this scope that the scopes around it have too."""
        if self.up is None:
            return []
        return [name for name in self.local if name != LOOP_COUNTER and name in self.up.variables]

    def inside(self, id: str, *, closed: bool) -> NameScope:
        """The names inside a loop or a multi-instance element."""
        return NameScope(id, self.subject, self, closed, {LOOP_COUNTER: INTEGER})
