"""Rules of renewals that hold across rows: frozen figures, the contract that renews, months that are taken down once.

Each refusal carries the name of its rule as the constraint's name, so that services can explain it.
"""

from django.db import migrations

from core.tracking import track_changes

LAWFUL = """
CREATE FUNCTION renewal_is_lawful() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    following contracts_contract%ROWTYPE;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.figures, NEW.contract_id, NEW.customer_id, NEW.opened_at)
        IS DISTINCT FROM (OLD.figures, OLD.contract_id, OLD.customer_id, OLD.opened_at) THEN
        RAISE EXCEPTION 'The figures of renewal % are those of the day it was opened', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'renewal_figures_are_frozen';
    END IF;
    IF NEW.new_contract_id IS NOT NULL THEN
        SELECT * INTO following FROM contracts_contract WHERE id = NEW.new_contract_id FOR KEY SHARE;
        IF following.kind <> 'renewal' OR following.parent_id IS DISTINCT FROM NEW.contract_id THEN
            RAISE EXCEPTION 'Contract % does not renew contract %', NEW.new_contract_id, NEW.contract_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'renewed_by_its_own_renewal';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER renewal_is_lawful BEFORE INSERT OR UPDATE ON service_renewalcase
    FOR EACH ROW EXECUTE FUNCTION renewal_is_lawful();
"""
DROP_LAWFUL = """
DROP TRIGGER renewal_is_lawful ON service_renewalcase;
DROP FUNCTION renewal_is_lawful();
"""
ADDED_ONLY = """
CREATE TRIGGER service_renewalcohort_append_only BEFORE UPDATE OR DELETE ON service_renewalcohort
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_append_only"),
        ("core", "0012_history_of_fields"),
        ("service", "0005_renewals"),
    ]

    operations = [
        migrations.RunSQL(LAWFUL, DROP_LAWFUL),
        migrations.RunSQL(
            ADDED_ONLY, "DROP TRIGGER service_renewalcohort_append_only ON service_renewalcohort;"
        ),
        track_changes(
            "service_renewalcase",
            "service.renewalcase",
            exclude=("opened_at", "contract_id", "customer_id", "figures"),
        ),
    ]
