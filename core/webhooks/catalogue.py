"""Which events there are. Each app declares its own in its ``webhooks.py``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import get_language

TEST = "webhook.test"


@dataclass(frozen=True)
class Event:
    """Something that happens, by its name for programs and for people, with an example of what is told."""

    name: str
    zh: str
    en: str
    sample: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def label(self) -> str:
        """In the reader's language."""
        return self.zh if (get_language() or "zh").startswith("zh") else self.en

    @property
    def is_subscribable(self) -> bool:
        """The test goes to whom it is sent, not to who subscribed."""
        return self.name != TEST


_declared: dict[str, Event] = {}


def declare(name: str, *, zh: str, en: str, sample: Mapping[str, Any]) -> Event:
    """Name an event; twice the same is fine, twice differently is not."""
    new = Event(name, zh, en, dict(sample))
    if _declared.setdefault(name, new) != new:
        raise ImproperlyConfigured(f"The event {name} is declared twice, differently.")
    return _declared[name]


def event(name: str) -> Event:
    """A declared event. Nobody could have subscribed to another one."""
    try:
        return _declared[name]
    except KeyError:
        raise ImproperlyConfigured(
            f"The event {name} is not declared: an app's webhooks.py declares what it announces."
        ) from None


def events() -> list[Event]:
    """What can be subscribed to, by name."""
    return sorted((one for one in _declared.values() if one.is_subscribable), key=lambda one: one.name)


def label_of(name: str) -> str:
    """For lists; an event of an older version keeps its name."""
    known = _declared.get(name)
    return known.label if known else name


declare(TEST, zh="测试", en="Test", sample={"message": "你好，这是一条测试消息。 Hello, this is a test."})
