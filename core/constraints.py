"""Turn the database's "no" into a refusal that a person can read.

Services check first and explain; a constraint decides when two people do so at the same moment.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from core.errors import ApplicationError


def constraint_of(error: IntegrityError) -> str:
    """The name of the constraint that was violated, or an empty text."""
    diagnostics = getattr(error.__cause__, "diag", None)
    return str(getattr(diagnostics, "constraint_name", "") or "")


@contextmanager
def refusing(refusals: Mapping[str, ApplicationError]) -> Iterator[None]:
    """Raise the refusal that belongs to a violated constraint; any other violation stays a failure.

    Opens a savepoint, so that the caller's transaction stays usable.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        refusal = refusals.get(constraint_of(error))
        if refusal is None:
            raise
        raise refusal from error
