"""What a company sets for itself about cases and about alerts to its administrators."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.configuration import declare
from workflows.models import Alert

ALERTS = _("Alerts to administrators")
ALERT = declare(
    "workflows.alert",
    forms.BooleanField,
    default=True,
    group=ALERTS,
    label=_("Tell administrators when something is wrong in the background"),
    help_text=_(
        "Off: the page Operations still shows it. How each hears of it, each chooses for themselves."
    ),
)
PATIENCE_MINUTES = declare(
    "workflows.alert_patience_minutes",
    forms.IntegerField,
    default=3,
    group=ALERTS,
    label=_("Minutes that something may last before it is told"),
    help_text=_("New causes of failures and entries that disagree are told at once."),
    min_value=0,
    max_value=120,
)
REPEAT_HOURS = declare(
    "workflows.alert_repeat_hours",
    forms.IntegerField,
    default=24,
    group=ALERTS,
    label=_("Hours after which it is told again while nobody looks after it"),
    min_value=1,
    max_value=168,
)
FROM_LEVEL = declare(
    "workflows.alert_from_level",
    forms.ChoiceField,
    default="amber",
    group=ALERTS,
    label=_("What is told"),
    choices=[
        ("amber", pgettext_lazy("alerts", "Everything that needs attention")),
        ("red", pgettext_lazy("alerts", "Only what is serious")),
    ],
)
KINDS = declare(
    "workflows.alert_kinds",
    forms.MultipleChoiceField,
    default=list(Alert.Code.values),
    group=ALERTS,
    label=_("Kinds that are told"),
    help_text=_("The page Operations and the list of alerts show the others as well."),
    choices=Alert.Code.choices,
    widget=forms.CheckboxSelectMultiple,
    required=False,
)

CASES = _("Keeping of cases")
LONGEST_MONTHS = 600
PURGE_AFTER_MONTHS = declare(
    "workflows.purge_after_months",
    forms.IntegerField,
    default=0,
    group=CASES,
    label=_("Months after which ended cases are purged"),
    help_text=_(
        "Counted from the end of the case; 0 keeps them for good. A process may have months of its own. What is older"
        " goes in the next night and is gone: one line remains of each case."
    ),
    min_value=0,
    max_value=LONGEST_MONTHS,
)
LONGEST_DAYS = 3650
COMPACT_AFTER_DAYS = declare(
    "workflows.compact_after_days",
    forms.IntegerField,
    default=90,
    group=CASES,
    label=_("Days after which ended cases are compacted"),
    help_text=_(
        "Counted from the end of the case; 0 never. History, tasks, failures, comments, figures and the record stay as"
        " they are. Of timers, messages and calls that were done it is kept where and how long the case waited for"
        " them, not what they carried."
    ),
    min_value=0,
    max_value=LONGEST_DAYS,
)
