"""Ending a contract before its time: asking for it, how it came about, and the sheet for the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from contracts import progress
from contracts.consequences import consequences_of
from contracts.models import Contract, ContractTermination
from contracts.services.performance import last_day
from contracts.services.settlement import propose_settlement
from contracts.services.settlement_sheet import settlement_sheet_pdf
from contracts.services.termination import REQUEST, request_termination
from contracts.termination_forms import TerminationForm
from contracts.views.files import pdf_answer
from contracts.views.signing import OfContract
from core import clock
from core.models import User

State = Contract.State


@dataclass(frozen=True)
class ShownTermination:
    """A request with what everybody said to it, as pages show it."""

    row: ContractTermination
    decisions: list[Any]
    colour: str


COLOURS = {
    ContractTermination.State.REQUESTED: "amber",
    ContractTermination.State.REFUSED: "",
    ContractTermination.State.AGREED: "red",
}


def shown_terminations(contract: Contract) -> list[ShownTermination]:
    """Every request to end a contract, the newest first."""
    rows = contract.terminations.select_related("requested_by", "settled_by", "decided_by", "refunded_by")
    return [
        ShownTermination(
            one,
            list(one.decisions.select_related("decided_by")),
            COLOURS[ContractTermination.State(one.state)],
        )
        for one in rows.prefetch_related("decisions__decided_by")
    ]


def end_tab(contract: Contract) -> dict[str, Any]:
    """How the contract came to its end, or is asked to."""
    return {
        "contract": contract,
        "terminations": shown_terminations(contract),
        "steps": progress.step_names(contract),
    }


def may_ask_for_end(contract: Contract, user: User) -> bool:
    """Whether this person may ask to end a contract in effect, and nobody has asked yet."""
    if contract.state != State.ACTIVE or contract.is_supplement:
        return False
    open_ones = contract.terminations.filter(state=ContractTermination.State.REQUESTED)
    reachable = Contract.objects.reachable_by(user, REQUEST).filter(pk=contract.pk)
    return reachable.exists() and not open_ones.exists()


class ContractTerminate(OfContract):
    """Asks that a contract be ended; what hangs on it stands above the form."""

    template_name = "contracts/contract_terminate.html"
    title = _("End this contract")
    permission = REQUEST
    form_class = TerminationForm
    style = "danger"
    submit_label = _("Ask to end it")
    question = _(
        "The request goes to the manager, legal, finance and the director. Once all agree the contract ends on its last "
        "day; if one of them refuses, it goes on and you hear why."
    )
    done_message = _("The request is under review.")

    def initial(self):
        return {"ends_on": clock.today()}

    def get_context_data(self, **kwargs):
        contract = self.object
        return super().get_context_data(
            contract=contract,
            proposal=propose_settlement(contract, clock.today()),
            last_day=last_day(contract),
            consequences=consequences_of(contract),
            **kwargs,
        )

    def run(self, form):
        request_termination(contract_id=self.object.pk, actor=self.request.user, **form.cleaned_data)
        return f"{self.object.get_absolute_url()}?tab=end"


@login_required
@require_GET
def settlement_sheet(request, pk):
    """终止结算单: what was settled when the contract ended, as a sheet to sign and file."""
    name, content = settlement_sheet_pdf(contract_id=pk, actor=request.user)
    return pdf_answer(name, content, download="download" in request.GET)
