"""The pictures and papers that come with an activity, such as the screenshot of a chat (F43)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.documents import store_document
from core.errors import ApplicationError
from core.files.checks import check_upload
from core.models import Document, User
from crm.models import Activity, Customer
from crm.services.activities import LOG, log_activity
from crm.services.rows import locked_customer

KIND = "activity"
MOST_FILES = 5


@transaction.atomic
def log_with_files(
    *,
    customer_id: int,
    fields: Mapping[str, Any],
    files: Sequence[tuple[str, bytes]],
    actor: Actor,
    executors: Sequence[User] = (),
    contact_id: int | None = None,
) -> Activity:
    """Record an activity with its files (name, content): all of it or nothing."""
    customer = locked_customer(customer_id, actor=actor, revision=None, permission=LOG)
    return log_activity(
        customer_id=customer_id,
        fields=fields,
        executors=executors,
        contact_id=contact_id,
        files=[_filed(customer, name, content, actor) for name, content in _few_enough(files)],
        actor=actor,
    )


def _few_enough(files: Sequence[tuple[str, bytes]]) -> Sequence[tuple[str, bytes]]:
    if len(files) > MOST_FILES:
        text = _("At most %(count)s files at once.") % {"count": MOST_FILES}
        raise ApplicationError(text, code="too_many_files", errors={"files": [text]})
    return files


def _filed(customer: Customer, name: str, content: bytes, actor: Actor) -> Document:
    try:
        checked = check_upload(name, content)
    except ApplicationError as refusal:
        # The field of the form is where it can be mended.
        raise ApplicationError(
            refusal.message, code=refusal.code, errors={"files": [refusal.message]}
        ) from refusal
    return store_document(
        content=checked.content,
        name=checked.name,
        media_type=checked.media_type,
        kind=KIND,
        actor=actor,
        subject=customer,
    )
