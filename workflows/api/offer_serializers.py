"""A newer diagram of the program as the API shows it."""

from rest_framework import serializers

from workflows.models import ShippedOffer


class OfferRow(serializers.ModelSerializer):
    """The newest diagram that came with the program and that the company does not run."""

    decided_by = serializers.CharField(source="decided_by.username", default=None, allow_null=True)

    class Meta:
        model = ShippedOffer
        fields = (
            "checksum",
            "status",
            "offered_at",
            "decided_by",
            "decided_at",
            "bpmn",
            "decisions",
        )


class DeclineInput(serializers.Serializer):
    checksum = serializers.CharField(max_length=64, help_text="Of the offer that was looked at.")


class TakeInput(DeclineInput):
    revision = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, help_text="Of the draft as it was read; 0 where there was none."
    )
    replace = serializers.BooleanField(
        required=False, default=False, help_text="A draft of somebody else may be replaced."
    )
