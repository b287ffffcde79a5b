"""Whether a paper is genuine: what its QR code holds, and what is told to whoever scans it.

The code holds the number and a quarter of the version's SHA-256: enough that nobody hits upon it, and short
enough to be scanned from a copy. It tells nothing that does not stand on the paper beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract, ContractVersion
from core.documents import documents_of
from core.pdf.documents import Proof

State = Contract.State
LENGTH = 16
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
# What a contract is, in plain words; in other states no paper of it has left the house.
STANDS: dict[str, tuple[str, str | Promise]] = {
    State.APPROVED: ("open", _("Not signed by both parties yet")),
    State.SIGNING: ("open", _("Not signed by both parties yet")),
    State.SIGNED: ("valid", _("Signed, not in effect yet")),
    State.ACTIVE: ("valid", _("Valid")),
    State.COMPLETED: ("ended", _("Ended")),
    State.EXPIRED: ("ended", _("Ended")),
    State.TERMINATED: ("ended", _("Ended before its time")),
    State.VOIDED: ("voided", _("Voided: it does not hold")),
}


@dataclass(frozen=True)
class Verdict:
    """What whoever scans a genuine paper is told, and nothing else."""

    number: str
    kind: str
    stands: str | Promise
    signed_on: date | None
    party_a: str
    party_b: str


def proof_of(version: ContractVersion) -> Proof:
    """What is printed on the paper of a version. Without an address of the site the code says it in words."""
    number, fingerprint = version.contract.no or "", version.sha256[:LENGTH]
    if settings.SITE_URL:
        text = settings.SITE_URL + reverse("contracts:verify", args=[number, fingerprint])
    else:
        text = f"{number} {fingerprint}"
    return Proof(text=text, fingerprint=fingerprint)


def verdict_on(number: str, fingerprint: str) -> Verdict | None:
    """What is known of a paper; None for a wrong number, a wrong fingerprint and a paper that never left the house."""
    fingerprint = fingerprint.lower()
    if not _FINGERPRINT.fullmatch(fingerprint):
        return None
    version = (
        ContractVersion.objects.select_related("contract")
        .filter(contract__no=number, contract__state__in=STANDS, sha256__startswith=fingerprint)
        .order_by("-seq")
        .first()
    )
    if version is None or not _is_filed(version):
        return None
    contract, content = version.contract, version.content
    kind, stands = STANDS[contract.state]
    return Verdict(
        number=number,
        kind=kind,
        stands=stands,
        signed_on=contract.signed_on,
        party_a=half_masked(content["party_a"]["name"]),
        party_b=half_masked(content["party_b"]["name"]),
    )


def half_masked(name: str) -> str:
    """Half of the characters, from the middle, are hidden: 苏州****公司, 张*."""
    hidden = max(1, len(name) // 2)
    start = (len(name) - hidden + 1) // 2
    return f"{name[:start]}{'*' * hidden}{name[start + hidden :]}"


def _is_filed(version: ContractVersion) -> bool:
    """Drafts and texts under review have numbers and fingerprints too; a paper with a code is made at approval."""
    return documents_of(version, kind="contract").exists()
