"""The style sheet, script and icon of the pages, at addresses that change with their content."""

import hashlib
from typing import NamedTuple

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.templating import templates_root

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
CACHE_FOREVER = "public, max-age=31536000, immutable"
CACHE_BRIEFLY = "public, max-age=300"


class Asset(NamedTuple):
    """A file, its media type, and a hash of its content."""

    content: bytes
    media_type: str
    version: str


class Assets:
    """The assets in `templates/server`, read once."""

    def __init__(self) -> None:
        self._all = {
            file.name: _read(file.read_bytes(), TYPES[file.suffix])
            for file in sorted((templates_root() / "server").iterdir())
            if file.suffix in TYPES
        }

    def address(self, name: str) -> str:
        """Return the path of an asset. Raises KeyError for an unknown name."""
        return f"/assets/{name}?v={self._all[name].version}"

    def add(self, app: FastAPI) -> None:
        """Add the routes of the assets."""
        app.add_route("/assets/{name}", self._asset, methods=["GET"])
        # Browsers ask for it beside a page that names none, such as a report.
        app.add_route("/favicon.ico", self._icon, methods=["GET"])

    def _asset(self, request: Request) -> Response:
        found = self._all.get(request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        current = request.query_params.get("v") == found.version
        headers = {"Cache-Control": CACHE_FOREVER if current else CACHE_BRIEFLY}
        return Response(found.content, media_type=found.media_type, headers=headers)

    def _icon(self, _: Request) -> Response:
        return RedirectResponse(self.address("icon.svg"), 303)


def _read(content: bytes, media_type: str) -> Asset:
    return Asset(content, media_type, hashlib.sha256(content).hexdigest()[:16])
