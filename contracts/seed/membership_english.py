"""The English of the standard membership contract, clause by clause and paragraph by paragraph.

The Chinese text prevails; the English follows it sentence by sentence and promises nothing of its own. Like the Chinese
it is the company's standard text, not legal advice; have it read before use.
"""

from __future__ import annotations

from typing import Any, Final

TITLE: Final = "Membership Service Contract"
PREAMBLE: Final = (
    "In accordance with the Civil Code of the People's Republic of China, the E-Commerce Law of the People's Republic of"
    " China and other applicable laws and administrative regulations, and following the principles of equality,"
    " voluntariness, fairness and good faith, Party A and Party B have agreed through consultation to conclude this"
    " Contract on the membership services and related promotion services that Party B provides to Party A through the"
    " platform “{platform_name}” ({platform_url}, the “Platform”) that it operates, and shall both abide by it."
)
# The usual answers that read differently in English.
VALUES: Final = {
    "invoice_kind": "electronic ordinary VAT invoice",
    "late_from": "the day following the due date",
    "late_rate": "0.05%",
    "service_late_rate": "0.05%",
    "dispute_resolution": (
        "either Party may bring an action before the competent people's court at the place where Party B is domiciled"
    ),
}
ALTERNATIVES: Final[dict[str, dict[str, str]]] = {
    "effective_rule": {
        "on_signature": (
            "is formed and takes effect on the day on which both Parties have affixed their official seals or contract"
            " seals"
        ),
        "on_first_payment": (
            "is formed on the day on which both Parties have affixed their official seals or contract seals and takes"
            " effect on the day on which Party B receives the first instalment; Party A's obligation to pay the first"
            " instalment is binding from the day on which this Contract is formed"
        ),
        "on_date": (
            "is formed on the day on which both Parties have affixed their official seals or contract seals and takes"
            " effect on {effective_date}; if it is formed after that day, it takes effect on the day on which it is"
            " formed"
        ),
    },
    "allocation_order": {
        "principal_first": "first the price, then liquidated damages",
        "interest_first": "first the costs of enforcing the claim, then liquidated damages, then the price",
    },
    "signing_order": {
        "either": "is signed and sealed by both Parties in either order",
        "customer_first": (
            "is signed and sealed by Party A first; Party B signs and seals it after receiving the copies signed and"
            " sealed by Party A"
        ),
        "we_first": (
            "is signed and sealed by Party B first; Party A signs and seals it after receiving the copies signed and"
            " sealed by Party B"
        ),
    },
}

# (title, paragraphs) by the key of the clause.
CLAUSES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "services": (
        "Services",
        (
            "Party A orders from Party B the following products and services (together the “Services”):",
            "The specific entitlements, specifications and standards of delivery of each Service are set out in the"
            " annexes to this Contract; where the annexes are silent, the service description published on the Platform"
            " at the time of signing applies. Later changes by the Platform to its service description do not reduce"
            " the entitlements that Party A has acquired under this Contract.",
        ),
    ),
    "term": (
        "Term and Activation",
        (
            "The term of the membership service runs {service_term}.",
            "Party B shall activate the Services for Party A within {activation_days} working days of the day on which"
            " it has received the first instalment and Party A has provided the complete materials required for"
            " activation, and shall notify Party A in the manner agreed in this Contract. If activation is delayed for"
            " reasons attributable to Party B, the term is extended by the number of days of the delay.",
            "If activation is delayed because Party A pays late or provides materials late, the day on which the term"
            " ends remains unchanged and Party B is not liable for the delay, unless the Parties agree otherwise in"
            " writing.",
            "Within the 30 days before the term ends, the Parties may agree on a renewal; if it is not renewed when the"
            " term ends, the Services end. This Contract is not extended automatically.",
        ),
    ),
    "price": (
        "Price and Payment",
        (
            "The total contract price is {amount_in_words} (in figures: {amount}), {tax_note}. It is the full amount"
            " payable by Party A for all Services under this Contract; unless this Contract provides otherwise, Party B"
            " may not charge any further fees.",
            "Party A shall pay the contract price according to the following schedule:",
            "Party A shall remit the amounts to the following account of Party B and state the contract number {number}."
            " Account name: {payee_name}; bank: {payee_bank}; account number: {payee_account}. The day on which an amount"
            " arrives in this account is the day of payment.",
            "The above account is Party B's only account for receipts. Party B has not authorised any organisation or"
            " individual to collect money on its behalf; if Party A pays to another account or to an individual, it is"
            " not deemed to have performed its payment obligation under this Contract. If Party B changes its account,"
            " it shall inform Party A by a written notice bearing its official seal.",
            "If an amount paid by Party A does not suffice to discharge all debts that are due, it is applied in this"
            " order: {allocation_order}.",
        ),
    ),
    "invoice": (
        "Invoices and Taxes",
        (
            "Within {invoice_days} working days of receiving each instalment, Party B shall issue to Party A an"
            " {invoice_kind} for the amount actually received; where the payment schedule provides that the invoice"
            " precedes the payment, that provision applies.",
            "The invoice is issued to the name and the taxpayer identification number of Party A stated in this Contract."
            " If Party A's invoicing details change, Party A shall notify Party B in writing before the invoice is"
            " issued; if an invoice must be reissued because Party A's details were wrong, Party A shall cooperate in the"
            " procedure for a red-letter invoice.",
        ),
    ),
    "member_duties": (
        "Rights and Obligations of Party A",
        (
            "Party A may use the Services in accordance with this Contract, consult service data such as visits to its"
            " shop, inquiries and advertisement clicks, and require Party B to give guidance on the use of the Services.",
            "Within {material_days} working days of the signing of this Contract, Party A shall provide Party B with the"
            " materials required for activation and production, such as its business licence, company profile, product"
            " information and pictures, and shall name a contact person who cooperates with Party B.",
            "Party A warrants that the identity, contact details, company and product information, pictures, texts and"
            " other content that it provides and publishes are true, accurate, lawful and valid, and that it holds the"
            " rights in them or has obtained lawful authorisation, without infringing the intellectual property rights,"
            " reputation, portrait rights, personal information rights or other lawful interests of others; if the"
            " information changes, it shall update it, or notify Party B to update it, within 3 working days.",
            "Party A may not use the Services to publish goods or information whose production, sale or promotion is"
            " prohibited by laws or administrative regulations, may not publish false advertisements, and may not disturb"
            " the order of the Platform or endanger network security. Where a licence, a filing or the approval of an"
            " advertisement is required by law, Party A shall obtain it first and present it to Party B.",
            "Party A shall keep its account and password safe and may not transfer, rent or lend the account to others"
            " without Party B's written consent; Party A bears the consequences of failing to keep them safe.",
        ),
    ),
    "provider_duties": (
        "Rights and Obligations of Party B",
        (
            "Party B shall provide the Services in accordance with this Contract, assist Party A in uploading materials"
            " and setting up its shop, assign a person to after-sales service, and answer Party A's inquiries and"
            " complaints promptly on working days.",
            "Party B shall take the necessary technical and organisational measures to keep the Platform running stably."
            " Planned maintenance shall be announced at least 24 hours in advance; if the Services are interrupted for"
            " more than 24 consecutive hours for reasons attributable to Party B, the term is extended by the duration of"
            " the interruption.",
            "Party B may review the content published by Party A. If it finds that content violates the law or this"
            " Contract, or receives a valid notice from a right holder, Party B may take necessary measures such as"
            " deleting, blocking or disconnecting the content or suspending the Services, and shall promptly inform Party"
            " A of the measures and the reasons; measures that prove mistaken shall be reversed immediately.",
            "Party B provides services of information display and promotion and related technical services. It does not"
            " guarantee the number of inquiries, transactions or operating income that Party A obtains from them, and is"
            " not a party to transactions between Party A and third parties. Party A shall itself verify the identity and"
            " credit standing of third parties with whom it deals.",
        ),
    ),
    "confidentiality": (
        "Confidentiality and Protection of Personal Information",
        (
            "Each Party shall keep confidential the trade secrets and other information not suitable for disclosure of"
            " the other Party that it learns in concluding and performing this Contract, and may not disclose them to"
            " third parties or use them for purposes outside this Contract without the other Party's written consent,"
            " except where disclosure is required by law or by a competent authority. The obligation of confidentiality"
            " continues for two years after the end of this Contract.",
            "In processing personal information of the other Party's employees and contact persons, the Parties shall"
            " comply with the Personal Information Protection Law of the People's Republic of China, within what is"
            " necessary to perform this Contract.",
        ),
    ),
    "refund": (
        "Termination and Refunds",
        (
            "Before the Services are activated, Party A may terminate this Contract by written notice to Party B, and"
            " Party B shall refund the amounts paid after deducting the costs of design, production and the like that it"
            " has actually incurred for Party A.",
            "If Party B delays activation by more than 30 days, or the Services are interrupted for more than 15"
            " consecutive days for reasons attributable to Party B, and Party B does not remedy this within 10 days of"
            " Party A's written demand, Party A may terminate this Contract and Party B shall refund the amounts paid in"
            " the proportion of the remaining term to the whole term.",
            "If Party A asks without just cause for early termination after activation, it shall notify Party B in writing"
            " 30 days in advance. Party B refunds the amounts paid for the remaining term, but may deduct the costs that"
            " it has actually incurred for Party A and liquidated damages of {termination_fee} of the price of the"
            " remaining term.",
            "If Party A is in arrears for more than {suspend_days} days and does not pay within a reasonable period after"
            " Party B's demand, Party B may suspend the Services, and the period of suspension counts towards the term;"
            " if the arrears last for more than {terminate_days} days, Party B may terminate this Contract.",
            "No refund is made for one-off services such as advertisements already placed, articles already published"
            " and training already completed, or for services given free of charge.",
            "Amounts to be refunded shall be returned by Party B to the account from which Party A paid within 15 working"
            " days of the termination of this Contract; where an invoice has been issued, Party A shall cooperate in the"
            " procedure for a red-letter invoice.",
        ),
    ),
    "breach": (
        "Liability for Breach",
        (
            "If Party A pays late, it shall pay Party B liquidated damages of {late_rate} of the overdue amount for each"
            " day of delay, from {late_from} until the day of full payment. Accepting a late payment is not a waiver by"
            " Party B of its right to claim liquidated damages.",
            "If Party B activates the Services late, it shall pay Party A liquidated damages of {service_late_rate} of the"
            " price of the Services not activated for each day of delay, from the day following the due date until the"
            " day of activation.",
            "If Party A breaches {article:member_duties} and Party B thereby incurs an administrative penalty or a claim"
            " by a third party, Party A shall be responsible for dealing with it and shall compensate Party B for the"
            " resulting loss.",
            "Except for property loss caused by Party B's wilful misconduct or gross negligence and for personal injury,"
            " Party B's total liability under this Contract does not exceed the price that Party A has paid under this"
            " Contract, and does not include indirect loss such as loss of goodwill or of business opportunities.",
            "Where a Party is in breach, it bears the costs that the other Party incurs to enforce its claim, such as"
            " court fees, arbitration fees, costs of preservation measures, notarial fees and reasonable attorney's fees.",
        ),
    ),
    "force_majeure": (
        "Force Majeure",
        (
            "If this Contract cannot be performed because of force majeure, liability is excluded in part or in whole"
            " according to its effect, unless the law provides otherwise. The affected Party shall promptly notify the"
            " other Party and provide proof within 15 days; if the force majeure lasts for more than 60 days, either"
            " Party may terminate this Contract, and Party B refunds the amounts paid for the remaining term.",
        ),
    ),
    "notices": (
        "Notices and Addresses for Service",
        (
            "The Parties confirm the following addresses and contact details as their addresses for service of notices,"
            " letters and judicial documents of every kind:",
            "These addresses apply to all notices during the performance of this Contract and, once a dispute has arisen,"
            " to arbitration proceedings and to first instance, second instance, retrial, enforcement and other stages of"
            " civil proceedings.",
            "Service by post takes effect on the day of receipt; service by email takes effect on the day on which the"
            " email enters the recipient's system. A Party that changes its address for service shall notify the other"
            " Party in writing 3 working days in advance and, during arbitration or litigation, also the arbitral"
            " institution or the people's court.",
            "If a document is not actually received because the address provided by a Party is inaccurate or a change was"
            " not notified in time, or because that Party or its designated recipient refuses receipt, the day on which"
            " the document is returned is deemed the day of service.",
        ),
    ),
    "changes": (
        "Amendment and Assignment",
        (
            "Any amendment, supplement or termination of this Contract shall be made in writing and sealed by both"
            " Parties. Oral promises, personal promises of sales staff, and chat records that the Parties have not"
            " confirmed with their seals do not amend this Contract.",
            "Neither Party may assign its rights and obligations under this Contract, in whole or in part, to a third"
            " party without the other Party's written consent.",
        ),
    ),
    "disputes": (
        "Governing Law and Dispute Resolution",
        (
            "The conclusion, validity, interpretation and performance of this Contract and the resolution of disputes are"
            " governed by the laws of the People's Republic of China (excluding the laws of the Hong Kong Special"
            " Administrative Region, the Macao Special Administrative Region and the Taiwan region).",
            "The Parties shall resolve disputes arising from or in connection with this Contract through consultation;"
            " failing that, {dispute_resolution}.",
        ),
    ),
    "general": (
        "Miscellaneous",
        (
            "This Contract {effective_rule}.",
            "This Contract {signing_order}.",
            "Faxes and scans of the signature page of this Contract and of letters exchanged by fax or email have the same"
            " effect as the originals; if a Party asks for the original, the other Party shall send it within 10 days.",
            "The annexes are part of this Contract and have the same effect as its body; where an annex and the body"
            " differ, the body prevails. The annexes are:",
            "The provisions in bold type exclude or limit Party B's liability, restrict Party A's rights or are of material"
            " interest to Party A. Party B has drawn Party A's attention to them and has explained them as Party A"
            " requested; Party A confirms that it has read and understood them. Where the Parties have individually"
            " agreed otherwise, that agreement prevails.",
            "Matters not covered by this Contract shall be settled in a separate written supplementary agreement, which has"
            " the same effect as this Contract. This Contract is made in {copies} copies, {copies_each} for each Party, all"
            " equally valid.",
        ),
    ),
}


def with_english(
    clauses: list[dict[str, Any]], english: dict[str, tuple[str, tuple[str, ...]]]
) -> list[dict[str, Any]]:
    """Clauses with the English beside the Chinese. Raises ValueError where a paragraph has none, or one too many."""
    found = []
    for one in clauses:
        title, texts = english[one["key"]]
        paragraphs = [{**part, "text_en": text} for part, text in zip(one["paragraphs"], texts, strict=True)]
        found.append({**one, "title_en": title, "paragraphs": paragraphs})
    return found
