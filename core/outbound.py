"""Calls to the outside: the one door through which this application asks other machines for anything.

People type the addresses, so a call must not become a way into our own network. We resolve the name
ourselves, refuse every address that is not for the public, and connect to exactly the address that was
looked at: a name that answers differently a moment later changes nothing. Redirects are not followed, the
size of the answer and the time it takes are bounded.

    answer = outbound.post("https://erp.example.com/in", {"X-Key": "1"}, b"{}", timeout=10, allow_private=False)
    answer.status, answer.text()
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import parse_url

from core.tracing import hand_on, span

Address = IPv4Address | IPv6Address

LONGEST_URL = 2000
# More of an answer than this is not read.
MOST_BYTES = 64 * 1024
USER_AGENT = "Xiaoliu/1"
# Services that are not HTTP but can be talked into something by its bytes; 80, 443 and ports above 1023 else.
OTHER_PORTS = frozenset({1719, 1720, 1723, 2049, 3306, 3659, 4045, 4190, 5060, 5061, 5432, 5672, 6000, 6379})
OTHER_PORTS |= frozenset({6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, 11211, 27017})
# Addresses from which clouds hand out credentials, where no range gives them away.
METADATA = frozenset(map(ipaddress.ip_address, ["168.63.129.16", "100.100.100.200", "fd00:ec2::254"]))
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
_SHARED = ipaddress.ip_network("100.64.0.0/10")
_THIS_NETWORK = ipaddress.ip_network("0.0.0.0/8")


class Reason(models.TextChoices):
    """Why there is no answer."""

    BAD_ADDRESS = "bad_address", _("the address cannot be called")
    FORBIDDEN = "forbidden", _("the address lies in a network that may not be called")
    UNKNOWN_HOST = "unknown_host", _("there is no machine of this name")
    NO_CONNECTION = "no_connection", _("nobody answers there")
    TLS = "tls", _("the certificate is not valid for this name")
    TIMEOUT = "timeout", _("no answer in time")
    BROKEN = "broken", _("the connection broke off or did not speak HTTP")


class NoAnswerError(Exception):
    """The call brought no answer. ``detail`` is for the log of the call; it never holds what was sent."""

    def __init__(self, reason: Reason, detail: str = "", *, seconds: float = 0.0) -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail
        self.seconds = seconds

    @property
    def is_refused_by_us(self) -> bool:
        """Nothing was sent: a second try will not change that."""
        return self.reason in (Reason.BAD_ADDRESS, Reason.FORBIDDEN)


@dataclass(frozen=True)
class Answer:
    """What came back: header names in lower case, as much of the body as is read, how long it took."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    def text(self, longest: int = 1000) -> str:
        """The beginning of the body for people to read, whatever it is."""
        return self.body[: longest * 4].decode("utf-8", "replace").replace("\x00", "�")[:longest]


@dataclass(frozen=True)
class Target:
    """An address that may be typed in: its parts in the one form that is used afterwards."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == _DEFAULT_PORTS[self.scheme] else f"{name}:{self.port}"


_DEFAULT_PORTS = {"http": 80, "https": 443}


def post(url: str, headers: Mapping[str, str], body: bytes, *, timeout: float, allow_private: bool) -> Answer:
    """POST and read the answer, whatever its status. NoAnswerError when there is none."""
    return call("POST", url, headers=headers, body=body, timeout=timeout, allow_private=allow_private)


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    timeout: float = 10.0,
    allow_private: bool = False,
    most_bytes: int = MOST_BYTES,
) -> Answer:
    """One request and its answer. ``timeout`` is for all of it: connecting, sending, reading to the end."""
    target = parsed(url)
    with span("call", method=method):
        named = dict(headers or {})
        hand_on(named)
        return _call(method, target, named, body, timeout, allow_private, most_bytes)


def _call(
    method: str,
    target: Target,
    headers: Mapping[str, str],
    body: bytes | None,
    timeout: float,
    allow_private: bool,
    most_bytes: int,
) -> Answer:
    began = time.monotonic()
    deadline = began + timeout
    try:
        addresses = allowed_addresses(target, allow_private=allow_private)
        with (
            closing(_connected(target, addresses, deadline)) as connection,
            _closed_at(deadline, connection) as is_over,
        ):
            try:
                connection.request(
                    method,
                    target.path,
                    body=body,
                    headers={
                        "User-Agent": USER_AGENT,
                        **headers,
                        "Host": target.authority,
                        "Accept-Encoding": "identity",
                        "Connection": "close",
                    },
                    preload_content=False,
                    decode_content=False,
                )
                response = connection.getresponse()
                content = _read(response, most_bytes)
            except (OSError, HTTPError, ValueError) as error:
                if is_over() or isinstance(error, TimeoutError):
                    raise NoAnswerError(Reason.TIMEOUT) from error
                raise NoAnswerError(Reason.BROKEN, type(error).__name__) from error
            if is_over():
                raise NoAnswerError(Reason.TIMEOUT)
    except NoAnswerError as error:
        error.seconds = time.monotonic() - began
        raise
    found = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status, found, content, time.monotonic() - began)


# Where to --------------------------------------------------------------------------------------


def parsed(url: str) -> Target:
    """The parts of an address; BAD_ADDRESS for one that is not plain http or https."""
    if not url or len(url) > LONGEST_URL or not url.isprintable() or " " in url or "\\" in url:
        raise NoAnswerError(Reason.BAD_ADDRESS, "malformed")
    try:
        parts = parse_url(url)
        if parts.scheme not in _DEFAULT_PORTS or not parts.host:
            raise NoAnswerError(Reason.BAD_ADDRESS, "scheme")
        if parts.auth is not None or parts.fragment is not None:
            raise NoAnswerError(Reason.BAD_ADDRESS, "credentials or fragment")
    except (LocationParseError, ValueError) as error:
        raise NoAnswerError(Reason.BAD_ADDRESS, "malformed") from error
    host = parts.host.strip("[]").rstrip(".")
    if not host or "%" in host or not host.isascii() or len(host) > 253:
        raise NoAnswerError(Reason.BAD_ADDRESS, "host")
    port = parts.port if parts.port is not None else _DEFAULT_PORTS[parts.scheme]
    if not (port in _DEFAULT_PORTS.values() or 1023 < port < 65536) or port in OTHER_PORTS:
        raise NoAnswerError(Reason.BAD_ADDRESS, f"port {port}")
    return Target(parts.scheme, host, port, parts.request_uri)


def check(url: str, *, allow_private: bool = False) -> None:
    """Refuse what can be refused while it is typed in, without asking the network."""
    target = parsed(url)
    try:
        address = ipaddress.ip_address(target.host)
    except ValueError:
        if target.host == "localhost" and not (
            allow_private or _is_listed(ipaddress.ip_address("127.0.0.1"))
        ):
            raise NoAnswerError(Reason.FORBIDDEN, target.host) from None
        return
    if not may_call(address, allow_private=allow_private):
        raise NoAnswerError(Reason.FORBIDDEN, str(address))


def system_resolver(host: str, port: int) -> list[str]:
    """The addresses of a name, as the machine knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


# Tests put their own book of names here.
resolve: Callable[[str, int], list[str]] = system_resolver


def allowed_addresses(target: Target, *, allow_private: bool) -> list[Address]:
    """Resolve once. One forbidden address among several refuses the name: an honest one has none."""
    try:
        addresses = [ipaddress.ip_address(one) for one in resolve(target.host, target.port)]
    except (OSError, UnicodeError, ValueError) as error:
        raise NoAnswerError(Reason.UNKNOWN_HOST, target.host) from error
    if not addresses:
        raise NoAnswerError(Reason.UNKNOWN_HOST, target.host)
    for address in addresses:
        if not may_call(address, allow_private=allow_private):
            raise NoAnswerError(Reason.FORBIDDEN, str(address))
    return addresses


def may_call(address: Address, *, allow_private: bool) -> bool:
    """Public addresses may be called; private ones and loopback where that is allowed.

    What is neither (link-local, metadata services, multicast ...) only where WEBHOOK_ALLOWED_NETS names it.
    """
    for one in _meanings(address):
        if _is_listed(one):
            continue
        if one in METADATA or one in _THIS_NETWORK or one.is_link_local or one.is_multicast:
            return False
        if one.is_global and not getattr(one, "is_site_local", False):
            continue
        is_private = one.is_loopback or (one.is_private and not one.is_reserved) or one in _SHARED
        if not (allow_private and is_private):
            return False
    return True


def _meanings(address: Address) -> Iterator[Address]:
    """The address and what it stands for: an IPv6 address may carry an IPv4 one inside."""
    if isinstance(address, IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _TRANSLATED:
            inner.append(IPv4Address(int(address) & 0xFFFFFFFF))
        yield from (one for one in inner if one is not None)
        if address.ipv4_mapped is not None:
            return
    yield address


def _is_listed(address: Address) -> bool:
    return any(address in net for net in _nets(tuple(settings.WEBHOOK_ALLOWED_NETS)))


@lru_cache(maxsize=8)
def _nets(texts: tuple[str, ...]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(text.strip(), strict=False) for text in texts if text.strip()]


# The connection ----------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Certificates as the machine trusts them; SSL_CERT_FILE adds a company's own."""
    return ssl.create_default_context()


def _connected(target: Target, addresses: list[Address], deadline: float) -> HTTPConnection:
    """A connection to the first address that takes one."""
    failure = NoAnswerError(Reason.NO_CONNECTION)
    for address in addresses[:4]:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        connection = _connection_to(target, str(address), left)
        try:
            with _closed_at(deadline, connection):
                connection.connect()
        except ssl.SSLCertVerificationError as error:
            failure = NoAnswerError(Reason.TLS, error.verify_message)
        except (OSError, HTTPError) as error:
            connection.close()
            failure = NoAnswerError(Reason.NO_CONNECTION, str(address))
            if isinstance(error.__cause__ or error, ssl.SSLError):
                failure = NoAnswerError(Reason.TLS, type(error).__name__)
        else:
            return connection
    raise failure if time.monotonic() < deadline else NoAnswerError(Reason.TIMEOUT)


def _connection_to(target: Target, address: str, timeout: float) -> HTTPConnection:
    if target.scheme == "http":
        return HTTPConnection(address, target.port, timeout=timeout)
    return HTTPSConnection(
        address,
        target.port,
        timeout=timeout,
        ssl_context=_tls(),
        # The name decides whether the certificate is right, not the address.
        server_hostname=target.host,
    )


@contextmanager
def _closed_at(deadline: float, connection: HTTPConnection) -> Iterator[Callable[[], bool]]:
    """Hang up at the deadline: a server that sends a byte a second would outlast any timeout of a read."""
    over = threading.Event()
    # The connection lets go of its socket as soon as the answer begins.
    held = connection.sock

    def hang_up() -> None:
        over.set()
        line = held or connection.sock
        if line is not None:
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    timer = threading.Timer(max(deadline - time.monotonic(), 0.0), hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield over.is_set
    finally:
        timer.cancel()


def _read(response: BaseHTTPResponse, most_bytes: int) -> bytes:
    content = b""
    for piece in response.stream(8192, decode_content=False):
        content += piece
        if len(content) >= most_bytes:
            break
    return content[:most_bytes]
