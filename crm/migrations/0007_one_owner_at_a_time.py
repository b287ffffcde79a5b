"""The owner of a customer is the one of its open ownership: at the end of every transaction (F4, F9)."""

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION ownership_is_told() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    which bigint;
    tracker bigint;
    told bigint;
BEGIN
    IF TG_TABLE_NAME = 'crm_customer' THEN
        which := NEW.id;
    ELSIF TG_OP = 'DELETE' THEN
        which := OLD.customer_id;
    ELSE
        which := NEW.customer_id;
    END IF;
    SELECT owner_id INTO tracker FROM crm_customer WHERE id = which;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'who tracked customer % stays written', which
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ownership_stays_written';
    END IF;
    SELECT owner_id INTO told FROM crm_ownershipperiod WHERE customer_id = which AND ended_at IS NULL;
    IF told IS DISTINCT FROM tracker THEN
        RAISE EXCEPTION 'customer % is tracked by %, but its open ownership says %', which, tracker, told
            USING ERRCODE = 'check_violation', CONSTRAINT = 'owner_is_the_one_of_the_open_ownership';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ownership_is_told AFTER INSERT OR UPDATE OF owner_id ON crm_customer
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ownership_is_told();
CREATE CONSTRAINT TRIGGER ownership_is_told AFTER INSERT OR UPDATE OR DELETE ON crm_ownershipperiod
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ownership_is_told();

CREATE FUNCTION ownership_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL
       OR (OLD.id, OLD.customer_id, OLD.owner_id, OLD.started_at, OLD.how, OLD.by_id)
          IS DISTINCT FROM (NEW.id, NEW.customer_id, NEW.owner_id, NEW.started_at, NEW.how, NEW.by_id) THEN
        RAISE EXCEPTION 'an ownership can only end' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ownership_only_ends';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ownership_only_ends BEFORE UPDATE ON crm_ownershipperiod
FOR EACH ROW EXECUTE FUNCTION ownership_only_ends();
"""
BACK = """
DROP TRIGGER ownership_only_ends ON crm_ownershipperiod;
DROP FUNCTION ownership_only_ends();
DROP TRIGGER ownership_is_told ON crm_ownershipperiod;
DROP TRIGGER ownership_is_told ON crm_customer;
DROP FUNCTION ownership_is_told();
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0006_owners_of_today")]

    operations = [
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("owner__isnull", False), ("pool_state", "owned")),
                    models.Q(models.Q(("pool_state", "owned"), _negated=True), ("owner__isnull", True)),
                    _connector="OR",
                ),
                name="tracked_customer_has_an_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("merged_into__isnull", False), ("pool_state", "recycled")),
                    models.Q(
                        models.Q(("pool_state", "recycled"), _negated=True), ("merged_into__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="recycled_customer_names_what_stays",
            ),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("first_tracked_at__isnull", True), ("first_tracker__isnull", True)),
                    models.Q(("first_tracked_at__isnull", False), ("first_tracker__isnull", False)),
                    _connector="OR",
                ),
                name="first_tracker_with_the_moment",
            ),
        ),
        migrations.RunSQL(FORWARD, BACK),
    ]
