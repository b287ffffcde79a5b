"""What the editor of diagrams asks for."""

from rest_framework import serializers

from workflows.api.definition_serializers import LintInput


class LabelsField(serializers.DictField):
    """A text in both languages, by "zh" and "en"."""

    child = serializers.CharField(allow_blank=True)


class StepTypeRow(serializers.Serializer):
    """A kind of step as managers know it."""

    id = serializers.CharField()
    bpmn = serializers.CharField(help_text="The BPMN element it becomes, such as bpmn:UserTask.")
    event = serializers.CharField(allow_blank=True, help_text="Its kind of event, where it is one.")
    prefix = serializers.CharField(help_text="How the id of a new one begins.")
    group = serializers.ChoiceField(choices=["steps", "flow", "border"])
    icon = serializers.CharField()
    label = serializers.CharField()
    labels = LabelsField()
    hint = serializers.CharField()
    also = serializers.CharField(help_text="Other words it is found by.")
    words = serializers.DictField(help_text="What a new one says in flow: words.")


class RoleChoice(serializers.Serializer):
    code = serializers.CharField()
    label = serializers.CharField()
    labels = LabelsField()


class PersonChoice(serializers.Serializer):
    expression = serializers.CharField(help_text="As flow:assign writes it, such as subject.owner.")
    label = serializers.CharField()


class NamedChoice(serializers.Serializer):
    name = serializers.CharField()
    label = serializers.CharField()


class TypedName(serializers.Serializer):
    name = serializers.CharField()
    type = serializers.CharField()
    choices = serializers.ListField(child=serializers.CharField())


class OperationParameter(TypedName):
    required = serializers.BooleanField()


class CodeChoice(serializers.Serializer):
    code = serializers.CharField()
    label = serializers.CharField()


class OperationChoice(NamedChoice):
    effect = serializers.CharField()
    allowed = serializers.BooleanField(help_text="Whether this definition has been granted it.")
    target = serializers.CharField(allow_null=True)
    targets = CodeChoice(many=True, help_text="Those that have been granted.")
    parameters = OperationParameter(many=True)
    result = TypedName(many=True)


class TakenName(NamedChoice):
    required = serializers.BooleanField()


class ProcessChoice(serializers.Serializer):
    key = serializers.CharField()
    label = serializers.CharField()
    subject = serializers.CharField(allow_blank=True)
    takes = TakenName(many=True)


class MessageChoice(NamedChoice):
    kind = serializers.CharField()
    subject = serializers.CharField(allow_blank=True)


class OutcomeChoice(serializers.Serializer):
    code = serializers.CharField()
    labels = LabelsField()


class DrawingWords(serializers.Serializer):
    """Everything a diagram of this process may name."""

    step_types = StepTypeRow(many=True)
    roles = RoleChoice(many=True)
    persons = PersonChoice(many=True)
    work_forms = NamedChoice(many=True)
    operations = OperationChoice(many=True)
    processes = ProcessChoice(many=True)
    messages = MessageChoice(many=True)
    outcomes = OutcomeChoice(many=True, help_text="Codes whose buttons need no label.")


class VisibleNameRow(serializers.Serializer):
    path = serializers.CharField(help_text="As an expression writes it, such as subject.amount.")
    label = serializers.CharField()
    group = serializers.ChoiceField(choices=["subject", "step", "answer", "field", "variable"])
    by = serializers.CharField(allow_blank=True, help_text="The step that gives it its value.")
    type = serializers.CharField()
    choices = serializers.ListField(child=serializers.CharField())
    labels = serializers.DictField(child=serializers.CharField(), help_text="What its choices are called.")


class SightRow(serializers.Serializer):
    elements = serializers.ListField(child=serializers.CharField())
    names = VisibleNameRow(many=True)


class NamesRow(serializers.Serializer):
    """The names that expressions may read, by the elements that see them."""

    groups = SightRow(many=True)
    before = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="For each element the steps that can have been done before it.",
    )


class NamesInput(LintInput):
    """What is being drawn; left out: the saved draft."""


class PresenceRow(serializers.Serializer):
    """Who else is drawing, and what the saved draft is by now."""

    others = serializers.ListField(child=serializers.CharField(), help_text="Names of people.")
    revision = serializers.IntegerField(help_text="Of the saved draft; 0 if there is none.")
    saved_by = serializers.CharField(allow_blank=True)
