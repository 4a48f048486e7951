"""Registering the App of this server: a form, GitHub's own page, and back with a code.

Follows "Registering a GitHub App from a manifest". Nobody can sign in without an App, so
whoever has the code from the server's log may do this.
"""

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, SecretStr
from starlette.requests import Request
from starlette.responses import Response

from bot.errors import (
    ConfigError,
    GitHubError,
    MilepostError,
    RefusedError,
    UnavailableError,
    UncertainWriteError,
)
from bot.github.addresses import web_root
from bot.github.registration import LONGEST_NAME, AppAddresses, form_action, manifest
from bot.github.rights import REACH, Reach
from bot.server.app_registration import PAGE, Registrar, api_of, is_reachable
from bot.server.pages import sign_in
from bot.server.pages.frame import Frame, PageError
from bot.server.pages.response_headers import page_policy
from bot.server.pages.sessions import PendingSignIn
from bot.settings import DEFAULT_API_URL

DONE = f"{PAGE}/done"
SETUP = "/setup"
HOOK = "/webhooks/github"
REACHES = {
    Reach.PUBLIC: ("Public repositories", "It keeps plans in public repositories."),
    Reach.PRIVATE: (
        "Private repositories, too",
        "It can also read the settings, the guide and the pull requests of private ones.",
    ),
    Reach.FILES: (
        "And write files",
        "It can also write files: settings from a page here, badges, pictures, reports.",
    ),
}


class RegistrationForm(BaseModel):
    """The fields of the form.

    `owner` is "me" or "organization", `who` may install the App "mine" or "anybody". `github` is
    the address of an Enterprise Server, empty for github.com.
    """

    model_config = ConfigDict(frozen=True)

    name: str = ""
    owner: str = "me"
    organization: str = ""
    reach: Reach = Reach.FILES
    who: str = "mine"
    github: str = ""

    @property
    def account(self) -> str | None:
        """Return the organization that is to own the App; None for the person."""
        return self.organization if self.owner == "organization" else None


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
        except ConfigError as error:
            wrong[field] = message or str(error)

    api_url, action, made = frame.config.api_url, "", dict[str, Any]()
    with errors_of("github"):
        api_url = api_of(form.github) if form.github and not _is_configured(frame) else api_url
    with errors_of("organization", "Write its name as in its address on GitHub."):
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
    values = {
        name: fields[name].strip() for name in RegistrationForm.model_fields if name in fields
    }
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
        raise PageError(
            400,
            "This registration can't be completed",
            "It started more than an hour ago, in another browser, or somewhere else. Start again "
            "with the address in the server's log.",
        )
    try:
        app = registrar.register(query.get("code", ""), api_url=pending.then)
    except RefusedError:
        return frame.redirect("/")
    except MilepostError as error:
        raise _not_registered(error) from None
    response = frame.page(request, "register-done.html.j2", app=app)
    frame.sessions.end_sign_in(response, "register")
    return response


def _not_registered(error: MilepostError) -> PageError:
    match error:
        case UnavailableError():
            detail = "GitHub does not answer just now. Reload this page in a minute."
            return PageError(503, "The App isn't registered yet", detail, again=60)
        case GitHubError() | UncertainWriteError():
            return PageError(400, "GitHub did not send the App's key", str(error))
    detail = (
        f"{error} The App is on GitHub, but its key is lost: delete the App there in its settings, "
        "fix this, and start again."
    )
    return PageError(500, "The App's key could not be saved", detail)


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
    """Return whether the environment names the GitHub."""
    return frame.config.api_url != DEFAULT_API_URL


def _name_for(public: str) -> str:
    """Return a name that is likely to be free: names are unique on a GitHub."""
    host = urlsplit(public).hostname or ""
    name = f"Milepost at {host}"
    if "." in host and not host[-1].isdigit() and len(name) <= LONGEST_NAME:
        return name
    return f"Milepost {secrets.token_hex(2)}"
