"""What the API does with the end of a contract: asking for it, and reading how it came about. Services are the gate."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from contracts import selectors, services
from contracts.models import ContractTermination, TerminationDecision
from core.api.fields import DayField, IdField, MoneyField, row_id


class TerminationDecisionRow(serializers.ModelSerializer):
    decided_by = serializers.CharField(source="decided_by.username")

    class Meta:
        model = TerminationDecision
        fields = ("step", "outcome", "comment", "decided_by", "decided_at")


class TerminationRow(serializers.ModelSerializer):
    """A request to end a contract. Amounts are null until finance has settled it; ``paid``, ``owed`` and ``refund`` of
    an agreed one are those of the end."""

    id = IdField(read_only=True)
    requested_by = serializers.CharField(source="requested_by.username")
    value = MoneyField(read_only=True, allow_null=True)
    paid = MoneyField(read_only=True, allow_null=True)
    owed = MoneyField(read_only=True, allow_null=True)
    refund = MoneyField(read_only=True, allow_null=True)
    decisions = TerminationDecisionRow(many=True)

    class Meta:
        model = ContractTermination
        fields = (
            "id",
            "kind",
            "reason",
            "ends_on",
            "notes",
            "state",
            "requested_by",
            "requested_at",
            "value",
            "paid",
            "owed",
            "refund",
            "settlement_note",
            "settled_at",
            "decided_at",
            "refunded_on",
            "refund_reference",
            "decisions",
        )


class TerminationInput(serializers.Serializer):
    kind = serializers.ChoiceField(choices=ContractTermination.Kind.choices)
    reason = serializers.CharField(max_length=500)
    ends_on = DayField(
        help_text="The last day on which we deliver; not before today, nor after the term's end."
    )
    notes = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)


class TerminationActions:
    """Beside what a contract can do otherwise."""

    @extend_schema(request=TerminationInput, responses={201: TerminationRow})
    @action(detail=True, methods=["post"])
    def terminate(self, request, pk: str) -> Response:
        """Ask that a contract in effect be ended before its time; its process decides. 409 while one is under review."""
        fields = self.checked(TerminationInput, request)
        found = services.request_termination(contract_id=row_id(pk), actor=request.user, **fields)
        return Response(TerminationRow(found).data, status=HTTP_201_CREATED)

    @extend_schema(responses=TerminationRow(many=True))
    @action(detail=True, methods=["get"], orders={"id": ("pk",)}, default_order="-id")
    def terminations(self, request, pk: str) -> Response:
        """Every request to end the contract, newest first, with what was settled and what everybody said."""
        contract = selectors.contract_for(request.user, row_id(pk))
        rows = contract.terminations.select_related("requested_by").prefetch_related("decisions__decided_by")
        return self.page(rows, TerminationRow)
