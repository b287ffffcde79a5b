"""Two people change one row: what each changed, what is taken over, and what has to be decided.

A field that only the others changed is taken over, so that saving once more does not undo their change in
silence. A field that only this person changed stays as typed. Where both changed the same field, the page asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext as _

from core import history
from core.enumeration import listed
from core.generic.opening import Opening
from core.generic.slots import Slot
from core.models import FieldChange, User

CHOICE = "stands-"
MINE, THEIRS = "mine", "theirs"
# Changes of a row that are looked through for who was it.
LATEST = 60


@dataclass(frozen=True)
class Difference:
    """One field: what it was (None where that is not known), is now, and what was typed."""

    name: str
    label: str
    was: str | None
    now: str
    typed: str
    # What a script writes into the field when theirs is chosen; None where one value does not fill it.
    raw: str | None
    who: str
    at: datetime | None

    @property
    def choice(self) -> str:
        return f"{CHOICE}{self.name}"


@dataclass
class Overtaken:
    """What the page says: ``asked`` wants a decision, ``taken`` was taken over from the others."""

    asked: list[Difference] = field(default_factory=list)
    taken: list[Difference] = field(default_factory=list)
    # What stood in the asked fields before both; carried on in the signed opening values.
    before: dict[str, Any] = field(default_factory=dict)
    # Somebody sent the form without deciding.
    is_waiting: bool = False

    @property
    def people(self) -> str:
        return listed(dict.fromkeys(one.who for one in [*self.asked, *self.taken] if one.who))

    @property
    def at(self) -> datetime | None:
        return max((one.at for one in [*self.asked, *self.taken] if one.at), default=None)

    def __bool__(self) -> bool:
        return bool(self.asked or self.taken)


def decided(data: QueryDict, slots: Sequence[Slot], opening: Opening | None) -> list[str]:
    """Write the decisions into the data; gives the fields nobody has decided about yet."""
    if opening is None:
        return []
    known = {slot.name: slot for slot in slots}
    waiting = []
    for name in opening.asked:
        choice = data.get(f"{CHOICE}{name}", "")
        if name not in known:
            continue
        if choice == THEIRS:
            known[name].put(data, opening.values[name])
        elif choice != MINE and known[name].typed(data) != opening.values[name]:
            waiting.append(name)
    return waiting


def compare(
    data: QueryDict,
    slots: Sequence[Slot],
    opening: Opening | None,
    *,
    waiting: Sequence[str] = (),
    row: Any = None,
    reader: User,
) -> Overtaken:
    """What the others changed; takes over into the data what this person left alone."""
    found = Overtaken(is_waiting=bool(waiting))
    changes = _Changes(row, reader)
    for slot in slots:
        typed = slot.typed(data)
        was = _was(slot, opening, waiting)
        if was is _UNKNOWN:
            # Without opening values nobody knows who changed what: whatever differs is asked.
            if typed != slot.now:
                found.asked.append(_difference(slot, None, typed, changes))
                found.before[slot.name] = None
        elif was == slot.now or typed == slot.now:
            continue
        elif typed == was:
            found.taken.append(_difference(slot, was, typed, changes))
            slot.put(data, slot.now)
        else:
            found.asked.append(_difference(slot, was, typed, changes))
            found.before[slot.name] = was
    return found


_UNKNOWN = object()


def _was(slot: Slot, opening: Opening | None, waiting: Sequence[str]) -> Any:
    if opening is None or slot.name not in opening.values:
        return _UNKNOWN
    if slot.name in waiting:
        before = opening.asked[slot.name]
        return _UNKNOWN if before is None else before
    return opening.values[slot.name]


def _difference(slot: Slot, was: Any, typed: Any, changes: _Changes) -> Difference:
    change = changes.of(slot)
    return Difference(
        name=slot.name,
        label=slot.label,
        was=None if was is None else slot.said(was),
        now=slot.said(slot.now),
        typed=slot.said(typed, trusted=False),
        raw=slot.raw(slot.now),
        who=changes.who(change),
        at=None if change is None else change.at,
    )


class _Changes:
    """Who changed a row last, field by field; asked for once, and only when two people have met."""

    def __init__(self, row: Any, reader: User) -> None:
        self.row = row
        self.reader = reader
        self._rows: list[FieldChange] | None = None

    def of(self, slot: Slot) -> FieldChange | None:
        source = slot.source or self._column(slot.name)
        if source is None:
            return None
        if self._rows is None:
            self._rows = list(history.changes_of(self.row)[:LATEST])
        kind, column = source
        return next(
            (one for one in self._rows if one.row_type == kind and (column is None or column in one.changes)),
            None,
        )

    def _column(self, name: str) -> tuple[str, str | None] | None:
        if not isinstance(self.row, models.Model):
            return None
        for one in self.row._meta.concrete_fields:
            if name in (one.name, one.attname):
                return (self.row._meta.label_lower, one.column)
        return None

    def who(self, change: FieldChange | None) -> str:
        if change is None:
            return ""
        if change.actor_id == self.reader.pk:
            return _("you yourself, elsewhere")
        return history.told([change])[0].who
