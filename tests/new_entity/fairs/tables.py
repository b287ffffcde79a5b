"""How fairs look in lists."""

from core.generic.tables import Column, DateColumn, MoneyColumn, NameColumn, Table, TagColumn
from tests.new_entity.fairs.models import Fair


class FairTable(Table):
    """On the phone each row is a card."""

    name = NameColumn()
    state = TagColumn(colours={"planned": "brand", "booked": "green"})
    city = Column(phone=False, tight=True)
    starts_on = DateColumn()
    budget = MoneyColumn()

    class Meta(Table.Meta):
        model = Fair
        fields = ("name", "state", "city", "starts_on", "budget", "owner")
