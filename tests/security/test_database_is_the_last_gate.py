"""What only the database noticed is answered on pages as on the API: no failure of ours."""

import pytest
from django.db import DataError, IntegrityError, OperationalError
from psycopg import errors

from core.middleware import ErrorPagesMiddleware

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("outer", "cause", "status"),
    [
        (DataError, errors.NumericValueOutOfRange, 400),
        (IntegrityError, errors.UniqueViolation, 409),
        (IntegrityError, errors.CheckViolation, 400),
        (OperationalError, errors.LockNotAvailable, 409),
        (OperationalError, errors.AdminShutdown, None),
    ],
)
def test_a_refusal_of_the_database_is_a_page(rf, cast, outer, cause, status):
    request = rf.get("/")
    request.user, request.htmx = cast.rep1, False
    error = outer("refused")
    error.__cause__ = cause("refused")
    answer = ErrorPagesMiddleware(lambda request: None).process_exception(request, error)
    assert (answer.status_code if answer is not None else None) == status
