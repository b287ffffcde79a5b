"""How the API describes itself: the token scheme, problems, and what every list and POST takes."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `code` is stable, `title` and `detail` are in the language of Accept-Language.",
    "required": ["type", "title", "status", "code", "detail", "errors", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        "request_id": {
            "type": "string",
            "description": "The request's number, as in the header X-Request-ID: quote it when you ask for help.",
        },
    },
}
REFUSAL = {
    "description": "The request is refused; nothing was changed.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
LANGUAGE = {
    "name": "Accept-Language",
    "in": "header",
    "schema": {"type": "string", "enum": ["zh-hans", "en"]},
    "description": "The language of texts for people.",
}
IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[A-Za-z0-9_-]+$"},
    "description": "Sent again within 24 hours, the same request is not done again but answered as before.",
}


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "core.api.authentication.ApiTokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "Write: Token, a space, and the token of POST auth/token/.",
        }


def describe_conventions(
    result: dict[str, Any], generator: Any, request: Any, public: bool
) -> dict[str, Any]:
    """A post-processing hook: what holds for every address is said once, here."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    for methods in result["paths"].values():
        for method, operation in methods.items():
            operation["responses"].setdefault("4XX", REFUSAL)
            parameters = operation.setdefault("parameters", [])
            parameters.append(LANGUAGE)
            if method == "post" and not operation["operationId"].startswith(("sign_in", "auth_")):
                parameters.append(IDEMPOTENCY)
    return result
