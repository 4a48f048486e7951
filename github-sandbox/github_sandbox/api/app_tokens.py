"""JSON web tokens of Apps: who signed, and whether the times in them are allowed. And secrets.

Rules after GitHub's "Generating a JSON Web Token (JWT) for a GitHub App": RS256, `iat` not in the
future, `exp` at most ten minutes ahead, `iss` the client id or the App's id.
"""

import base64
import binascii
from typing import Any

from github_sandbox.state.objects import App
from github_sandbox.state.refusals import NotFound, Unauthorized
from github_sandbox.world import World

LONGEST = 600  # seconds
UNREADABLE = "A JSON web token could not be decoded"


def looks_like_jwt(value: str) -> bool:
    """Whether this is a JWT and no token of GitHub's own."""
    return value.count(".") == 2 and not value.startswith("gh")


def name_and_password(value: str) -> tuple[str, str]:
    """Basic credentials. Raises Unauthorized."""
    try:
        name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Unauthorized("Bad credentials") from None
    return name, password


def client_of(world: World, name: str, password: str) -> App | None:
    """The App whose client id this is, told by its secret; None for the name of no App.

    Raises Unauthorized.
    """
    for app in world.apps.values():
        if app.client_id == name:
            if app.client_secret != password:
                raise Unauthorized("Bad credentials")
            return app
    return None


def app_of(world: World, value: str) -> App:
    """The App that signed this JWT. Raises Unauthorized, or NotFound for an unknown issuer."""
    import jwt

    try:
        claims: dict[str, Any] = jwt.decode(value, options={"verify_signature": False})
    except jwt.PyJWTError:
        raise Unauthorized(UNREADABLE) from None
    issuer = str(claims.get("iss", ""))
    for app in world.apps.values():
        if issuer in {app.client_id, str(app.id)}:
            break
    else:
        raise NotFound("Integration not found")
    try:
        jwt.decode(
            value,
            app.public_key,
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_iat": False, "verify_aud": False},
        )
    except jwt.PyJWTError:
        raise Unauthorized(UNREADABLE) from None
    _check_times(claims, world.clock.exact().timestamp())
    return app


def _check_times(claims: dict[str, Any], now: float) -> None:
    issued, expires = claims.get("iat"), claims.get("exp")
    if not isinstance(issued, int) or issued > now:
        raise Unauthorized(
            "'Issued at' claim ('iat') must be an Integer representing the time that the "
            "assertion was issued"
        )
    if not isinstance(expires, int | float) or expires <= now:
        raise Unauthorized(
            "'Expiration time' claim ('exp') must be a numeric value representing the future time "
            "at which the assertion expires"
        )
    if expires > now + LONGEST:
        raise Unauthorized("'Expiration time' claim ('exp') is too far in the future")
