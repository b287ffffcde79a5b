"""Complaints in the API: register, read, act, wait for the customer, withdraw. The rest is done by their tasks."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from core.api.fields import IdField, row_id
from core.api.views import ApiViewSet
from core.generic.keyset import or_never
from service import services
from service.models import Complaint, ComplaintAction

LARGEST_ID = 2**62


class ShareRow(serializers.Serializer):
    party = serializers.CharField()
    name = serializers.CharField(source="party_name")
    share = serializers.IntegerField()


class RulingRow(serializers.Serializer):
    round = serializers.IntegerField()
    is_justified = serializers.BooleanField()
    basis = serializers.CharField()
    ruled_by = serializers.CharField(source="ruled_by.username")
    ruled_at = serializers.DateTimeField()
    shares = ShareRow(many=True)


class ActionRow(serializers.Serializer):
    kind = serializers.CharField()
    description = serializers.CharField()
    cost = serializers.DecimalField(max_digits=12, decimal_places=2)
    done_by = serializers.CharField(source="done_by.username")
    done_at = serializers.DateTimeField()


class InstructionRow(serializers.Serializer):
    round = serializers.IntegerField()
    verdict = serializers.CharField()
    text = serializers.CharField()
    given_by = serializers.CharField(source="given_by.username")
    given_at = serializers.DateTimeField()


class FollowUpRow(serializers.Serializer):
    n = serializers.IntegerField()
    due_at = serializers.DateTimeField()
    done_at = serializers.DateTimeField(allow_null=True)
    score = serializers.IntegerField(allow_null=True)
    is_satisfied = serializers.BooleanField(allow_null=True)
    note = serializers.CharField()


class ComplaintRow(serializers.Serializer):
    """What lists show: not what the customer says."""

    id = IdField()
    no = serializers.CharField()
    customer = serializers.IntegerField(source="customer_id")
    customer_name = serializers.CharField(source="customer.name")
    contract = serializers.IntegerField(source="contract_id", allow_null=True)
    channel = serializers.CharField()
    category = serializers.CharField()
    severity = serializers.IntegerField()
    state = serializers.CharField()
    is_justified = serializers.BooleanField(allow_null=True)
    handler = serializers.CharField(source="handler.username", default=None, allow_null=True)
    received_at = serializers.DateTimeField()
    respond_due_at = serializers.DateTimeField(allow_null=True)
    responded_at = serializers.DateTimeField(allow_null=True)
    resolve_due_at = serializers.DateTimeField(allow_null=True)
    resolved_at = serializers.DateTimeField(allow_null=True)
    paused_at = serializers.DateTimeField(allow_null=True)
    paused_minutes = serializers.IntegerField()
    reopen_count = serializers.IntegerField()
    closed_at = serializers.DateTimeField(allow_null=True)


class ComplaintDetail(ComplaintRow):
    description = serializers.CharField()
    demand = serializers.CharField()
    withdraw_reason = serializers.CharField()
    rulings = RulingRow(many=True)
    actions = ActionRow(many=True)
    instructions = InstructionRow(many=True)
    follow_ups = FollowUpRow(many=True)


class ComplaintQuery(serializers.Serializer):
    q = serializers.CharField(required=False, help_text="A piece of the number or the customer.")
    state = serializers.ChoiceField(choices=Complaint.State.choices, required=False)
    severity = serializers.ChoiceField(choices=Complaint.Severity.choices, required=False)
    category = serializers.ChoiceField(choices=Complaint.Category.choices, required=False)
    customer = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)


class ComplaintInput(serializers.Serializer):
    customer = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    contact = serializers.IntegerField(
        min_value=1, max_value=LARGEST_ID, required=False, allow_null=True, source="contact_id"
    )
    contract = serializers.IntegerField(
        min_value=1, max_value=LARGEST_ID, required=False, allow_null=True, source="contract_id"
    )
    channel = serializers.ChoiceField(choices=Complaint.Channel.choices, required=False)
    category = serializers.ChoiceField(choices=Complaint.Category.choices, required=False)
    severity = serializers.ChoiceField(choices=Complaint.Severity.choices, required=False)
    description = serializers.CharField(max_length=4000)
    demand = serializers.CharField(max_length=500, required=False, allow_blank=True)


class ActionInput(serializers.Serializer):
    kind = serializers.ChoiceField(choices=ComplaintAction.Kind.choices)
    description = serializers.CharField(max_length=1000)
    cost = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=0, required=False)


class Withdrawal(serializers.Serializer):
    reason = serializers.CharField(max_length=500)


@extend_schema(tags=["complaints"])
class ComplaintViewSet(ApiViewSet):
    """Complaints the caller may see. Registering one starts its process; its steps are work items."""

    queryset = Complaint.objects.none()
    serializer_class = ComplaintRow
    orders = {"id": ("pk",), "resolve_due_at": ("due_sort", "pk"), "severity": ("severity", "pk")}
    default_order = "-id"

    def rows(self, request):
        rows = Complaint.objects.visible_to(request.user).select_related("customer", "handler")
        return rows.annotate(due_sort=or_never("resolve_due_at"))

    @extend_schema(parameters=[ComplaintQuery], responses=ComplaintRow(many=True))
    def list(self, request) -> Response:
        asked = self.asked(ComplaintQuery)
        return self.page(self.rows(request).search(asked.pop("q", "")).filter(**asked), ComplaintRow)

    @extend_schema(responses=ComplaintDetail)
    def retrieve(self, request, pk: str) -> Response:
        return Response(self._detail(request, row_id(pk)))

    @extend_schema(request=ComplaintInput, responses={201: ComplaintDetail})
    def create(self, request) -> Response:
        fields = self.checked(ComplaintInput, request)
        customer = fields.pop("customer")
        complaint = services.receive_complaint(customer_id=customer, fields=fields, actor=request.user)
        return Response(self._detail(request, complaint.pk), status=HTTP_201_CREATED)

    @extend_schema(request=ActionInput, responses=ComplaintDetail)
    @action(detail=True, methods=["post"])
    def act(self, request, pk: str) -> Response:
        """Write down what was done while it is handled."""
        fields = self.checked(ActionInput, request)
        services.record_action(complaint_id=row_id(pk), actor=request.user, **fields)
        return Response(self._detail(request, row_id(pk)))

    @extend_schema(request=None, responses=ComplaintDetail)
    @action(detail=True, methods=["post"])
    def pause(self, request, pk: str) -> Response:
        """It waits for the customer: the deadline stands still."""
        services.pause_for_customer(complaint_id=row_id(pk), actor=request.user)
        return Response(self._detail(request, row_id(pk)))

    @extend_schema(request=None, responses=ComplaintDetail)
    @action(detail=True, methods=["post"])
    def resume(self, request, pk: str) -> Response:
        """The customer has answered: the deadline counts again."""
        services.resume_for_customer(complaint_id=row_id(pk), actor=request.user)
        return Response(self._detail(request, row_id(pk)))

    @extend_schema(request=Withdrawal, responses=ComplaintDetail)
    @action(detail=True, methods=["post"])
    def withdraw(self, request, pk: str) -> Response:
        """The customer takes it back: its process ends with it."""
        reason = self.checked(Withdrawal, request)["reason"]
        services.withdraw_complaint(complaint_id=row_id(pk), reason=reason, actor=request.user)
        return Response(self._detail(request, row_id(pk)))

    def _detail(self, request, pk: int):
        rows = self.rows(request).prefetch_related(
            "rulings__ruled_by",
            "rulings__shares__person",
            "rulings__shares__department",
            "actions__done_by",
            "instructions__given_by",
            "follow_ups",
        )
        return ComplaintDetail(rows.get(pk=pk)).data
