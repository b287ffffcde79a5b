"""With what a message finds the case that waits for it.

A step may say a value (``flow:correlate``). One that says none is about the business row of its case, so that
two processes about one contract understand each other without drawing anything.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

from workflows.models.message import KEY_LENGTH


def key_of(value: Any, *, subject_type: str = "", subject_id: str = "") -> str:
    """The key of a value, else of a business row, else the empty one."""
    if value is None:
        return key_of_subject(subject_type, subject_id)
    text = _written(value)
    if len(text) <= KEY_LENGTH:
        return text
    # Equal texts have equal fingerprints, and that is all a key is for.
    return hashlib.sha256(text.encode()).hexdigest()


def key_of_subject(subject_type: str, subject_id: str) -> str:
    return f"{subject_type}:{subject_id}" if subject_id else ""


def _written(value: Any) -> str:
    """Numbers that are equal are written alike: 17, 17.0 and "17" mean one order."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (float, Decimal)):
        number = Decimal(str(value))
        if not number.is_finite():
            return str(value)
        text = format(number, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value).strip()
