"""Registering the App of this server: a form, GitHub's own page, and back with a code.

Follows "Registering a GitHub App from a manifest". Nobody can sign in without an App, so whoever
has the code from the server's log may do this. All processes on one database log the same code, so
any of them may get the request. It is useless once there is an App.
"""

import hmac
import ipaddress
import json
import logging
import os
import re
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, SecretStr
from starlette.requests import Request
from starlette.responses import Response

from bot import errors
from bot.github import registration
from bot.github.addresses import web_root
from bot.github.api_client import ApiClient
from bot.github.http_session import httpx2_session
from bot.github.registration import LONGEST_NAME, AppAddresses, Registered, form_action, manifest
from bot.github.retry import WaitPolicy
from bot.github.rights import REACH, Reach
from bot.i18n import gettext as _
from bot.i18n import gettext_noop
from bot.server.keys import Keys
from bot.server.pages import sign_in
from bot.server.pages.frame import Frame, PageError
from bot.server.pages.response_headers import page_policy
from bot.server.pages.sessions import PendingSignIn
from bot.server.server import CREDENTIALS, Server
from bot.settings import DEFAULT_API_URL

log = logging.getLogger(__name__)

PAGE = "/register"
PATIENCE = 5.0  # seconds that a person waits for GitHub's limits
# Strict, because it goes into headers of ours.
_GITHUB = re.compile(
    r"(?P<scheme>https?://)?(?P<name>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?)"
)
DONE = f"{PAGE}/done"
SETUP = "/setup"
HOOK = "/webhooks/github"
REACHES = {
    Reach.PUBLIC: (gettext_noop("Public repositories"), gettext_noop("Writes plans there.")),
    Reach.PRIVATE: (
        gettext_noop("Private repositories, too"),
        gettext_noop("Also reads settings, guides and pull requests of private repositories."),
    ),
    Reach.FILES: (
        gettext_noop("And write files"),
        gettext_noop("Also writes settings, badges, pictures and reports."),
    ),
}


class RegistrationForm(BaseModel):
    """The fields of the form."""

    model_config = ConfigDict(frozen=True)

    name: str = ""
    owner: str = "me"  # or "organization"
    organization: str = ""
    reach: Reach = Reach.FILES
    who: str = "mine"  # who may install the App, or "anybody"
    github: str = ""  # the address of an Enterprise Server

    @property
    def account(self) -> str | None:
        """Return the organization that is to own the App; None for the person."""
        return self.organization if self.owner == "organization" else None


class Registrar:
    """Registers the App of a server, once. Threads may share it."""

    def __init__(self, server: Server) -> None:
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
            raise errors.ConfigError(f"{broken.strerror}.", where=str(folder)) from None
        if not os.access(folder, os.W_OK | os.X_OK):
            raise errors.ConfigError("the server can't write there.", where=str(folder))
        if (folder / CREDENTIALS).exists():
            raise errors.ConfigError(
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
                raise errors.RefusedError("There is an App already.")
            sleep = self._server.stop_signal.sleep
            policy = WaitPolicy(self._server.clock, sleep, max_wait=PATIENCE)
            with closing(ApiClient(api_url, connect=httpx2_session, policy=policy)) as calls:
                app = registration.convert(code, calls)
            registration.save_credentials(self._server.config.data_dir / CREDENTIALS, app)
            self._server.act_as_app()
        log.info("registered an App")
        return app


def api_of(host: str) -> str:
    """Return the API's URL of the GitHub at `https://HOST` or HOST. Raises ConfigError."""
    found = _GITHUB.fullmatch(host.strip().rstrip("/").lower())
    if found is None:
        raise errors.ConfigError("This isn't the address of a GitHub. Write it as https://HOST.")
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
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return f".{host}".endswith(".localhost")
    return number.is_loopback or number.is_unspecified


def _private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".home.arpa"))


def add(app: FastAPI, frame: Frame) -> None:
    """Add the pages, which redirect to `/` once there is an App."""
    registrar = Registrar(frame.server)
    app.state.registrar = registrar
    registrar.announce(frame.config.public_url or frame.server.listens_at)

    def show_form(request: Request) -> Response:
        if registrar.done:
            return frame.redirect("/")
        return _form(frame, registrar, request, request.query_params.get("code", ""))

    def send(request: Request) -> Response:
        fields = frame.form(request, None)
        if registrar.done:
            return frame.redirect("/")
        return _sent(frame, registrar, request, fields)

    app.add_route(PAGE, show_form, methods=["GET"])
    app.add_route(PAGE, send, methods=["POST"])
    app.add_route(DONE, partial(_done, frame, registrar), methods=["GET"])


def _form(
    frame: Frame,
    registrar: Registrar,
    request: Request,
    code: str,
    form: RegistrationForm | None = None,
    wrong: Mapping[str, str] | None = None,
) -> Response:
    """Return the form, or the page that asks for the code first."""
    if not registrar.fits(code):
        return frame.page(
            request, "register-code.html.j2", status=403 if code else 200, refused=bool(code)
        )
    public = frame.address(request, "")
    form = form or RegistrationForm(name=_name_for(public))
    return frame.page(
        request,
        "register.html.j2",
        status=422 if wrong else 200,
        code=code,
        values=form,
        wrong=wrong or {},
        reaches=REACHES,
        longest=LONGEST_NAME,
        public=public,
        named=frame.config.public_url is not None,
        receives_webhooks=is_reachable(public, frame.config.api_url),
        fixed=_is_configured(frame),
    )


def _sent(
    frame: Frame, registrar: Registrar, request: Request, fields: Mapping[str, str]
) -> Response:
    """Show what GitHub will be asked for, and the button that goes there."""
    code = fields.get("code", "")
    if "name" not in fields or not registrar.fits(code):
        return _form(frame, registrar, request, code)
    form = _read_form(fields)
    state, wrong = secrets.token_urlsafe(32), dict[str, str]()

    @contextmanager
    def errors_of(field: str, message: str = "") -> Iterator[None]:
        try:
            yield
        except errors.ConfigError as error:
            wrong[field] = message or str(error)

    api_url, action, made = frame.config.api_url, "", dict[str, Any]()
    with errors_of("github"):
        api_url = api_of(form.github) if form.github and not _is_configured(frame) else api_url
    with errors_of("organization", _("Write its name as in its address on GitHub.")):
        action = form_action(api_url, state=state, organization=form.account)
    with errors_of("name"):
        made = _manifest(frame, request, form, api_url)
    with errors_of("place"):
        registrar.check_place()
    if wrong:
        return _form(frame, registrar, request, code, form, wrong)
    response = frame.page(
        request,
        "register-send.html.j2",
        policy=page_policy(form_to=web_root(api_url)),
        action=action,
        manifest=json.dumps(made),
        values=form,
        github=urlsplit(web_root(api_url)).netloc,
        permissions=REACH[form.reach].permissions,
        receives_webhooks="hook_attributes" in made,
    )
    pending = PendingSignIn(errand="register", state=SecretStr(state), then=api_url)
    frame.sessions.begin_sign_in(response, pending)
    return response


def _read_form(fields: Mapping[str, str]) -> RegistrationForm:
    known = RegistrationForm.model_fields.keys() & fields.keys()
    values = {name: fields[name].strip() for name in known}
    if values.get("reach") not in set(Reach):
        values.pop("reach", None)  # no page of ours offers it
    return RegistrationForm.model_validate(values)


def _done(frame: Frame, registrar: Registrar, request: Request) -> Response:
    """Register the App that GitHub made, and lead on to installing it."""
    query = request.query_params
    pending = frame.sessions.pending_sign_in(request, "register")
    if pending is None or not pending.fits(query.get("state", "")):
        if registrar.done:
            return frame.redirect("/")
        text = _("Start again with the address in the server's log.")
        raise PageError(400, _("This registration has expired"), text)
    try:
        app = registrar.register(query.get("code", ""), api_url=pending.then)
    except errors.RefusedError:
        return frame.redirect("/")
    except errors.MilepostError as error:
        raise _not_registered(error) from None
    response = frame.page(request, "register-done.html.j2", app=app)
    frame.sessions.end_sign_in(response, "register")
    return response


def _not_registered(error: errors.MilepostError) -> PageError:
    match error:
        case errors.UnavailableError():
            detail = _("GitHub doesn't answer. Reload this page in a minute.")
            return PageError(503, _("The App isn't registered yet"), detail, again=60)
        case errors.GitHubError() | errors.UncertainWriteError():
            return PageError(400, _("GitHub didn't send the App's key"), str(error))
    advice = _("Delete the App in its settings on GitHub, fix this and start again.")
    return PageError(500, _("The server couldn't save the App's key"), f"{error} {advice}")


def _manifest(
    frame: Frame, request: Request, form: RegistrationForm, api_url: str
) -> dict[str, Any]:
    """Return the manifest. Raises ConfigError for what GitHub would refuse."""
    hook = frame.address(request, HOOK)
    addresses = AppAddresses(
        home=frame.address(request),
        redirect=frame.address(request, DONE),
        webhook=hook if is_reachable(hook, api_url) else None,
        setup=frame.address(request, SETUP),
        callbacks=[frame.address(request, sign_in.BACK)],
    )
    return manifest(form.name, addresses, reach=form.reach, public=form.who == "anybody")


def _is_configured(frame: Frame) -> bool:
    return frame.config.api_url != DEFAULT_API_URL


def _name_for(public: str) -> str:
    """Return a name that is likely to be free: names are unique on a GitHub."""
    host = urlsplit(public).hostname or ""
    name = f"Milepost at {host}"
    if "." in host and not host[-1].isdigit() and len(name) <= LONGEST_NAME:
        return name
    return f"Milepost {secrets.token_hex(2)}"
