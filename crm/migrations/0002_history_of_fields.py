"""The history of customers, with their contacts and addresses."""

from django.db import migrations

from core.tracking import track_changes

CUSTOMER = ("crm.customer", "customer_id")


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0012_history_of_fields"),
        ("crm", "0001_initial"),
    ]

    operations = [
        track_changes("crm_customer", "crm.customer", exclude=("no",)),
        track_changes("crm_contact", "crm.contact", subject=CUSTOMER),
        track_changes("crm_customeraddress", "crm.customeraddress", subject=CUSTOMER),
    ]
