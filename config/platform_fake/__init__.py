"""A small member platform: the site whose memberships this company sells, for the demo and for tests.

It is a server of its own with a journal of its own. It opens, extends and ends memberships once for each
Idempotency-Key, tells what happens by signed events, and misbehaves as it is told (see ``modes``).
"""

from config.platform_fake.journal import Journal
from config.platform_fake.modes import MODES
from config.platform_fake.server import Platform, platform
from config.platform_fake.telling import sign

__all__ = ["MODES", "Journal", "Platform", "platform", "sign"]
