"""The tree of departments: create, rename, move, merge, delete. Codes never change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_slug
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit
from core.actors import Actor, SystemActor
from core.constraints import refusing
from core.departments import path_holders, repath
from core.errors import ApplicationError, Text
from core.models import Department, User
from core.people import lock_organisation
from core.permissions import MANAGE_PEOPLE
from core.rights import require, scope_q

LONGEST_PATH = 300


def managed_departments(actor: Actor) -> Any:
    """The departments whose people an actor administers."""
    reach = scope_q(actor, MANAGE_PEOPLE, owner=None, department_path="path")
    return Department.objects.filter(reach)


@transaction.atomic
def create_department(
    *, name: str, actor: Actor, name_en: str = "", code: str = "", parent: Department | None = None
) -> Department:
    """Add a department; without a code it gets one of its own."""
    _require_whole(actor)
    lock_organisation()
    above = Department.objects.get(pk=parent.pk) if parent else None
    department = Department(
        code=_checked_code(code) if code else _free_code(),
        **_names(name, name_en),
        parent=above,
        order=_last_order(above) + 1,
    )
    _refuse_deep(department)
    with refusing(_refusals()):
        department.save(force_insert=True)
    audit.record(
        actor,
        "core.create_department",
        department,
        after={"code": department.code, "name": department.name, "parent": above.code if above else None},
    )
    return department


@transaction.atomic
def create_departments(*, lines: str, actor: Actor, parent: Department | None = None) -> list[Department]:
    """Several at once, one a line; a line that is indented stands below the one before it."""
    _require_whole(actor)
    created: list[Department] = []
    chain: list[tuple[int, Department | None]] = [(-1, parent)]
    for line in lines.splitlines():
        name = line.strip()
        if not name:
            continue
        depth = _depth(line)
        while chain[-1][0] >= depth:
            chain.pop()
        made = create_department(name=name, parent=chain[-1][1], actor=actor)
        chain.append((depth, made))
        created.append(made)
    if not created:
        text = _("Write at least one name.")
        raise ApplicationError(text, code="invalid", errors={"lines": [text]})
    return created


@transaction.atomic
def rename_department(*, department_id: int, name: str, name_en: str = "", actor: Actor) -> Department:
    """Change what it is called; its code stays, for roles and paths name it."""
    _require_whole(actor)
    department = _locked(department_id)
    before = {"name": department.name, "name_en": department.name_en}
    after = _names(name, name_en)
    if before == after:
        return department
    Department.objects.filter(pk=department.pk).update(**after)
    department.refresh_from_db()
    audit.record(actor, "core.rename_department", department, before=before, after=after)
    return department


@transaction.atomic
def move_department(
    *, department_id: int, parent: Department | None, actor: Actor, before: Department | None = None
) -> Department:
    """Put it below another one; everything below it and every row that carries its path comes along.

    ``before`` names the sibling in front of which it stands from now on; without one it comes last.
    """
    _require_whole(actor)
    lock_organisation()
    department = _locked(department_id)
    above = Department.objects.get(pk=parent.pk) if parent else None
    if above is not None and above.path.startswith(department.path):
        text = _("%(name)s cannot stand below itself.") % {"name": department}
        raise ApplicationError(text, code="department_loop", errors={"parent": [text]})
    old, old_parent = department.path, department.parent
    new = f"{above.path if above else '/'}{department.code}/"
    _refuse_deep(department, path=new)
    _place(department, above, before)
    if new != old:
        moved = _follow(old, new)
        audit.record(
            actor,
            "core.move_department",
            department,
            before={"path": old, "parent": old_parent.code if old_parent else None},
            after={"path": new, "parent": above.code if above else None, "rows": moved},
        )
    return Department.objects.get(pk=department.pk)


@transaction.atomic
def merge_department(*, department_id: int, into: Department, actor: Actor) -> Department:
    """Its people, the departments below it and all its rows go to another one; then it is deleted."""
    _require_whole(actor)
    lock_organisation()
    department, target = _locked(department_id), Department.objects.get(pk=into.pk)
    if target.path.startswith(department.path):
        text = _("Choose a department that does not stand below this one.")
        raise ApplicationError(text, code="department_loop", errors={"into": [text]})
    for child in department.children.order_by("order", "name"):
        move_department(department_id=child.pk, parent=target, actor=actor)
    people = User.objects.filter(department=department)
    names = sorted(people.values_list("username", flat=True))
    people.update(department=target)
    rows = _rows_follow(department.path, target.path)
    audit.record(
        actor,
        "core.merge_department",
        department,
        before={"code": department.code, "name": department.name, "path": department.path},
        after={"into": target.code, "people": names, "rows": rows},
    )
    department.delete()
    return target


@transaction.atomic
def delete_department(*, department_id: int, actor: Actor) -> None:
    """Only an empty one: nobody in it, nothing below it, no business of it."""
    _require_whole(actor)
    lock_organisation()
    department = _locked(department_id)
    if department.people.exists() or department.children.exists() or _has_rows(department.path):
        raise ApplicationError(
            _("%(name)s still has people, departments or business. Merge it into another one instead.")
            % {"name": department},
            code="department_not_empty",
        )
    audit.record(
        actor,
        "core.delete_department",
        department,
        before={"code": department.code, "name": department.name, "path": department.path},
    )
    department.delete()


# Moving --------------------------------------------------------------------------------------------


def _follow(old: str, new: str) -> int:
    """Everything below, and every row that carries a path of it; says how many rows of business there were."""
    repath(Department._meta.db_table, "path", old=old, new=new)
    return _rows_follow(old, new)


def _rows_follow(old: str, new: str) -> int:
    moved = 0
    for model, field in path_holders():
        column = str(model._meta.get_field(field).column)  # type: ignore[union-attr]
        moved += repath(model._meta.db_table, column, old=old, new=new)
    return moved


def _has_rows(path: str) -> bool:
    return any(
        model._default_manager.filter(**{f"{field}__startswith": path}).exists()
        for model, field in path_holders()
    )


def _place(department: Department, above: Department | None, before: Department | None) -> None:
    """Among its new siblings: in front of one of them, else last. Orders are written anew, from 1."""
    siblings: Sequence[Department] = list(
        Department.objects.filter(parent=above).exclude(pk=department.pk).order_by("order", "name", "pk")
    )
    position = next((n for n, one in enumerate(siblings) if before and one.pk == before.pk), len(siblings))
    ordered = [*siblings[:position], department, *siblings[position:]]
    for number, one in enumerate(ordered, start=1):
        # Not save(): it would write the path of the moment, before everything below has followed.
        Department.objects.filter(pk=one.pk).update(order=number)
    Department.objects.filter(pk=department.pk).update(parent=above)


def _last_order(above: Department | None) -> int:
    return Department.objects.filter(parent=above).count()


# Conditions ----------------------------------------------------------------------------------------


def _require_whole(actor: Actor) -> None:
    """The tree is the whole company's: whoever administers one department's people does not change it."""
    require(actor, MANAGE_PEOPLE)
    if not isinstance(actor, SystemActor) and "all" not in actor.scopes_of(MANAGE_PEOPLE):
        raise PermissionDenied(MANAGE_PEOPLE)


def _locked(department_id: int) -> Department:
    return Department.objects.select_for_update(of=("self",)).select_related("parent").get(pk=department_id)


def _names(name: str, name_en: str) -> dict[str, str]:
    values: Mapping[str, str] = {"name": name.strip(), "name_en": name_en.strip()}
    errors: dict[str, list[Text]] = {}
    if not values["name"]:
        errors["name"] = [_("Enter a value.")]
    for field, text in values.items():
        if len(text) > 60 or "\x00" in text:
            errors[field] = [_("At most 60 characters.")]
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)
    return dict(values)


def _checked_code(code: str) -> str:
    code = code.strip()
    try:
        validate_slug(code)
    except ValidationError as error:
        raise ApplicationError(
            _("Please correct the marked fields."), code="invalid", errors={"code": list(error.messages)}
        ) from error
    if len(code) > 30:
        text = _("At most 30 characters.")
        raise ApplicationError(text, code="invalid", errors={"code": [text]})
    return code


def _free_code() -> str:
    """d1, d2, …: the first that nobody has. The caller holds the organisation's lock."""
    taken = set(Department.objects.filter(code__startswith="d").values_list("code", flat=True))
    number = len(taken) + 1
    while f"d{number}" in taken:
        number += 1
    return f"d{number}"


def _refuse_deep(department: Department, *, path: str = "") -> None:
    above = department.parent.path if department.parent else "/"
    wanted = path or f"{above}{department.code}/"
    below = Department.objects.filter(path__startswith=department.path) if department.pk else ()
    longest = max((len(one.path) for one in below), default=len(department.path))
    if len(wanted) + longest - len(department.path) > LONGEST_PATH:
        text = _("The tree would become too deep.")
        raise ApplicationError(text, code="too_deep", errors={"parent": [text]})


def _depth(line: str) -> int:
    """How far a line is indented; a Chinese space counts as two, a tab as four."""
    width = 0
    for letter in line:
        if letter not in " \t\u3000":
            break
        width += {"\t": 4, "\u3000": 2}.get(letter, 1)
    return width


def _refusals() -> dict[str, ApplicationError]:
    taken = gettext_lazy("Another department has this code.")
    refusal = ApplicationError(taken, code="code_taken", errors={"code": [taken]})
    return {"core_department_code_key": refusal, "core_department_path_key": refusal}
