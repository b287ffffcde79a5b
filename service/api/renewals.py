"""Renewals in the API: what ends when, what the membership brought, what became of it. Their tasks do the rest."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core.api.fields import IdField, row_id
from core.api.views import ApiViewSet
from service.models import RenewalCase


class RenewalRow(serializers.Serializer):
    id = IdField()
    contract = serializers.IntegerField(source="contract_id")
    contract_no = serializers.CharField(source="contract.no", allow_null=True)
    customer = serializers.IntegerField(source="customer_id")
    customer_name = serializers.CharField(source="customer.name")
    owner = serializers.CharField(source="contract.owner.username")
    state = serializers.CharField()
    due_on = serializers.DateField()
    amount = serializers.DecimalField(source="contract.amount", max_digits=16, decimal_places=2)
    contacted_count = serializers.IntegerField()
    lost_reason = serializers.CharField()
    new_contract = serializers.IntegerField(source="new_contract_id", allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class RenewalDetail(RenewalRow):
    figures = serializers.DictField(child=serializers.IntegerField())


class RenewalQuery(serializers.Serializer):
    q = serializers.CharField(
        required=False, help_text="A piece of the contract's number, title or customer."
    )
    state = serializers.ChoiceField(choices=RenewalCase.State.choices, required=False)
    contract = serializers.IntegerField(required=False, min_value=1, max_value=2**62)
    due_from = serializers.DateField(required=False)
    due_to = serializers.DateField(required=False)


@extend_schema(tags=["renewals"])
class RenewalViewSet(ApiViewSet):
    """Renewals the caller may see. They begin by themselves before a term ends."""

    queryset = RenewalCase.objects.none()
    serializer_class = RenewalRow
    orders = {"id": ("pk",), "due_on": ("due_on", "pk")}
    default_order = "-id"

    def rows(self, request):
        return RenewalCase.objects.visible_to(request.user).select_related("contract__owner", "customer")

    @extend_schema(parameters=[RenewalQuery], responses=RenewalRow(many=True))
    def list(self, request) -> Response:
        asked = self.asked(RenewalQuery)
        rows = self.rows(request).search(asked.pop("q", ""))
        for name, lookup in (("due_from", "due_on__gte"), ("due_to", "due_on__lte")):
            if name in asked:
                rows = rows.filter(**{lookup: asked.pop(name)})
        return self.page(rows.filter(**asked), RenewalRow)

    @extend_schema(responses=RenewalDetail)
    def retrieve(self, request, pk: str) -> Response:
        return Response(RenewalDetail(self.rows(request).get(pk=row_id(pk))).data)
