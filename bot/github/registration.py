"""Registers a GitHub App by its manifest, and returns what GitHub gives for it.

The flow after "Registering a GitHub App from a manifest": a page of ours posts the manifest to
GitHub, a person confirms it there, GitHub sends them back with a code, and the code is traded in
within an hour, once, for the App's key and secrets. The credentials are in a file that only its
owner can read, replaced whole.
"""

import json
import os
import re
import stat
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from bot.errors import ConfigError, GitHubError, RefusedError, UncertainWriteError
from bot.github.addresses import is_http_address, web_root
from bot.github.api_client import ApiClient, ApiRequest
from bot.github.errors import error_of
from bot.github.http_session import MANIFESTS
from bot.github.rights import REACH, Reach, events

LONGEST_NAME = 34  # "Registering a GitHub App"
MOST_CALLBACKS = 10
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_AGAIN = "Register again; an App that came about all the same can be deleted in GitHub's settings."


class Registered(BaseModel):
    """Hold an App and what is needed to act as it. `api_url` is the GitHub that knows it.

    The secrets show in no repr. `webhook_secret` is None for an App without webhooks.
    """

    model_config = ConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, populate_by_name=True
    )

    id: int
    client_id: str
    slug: str
    name: str
    html_url: str
    api_url: str
    private_key: SecretStr = Field(validation_alias=AliasChoices("pem", "private_key"))
    webhook_secret: SecretStr | None
    client_secret: SecretStr

    @property
    def install_url(self) -> str:
        """Return where a person chooses the account and the repositories to install it on."""
        return f"{self.html_url.rstrip('/')}/installations/new"


class AppAddresses(NamedTuple):
    """Name an App's addresses: its home page, where the code goes, webhooks, people after
    installing, and people after signing in. Without `webhook` it gets no events."""

    home: str
    redirect: str
    webhook: str | None = None
    setup: str | None = None
    callbacks: Sequence[str] = ()


def manifest(
    name: str, addresses: AppAddresses, *, reach: Reach = Reach.PRIVATE, public: bool = False
) -> dict[str, Any]:
    """Return the manifest of an App that can do what Milepost needs and nothing else.

    `public` lets other accounts install it. Raises ConfigError for what GitHub refuses.
    """
    home, redirect, webhook, setup, callbacks = addresses
    if not 1 <= len(name.strip()) <= LONGEST_NAME:
        raise ConfigError(
            f"The App's name has {len(name.strip())} characters; GitHub takes 1 to {LONGEST_NAME}."
        )
    if len(callbacks) > MOST_CALLBACKS:
        raise ConfigError(f"GitHub takes up to {MOST_CALLBACKS} callback addresses.")
    made: dict[str, Any] = {
        "name": name.strip(),
        "url": _address(home),
        "redirect_url": _address(redirect),
        "public": public,
        "default_permissions": REACH[reach].permissions,
        "default_events": list(events(reach)) if webhook is not None else [],
    }
    if webhook is not None:
        made["hook_attributes"] = {"url": _address(webhook), "active": True}
    if setup is not None:
        made["setup_url"] = _address(setup)
    if callbacks:
        made["callback_urls"] = [_address(one) for one in callbacks]
    return made


def form_action(api_url: str, *, state: str, organization: str | None = None) -> str:
    """Return where the form on GitHub goes that posts the manifest of a person or an organization.

    GitHub hands `state` back with the code: one that nobody can guess, and that is checked then,
    keeps others from slipping in an App of theirs. Raises ConfigError.
    """
    owner = ""
    if organization is not None:
        if not _LOGIN.fullmatch(organization.strip()):
            raise ConfigError(f"'{organization}' is no name of an organization.")
        owner = f"/organizations/{organization.strip()}"
    return f"{web_root(api_url)}{owner}/settings/apps/new?{urlencode({'state': state})}"


def convert(code: str, calls: ApiClient) -> Registered:
    """Trade the code in. It works once, so nothing is tried again.

    Raises GitHubError for a code that is used up, too old or made up, UncertainWriteError when the
    answer was lost, UnavailableError when GitHub cannot be reached.
    """
    path = f"{MANIFESTS}{quote(code, safe='')}/conversions"
    shown = f"{MANIFESTS}{{code}}/conversions"
    try:
        answer = calls.send(ApiRequest("POST", path), repeatable=False)
    except UncertainWriteError:
        raise UncertainWriteError(
            "GitHub's answer with the App's key was lost.", hint=_AGAIN
        ) from None
    if answer.status in {404, 422} and answer.data is not None:
        raise GitHubError(
            "GitHub does not take this code: it is used up, or older than an hour.", hint=_AGAIN
        )
    answer = answer._replace(path=shown)
    if answer.status >= 400:
        raise error_of(answer, "the App's registration")
    return from_data(answer.json(), api_url=calls.api_url, where=shown)


def from_data(data: Any, *, api_url: str | None = None, where: str) -> Registered:
    """Read what GitHub answered, or what was stored. Raises ConfigError that names fields only."""
    given = dict(data) if isinstance(data, Mapping) else {}
    if api_url is not None:
        given["api_url"] = api_url
    try:
        return Registered.model_validate(given)
    except ValidationError as wrong:
        fields = ", ".join(str(error["loc"][0]) for error in wrong.errors())
        raise ConfigError(f"The App's credentials lack something: {fields}.", where=where) from None


def save_credentials(path: Path, app: Registered, *, replace: bool = False) -> None:
    """Write an App's credentials to a file, mode 0600, in a folder that is made if need be.

    Raises RefusedError when there is one already, without `replace`: its key may be the
    only copy. Raises ConfigError when it cannot be written.
    """
    if path.exists() and not replace:
        raise RefusedError(
            "There are credentials of an App already.",
            where=str(path),
            hint="Move the file away to register another App.",
        )
    fields = {k: v.get_secret_value() if isinstance(v, SecretStr) else v for k, v in app}
    content = json.dumps(fields, indent=2).encode()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(path, content)
    except OSError as broken:
        raise ConfigError(
            f"The App's credentials cannot be kept: {broken.strerror}.", where=str(path)
        ) from None


def load_credentials(path: Path) -> Registered | None:
    """Return the credentials in a file; None when there is none.

    Raises ConfigError for one that others can read, or that is damaged.
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise ConfigError("The App's credentials cannot be read.", where=str(path)) from None
    if os.name == "posix" and mode & _OTHERS:
        raise ConfigError(
            "Others on this machine can read the App's key.",
            where=str(path),
            hint=f"Run `chmod 600 {path}`; if they may have read it, make a new key on GitHub.",
        )
    try:
        data = json.loads(text)
    except ValueError:
        raise ConfigError("The App's credentials are damaged.", where=str(path)) from None
    return from_data(data, where=str(path))


def _write(path: Path, content: bytes) -> None:
    # mkstemp makes the file readable by its owner only, whatever the umask.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _address(url: str) -> str:
    if not is_http_address(url.strip()):
        raise ConfigError(f"'{url.rpartition('@')[2]}' is no address that GitHub could send to.")
    return url.strip()
