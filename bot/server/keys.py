"""Keys for this server's own use, each made from one secret for one purpose."""

import base64
import hmac
import secrets
from hashlib import sha256

from bot.server.config import ServerConfig
from bot.server.store.store import Store

OWN = "own secret"  # under this name the store keeps the one that was made up


class Keys:
    """What is derived from a secret. It shows in no repr."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def of(cls, config: ServerConfig, store: Store) -> "Keys":
        """From the environment, else from the store: made up once, for all processes on it."""
        if config.secret_key is not None:
            return cls(config.secret_key.get_secret_value().encode())
        return cls(store.repositories.set_fact_once(OWN, secrets.token_urlsafe(32)).encode())

    def for_purpose(self, purpose: str) -> bytes:
        """32 bytes; those for one purpose tell nothing of those for another."""
        return hmac.digest(self._secret, f"milepost:{purpose}".encode(), sha256)

    def sealing(self, purpose: str) -> bytes:
        """The same as Fernet takes it."""
        return base64.urlsafe_b64encode(self.for_purpose(purpose))

    def sign(self, purpose: str, text: str) -> str:
        """A seal that nobody else can make: 43 characters for an address or a form."""
        made = hmac.digest(self.for_purpose(purpose), text.encode(), sha256)
        return base64.urlsafe_b64encode(made).rstrip(b"=").decode()

    def fits(self, purpose: str, text: str, seal: str) -> bool:
        """Whether it is that seal; takes the same time for all that is wrong."""
        return hmac.compare_digest(self.sign(purpose, text).encode(), seal.encode())
