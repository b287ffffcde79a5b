"""Frames: the running insides of a process, a subprocess, a called process, an element of a multi-instance.

A frame has its tokens and its variables. The rules of where a name lives are those of `namescopes`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from .definition import Definition
    from .kernel import Token

PROCESS: Final = "process"  # the case itself, or a called process: its store is its own
SCOPE: Final = "scope"  # a subprocess: only what is declared on it is its own
EACH: Final = "each"  # one element of a multi-instance: everything written inside is its own
ROUND: Final = "round"  # one round of a loop: only its counter is its own


class Names(Mapping[str, Any]):
    """Local names over those of the frame around."""

    __slots__ = ("local", "outer")

    def __init__(self, local: dict[str, Any], outer: Mapping[str, Any]) -> None:
        self.local = local
        self.outer = outer

    def __getitem__(self, name: str) -> Any:
        return self.local[name] if name in self.local else self.outer[name]

    def get(self, name: str, default: Any = None) -> Any:
        return self.local[name] if name in self.local else self.outer.get(name, default)

    def __contains__(self, name: object) -> bool:
        return name in self.local or name in self.outer

    def __iter__(self) -> Iterator[str]:
        yield from self.local
        yield from (name for name in self.outer if name not in self.local)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Frame:
    """One running inside. `host` is the token of the activity it belongs to; None for the case itself.
    `tokens` are those that stand directly in it, in the order of arrival, so that no look round a frame
    costs more when others run beside it. `open` counts the tokens that keep it from ending: all but
    the triggers of event subprocesses."""

    __slots__ = (
        "definition",
        "done",
        "host",
        "index",
        "kind",
        "local",
        "number",
        "open",
        "scope",
        "tokens",
        "variables",
    )

    def __init__(
        self,
        number: int,
        kind: str,
        scope: str,
        definition: Definition,
        host: Token | None,
        local: dict[str, Any],
        index: int = 0,
    ) -> None:
        self.number = number
        self.kind = kind
        self.scope = scope
        self.definition = definition
        self.host = host
        self.local = local
        self.index = index
        self.tokens: dict[int, Token] = {}
        self.open = 0
        self.done = False
        self.variables: Mapping[str, Any] = (
            local if kind == PROCESS or host is None else Names(local, host.frame.variables)
        )

    def write(self, values: Mapping[str, Any]) -> None:
        """Set variables where they live."""
        if self.kind in (PROCESS, EACH) or self.host is None:
            self.local.update(values)
            return
        outer: dict[str, Any] = {}
        for name, value in values.items():
            (self.local if name in self.local else outer)[name] = value
        if outer:
            self.host.frame.write(outer)
