"""Rows of collection that the tables of pages and of the API's deeds name."""

from typing import Any

from contracts import services
from contracts.models import ProposalLine
from tests.contracts.debts import approved_run, owing


def rows_of_collection(company: Any) -> dict[str, Any]:
    """A debtor of rep1, a disputed instalment, and a run in each state before it is printed."""
    contract, other = owing(company), owing(company)
    hold = services.open_dispute(
        plan_line_id=other.plan_lines.get(seq=1).pk, reason="广告未上线", actor=company.manager1
    )
    approved = approved_run(company)
    draft, submitted = (services.propose_run(actor=company.finance) for _number in range(2))
    left_out = draft.lines.get(customer=other.customer)
    services.exclude(proposal_id=draft.pk, line_id=left_out.pk, reason="正在洽谈", actor=company.finance)
    services.submit_run(proposal_id=submitted.pk, actor=company.finance)
    return {
        "debtor": contract.customer_id,
        "overdue_line": contract.plan_lines.get(seq=1).pk,
        "hold": hold.pk,
        "proposal": draft.pk,
        "submitted_proposal": submitted.pk,
        "approved_proposal": approved.pk,
        "proposed_letter": ProposalLine.objects.get(proposal=draft, customer=contract.customer).pk,
        "left_out_letter": left_out.pk,
    }
