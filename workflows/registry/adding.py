"""What every registry shares: words for people, and each name once."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured

Label = tuple[str, str]  # Chinese, English


def add(registry: dict[str, Any], name: str, found: Any) -> None:
    """Raises ImproperlyConfigured where two register under one name."""
    if name in registry:
        raise ImproperlyConfigured(f"{name} is registered twice.")
    registry[name] = found
