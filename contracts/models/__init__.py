"""The contracts' rows."""

from contracts.models.company import BankAccount, OwnCompany, Seal
from contracts.models.contract import Contract, ContractLine
from contracts.models.dunning import DunningNotice, DunningRun
from contracts.models.late import LateTerms, LprRate
from contracts.models.payment import Allocation, Payment, PaymentReversal
from contracts.models.plan import PaymentPlanLine
from contracts.models.product import Product
from contracts.models.signing import SealRecord, SignatureRecord
from contracts.models.template import Clause, ContractTemplate
from contracts.models.version import ContractDecision, ContractVersion

__all__ = [
    "Allocation",
    "BankAccount",
    "Clause",
    "Contract",
    "ContractDecision",
    "ContractLine",
    "ContractTemplate",
    "ContractVersion",
    "DunningNotice",
    "DunningRun",
    "LateTerms",
    "LprRate",
    "OwnCompany",
    "Payment",
    "PaymentPlanLine",
    "PaymentReversal",
    "Product",
    "Seal",
    "SealRecord",
    "SignatureRecord",
]
