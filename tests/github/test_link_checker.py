"""A page of the open web is looked up without ever connecting to anything that is not public.

Most tests go over real TLS to a server on this machine that plays the public address; only who is
dialled behind a checked address is exchanged.
"""

import contextlib
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address, ip_network
from itertools import count
from pathlib import Path
from typing import Any

import httpcore2
import httpx2
import pytest
import respx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.github.link_checker import MAX_BYTES, LinkChecker, MissedLinks, system_resolver
from bot.github.public_addresses import is_public

PUBLIC = "93.184.215.14"
BLOG = "https://blog.example.org"
LOCAL = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.1.2.3",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.8",
    "192.88.99.1",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::10.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:93.184.215.14",
    "64:ff9b::a00:1",
    "64:ff9b::5db8:d70e",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:a00:1::1",
    "3fff::1",
    "2002:5db8:d70e::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]


class Handler(BaseHTTPRequestHandler):
    """Plays several sites; each path has its page."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        server.seen.append({"path": self.path, **{k.lower(): v for k, v in self.headers.items()}})
        with contextlib.suppress(BrokenPipeError, ConnectionResetError, ssl.SSLError):
            server.pages.get(self.path, missing)(self)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""


class Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[dict[str, str]] = []
        self.pages: dict[str, Callable[[Handler], None]] = {}

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that does not trust us hangs up, as it should."""


def missing(handler: Handler) -> None:
    answer(404)(handler)


def answer(status: int, body: str = "", **headers: str) -> Callable[[Handler], None]:
    """A page with this body; `content_type` and the like become headers."""

    def give(handler: Handler) -> None:
        content = body.encode()
        handler.send_response(status)
        for name, value in {"content_type": "text/html", **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return give


def drip(handler: Handler) -> None:
    """A head that comes byte by byte and never ends."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(5_000):
        handler.wfile.write(b"X-%d: 1\r\n" % number)


def flood(handler: Handler) -> None:
    """A body without end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>Much</title>")
    while True:
        handler.wfile.write(b"x" * 10_000)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For *.example.org, by nobody."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A web of our own")])
    now = datetime.now(UTC)  # real clock: OpenSSL checks by it when a certificate ends
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("*.example.org")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "cert.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture(scope="module")
def _running(certificate: Path) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Server() as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def server(_running: Server) -> Server:
    _running.seen.clear()
    _running.pages = {"/": answer(200, "<title>Loops</title>")}
    return _running


class Dial(httpcore2.NetworkBackend):
    """Notes which address is dialled, and connects to the server on this machine."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._real = httpcore2.SyncBackend()
        self.dialled: list[tuple[str, int]] = []
        self.dead: set[str] = set()

    def connect_tcp(self, host: str, port: int, *args: Any, **_: Any) -> httpcore2.NetworkStream:
        self.dialled.append((host, port))
        if host in self.dead:
            raise httpcore2.ConnectError("unreachable")
        return self._real.connect_tcp("127.0.0.1", self._port, *args)


class Names:
    """A resolver: what each name means now; a list of lists gives one answer after the other."""

    def __init__(self, **names: list[str]) -> None:
        self.names = {name.replace("_", "."): addresses for name, addresses in names.items()}
        self.requested: list[str] = []

    def __call__(self, host: str) -> Iterable[str]:
        self.requested.append(host)
        if host not in self.names:
            raise OSError("Name or service not known")
        return self.names[host]


@pytest.fixture
def dial(server: Server) -> Dial:
    return Dial(server.server_port)


@pytest.fixture
def names() -> Names:
    return Names(blog_example_org=[PUBLIC], www_example_org=[PUBLIC])


@pytest.fixture
def web(dial: Dial, names: Names, certificate: Path) -> LinkChecker:
    tls = ssl.create_default_context(cafile=str(certificate))
    return LinkChecker(resolve=names, dial=dial, tls=tls)


def test_a_page_is_asked_for_at_the_address_that_was_checked(
    web: LinkChecker, dial: Dial, names: Names, server: Server
) -> None:
    assert web.exists(f"{BLOG}/") == "Loops"
    assert dial.dialled == [(PUBLIC, 443)]
    assert names.requested == ["blog.example.org"]
    (seen,) = server.seen
    assert seen == {
        "path": "/",
        "host": "blog.example.org",
        "accept": "text/html",
        "accept-encoding": "identity",
        "user-agent": "milepost",
    }


def test_without_a_trusted_certificate_nothing_is_sent(
    dial: Dial, names: Names, server: Server
) -> None:
    pages = LinkChecker(resolve=names, dial=dial, tls=httpx2.create_ssl_context())
    assert pages.exists(f"{BLOG}/") is None
    assert server.seen == []


def test_the_certificate_must_be_for_that_name(
    web: LinkChecker, names: Names, dial: Dial, server: Server
) -> None:
    names.names["blog.example.net"] = [PUBLIC]
    assert web.exists("https://blog.example.net/") is None
    assert dial.dialled == [(PUBLIC, 443)]
    assert server.seen == []


@pytest.mark.parametrize("address", LOCAL)
def test_no_address_that_is_not_public_is_dialled(
    web: LinkChecker, names: Names, dial: Dial, address: str
) -> None:
    assert not is_public(ip_address(address))
    names.names["blog.example.org"] = [address]
    assert web.exists(f"{BLOG}/") is None
    names.names["blog.example.org"] = [PUBLIC, address]
    assert web.exists(f"{BLOG}/") is None
    assert dial.dialled == []


@pytest.mark.parametrize("address", [PUBLIC, "140.82.112.3", "2606:2800:21f:cb07::1"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))


# All of IANA's IPv4 and IPv6 special-purpose address registries, and multicast.
SPECIAL = """
0.0.0.0/8 0.0.0.0/32 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
192.0.0.0/29 192.0.0.8/32 192.0.0.9/32 192.0.0.10/32 192.0.0.170/32 192.0.0.171/32 192.0.2.0/24
192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.88.99.2/32 192.168.0.0/16 192.175.48.0/24
198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 255.255.255.255/32
::1/128 ::/128 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001::/32
2001:1::1/128 2001:1::2/128 2001:1::3/128 2001:2::/48 2001:3::/32 2001:4:112::/48 2001:10::/28
2001:20::/28 2001:30::/28 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20 5f00::/16 fc00::/7
fe80::/10 ff00::/8
"""


@pytest.mark.parametrize("network", [*SPECIAL.split(), "168.63.129.16/32"])
def test_no_range_of_a_special_purpose_is_public(network: str) -> None:
    """The last one is the host of every machine at Azure, and in no registry."""
    found = ip_network(network)
    assert not is_public(found.network_address)
    assert not is_public(found.broadcast_address)


@pytest.mark.parametrize(
    "address",
    ["168.63.129.15", "168.63.129.17", "192.31.195.255", "192.53.0.0", "172.32.0.0", "2001:200::"],
)
def test_what_lies_beside_them_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0", "017700000001", "::1"])
def test_however_this_machine_is_written_the_resolver_shows_it(host: str) -> None:
    assert not any(is_public(ip_address(address)) for address in system_resolver(host))


@pytest.mark.parametrize(
    "url",
    [
        "http://blog.example.org/",
        "https://blog.example.org:8443/",
        "https://me@blog.example.org/",
        "https://me:secret@blog.example.org/",
        "https://93.184.215.14/",
        "https://[2606:2800:21f:cb07::1]/",
        "https://[::1]/",
        "https://127.1/",
        "https://2130706433/",
        "https://localhost/",
        "https://metadata/",
        "https://.example.org/",
        "https://blog..example.org/",
        "https://blog.example.org\\@localhost/",
        "https://blog.example.org%2f.localhost/",
        "https:///blog.example.org",
        "https://",
        "https://blog.example.org:99999/",
        "https://bl og.example.org/",
        "file:///etc/passwd",
        "ftp://blog.example.org/",
        "",
        "//blog.example.org/",
        "https://" + "a" * 70_000 + ".org/",
    ],
)
def test_what_is_no_page_of_a_named_site_is_not_even_resolved(
    web: LinkChecker, names: Names, dial: Dial, url: str
) -> None:
    assert web.exists(url) is None
    assert (names.requested, dial.dialled) == ([], [])


def test_a_name_that_nobody_knows_is_no_page(web: LinkChecker, dial: Dial) -> None:
    assert web.exists("https://nowhere.example.org/") is None
    assert dial.dialled == []


def test_a_name_that_cannot_be_asked_for_is_no_page(dial: Dial) -> None:
    assert LinkChecker(dial=dial).exists(f"https://{'a' * 64}.example.org/") is None
    assert dial.dialled == []


@pytest.mark.parametrize("found", [[], ["nonsense"]])
def test_an_answer_without_an_address_is_no_page(
    web: LinkChecker, names: Names, dial: Dial, found: list[str]
) -> None:
    names.names["blog.example.org"] = found
    assert web.exists(f"{BLOG}/") is None
    assert dial.dialled == []


def test_another_address_is_tried_when_one_does_not_answer(
    web: LinkChecker, names: Names, dial: Dial
) -> None:
    names.names["blog.example.org"] = ["2606:2800:21f:cb07::1", PUBLIC]
    dial.dead = {"2606:2800:21f:cb07::1"}
    assert web.exists(f"{BLOG}/") == "Loops"
    dial.dead.add(PUBLIC)
    assert web.exists(f"{BLOG}/") is None


class TestRedirects:
    def test_a_few_are_followed(self, web: LinkChecker, names: Names, server: Server) -> None:
        server.pages["/a"] = answer(301, location="/b?x=1")
        server.pages["/b?x=1"] = answer(302, location="//www.example.org/c")
        server.pages["/c"] = answer(308, location=f"{BLOG}/")
        assert web.exists(f"{BLOG}/a") == "Loops"
        assert [name.partition(".")[0] for name in names.requested] == [
            "blog",
            "blog",
            "www",
            "blog",
        ]
        server.pages["/0"] = answer(307, location="/a")
        assert web.exists(f"{BLOG}/0") is None

    @pytest.mark.parametrize(
        "location",
        [
            "http://blog.example.org/",
            "https://127.0.0.1/",
            "https://blog.example.org:22/",
            "https://me:secret@blog.example.org/",
            "https://inside.example.org/",
            "https://[::1",
            "gopher://blog.example.org/",
        ],
    )
    def test_each_is_checked_like_the_first(
        self, web: LinkChecker, names: Names, dial: Dial, server: Server, location: str
    ) -> None:
        names.names["inside.example.org"] = ["10.0.0.7"]
        server.pages["/away"] = answer(302, location=location)
        assert web.exists(f"{BLOG}/away") is None
        assert len(dial.dialled) == 1

    def test_a_name_that_means_something_else_by_then_is_refused(
        self, dial: Dial, server: Server, certificate: Path
    ) -> None:
        """DNS rebinding: public when it is checked, private at the next question."""
        answers = iter([[PUBLIC], ["127.0.0.1"]])
        tls = ssl.create_default_context(cafile=str(certificate))
        pages = LinkChecker(resolve=lambda _: next(answers), dial=dial, tls=tls)
        server.pages["/away"] = answer(302, location="/")
        assert pages.exists(f"{BLOG}/away") is None
        assert dial.dialled == [(PUBLIC, 443)]

    def test_one_that_leads_nowhere_is_no_page(self, web: LinkChecker, server: Server) -> None:
        server.pages["/away"] = answer(302)
        assert web.exists(f"{BLOG}/away") is None

    def test_no_cookie_is_carried_along(self, web: LinkChecker, server: Server) -> None:
        server.pages["/away"] = answer(302, location="/", set_cookie="id=1")
        assert web.exists(f"{BLOG}/away") == "Loops"
        assert all("cookie" not in seen for seen in server.seen)


class TestLimits:
    def test_a_body_without_end_is_left(self, web: LinkChecker, server: Server) -> None:
        server.pages["/flood"] = flood
        assert web.exists(f"{BLOG}/flood") == "Much"

    def test_a_title_beyond_the_first_64_kb_is_not_read(
        self, web: LinkChecker, server: Server
    ) -> None:
        server.pages["/late"] = answer(200, " " * MAX_BYTES + "<title>Late</title>")
        assert web.exists(f"{BLOG}/late") == ""

    def test_drops_of_an_answer_gain_no_time(
        self, dial: Dial, names: Names, server: Server, certificate: Path
    ) -> None:
        server.pages["/drip"] = drip
        tls = ssl.create_default_context(cafile=str(certificate))
        ticks = count()
        pages = LinkChecker(resolve=names, dial=dial, tls=tls, clock=lambda: next(ticks) / 4)
        assert pages.exists(f"{BLOG}/") == "Loops"
        assert pages.exists(f"{BLOG}/drip") is None
        assert server.seen[-1]["path"] == "/drip"

    def test_all_pages_of_a_run_have_ten_seconds(self) -> None:
        clock, missed = Seconds(), MissedLinks(lambda: 0.0)
        web = LinkChecker(missed, resolve=clock.silent, clock=clock)
        pages = [f"https://silent{number}.example.org/" for number in range(10)]
        assert [web.exists(page) for page in pages] == [None] * 10
        assert clock.at <= 10.0
        assert clock.resolved == ["silent0.example.org", "silent1.example.org"]
        # What was not asked for is not remembered as missing.
        assert [web.due(page) for page in pages] == [False, False] + [True] * 8

    def test_redirects_have_no_time_of_their_own(
        self, dial: Dial, names: Names, server: Server, certificate: Path
    ) -> None:
        clock = Seconds()
        server.pages["/to"] = answer(302, location="/")

        def resolve(host: str) -> Iterable[str]:
            clock.at += 4.0
            return names(host)

        tls = ssl.create_default_context(cafile=str(certificate))
        web = LinkChecker(resolve=resolve, dial=dial, tls=tls, clock=clock)
        assert web.exists(f"{BLOG}/to") == "Loops"
        assert web.exists(f"{BLOG}/to") is None  # two seconds were left

    def test_a_silent_resolver_is_given_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        go_on = threading.Event()
        monkeypatch.setattr("bot.github.link_checker.TIME", 0.01)
        monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: go_on.wait(60) and [])
        with pytest.raises(OSError, match="silent"):
            system_resolver("blog.example.org")
        go_on.set()


class Seconds:
    """A clock of the tests, in seconds, and a resolver that takes five of them for nothing."""

    def __init__(self) -> None:
        self.at = 0.0
        self.resolved: list[str] = []

    def __call__(self) -> float:
        return self.at

    def silent(self, host: str) -> list[str]:
        self.at += 5.0
        self.resolved.append(host)
        raise OSError("no answer")


class TestMemory:
    def test_what_led_nowhere_is_asked_for_at_growing_distances(self) -> None:
        clock = Seconds()
        missed = MissedLinks(clock)
        pauses = []
        for _ in range(8):
            assert missed.due(7, f"{BLOG}/")
            missed.add(7, f"{BLOG}/")
            began = clock.at
            while not missed.due(7, f"{BLOG}/"):
                clock.at += 30.0
            pauses.append(clock.at - began)
        assert pauses == [60, 240, 960, 3_840, 15_360, 61_440, 86_400, 86_400]

    def test_one_repository_says_nothing_about_the_links_of_another(self) -> None:
        missed = MissedLinks(lambda: 0.0)
        missed.add(7, f"{BLOG}/")
        assert (missed.due(7, f"{BLOG}/"), missed.due(8, f"{BLOG}/")) == (False, True)

    def test_it_forgets_the_oldest_and_does_not_grow(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.github.link_checker.MAX_MISSES", 3)
        missed = MissedLinks(lambda: 0.0)
        for number in range(5):
            missed.add(number, f"{BLOG}/")
        assert [missed.due(number, f"{BLOG}/") for number in range(5)] == [True] * 2 + [False] * 3


class TestTitles:
    """What a page says of itself; the connection does not matter here."""

    @pytest.mark.parametrize(
        ("content", "kind", "title"),
        [
            (b"<title>A &amp; B &lt;c&gt;</title>", "text/html", "A & B <c>"),
            (b"<TITLE lang='en'>\n One\n two\t</TITLE>", "text/html", "One two"),
            (b"<title>a\x00b\x1b[31m</title>", "text/html", "a b [31m"),
            ("<title>\u202eGr\u00fc\u00dfe</title>".encode(), "text/html", "Gr\u00fc\u00dfe"),
            (b"<title>Gr\xfc\xdfe</title>", "text/html; charset=latin-1", "Gr\u00fc\u00dfe"),
            (b"<title>x</title>", 'text/html; charset="no-such"', "x"),
            (b"<title>\xff</title>", "text/html", "\N{REPLACEMENT CHARACTER}"),
            (b"<title>" + b"y" * 500 + b"</title>", "application/xhtml+xml", "y" * 120),
            (b"<title>never closed", "text/html", ""),
            (b"<p>none</p>", "text/html", ""),
            (b"%PDF <title>x</title>", "application/pdf", ""),
        ],
    )
    def test_the_title(
        self, httpx2_mock: respx.Router, content: bytes, kind: str, title: str
    ) -> None:
        httpx2_mock.get(f"{BLOG}/").respond(content=content, headers={"Content-Type": kind})
        assert LinkChecker().exists(f"{BLOG}/") == title

    @pytest.mark.parametrize("status", [204, 304, 401, 403, 404, 410, 429, 500, 999])
    def test_only_a_good_answer_is_a_page(self, httpx2_mock: respx.Router, status: int) -> None:
        httpx2_mock.get(f"{BLOG}/").respond(status)
        assert (LinkChecker().exists(f"{BLOG}/") is not None) is (status == 204)

    @pytest.mark.parametrize(
        "error", [httpcore2.ReadTimeout, httpcore2.RemoteProtocolError, httpcore2.ReadError]
    )
    def test_a_broken_answer_is_none(
        self, httpx2_mock: respx.Router, error: type[Exception]
    ) -> None:
        httpx2_mock.get(f"{BLOG}/").mock(side_effect=error)
        assert LinkChecker().exists(f"{BLOG}/") is None
