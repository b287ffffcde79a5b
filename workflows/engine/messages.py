from typing import Any, Mapping
def message(code: str, lang: str, params: Mapping[str, Any]) -> str:
    return f"{code} {dict(params)}"
def hint(code: str, lang: str, params: Mapping[str, Any]) -> str:
    return ""
