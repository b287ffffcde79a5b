"""Settings of the company: checked, audited, back to the default."""

import pytest
from django.core.exceptions import PermissionDenied

from config.company_roles import GIVEN
from contracts.settings_kinds import CONFIRMER_DIFFERS, PAY_WITHIN_DAYS
from core import configuration
from core.errors import ApplicationError
from core.models import AuditEntry, Setting

pytestmark = pytest.mark.django_db


def stored():
    return list(Setting.objects.exclude(code=GIVEN).values_list("code", "value"))


def test_without_rows_the_defaults_hold(cast):
    assert (configuration.value(PAY_WITHIN_DAYS), configuration.value(CONFIRMER_DIFFERS)) == (7, True)


def test_a_change_holds_and_is_audited(cast):
    configuration.change(actor=cast.admin, changes={PAY_WITHIN_DAYS: 14, CONFIRMER_DIFFERS: True})
    assert configuration.value(PAY_WITHIN_DAYS) == 14
    assert stored() == [(PAY_WITHIN_DAYS, 14)], "what is the default is stored as nothing"
    entry = AuditEntry.objects.get(action="core.change_setting")
    assert (entry.before, entry.after) == ({PAY_WITHIN_DAYS: 7}, {PAY_WITHIN_DAYS: 14})


def test_back_to_the_default_leaves_no_row(cast):
    configuration.change(actor=cast.admin, changes={PAY_WITHIN_DAYS: 14})
    configuration.change(actor=cast.admin, changes={PAY_WITHIN_DAYS: 7})
    assert (stored(), configuration.value(PAY_WITHIN_DAYS)) == ([], 7)
    assert AuditEntry.objects.filter(action="core.change_setting").count() == 2


@pytest.mark.parametrize("wanted", [0, 91, "soon", ""])
def test_a_senseless_value_is_refused_beside_its_field(cast, wanted):
    with pytest.raises(ApplicationError) as refusal:
        configuration.change(actor=cast.admin, changes={CONFIRMER_DIFFERS: False, PAY_WITHIN_DAYS: wanted})
    assert list(refusal.value.errors) == [PAY_WITHIN_DAYS]
    assert stored() == []


def test_who_lacks_the_right_changes_nothing(cast):
    with pytest.raises(PermissionDenied):
        configuration.change(actor=cast.finance, changes={PAY_WITHIN_DAYS: 14})
    assert stored() == []


def test_mail_can_be_switched_off(cast, settings):
    from core import mail
    from core.settings_kinds import SEND_MAIL

    settings.EMAIL_URL = "smtp://localhost:25"
    configuration.forget()
    try:
        assert mail.is_on()
        configuration.change(actor=cast.admin, changes={SEND_MAIL: False})
        configuration.forget()
        assert not mail.is_on()
    finally:
        configuration.forget()
