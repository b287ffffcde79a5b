"""People as the API reads and writes them: departments and roles by code, people by user name."""

from rest_framework import serializers

from core.api.fields import IdField, SearchField
from core.models import Department, Grant, Role, User
from core.people import STATES, state_of
from core.services.people import TEXT_FIELDS

REVISION = {"min_value": 1, "max_value": 2**31 - 1}


def person_field(**kwargs) -> serializers.SlugRelatedField:
    """Somebody who works here, by user name."""
    return serializers.SlugRelatedField(
        slug_field="username", queryset=User.objects.filter(is_active=True), **kwargs
    )


class PersonRow(serializers.ModelSerializer):
    """A person whom the caller administers."""

    id = IdField(read_only=True)
    name = serializers.CharField(read_only=True, help_text="In the language of Accept-Language.")
    department = serializers.CharField(source="department.code", default=None, allow_null=True)
    manager = serializers.CharField(source="manager.username", default=None, allow_null=True)
    roles = serializers.SlugRelatedField(slug_field="code", many=True, read_only=True)
    state = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = (
            "id",
            *TEXT_FIELDS,
            "name",
            "department",
            "manager",
            "roles",
            "is_superuser",
            "state",
            "last_login",
            "deactivated_at",
            "revision",
        )

    def get_state(self, row: User) -> str:
        """active, away (today), invited (has not chosen a password yet) or left."""
        return state_of(row)


class PersonChanges(serializers.ModelSerializer):
    """What may be changed of a person, and the revision that was read."""

    username = serializers.CharField(max_length=150)
    department = serializers.SlugRelatedField(
        slug_field="code", queryset=Department.objects.all(), allow_null=True, required=False
    )
    manager = person_field(allow_null=True, required=False)
    roles = serializers.SlugRelatedField(
        slug_field="code", queryset=Role.objects.all(), many=True, required=False
    )
    revision = serializers.IntegerField(**REVISION)

    class Meta:
        model = User
        fields = (*TEXT_FIELDS, "department", "manager", "roles", "is_superuser", "revision")
        validators = ()


class PersonInput(PersonChanges):
    """A new person. They cannot sign in before they are invited or get a first password."""

    revision = None

    class Meta(PersonChanges.Meta):
        fields = (*TEXT_FIELDS, "department", "manager", "roles", "is_superuser")


class PersonQuery(serializers.Serializer):
    """How the list is narrowed; without a state everybody, also those who have left."""

    q = SearchField(help_text="Any piece of name, pinyin, user name, e-mail, phone or position.")
    state = serializers.ChoiceField(choices=STATES, required=False)
    department = serializers.CharField(required=False, max_length=30, help_text="Code; with those below it.")
    role = serializers.CharField(required=False, max_length=30, help_text="Code.")
    manager = serializers.CharField(required=False, max_length=150, help_text="User name.")


class Invited(serializers.Serializer):
    by_mail = serializers.BooleanField()
    link = serializers.CharField(help_text="To hand over by hand; empty where a letter is on its way.")


class FirstPassword(serializers.Serializer):
    password = serializers.CharField(
        help_text="Shown this once. Its owner chooses another at the first sign-in."
    )


class AccessEnded(serializers.Serializer):
    sessions = serializers.IntegerField()
    tokens = serializers.IntegerField()


class FactorsForgotten(serializers.Serializer):
    factors = serializers.IntegerField(help_text="How many there were.")


class HeldPart(serializers.Serializer):
    """Some of what a person holds."""

    key = serializers.CharField(help_text="How takers of deactivate/ names it.")
    label = serializers.CharField(source="part.label")
    group = serializers.CharField(source="holding.label")
    count = serializers.IntegerField(source="part.count")
    examples = serializers.ListField(source="part.examples", child=serializers.CharField())
    needs_taker = serializers.BooleanField(source="holding.needs_taker", help_text="Else it ends.")
    suggestion = serializers.CharField(source="suggestion.username", default=None, allow_null=True)


class HeldParts(serializers.Serializer):
    held = HeldPart(many=True)


class HandOver(serializers.Serializer):
    """Who takes what; refused while something would be left without somebody."""

    takers = serializers.DictField(
        child=person_field(), required=False, default=dict, help_text="key of holdings/ -> user name."
    )
    for_all = person_field(
        required=False, allow_null=True, default=None, help_text="Who takes what takers does not name."
    )
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=300)


class HandedOver(serializers.Serializer):
    taken = serializers.DictField(child=serializers.IntegerField(), help_text="key -> how many.")
    notes = serializers.ListField(child=serializers.CharField(), help_text="What went to others, in words.")


class RoleScope(serializers.Serializer):
    role = serializers.CharField()
    scope = serializers.ChoiceField(choices=Grant.Scope.choices)


class PersonRight(serializers.Serializer):
    permission = serializers.CharField()
    name = serializers.CharField()
    scope = serializers.ChoiceField(choices=Grant.Scope.choices, help_text="The widest.")
    by = RoleScope(many=True)


class PersonSees(serializers.Serializer):
    kind = serializers.CharField()
    label = serializers.CharField()
    count = serializers.CharField(help_text="Counted up to 1000: 1000+ beyond.")


class PersonRights(serializers.Serializer):
    """What somebody may do and sees. Who has left may do nothing, a system administrator everything."""

    rights = PersonRight(many=True)
    sees = PersonSees(many=True)
