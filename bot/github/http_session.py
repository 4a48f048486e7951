"""Sends single requests over HTTP, by either of two libraries.

A run on somebody's machine or in the Action uses urllib3, which PyGithub brings anyway and which
loads in half of httpx2's time. The server, which shares its connections with much else, uses
httpx2. What a broken exchange proves is told the same for both.
"""

import logging
import os
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

from bot.errors import ConfigError
from bot.github.answer import AnswerLostError, NeverSentError

if TYPE_CHECKING:
    import ssl

    import httpx2
    import urllib3

CONNECT_TIMEOUT = 10  # seconds
ANSWER_TIMEOUT = 20  # seconds; GitHub ends its own work after ten
MAX_CONNECTIONS = 100  # GitHub: "No more than 100 concurrent requests are allowed"
MAX_IDLE_CONNECTIONS = 20
MANIFESTS = "/app-manifests/"
_PASSWORD = re.compile(r"//.*@")  # with the name before it


class HttpRequest(NamedTuple):
    """Describe a request; `timeout`, in seconds, is for where the usual one is too long."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None
    timeout: float | None = None


class Response(NamedTuple):
    """Hold a status, headers (names in lower case) and a body."""

    status: int
    headers: Mapping[str, str]
    text: str


class HttpSession(Protocol):
    """Send requests, for any number of threads. Redirects are never followed."""

    def send(self, request: HttpRequest) -> Response:
        """Return the response.

        Raises NeverSentError where no connection came about, and AnswerLostError.
        """
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


Connect = Callable[[str], HttpSession]
"""Opens connections to the server with this address. Raises ConfigError."""


class Httpx2Session:
    """Implement `HttpSession` with the connections of an httpx2 client."""

    def __init__(self, client: "httpx2.Client") -> None:
        self._client = client

    def send(self, request: HttpRequest) -> Response:
        """Return the response, as `HttpSession.send`."""
        import httpx2

        try:
            found = self._client.request(
                request.method,
                request.url,
                headers=dict(request.headers),
                content=request.body,
                follow_redirects=False,
                timeout=request.timeout or httpx2.USE_CLIENT_DEFAULT,
            )
        except (
            httpx2.ConnectError,
            httpx2.ConnectTimeout,
            httpx2.PoolTimeout,
            httpx2.ProxyError,
        ) as broken:
            raise NeverSentError(str(broken)) from None
        except httpx2.RequestError as broken:
            raise AnswerLostError(f"no answer ({type(broken).__name__})") from None
        return Response(found.status_code, found.headers, found.text)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


class Urllib3Session:
    """Implement `HttpSession` with urllib3. Raises ConfigError for wrong proxies, certificates."""

    def __init__(self, api_url: str) -> None:
        logging.getLogger("urllib3.connectionpool").addFilter(_holds_no_code)
        self._pool = _pool(api_url)

    def send(self, request: HttpRequest) -> Response:
        """Return the response, as `HttpSession.send`."""
        import ssl

        from urllib3 import Timeout, exceptions

        try:
            found = self._pool.request(
                request.method,
                request.url,
                headers={"Accept-Encoding": "gzip, deflate", **request.headers},
                body=request.body,
                redirect=False,
                retries=False,
                timeout=request.timeout or Timeout(connect=CONNECT_TIMEOUT, read=ANSWER_TIMEOUT),
            )
            text = found.data.decode("utf-8", "replace")
        except (
            exceptions.NewConnectionError,
            exceptions.ConnectTimeoutError,
            exceptions.ProxyError,
        ) as broken:
            raise NeverSentError(_reason(broken)) from None
        except exceptions.HTTPError as broken:
            if any(isinstance(why, ssl.SSLCertVerificationError) for why in broken.args):
                raise NeverSentError(_reason(broken)) from None
            raise AnswerLostError(f"no answer ({type(broken).__name__})") from None
        sent = {name.lower(): value for name, value in found.headers.items()}
        return Response(found.status, sent, text)

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()


def _reason(broken: Exception) -> str:
    """Return why, without the names of urllib3's objects around it."""
    inner = next((why for why in broken.args if isinstance(why, Exception)), None)
    if inner is None:
        return str(broken).rpartition("): ")[2]
    words = [why for why in broken.args if isinstance(why, str)]
    return ": ".join([*words, _reason(inner)])


def _pool(api_url: str) -> "urllib3.PoolManager":
    """Return connections to one server, by way of the proxy that the environment names for it."""
    import urllib3
    from urllib3.util import make_headers, parse_url

    options: dict[str, Any] = {
        "maxsize": MAX_IDLE_CONNECTIONS,
        "ssl_context": _trusted_certificates(api_url),
    }
    proxy = _proxy_for(api_url)
    if proxy is None:
        return urllib3.PoolManager(**options)
    try:
        auth = parse_url(proxy).auth
        sent = make_headers(proxy_basic_auth=unquote(auth)) if auth else None
        return urllib3.ProxyManager(proxy, proxy_headers=sent, **options)
    except ValueError as wrong:
        raise _wrong_proxy(wrong) from None


def _proxy_for(api_url: str) -> str | None:
    """Return the address of the proxy; None where there is none, or NO_PROXY names the server."""
    from urllib.request import getproxies, proxy_bypass

    server, proxies = urlsplit(api_url), getproxies()
    found = proxies.get(server.scheme) or proxies.get("all")
    if not found or proxy_bypass(server.netloc):
        return None
    return found if "://" in found else f"http://{found}"


def _trusted_certificates(api_url: str) -> "ssl.SSLContext | None":
    """Return those of SSL_CERT_FILE and SSL_CERT_DIR, else the system's.

    Without TLS there is nothing to verify, and loading them takes 40 ms.
    """
    if not api_url.startswith("https:"):
        return None
    import ssl

    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    try:
        if file or folder:
            return ssl.create_default_context(cafile=file, capath=folder)
        from truststore import SSLContext

        return SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    except OSError as wrong:
        raise _wrong_certificates(wrong) from None


def _wrong_proxy(wrong: Exception) -> ConfigError:
    """Return the error for a proxy that cannot be used."""
    why = _PASSWORD.sub("//", str(wrong))
    return ConfigError(
        f"The proxy settings cannot be used: {why}.",
        where="HTTPS_PROXY",
        hint="They come from the environment: correct or unset HTTPS_PROXY, HTTP_PROXY and "
        "ALL_PROXY.",
    )


def _wrong_certificates(wrong: Exception) -> ConfigError:
    """Return the error for certificates that cannot be loaded."""
    return ConfigError(
        f"The certificates to trust cannot be loaded: {wrong}.",
        where="SSL_CERT_FILE",
        hint="It comes from the environment, as SSL_CERT_DIR does: correct or unset it.",
    )


def httpx2_session(api_url: str) -> Httpx2Session:
    """Return a session of its own. Raises ConfigError."""
    return Httpx2Session(open_httpx2_client(api_url))


def open_httpx2_client(api_url: str) -> "httpx2.Client":
    """Return connections to one server, for any number of threads. Raises ConfigError."""
    import httpx2

    logging.getLogger("httpx2").addFilter(_holds_no_code)
    timeout = httpx2.Timeout(ANSWER_TIMEOUT, connect=CONNECT_TIMEOUT)
    limits = httpx2.Limits(
        max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_IDLE_CONNECTIONS
    )
    tls = api_url.startswith("https:")  # without it there is nothing to verify
    try:
        return httpx2.Client(timeout=timeout, verify=tls, limits=limits)
    except (ValueError, ImportError, httpx2.InvalidURL) as wrong:
        raise _wrong_proxy(wrong) from None
    except OSError as wrong:
        raise _wrong_certificates(wrong) from None


def _holds_no_code(record: logging.LogRecord) -> bool:
    """Return whether a log record holds no code of a manifest.

    Both libraries log the address of each request, and the code stands in its path. Until it is
    traded in, whoever has it can fetch the App's private key.
    """
    return MANIFESTS not in record.getMessage()
