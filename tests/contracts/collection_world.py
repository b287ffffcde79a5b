"""Rows of collection that the tables of pages and of the API's deeds name."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from contracts import services
from contracts.models import ProposalLine
from contracts.uploads import file_receipt
from tests.contracts.debts import approved_run, owing


def _delivered(company: Any) -> int:
    """A letter whose arrival is proven by a filed receipt."""
    debtor = owing(company).customer_id
    notice = services.print_dunning(customer_ids=[debtor], actor=company.finance).notices.get()
    services.mark_sent(notice_id=notice.pk, channel="hand", actor=company.finance)
    receipt = file_receipt(
        SimpleUploadedFile("slip.pdf", b"%PDF-1.4 slip"), notice=notice, actor=company.finance
    )
    services.mark_delivered(notice_id=notice.pk, receipt=receipt, actor=company.finance)
    return int(notice.pk)


def rows_of_collection(company: Any) -> dict[str, Any]:
    """A debtor of rep1, a disputed instalment, a run in each state before it is printed, a letter that arrived."""
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
        "delivered_letter": _delivered(company),
        "debtor": contract.customer_id,
        "overdue_line": contract.plan_lines.get(seq=1).pk,
        "hold": hold.pk,
        "proposal": draft.pk,
        "submitted_proposal": submitted.pk,
        "approved_proposal": approved.pk,
        "proposed_letter": ProposalLine.objects.get(proposal=draft, customer=contract.customer).pk,
        "left_out_letter": left_out.pk,
    }
