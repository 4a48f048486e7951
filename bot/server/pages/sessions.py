"""Who is signed in: one sealed cookie, read by this server only. Nothing of it is stored here.

The cookie holds the person's own GitHub token, which reaches what both they and the App reach, so
that access is asked of GitHub each time and nobody keeps what GitHub has taken away.
"""

import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from cryptography.fernet import Fernet, InvalidToken
from pydantic import AwareDatetime, BaseModel, ConfigDict, SecretStr, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from bot.server.keys import Keys

LASTS = timedelta(hours=8)  # as GitHub's user tokens do
_SESSION = "session"
Errand = Literal["sign-in", "register"]
_GOING: dict[Errand, str] = {"sign-in": "going", "register": "registering"}
# A code of GitHub's is good for so long: after signing in, and after registering an App.
_GOING_LASTS: dict[Errand, timedelta] = {
    "sign-in": timedelta(minutes=10),
    "register": timedelta(hours=1),
}
_LARGEST = 3_500  # characters; browsers keep 4,096 with name and attributes


class Visitor(BaseModel):
    """A person who is signed in. The token shows in no repr."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: int
    login: str
    token: SecretStr
    until: AwareDatetime


class PendingSignIn(BaseModel):
    """What must come back from GitHub.

    `then` is where to go after signing in, a path of ours; for registering it is the API to ask.
    `verifier` is the secret of PKCE, empty where there is none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    errand: Errand
    state: SecretStr
    verifier: SecretStr = SecretStr("")
    then: str = "/"

    def fits(self, state: str) -> bool:
        """Whether this came back; takes the same time for all that did not."""
        return hmac.compare_digest(self.state.get_secret_value().encode(), state.encode())


class Sessions:
    """Reads and writes the cookies. `secure` where the server is reached by https; the clock is
    aware."""

    def __init__(self, keys: Keys, *, secure: bool, clock: Callable[[], datetime]) -> None:
        self._keys = keys
        self._seal = Fernet(keys.sealing("cookies"))
        self._secure = secure
        self._clock = clock

    def visitor(self, request: Request) -> Visitor | None:
        """Who asks; None for anybody who is not signed in, or not any more."""
        found = self._open(request, _SESSION, LASTS)
        if found is None:
            return None
        try:
            visitor = Visitor.model_validate_json(found)
        except ValidationError:
            return None
        return visitor if visitor.until > self._clock() else None

    def begin(self, response: Response, visitor: Visitor) -> None:
        """Sign somebody in."""
        content = {
            **visitor.model_dump(mode="json"),
            "token": visitor.token.get_secret_value(),
        }
        self._write(response, _SESSION, json.dumps(content), LASTS)

    def end(self, response: Response) -> None:
        """Sign them out."""
        self._drop(response, _SESSION)

    def begin_sign_in(self, response: Response, going: PendingSignIn) -> None:
        """Remember what must come back. Another attempt takes the place of an older one."""
        content = {
            **going.model_dump(mode="json"),
            "state": going.state.get_secret_value(),
            "verifier": going.verifier.get_secret_value(),
        }
        name, lasts = _GOING[going.errand], _GOING_LASTS[going.errand]
        self._write(response, name, json.dumps(content), lasts)

    def pending_sign_in(self, request: Request, errand: Errand) -> PendingSignIn | None:
        """What was remembered, as long as GitHub's code is good."""
        found = self._open(request, _GOING[errand], _GOING_LASTS[errand])
        try:
            going = PendingSignIn.model_validate_json(found) if found is not None else None
        except ValidationError:
            return None
        return going if going is not None and going.errand == errand else None

    def end_sign_in(self, response: Response, errand: Errand) -> None:
        """Forget what was remembered: a state is good once."""
        self._drop(response, _GOING[errand])

    def form_token(self, visitor: Visitor) -> str:
        """For a hidden field of a form, so that no other site can send it for them."""
        return self._keys.sign("form", f"{visitor.id} {visitor.until.isoformat()}")

    def is_form_token(self, visitor: Visitor, token: str) -> bool:
        """Whether a form came from one of our pages, shown to this person."""
        return self._keys.fits("form", f"{visitor.id} {visitor.until.isoformat()}", token)

    def _name(self, what: str) -> str:
        # With this prefix browsers take the cookie only over https, from this host, for all of it.
        return f"__Host-milepost-{what}" if self._secure else f"milepost-{what}"

    def _open(self, request: Request, what: str, lasts: timedelta) -> bytes | None:
        sealed = request.cookies.get(self._name(what), "")
        if not sealed or len(sealed) > _LARGEST:
            return None
        try:
            now = int(self._clock().timestamp())
            return self._seal.decrypt_at_time(
                sealed.encode(), ttl=int(lasts.total_seconds()), current_time=now
            )
        except (InvalidToken, UnicodeEncodeError):
            return None

    def _write(self, response: Response, what: str, content: str, lasts: timedelta) -> None:
        now = int(self._clock().timestamp())
        sealed = self._seal.encrypt_at_time(content.encode(), current_time=now).decode()
        if len(sealed) > _LARGEST:
            raise ValueError("a cookie that no browser keeps")
        response.set_cookie(
            self._name(what),
            sealed,
            max_age=int(lasts.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def _drop(self, response: Response, what: str) -> None:
        response.delete_cookie(
            self._name(what), path="/", secure=self._secure, httponly=True, samesite="lax"
        )
