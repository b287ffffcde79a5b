"""Bordered sheets about a contract, to sign or to file: what every one of them shows around its own facts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from contracts.models import Contract
from core import clock
from core.actors import Actor
from core.models import User


def sheet_of(contract: Contract, title: str, reader: Actor) -> dict[str, Any]:
    """Language, page, company, title, number, and by whom it was printed when; the sheet adds what it is about."""
    english = (translation.get_language() or "").startswith("en")
    name = reader.name if isinstance(reader, User) else _("System")
    return {
        "lang": "en" if english else "zh-CN",
        "page_name": "upright-en" if english else "upright-zh",
        "company": contract.own_company.name,
        "title": title,
        "number": contract.no,
        "made": _("Printed by %(name)s on %(time)s") % {"name": name, "time": moment_words(clock.now())},
        "nothing": "",
        "open": ("", []),
    }


def moment_words(at: datetime) -> str:
    """A moment as sheets write it, where the company is."""
    return f"{at.astimezone(clock.COMPANY_ZONE):%Y-%m-%d %H:%M}"
