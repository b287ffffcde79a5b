"""Customers, contacts and addresses as the API reads and writes them."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.fields import IdField, SearchField
from core.models import User
from crm.models import Contact, Customer, CustomerAddress
from crm.models.status import known_statuses
from crm.services.contacts import ADDRESS_FIELDS, CONTACT_FIELDS
from crm.services.customers import CHANGEABLE, CUSTOMER_FIELDS


class ContactRow(serializers.ModelSerializer):
    id = IdField(read_only=True)
    customer = IdField(source="customer_id", read_only=True)

    class Meta:
        model = Contact
        fields = ("id", "customer", *CONTACT_FIELDS, "is_primary", "created_at")


class AddressRow(serializers.ModelSerializer):
    id = IdField(read_only=True)

    class Meta:
        model = CustomerAddress
        fields = ("id", *ADDRESS_FIELDS, "is_default")


class CustomerRow(serializers.ModelSerializer):
    """A customer in a list."""

    id = IdField(read_only=True)
    owner = serializers.CharField(
        source="owner.username", default=None, allow_null=True, help_text="User name."
    )
    owner_name = serializers.CharField(source="owner.name", default=None, allow_null=True)
    status = serializers.CharField(help_text="The code of one of `customer-statuses/`.")

    class Meta:
        model = Customer
        fields = (
            "id",
            "no",
            *CUSTOMER_FIELDS,
            "owner",
            "owner_name",
            "revision",
            "created_at",
            "updated_at",
        )


class CustomerDetail(CustomerRow):
    """A customer with its people and addresses."""

    contacts = ContactRow(many=True)
    addresses = AddressRow(many=True)

    class Meta(CustomerRow.Meta):
        fields = (*CustomerRow.Meta.fields, "contacts", "addresses")


class ContactInput(serializers.ModelSerializer):
    """What may be said of a contact; the services check it further."""

    class Meta:
        model = Contact
        fields = CONTACT_FIELDS
        validators = ()


class AddressInput(serializers.ModelSerializer):
    class Meta:
        model = CustomerAddress
        fields = ADDRESS_FIELDS
        validators = ()


class CustomerChanges(serializers.ModelSerializer):
    """What may be changed of a customer, and the revision that was read."""

    revision = serializers.IntegerField(min_value=1, max_value=2**31 - 1)

    class Meta:
        model = Customer
        fields = (*CHANGEABLE, "revision")
        validators = ()
        # Uniqueness is the service's: only it knows what the person may be told of other customers.
        extra_kwargs = {"uscc": {"validators": []}}


class CustomerInput(CustomerChanges):
    """A new customer, with the people to talk to and where it gets mail."""

    revision = None
    status = serializers.CharField(
        required=False, max_length=20, help_text="The code of one of `customer-statuses/`."
    )
    in_pool = serializers.BooleanField(required=False, default=False)
    contacts = ContactInput(many=True, required=False, default=list, max_length=20)
    addresses = AddressInput(many=True, required=False, default=list, max_length=20)

    class Meta(CustomerChanges.Meta):
        fields = (*CUSTOMER_FIELDS, "in_pool", "contacts", "addresses")


class NewContact(ContactInput):
    """A new contact of a customer."""

    customer = IdField()
    is_primary = serializers.BooleanField(required=False, default=False)

    class Meta(ContactInput.Meta):
        fields = ("customer", *CONTACT_FIELDS, "is_primary")


class ContactChanges(ContactInput):
    """Changes of a contact; the revision is the customer's."""

    revision = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    is_primary = serializers.BooleanField(required=False, default=False)

    class Meta(ContactInput.Meta):
        fields = (*CONTACT_FIELDS, "is_primary", "revision")


class Transfer(serializers.Serializer):
    owner = serializers.SlugRelatedField(
        slug_field="username",
        queryset=User.objects.filter(is_active=True),
        allow_null=True,
        help_text="Whose customer it becomes, by user name; null puts it into the public pool.",
    )


class CustomerQuery(serializers.Serializer):
    """How the list is narrowed."""

    q = SearchField(help_text="Any piece of name, number or pinyin.")
    status = serializers.CharField(required=False, max_length=20)
    level = serializers.ChoiceField(choices=Customer.Level, required=False)
    kind = serializers.ChoiceField(choices=Customer.Kind, required=False)
    source = serializers.ChoiceField(choices=Customer.Source, required=False)
    industry = serializers.CharField(required=False, max_length=40)
    region = serializers.CharField(required=False, max_length=40)
    owner = serializers.CharField(required=False, max_length=150, help_text="User name.")
    in_pool = serializers.BooleanField(required=False)

    def validate_status(self, value: str) -> str:
        if value not in known_statuses():
            raise serializers.ValidationError(_("There is no such status in use."))
        return value


class ContactQuery(serializers.Serializer):
    q = SearchField(help_text="A piece of a name or number of the contact.")
    customer = IdField(required=False)
