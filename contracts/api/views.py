"""Products, templates and contracts. Services are the gate; the views only translate."""

from decimal import Decimal
from typing import Any

from django.db.models import Q
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from contracts import selectors, services
from contracts.api import serializers as s
from contracts.api.counterparty_views import CounterpartyActions
from contracts.api.signing_views import SigningActions
from contracts.api.termination_views import TerminationActions
from contracts.models import Contract, Product
from contracts.services.wording import Change
from core.api.fields import row_id
from core.api.views import ApiViewSet
from core.files.downloads import attachment
from core.rights import require

PDF = {(200, "application/pdf"): OpenApiTypes.BINARY}


@extend_schema(tags=["products"])
class ProductViewSet(ApiViewSet):
    """What we sell."""

    queryset = Product.objects.none()
    serializer_class = s.ProductRow
    orders = {"code": ("code",), "id": ("pk",)}
    default_order = "code"

    @extend_schema(parameters=[s.ProductQuery], responses=s.ProductRow(many=True))
    def list(self, request) -> Response:
        require(request.user, "contracts.view_product")
        asked = self.asked(s.ProductQuery)
        q, rows = asked.pop("q", ""), Product.objects.all()
        if q:
            rows = rows.filter(Q(code__icontains=q) | Q(name__icontains=q) | Q(name_en__icontains=q))
        return self.page(rows.filter(**asked), s.ProductRow)

    @extend_schema(responses=s.ProductRow)
    def retrieve(self, request, pk: str) -> Response:
        require(request.user, "contracts.view_product")
        return Response(s.ProductRow(Product.objects.get(pk=row_id(pk))).data)

    @extend_schema(request=s.ProductInput, responses={201: s.ProductRow})
    def create(self, request) -> Response:
        product = services.save_product(fields=self.checked(s.ProductInput, request), actor=request.user)
        return Response(s.ProductRow(product).data, status=HTTP_201_CREATED)

    @extend_schema(request=s.ProductInput(partial=True), responses=s.ProductRow)
    def partial_update(self, request, pk: str) -> Response:
        fields = self.checked(s.ProductInput, request, partial=True)
        product = services.save_product(product_id=row_id(pk), fields=fields, actor=request.user)
        return Response(s.ProductRow(product).data)


@extend_schema(tags=["contracts"])
class ContractViewSet(CounterpartyActions, SigningActions, TerminationActions, ApiViewSet):
    """Contracts the caller may see. Their states change through their process."""

    queryset = Contract.objects.none()
    serializer_class = s.ContractRow
    orders = {"id": ("pk",), "amount": ("amount", "pk"), "updated_at": ("updated_at", "pk")}
    default_order = "-id"

    @extend_schema(parameters=[s.ContractQuery], responses=s.ContractRow(many=True))
    def list(self, request) -> Response:
        asked = self.asked(s.ContractQuery)
        rows = selectors.contracts(request.user, search=asked.pop("q", ""))
        if owner := asked.pop("owner", None):
            rows = rows.filter(owner__username=owner)
        return self.page(rows.filter(**asked), s.ContractRow)

    @extend_schema(responses=s.ContractDetail)
    def retrieve(self, request, pk: str) -> Response:
        return Response(self._detail(pk))

    @extend_schema(request=s.ContractInput, responses={201: s.ContractDetail})
    def create(self, request) -> Response:
        """Draft a contract and start its process: one is never without the other."""
        fields = self.checked(s.ContractInput, request)
        contract = services.start_contract(
            customer_id=fields.pop("customer"),
            lines=_lines(fields.pop("lines", [])),
            plan=_plan(fields.pop("plan_lines", [])),
            clauses=_clauses(fields.pop("clause_changes", [])),
            changes=_changes(fields.pop("changes", [])),
            fields=fields,
            actor=request.user,
        )
        return Response(self._detail(contract.pk), status=HTTP_201_CREATED)

    @extend_schema(request=s.ContractChanges, responses=s.ContractDetail)
    def partial_update(self, request, pk: str) -> Response:
        """Change a draft as it was read; 409 says who changed it meanwhile, or that it is no draft any more."""
        fields = self.checked(s.ContractChanges, request)
        lines, plan = fields.pop("lines", None), fields.pop("plan_lines", None)
        clauses, changes = fields.pop("clause_changes", None), fields.pop("changes", None)
        services.update_contract(
            contract_id=row_id(pk),
            revision=fields.pop("revision"),
            lines=None if lines is None else _lines(lines),
            plan=None if plan is None else _plan(plan),
            clauses=None if clauses is None else _clauses(clauses),
            changes=None if changes is None else _changes(changes),
            fields=fields,
            actor=request.user,
        )
        return Response(self._detail(pk))

    @extend_schema(request=s.Submission, responses=s.ContractDetail)
    @action(detail=True, methods=["post"])
    def submit(self, request, pk: str) -> Response:
        """Send a draft for approval; 400 names everything that it lacks."""
        comment = self.checked(s.Submission, request)["comment"]
        services.send_for_approval(contract_id=row_id(pk), comment=comment, actor=request.user)
        return Response(self._detail(pk))

    @extend_schema(request=s.Reason, responses=s.ContractDetail)
    @action(detail=True, methods=["post"])
    def void(self, request, pk: str) -> Response:
        """Give a contract up before it is signed; its case ends with it."""
        reason = self.checked(s.Reason, request)["reason"]
        services.void_contract(contract_id=row_id(pk), reason=reason, actor=request.user)
        return Response(self._detail(pk))

    @extend_schema(responses=PDF)
    @action(detail=True, methods=["get"])
    def pdf(self, request, pk: str):
        """The contract on paper; with the draft watermark until it is approved."""
        name, content = services.contract_pdf(contract_id=row_id(pk), actor=request.user)
        return attachment(content, name=name, media_type="application/pdf")

    @extend_schema(responses=s.PaymentPlan)
    @action(detail=True, methods=["get"], url_path="payment-plan")
    def payment_plan(self, request, pk: str) -> Response:
        """The instalments with what is paid of each."""
        return Response(s.PaymentPlan(selectors.contract_for(request.user, row_id(pk))).data)

    @extend_schema(request=s.PlanChanges, responses=s.PaymentPlan)
    @payment_plan.mapping.put
    def replace_payment_plan(self, request, pk: str) -> Response:
        """Replace the instalments of a draft."""
        fields = self.checked(s.PlanChanges, request)
        services.update_contract(
            contract_id=row_id(pk),
            revision=fields["revision"],
            plan=_plan(fields["plan_lines"]),
            actor=request.user,
        )
        return Response(s.PaymentPlan(selectors.contract_for(request.user, row_id(pk))).data)

    def _detail(self, pk: object) -> dict[str, Any]:
        return s.ContractDetail(selectors.contract_for(self.request.user, row_id(pk))).data


def _lines(rows: list[dict[str, Any]]) -> list[services.Line]:
    """The lines as the service takes them; without a price a product is sold at its list price."""
    prices = dict(
        Product.objects.filter(pk__in=[row["product"] for row in rows]).values_list("pk", "list_price")
    )
    return [
        services.Line(
            product_id=row["product"],
            price=row.get("price", prices.get(row["product"], Decimal(0))),
            quantity=row["quantity"],
            description=row["description"],
        )
        for row in rows
    ]


def _clauses(rows: list[dict[str, Any]]) -> list[Change]:
    return [Change(**row) for row in rows]


def _changes(rows: list[dict[str, Any]]) -> list[services.Amendment]:
    return [services.Amendment(**row) for row in rows]


def _plan(rows: list[dict[str, Any]]) -> list[services.Instalment]:
    return [services.Instalment(**row) for row in rows]
