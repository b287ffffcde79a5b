"""Sign-in over the API: a token for name and password, the person's tokens, who one is."""

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth import authenticate
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from core.api import limits
from core.api.fields import IdField, MomentField, row_id
from core.api.views import ApiView, ApiViewSet
from core.middleware import password_text
from core.models import ApiToken
from core.rights import permissions
from core.tokens import create_token, revoke_token


class TokenOptions(serializers.Serializer):
    name = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    read_only = serializers.BooleanField(required=False, default=False)
    expires_at = MomentField(required=False, allow_null=True, default=None)


class SignIn(TokenOptions):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=200, trim_whitespace=False)


class NewToken(serializers.Serializer):
    token = serializers.CharField(help_text="Shown this once.")
    id = IdField()
    expires_at = serializers.DateTimeField(allow_null=True)
    read_only = serializers.BooleanField()


class TokenRow(serializers.ModelSerializer):
    id = IdField()

    class Meta:
        model = ApiToken
        fields = ("id", "name", "read_only", "created_at", "expires_at", "last_used_at")


class Me(serializers.Serializer):
    id = IdField()
    username = serializers.CharField()
    name = serializers.CharField()
    department = serializers.CharField(allow_null=True)
    roles = serializers.ListField(child=serializers.CharField())
    permissions = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))


class SignInView(ApiView):
    """Sign in with name and password; wrong ones are counted, right ones are not."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="sign_in", tags=["auth"], request=SignIn, responses=NewToken)
    def post(self, request) -> Response:
        wanted = self.checked(SignIn, request)
        username = wanted.pop("username")
        limits.refuse_guessing(request, username)
        user = authenticate(request._request, username=username, password=wanted.pop("password"))
        if user is None:
            limits.note_failed_sign_in(request, username)
            raise AuthenticationFailed(_("The user name or the password is wrong."), code="wrong_credentials")
        if is_mfa_enabled(user):
            raise PermissionDenied(
                _("This account has a second factor. Sign in on the site and make a token there."),
                code="second_factor_required",
            )
        if user.must_change_password:
            raise PermissionDenied(password_text(), code="password_change_required")
        return Response(_shown(*create_token(actor=user, **wanted)))

    def get_authenticate_header(self, request) -> str:
        return "Token"


@extend_schema(tags=["auth"])
class TokenViewSet(ApiViewSet):
    """The tokens of the person who asks."""

    serializer_class = TokenRow
    queryset = ApiToken.objects.none()
    # The answer holds the key of the token.
    keeps_answers = False

    def list(self, request) -> Response:
        return self.page(ApiToken.objects.filter(user=request.user), TokenRow)

    @extend_schema(request=TokenOptions, responses={201: NewToken})
    def create(self, request) -> Response:
        """Make a token. One made by a token that expires does not outlive it. Idempotency-Key is not heeded."""
        wanted = self.checked(TokenOptions, request)
        if isinstance(request.auth, ApiToken) and (end := request.auth.expires_at):
            wanted["expires_at"] = min(end, wanted["expires_at"] or end)
        return Response(_shown(*create_token(actor=request.user, **wanted)), status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: OpenApiResponse(description="Revoked.")})
    def destroy(self, request, pk: str) -> Response:
        """Revoke a token: whoever uses it is signed out at once."""
        revoke_token(token_id=row_id(pk), actor=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(ApiView):
    """Who the caller is and what they may do, in which scopes."""

    @extend_schema(operation_id="me", tags=["auth"], responses=Me)
    def get(self, request) -> Response:
        person = request.user
        held = {code: sorted(person.scopes_of(code)) for code in sorted(permissions())}
        body: dict[str, Any] = {
            "id": person.pk,
            "username": person.username,
            "name": person.name,
            "department": str(person.department) if person.department else None,
            "roles": sorted(person.role_codes),
            "permissions": {code: scopes for code, scopes in held.items() if scopes},
        }
        return Response(Me(body).data)


def _shown(token: ApiToken, key: str) -> dict[str, Any]:
    values = {"token": key, "id": token.pk, "expires_at": token.expires_at, "read_only": token.read_only}
    return NewToken(values).data
