"""How onboardings look in lists."""

from django.utils.translation import gettext_lazy as _

from core.generic.tables import Column, MomentColumn, NameColumn, Table, TagColumn
from service.models import Onboarding

STATE_COLOURS = {
    Onboarding.State.OPEN: "brand",
    Onboarding.State.DONE: "green",
    Onboarding.State.CANCELLED: "red",
}


class OnboardingTable(Table):
    """What is to be brought live, with whose it is and until when."""

    contract = NameColumn(verbose_name=_("Contract"))
    customer = Column(accessor="contract__customer__name", verbose_name=_("Customer"))
    state = TagColumn(verbose_name=_("State"), colours=STATE_COLOURS)
    left = Column(verbose_name=_("Left to do"), empty_values=())
    due_at = MomentColumn(verbose_name=_("Due"))
    activated_at = MomentColumn(verbose_name=_("Activated"), phone=False)
    owner = Column(accessor="contract__owner", verbose_name=_("Owner"), tight=True, phone=False)

    class Meta(Table.Meta):
        model = Onboarding
        fields = ("contract", "customer", "state", "left", "due_at", "activated_at", "owner")

    def render_contract(self, record):
        return record.contract.no

    def value_contract(self, record):
        return record.contract.no

    def render_left(self, record):
        return f"{record.left}/{record.all}"

    def value_left(self, record):
        return record.left
