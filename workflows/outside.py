"""Operations with an effect outside: what their functions are told, and how they are tried.

Such a function runs in a worker, after the commit and outside any transaction, perhaps more than once for one
wish: hand the ``key`` to the outside, so that it can tell a repetition from a new wish. It reads what it needs,
writes nothing into the database, and returns plain data. It may raise

- ``BpmnError("declined")``: an answer that the diagram knows, its error event goes on;
- ``GiveUp("...")``: trying again would not help, an operator has to look at it;
- ``Later(seconds)``: the outside wants to be left alone for a while;
- anything else: a failure, tried again after a pause until the retries are used up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from core.errors import Conflict
from core.jobs import GiveUp, Later, Policy, Rate

__all__ = ["Attempts", "GiveUp", "Later", "NotNow", "OutsideContext", "OutsideSubject", "Rate"]

# The same for all calls, or asked for each: a service may have its own.
RateOf = Callable[[Mapping[str, Any]], "Rate | None"]


class NotNow(Conflict):
    """The outside could not do it this time. What it says is told to operators; it is tried again."""

    def __init__(self, text: str) -> None:
        super().__init__(text, code="outside")


@dataclass(frozen=True)
class OutsideSubject:
    """What the case is about, as it was called when its last step was written."""

    type: str
    id: str
    title: str
    business_key: str


@dataclass(frozen=True)
class OutsideContext:
    """What the function is told besides its parameters."""

    # The same for every attempt at one wish, also after an operator's retry.
    key: str
    attempt: int
    instance_id: int
    definition: str
    element: str
    subject: OutsideSubject | None
    now: datetime
    # After so many seconds somebody else may be given the work: have answered or failed by then.
    timeout: float


@dataclass(frozen=True)
class Attempts:
    """How an operation is tried: how often, after which pauses, how long, how many in a stretch of time."""

    policy: Policy
    rate: Rate | RateOf | None = None
    # Whose allowance the calls use up, where it is not that of the operation or of its target.
    limited_by: str = ""

    @classmethod
    def of(
        cls,
        *,
        retries: int,
        first_pause: timedelta,
        longest_pause: timedelta,
        timeout: timedelta,
        rate: Rate | RateOf | None,
        limited_by: str,
    ) -> Attempts:
        policy = Policy(
            retries=retries, first_pause=first_pause, longest_pause=longest_pause, longest=timeout
        )
        return cls(policy, rate, limited_by)

    @property
    def timeout(self) -> timedelta:
        if self.policy.longest is None:
            raise ValueError("Every call outside ends.")
        return self.policy.longest

    def policy_for(self, params: Mapping[str, Any]) -> Policy:
        """The policy for one call, with the rate that holds for it now."""
        rate = self.rate(params) if callable(self.rate) else self.rate
        return replace(self.policy, rate=rate)
