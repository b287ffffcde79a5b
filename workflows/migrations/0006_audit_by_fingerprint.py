"""What the audit compares of a case in one statement: its open places as one number, who wrote its state."""

from django.db import migrations, models

# Cases that run already: their open rows as they are count as right.
FILL = """
UPDATE workflows_processinstance i
   SET state = state || jsonb_build_object(
           'row', jsonb_build_object('revision', revision, 'event', last_event)),
       state_revision = revision,
       places = coalesce((
           SELECT bit_xor(('x' || left(md5(kind || ':' || token), 16))::bit(64)::bigint)
             FROM (SELECT 'work_item' AS kind, token FROM workflows_workitem
                    WHERE instance_id = i.id AND status = 'open'
                   UNION ALL
                   SELECT 'incident', token FROM workflows_incident
                    WHERE instance_id = i.id AND status = 'open' AND kind = 'failure'
                   UNION ALL
                   SELECT CASE kind WHEN 'operation' THEN 'job' ELSE kind END, token FROM workflows_job
                    WHERE instance_id = i.id AND status = 'open'
                   UNION ALL
                   SELECT 'timer', token FROM workflows_timer WHERE instance_id = i.id AND status = 'open'
                   UNION ALL
                   SELECT kind, token FROM workflows_subscription
                    WHERE instance_id = i.id AND status = 'open') AS open_rows), 0)
 WHERE status IN ('active', 'waiting_incident', 'suspended')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("workflows", "0005_jobs_timers_messages"),
    ]

    operations = [
        migrations.AddField(
            model_name="processinstance",
            name="places",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="processinstance",
            name="state_revision",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
