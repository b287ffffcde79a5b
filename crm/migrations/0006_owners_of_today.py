"""Who tracks a customer today has tracked it since it was entered: nothing older is known."""

from django.db import migrations

# The moved columns are told by the ownership, the others counted: the history of fields leaves them out.
HISTORY = """
DROP TRIGGER crm_customer_history ON crm_customer;
CREATE TRIGGER crm_customer_history AFTER INSERT OR UPDATE OR DELETE ON crm_customer
FOR EACH ROW EXECUTE FUNCTION record_field_change('crm.customer', 'crm.customer', 'id', '{left_out}');
"""
BEFORE = (
    "id search_tokens name_norm name_sort revision created_at created_by_id updated_at updated_by_id "
    "department_path no"
)
NOW = f"{BEFORE} pool_state first_tracker_id first_tracked_at last_contact_on contact_count status_since"

FORWARD = """
UPDATE crm_customer SET status_since = created_at;
UPDATE crm_customer SET pool_state = 'owned', first_tracker_id = owner_id, first_tracked_at = created_at
 WHERE owner_id IS NOT NULL;
INSERT INTO crm_ownershipperiod (customer_id, owner_id, started_at, how, end_reason, reason, by_id)
SELECT id, owner_id, created_at, CASE source WHEN 'import' THEN 'import' ELSE 'entry' END, '', '', created_by_id
  FROM crm_customer WHERE owner_id IS NOT NULL;
"""
BACK = "DELETE FROM crm_ownershipperiod;"


class Migration(migrations.Migration):
    dependencies = [("crm", "0005_who_tracks_a_customer"), ("core", "0012_history_of_fields")]

    operations = [
        migrations.RunSQL(HISTORY.format(left_out=NOW), HISTORY.format(left_out=BEFORE)),
        migrations.RunSQL(FORWARD, BACK),
    ]
