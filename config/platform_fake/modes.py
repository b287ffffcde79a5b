"""How the platform behaves when it is asked for something: well, slowly, not at all, twice, later, or with a "no"."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from config.platform_fake.server import Handler

NO_SUCH_PLAN = "平台没有该套餐"
Command = dict[str, Any]


def well(call: Handler, key: str, command: Command) -> None:
    """Does it, answers, and tells it by an event too."""
    answer = call.platform.do(key, command)
    call.answer(200, answer)


def slow(call: Handler, key: str, command: Command) -> None:
    """Does it, and answers so many seconds later."""
    answer = call.platform.do(key, command)
    call.platform.over.wait(call.platform.seconds or 1.0)
    call.answer(200, answer)


def down(call: Handler, key: str, command: Command) -> None:
    """Out of order."""
    call.answer(503, {"error": "maintenance"})


def twice(call: Handler, key: str, command: Command) -> None:
    """Does it once, and tells it two times over."""
    answer = call.platform.do(key, command)
    call.platform.tell_answer(key, answer)
    call.answer(200, answer)


def late(call: Handler, key: str, command: Command) -> None:
    """Takes it down and does it later: when ``/control`` says ``finish``, or after so many seconds."""
    known = call.platform.journal.answers.get(key)
    if known is not None:
        call.answer(200, known)
        return
    call.platform.put_off(key, command)
    call.answer(202, {"status": "accepted"})


def silent(call: Handler, key: str, command: Command) -> None:
    """Does it, and the line breaks before the answer; the event does not come either."""
    call.platform.journal.done(key, command)
    call.hang_up()


def decline(call: Handler, key: str, command: Command) -> None:
    """Says no."""
    answer = call.platform.journal.declined(key, NO_SUCH_PLAN)
    call.platform.tell_answer(key, answer)
    call.answer(200, answer)


MODES: dict[str, Callable[[Handler, str, Command], None]] = {
    mode.__name__: mode for mode in (well, slow, down, twice, late, silent, decline)
}
