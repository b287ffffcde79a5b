"""Rules that hold across rows: when an onboarding is done, when a membership may be open; and their history.

Each refusal carries the name of its rule as the constraint's name, so that services can explain it.
"""

from django.db import migrations

from core.tracking import track_changes

# Deferred: a service may finish the items and the onboarding in any order, what counts is how it commits. The
# onboarding is locked before its items are read, so that two people who finish the last two wait for each other.
DONE = """
CREATE FUNCTION onboarding_is_done_when_nothing_is_left() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked bigint;
    its_state text;
    something_left boolean;
BEGIN
    IF TG_TABLE_NAME = 'service_onboarding' THEN
        checked := NEW.id;
    ELSIF TG_OP = 'DELETE' THEN
        checked := OLD.onboarding_id;
    ELSE
        checked := NEW.onboarding_id;
    END IF;
    SELECT state INTO its_state FROM service_onboarding WHERE id = checked FOR NO KEY UPDATE;
    IF NOT FOUND OR its_state = 'cancelled' THEN
        RETURN NULL;
    END IF;
    something_left := EXISTS (
        SELECT 1 FROM service_onboardingitem WHERE onboarding_id = checked AND state = 'todo'
    );
    IF something_left AND its_state = 'done' THEN
        RAISE EXCEPTION 'Onboarding % is done, but something of it is left to do', checked
            USING ERRCODE = 'check_violation', CONSTRAINT = 'done_onboarding_has_nothing_left';
    END IF;
    IF its_state = 'open' AND NOT something_left THEN
        RAISE EXCEPTION 'Nothing of onboarding % is left to do, but it is open', checked
            USING ERRCODE = 'check_violation', CONSTRAINT = 'open_onboarding_has_something_left';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER onboarding_is_done_when_nothing_is_left
    AFTER INSERT OR UPDATE OF state ON service_onboarding
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION onboarding_is_done_when_nothing_is_left();
CREATE CONSTRAINT TRIGGER onboarding_is_done_when_nothing_is_left
    AFTER INSERT OR DELETE OR UPDATE OF state, onboarding_id ON service_onboardingitem
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION onboarding_is_done_when_nothing_is_left();
"""
DROP_DONE = """
DROP TRIGGER onboarding_is_done_when_nothing_is_left ON service_onboarding;
DROP TRIGGER onboarding_is_done_when_nothing_is_left ON service_onboardingitem;
DROP FUNCTION onboarding_is_done_when_nothing_is_left();
"""

# A membership is open in a contract that is in effect, never from a day before that. What was asked does not change,
# and the first answer stays.
ACTIVATION = """
CREATE FUNCTION activation_is_lawful() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    contract contracts_contract%ROWTYPE;
BEGIN
    IF TG_OP = 'UPDATE' AND (
        NEW.contract_id, NEW.plan, NEW.kind, NEW.starts_on, NEW.ends_on, NEW.request_key, NEW.asked_at
    ) IS DISTINCT FROM (
        OLD.contract_id, OLD.plan, OLD.kind, OLD.starts_on, OLD.ends_on, OLD.request_key, OLD.asked_at
    ) THEN
        RAISE EXCEPTION 'What request % asks for does not change', OLD.request_key
            USING ERRCODE = 'check_violation', CONSTRAINT = 'activation_request_is_frozen';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state <> 'pending' AND (
        NEW.state, NEW.answer, NEW.answered_at, NEW.external_id
    ) IS DISTINCT FROM (OLD.state, OLD.answer, OLD.answered_at, OLD.external_id) THEN
        RAISE EXCEPTION 'Request % is answered already', OLD.request_key
            USING ERRCODE = 'check_violation', CONSTRAINT = 'activation_is_answered_once';
    END IF;
    IF NEW.state = 'ok' AND NEW.kind <> 'deactivate' THEN
        SELECT * INTO contract FROM contracts_contract WHERE id = NEW.contract_id FOR KEY SHARE;
        IF contract.state <> 'active' THEN
            RAISE EXCEPTION 'Contract % is %, so it opens no membership', contract.id, contract.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'membership_needs_a_contract_in_effect';
        END IF;
        IF NEW.starts_on < contract.effective_on THEN
            RAISE EXCEPTION 'Contract % is in effect from %, a membership from % on is not',
                contract.id, contract.effective_on, NEW.starts_on
                USING ERRCODE = 'check_violation', CONSTRAINT = 'membership_begins_with_the_contract';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER activation_is_lawful BEFORE INSERT OR UPDATE ON service_memberactivation
    FOR EACH ROW EXECUTE FUNCTION activation_is_lawful();
"""
DROP_ACTIVATION = """
DROP TRIGGER activation_is_lawful ON service_memberactivation;
DROP FUNCTION activation_is_lawful();
"""

ONBOARDING = ("service.onboarding", "onboarding_id")


class Migration(migrations.Migration):
    dependencies = [("core", "0012_history_of_fields"), ("service", "0001_onboarding_and_activation")]

    operations = [
        migrations.RunSQL(DONE, DROP_DONE),
        migrations.RunSQL(ACTIVATION, DROP_ACTIVATION),
        track_changes("service_onboarding", "service.onboarding", exclude=("opened_at", "contract_id")),
        track_changes(
            "service_onboardingitem", "service.onboardingitem", subject=ONBOARDING, exclude=("onboarding_id",)
        ),
        track_changes(
            "service_material",
            "service.material",
            subject=ONBOARDING,
            exclude=("onboarding_id", "attachment_id"),
        ),
        track_changes("service_onboardingitemtemplate", "service.onboardingitemtemplate"),
    ]
