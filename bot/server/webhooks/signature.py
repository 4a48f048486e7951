"""Checks the signature of a webhook: GitHub's "Validating webhook deliveries"."""

import hmac
import re
from collections.abc import Sequence

_FORM = re.compile(rb"sha256=[0-9a-f]{64}")


class SignatureCheck:
    """Compares the X-Hub-Signature-256 of a request with that of its body, as the body arrives.

    Any of `secrets` may have signed it. All are compared, whichever matches, so that the time
    taken shows nothing.
    """

    def __init__(self, signature: bytes, secrets: Sequence[bytes]) -> None:
        self._signature = signature
        self._digests = [hmac.new(secret, digestmod="sha256") for secret in secrets]

    @property
    def may_hold(self) -> bool:
        """Return whether any body could have this signature."""
        return bool(self._digests) and _FORM.fullmatch(self._signature) is not None

    def update(self, piece: bytes) -> None:
        """Take the next piece of the body."""
        for digest in self._digests:
            digest.update(piece)

    @property
    def holds(self) -> bool:
        """Return whether the body up to here has the signature."""
        expected = [b"sha256=" + digest.hexdigest().encode() for digest in self._digests]
        return any([hmac.compare_digest(one, self._signature) for one in expected])  # noqa: C419
