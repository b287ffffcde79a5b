"""Do something once the transaction is committed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, update_wrapper
from typing import ParamSpec

from django.db import transaction

_P = ParamSpec("_P")


def after_commit(deed: Callable[_P, object], *args: _P.args, **kwargs: _P.kwargs) -> None:
    """What is committed is done: a deed that fails afterwards is logged, and its caller hears nothing of it.

    So only what somebody else makes up for belongs here: waking whoever finds the row by himself later."""

    # Django names the function in the log, and a partial has no name of its own.
    transaction.on_commit(update_wrapper(partial(deed, *args, **kwargs), deed), robust=True)
