"""The demo's members: whose turn it is to get new ones, and a few that the platform has told of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from config.demo.codes import mobile
from config.platform_fake.server import DEMO_SECRET, HEADER
from core import clock
from core.actors import SystemActor
from core.models import User
from core.webhooks import secrets
from crm.models import AssignmentPool
from crm.services.members import take_event
from crm.services.rotation import NEW_MEMBERS, set_pool_members
from workflows.models import OutsideService

PLATFORM = SystemActor("member_events")
NEWCOMERS = (
    ("嘉兴秀洲五金制品有限公司", "沈女士", 5, 3),
    ("绍兴柯桥纺织机械有限公司", "章经理", 3, 6),
    ("台州路桥模塑有限公司", "戴先生", 1, 1),
)


def create_members(people: dict[str, User]) -> None:
    pool, _new = AssignmentPool.objects.get_or_create(
        code=NEW_MEMBERS, defaults={"name_zh": "新会员", "name_en": "New members"}
    )
    sellers = [people[name] for name in ("rep1", "rep2", "rep3")]
    set_pool_members(pool_id=pool.pk, people=sellers, actor=SystemActor("load_demo"))
    for number, (company, contact, days_ago, logins) in enumerate(NEWCOMERS, 1):
        member = f"M-3000{number}"
        with clock.travel(-timedelta(days=days_ago)):
            profile = {
                "company": company,
                "contact_name": contact,
                "mobile": mobile(7000 + number),
                "registered_at": (clock.now() - timedelta(hours=5)).isoformat(),
                "registered_ip": f"203.0.113.{number}",
                "profile_url": f"https://member.example.com/{member}",
                "published": {"supply": number, "blog": number - 1},
            }
            _tell(f"demo-approved-{number}", "approved", member, profile)
            _tell(f"demo-login-{number}", "login", member, {"login_count": logins})


def _tell(event_id: str, kind: str, member: str, data: Mapping[str, object]) -> None:
    take_event(event_id=event_id, kind=kind, external_id=member, at=clock.now(), data=data, actor=PLATFORM)


def point_at_platform(url: str) -> None:
    """Where the member platform of the demo runs today."""
    fields = {
        "name_zh": "会员平台",
        "name_en": "Member platform",
        "base_url": url,
        "header_name": HEADER,
        "secret": secrets.encrypt(DEMO_SECRET),
        "timeout": 10,
        "allow_private": True,
        "created_at": clock.now(),
    }
    OutsideService.objects.update_or_create(code="platform", defaults=fields)
