"""Fields as the API writes them: ids are opaque text, money has two decimals, errors are flat."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

LARGEST_ID = 2**63 - 1


class NotAnId(ObjectDoesNotExist):
    """An id that no row can have: answered as a row that is not there."""


def row_id(text: object) -> int:
    """The key of a row from what a caller wrote."""
    written = str(text)
    if not (written.isascii() and written.isdigit()) or len(written) > 19 or int(written) > LARGEST_ID:
        raise NotAnId(written[:40])
    return int(written)


@extend_schema_field(OpenApiTypes.STR)
class IdField(serializers.Field):
    """The key of a row: text outside, a number inside."""

    default_error_messages = {"invalid": serializers.CharField.default_error_messages["invalid"]}

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, (str, int)):
            self.fail("invalid")
        try:
            return row_id(data)
        except NotAnId:
            self.fail("invalid")

    def to_representation(self, value: Any) -> str:
        return str(value)


class MoneyField(serializers.DecimalField):
    """An amount: text with two decimals."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 16)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(**kwargs)


FIRST_YEAR, LAST_YEAR = 1900, 2200


def _in_reach(moment: Any) -> Any:
    """Days at the ends of the calendar are typing errors, and nothing can be counted from them."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise serializers.ValidationError(_("Give a day between 1900 and 2200."))
    return moment


class DayField(serializers.DateField):
    """A day as people mean it."""

    def to_internal_value(self, value: Any) -> Any:
        return _in_reach(super().to_internal_value(value))


class MomentField(serializers.DateTimeField):
    """A moment, ISO 8601 with its zone."""

    def to_internal_value(self, value: Any) -> Any:
        return _in_reach(super().to_internal_value(value))


class SearchField(serializers.CharField):
    """``?q=``: a piece of whatever the rows are found by."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=200, **kwargs)


def required(values: dict[str, Any], name: str) -> Any:
    """Take a value that a partial body must hold all the same, such as the revision that was read."""
    if name not in values:
        raise serializers.ValidationError({name: [serializers.Field.default_error_messages["required"]]})
    return values.pop(name)


def flattened(detail: Any, path: str = "") -> tuple[dict[str, list[str]], list[str]]:
    """Nested errors of a serializer as ({"lines.0.quantity": [text]}, [texts about the whole])."""
    errors: dict[str, list[str]] = {}
    general: list[str] = []
    if isinstance(detail, dict):
        for name, inner in detail.items():
            whole = str(name) == "non_field_errors"
            deeper, about_whole = flattened(inner, path if whole else f"{path}.{name}".lstrip("."))
            for key, texts in deeper.items():
                errors.setdefault(key, []).extend(texts)
            general.extend(about_whole)
    elif isinstance(detail, list):
        for number, inner in enumerate(detail):
            if isinstance(inner, (dict, list)):
                deeper, about_whole = flattened(inner, f"{path}.{number}".lstrip("."))
                errors.update(deeper)
                general.extend(about_whole)
            elif path:
                errors.setdefault(path, []).append(str(inner))
            else:
                general.append(str(inner))
    elif path:
        errors[path] = [str(detail)]
    else:
        general.append(str(detail))
    return errors, general
