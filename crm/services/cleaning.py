"""Check what people typed about a customer: every wrong field at once, each with a way to mend it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.errors import ApplicationError, Text
from crm import normalise

_CLEANERS: dict[str, Callable[[str], str | None]] = {
    "uscc": normalise.clean_uscc,
    "mobile": normalise.clean_mobile,
    "phone": normalise.clean_phone,
    "fax": normalise.clean_phone,
    "postcode": normalise.clean_postcode,
}
# Longer texts keep their lines.
_FREE_TEXTS = frozenset({"introduction", "remark", "special_terms", "description", "transcript"})


def cleaned(model: type[models.Model], values: Mapping[str, Any], allowed: Iterable[str]) -> dict[str, Any]:
    """The values in their canonical form, or one refusal that names every wrong field."""
    clean, errors = clean_each(model, values, allowed)
    if errors:
        raise invalid(errors)
    return clean


def clean_each(
    model: type[models.Model], values: Mapping[str, Any], allowed: Iterable[str]
) -> tuple[dict[str, Any], dict[str, list[Text]]]:
    """The values that are right, and what is wrong with the others."""
    permitted = frozenset(allowed)
    clean: dict[str, Any] = {}
    errors: dict[str, list[Text]] = {}
    for name, value in values.items():
        if name not in permitted:
            errors[name] = [_("This field cannot be set here.")]
            continue
        try:
            clean[name] = _clean_one(model, name, value)
        except ValidationError as error:
            errors[name] = list(error.messages)
    return clean, errors


def invalid(errors: Mapping[str, list[Text]]) -> ApplicationError:
    """A refusal for wrong fields."""
    return ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)


def _clean_one(model: type[models.Model], name: str, value: Any) -> Any:
    field = cast("models.Field[Any, Any]", model._meta.get_field(name))
    if isinstance(value, str):
        if "\x00" in value:
            raise ValidationError(
                _("This text holds a character that cannot be stored."), code="null_character"
            )
        value = value.strip() if name in _FREE_TEXTS else normalise.clean_text(value)
        if name in _CLEANERS:
            value = _CLEANERS[name](value)
    if value in (None, "") and field.null:
        return None
    return field.clean(value, None)
