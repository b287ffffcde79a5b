"""Operations: the named deeds of domain apps that a diagram may call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from django.core.exceptions import ImproperlyConfigured

from core.actors import Actor, SystemActor
from core.models.people import in_reader_language
from workflows.engine.vocabulary import OperationSignature
from workflows.outside import Attempts, Rate, RateOf
from workflows.registry.adding import Label, add

Effect = Literal["database", "outside"]


@dataclass(frozen=True)
class OperationContext:
    """What an operation knows: its case's business row, never a free id from the diagram."""

    subject: Any  # the business row, locked by the operation's own service; None if the case has none
    actor: SystemActor  # names the step: "contract_lifecycle:activate"
    person: Actor  # whose deed set the step off
    instance_id: int
    element: str
    now: datetime


Targets = Callable[[], Mapping[str, str]]
OperationFunction = Callable[..., Mapping[str, Any] | None]


@dataclass(frozen=True)
class Operation:
    """A named deed of a domain app that a diagram may call."""

    name: str
    label: Label
    # "database": runs in the step's transaction and is undone with it. "outside": runs after the commit, by a
    # worker, until it has answered; the step waits for that.
    effect: Effect
    signature: OperationSignature
    run: OperationFunction
    # How one with an effect outside is tried.
    attempts: Attempts | None = None
    # Whom its target parameter may name, by code, with what people call them.
    targets: Targets | None = None

    @property
    def title(self) -> str:
        return in_reader_language(*self.label)

    def grant(self, params: Mapping[str, Any]) -> str:
        """What a definition must have been granted for this call: the operation, with its target if it has one."""
        target = self.signature.target
        return self.name if target is None else f"{self.name}:{params.get(target)}"

    def grants(self) -> Iterator[str]:
        """Everything that can be granted of it."""
        if self.signature.target is None:
            yield self.name
        elif self.targets is not None:
            yield from (f"{self.name}:{code}" for code in self.targets())


_operations: dict[str, Operation] = {}


def operation(
    *,
    name: str,
    label: Label,
    effect: Effect = "database",
    params: Mapping[str, Any] | None = None,
    result: Mapping[str, Any] | None = None,
    target: str | None = None,
    targets: Targets | None = None,
    retries: int = 5,
    first_pause: timedelta = timedelta(seconds=5),
    longest_pause: timedelta = timedelta(hours=1),
    timeout: timedelta = timedelta(seconds=30),
    rate: Rate | RateOf | None = None,
    limited_by: str = "",
) -> Callable[[OperationFunction], OperationFunction]:
    """Register a function ``(context, **params) -> result`` as a business step of diagrams.

    ``params`` and ``result`` name their types: ``{"level": "integer", "note": Param("text", required=False)}``.
    It raises an ApplicationError to refuse the whole step, and ``BpmnError("out_of_stock")`` to let an error
    event of that code go on; then what it has written is undone. Anything else it raises holds the step.

    With ``effect="outside"`` it gets an OutsideContext and is run by a worker after the commit, see
    ``workflows.outside``: tried again ``retries`` times after pauses that double, at most ``rate``, each try no
    longer than ``timeout``. ``target`` is the parameter that says whom it deals with: each of ``targets()`` is
    granted by itself.
    """
    if effect not in get_args(Effect):
        raise ImproperlyConfigured(f"The operation {name} has the effect {effect!r}, which is not known.")

    def register(function: OperationFunction) -> OperationFunction:
        is_outside = effect == "outside"
        signature = OperationSignature(
            name, params=params or {}, result=result or {}, outside=is_outside, target=target
        )
        attempts = Attempts.of(
            retries=retries,
            first_pause=first_pause,
            longest_pause=longest_pause,
            timeout=timeout,
            rate=rate,
            limited_by=limited_by,
        )
        found = Operation(name, label, effect, signature, function, attempts if is_outside else None, targets)
        add(_operations, name, found)
        return function

    return register


def operations() -> Mapping[str, Operation]:
    return _operations


def allowance_of(name: str, params: Mapping[str, Any]) -> str:
    """Whose rate a call outside uses up: the operation's, the target's, or one it shares with others."""
    known = _operations.get(name)
    if known is None or known.attempts is None:
        return name[:120]
    return (known.attempts.limited_by or known.grant(params))[:120]


def grantable() -> set[str]:
    """Everything that a definition can be granted."""
    return {grant for one in _operations.values() for grant in one.grants()}
