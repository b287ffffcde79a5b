"""A supplement moves the end of a membership: requests that follow one another, told one after the other."""

import django.db.models.deletion
from django.db import migrations, models

# What a request follows was granted for the same contract, and stays what it follows.
FOLLOWS = """
CREATE FUNCTION activation_follows_what_was_granted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.follows_id IS DISTINCT FROM OLD.follows_id THEN
        RAISE EXCEPTION 'What request % follows does not change', OLD.request_key
            USING ERRCODE = 'check_violation', CONSTRAINT = 'activation_request_is_frozen';
    END IF;
    IF NEW.follows_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM service_memberactivation
         WHERE id = NEW.follows_id AND contract_id = NEW.contract_id AND state = 'ok' AND kind <> 'deactivate'
    ) THEN
        RAISE EXCEPTION 'Request % follows nothing that was granted for its contract', NEW.request_key
            USING ERRCODE = 'check_violation', CONSTRAINT = 'activation_follows_what_was_granted';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER activation_follows_what_was_granted
    BEFORE INSERT OR UPDATE OF follows_id ON service_memberactivation
    FOR EACH ROW EXECUTE FUNCTION activation_follows_what_was_granted();
"""
DROP_FOLLOWS = """
DROP TRIGGER activation_follows_what_was_granted ON service_memberactivation;
DROP FUNCTION activation_follows_what_was_granted();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0019_paper_in_two_languages"),
        ("service", "0007_names_of_what_belongs_to_a_complaint"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="memberactivation",
            name="membership_opened_once_per_contract",
        ),
        migrations.AddField(
            model_name="memberactivation",
            name="follows",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="followed_by",
                to="service.memberactivation",
                verbose_name="follows",
            ),
        ),
        migrations.AlterField(
            model_name="memberactivation",
            name="state",
            field=models.CharField(
                choices=[
                    ("pending", "Asked"),
                    ("ok", "Done"),
                    ("failed", "Declined"),
                    ("withdrawn", "Not asked any more"),
                ],
                default="pending",
                editable=False,
                max_length=9,
                verbose_name="state",
            ),
        ),
        migrations.AddConstraint(
            model_name="memberactivation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("follows__isnull", True), ("state", "ok")),
                fields=("contract", "plan", "kind"),
                name="membership_opened_once_per_contract",
            ),
        ),
        migrations.AddConstraint(
            model_name="memberactivation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "ok")),
                fields=("follows",),
                name="end_of_membership_moved_once_from_each",
            ),
        ),
        migrations.AddConstraint(
            model_name="memberactivation",
            constraint=models.CheckConstraint(
                condition=models.Q(("follows__isnull", True), ("kind", "extend"), _connector="OR"),
                name="only_an_extension_follows",
            ),
        ),
        migrations.RunSQL(FOLLOWS, DROP_FOLLOWS),
    ]
