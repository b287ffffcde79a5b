"""Sheets of people: who works here, in which department, with which roles, led by whom."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import ApplicationError, Text
from core.imports.parsing import line
from core.imports.registry import Found, ImportField, ImportKind, Problem, Values, register
from core.models import Department, Role, User
from core.people import giveable_roles, managed_by, may_administer
from core.permissions import MANAGE_PEOPLE
from core.services.people import create_person, remove_person, set_manager, update_person
from core.services.quick_people import made_up_username

_BETWEEN_ROLES = re.compile(r"[/、+,，;；\n]")
_TEXTS = ("username", "display_name", "display_name_en", "email", "phone", "position")


def _department_names() -> list[str]:
    return [str(one) for one in Department.objects.all()]


def _role_names() -> list[str]:
    return [str(one) for one in Role.objects.all()]


@register
class PeopleImport(ImportKind):
    """A person is the same by the user name, else by the e-mail, else by the name if nobody else has it."""

    code = "core.people"
    title = gettext_lazy("Import people")
    permission = MANAGE_PEOPLE
    model = User
    list_url_name = "person-list"
    detail_url_name = "person-detail"
    notes = (
        gettext_lazy("People come in without a password: invite them from the list afterwards."),
        gettext_lazy("A person is known by the user name, else by the e-mail, else by the name."),
    )
    fields = (
        ImportField(
            "display_name",
            "姓名",
            "Name",
            required=True,
            also=("名字", "员工姓名", "人员", "full name"),
            parse=line,
            example="王芳",
        ),
        ImportField(
            "username",
            "用户名",
            "User name",
            also=("账号", "登录名", "login", "username"),
            parse=line,
            example="wangfang",
            help=gettext_lazy("Left empty, it is made of the name."),
        ),
        ImportField("display_name_en", "英文名", "English name", also=("英文姓名",), parse=line),
        ImportField(
            "department",
            "部门",
            "Department",
            also=("所属部门", "部门编码"),
            parse=line,
            choices=_department_names,
        ),
        ImportField(
            "roles",
            "角色",
            "Roles",
            also=("岗位角色", "role"),
            parse=line,
            choices=_role_names,
            help=gettext_lazy("Several with 、 between them."),
        ),
        ImportField(
            "email",
            "邮箱",
            "E-mail",
            also=("电子邮箱", "电子邮件", "email", "mail"),
            parse=line,
            example="wangfang@example.com",
        ),
        ImportField("phone", "电话", "Phone", also=("手机", "手机号", "联系电话", "mobile"), parse=line),
        ImportField("position", "职位", "Position", also=("职务", "岗位", "job title"), parse=line),
        ImportField(
            "manager",
            "上级",
            "Manager",
            also=("直属上级", "直接上级", "汇报对象", "主管", "reports to"),
            parse=line,
            help=gettext_lazy("The user name or the name of somebody who works here or stands in this file."),
        ),
    )

    def __init__(self, actor: User, chosen: Mapping[str, Any]) -> None:
        super().__init__(actor, chosen)
        self._in_file: set[str] = set()
        self._departments = _by_names(Department.objects.all(), ("code", "name", "name_en"))
        self._roles = _by_names(Role.objects.all(), ("code", "name_zh", "name_en"))
        self._giveable = set(giveable_roles(actor).values_list("pk", flat=True))

    def announce(self, values: Values) -> None:
        self._in_file |= {
            values[name].casefold() for name in ("username", "display_name") if values.get(name)
        }

    def load(self, rows: Sequence[Values]) -> None:
        names = {row["display_name"] for row in rows if row.get("display_name")}
        names |= {row["manager"] for row in rows if row.get("manager")}
        lower = {name.casefold() for name in names} | {
            row["username"].casefold() for row in rows if row.get("username")
        }
        mails = {row["email"].casefold() for row in rows if row.get("email")}
        found = (
            User.objects.annotate(lower_name=Lower("username"), lower_mail=Lower("email"))
            .filter(Q(lower_name__in=lower) | Q(lower_mail__in=mails) | Q(display_name__in=names))
            .select_related("department", "manager")
            .prefetch_related("roles")
            .order_by("pk")
        )
        self._by_username: dict[str, User] = {}
        self._by_mail: dict[str, User] = {}
        self._by_name: dict[str, list[User]] = {}
        for person in found:
            self._by_username[person.username.casefold()] = person
            if person.email:
                self._by_mail.setdefault(person.email.casefold(), person)
            self._by_name.setdefault(person.display_name, []).append(person)
        known = {person.pk for person in self._by_username.values()}
        self._managed = set(managed_by(self.actor).filter(pk__in=known).values_list("pk", flat=True))

    def keys(self, values: Values) -> list[tuple[str, str]]:
        if values.get("username"):
            return [(f"user {values['username'].casefold()}", "username")]
        if values.get("email"):
            return [(f"mail {values['email'].casefold()}", "email")]
        return [(f"name {values['display_name']}", "display_name")]

    def find(self, values: Values) -> User | None:
        if values.get("username"):
            return self._by_username.get(values["username"].casefold())
        if values.get("email") and (known := self._by_mail.get(values["email"].casefold())):
            return known
        same = self._by_name.get(values.get("display_name", ""), [])
        # Another address is another person of the same name.
        same = [one for one in same if not values.get("email") or not one.email]
        return same[0] if len(same) == 1 else None

    def title_of(self, row: User) -> str:
        return f"{row.display_name} ({row.username})"

    def check(self, values: Values, existing: User | None) -> Found:
        found = Found()
        for name in _TEXTS:
            if values.get(name):
                try:
                    User._meta.get_field(name).clean(values[name], None)  # type: ignore[union-attr]
                except ValidationError as error:
                    found.errors.append((name, error.messages[0]))
        if values.get("department") and self._department(values["department"]) is None:
            text = _("There is no department “%(name)s”.") % {"name": values["department"]}
            found.errors.append(("department", text))
        for word in _words(values.get("roles", "")):
            role = self._roles.get(word.casefold())
            if role is None:
                found.errors.append(("roles", _("There is no role “%(name)s”.") % {"name": word}))
            elif role.pk not in self._giveable and (existing is None or role not in existing.roles.all()):
                found.errors.append(("roles", _("You may not give the role “%(name)s”.") % {"name": word}))
        found.errors += self._manager_problem(values)
        return found

    def may_not_change(self, row: User) -> Text:
        if row.pk in self._managed and may_administer(self.actor, row):
            return ""
        return _("You do not administer %(name)s.") % {"name": row.display_name}

    def create(self, values: Values) -> User:
        fields = {name: values.get(name, "") for name in _TEXTS}
        fields["username"] = fields["username"] or made_up_username(values["display_name"])
        fields["department"] = self._department(values.get("department", ""))
        fields["manager"] = self._manager(values)
        return create_person(fields=fields, roles=self._wanted_roles(values), actor=self.actor)

    def update(self, row: User, changes: Values) -> User:
        fields = {name: value for name, value in changes.items() if name in _TEXTS}
        if "department" in changes:
            fields["department"] = self._department(changes["department"])
        if "manager" in changes and (manager := self._manager(changes)):
            fields["manager"] = manager
        roles = self._wanted_roles(changes) if "roles" in changes else None
        return update_person(
            person_id=row.pk, revision=row.revision, changes=fields, roles=roles, actor=self.actor
        )

    def read(self, row: User) -> dict[str, str]:
        found = {name: str(getattr(row, name) or "") for name in _TEXTS}
        found["department"] = row.department.code if row.department else ""
        found["roles"] = "、".join(sorted(one.code for one in row.roles.all()))
        found["manager"] = row.manager.username if row.manager else ""
        return found

    def written(self, values: Values) -> dict[str, str]:
        found = {name: str(value) for name, value in values.items()}
        if department := self._department(values.get("department", "")):
            found["department"] = department.code
        if "roles" in values:
            found["roles"] = "、".join(sorted({one.code for one in self._wanted_roles(values)}))
        if manager := self._manager(values):
            found["manager"] = manager.username
        return found

    def undo_create(self, row: User) -> None:
        remove_person(person_id=row.pk, actor=self.actor)

    def undo_update(self, row: User, before: Mapping[str, str]) -> None:
        self.load([{"manager": before.get("manager", "")}])
        fields: dict[str, Any] = {name: value for name, value in before.items() if name in _TEXTS}
        if "department" in before:
            fields["department"] = self._department(before["department"])
        if "manager" in before:
            fields["manager"] = self._by_username.get(before["manager"].casefold())
        roles = self._wanted_roles(before) if "roles" in before else None
        update_person(person_id=row.pk, revision=row.revision, changes=fields, roles=roles, actor=self.actor)

    def finish(self, rows: Sequence[tuple[Any, Values]]) -> dict[Any, list[Problem]]:
        """Managers that stood in the file further down."""
        self.load([values for _person, values in rows])
        warned: dict[Any, list[Problem]] = {}
        for person, values in rows:
            if not values.get("manager") or person.manager_id is not None:
                continue
            manager = self._manager(values)
            try:
                if manager is None:
                    raise ApplicationError(_("Nobody is called “%(name)s”.") % {"name": values["manager"]})
                set_manager(person_id=person.pk, manager=manager, actor=self.actor)
            except ApplicationError as refusal:
                warned[person.pk] = [("manager", str(refusal))]
        return warned

    def _manager_problem(self, values: Values) -> list[Problem]:
        word = values.get("manager", "")
        if not word or self._manager(values) is not None or word.casefold() in self._in_file:
            return []
        several = len(self._by_name.get(word, [])) > 1
        text = (
            _("Several people are called “%(name)s”: write the user name.")
            if several
            else (_("Nobody is called “%(name)s”."))
        )
        return [("manager", text % {"name": word})]

    def _manager(self, values: Mapping[str, Any]) -> User | None:
        word = values.get("manager", "")
        if known := self._by_username.get(word.casefold()):
            return known
        same = [one for one in self._by_name.get(word, []) if one.is_active]
        return same[0] if len(same) == 1 else None

    def _department(self, word: str) -> Department | None:
        return self._departments.get(word.casefold())

    def _wanted_roles(self, values: Mapping[str, Any]) -> list[Role]:
        words = _words(values.get("roles", ""))
        return [self._roles[word.casefold()] for word in words if word.casefold() in self._roles]


def _words(text: str) -> list[str]:
    return [word.strip() for word in _BETWEEN_ROLES.split(text) if word.strip()]


def _by_names(rows: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Rows by each way to write them; a code wins over another one's name."""
    found: dict[str, Any] = {}
    for name in names:
        for row in rows:
            if getattr(row, name):
                found.setdefault(getattr(row, name).casefold(), row)
    return found
