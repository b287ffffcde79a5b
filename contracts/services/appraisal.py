"""评审: several people judge a contract side by side, and what their answers come to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import Contract, ContractDecision
from contracts.services.moves import current_version, locked, require_process
from core import audit
from core.actors import Actor
from core.errors import ApplicationError
from core.models import User

Outcome = ContractDecision.Outcome
ACCEPT: Final = "contracts.accept_deviations"
# What passes unless the diagram says otherwise: two of three agree.
TWO_THIRDS: Final = Decimal("0.66")


@dataclass(frozen=True)
class Appraisal:
    """What came of it. ``passed``: nobody vetoed, and the share of those who agree is large enough."""

    passed: bool
    vetoed: bool
    agreed: int
    disagreed: int


@transaction.atomic
def conclude_appraisal(
    *, contract_id: int, actor: Actor, step: str, share: Decimal = TWO_THIRDS
) -> Appraisal:
    """Count what was said at a step about the version under review.

    ``share`` of those who answered, between 0 and 1, has to agree. Refused where nobody answered: silence is no
    consent.
    """
    require_process(actor)
    contract = locked(contract_id, (Contract.State.APPRAISING,))
    if not 0 < share <= 1:
        raise ApplicationError(
            _("The share that has to agree lies above 0 and is at most 1."), code="invalid_share"
        )
    decisions = list(contract.decisions.filter(version=current_version(contract), step=step))
    if not decisions:
        raise ApplicationError(
            _("Nobody has appraised the contract: the table of appraisers names nobody for it."),
            code="nobody_appraised",
        )
    agreed = sum(one.outcome == Outcome.APPROVE for one in decisions)
    vetoed = any(one.is_veto for one in decisions)
    passed = not vetoed and Decimal(agreed) >= share * len(decisions)
    found = Appraisal(passed, vetoed, agreed, len(decisions) - agreed)
    audit.record(
        actor,
        "contracts.conclude_appraisal",
        contract,
        after={"passed": passed, "vetoed": vetoed, "agreed": agreed, "disagreed": found.disagreed},
    )
    return found


def is_vetoed(contract: Contract) -> bool:
    """Whether somebody whose "no" ends an appraisal said it about the last submission."""
    newest = contract.versions.newest()
    return contract.decisions.filter(version__in=newest, can_veto=True, outcome=Outcome.REJECT).exists()


def may_accept_deviations(person: User, contract: Contract) -> bool:
    """Whether what deviates from the template may stand on this person's word."""
    return Contract.objects.reachable_by(person, ACCEPT).filter(pk=contract.pk).exists()


def accepted_by(contract: Contract) -> ContractDecision | None:
    """The approval that accepted the deviations of the last submission."""
    newest = contract.versions.newest()
    found = contract.decisions.filter(version__in=newest, accepts_deviations=True)
    return found.select_related("decided_by").order_by("pk").first()


def require_accepted_deviations(contract_id: int) -> None:
    """Refuse while the last submission deviates from its template, or stands on the customer's own paper, and nobody
    entitled has accepted it."""
    contract = Contract.objects.get(pk=contract_id)
    version = contract.versions.order_by("-seq").first()
    if version is None or not (version.is_on_counterparty_paper or version.deviations.exists()):
        return
    if accepted_by(contract) is not None:
        return
    raise ApplicationError(
        _(
            "The contract deviates from its template, and nobody with the right to accept deviations has approved"
            " it: the process needs a step for legal."
        ),
        code="deviations_not_accepted",
    )
