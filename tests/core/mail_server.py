"""A real SMTP server for tests: counts letters, and answers as badly as real ones do."""

from __future__ import annotations

import asyncio
import socket
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class MailServer:
    """``answers`` are used up one a letter; then every letter is taken.

    "take" keeps the letter and says so, "hang" keeps it and never answers, "break" keeps it and hangs up;
    anything else is the answer itself, and the letter is not kept.
    """

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.receivers: list[str] = []
        self.answers: list[str] = []
        self.receiver_answer = ""
        self._released = threading.Event()
        self._controller = Controller(self, hostname="127.0.0.1", port=_free_port())

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.receiver_answer:
            return self.receiver_answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self.answers.pop(0) if self.answers else "take"
        if answer in {"take", "hang", "break"}:
            self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
            self.receivers.extend(envelope.rcpt_tos)
        if answer == "hang":
            while not self._released.is_set():
                await asyncio.sleep(0.01)
        if answer == "break":
            server.transport.close()
        return "250 OK" if answer in {"take", "hang", "break"} else answer

    def start(self) -> str:
        """The URL to send to."""
        self._controller.start()
        return f"smtp://127.0.0.1:{self._controller.port}"

    def stop(self) -> None:
        if not self._released.is_set():
            self._released.set()
            self._controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
