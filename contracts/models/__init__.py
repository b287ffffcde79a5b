"""The contracts' rows."""

from contracts.models.amendment import AmendmentChange
from contracts.models.collection import (
    COUNSEL,
    CollectionLevel,
    DisputeHold,
    PaymentChase,
    PromiseToPay,
)
from contracts.models.company import BankAccount, OwnCompany, Seal
from contracts.models.contract import Contract, ContractLine
from contracts.models.counterparty import CounterpartyPaper, PaperDeviation
from contracts.models.dunning import (
    DunningDispatch,
    DunningKind,
    DunningNotice,
    DunningNoticeLine,
    DunningRun,
)
from contracts.models.late import LateTerms, LprRate
from contracts.models.obligation import Obligation
from contracts.models.payment import Allocation, Payment, PaymentReversal
from contracts.models.plan import PaymentPlanLine
from contracts.models.product import Product
from contracts.models.proposal import DunningProposal, ProposalLine
from contracts.models.signing import SealRecord, SignatureRecord, SigningDispatch, SigningLink
from contracts.models.template import Clause, ContractTemplate, Risk
from contracts.models.termination import ContractTermination, TerminationDecision
from contracts.models.version import ClauseMark, ContractDecision, ContractVersion
from contracts.models.wording import ClauseChange, ClauseDeviation

__all__ = [
    "COUNSEL",
    "Allocation",
    "AmendmentChange",
    "BankAccount",
    "Clause",
    "ClauseChange",
    "ClauseDeviation",
    "ClauseMark",
    "CollectionLevel",
    "Contract",
    "ContractDecision",
    "ContractLine",
    "ContractTemplate",
    "ContractTermination",
    "ContractVersion",
    "CounterpartyPaper",
    "DisputeHold",
    "DunningDispatch",
    "DunningKind",
    "DunningNotice",
    "DunningNoticeLine",
    "DunningProposal",
    "DunningRun",
    "LateTerms",
    "LprRate",
    "Obligation",
    "OwnCompany",
    "PaperDeviation",
    "Payment",
    "PaymentChase",
    "PaymentPlanLine",
    "PaymentReversal",
    "Product",
    "PromiseToPay",
    "ProposalLine",
    "Risk",
    "Seal",
    "SealRecord",
    "SignatureRecord",
    "SigningDispatch",
    "SigningLink",
    "TerminationDecision",
]
