"""Calls to the outside: where they may go, and that they end."""

import ipaddress
import socket
import ssl
import time

import pytest

from core import outbound
from core.outbound import NoAnswerError, Reason
from tests.core.receiver import Say, receiving, slow_headers


@pytest.fixture
def receiver():
    with receiving() as one:
        yield one


@pytest.fixture
def book(monkeypatch):
    """A book of names instead of the machine's: book["erp.example.com"] = [...]. It counts the looks into it."""
    names: dict[str, list[str]] = {}
    looks: list[str] = []

    def look_up(host: str, port: int) -> list[str]:
        looks.append(host)
        if host not in names:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        found = names[host]
        return [found.pop(0)] if host.startswith("rebinding") else found

    monkeypatch.setattr(outbound, "resolve", look_up)
    names["looks"] = looks
    return names


def send(url: str, *, timeout: float = 5.0, allow_private: bool = True, body: bytes = b"{}"):
    return outbound.post(
        url, {"Content-Type": "application/json"}, body, timeout=timeout, allow_private=allow_private
    )


def refused(url: str, **kwargs) -> Reason:
    with pytest.raises(NoAnswerError) as raised:
        send(url, **kwargs)
    return raised.value.reason


# (address, for everybody, where private addresses are allowed)
ADDRESSES = [
    ("93.184.216.34", True, True),
    ("2606:2800:220:1:248:1893:25c8:1946", True, True),
    ("127.0.0.1", False, True),
    ("127.255.3.4", False, True),
    ("10.0.0.5", False, True),
    ("172.16.9.1", False, True),
    ("172.32.0.1", True, True),
    ("192.168.1.1", False, True),
    ("100.64.0.1", False, True),
    ("::1", False, True),
    ("fd12:3456::1", False, True),
    ("::ffff:10.0.0.5", False, True),
    ("::ffff:93.184.216.34", True, True),
    ("64:ff9b::10.0.0.5", False, True),
    ("2002:0a00:0005::", False, True),
    # Never by a flag: link-local, metadata, multicast, broadcast, unspecified, reserved.
    ("169.254.169.254", False, False),
    ("169.254.10.1", False, False),
    ("::ffff:169.254.169.254", False, False),
    ("64:ff9b::a9fe:a9fe", False, False),
    ("2002:a9fe:a9fe::", False, False),
    ("fd00:ec2::254", False, False),
    ("100.100.100.200", False, False),
    ("168.63.129.16", False, False),
    ("fe80::1", False, False),
    ("fec0::1", False, False),
    ("224.0.0.1", False, False),
    ("239.1.2.3", False, False),
    ("ff02::1", False, False),
    ("255.255.255.255", False, False),
    ("240.0.0.1", False, False),
    ("0.0.0.0", False, False),  # noqa: S104
    ("0.1.2.3", False, False),
    ("::", False, False),
]


class TestWhere:
    @pytest.mark.parametrize(("address", "public", "private"), ADDRESSES)
    def test_addresses(self, address, public, private):
        one = ipaddress.ip_address(address)
        assert outbound.may_call(one, allow_private=False) is public
        assert outbound.may_call(one, allow_private=True) is private

    def test_a_listed_network_may_be_called_even_if_it_is_link_local(self, settings):
        settings.WEBHOOK_ALLOWED_NETS = ["169.254.169.0/24", "10.1.0.0/16"]
        may = outbound.may_call
        assert may(ipaddress.ip_address("10.1.2.3"), allow_private=False)
        assert may(ipaddress.ip_address("::ffff:10.1.2.3"), allow_private=False)
        assert may(ipaddress.ip_address("169.254.169.254"), allow_private=False)
        assert not may(ipaddress.ip_address("10.2.2.3"), allow_private=False)

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "erp.example.com/in",
            "//erp.example.com/in",
            "ftp://erp.example.com/",
            "file:///etc/passwd",
            "gopher://erp.example.com/",
            "unix:///tmp/socket",
            "http://",
            "http:///in",
            "http://user:pass@erp.example.com/",
            "http://erp.example.com@10.0.0.1/",
            "http://erp.example.com/#part",
            "http://erp.example.com:22/",
            "http://erp.example.com:25/",
            "http://erp.example.com:6379/",
            "http://erp.example.com:0/",
            "http://erp.example.com:65536/",
            "http://erp.example.com:99999999/",
            "http://[fe80::1%25eth0]/",
            "http://[::1/",
            "http://erp.example.com\\@10.0.0.1/",
            "http://erp.example.com/in\r\nX-Evil: 1",
            "http://erp.example.com/a b",
            "http://erp.example.com/\x00",
            "https://erp.example.com/" + "a" * 2000,
        ],
    )
    def test_what_is_no_address(self, url, book):
        assert refused(url) is Reason.BAD_ADDRESS
        with pytest.raises(NoAnswerError):
            outbound.check(url, allow_private=True)
        assert book["looks"] == []

    @pytest.mark.parametrize(
        ("url", "parts"),
        [
            ("https://ERP.example.com/In?a=b", ("https", "erp.example.com", 443, "/In?a=b")),
            ("http://erp.example.com:8080", ("http", "erp.example.com", 8080, "/")),
            ("https://erp.example.com./x", ("https", "erp.example.com", 443, "/x")),
            ("https://例子.example/钩", ("https", "xn--fsqu00a.example", 443, "/%E9%92%A9")),
            ("http://[2606:2800::1]:8080/", ("http", "2606:2800::1", 8080, "/")),
        ],
    )
    def test_how_an_address_is_understood(self, url, parts):
        one = outbound.parsed(url)
        assert (one.scheme, one.host, one.port, one.path) == parts

    @pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://[::1]/", "http://localhost:8000/"])
    def test_typed_in_private_addresses_are_refused_before_the_network_is_asked(self, url, book):
        with pytest.raises(NoAnswerError) as raised:
            outbound.check(url)
        assert raised.value.reason is Reason.FORBIDDEN
        outbound.check(url, allow_private=True)
        assert book["looks"] == []

    def test_a_public_name_of_a_private_address_is_refused_and_nothing_is_sent(self, book, receiver):
        book["erp.example.com"] = ["127.0.0.1"]
        assert refused(f"http://erp.example.com:{receiver.port}/", allow_private=False) is Reason.FORBIDDEN
        assert receiver.requests == []

    def test_one_private_address_among_public_ones_refuses_the_name(self, book, receiver):
        book["erp.example.com"] = ["93.184.216.34", "127.0.0.1"]
        assert refused(f"http://erp.example.com:{receiver.port}/", allow_private=False) is Reason.FORBIDDEN
        assert receiver.requests == []

    @pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1"])
    def test_other_ways_to_write_a_number_are_looked_at_after_resolving(self, host, receiver):
        reason = refused(f"http://{host}:{receiver.port}/", allow_private=False)
        assert reason in (Reason.FORBIDDEN, Reason.UNKNOWN_HOST)
        assert receiver.requests == []

    def test_a_name_is_asked_once_and_the_connection_goes_where_it_said(self, book, receiver):
        # The second answer would be the metadata service; nobody asks for it.
        book["rebinding.example.com"] = ["127.0.0.1", "169.254.169.254"]
        answer = send(f"http://rebinding.example.com:{receiver.port}/in")
        assert answer.status == 200
        assert book["looks"] == ["rebinding.example.com"]
        assert receiver.requests[0].headers["host"] == f"rebinding.example.com:{receiver.port}"

    def test_an_unknown_name(self, book):
        assert refused("https://nobody.example.com/") is Reason.UNKNOWN_HOST

    def test_the_second_address_is_tried_when_the_first_takes_no_connection(self, book, receiver):
        book["erp.example.com"] = ["127.0.0.2", "127.0.0.1"]
        assert send(f"http://erp.example.com:{receiver.port}/").status == 200


class TestWhatComesBack:
    def test_it_is_sent_as_said(self, receiver):
        answer = outbound.post(
            receiver.url + "?a=1", {"X-Key": "k"}, "合同".encode(), timeout=5, allow_private=True
        )
        received = receiver.requests[0]
        assert (received.method, received.path, received.body.decode()) == ("POST", "/hook?a=1", "合同")
        assert received.headers["x-key"] == "k"
        assert received.headers["user-agent"] == "Xiaoliu/1"
        assert (answer.status, answer.text(), answer.is_success) == (200, "thanks", True)
        assert 0 < answer.seconds < 5

    def test_other_methods(self, receiver):
        assert outbound.call("GET", receiver.url, allow_private=True).status == 200
        assert receiver.requests[0].method == "GET"

    @pytest.mark.parametrize("status", [204, 301, 302, 307, 308, 400, 410, 500, 503])
    def test_any_status_is_an_answer_and_redirects_are_not_followed(self, receiver, status):
        receiver.script = [Say(status, {"Location": receiver.url, "Retry-After": "7"}, b"")]
        answer = send(receiver.url)
        assert (answer.status, answer.headers["retry-after"]) == (status, "7")
        assert len(receiver.requests) == 1

    def test_no_more_is_read_than_the_limit(self, receiver):
        receiver.script = [Say(body=b"x" * 5_000_000)]
        answer = send(receiver.url)
        assert len(answer.body) == outbound.MOST_BYTES
        assert answer.text() == "x" * 1000

    def test_bytes_that_are_no_text_can_be_read_and_stored(self, receiver):
        receiver.script = [Say(body=b"\x00\xff\xfe" + "好".encode())]
        assert send(receiver.url).text() == "���好"

    def test_compressed_answers_are_not_unpacked(self, receiver):
        receiver.script = [Say(headers={"Content-Encoding": "gzip"}, body=b"no gzip")]
        assert send(receiver.url).body == b"no gzip"

    def test_headers_cannot_be_smuggled_in(self, receiver):
        with pytest.raises(NoAnswerError):
            outbound.post(receiver.url, {"X-Key": "a\r\nX-B: c"}, b"", timeout=5, allow_private=True)
        assert receiver.requests == []


class TestItEnds:
    @pytest.mark.parametrize("say", [Say(hang=True), Say(body=b"x" * 1000, drip=0.05)], ids=["hang", "drip"])
    def test_a_slow_answer_is_a_timeout(self, receiver, say):
        receiver.script = [say]
        began = time.monotonic()
        assert refused(receiver.url, timeout=0.4) is Reason.TIMEOUT
        assert time.monotonic() - began < 3

    def test_headers_that_never_end_are_a_timeout(self):
        with slow_headers() as port:
            began = time.monotonic()
            assert refused(f"http://127.0.0.1:{port}/", timeout=0.4) is Reason.TIMEOUT
            assert time.monotonic() - began < 3

    def test_nobody_there(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        assert refused(f"http://127.0.0.1:{port}/") is Reason.NO_CONNECTION

    def test_a_connection_that_breaks_off(self, receiver):
        receiver.script = [Say(hang_up=True)]
        assert refused(receiver.url) is Reason.BROKEN

    def test_an_answer_that_is_shorter_than_it_says(self, receiver):
        receiver.script = [Say(headers={"Content-Length": "100"}, body=b"short")]
        assert refused(receiver.url, timeout=1) in (Reason.BROKEN, Reason.TIMEOUT)

    def test_plain_http_where_tls_is_expected(self, receiver):
        assert refused(f"https://127.0.0.1:{receiver.port}/", timeout=2) is Reason.TLS


def test_the_certificate_must_be_for_the_name(tmp_path, book, monkeypatch):
    """A server of our own authority: right for its name, wrong for another, unknown without the authority."""
    authority = certificate(tmp_path, "erp.example.com")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    book["erp.example.com"] = book["other.example.com"] = ["127.0.0.1"]
    with receiving() as receiver:
        receiver.server.socket = context.wrap_socket(receiver.server.socket, server_side=True)
        url = f"https://erp.example.com:{receiver.port}/"
        assert refused(url) is Reason.TLS
        monkeypatch.setattr(outbound, "_tls", lambda: ssl.create_default_context(cafile=str(authority)))
        assert refused(url.replace("erp", "other")) is Reason.TLS
        assert receiver.requests == []
        assert send(url).status == 200
        assert receiver.requests[0].headers["host"] == f"erp.example.com:{receiver.port}"


def certificate(folder, name: str):
    """A certificate of a name, signed by itself."""
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    path = folder / "cert.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return path
