"""Over TLS, as with GitHub itself: without a trusted certificate nothing is sent."""

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import ClassVar

import httpx2
import pytest
import respx
import writes
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.errors import ConfigError, RepositoryMovedError, UnavailableError, UncertainWriteError
from bot.github.answer import NeverSentError
from bot.github.api_client import ApiClient
from bot.github.connection import Connection
from bot.github.gateway import PyGithubGateway
from bot.github.http_session import Connect, HttpRequest, Urllib3Session, httpx2_session
from bot.github.reader import HttpReader
from bot.github.retry import WaitPolicy
from bot.planning.ports import WriteResult

AT_ONCE = WaitPolicy(sleep=lambda _: None)


class Handler(BaseHTTPRequestHandler):
    """Takes every issue, has empty lists, and has sent `learner/moved` away."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        numbered = self.path.startswith("/repositories/")
        self.answer(200, {"full_name": "learner/path"} if numbered else [])

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if "/moved/" in self.path:
            self.answer(307, {"message": "Moved Permanently"})
        else:
            self.answer(201, {"number": 1, "id": 7})

    def answer(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if status == 307:
            self.send_header("Location", f"https://{self.headers['Host']}/repositories/1/issues")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""


class Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that does not trust us hangs up, as it should."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh certificate for 127.0.0.1 that nobody knows, with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A GitHub of our own")])
    now = datetime.now(UTC)  # real clock: OpenSSL checks by it when a certificate ends
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
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
def address(certificate: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Server(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def connection(address: str, name: str = "portfolio") -> Connection:
    return Connection.model_validate(
        {"repository": f"learner/{name}", "token": "ghp_x", "api_url": address}
    )


def write(target: Connection) -> WriteResult:
    with PyGithubGateway(target, ApiClient(target.api_url, policy=AT_ONCE)) as gateway:
        return gateway.write(writes.create_issue("Read", body=""))


@pytest.mark.usefixtures("trusted")
class TestTrusted:
    def test_reading(self, address: str) -> None:
        with HttpReader(connection(address)) as reader:
            assert reader.snapshot().issues == ()

    def test_writing(self, address: str) -> None:
        assert write(connection(address)) == WriteResult(number=1, id=7)

    def test_a_write_is_not_carried_along_by_a_redirect(self, address: str) -> None:
        with pytest.raises(RepositoryMovedError, match="learner/path"):
            write(connection(address, "moved"))


class TestUntrusted:
    def test_reading(self, address: str) -> None:
        with (
            HttpReader(connection(address), client=ApiClient(address, policy=AT_ONCE)) as reader,
            pytest.raises(UnavailableError, match="CERTIFICATE_VERIFY_FAILED"),
        ):
            reader.snapshot()

    def test_writing_never_sent_anything(self, address: str) -> None:
        with pytest.raises(UnavailableError, match="CERTIFICATE_VERIFY_FAILED"):
            write(connection(address))


class Tunnel(BaseRequestHandler):
    """A proxy's: connects where the first line says, unless it `refuses`."""

    seen: ClassVar[list[str]] = []
    refuses: ClassVar[bool] = False

    def handle(self) -> None:
        line, *_ = self.request.recv(10_000).decode().partition("\r\n")
        self.seen.append(line)
        if self.refuses:
            self.request.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            return
        host, _, port = line.split()[1].partition(":")
        with socket.create_connection((host, int(port))) as there:
            self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=pass_on, args=(there, self.request))
            back.start()
            pass_on(self.request, there)
            back.join()


def pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while some := source.recv(65_536):
            target.sendall(some)
        target.shutdown(socket.SHUT_WR)


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Tunnel]]:
    monkeypatch.setattr(Tunnel, "seen", [])
    with ThreadingTCPServer(("127.0.0.1", 0), Tunnel) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{server.server_address[1]}")
        yield Tunnel
        server.shutdown()
        thread.join()


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("connect", [Urllib3Session, httpx2_session])
class TestProxy:
    def test_the_proxy_sees_only_where_it_goes(
        self, address: str, proxy: type[Tunnel], connect: Connect
    ) -> None:
        with closing(connect(address)) as opened:
            found = opened.send(HttpRequest("GET", f"{address}/repos", {"Authorization": "x"}))
        assert (found.status, found.text) == (200, "[]")
        assert [line.rpartition(" ")[0] for line in proxy.seen] == [f"CONNECT {address[8:]}"]

    def test_one_that_refuses_got_nothing(
        self, address: str, proxy: type[Tunnel], connect: Connect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(proxy, "refuses", True)
        with closing(connect(address)) as opened, pytest.raises(NeverSentError):
            opened.send(HttpRequest("POST", f"{address}/repos", {}, b"{}"))


def test_certificates_that_are_not_there_are_the_environments_fault(
    address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nowhere.pem"))
    with pytest.raises(ConfigError, match="cannot be loaded") as reported:
        write(connection(address))
    assert reported.value.where == "SSL_CERT_FILE"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (httpx2.ConnectError("reset"), UnavailableError),
        (httpx2.ReadError("reset"), UncertainWriteError),
    ],
)
def test_only_a_line_that_never_came_about_is_proof(
    httpx2_mock: respx.Router, error: Exception, outcome: type[Exception]
) -> None:
    httpx2_mock.post("https://github.test/repos/learner/portfolio/issues").mock(side_effect=error)
    with pytest.raises(outcome):
        write(connection("https://github.test"))
