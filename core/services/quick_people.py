"""Several people at once, one a line: name, user name, department, role, e-mail, manager."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _
from pypinyin import lazy_pinyin

from core.actors import Actor
from core.errors import ApplicationError, Text
from core.models import Department, Role, User
from core.services.access import invite_person, set_first_password
from core.services.people import create_person, set_manager

MOST = 200
Found = TypeVar("Found", Department, Role)
_SEPARATORS = re.compile(r"[\t,，;；]")
_NO_LETTERS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Entered:
    """A person and what has to be told them: a first password, the path of a link, or nothing where mail goes out."""

    person: User
    password: str = ""
    link: str = ""


@dataclass
class _Row:
    number: int
    name: str
    username: str
    department: Department | None
    roles: list[Role]
    email: str
    manager: str


@transaction.atomic
def enter_people(*, lines: str, with_password: bool, actor: Actor) -> list[Entered]:
    """All lines or none; what is wrong is said by line."""
    rows = _read(lines)
    errors: list[Text] = []
    people: list[tuple[_Row, User]] = []
    for row in rows:
        try:
            with transaction.atomic():
                person = create_person(
                    fields={
                        "username": row.username,
                        "display_name": row.name,
                        "department": row.department,
                        "email": row.email,
                    },
                    roles=row.roles,
                    actor=actor,
                )
        except ApplicationError as refusal:
            errors.append(_in_line(row.number, _reasons(refusal)))
            continue
        people.append((row, person))
    for row, person in people:
        if row.manager:
            try:
                set_manager(person_id=person.pk, manager=_manager(row.manager), actor=actor)
            except ApplicationError as refusal:
                errors.append(_in_line(row.number, _reasons(refusal)))
    if errors:
        raise _refusal(errors)
    return [_with_access(person, with_password, actor) for _row, person in people]


def _with_access(person: User, with_password: bool, actor: Actor) -> Entered:
    if with_password:
        return Entered(person, password=set_first_password(person_id=person.pk, actor=actor))
    return Entered(person, link=invite_person(person_id=person.pk, actor=actor))


# Reading -------------------------------------------------------------------------------------------


def _read(lines: str) -> list[_Row]:
    departments, roles = list(Department.objects.all()), list(Role.objects.all())
    taken = {name.lower() for name in User.objects.values_list("username", flat=True)}
    rows: list[_Row] = []
    errors: list[Text] = []
    for number, line in enumerate(lines.splitlines(), start=1):
        if not line.strip():
            continue
        words = [word.strip() for word in _SEPARATORS.split(line)] + [""] * 6
        name, username, department, role, email, manager = words[:6]
        if not name:
            errors.append(_in_line(number, _("The name is missing.")))
            continue
        username = username or _made_up(name, taken)
        taken.add(username.lower())
        row = _Row(number, name, username, None, [], email, manager)
        if department:
            row.department = _one(departments, department, ("code", "name", "name_en"))
            if row.department is None:
                errors.append(
                    _in_line(number, _("There is no department “%(name)s”.") % {"name": department})
                )
        for word in filter(None, re.split(r"[/、+]", role)):
            found = _one(roles, word.strip(), ("code", "name_zh", "name_en"))
            if found is None:
                errors.append(_in_line(number, _("There is no role “%(name)s”.") % {"name": word.strip()}))
            else:
                row.roles.append(found)
        rows.append(row)
    if errors:
        raise _refusal(errors)
    if not rows:
        raise _refusal([_("Write at least one line.")])
    if len(rows) > MOST:
        raise _refusal([_("At most %(count)s people at once.") % {"count": MOST}])
    return rows


def _one(rows: Iterable[Found], word: str, names: tuple[str, ...]) -> Found | None:
    wanted = word.casefold()
    return next((row for row in rows for name in names if getattr(row, name).casefold() == wanted), None)


def _made_up(name: str, taken: set[str]) -> str:
    """王芳 -> wangfang, wangfang2 …"""
    base = _NO_LETTERS.sub("", "".join(lazy_pinyin(name)).lower())[:30] or "user"
    username, number = base, 2
    while username in taken:
        username, number = f"{base}{number}", number + 1
    return username


def made_up_username(name: str) -> str:
    """One that nobody has: wangfang, wangfang2 …"""
    base = _made_up(name, set())
    return _made_up(name, {one.lower() for one in _like(base)})


def _like(base: str) -> Iterable[str]:
    return User.objects.filter(username__istartswith=base).values_list("username", flat=True)


def _manager(word: str) -> User:
    found = list(User.objects.filter(is_active=True, username__iexact=word)[:2]) or list(
        User.objects.filter(is_active=True, display_name=word)[:2]
    )
    if len(found) != 1:
        text = (
            _("Nobody is called “%(name)s”.") if not found else _("Several people are called “%(name)s”.")
        ) % {"name": word}
        raise ApplicationError(text, code="invalid")
    return found[0]


def _in_line(number: int, text: Text) -> str:
    return _("Line %(number)s: %(text)s") % {"number": number, "text": text}


def _reasons(refusal: ApplicationError) -> str:
    return " ".join(str(text) for texts in refusal.errors.values() for text in texts) or str(refusal)


def _refusal(errors: list[Text]) -> ApplicationError:
    return ApplicationError(
        _("Nothing was entered yet. Please correct the lines."), code="invalid", errors={"lines": errors}
    )
