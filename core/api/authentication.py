"""Sign-in of programs: ``Authorization: Token <key>``."""

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied

from core.middleware import password_text
from core.tokens import find_token

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class ApiTokenAuthentication(BaseAuthentication):
    """Recognises a token and refuses what a read-only one may not do."""

    keyword = "Token"

    def authenticate(self, request):
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"token":
            return None
        token = find_token(_key(words))
        if token is None:
            raise AuthenticationFailed(
                _("This token is unknown, revoked or expired. Sign in again."), code="invalid_token"
            )
        if token.user.must_change_password:
            raise PermissionDenied(password_text(), code="password_change_required")
        if token.read_only and request.method not in SAFE_METHODS:
            raise PermissionDenied(_("This token is for reading only."), code="read_only_token")
        return token.user, token

    def authenticate_header(self, request):
        return self.keyword


def _key(words: list[bytes]) -> str:
    if len(words) != 2:
        raise AuthenticationFailed(
            _("Write the header as “Authorization: Token <token>”."), code="invalid_token"
        )
    try:
        return words[1].decode("ascii")
    except UnicodeDecodeError:
        raise AuthenticationFailed(
            _("A token has plain letters and digits only."), code="invalid_token"
        ) from None
