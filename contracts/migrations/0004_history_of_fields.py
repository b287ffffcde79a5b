"""The history of contracts with their lines and instalments, of payments, products and our own companies."""

from django.db import migrations

from core.tracking import track_changes

CONTRACT = ("contracts.contract", "contract_id")
COMPANY = ("contracts.owncompany", "company_id")


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0012_history_of_fields"),
        ("contracts", "0003_when_it_takes_effect"),
    ]

    operations = [
        # What is frozen at submission is a copy of rows with a history of their own.
        track_changes("contracts_contract", "contracts.contract", exclude=("party_a", "party_b")),
        track_changes(
            "contracts_contractline", "contracts.contractline", subject=CONTRACT, exclude=("contract_id",)
        ),
        track_changes(
            "contracts_paymentplanline",
            "contracts.paymentplanline",
            subject=CONTRACT,
            exclude=("contract_id",),
        ),
        track_changes("contracts_payment", "contracts.payment", exclude=("recorded_at", "recorded_by_id")),
        track_changes(
            "contracts_allocation",
            "contracts.allocation",
            subject=("contracts.payment", "payment_id"),
            exclude=("payment_id",),
        ),
        track_changes("contracts_product", "contracts.product"),
        track_changes("contracts_owncompany", "contracts.owncompany"),
        track_changes(
            "contracts_bankaccount", "contracts.bankaccount", subject=COMPANY, exclude=("company_id",)
        ),
        track_changes("contracts_seal", "contracts.seal", subject=COMPANY, exclude=("company_id",)),
    ]
