"""Answers that a browser or a proxy may keep, and ask about again by their ETag."""

import hashlib
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response


def etag(content: bytes) -> str:
    """A strong validator: equal for equal bytes only."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def conditional_response(
    request: Request, content: bytes, tag: str, media_type: str, headers: Mapping[str, str]
) -> Response:
    """The content, or 304 for who has it."""
    response_headers = {**headers, "ETag": tag}
    if _etag_matches(request.headers.get("If-None-Match", ""), tag):
        return Response(status_code=304, headers=response_headers)
    return Response(content, headers=response_headers, media_type=media_type)


def _etag_matches(header: str, tag: str) -> bool:
    """Compared weakly, as RFC 9110 has it for this field."""
    known = {one.strip().removeprefix("W/") for one in header.split(",")}
    return tag in known or "*" in known
