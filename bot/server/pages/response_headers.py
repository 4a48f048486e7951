"""The headers of answers: what a browser may do with a page, and how long it may keep it."""

import hashlib
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

A_YEAR = 31_536_000  # seconds


def page_policy(*, script: bool = False, form_to: str = "", style: str = "'self'") -> str:
    """Return a Content-Security-Policy. `form_to` is another site that forms may go to."""
    rules = [
        "default-src 'none'",
        f"style-src {style}",
        "img-src 'self'",
        f"form-action 'self' {form_to}".rstrip(),
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
    if script:
        rules += ["script-src 'self'", "connect-src 'self'"]
    return "; ".join(rules)


def set_security_headers(headers: MutableHeaders, *, https: bool) -> None:
    """Add the headers of every answer, where it has no value of its own.

    `same-origin` tells other sites as little as `no-referrer` does; with that, browsers would call
    the origin of our own forms "null".
    """
    headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Cache-Control", "no-store")
    headers.setdefault("X-Robots-Tag", "noindex")
    if https:
        headers.setdefault("Strict-Transport-Security", f"max-age={A_YEAR}")


def with_security_headers(app: ASGIApp, *, https: bool) -> ASGIApp:
    """Return the same application, with the security headers in every answer."""

    async def secured(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                set_security_headers(MutableHeaders(scope=message), https=https)
            await send(message)

        await app(scope, receive, send_with_headers)

    return secured


def conditional_response(
    request: Request, content: bytes, media_type: str, headers: Mapping[str, str]
) -> Response:
    """Return the content with its ETag, or 304 when the request names that.

    The ETag is strong: equal for equal bytes only. It is compared weakly, as RFC 9110 has it for
    If-None-Match.
    """
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    response_headers = {**headers, "ETag": tag}
    requested = request.headers.get("If-None-Match", "").split(",")
    if not {one.strip().removeprefix("W/") for one in requested}.isdisjoint({tag, "*"}):
        return Response(status_code=304, headers=response_headers)
    return Response(content, headers=response_headers, media_type=media_type)
