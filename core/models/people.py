"""People, the departments they work in, the roles they have and what roles are granted."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.models import AbstractBaseUser, UserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.rights import rights_by_rows
from core.search import pinyin_key, tokens

if TYPE_CHECKING:
    from core.actors import Actor


def in_reader_language(zh: str, en: str) -> str:
    """The Chinese or the English one of two texts, by the language in force."""
    return (en or zh) if (get_language() or "").startswith("en") else (zh or en)


class Department(models.Model):
    """A node of the organisation tree. ``path`` holds the codes from the root down: ``/hq/sales/``."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60, blank=True)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent"),
    )
    path = models.CharField(max_length=300, unique=True, editable=False)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering: ClassVar = ["path"]
        verbose_name = _("department")
        verbose_name_plural = _("departments")

    def __str__(self) -> str:
        return in_reader_language(self.name, self.name_en)

    def save(self, *args: object, **kwargs: object) -> None:
        self.path = f"{self.parent.path if self.parent else '/'}{self.code}/"
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class Role(models.Model):
    """What somebody does in the company; lanes of diagrams name roles by code or by either name."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=60, unique=True)
    name_en = models.CharField(_("English name"), max_length=60, unique=True)
    description = models.CharField(_("description"), max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["code"]
        verbose_name = _("role")
        verbose_name_plural = _("roles")

    def __str__(self) -> str:
        return in_reader_language(self.name_zh, self.name_en)


class Grant(models.Model):
    """A role may do something, within a scope."""

    class Scope(models.TextChoices):
        OWN = "own", _("Own")
        DEPARTMENT = "department", _("Department")
        SUBTREE = "subtree", _("Department and below")
        ALL = "all", _("All")

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="grants")
    permission = models.CharField(max_length=80)
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.OWN)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["role", "permission"], name="grant_once_per_role_and_permission"),
            models.CheckConstraint(
                condition=Q(scope__in=["own", "department", "subtree", "all"]), name="grant_scope_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role.code}: {self.permission} ({self.scope})"


class User(AbstractBaseUser):
    """A person who signs in. Never deleted: what they did stays theirs."""

    class Theme(models.TextChoices):
        AUTO = "auto", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class Density(models.TextChoices):
        COMFORTABLE = "comfortable", _("Comfortable")
        COMPACT = "compact", _("Compact")

    username = models.CharField(
        _("user name"), max_length=150, unique=True, validators=[UnicodeUsernameValidator()]
    )
    email = models.EmailField(_("e-mail"), blank=True)
    display_name = models.CharField(_("name"), max_length=60)
    display_name_en = models.CharField(_("English name"), max_length=60, blank=True)
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=_("department"),
    )
    manager = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("manager"),
    )
    roles = models.ManyToManyField(Role, related_name="users", blank=True, verbose_name=_("roles"))
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    theme = models.CharField(_("theme"), max_length=5, choices=Theme, default=Theme.AUTO)
    density = models.CharField(_("density"), max_length=11, choices=Density, default=Density.COMFORTABLE)
    # Stronger lines and colours, on top of light or dark.
    high_contrast = models.BooleanField(_("high contrast"), default=False)
    # Reminders also come by e-mail, where there is an address.
    wants_mail = models.BooleanField(_("reminders by e-mail"), default=True)
    position = models.CharField(_("position"), max_length=60, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    # The password was set by somebody else: the person chooses an own one at the next sign-in.
    must_change_password = models.BooleanField(default=False)
    deactivated_at = models.DateTimeField(_("deactivated"), null=True, blank=True, editable=False)
    name_sort = models.CharField(max_length=200, editable=False, db_collation="C", blank=True)
    search_tokens = ArrayField(models.CharField(max_length=60), default=list, editable=False)
    # Grows with every change; who saves on top of an older one is told so instead of overwriting it.
    revision = models.PositiveIntegerField(default=1, editable=False)
    is_superuser = models.BooleanField(_("system administrator"), default=False)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["display_name"]

    class Meta:
        ordering: ClassVar = ["username"]
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(manager=F("id")), name="person_is_not_their_own_manager"),
            # "Li.Lei" and "li.lei" would be one person to everybody who reads them.
            models.UniqueConstraint(Lower("username"), name="user_name_once_in_any_case"),
        ]
        indexes: ClassVar = [
            GinIndex(fields=["search_tokens"], name="person_search"),
            models.Index(fields=["name_sort", "id"], name="person_by_pinyin"),
        ]

    def __str__(self) -> str:
        return self.name

    def derive(self) -> None:
        """Fill what follows from the name; rows that are written in bulk need it too."""
        self.name_sort = pinyin_key(self.display_name)
        self.search_tokens = tokens(
            self.display_name, self.display_name_en, self.username, self.email, self.phone, self.position
        )

    def save(self, *args: object, **kwargs: object) -> None:
        self.derive()
        changed = kwargs.get("update_fields")
        if changed is not None:
            kwargs["update_fields"] = {*changed, "name_sort", "search_tokens"}  # type: ignore[misc]
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_absolute_url(self) -> str:
        return reverse("person-detail", args=[self.pk])

    @property
    def is_invited(self) -> bool:
        """Entered, and has not chosen a password yet."""
        return self.is_active and (not self.password or self.password.startswith("!"))

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return in_reader_language(self.display_name, self.display_name_en)

    @property
    def is_staff(self) -> bool:
        """Some libraries ask; there is no Django admin here."""
        return self.is_superuser

    def has_perm(self, permission: str, obj: object = None) -> bool:
        return self.may(permission)

    @cached_property
    def role_codes(self) -> frozenset[str]:
        return frozenset(self.roles.values_list("code", flat=True))

    @cached_property
    def _grants(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        rows = Grant.objects.filter(role__users=self).values_list("permission", "scope")
        more = [given(self) for given in rights_by_rows()]
        for permission, scope in rows.union(*more, all=True) if more else rows:
            found.setdefault(permission, set()).add(scope)
        return {permission: frozenset(scopes) for permission, scopes in found.items()}

    @cached_property
    def department_path(self) -> str:
        return self.department.path if self.department else ""

    def scopes_of(self, permission: str) -> frozenset[str]:
        """The scopes in which this person holds a permission."""
        if not self.is_active:
            return frozenset()
        if self.is_superuser:
            return frozenset({"all"})
        return self._grants.get(permission, frozenset())

    def may(self, permission: str) -> bool:
        """Whether this person holds the permission in any scope."""
        return bool(self.scopes_of(permission))

    def chain_of_command(self) -> list[User]:
        """The managers above, nearest first; stops at a loop, which ``set_manager`` refuses anyway."""
        found: list[User] = []
        above = self.manager
        while above is not None and above not in found and above != self:
            found.append(above)
            above = above.manager
        return found

    def is_same_as(self, actor: Actor) -> bool:
        return self.pk == actor.pk
