"""Payments, receivables and dunning. Services are the gate; the views only translate."""

from django.db.models import Exists, OuterRef
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED, HTTP_202_ACCEPTED

from contracts import selectors, services
from contracts.api import money_serializers as s
from contracts.api.collection_serializers import DeliveredInput, DispatchRow, SentInput
from contracts.api.serializers import Reason
from contracts.models import DunningNotice, DunningRun, Payment, PaymentPlanLine
from core import clock
from core.api.fields import row_id
from core.api.jobs import BackgroundJobRow
from core.api.views import ApiViewSet
from core.files.downloads import attachment
from core.search import query_tokens

PDF = {(200, "application/pdf"): OpenApiTypes.BINARY}


@extend_schema(tags=["payments"])
class PaymentViewSet(ApiViewSet):
    """Money that came in: one person records it, another confirms it."""

    queryset = Payment.objects.none()
    serializer_class = s.PaymentRow
    orders = {"id": ("pk",), "received_on": ("received_on", "pk"), "amount": ("amount", "pk")}
    default_order = "-id"

    @extend_schema(parameters=[s.PaymentQuery], responses=s.PaymentRow(many=True))
    def list(self, request) -> Response:
        asked = self.asked(s.PaymentQuery)
        rows = selectors.payments(request.user, search=asked.pop("q", ""))
        if day := asked.pop("received_from", None):
            rows = rows.filter(received_on__gte=day)
        if day := asked.pop("received_to", None):
            rows = rows.filter(received_on__lte=day)
        return self.page(rows.filter(**asked), s.PaymentRow)

    @extend_schema(responses=s.PaymentDetail)
    def retrieve(self, request, pk: str) -> Response:
        return self._answer(row_id(pk))

    @extend_schema(request=s.PaymentInput, responses={201: s.PaymentDetail})
    def create(self, request) -> Response:
        """Record a receipt, perhaps with the instalments it pays."""
        fields = self.checked(s.PaymentInput, request)
        payment = services.record_payment(
            customer_id=fields.pop("customer"),
            shares=_shares(fields.pop("allocations")),
            fields=fields,
            actor=request.user,
        )
        return self._answer(payment.pk, status=HTTP_201_CREATED)

    @extend_schema(request=s.Shares, responses=s.PaymentDetail)
    @action(detail=True, methods=["post"])
    def allocate(self, request, pk: str) -> Response:
        """Say which instalments it pays: anew while it waits for confirmation, else what is left of it."""
        shares = _shares(self.checked(s.Shares, request)["allocations"])
        payment = services.allocate_payment(payment_id=row_id(pk), shares=shares, actor=request.user)
        return self._answer(payment.pk)

    @extend_schema(request=None, responses=s.PaymentDetail)
    @action(detail=True, methods=["post"])
    def confirm(self, request, pk: str) -> Response:
        """The money is there: from now on it counts."""
        payment = services.confirm_payment(payment_id=row_id(pk), actor=request.user)
        return self._answer(payment.pk)

    @extend_schema(request=Reason, responses=s.PaymentDetail)
    @action(detail=True, methods=["post"])
    def reverse(self, request, pk: str) -> Response:
        """Take a payment back; it stays readable and pays nothing any more."""
        reason = self.checked(Reason, request)["reason"]
        payment = services.reverse_payment(payment_id=row_id(pk), reason=reason, actor=request.user)
        return self._answer(payment.pk)

    def _answer(self, pk: int, *, status: int = 200) -> Response:
        rows = selectors.payments(self.request.user).prefetch_related("allocations")
        return Response(s.PaymentDetail(rows.get(pk=pk)).data, status=status)


@extend_schema(tags=["receivables"])
class ReceivableViewSet(ApiViewSet):
    """What customers owe: instalments that are not paid in full, with their age."""

    queryset = PaymentPlanLine.objects.none()
    serializer_class = s.ReceivableRow
    orders = {"due_on": ("due_on", "pk")}
    default_order = "due_on"

    @extend_schema(parameters=[s.ReceivableQuery], responses=s.ReceivableRow(many=True))
    def list(self, request) -> Response:
        asked = self.asked(s.ReceivableQuery)
        day = asked.pop("as_of", None) or clock.today()
        rows = selectors.open_instalments(request.user, day)
        if q := asked.pop("q", ""):
            rows = rows.filter(contract__search_tokens__contains=query_tokens(q))
        if (overdue := asked.pop("overdue", None)) is not None:
            rows = rows.filter(due_on__lt=day) if overdue else rows.filter(due_on__gte=day)
        if customer := asked.pop("customer", None):
            rows = rows.filter(contract__customer=customer)
        if owner := asked.pop("owner", None):
            rows = rows.filter(contract__owner__username=owner)
        return self.page(rows.filter(**asked), s.ReceivableRow)

    @extend_schema(parameters=[s.AsOf], responses=s.Ageing, filters=False)
    @action(detail=False, methods=["get"], pagination_class=None)
    def ageing(self, request) -> Response:
        """The open instalments summed by age."""
        day = self.asked(s.AsOf).get("as_of") or clock.today()
        return Response(s.Ageing({"as_of": day, "ages": selectors.ageing(request.user, day)}).data)


@extend_schema(tags=["dunning"])
class DunningRunViewSet(ApiViewSet):
    """Notices printed together."""

    queryset = DunningRun.objects.none()
    serializer_class = s.RunRow

    @extend_schema(responses=s.RunRow(many=True))
    def list(self, request) -> Response:
        return self.page(_runs(request.user), s.RunRow)

    @extend_schema(responses=s.RunRow)
    def retrieve(self, request, pk: str) -> Response:
        return Response(s.RunRow(_runs(request.user).get(pk=row_id(pk))).data)

    @extend_schema(request=s.PreviewInput, responses=s.Preview)
    @action(detail=False, methods=["post"])
    def preview(self, request) -> Response:
        """Who would get a notice, largest sum first; also who cannot get one, and why. Changes nothing."""
        asked = self.checked(s.PreviewInput, request)
        day = asked["as_of"] or clock.today()
        found = services.preview_dunning(as_of=day, customer_ids=asked["customers"], actor=request.user)
        return Response(s.Preview({"as_of": day, "notices": found}).data)

    @extend_schema(request=s.PrintInput, responses={201: s.RunRow, 202: BackgroundJobRow})
    @action(detail=False, methods=["post"], url_path="print")
    def print_notices(self, request) -> Response:
        """Print the notices of these customers into one file; whoever has one of that day is left out.

        Few are printed at once (201). Many are printed in the background (202): ask the job that is answered
        until it is done, then its ``result`` names the run.
        """
        asked = self.checked(s.PrintInput, request)
        if len(asked["customers"]) > services.PRINTED_AT_ONCE:
            job = services.print_dunning_later(
                customer_ids=asked["customers"], as_of=asked["as_of"], actor=request.user
            )
            where = reverse("api:background-job-detail", args=[job.pk])
            return Response(BackgroundJobRow(job).data, status=HTTP_202_ACCEPTED, headers={"Location": where})
        run = services.print_dunning(
            customer_ids=asked["customers"], as_of=asked["as_of"], actor=request.user
        )
        return Response(s.RunRow(run).data, status=HTTP_201_CREATED)

    @extend_schema(responses=PDF)
    @action(detail=True, methods=["get"])
    def pdf(self, request, pk: str):
        """The file for the printer."""
        name, content = services.run_pdf(run_id=row_id(pk), actor=request.user)
        return attachment(content, name=name, media_type="application/pdf")


@extend_schema(tags=["dunning"])
class DunningLetterViewSet(ApiViewSet):
    """Printed notices of the customers the caller may see."""

    queryset = DunningNotice.objects.none()
    serializer_class = s.NoticeRow

    @extend_schema(parameters=[s.NoticeQuery], responses=s.NoticeRow(many=True))
    def list(self, request) -> Response:
        asked, rows = self.asked(s.NoticeQuery), self._visible()
        if q := asked.pop("q", ""):
            rows = rows.filter(customer__search_tokens__contains=query_tokens(q))
        return self.page(rows.filter(**asked), s.NoticeRow)

    @extend_schema(responses=s.NoticeRow)
    def retrieve(self, request, pk: str) -> Response:
        return Response(s.NoticeRow(self._visible().get(pk=row_id(pk))).data)

    @extend_schema(responses=PDF)
    @action(detail=True, methods=["get"])
    def pdf(self, request, pk: str):
        """Exactly what was printed the first time."""
        name, content = services.reprint_notice(notice_id=row_id(pk), actor=request.user)
        return attachment(content, name=name, media_type="application/pdf")

    @extend_schema(request=SentInput, responses=DispatchRow)
    @action(detail=True, methods=["post"], url_path="mark-sent")
    def mark_sent(self, request, pk: str) -> Response:
        """It has left: how, when, and under which number."""
        asked = self.checked(SentInput, request)
        dispatch = services.mark_sent(notice_id=row_id(pk), actor=request.user, **asked)
        return Response(DispatchRow(dispatch).data)

    @extend_schema(request=DeliveredInput, responses=DispatchRow)
    @action(detail=True, methods=["post"], url_path="mark-delivered")
    def mark_delivered(self, request, pk: str) -> Response:
        """It has arrived, and how that can be proven."""
        asked = self.checked(DeliveredInput, request)
        dispatch = services.mark_delivered(notice_id=row_id(pk), actor=request.user, **asked)
        return Response(DispatchRow(dispatch).data)

    def _visible(self):
        return DunningNotice.objects.visible_to(self.request.user).select_related("customer", "printed_by")


def _runs(person):
    """The runs that hold a notice of a customer the person may see."""
    visible = DunningNotice.objects.visible_to(person).filter(run=OuterRef("pk"))
    return DunningRun.objects.filter(Exists(visible)).select_related("created_by")


def _shares(rows: list[dict]) -> list[services.Share]:
    return [services.Share(plan_line_id=row["instalment"], amount=row["amount"]) for row in rows]
