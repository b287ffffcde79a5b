"""What can be done with contracts and their money."""

from contracts.services.catalogue import remove_product, save_product
from contracts.services.checks import Lack, lacks_of
from contracts.services.drafting import Instalment, Line, create_contract, start_contract, update_contract
from contracts.services.dunning import (
    PRINTED_AT_ONCE,
    DunningPreview,
    preview_dunning,
    print_dunning,
    print_dunning_later,
    reprint_notice,
    run_pdf,
)
from contracts.services.effect import check_first_payment, rule_of
from contracts.services.giving_up import give_up_contract
from contracts.services.lifecycle import (
    activate_contract,
    appraise_contract,
    approve_contract,
    record_decision,
    record_signature,
    reject_contract,
    return_contract,
    seal_contract,
    submit_contract,
)
from contracts.services.lpr import load_lpr_rates, record_lpr_rate
from contracts.services.own_company import save_account, save_logo, save_own_company, save_seal
from contracts.services.payments import (
    Share,
    allocate_payment,
    confirm_payment,
    propose_shares,
    record_payment,
    reverse_payment,
)
from contracts.services.printing import contract_document, contract_pdf
from contracts.services.reminding import remind_first_payment, remind_signature
from contracts.services.submission import send_for_approval
from contracts.services.templates import load_membership_template
from contracts.services.voiding import void_contract

__all__ = [
    "PRINTED_AT_ONCE",
    "DunningPreview",
    "Instalment",
    "Lack",
    "Line",
    "Share",
    "activate_contract",
    "allocate_payment",
    "appraise_contract",
    "approve_contract",
    "check_first_payment",
    "confirm_payment",
    "contract_document",
    "contract_pdf",
    "create_contract",
    "give_up_contract",
    "lacks_of",
    "load_lpr_rates",
    "load_membership_template",
    "preview_dunning",
    "print_dunning",
    "print_dunning_later",
    "propose_shares",
    "record_decision",
    "record_lpr_rate",
    "record_payment",
    "record_signature",
    "reject_contract",
    "remind_first_payment",
    "remind_signature",
    "remove_product",
    "reprint_notice",
    "return_contract",
    "reverse_payment",
    "rule_of",
    "run_pdf",
    "save_account",
    "save_logo",
    "save_own_company",
    "save_product",
    "save_seal",
    "seal_contract",
    "send_for_approval",
    "start_contract",
    "submit_contract",
    "update_contract",
    "void_contract",
]
