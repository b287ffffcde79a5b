"""What a role may do: a matrix of rights and scopes, changed as one difference that is shown first."""

from __future__ import annotations

from django.apps import apps
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.errors import ApplicationError
from core.generic import Page
from core.generic.base import Crumb
from core.models import Role
from core.rights import permissions
from core.services import grants as services
from core.views.roles import ROLES, WholeCompany


class RoleGrants(WholeCompany, Page):
    """GET draws the matrix. The first POST shows the difference and what it means, the second one saves it."""

    template_name = "core/role_grants.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.object = get_object_or_404(Role, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_title(self):
        return _now("Rights of %(role)s") % {"role": self.object}

    def crumbs(self):
        return [ROLES, Crumb(str(self.object), reverse("role-detail", args=[self.object.pk]))]

    def get(self, request, *args, **kwargs):
        return self._matrix(services.grants_of(self.object))

    def post(self, request, *args, **kwargs):
        now = services.grants_of(self.object)
        wanted = {
            code: request.POST[f"scope:{code}"] for code in permissions() if f"scope:{code}" in request.POST
        }
        seen = request.POST.get("seen", "")
        shown = {**now, **wanted}
        try:
            changes = services.difference(self.object, wanted)
            if "confirmed" in request.POST:
                services.set_grants(role_id=self.object.pk, wanted=wanted, seen=seen, actor=request.user)
                messages.success(request, _("The rights are saved. They hold at once."))
                return redirect("role-detail", pk=self.object.pk)
            if seen != services.fingerprint(now):
                raise services.Conflict(
                    _("Meanwhile somebody else changed the grants of this role. Look at them first.")
                )
        except ApplicationError as refusal:
            return self._matrix(shown, refusal=str(refusal), status=refusal.status)
        if not changes or "back" in request.POST:
            return self._matrix(shown, unchanged=not changes)
        context = self.get_context_data(
            changes=changes,
            words=services.meaning(self.object, changes),
            wanted=wanted,
            seen=seen,
            object=self.object,
        )
        return self.render_to_response(context)

    def _matrix(self, granted, *, refusal="", unchanged=False, status=200):
        groups = {}
        for permission in permissions().values():
            scope = granted.get(permission.code, "")
            offered = [one for one in services.SCOPES if one in permission.scopes or one == scope]
            choices = [("", _("Not granted")), *((one, services.scope_name(one)) for one in offered)]
            groups.setdefault(permission.app, []).append((permission, scope, choices))
        context = self.get_context_data(
            parts=[(apps.get_app_config(app).verbose_name, lines) for app, lines in sorted(groups.items())],
            seen=services.fingerprint(services.grants_of(self.object)),
            refusal=refusal,
            unchanged=unchanged,
            object=self.object,
        )
        return self.render_to_response(context, status=status)
