"""What people keep of their lists: views with a name, and the columns each likes to see."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """Search, filters, order and columns of a list under a name. Shared ones are seen by whoever sees the list."""

    # The list's name: the view name of its address, ``crm:customer-list``.
    list_name = models.CharField(max_length=80)
    name = models.CharField(_("name"), max_length=60)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="saved_views",
        verbose_name=_("owner"),
    )
    is_shared = models.BooleanField(_("shared with everybody"), default=False)
    # The words of the address, each with its values: {"q": ["…"], "status": ["signed"], "order": ["-no"]}.
    query = models.JSONField(default=dict)
    # Names of columns in order; empty for the list's own.
    columns = models.JSONField(default=list)
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        verbose_name = _("view")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "list_name", "name"], name="view_once_per_owner"),
            models.CheckConstraint(condition=~Q(name=""), name="view_has_a_name"),
        ]
        indexes: ClassVar = [models.Index(fields=["list_name", "is_shared"], name="view_by_list")]

    def __str__(self) -> str:
        return self.name


class ListLayout(models.Model):
    """How one person likes one list: its columns, and the view it opens with."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    list_name = models.CharField(max_length=80)
    columns = models.JSONField(default=list)
    opens_with = models.ForeignKey(SavedView, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "list_name"], name="layout_once_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.list_name}"


class FormDraft(models.Model):
    """What somebody typed into a form and has not sent: kept so that nothing typed is lost."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # The address of the form.
    path = models.CharField(max_length=300)
    data = models.JSONField(default=dict)
    # The revision of the row that the form showed, where it has one.
    seen_version = models.CharField(max_length=60, blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "path"], name="draft_once_per_form"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.path}"
