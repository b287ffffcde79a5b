"""The customer's links to a contract's text, as the API reads and writes them."""

from rest_framework import serializers

from contracts.models import SigningLink
from contracts.services.signing_links import LONGEST_DAYS
from core.api.fields import IdField
from crm.masking import masked_number


class SigningLinkRow(serializers.ModelSerializer):
    """A link; the number of whoever confirmed is masked, the token is nowhere."""

    id = IdField(read_only=True)
    version = serializers.IntegerField(source="version.seq", read_only=True)
    made_by = serializers.CharField(source="made_by.username", read_only=True)
    revoked_by = serializers.CharField(source="revoked_by.username", read_only=True, allow_null=True)
    mobile = serializers.SerializerMethodField()

    class Meta:
        model = SigningLink
        fields = (
            "id",
            "version",
            "made_by",
            "made_at",
            "expires_at",
            "revoked_by",
            "revoked_at",
            "opened_at",
            "acknowledged_at",
            "name",
            "title",
            "mobile",
            "address",
            "user_agent",
            "shown_sha256",
        )

    def get_mobile(self, link: SigningLink) -> str:
        return masked_number(link.mobile)


class MadeSigningLink(SigningLinkRow):
    """The same, with the address that is told this once."""

    url = serializers.URLField(read_only=True, source="told_url")

    class Meta(SigningLinkRow.Meta):
        fields = (*SigningLinkRow.Meta.fields, "url")


class SigningLinkInput(serializers.Serializer):
    valid_days = serializers.IntegerField(
        required=False, min_value=1, max_value=LONGEST_DAYS, help_text="Left out: as the company has set."
    )
