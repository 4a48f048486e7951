"""Both libraries that send for us tell the same of an exchange, and of the machine's settings."""

import base64
import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bot.errors import ConfigError
from bot.github.answer import AnswerLostError, NeverSentError
from bot.github.http_session import (
    HttpRequest,
    HttpSession,
    Response,
    Urllib3Session,
    httpx2_session,
)

Open = Callable[[str], HttpSession]
TEXT = '{"title": "Größe 📏"}'
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


class Server(ThreadingHTTPServer):
    """Remembers what it was asked: request lines, headers, bodies."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[str, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        sent = {name.lower(): value for name, value in self.headers.items()}
        self.server.seen.append((self.requestline, sent, body))
        path = self.path.partition("?")[0].removeprefix(self.server.url)
        if path == "/hang-up":
            self.close_connection = True
            return
        if path == "/cut-off":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.close_connection = True
            return
        content = gzip.compress(TEXT.encode())
        self.send_response(302 if path == "/moved" else 200)
        self.send_header("ETag", '"abc"')
        self.send_header("Location", f"{self.server.url}/elsewhere")
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_PATCH = do_GET  # noqa: N815 - the names of methods

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture(params=[Urllib3Session, httpx2_session], ids=["urllib3", "httpx2"])
def opened(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    made: list[HttpSession] = []

    def make(api_url: str) -> HttpSession:
        made.append(request.param(api_url))
        return made[-1]

    yield make
    for session in made:
        session.close()


def get(session: HttpSession, url: str, **more: Any) -> Response:
    return session.send(HttpRequest(**{"method": "GET", "url": url, "headers": {}, **more}))


def test_a_response_is_told_with_its_headers_and_text(server: Server, opened: Open) -> None:
    found = get(opened(server.url), f"{server.url}/x?since=2026-01-05T08%3A00%3A00Z&page=2")
    assert (found.status, found.headers["etag"], found.text) == (200, '"abc"', TEXT)
    [(line, _, _)] = server.seen
    assert line == "GET /x?since=2026-01-05T08%3A00%3A00Z&page=2 HTTP/1.1"


def test_a_body_and_headers_are_sent_as_they_are(server: Server, opened: Open) -> None:
    headers = {"Authorization": "Bearer x", "Content-Type": "application/json"}
    get(opened(server.url), server.url, method="PATCH", headers=headers, body=TEXT.encode())
    [(line, sent, body)] = server.seen
    assert line.startswith("PATCH / ")
    assert (sent["authorization"], sent["content-type"]) == ("Bearer x", "application/json")
    assert body.decode() == TEXT


def test_a_redirect_is_not_followed(server: Server, opened: Open) -> None:
    found = get(opened(server.url), f"{server.url}/moved", headers={"Authorization": "Bearer x"})
    assert (found.status, found.headers["location"]) == (302, f"{server.url}/elsewhere")
    assert len(server.seen) == 1


def test_where_nobody_listens_nothing_was_sent(opened: Open) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(NeverSentError, match=r"^[^(]*Connection refused$"):
            get(opened(url), url, method="POST", body=b"{}")


@pytest.mark.parametrize("path", ["/hang-up", "/cut-off"])
def test_a_line_that_breaks_leaves_the_outcome_open(
    server: Server, opened: Open, path: str
) -> None:
    with pytest.raises(AnswerLostError, match="no answer"):
        get(opened(server.url), server.url + path, method="POST", body=b"{}")
    assert len(server.seen) == 1


def test_so_does_silence(opened: Open) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(AnswerLostError, match="no answer"):
            get(opened(url), url, timeout=0.1)


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY"])
def test_a_proxy_of_the_environment_gets_it_with_its_password(
    server: Server, opened: Open, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, server.url.replace("//", "//me:p%40ss@"))
    found = get(opened("http://git.example"), "http://git.example/api/v3/user")
    assert found.text == TEXT
    [(line, sent, _)] = server.seen
    assert line == "GET http://git.example/api/v3/user HTTP/1.1"
    assert base64.b64decode(sent["proxy-authorization"].removeprefix("Basic ")) == b"me:p@ss"


@pytest.mark.parametrize("named", ["127.0.0.1", "*", "other.example, 127.0.0.1"])
def test_no_proxy_is_used_for_what_is_excepted(
    server: Server, opened: Open, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", named)
    assert get(opened(server.url), server.url).status == 200


def test_a_proxy_that_is_away_got_nothing(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    with pytest.raises(NeverSentError):
        get(opened("https://git.example"), "https://git.example", method="POST", body=b"{}")


@pytest.mark.parametrize(
    "proxy", ["gopher://me:s3cret@proxy", "socks5://127.0.0.1:1", "http://me:s3cret@[::1"]
)
def test_a_proxy_of_another_kind_is_a_mistake_in_the_environment(
    opened: Open, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(ConfigError, match="proxy settings cannot be used") as reported:
        opened("https://git.example")
    assert reported.value.where == "HTTPS_PROXY"
    assert "s3cret" not in str(reported.value)


def test_certificates_that_are_not_there_are_one_too(
    opened: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nowhere.pem"))
    with pytest.raises(ConfigError, match="certificates to trust cannot be loaded"):
        opened("https://git.example")
