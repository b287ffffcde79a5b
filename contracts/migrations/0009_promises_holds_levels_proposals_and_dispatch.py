"""What collection keeps: calls, promises, disputes, levels, proposals of letters, and how letters were sent."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import core.clock

# Notices so far asked for the principal alone.
PRINCIPAL_ALONE = """
ALTER TABLE contracts_dunningnotice DISABLE TRIGGER contracts_dunningnotice_append_only;
UPDATE contracts_dunningnotice SET principal_total = total;
ALTER TABLE contracts_dunningnotice ENABLE TRIGGER contracts_dunningnotice_append_only;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0008_interest_on_late_payment"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CollectionLevel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("level", models.PositiveSmallIntegerField(verbose_name="level")),
                ("reached_at", models.DateTimeField(verbose_name="reached")),
            ],
            options={
                "verbose_name": "dunning level",
                "verbose_name_plural": "dunning levels",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="DisputeHold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                ("opened_at", models.DateTimeField()),
                ("until", models.DateField(blank=True, null=True, verbose_name="on hold until")),
                ("released_at", models.DateTimeField(editable=False, null=True)),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
            ],
            options={
                "verbose_name": "dispute",
                "verbose_name_plural": "disputes",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="DunningDispatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("ems", "EMS"),
                            ("courier", "Courier"),
                            ("registered", "Registered mail"),
                            ("email", "E-mail"),
                            ("fax", "Fax"),
                            ("hand", "By hand"),
                        ],
                        max_length=12,
                        verbose_name="sent by",
                    ),
                ),
                ("tracking_no", models.CharField(blank=True, max_length=40, verbose_name="tracking no.")),
                ("sent_on", models.DateField(verbose_name="sent on")),
                ("delivered_on", models.DateField(blank=True, null=True, verbose_name="delivered on")),
                (
                    "grade",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("signed", "Signed for"),
                            ("presumed", "Ought to have arrived"),
                            ("electronic", "Electronic"),
                        ],
                        max_length=12,
                        verbose_name="evidence",
                    ),
                ),
            ],
            options={
                "verbose_name": "dispatch",
                "verbose_name_plural": "dispatches",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="DunningNoticeLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("level", models.PositiveSmallIntegerField(verbose_name="level")),
                ("principal", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="principal")),
                ("interest", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="interest")),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="DunningProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("as_of", models.DateField(verbose_name="as of")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "To be approved"),
                            ("approved", "Approved, to be printed"),
                            ("printed", "Printed"),
                            ("rejected", "Discarded"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("made_at", models.DateTimeField(default=core.clock.now, verbose_name="made")),
                ("approved_at", models.DateTimeField(null=True)),
                ("reject_reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
            ],
            options={
                "verbose_name": "dunning proposal",
                "verbose_name_plural": "dunning proposals",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="PaymentChase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("reminder", "Reminder before due"), ("call", "Call for money")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("told", "Reached, told"),
                            ("promised", "Promised to pay"),
                            ("disputed", "Disputes it"),
                            ("no_answer", "Not reached"),
                        ],
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                ("chased_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "chasing call",
                "verbose_name_plural": "chasing calls",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="PromiseToPay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount")),
                ("promised_on", models.DateField(verbose_name="promised for")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("kept", "Kept"),
                            ("broken", "Broken"),
                            ("replaced", "Replaced by another"),
                        ],
                        default="open",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "promise to pay",
                "verbose_name_plural": "promises to pay",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="ProposalLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("notice", "Dunning notice"), ("letter", "Dunning letter")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("level", models.PositiveSmallIntegerField(verbose_name="level")),
                ("instalment_count", models.PositiveSmallIntegerField(verbose_name="instalments")),
                ("days_overdue", models.PositiveIntegerField(verbose_name="days overdue")),
                ("principal", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="principal")),
                ("interest", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="interest")),
                ("total", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="total")),
                ("is_excluded", models.BooleanField(default=False, verbose_name="left out")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
            ],
            options={
                "verbose_name": "proposed letter",
                "verbose_name_plural": "proposed letters",
                "ordering": ["is_excluded", "-total", "pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="dunningnotice",
            name="customer_gets_one_notice_a_day",
        ),
        migrations.AddField(
            model_name="dunningnotice",
            name="interest_total",
            field=models.DecimalField(decimal_places=2, default=0, max_digits=14, verbose_name="interest"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="dunningnotice",
            name="kind",
            field=models.CharField(
                choices=[("notice", "Dunning notice"), ("letter", "Dunning letter")],
                default="notice",
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.AddField(
            model_name="dunningnotice",
            name="level",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="level"),
        ),
        migrations.AddField(
            model_name="dunningnotice",
            name="principal_total",
            field=models.DecimalField(decimal_places=2, default=0, max_digits=14, verbose_name="principal"),
            preserve_default=False,
        ),
        migrations.RunSQL(PRINCIPAL_ALONE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="dunningnotice",
            constraint=models.UniqueConstraint(
                fields=("customer", "own_company", "as_of", "kind"), name="customer_gets_one_notice_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="dunningnotice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("interest_total__gte", 0),
                    (
                        "total",
                        django.db.models.expressions.CombinedExpression(
                            models.F("principal_total"), "+", models.F("interest_total")
                        ),
                    ),
                ),
                name="notice_total_is_principal_and_interest",
            ),
        ),
        migrations.AddConstraint(
            model_name="dunningnotice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "letter"), ("level__gte", 2)),
                    models.Q(("kind", "notice"), ("level__lte", 1)),
                    _connector="OR",
                ),
                name="letter_from_level_2",
            ),
        ),
        migrations.AddField(
            model_name="collectionlevel",
            name="approved_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="collectionlevel",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="collection_levels",
                to="crm.customer",
            ),
        ),
        migrations.AddField(
            model_name="collectionlevel",
            name="notice",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="levels",
                to="contracts.dunningnotice",
            ),
        ),
        migrations.AddField(
            model_name="collectionlevel",
            name="plan_line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="levels",
                to="contracts.paymentplanline",
            ),
        ),
        migrations.AddField(
            model_name="disputehold",
            name="opened_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="disputehold",
            name="plan_line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holds",
                to="contracts.paymentplanline",
                verbose_name="instalment",
            ),
        ),
        migrations.AddField(
            model_name="disputehold",
            name="released_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="dunningdispatch",
            name="delivery_recorded_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="dunningdispatch",
            name="notice",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="dispatch",
                to="contracts.dunningnotice",
            ),
        ),
        migrations.AddField(
            model_name="dunningdispatch",
            name="receipt",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.document",
                verbose_name="receipt",
            ),
        ),
        migrations.AddField(
            model_name="dunningdispatch",
            name="sent_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="dunningnoticeline",
            name="notice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="demands",
                to="contracts.dunningnotice",
            ),
        ),
        migrations.AddField(
            model_name="dunningnoticeline",
            name="plan_line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="demands",
                to="contracts.paymentplanline",
            ),
        ),
        migrations.AddField(
            model_name="dunningproposal",
            name="approved_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="approved by",
            ),
        ),
        migrations.AddField(
            model_name="dunningproposal",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="made by",
            ),
        ),
        migrations.AddField(
            model_name="dunningproposal",
            name="run",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="proposal",
                to="contracts.dunningrun",
                verbose_name="run",
            ),
        ),
        migrations.AddField(
            model_name="paymentchase",
            name="chased_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="paymentchase",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="payment_chases", to="crm.customer"
            ),
        ),
        migrations.AddField(
            model_name="promisetopay",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="promises",
                to="crm.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AddField(
            model_name="promisetopay",
            name="plan_line",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="promises",
                to="contracts.paymentplanline",
                verbose_name="instalment",
            ),
        ),
        migrations.AddField(
            model_name="promisetopay",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="proposalline",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="crm.customer"
            ),
        ),
        migrations.AddField(
            model_name="proposalline",
            name="notice",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="proposal_line",
                to="contracts.dunningnotice",
            ),
        ),
        migrations.AddField(
            model_name="proposalline",
            name="own_company",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contracts.owncompany"
            ),
        ),
        migrations.AddField(
            model_name="proposalline",
            name="proposal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="contracts.dunningproposal",
            ),
        ),
        migrations.AddConstraint(
            model_name="collectionlevel",
            constraint=models.UniqueConstraint(
                fields=("plan_line", "level"), name="instalment_reaches_a_level_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="collectionlevel",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__gte", 1), ("level__lte", 4)), name="dunning_level_is_1_to_4"
            ),
        ),
        migrations.AddConstraint(
            model_name="disputehold",
            constraint=models.UniqueConstraint(
                condition=models.Q(("released_at__isnull", True)),
                fields=("plan_line",),
                name="instalment_has_one_open_hold",
            ),
        ),
        migrations.AddConstraint(
            model_name="disputehold",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="dispute_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="disputehold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("released_at__isnull", True), ("released_by__isnull", True)),
                    models.Q(("released_at__isnull", False), ("released_by__isnull", False)),
                    _connector="OR",
                ),
                name="released_hold_says_by_whom",
            ),
        ),
        migrations.AddConstraint(
            model_name="dunningdispatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("delivered_on__isnull", True),
                    ("delivered_on__gte", models.F("sent_on")),
                    _connector="OR",
                ),
                name="letter_arrives_when_sent_or_later",
            ),
        ),
        migrations.AddConstraint(
            model_name="dunningdispatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("delivered_on__isnull", True), ("delivery_recorded_by__isnull", True), ("grade", "")
                    ),
                    models.Q(
                        ("delivered_on__isnull", False),
                        ("delivery_recorded_by__isnull", False),
                        models.Q(("grade", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="arrival_has_its_evidence",
            ),
        ),
        migrations.AddConstraint(
            model_name="dunningnoticeline",
            constraint=models.UniqueConstraint(
                fields=("plan_line", "level"), name="instalment_is_demanded_once_a_level"
            ),
        ),
        migrations.AddConstraint(
            model_name="dunningnoticeline",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__gte", 1)), name="demand_has_a_level"
            ),
        ),
        migrations.AddConstraint(
            model_name="dunningnoticeline",
            constraint=models.CheckConstraint(
                condition=models.Q(("interest__gte", 0), ("principal__gt", 0)),
                name="demand_asks_for_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="dunningproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True),
                    models.Q(("approved_by", models.F("made_by")), _negated=True),
                    _connector="OR",
                ),
                name="proposal_is_approved_by_a_second_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="dunningproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("run__isnull", False), ("state", "printed")),
                    models.Q(models.Q(("state", "printed"), _negated=True), ("run__isnull", True)),
                    _connector="OR",
                ),
                name="printed_proposal_has_a_run",
            ),
        ),
        migrations.AddConstraint(
            model_name="dunningproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["approved", "printed"]), _negated=True),
                    models.Q(("approved_at__isnull", False), ("approved_by__isnull", False)),
                    _connector="OR",
                ),
                name="approved_proposal_names_its_approver",
            ),
        ),
        migrations.AddConstraint(
            model_name="dunningproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "rejected"), _negated=True),
                    models.Q(("reject_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="discarded_proposal_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="promisetopay",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("customer",),
                name="customer_has_one_open_promise",
            ),
        ),
        migrations.AddConstraint(
            model_name="promisetopay",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="promised_amount_is_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="promisetopay",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("settled_at__isnull", True), ("state", "open")),
                    models.Q(models.Q(("state", "open"), _negated=True), ("settled_at__isnull", False)),
                    _connector="OR",
                ),
                name="settled_promise_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposalline",
            constraint=models.UniqueConstraint(
                fields=("proposal", "customer", "own_company"), name="customer_stands_once_in_a_proposal"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposalline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_excluded", False), models.Q(("reason", ""), _negated=True), _connector="OR"
                ),
                name="left_out_letter_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposalline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "total",
                        django.db.models.expressions.CombinedExpression(
                            models.F("principal"), "+", models.F("interest")
                        ),
                    )
                ),
                name="proposed_total_is_its_parts",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposalline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "letter"), ("level__gte", 2)),
                    models.Q(("kind", "notice"), ("level__lte", 1)),
                    _connector="OR",
                ),
                name="proposed_letter_from_level_2",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposalline",
            constraint=models.CheckConstraint(
                condition=models.Q(("notice__isnull", True), ("is_excluded", False), _connector="OR"),
                name="left_out_letter_is_not_printed",
            ),
        ),
    ]
