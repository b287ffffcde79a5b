"""The people whom the caller administers. Services are the gate; the views only translate."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from core import who
from core.api import people_serializers as s
from core.api.fields import required, row_id
from core.api.views import ApiViewSet
from core.models import User
from core.people import found, in_department, in_state, managed_by, with_away
from core.permissions import MANAGE_PEOPLE
from core.rights import require
from core.services import access, leaving
from core.services.people import create_person, update_person


@extend_schema(tags=["people"])
class PersonViewSet(ApiViewSet):
    """People: entered, changed, let in, deactivated. Nobody is ever deleted."""

    queryset = User.objects.none()
    serializer_class = s.PersonRow
    orders = {"name": ("name_sort", "pk"), "username": ("username",), "id": ("pk",)}
    default_order = "name"

    @property
    def keeps_answers(self) -> bool:
        """Those that let somebody in are not written down."""
        return self.action not in ("invite", "first_password")

    @extend_schema(parameters=[s.PersonQuery], responses=s.PersonRow(many=True))
    def list(self, request) -> Response:
        require(request.user, MANAGE_PEOPLE)
        asked, rows = self.asked(s.PersonQuery), self._rows()
        if q := asked.get("q"):
            rows = found(rows, q)
        if state := asked.get("state"):
            rows = in_state(rows, state)
        if department := asked.get("department"):
            rows = in_department(rows, department)
        if role := asked.get("role"):
            rows = rows.filter(pk__in=User.roles.through.objects.filter(role__code=role).values("user"))
        if manager := asked.get("manager"):
            rows = rows.filter(manager__username=manager)
        return self.page(rows, s.PersonRow)

    @extend_schema(responses=s.PersonRow)
    def retrieve(self, request, pk: str) -> Response:
        return Response(s.PersonRow(self._person(pk)).data)

    @extend_schema(request=s.PersonInput, responses={201: s.PersonRow})
    def create(self, request) -> Response:
        """Enter a person. Then invite/ them, or give a first-password/."""
        require(request.user, MANAGE_PEOPLE)
        fields = self.checked(s.PersonInput, request)
        roles = fields.pop("roles", ())
        person = create_person(fields=fields, roles=roles, actor=request.user)
        return Response(s.PersonRow(self._person(person.pk)).data, status=HTTP_201_CREATED)

    @extend_schema(request=s.PersonChanges(partial=True), responses=s.PersonRow)
    def partial_update(self, request, pk: str) -> Response:
        """Change a person as they were read; 409 where somebody was faster. roles replaces all of them."""
        require(request.user, MANAGE_PEOPLE)
        changes = self.checked(s.PersonChanges, request, partial=True)
        revision, roles = required(changes, "revision"), changes.pop("roles", None)
        update_person(
            person_id=row_id(pk), revision=revision, changes=changes, roles=roles, actor=request.user
        )
        return self.retrieve(request, pk)

    @extend_schema(request=None, responses=s.Invited)
    @action(detail=True, methods=["post"])
    def invite(self, request, pk: str) -> Response:
        """Let them choose a password: by mail, or by a link to hand over. Idempotency-Key is not heeded."""
        path = access.invite_person(person_id=row_id(pk), actor=request.user)
        link = request.build_absolute_uri(path) if path else ""
        return Response(s.Invited({"by_mail": not path, "link": link}).data)

    @extend_schema(request=None, responses=s.FirstPassword)
    @action(detail=True, methods=["post"], url_path="first-password")
    def first_password(self, request, pk: str) -> Response:
        """Give them a password to be told. The old one ends at once. Idempotency-Key is not heeded."""
        password = access.set_first_password(person_id=row_id(pk), actor=request.user)
        return Response(s.FirstPassword({"password": password}).data)

    @extend_schema(request=None, responses=s.FactorsForgotten)
    @action(detail=True, methods=["post"], url_path="reset-second-factor")
    def reset_second_factor(self, request, pk: str) -> Response:
        """Forget the second factor of somebody who lost it."""
        count = access.reset_second_factor(person_id=row_id(pk), actor=request.user)
        return Response(s.FactorsForgotten({"factors": count}).data)

    @extend_schema(request=None, responses=s.AccessEnded)
    @action(detail=True, methods=["post"], url_path="end-access")
    def end_access(self, request, pk: str) -> Response:
        """Sign them out everywhere: sessions and tokens."""
        sessions, tokens = access.end_access(person_id=row_id(pk), actor=request.user)
        return Response(s.AccessEnded({"sessions": sessions, "tokens": tokens}).data)

    @extend_schema(responses=s.HeldParts)
    @action(detail=True)
    def holdings(self, request, pk: str) -> Response:
        """Everything that others must take over before they leave, or that ends then."""
        return Response(s.HeldParts({"held": leaving.what_is_held(self._person(pk))}).data)

    @extend_schema(request=s.HandOver, responses=s.HandedOver)
    @action(detail=True, methods=["post"])
    def deactivate(self, request, pk: str) -> Response:
        """Close the account and hand over everything: all of it or nothing."""
        # Whoever administers nobody like them does not learn from the body who works here.
        require(request.user, MANAGE_PEOPLE)
        self._person(pk)
        given = self.checked(s.HandOver, request)
        result = leaving.deactivate_person(person_id=row_id(pk), **given, actor=request.user)
        return Response(s.HandedOver(result).data)

    @extend_schema(request=None, responses=s.PersonRow)
    @action(detail=True, methods=["post"])
    def reactivate(self, request, pk: str) -> Response:
        """Open the account again. What was handed over stays with those who have it."""
        leaving.reactivate_person(person_id=row_id(pk), actor=request.user)
        return self.retrieve(request, pk)

    @extend_schema(responses=s.PersonRights)
    @action(detail=True)
    def rights(self, request, pk: str) -> Response:
        """What they may see and do, and by which role."""
        person = self._person(pk)
        rights = [
            {
                "permission": one.permission.code,
                "name": one.permission.name,
                "scope": one.scope,
                "by": [{"role": role.code, "scope": scope} for role, scope in one.roles],
            }
            for one in who.rights_of(person)
        ]
        counts = who.counts_for(person) if person.is_active else []
        sees = [{"kind": kind.code, "label": kind.label_plural, "count": count} for kind, count in counts]
        return Response(s.PersonRights({"rights": rights, "sees": sees}).data)

    def _rows(self):
        people = managed_by(self.request.user).select_related("department", "manager")
        return with_away(people.prefetch_related("roles"))

    def _person(self, pk: object) -> User:
        return self._rows().get(pk=row_id(pk))
