"""Sessions: one encrypted cookie that only this server reads, and their ids in the store.

The cookie holds the person's own GitHub token, which reaches what both they and the App reach. So
access is asked of GitHub each time, and ends here when GitHub ends it. The store has nothing but
the ids of sessions that go on: signing out removes one, and with it every copy of the cookie ends.
"""

import hmac
import json
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal, TypeVar, cast

from cryptography.fernet import Fernet, InvalidToken
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from bot.server.keys import Keys
from bot.server.store.session_table import SessionTable

SESSION_LIFETIME = timedelta(hours=8)  # as GitHub's user tokens do
_SESSION = "session"
Errand = Literal["sign-in", "register"]
# The cookie of each, and how long GitHub's code is valid afterwards.
_PENDING: dict[Errand, tuple[str, timedelta]] = {
    "sign-in": ("going", timedelta(minutes=10)),
    "register": ("registering", timedelta(hours=1)),
}
_MAX_COOKIE = 3_500  # characters; browsers keep 4,096 with name and attributes

Content = TypeVar("Content", bound=BaseModel)


class Visitor(BaseModel):
    """A person who is signed in. The token shows in no repr."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: int
    login: str
    token: SecretStr
    until: AwareDatetime
    session: str = Field(default_factory=lambda: secrets.token_urlsafe(24))


class PendingSignIn(BaseModel):
    """What must come back from GitHub."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    errand: Errand
    state: SecretStr
    verifier: SecretStr = SecretStr("")  # the secret of PKCE, where there is one
    then: str = "/"  # the path to go to after signing in, or the URL of the API to register at

    def fits(self, state: str) -> bool:
        """Return whether this state came back, in constant time."""
        return hmac.compare_digest(self.state.get_secret_value().encode(), state.encode())


class Sessions:
    """Reads and writes the cookies. `secure` is whether the server is reached by https."""

    def __init__(
        self, keys: Keys, table: SessionTable, *, secure: bool, clock: Callable[[], datetime]
    ) -> None:
        self._keys = keys
        self._table = table
        self._seal = Fernet(keys.sealing("cookies"))
        self._secure = secure
        self._clock = clock

    def visitor(self, request: Request) -> Visitor | None:
        """Return the person who is signed in; None when nobody is, or not any more.

        The store is asked once for a request. When it fails, the page of that error is nobody's.
        """
        if not hasattr(request.state, "visitor"):
            ignore_visitor(request)
            visitor = self._open(request, _SESSION, SESSION_LIFETIME, Visitor)
            if visitor is not None and visitor.until > self._clock():
                request.state.visitor = visitor if self._table.goes_on(visitor.session) else None
        return cast("Visitor | None", request.state.visitor)

    def begin(self, response: Response, visitor: Visitor) -> None:
        """Sign a person in."""
        self._table.begin(visitor.session, visitor.until)
        self._write(response, _SESSION, visitor, SESSION_LIFETIME)

    def end(self, request: Request, response: Response) -> None:
        """Sign them out, wherever there is a copy of their cookie."""
        if (visitor := self.visitor(request)) is not None:
            self._table.end(visitor.session)
        self._drop(response, _SESSION)

    def begin_sign_in(self, response: Response, pending: PendingSignIn) -> None:
        """Remember what must come back. A new attempt replaces an older one."""
        name, lifetime = _PENDING[pending.errand]
        self._write(response, name, pending, lifetime)

    def pending_sign_in(self, request: Request, errand: Errand) -> PendingSignIn | None:
        """Return what was remembered, while GitHub's code is valid; None otherwise."""
        pending = self._open(request, *_PENDING[errand], PendingSignIn)
        return pending if pending is not None and pending.errand == errand else None

    def end_sign_in(self, response: Response, errand: Errand) -> None:
        """Forget what was remembered: a state is valid once."""
        self._drop(response, _PENDING[errand][0])

    def form_token(self, visitor: Visitor) -> str:
        """Return the hidden field of a form, so that no other site can send it for them."""
        return self._keys.sign("form", _form_text(visitor))

    def is_form_token(self, visitor: Visitor, token: str) -> bool:
        """Return whether a form came from one of our pages, shown to this person."""
        return self._keys.fits("form", _form_text(visitor), token)

    def _name(self, what: str) -> str:
        # With this prefix browsers take the cookie only over https, from this host, for all of it.
        return f"__Host-milepost-{what}" if self._secure else f"milepost-{what}"

    def _open(
        self, request: Request, what: str, lifetime: timedelta, model: type[Content]
    ) -> Content | None:
        sealed = request.cookies.get(self._name(what), "")
        if not sealed or len(sealed) > _MAX_COOKIE:
            return None
        try:
            now = int(self._clock().timestamp())
            content = self._seal.decrypt_at_time(
                sealed.encode(), ttl=int(lifetime.total_seconds()), current_time=now
            )
            return model.model_validate_json(content)
        except (InvalidToken, UnicodeEncodeError, ValidationError):
            return None

    def _write(self, response: Response, what: str, value: BaseModel, lifetime: timedelta) -> None:
        content = json.dumps(value.model_dump(), default=_in_clear).encode()
        now = int(self._clock().timestamp())
        sealed = self._seal.encrypt_at_time(content, current_time=now).decode()
        if len(sealed) > _MAX_COOKIE:
            raise ValueError("the cookie is too large for browsers")
        response.set_cookie(
            self._name(what),
            sealed,
            max_age=int(lifetime.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def _drop(self, response: Response, what: str) -> None:
        response.delete_cookie(
            self._name(what), path="/", secure=self._secure, httponly=True, samesite="lax"
        )


def ignore_visitor(request: Request) -> None:
    """Answer a request as nobody's, and ask the store nothing."""
    request.state.visitor = None


def _form_text(visitor: Visitor) -> str:
    return f"{visitor.id} {visitor.session}"


def _in_clear(value: object) -> str:
    """Return a value as text, secrets included: what is written is encrypted."""
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
