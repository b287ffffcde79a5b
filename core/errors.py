"""What a service raises when a rule says no. Everything else that is raised is a failure of ours."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise

Text = str | Promise


class ApplicationError(Exception):
    """A rule of the business refuses the deed; nothing was changed.

    ``message`` is a whole sentence in the reader's language that says how to mend it; ``code`` is stable;
    ``errors`` names the fields that are wrong.
    """

    status = 400

    def __init__(
        self,
        message: Text,
        *,
        code: str = "refused",
        errors: Mapping[str, Sequence[Text]] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.errors: dict[str, list[Text]] = {name: list(texts) for name, texts in (errors or {}).items()}

    def __str__(self) -> str:
        return str(self.message)


class Conflict(ApplicationError):  # noqa: N818  says what happened, reads better
    """Somebody was faster: the row is no longer in the state the deed needs."""

    status = 409

    def __init__(
        self,
        message: Text,
        *,
        code: str = "conflict",
        errors: Mapping[str, Sequence[Text]] | None = None,
    ) -> None:
        super().__init__(message, code=code, errors=errors)
