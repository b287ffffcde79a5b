"""The English of the contract on advertisements; what it shares with the membership contract is that one's. The Chinese
text prevails."""

from __future__ import annotations

from typing import Final

from contracts.seed import membership_english as membership

TITLE: Final = "Advertising Contract"
PREAMBLE: Final = (
    "In accordance with the Civil Code of the People's Republic of China, the Advertising Law of the People's Republic of"
    " China, the Measures for the Administration of Internet Advertising and other applicable provisions, Party A and Party B"
    " have agreed through consultation to conclude this Contract on the advertisements that Party B publishes for Party A on"
    " “{platform_name}” ({platform_url}), which it operates."
)
CLAUSES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    **membership.CLAUSES,
    "services": (
        "Advertisements and Placements",
        (
            "Party B publishes the following advertisements for Party A:",
            "The period of publication runs {service_term}; quantity and price of each placement are:",
            "{line_name}: {line_quantity} {line_unit}, {line_amount};",
        ),
    ),
    "review": (
        "Materials and Review",
        (
            "Party A shall provide the advertising materials and the following supporting documents {lead_days} working days"
            " before publication:",
            "its business licence and other certificates of its qualification to produce and trade;",
            "proof of authorisation for trademarks, patents, endorsements and other rights;",
            "the approval documents for advertisements that by law require review.",
            "Party B shall complete its review within {review_days} working days of receiving the complete materials; where"
            " content does not comply with the law, it shall state the reasons and ask for changes.",
            "If publication is delayed because Party A does not provide the materials in time, the period of publication is"
            " not extended; advertisements that have not been reviewed or have not passed the review are not published, and"
            " Party B is not liable for the delay.",
        ),
    ),
    "proof": (
        "Proof of Publication",
        (
            "Within 5 working days after an advertisement is published, Party B shall provide Party A with screenshots of the"
            " page on which it is published and with its data, as proof of performance.",
        ),
    ),
    "exclusive": (
        "Exclusivity",
        (
            "During the period of publication, Party B does not publish, in the same placement, advertisements of other"
            " enterprises that trade in products of the same kind as Party A's.",
        ),
    ),
    "breach": (
        "Liability for Breach",
        (
            "If Party A pays late, it shall pay Party B liquidated damages of {late_rate} of the overdue amount for each day"
            " of delay, from {late_from} until the day of full payment.",
            "If Party B publishes an advertisement wrongly or omits it, it shall publish one in its place for each one that"
            " was wrong or omitted; where this is not possible, it shall refund the corresponding price.",
            "If Party B is penalised or a claim is made against it because content provided by Party A is unlawful or"
            " infringes the rights of others, Party A bears full responsibility and shall compensate Party B for its loss.",
            "Where Party A is a natural person, this Contract does not exclude the rights that Party A has under the laws on"
            " the protection of consumers.",
        ),
    ),
    "court": (
        "Dispute Resolution",
        (
            "The Parties shall settle disputes arising from this Contract through consultation; failing that, either Party"
            " may bring an action before the competent people's court at the place where Party B is domiciled.",
        ),
    ),
    "arbitration": (
        "Dispute Resolution",
        (
            "The Parties shall settle disputes arising from this Contract through consultation; failing that, they shall be"
            " submitted to the arbitration commission at the place where Party B is located, for arbitration under the rules"
            " of that commission in force when arbitration is applied for. The arbitral award is final and binding on both"
            " Parties.",
        ),
    ),
    "general": (
        "Miscellaneous",
        (
            "This Contract {effective_rule}. Disputes are settled in accordance with {article:disputes}.",
            "This Contract {signing_order}.",
            "Scans of signature pages and of confirmations of materials exchanged by fax or email have the same effect as the"
            " originals. This Contract is made in {copies} copies, {copies_each} for each Party.",
        ),
    ),
}
