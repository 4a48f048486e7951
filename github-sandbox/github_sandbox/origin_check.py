"""Keeps other sites' pages away from a sandbox that runs in the background of someone's browser.

A web page elsewhere can make a browser send requests to 127.0.0.1. So the Host must be a loopback
name or the sandbox's own (against DNS rebinding), and a request that changes something must not
come from another origin. The REST API needs no more than that: a browser adds no token by itself.
One form comes from elsewhere by design, that which proposes a manifest, for all it does is show a
page.
"""

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FROM_ELSEWHERE = re.compile(r"(/organizations/[^/]+)?/settings/apps/new")


def is_allowed(method: str, path: str, headers: Headers, hosts: frozenset[str]) -> bool:
    """Whether a request was meant for the sandbox and, if it changes anything, made by it."""
    host = headers.get("host", "")
    if _name(f"//{host}") not in hosts:
        return False
    if method in SAFE or FROM_ELSEWHERE.fullmatch(path):
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
