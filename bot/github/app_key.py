"""Signs with the App's private key: JSON web tokens that last some minutes.

Rules after "Generating a JSON Web Token (JWT) for a GitHub App": RS256, issued a minute ago to
allow for clocks, valid for ten minutes at most, the client id as issuer. PyJWT and cryptography
are imported by the first signature; both come with PyGithub.
"""

import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.errors import ConfigError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

BACKDATED = timedelta(seconds=60)
LASTS = timedelta(minutes=9)  # from now on; a clock that is a minute ahead still does no harm
SPARE = timedelta(minutes=2)  # a kept signature has at least so long to go


class AppKey:
    """Sign as one App, for all threads of a process. The key shows in no repr and no error.

    `issuer` is the App's client id, or its number.
    """

    def __init__(self, issuer: str, private_key: SecretStr) -> None:
        self.issuer = issuer.strip()
        if not self.issuer:
            raise ConfigError(
                "The App's client id is empty.", hint="Its settings on GitHub say it."
            )
        self._pem = private_key
        self._key: RSAPrivateKey | None = None
        self._cached: tuple[datetime, datetime, SecretStr] | None = None
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"AppKey({self.issuer!r})"

    def check(self) -> None:
        """Raise ConfigError when this is no private key that can sign."""
        with self._lock:
            self._loaded()

    def sign(self, now: datetime) -> SecretStr:
        """Return a JSON web token good now (aware), stored for minutes. Raises ConfigError."""
        with self._lock:
            if self._cached is not None:
                first, last, token = self._cached
                if first <= now <= last:
                    return token
            made = self._sign(now)
            self._cached = (now, now + LASTS - SPARE, made)
            return made

    def _sign(self, now: datetime) -> SecretStr:
        import jwt

        claims = {
            "iat": int((now - BACKDATED).timestamp()),
            "exp": int((now + LASTS).timestamp()),
            "iss": self.issuer,
        }
        return SecretStr(jwt.encode(claims, self._loaded(), algorithm="RS256"))

    def _loaded(self) -> "RSAPrivateKey":
        if self._key is None:
            self._key = _load(self._pem.get_secret_value())
        return self._key


def _load(text: str) -> "RSAPrivateKey":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    # Where a variable cannot hold line breaks, people write them as \n.
    pem = text.strip().replace("\\n", "\n")
    where = "the App's private key"
    hint = "It is the file that GitHub gave you, beginning with -----BEGIN RSA PRIVATE KEY-----."
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except TypeError:
        raise ConfigError("The key is encrypted.", where=where, hint=hint) from None
    except (ValueError, UnsupportedAlgorithm):
        raise ConfigError("This is no private key.", where=where, hint=hint) from None
    if not isinstance(key, RSAPrivateKey):
        raise ConfigError("This is no RSA key.", where=where, hint=hint)
    return key
