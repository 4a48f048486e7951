"""Keeps other sites' pages away from a sandbox that runs in the background of someone's browser.

A web page elsewhere can make a browser send requests to 127.0.0.1. So the Host must be a loopback
name (against DNS rebinding), and a request that changes something must not come from another
origin. The REST API needs no more than that: a browser adds no token by itself.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def is_ours(method: str, headers: Headers) -> bool:
    """Whether a request was meant for the sandbox and, if it changes anything, made by it."""
    host = headers.get("host", "")
    if _name(f"//{host}") not in LOOPBACK:
        return False
    if method in SAFE:
        return True
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return False
    return headers.get("sec-fetch-site", "none") in {"none", "same-origin"}


def _name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


class LoopbackOnly:
    """Middleware that answers 403 to everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not is_ours(scope["method"], Headers(scope=scope)):
            refusal = PlainTextResponse("The sandbox answers only to its own pages.", 403)
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)
