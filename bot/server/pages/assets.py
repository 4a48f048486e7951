"""The few files that pages are drawn with: served under an address that changes with them."""

import hashlib
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from bot.templating import templates_root

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
ENDED = "public, max-age=31536000, immutable"
MAY_CHANGE = "public, max-age=300"


class Asset(NamedTuple):
    """A file, its media type, and what tells one version from another."""

    content: bytes
    media_type: str
    version: str


class Assets:
    """Those of `templates/server`, read once."""

    def __init__(self) -> None:
        folder = templates_root() / "server"
        self._all = {
            file.name: _read(file.read_bytes(), TYPES[file.suffix])
            for file in sorted(folder.iterdir())
            if file.suffix in TYPES
        }

    def address(self, name: str) -> str:
        """Where a page finds it. Raises KeyError for what is not there."""
        return f"/assets/{name}?v={self._all[name].version}"

    def answer(self, request: Request) -> Response | None:
        """The file that an address names, to be kept for good when it names the version."""
        found = self._all.get(request.path_params["name"])
        if found is None:
            return None
        same = request.query_params.get("v") == found.version
        headers = {"Cache-Control": ENDED if same else MAY_CHANGE}
        return Response(found.content, media_type=found.media_type, headers=headers)


def _read(content: bytes, media_type: str) -> Asset:
    return Asset(content, media_type, hashlib.sha256(content).hexdigest()[:16])
