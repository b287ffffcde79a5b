"""What comes next in a case."""

from collections.abc import Mapping

from rest_framework import serializers

from workflows.engine import Waiting
from workflows.engine.foresight import Assumption, Foreseen, Way
from workflows.services.moving import MovePreview, Taken
from workflows.services.prospects import Prospect, Prospects


class AssumptionRow(serializers.Serializer):
    """What a way takes for granted, because nobody can know it yet."""

    question = serializers.CharField(
        help_text="way: the gateway takes these flows; error: the step ends with this error; again: the loop goes on; "
        "enough: the multi-instance ends early; items: there is something to do; holds: the condition holds."
    )
    element = serializers.CharField(source="path")
    flows = serializers.ListField(child=serializers.CharField())
    code = serializers.CharField(allow_null=True)
    is_so = serializers.BooleanField()


class NextPlace(serializers.Serializer):
    element = serializers.CharField(source="path")
    kind = serializers.CharField(help_text="work_item, timer, message, signal, condition, job or incident.")
    indices = serializers.ListField(child=serializers.IntegerField())


class WayOnward(serializers.Serializer):
    """One way on: where the case newly waits then."""

    assumes = AssumptionRow(many=True)
    next = NextPlace(many=True)
    joins = serializers.ListField(
        child=serializers.CharField(), help_text="Where it waits for other branches."
    )
    ends = serializers.BooleanField(help_text="The case is over.")
    passed = serializers.ListField(child=serializers.CharField(), help_text="What is passed on the way.")


class DeedRow(serializers.Serializer):
    outcome = serializers.CharField(allow_blank=True, help_text="Empty where there is nothing to decide.")
    ways = WayOnward(many=True)
    is_whole = serializers.BooleanField(help_text="False where there are more ways than are told.")


class OpenPlace(NextPlace):
    """One place where the case stands; a move names it by its token."""

    token = serializers.CharField()
    deeds = DeedRow(many=True)


class JoinPlace(serializers.Serializer):
    """Where branches meet, and by which flows some have arrived."""

    element = serializers.CharField(source="path")
    token = serializers.CharField()
    flows = serializers.ListField(child=serializers.CharField())


class NextRow(serializers.Serializer):
    """Each open place with the ways on from there."""

    revision = serializers.IntegerField(
        help_text="The case's: a move says from which one it was thought out."
    )
    places = OpenPlace(many=True)
    joins = JoinPlace(many=True)
    left_out = serializers.IntegerField(help_text="Further places like the last ones.")


class TakenInput(serializers.Serializer):
    token = serializers.CharField(max_length=20)
    flow = serializers.CharField(
        max_length=200, required=False, default="", help_text="Of a join: what has arrived by this flow."
    )


class MoveInput(serializers.Serializer):
    """What is taken away, and the elements (by their paths) at which the case goes on."""

    cancel = TakenInput(many=True, max_length=200)
    at = serializers.ListField(child=serializers.CharField(max_length=1000), max_length=200)
    revision = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, help_text="The case's as it was read."
    )
    reason = serializers.CharField(max_length=2000)


class MovePreviewRow(serializers.Serializer):
    ways = WayOnward(many=True)
    is_whole = serializers.BooleanField(help_text="False where there are more ways than are told.")
    refusal = serializers.CharField(allow_blank=True, help_text="Why it cannot be.")
    also = TakenInput(many=True, help_text="What would have to be taken away too for it to be possible.")


def taken(one: Mapping[str, str]) -> Taken:
    """As the services name it."""
    return (one["token"], one["flow"]) if one.get("flow") else one["token"]


def previewed(shown: MovePreview) -> dict[str, object]:
    """As the serializer reads it."""
    also = [
        {"token": one, "flow": ""} if isinstance(one, str) else {"token": one[0], "flow": one[1]}
        for one in shown.also
    ]
    known = _deed(shown.ahead) if shown.ahead is not None else {"ways": [], "is_whole": True}
    return {**known, "refusal": shown.refusal, "also": also}


def told(found: Prospects, revision: int) -> dict[str, object]:
    """As the serializers read it."""
    return {
        "places": [_place(one) for one in found.places],
        "joins": [
            {"path": one.path, "token": one.token, "flows": list(one.arrivals or ())} for one in found.joins
        ],
        "revision": revision,
        "left_out": found.left_out,
    }


def _place(one: Prospect) -> dict[str, object]:
    deeds = [{"outcome": code, **_deed(known)} for code, known in one.ways.items()]
    return {**_stand(one.waiting), "token": one.waiting.token, "deeds": deeds}


def _deed(known: Foreseen) -> dict[str, object]:
    return {"ways": [_way(one) for one in known.ways], "is_whole": known.is_whole}


def _way(way: Way) -> dict[str, object]:
    return {
        "assumes": [_assumption(one) for one in way.assumes],
        "next": [_stand(one) for one in way.next],
        "joins": [one.path for one in way.joins],
        "ends": way.ends,
        "passed": list(way.passed),
    }


def _assumption(one: Assumption) -> dict[str, object]:
    return {
        "question": one.question,
        "path": one.path,
        "flows": list(one.flows),
        "code": one.code,
        "is_so": one.is_so,
    }


def _stand(waiting: Waiting) -> dict[str, object]:
    return {"path": waiting.path, "kind": waiting.kind, "indices": list(waiting.indices)}
