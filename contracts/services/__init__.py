"""What can be done with contracts and their money."""

from contracts.services.account import Account, AccountLine, account_of, accounts_of
from contracts.services.amendments import Amendment
from contracts.services.appraisal import TWO_THIRDS, conclude_appraisal
from contracts.services.catalogue import remove_product, save_product
from contracts.services.checks import Lack, lacks_of
from contracts.services.collection import (
    open_dispute,
    raise_level,
    record_chase,
    record_promise,
    release_dispute,
    settle_promise,
    uphold_dispute,
)
from contracts.services.counterparty import (
    drop_counterparty_paper,
    note_deviation,
    remove_deviation_note,
    take_counterparty_paper,
)
from contracts.services.dispatch import mark_delivered, mark_sent
from contracts.services.draft_rows import Instalment, Line
from contracts.services.drafting import create_contract, start_contract, update_contract
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
from contracts.services.in_force import in_force
from contracts.services.lifecycle import (
    activate_contract,
    appraise_contract,
    approve_contract,
    record_decision,
    reject_contract,
    return_contract,
    seal_contract,
    submit_contract,
)
from contracts.services.link_mail import mail_signing_link
from contracts.services.lpr import load_lpr_rates, record_lpr_rate
from contracts.services.marks import answer_mark, mark_clause, remove_mark
from contracts.services.obligations import (
    drop_obligation,
    record_obligation,
    remind_obligation,
    settle_ahead,
    settle_obligation,
)
from contracts.services.own_company import save_account, save_logo, save_own_company, save_seal
from contracts.services.payments import (
    Share,
    allocate_payment,
    confirm_payment,
    propose_shares,
    record_payment,
    reverse_payment,
)
from contracts.services.performance import begin_performance, close_contract, last_day
from contracts.services.printing import contract_document, contract_pdf
from contracts.services.proposals import (
    approve_run,
    exclude,
    include,
    print_run,
    print_run_later,
    propose_run,
    reject_run,
    submit_run,
)
from contracts.services.reading import read_account
from contracts.services.reminding import remind_first_payment, remind_signature
from contracts.services.settlement import propose_settlement
from contracts.services.signing import (
    finish_signing,
    record_party_signature,
    record_signature,
    record_signing_dispatch,
)
from contracts.services.signing_links import (
    acknowledge,
    make_signing_link,
    revoke_signing_link,
)
from contracts.services.submission import send_for_approval
from contracts.services.templates import load_membership_template, load_supplement_template
from contracts.services.termination import (
    decide_termination,
    record_refund,
    refuse_termination,
    request_termination,
    settle_termination,
    terminate_contract,
    way_of_termination,
)
from contracts.services.voiding import void_contract

__all__ = [
    "PRINTED_AT_ONCE",
    "TWO_THIRDS",
    "Account",
    "AccountLine",
    "Amendment",
    "DunningPreview",
    "Instalment",
    "Lack",
    "Line",
    "Share",
    "account_of",
    "accounts_of",
    "acknowledge",
    "activate_contract",
    "allocate_payment",
    "answer_mark",
    "appraise_contract",
    "approve_contract",
    "approve_run",
    "begin_performance",
    "check_first_payment",
    "close_contract",
    "conclude_appraisal",
    "confirm_payment",
    "contract_document",
    "contract_pdf",
    "create_contract",
    "decide_termination",
    "drop_counterparty_paper",
    "drop_obligation",
    "exclude",
    "finish_signing",
    "give_up_contract",
    "in_force",
    "include",
    "lacks_of",
    "last_day",
    "load_lpr_rates",
    "load_membership_template",
    "load_supplement_template",
    "mail_signing_link",
    "make_signing_link",
    "mark_clause",
    "mark_delivered",
    "mark_sent",
    "note_deviation",
    "open_dispute",
    "preview_dunning",
    "print_dunning",
    "print_dunning_later",
    "print_run",
    "print_run_later",
    "propose_run",
    "propose_settlement",
    "propose_shares",
    "raise_level",
    "read_account",
    "record_chase",
    "record_decision",
    "record_lpr_rate",
    "record_obligation",
    "record_party_signature",
    "record_payment",
    "record_promise",
    "record_refund",
    "record_signature",
    "record_signing_dispatch",
    "refuse_termination",
    "reject_contract",
    "reject_run",
    "release_dispute",
    "remind_first_payment",
    "remind_obligation",
    "remind_signature",
    "remove_deviation_note",
    "remove_mark",
    "remove_product",
    "reprint_notice",
    "request_termination",
    "return_contract",
    "reverse_payment",
    "revoke_signing_link",
    "rule_of",
    "run_pdf",
    "save_account",
    "save_logo",
    "save_own_company",
    "save_product",
    "save_seal",
    "seal_contract",
    "send_for_approval",
    "settle_ahead",
    "settle_obligation",
    "settle_promise",
    "settle_termination",
    "start_contract",
    "submit_contract",
    "submit_run",
    "take_counterparty_paper",
    "terminate_contract",
    "update_contract",
    "uphold_dispute",
    "void_contract",
    "way_of_termination",
]
