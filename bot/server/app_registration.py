"""Registers the App of a server that has none, while it runs.

That takes a code from the log: else any visitor could register an App of their own. All processes
on one database log the same code, so any of them may get the request. It is useless once there is
an App.
"""

import hmac
import ipaddress
import logging
import os
import re
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from bot.errors import ConfigError, RefusedError
from bot.github import registration
from bot.github.api_client import ApiClient
from bot.github.registration import Registered
from bot.github.retry import WaitPolicy
from bot.server.keys import Keys
from bot.server.server import CREDENTIALS

if TYPE_CHECKING:
    from bot.server.server import Server

log = logging.getLogger(__name__)

PAGE = "/register"
PATIENCE = 5.0  # seconds that a person waits for GitHub's limits
# Strict, because it goes into headers of ours.
_GITHUB = re.compile(
    r"(?P<scheme>https?://)?(?P<name>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?)"
)


class Registrar:
    """Registers the App of a server, once. Threads may share it."""

    def __init__(self, server: "Server") -> None:
        self._server = server
        self._code = Keys.of(server.config, server.store).sign("registration code", "")
        self._lock = threading.Lock()

    def fits(self, code: str) -> bool:
        """Return whether it is the code in the log, in constant time."""
        return hmac.compare_digest(self._code.encode(), code.encode())

    @property
    def done(self) -> bool:
        """Return whether there is an App, registered here or named by the environment."""
        return self._server.config.issuer is not None

    def announce(self, base: str) -> None:
        """Log where to register an App, when there is none."""
        if not self.done:
            address = f"{base}{PAGE}?{urlencode({'code': self._code})}"
            log.warning("register the App of this server at %s", address)

    def check_place(self) -> None:
        """Raise ConfigError when credentials could not be stored, before GitHub makes them."""
        folder = self._server.config.data_dir
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as broken:
            raise ConfigError(f"{broken.strerror}.", where=str(folder)) from None
        if not os.access(folder, os.W_OK | os.X_OK):
            raise ConfigError("the server can't write there.", where=str(folder))
        if (folder / CREDENTIALS).exists():
            raise ConfigError(
                "there are credentials of an App already.",
                where=str(folder / CREDENTIALS),
                hint="Restart the server to use them, or move the file away.",
            )

    def register(self, code: str, *, api_url: str) -> Registered:
        """Exchange GitHub's code for credentials, store them, and start the work as that App.

        Raises RefusedError when there is one already, ConfigError when the credentials cannot be
        stored or used, and the errors of `convert`.
        """
        with self._lock:
            if self.done:
                raise RefusedError("There is an App already.")
            calls = ApiClient(
                api_url,
                policy=WaitPolicy(
                    self._server.clock, self._server.stop_signal.sleep, max_wait=PATIENCE
                ),
            )
            try:
                app = registration.convert(code, calls)
            finally:
                calls.close()
            registration.save_credentials(self._server.config.data_dir / CREDENTIALS, app)
            self._server.act_as_app()
        log.info("registered an App")
        return app


def api_of(host: str) -> str:
    """Return the API's URL of the GitHub at `host`, which is `https://HOST` or only HOST.

    An Enterprise Server has it below its own URL, GitHub's clouds on a host of its own. Raises
    ConfigError for other texts.
    """
    found = _GITHUB.fullmatch(host.strip().rstrip("/").lower())
    if found is None:
        raise ConfigError("This isn't the address of a GitHub. Write it as https://HOST.")
    scheme, name = found["scheme"] or "https://", found["name"]
    if name == "github.com" or name.endswith(".ghe.com"):
        return f"{scheme}api.{name}"
    return f"{scheme}{name}/api/v3"


def is_reachable(address: str, api_url: str) -> bool:
    """Return whether that GitHub can send deliveries to a server at `address`.

    It refuses to call loopback addresses; only an Enterprise Server may reach private networks.
    """
    ours, theirs = urlsplit(address).hostname or "", urlsplit(api_url).hostname or ""
    if _loopback(theirs):
        return True  # a stand-in on this machine
    if _loopback(ours):
        return False
    cloud = theirs == "api.github.com" or theirs.endswith(".ghe.com")
    return not cloud or not _private(ours)


def _loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return False
    return number.is_loopback or number.is_unspecified


def _private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".home.arpa"))
