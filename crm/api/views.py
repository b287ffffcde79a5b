"""Customers and contacts. Services are the gate; the views only translate."""

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from core.api.fields import required, row_id
from core.api.views import ApiViewSet
from crm import selectors, services
from crm.api import serializers as s
from crm.api.activity_serializers import CustomerStanding, StatusMove
from crm.api.ownership import OwnershipActions
from crm.models import Contact, Customer


@extend_schema(tags=["customers"])
class CustomerViewSet(OwnershipActions, ApiViewSet):
    """Customers the caller may see."""

    queryset = Customer.objects.none()
    serializer_class = s.CustomerRow
    orders = {"id": ("pk",), "name": ("name_sort", "pk"), "updated_at": ("updated_at", "pk")}
    default_order = "-id"

    @extend_schema(parameters=[s.CustomerQuery], responses=s.CustomerRow(many=True))
    def list(self, request) -> Response:
        asked = self.asked(s.CustomerQuery)
        rows = selectors.customers(request.user, search=asked.pop("q", ""))
        if (in_pool := asked.pop("in_pool", None)) is not None:
            rows = rows.filter(owner__isnull=in_pool)
        if owner := asked.pop("owner", None):
            rows = rows.filter(owner__username=owner)
        return self.page(rows.filter(**asked), s.CustomerRow)

    @extend_schema(responses=s.CustomerDetail)
    def retrieve(self, request, pk: str) -> Response:
        return Response(_detail(request, row_id(pk)))

    @extend_schema(request=s.CustomerInput, responses={201: s.CustomerDetail})
    def create(self, request) -> Response:
        fields = self.checked(s.CustomerInput, request)
        customer = services.create_customer(
            contacts=fields.pop("contacts"),
            addresses=fields.pop("addresses"),
            in_pool=fields.pop("in_pool"),
            fields=fields,
            actor=request.user,
        )
        return Response(_detail(request, customer.pk), status=HTTP_201_CREATED)

    @extend_schema(request=s.CustomerChanges(partial=True), responses=s.CustomerDetail)
    def partial_update(self, request, pk: str) -> Response:
        """Change a customer as it was read; 409 says who changed it meanwhile."""
        changes = self.checked(s.CustomerChanges, request, partial=True)
        revision = required(changes, "revision")
        services.update_customer(
            customer_id=row_id(pk), revision=revision, changes=changes, actor=request.user
        )
        return Response(_detail(request, row_id(pk)))

    @extend_schema(request=s.Transfer, responses=s.CustomerRow)
    @action(detail=True, methods=["post"])
    def transfer(self, request, pk: str) -> Response:
        """Hand a customer to somebody, or back to the pool."""
        owner = self.checked(s.Transfer, request)["owner"]
        customer = services.assign_customer(customer_id=row_id(pk), owner=owner, actor=request.user)
        return Response(s.CustomerRow(customer).data)

    @extend_schema(responses=CustomerStanding)
    @action(detail=True, methods=["get"])
    def status(self, request, pk: str) -> Response:
        """Where a customer stands, and the ways that lead on from there with what each needs."""
        return Response(CustomerStanding(selectors.customer_for(request.user, row_id(pk))).data)

    @extend_schema(request=StatusMove, responses=CustomerStanding)
    @status.mapping.post
    def change_status(self, request, pk: str) -> Response:
        """Move a customer along a way, or with ``override`` by a manager's hand."""
        services.change_status(
            customer_id=row_id(pk), actor=request.user, **self.checked(StatusMove, request)
        )
        return Response(CustomerStanding(selectors.customer_for(request.user, row_id(pk))).data)

    @extend_schema(request=s.AddressInput, responses={201: s.AddressRow})
    @action(detail=True, methods=["post"])
    def addresses(self, request, pk: str) -> Response:
        """Add an address; it becomes the default of its kind."""
        fields = self.checked(s.AddressInput, request)
        address = services.set_address(customer_id=row_id(pk), fields=fields, actor=request.user)
        return Response(s.AddressRow(address).data, status=HTTP_201_CREATED)


@extend_schema(tags=["contacts"])
class ContactViewSet(ApiViewSet):
    """The people at the customers the caller may see."""

    queryset = Contact.objects.none()
    serializer_class = s.ContactRow

    @extend_schema(parameters=[s.ContactQuery], responses=s.ContactRow(many=True))
    def list(self, request) -> Response:
        asked = self.asked(s.ContactQuery)
        q, rows = asked.pop("q", ""), _contacts(request)
        if q:
            rows = rows.filter(Q(name__icontains=q) | Q(mobile__contains=q) | Q(phone__contains=q))
        return self.page(rows.filter(**asked), s.ContactRow)

    @extend_schema(responses=s.ContactRow)
    def retrieve(self, request, pk: str) -> Response:
        return Response(s.ContactRow(_contacts(request).get(pk=row_id(pk))).data)

    @extend_schema(request=s.NewContact, responses={201: s.ContactRow})
    def create(self, request) -> Response:
        fields = self.checked(s.NewContact, request)
        contact = services.add_contact(
            customer_id=fields.pop("customer"),
            is_primary=fields.pop("is_primary"),
            fields=fields,
            actor=request.user,
        )
        return Response(s.ContactRow(contact).data, status=HTTP_201_CREATED)

    @extend_schema(request=s.ContactChanges(partial=True), responses=s.ContactRow)
    def partial_update(self, request, pk: str) -> Response:
        """Change a contact; the revision is the customer's as it was read."""
        changes = self.checked(s.ContactChanges, request, partial=True)
        contact = services.update_contact(
            contact_id=row_id(pk),
            revision=required(changes, "revision"),
            make_primary=changes.pop("is_primary", False),
            changes=changes,
            actor=request.user,
        )
        return Response(s.ContactRow(contact).data)


def _contacts(request):
    visible = selectors.customers(request.user).order_by()
    return Contact.objects.filter(customer__in=visible.values("pk"))


def _detail(request, pk: int) -> dict:
    return s.CustomerDetail(selectors.customer_for(request.user, pk)).data
