"""What the API does with a contract that is being signed. Services are the gate."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from contracts import selectors, services
from contracts.api import signing_serializers as s
from contracts.views.signing_links import public_address
from core.api.fields import row_id


class SigningActions:
    """Beside what a contract can do otherwise."""

    @extend_schema(responses=s.SigningLinkRow(many=True))
    @action(
        detail=True,
        methods=["get"],
        url_path="signing-links",
        orders={"id": ("pk",)},
        default_order="-id",
    )
    def signing_links(self, request, pk: str) -> Response:
        """The links that were made for the customer, newest first, with what was confirmed."""
        contract = selectors.contract_for(request.user, row_id(pk))
        rows = contract.signing_links.select_related("version", "made_by", "revoked_by")
        return self.page(rows, s.SigningLinkRow)

    @extend_schema(request=s.SigningLinkInput, responses={201: s.MadeSigningLink})
    @signing_links.mapping.post
    def make_signing_link(self, request, pk: str) -> Response:
        """Make a link to the final text; the address is told this once, and an older link leads nowhere afterwards."""
        fields = self.checked(s.SigningLinkInput, request)
        made = services.make_signing_link(contract_id=row_id(pk), actor=request.user, **fields)
        made.link.told_url = public_address(request, made.path)
        return Response(s.MadeSigningLink(made.link).data, status=HTTP_201_CREATED)

    @extend_schema(request=None, responses=s.SigningLinkRow)
    @action(detail=True, methods=["post"], url_path="signing-links/revoke")
    def revoke_signing_link(self, request, pk: str) -> Response:
        """The open link leads nowhere from now on; 409 where none is open."""
        link = services.revoke_signing_link(contract_id=row_id(pk), actor=request.user)
        return Response(s.SigningLinkRow(link).data)
