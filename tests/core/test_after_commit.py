"""What is done after the commit never undoes or spoils what is committed."""

import logging

import pytest

from core.after_commit import after_commit
from core.models import Department


def fail(word: str) -> None:
    raise ConnectionError(word)


@pytest.mark.django_db(transaction=True)
def test_a_deed_that_fails_is_logged_and_its_caller_hears_nothing(caplog):
    from django.db import transaction

    done = []
    with caplog.at_level(logging.ERROR), transaction.atomic():
        Department.objects.create(code="kept", name="保留")
        after_commit(fail, "no broker")
        after_commit(done.append, "the next one")
    assert Department.objects.filter(code="kept").exists()
    assert done == ["the next one"]
    assert "fail" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_nothing_is_done_when_nothing_is_committed():
    from django.db import transaction

    done = []
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        after_commit(done.append, "never")
        raise ZeroDivisionError
    assert done == []
