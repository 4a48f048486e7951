"""Registering the App: a form, GitHub's own page, and back with a code.

The flow after "Registering a GitHub App from a manifest". Nobody has signed in yet, for there is no
App to sign in with: whoever holds the code that the log told may do this.
"""

import json
import secrets
from collections.abc import Mapping
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
from bot.github.registration import LONGEST_NAME, form_action, manifest
from bot.github.rights import REACH, Reach
from bot.server.app_registration import PAGE, Registrar, api_of, is_reachable
from bot.server.pages import sign_in
from bot.server.pages.frame import Frame, PageError, PagePolicy
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
        "It can also write files: settings made on a page here, badges, pictures, reports.",
    ),
}


class RegistrationForm(BaseModel):
    """What somebody filled in. `owner` is me or organization, `who` may install it mine or anybody.

    `github` is the address of an Enterprise Server, empty for github.com.
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
        """The organization that is to own it, None for the person."""
        return self.organization if self.owner == "organization" else None


def add(app: FastAPI, frame: Frame) -> None:
    """The pages, for as long as there is no App."""
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

    def done(request: Request) -> Response:
        return _done(frame, registrar, request)

    app.add_route(PAGE, show_form, methods=["GET"])
    app.add_route(PAGE, send, methods=["POST"])
    app.add_route(DONE, done, methods=["GET"])


def _form(
    frame: Frame,
    registrar: Registrar,
    request: Request,
    code: str,
    form: RegistrationForm | None = None,
    wrong: Mapping[str, str] | None = None,
) -> Response:
    """The form, or what is asked before it is shown."""
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
    """Show what will be asked of GitHub, and the button that goes there."""
    code = fields.get("code", "")
    if "name" not in fields or not registrar.fits(code):
        return _form(frame, registrar, request, code)
    form = _read_form(fields)
    state, wrong = secrets.token_urlsafe(32), {}
    api_url = frame.config.api_url
    try:
        api_url = api_url if _is_configured(frame) or not form.github else api_of(form.github)
    except ConfigError as refused:
        wrong["github"] = refused.what
    try:
        action = form_action(api_url, state=state, organization=form.account)
    except ConfigError:
        action, wrong["organization"] = "", "Write its name as it stands in its address on GitHub."
    made: dict[str, Any] = {}
    try:
        made = _manifest(frame, request, form, api_url)
    except ConfigError as refused:
        wrong["name"] = refused.what
    try:
        registrar.check_place()
    except ConfigError as refused:
        wrong["place"] = str(refused)
    if wrong:
        return _form(frame, registrar, request, code, form, wrong)
    response = frame.page(
        request,
        "register-send.html.j2",
        allowed=PagePolicy(form_to=web_root(api_url)),
        action=action,
        manifest=json.dumps(made),
        values=form,
        github=urlsplit(web_root(api_url)).netloc,
        permissions=REACH[form.reach].permissions,
        receives_webhooks="hook_attributes" in made,
    )
    going = PendingSignIn(errand="register", state=SecretStr(state), then=api_url)
    frame.sessions.begin_sign_in(response, going)
    return response


def _read_form(fields: Mapping[str, str]) -> RegistrationForm:
    values = {
        name: fields[name].strip() for name in RegistrationForm.model_fields if name in fields
    }
    if values.get("reach") not in set(Reach):
        values.pop("reach", None)  # no page of ours offers it
    return RegistrationForm.model_validate(values)


def _done(frame: Frame, registrar: Registrar, request: Request) -> Response:
    """They are back: take the App up, and lead on to installing it."""
    query = request.query_params
    going = frame.sessions.pending_sign_in(request, "register")
    if going is None or not going.fits(query.get("state", "")):
        if registrar.done:
            return frame.redirect("/")
        raise PageError(
            400,
            "This registration was not begun here",
            "Or it was longer ago than an hour, or in another browser. Begin again with the "
            "address in the server's log.",
        )
    try:
        app = registrar.register(query.get("code", ""), api_url=going.then)
    except RefusedError:
        return frame.redirect("/")
    except MilepostError as refused:
        raise _not_registered(refused) from None
    response = frame.page(request, "register-done.html.j2", app=app)
    frame.sessions.end_sign_in(response, "register")
    return response


def _not_registered(refused: MilepostError) -> PageError:
    match refused:
        case UnavailableError():
            detail = "GitHub does not answer just now. Load this page again in a minute."
            return PageError(503, "The App is not taken up yet", detail, again=60)
        case GitHubError() | UncertainWriteError():
            return PageError(400, "GitHub did not hand over the App's key", str(refused))
        case _:
            detail = (
                f"{refused} The App is on GitHub, but its key is lost: delete it there in its "
                "settings, see to this, and begin again."
            )
            return PageError(500, "The App's key could not be kept", detail)


def _manifest(
    frame: Frame, request: Request, form: RegistrationForm, api_url: str
) -> dict[str, Any]:
    """Raises ConfigError for what GitHub would refuse."""
    hook = frame.address(request, HOOK)
    return manifest(
        name=form.name,
        url=frame.address(request),
        webhook_url=hook if is_reachable(hook, api_url) else None,
        redirect_url=frame.address(request, DONE),
        setup_url=frame.address(request, SETUP),
        callback_urls=[frame.address(request, sign_in.BACK)],
        reach=form.reach,
        public=form.who == "anybody",
    )


def _is_configured(frame: Frame) -> bool:
    """Whether the environment says which GitHub it is."""
    return frame.config.api_url != DEFAULT_API_URL


def _name_for(public: str) -> str:
    """A name that nobody else is likely to have: they are unique on a GitHub."""
    host = urlsplit(public).hostname or ""
    name = f"Milepost at {host}"
    if "." in host and not host[-1].isdigit() and len(name) <= LONGEST_NAME:
        return name
    return f"Milepost {secrets.token_hex(2)}"
