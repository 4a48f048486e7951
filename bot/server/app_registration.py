"""Registers the App of a server that has none, while it runs, and has it go to work.

Only for whoever read the log: else the first who comes by could slip in an App of theirs. All
processes on one database log the same code, so that each of them may be the one that is reached. It
is worth nothing once there is an App.
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
from bot.github import credentials, registration
from bot.github.api_client import ApiClient
from bot.github.registration import Registered
from bot.github.retry import WaitPolicy
from bot.server.keys import Keys
from bot.server.server import CREDENTIALS

if TYPE_CHECKING:
    from bot.server.server import Server

log = logging.getLogger(__name__)

PAGE = "/register"
PATIENCE = 5.0  # seconds that a person waits for what GitHub wants to wait
# Strict, for it goes into headers of ours.
_GITHUB = re.compile(
    r"(?P<scheme>https?://)?(?P<name>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?)"
)


class Registrar:
    """Gives a server its App, once. Threads may share it."""

    def __init__(self, server: "Server") -> None:
        self._server = server
        self._code = Keys.of(server.config, server.store).sign("registration code", "")
        self._turn = threading.Lock()

    def fits(self, code: str) -> bool:
        """Whether it is the code that the log told; takes the same time for all that are not."""
        return hmac.compare_digest(self._code.encode(), code.encode())

    @property
    def done(self) -> bool:
        """Whether there is an App, registered here or named by the environment."""
        return self._server.config.issuer is not None

    def announce(self, base: str) -> None:
        """Tell the log where an App is registered, when there is none."""
        if not self.done:
            address = f"{base}{PAGE}?{urlencode({'code': self._code})}"
            log.warning("register the App of this server at %s", address)

    def check_place(self) -> None:
        """Raise ConfigError when credentials could not be kept, before they are made."""
        folder = self._server.config.data_dir
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as broken:
            raise ConfigError(f"{broken.strerror}.", where=str(folder)) from None
        if not os.access(folder, os.W_OK | os.X_OK):
            raise ConfigError("nothing can be written there.", where=str(folder))
        if (folder / CREDENTIALS).exists():
            raise ConfigError(
                "there are credentials of an App already.",
                where=str(folder / CREDENTIALS),
                hint="Start the server anew to use them, or move the file away.",
            )

    def register(self, code: str, *, api_url: str) -> Registered:
        """Trade GitHub's code in, keep what it gives, and go to work as that App.

        Raises RefusedError when there is one already, ConfigError when the credentials cannot be
        kept or used, and what `convert` raises.
        """
        with self._turn:
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
            credentials.save(self._server.config.data_dir / CREDENTIALS, app)
            self._server.act_as_app()
        log.info("registered an App")
        return app


def api_of(host: str) -> str:
    """The API of a GitHub whose pages are at `host`, as `https://HOST` or only HOST.

    An Enterprise Server has it below its own address, GitHub's clouds have it beside theirs. Raises
    ConfigError for what is no address.
    """
    found = _GITHUB.fullmatch(host.strip().rstrip("/").lower())
    if found is None:
        raise ConfigError("This is no address of a GitHub: write it as https://HOST.")
    scheme, name = found["scheme"] or "https://", found["name"]
    if name == "github.com" or name.endswith(".ghe.com"):
        return f"{scheme}api.{name}"
    return f"{scheme}{name}/api/v3"


def is_reachable(address: str, api_url: str) -> bool:
    """Whether that GitHub may bring deliveries to a server at `address`.

    It refuses to call the machine that it is on itself, and what is at home in a private network
    only an Enterprise Server can reach.
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
