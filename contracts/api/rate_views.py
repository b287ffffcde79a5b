"""Loan prime rates in the API."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from contracts.models import LprRate
from contracts.services import record_lpr_rate
from contracts.services.lpr import PERMISSION
from core.api.fields import IdField
from core.api.views import ApiViewSet
from core.rights import require


class RateRow(serializers.Serializer):
    id = IdField()
    on = serializers.DateField(help_text="The day of publication; it holds until the next.")
    one_year = serializers.DecimalField(max_digits=5, decimal_places=2, help_text="In percent.")


class RateInput(serializers.Serializer):
    on = serializers.DateField()
    one_year = serializers.DecimalField(max_digits=5, decimal_places=2)


@extend_schema(tags=["receivables"])
class RateViewSet(ApiViewSet):
    """The one-year rates that interest for late payment is counted with."""

    queryset = LprRate.objects.none()
    serializer_class = RateRow
    orders = {"on": ("on",), "id": ("pk",)}
    default_order = "-on"

    @extend_schema(responses=RateRow(many=True))
    def list(self, request) -> Response:
        require(request.user, PERMISSION)
        return self.page(LprRate.objects.all(), RateRow)

    @extend_schema(request=RateInput, responses={201: RateRow})
    def create(self, request) -> Response:
        rate = record_lpr_rate(actor=request.user, **self.checked(RateInput, request))
        return Response(RateRow(rate).data, status=HTTP_201_CREATED)
