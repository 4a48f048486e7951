"""Derives keys for this server's own use, each from one secret for one purpose."""

import base64
import hmac
import secrets
from hashlib import sha256

from bot.server.config import ServerConfig
from bot.server.store.store import Store

OWN = "own secret"  # the store's fact with the generated one


class Keys:
    """Derives keys from a secret, which is in no repr."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def of(cls, config: ServerConfig, store: Store) -> "Keys":
        """Return those of the environment's secret, else of one that all processes share."""
        if config.secret_key is not None:
            return cls(config.secret_key.get_secret_value().encode())
        return cls(store.repositories.set_fact_once(OWN, secrets.token_urlsafe(32)).encode())

    def for_purpose(self, purpose: str) -> bytes:
        """Return 32 bytes; a key for one purpose shows nothing of the others."""
        return hmac.digest(self._secret, f"milepost:{purpose}".encode(), sha256)

    def sealing(self, purpose: str) -> bytes:
        """Return the same key as Fernet takes it."""
        return base64.urlsafe_b64encode(self.for_purpose(purpose))

    def sign(self, purpose: str, text: str) -> str:
        """Return the signature of a text: 43 characters that fit into a URL or a form."""
        signature = hmac.digest(self.for_purpose(purpose), text.encode(), sha256)
        return base64.urlsafe_b64encode(signature).rstrip(b"=").decode()

    def code(self, purpose: str, text: str) -> str:
        """Return eight characters for a text that people can read to each other."""
        digest = hmac.digest(self.for_purpose(f"code:{purpose}"), text.encode(), sha256)
        return base64.b32encode(digest)[:8].decode()

    def fits(self, purpose: str, text: str, signature: str) -> bool:
        """Return whether it is the signature of the text, in constant time."""
        return hmac.compare_digest(self.sign(purpose, text).encode(), signature.encode())
