"""The platform tells the figures of a day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0012_members_and_rotation"),
    ]

    operations = [
        migrations.AlterField(
            model_name="memberevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("approved", "Approved"),
                    ("login", "Signed in"),
                    ("publish", "Published"),
                    ("upgrade_view", "Looked at paid plans"),
                    ("inquiry", "Received an inquiry"),
                    ("membership", "Membership answered"),
                    ("metrics", "Figures of a day"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
    ]
