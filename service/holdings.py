"""What people hold of what happens after the sale, and which of its rows carry a department."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actors import Actor, SystemActor
from core.departments import path_holder
from core.holdings import Holding, Outcome, Part, not_held, register
from core.models import User
from service.models import Complaint
from service.services.handlers import give_complaints, open_complaints_of

MOST_NAMED = 5
# Whoever administers people need not be allowed to see complaints: the deed is the system's, recorded as such.
ACTOR = SystemActor("service.hand_over")


def _complaints(person: User) -> list[Part]:
    """Complaints that this person handles."""
    mine = open_complaints_of(person)
    count = mine.count()
    names = [one.no for one in mine.order_by("-pk")[:MOST_NAMED]] if count else []
    return [Part("", _("Complaints being handled"), count, names)] if count else []


def _give_complaints(person: User, to: User | None, part: str, actor: Actor) -> Outcome:
    if to is None:
        return Outcome()
    taken, left = give_complaints(person=person, to=to, actor=ACTOR)
    notes = [
        _("%(name)s is held responsible in %(complaint)s: give it to somebody else.")
        % {"name": to.name, "complaint": no}
        for no in left
    ]
    return Outcome(taken, notes)


register(
    Holding(
        "service.complaints",
        gettext_lazy("Complaints being handled"),
        _complaints,
        _give_complaints,
        icon="megaphone",
        order=26,
        fields=("service.Complaint.handler",),
    )
)

not_held(
    "Says who did something.",
    "service.OnboardingItem.done_by",
    "service.OnboardingItem.skip_by",
    "service.Material.approved_by",
)
not_held(
    "Says who did something.",
    "service.Complaint.received_by",
    "service.ComplaintAction.done_by",
    "service.Ruling.ruled_by",
    "service.LeaderInstruction.given_by",
    "service.ComplaintSummary.written_by",
    "service.FollowUpCall.done_by",
)
not_held("Says who was held responsible; that stays with the person.", "service.RulingShare.person")
path_holder(Complaint)
