"""Registers a GitHub App by its manifest, and keeps what GitHub gives for it.

The flow after "Registering a GitHub App from a manifest": a page of ours posts the manifest to
GitHub, a person confirms it there, GitHub sends them back with a code, and the code is traded in
within an hour, once, for the App's key and secrets.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from bot.errors import ConfigError, GitHubError, UncertainWriteError
from bot.github import problems
from bot.github.addresses import web_root
from bot.github.api_client import MANIFESTS, ApiClient, ApiRequest
from bot.github.rights import REACH, Reach, events

LONGEST_NAME = 34  # "Registering a GitHub App"
MOST_CALLBACKS = 10
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
_AGAIN = "Register again; an App that came about all the same can be deleted in GitHub's settings."


class Registered(BaseModel):
    """An App and what is needed to act as it. `api_url` is the GitHub that knows it.

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
        """Where a person chooses the account and the repositories to install it on."""
        return f"{self.html_url.rstrip('/')}/installations/new"


def manifest(
    *,
    name: str,
    url: str,
    webhook_url: str | None,
    redirect_url: str,
    setup_url: str | None = None,
    callback_urls: Sequence[str] = (),
    reach: Reach = Reach.PRIVATE,
    public: bool = False,
) -> dict[str, Any]:
    """The manifest of an App that can do what Milepost needs and nothing else.

    `url` is its home page, `redirect_url` gets the code, `setup_url` people after installing,
    `callback_urls` people after signing in. Without `webhook_url` it hears of nothing and looks by
    itself. `public` lets other accounts install it. Raises ConfigError for what GitHub refuses.
    """
    if not 1 <= len(name.strip()) <= LONGEST_NAME:
        raise ConfigError(
            f"The App's name has {len(name.strip())} characters; GitHub takes 1 to {LONGEST_NAME}."
        )
    if len(callback_urls) > MOST_CALLBACKS:
        raise ConfigError(f"GitHub takes up to {MOST_CALLBACKS} callback addresses.")
    made: dict[str, Any] = {
        "name": name.strip(),
        "url": _address(url),
        "redirect_url": _address(redirect_url),
        "public": public,
        "default_permissions": REACH[reach].permissions,
        "default_events": list(events(reach)) if webhook_url is not None else [],
    }
    if webhook_url is not None:
        made["hook_attributes"] = {"url": _address(webhook_url), "active": True}
    if setup_url is not None:
        made["setup_url"] = _address(setup_url)
    if callback_urls:
        made["callback_urls"] = [_address(one) for one in callback_urls]
    return made


def form_action(api_url: str, *, state: str, organization: str | None = None) -> str:
    """Where on GitHub the form goes that posts the manifest, for a person or an organization.

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
    if answer.status in {404, 422} and problems.decoded(answer) is not None:
        raise GitHubError(
            "GitHub does not take this code: it is used up, or older than an hour.", hint=_AGAIN
        )
    answer = answer._replace(path=shown)
    if answer.status >= 400:
        raise problems.problem(answer, "the App's registration")
    return from_data(answer.json(), api_url=calls.api_url, where=shown)


def from_data(data: Any, *, api_url: str | None = None, where: str) -> Registered:
    """What GitHub answered, or what was stored. Raises ConfigError that names the fields only."""
    given = dict(data) if isinstance(data, Mapping) else {}
    if api_url is not None:
        given["api_url"] = api_url
    try:
        return Registered.model_validate(given)
    except ValidationError as wrong:
        fields = ", ".join(str(error["loc"][0]) for error in wrong.errors())
        raise ConfigError(f"The App's credentials lack something: {fields}.", where=where) from None


def _address(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or "@" in parts.netloc:
        raise ConfigError(f"'{url.rpartition('@')[2]}' is no address that GitHub could send to.")
    return url.strip()
