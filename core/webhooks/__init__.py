"""Tell other programs what happens here.

    # contracts/webhooks.py: each app says which events there are
    declare("contract.activated", zh="合同生效", en="Contract in effect", sample={"no": "XS-2026-0001"})

    # in a service, in the transaction of the deed
    announce("contract.activated", {"no": contract.no}, subject=contract)

Whoever subscribed gets a delivery row with the deed's commit, or none with its rollback. Workers send it,
signed, again and again for about three days (``delivery``); the pages and the API show every try.
"""

from core.webhooks import delivery  # noqa: F401  what workers do is registered by its import
from core.webhooks.announcing import Announcement, announce, announce_all
from core.webhooks.catalogue import Event, declare, event, events
from core.webhooks.interest import anybody as anybody_listens

__all__ = [
    "Announcement",
    "Event",
    "announce",
    "announce_all",
    "anybody_listens",
    "declare",
    "event",
    "events",
]
