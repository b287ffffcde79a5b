"""Roles with their rights and people, for those who administer the whole company."""

from django.db.models import Count, Q
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED, HTTP_204_NO_CONTENT

from core import who
from core.api.fields import IdField, SearchField, row_id
from core.api.people_serializers import RoleScope
from core.api.views import ApiViewSet
from core.models import Grant, Role, User
from core.rights import permissions
from core.roles import uses_of
from core.services import grants, roles


def grants_field() -> serializers.DictField:
    return serializers.DictField(
        child=serializers.ChoiceField(choices=Grant.Scope.choices), help_text="Right -> scope."
    )


class RoleRow(serializers.ModelSerializer):
    id = IdField(read_only=True)
    name = serializers.CharField(source="__str__", help_text="In the language of Accept-Language.")
    people = serializers.IntegerField(source="people_count")
    rights = serializers.IntegerField(source="grant_count")

    class Meta:
        model = Role
        fields = ("id", "code", "name_zh", "name_en", "name", "description", "people", "rights")


class RoleUse(serializers.Serializer):
    label = serializers.CharField()
    url = serializers.CharField()


class RoleDetail(RoleRow):
    """A role with what it may do, and where diagrams name it."""

    grants = serializers.SerializerMethodField()
    revision = serializers.SerializerMethodField()
    uses = serializers.SerializerMethodField()

    class Meta(RoleRow.Meta):
        fields = (*RoleRow.Meta.fields, "grants", "revision", "uses")

    @extend_schema_field(grants_field())
    def get_grants(self, row: Role) -> dict[str, str]:
        return grants.grants_of(row)

    def get_revision(self, row: Role) -> str:
        """Of the grants: say it when you change them."""
        return grants.fingerprint(grants.grants_of(row))

    @extend_schema_field(RoleUse(many=True))
    def get_uses(self, row: Role) -> list[dict[str, str]]:
        return [{"label": str(use.label), "url": use.url} for use in uses_of([row.code])[row.code]]


class RoleChanges(serializers.ModelSerializer):
    class Meta:
        model = Role
        fields = roles.FIELDS
        # Uniqueness is the service's.
        extra_kwargs = {"name_zh": {"validators": []}, "name_en": {"validators": []}}


class RoleInput(RoleChanges):
    code = serializers.CharField(
        max_length=30,
        required=False,
        allow_blank=True,
        help_text="Never changes; empty: of the English name.",
    )
    copy_of = IdField(required=False, default=None, help_text="A role whose rights it begins with.")

    class Meta(RoleChanges.Meta):
        fields = ("code", *roles.FIELDS, "copy_of")


class RoleQuery(serializers.Serializer):
    q = SearchField(help_text="A piece of the code or of either name.")


class RoleMembers(serializers.Serializer):
    """User names; who has the role already, or does not work here any more, is passed over."""

    add = serializers.ListField(child=serializers.CharField(max_length=150), required=False, max_length=500)
    remove = serializers.ListField(
        child=serializers.CharField(max_length=150), required=False, max_length=500
    )


class RoleMembersChanged(serializers.Serializer):
    added = serializers.IntegerField()
    removed = serializers.IntegerField()


class GrantsWanted(serializers.Serializer):
    """All grants of the role: a right that is not named is taken away."""

    grants = grants_field()


class GrantsInput(GrantsWanted):
    revision = serializers.CharField(max_length=64, help_text="As it was read.")


class GrantChange(serializers.Serializer):
    permission = serializers.CharField(source="permission.code")
    name = serializers.CharField(source="permission.name")
    before = serializers.CharField(help_text="Scope; empty: not granted.")
    after = serializers.CharField()


class GrantsChanged(serializers.Serializer):
    grants = grants_field()
    revision = serializers.CharField()
    changes = GrantChange(many=True)


class GrantsPreview(serializers.Serializer):
    changes = GrantChange(many=True)
    meaning = serializers.ListField(child=serializers.CharField(), help_text="In plain words.")


class PermissionRow(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField(), help_text="Those that make sense.")


class PermissionPage(serializers.Serializer):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = PermissionRow(many=True)


class PermissionHolder(serializers.Serializer):
    username = serializers.CharField(source="person.username")
    name = serializers.CharField(source="person.name")
    scope = serializers.CharField()
    by = serializers.SerializerMethodField(help_text="Empty: a system administrator.")

    @extend_schema_field(RoleScope(many=True))
    def get_by(self, row: who.Holder) -> list[dict[str, str]]:
        return [{"role": role.code, "scope": scope} for role, scope in row.roles]


class PermissionHolders(serializers.Serializer):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = PermissionHolder(many=True)


@extend_schema(tags=["roles"])
class RoleViewSet(ApiViewSet):
    """Roles: what somebody does in the company. Diagrams name them by code."""

    queryset = Role.objects.none()
    serializer_class = RoleRow
    orders = {"code": ("code",), "id": ("pk",)}
    default_order = "code"

    @extend_schema(parameters=[RoleQuery], responses=RoleRow(many=True))
    def list(self, request) -> Response:
        asked, rows = self.asked(RoleQuery), self._rows()
        if q := asked.get("q"):
            rows = rows.filter(Q(code__icontains=q) | Q(name_zh__icontains=q) | Q(name_en__icontains=q))
        return self.page(rows, RoleRow)

    @extend_schema(responses=RoleDetail)
    def retrieve(self, request, pk: str) -> Response:
        return Response(self._shown(row_id(pk)))

    @extend_schema(request=RoleInput, responses={201: RoleDetail})
    def create(self, request) -> Response:
        """A new role, empty or with the rights of another one."""
        roles.require_whole(request.user)
        fields = self.checked(RoleInput, request)
        role = roles.create_role(copy_of=fields.pop("copy_of"), fields=fields, actor=request.user)
        return Response(self._shown(role.pk), status=HTTP_201_CREATED)

    @extend_schema(request=RoleChanges(partial=True), responses=RoleDetail)
    def partial_update(self, request, pk: str) -> Response:
        """Call it something else, or describe it; its code stays."""
        roles.require_whole(request.user)
        changes = self.checked(RoleChanges, request, partial=True)
        roles.update_role(role_id=row_id(pk), changes=changes, actor=request.user)
        return self.retrieve(request, pk)

    @extend_schema(responses={204: OpenApiResponse(description="Deleted; only one that nothing uses is.")})
    def destroy(self, request, pk: str) -> Response:
        roles.delete_role(role_id=row_id(pk), actor=request.user)
        return Response(status=HTTP_204_NO_CONTENT)

    @extend_schema(request=RoleMembers, responses=RoleMembersChanged)
    @action(detail=True, methods=["post"])
    def members(self, request, pk: str) -> Response:
        """Give it to some people and take it from others. Who has it: people/?role="""
        roles.require_whole(request.user)
        given = self.checked(RoleMembers, request)
        added, removed = roles.change_members(
            role_id=row_id(pk),
            add=_keys(given.get("add", ()), "add"),
            remove=_keys(given.get("remove", ()), "remove"),
            actor=request.user,
        )
        return Response(RoleMembersChanged({"added": added, "removed": removed}).data)

    @extend_schema(request=GrantsInput, responses=GrantsChanged)
    @action(detail=True, methods=["put"])
    def grants(self, request, pk: str) -> Response:
        """Say everything that the role may do. They are in the answer of the role itself."""
        roles.require_whole(request.user)
        given, role = self.checked(GrantsInput, request), self._role(pk)
        changes = grants.set_grants(
            role_id=role.pk, wanted=_whole(role, given["grants"]), seen=given["revision"], actor=request.user
        )
        held = grants.grants_of(role)
        body = {"grants": held, "revision": grants.fingerprint(held), "changes": changes}
        return Response(GrantsChanged(body).data)

    @extend_schema(request=GrantsWanted, responses=GrantsPreview)
    @action(detail=True, methods=["post"], url_path="grants/preview")
    def grants_preview(self, request, pk: str) -> Response:
        """What such grants would change, and for whom. Nothing is changed."""
        roles.require_whole(request.user)
        given, role = self.checked(GrantsWanted, request), self._role(pk)
        changes = grants.difference(role, _whole(role, given["grants"]))
        meaning = grants.meaning(role, changes) if changes else []
        return Response(GrantsPreview({"changes": changes, "meaning": meaning}).data)

    def _rows(self):
        roles.require_whole(self.request.user)
        return Role.objects.annotate(
            people_count=Count("users", distinct=True), grant_count=Count("grants", distinct=True)
        )

    def _role(self, pk: object) -> Role:
        return self._rows().get(pk=row_id(pk))

    def _shown(self, pk: int) -> dict:
        return RoleDetail(self._rows().get(pk=pk)).data


@extend_schema(tags=["roles"])
class PermissionViewSet(ApiViewSet):
    """Every right that a role can be granted."""

    queryset = Role.objects.none()
    lookup_url_kwarg = "code"

    @extend_schema(operation_id="permissions_list", responses=forced_singular_serializer(PermissionPage))
    def list(self, request) -> Response:
        roles.require_whole(request.user)
        rows = sorted(permissions().values(), key=lambda one: one.code)
        return Response(PermissionPage({"next": None, "previous": None, "results": rows}).data)

    @extend_schema(operation_id="permission_holders", responses=PermissionHolders)
    @action(detail=True)
    def holders(self, request, code: str) -> Response:
        """Who may do this, how far, and by which roles."""
        roles.require_whole(request.user)
        if code not in permissions():
            raise Role.DoesNotExist(code)
        body = {"next": None, "previous": None, "results": who.holders_of(code)}
        return Response(PermissionHolders(body).data)


def _whole(role: Role, wanted: dict[str, str]) -> dict[str, str]:
    """The wanted grants, with nothing for every other right that the role holds."""
    # What an older program left behind is no right any more: it goes by no form.
    held = [code for code in grants.grants_of(role) if code in permissions()]
    return {**dict.fromkeys(held, ""), **wanted}


def _keys(usernames: list[str], field: str) -> list[int]:
    found = dict(User.objects.filter(username__in=usernames).values_list("username", "pk"))
    missing = [name for name in usernames if name not in found]
    if missing:
        text = serializers.SlugRelatedField.default_error_messages["does_not_exist"]
        texts = [str(text).format(slug_name="username", value=name) for name in missing]
        raise serializers.ValidationError({field: texts})
    return list(found.values())
