"""Run something in a forked process and kill it with SIGKILL at a chosen moment of its talk with the database."""

import os
import signal
import traceback
from collections.abc import Callable

from django.db import connection, connections
from psycopg.pq import TransactionStatus

FINISHED, KILLED, FAILED = "finished", "killed", "failed"

# Who else talks to the database.
_OTHERS = """
SELECT pid FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


def run_and_kill(deed: Callable[[], object], *, at: int) -> str:
    """Fork, do the deed, die at the given moment; returns when the database has noticed.

    Each statement is three moments: before it is sent, when it is sent and not answered, and after its answer;
    so is the commit. Says "finished" when the deed came to its end before that moment.
    """
    before = _others()
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        _child(deed, at)
    _pid, status = os.waitpid(pid, 0)
    _wait_until_gone(before)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return KILLED
    return FINISHED if os.WEXITSTATUS(status) == 0 else FAILED


def _others() -> set[int]:
    """Connections that are not ours: an earlier test's server threads may still keep some."""
    with connection.cursor() as cursor:
        cursor.execute(_OTHERS)
        return {pid for (pid,) in cursor.fetchall()}


def _wait_until_gone(before: set[int]) -> None:
    """Return when the database has let go of what the dead process did: nobody has come since ``before``."""
    for _attempt in range(1000):
        if _others() <= before:
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.01)")
    raise AssertionError("The dead process still holds a connection after ten seconds.")


def _child(deed: Callable[[], object], at: int) -> None:
    """Never returns: the parent's tests and fixtures are none of the child's business."""
    try:
        forget_connections()
        _install(at)
        deed()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def forget_connections() -> None:
    """In a forked process: whatever connection is found here is the parent's, and must not be spoken on.

    While a browser runs in the parent, Django keeps two connections there, one for code inside an event loop
    and one outside; the child is outside, and finds the one that the parent has not closed."""
    for found in connections.all(initialized_only=True):
        found.connection = None  # the driver leaves a connection alone that another process has opened
        found.in_atomic_block, found.needs_rollback, found.closed_in_transaction = False, False, False
        found.savepoint_ids, found.atomic_blocks, found.run_on_commit = [], [], []


def _install(at: int) -> None:
    passed = 0

    def is_moment() -> bool:
        nonlocal passed
        passed += 1
        return passed == at

    def around_statement(execute, sql, params, many, context):
        if is_moment():
            _die()
        if is_moment():
            _send_and_die(context["cursor"].mogrify(sql, params))
        answer = execute(sql, params, many, context)
        if is_moment():
            _die()
        return answer

    commit = connection._commit

    def around_commit() -> None:
        if is_moment():
            _die()
        if is_moment():
            _send_and_die("COMMIT")
        commit()
        if is_moment():
            _die()

    connection.execute_wrappers.append(around_statement)
    connection._commit = around_commit


def _send_and_die(statement: str) -> None:
    """The server works on it; nobody is there for the answer."""
    driver = connection.connection
    if driver.pgconn.transaction_status == TransactionStatus.IDLE and not driver.autocommit:
        # The driver opens the transaction with the first statement.
        statement = f"BEGIN; {statement}"
    driver.pgconn.send_query(statement.encode())
    driver.pgconn.flush()
    _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
