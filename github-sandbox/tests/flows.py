"""GitHub's web flow in short: what a browser sends, and where it is sent back to."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2

from github_sandbox.state.grants import challenge_of
from github_sandbox.state.objects import App

HOST = "http://127.0.0.1:9"
MANIFEST: dict[str, Any] = {
    "name": "Paths of Ada",
    "url": HOST,
    "redirect_url": f"{HOST}/register/done",
    "setup_url": f"{HOST}/setup",
    "callback_urls": [f"{HOST}/signed-in"],
    "hook_attributes": {"url": f"{HOST}/hooks", "active": False},
    "default_permissions": {"issues": "write"},
    "default_events": ["issues"],
}
VERIFIER = "v" * 43
PKCE = {"code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256"}
Fields = dict[str, Any]


def query_of(answer: httpx2.Response) -> dict[str, str]:
    """What somebody is sent back with."""
    assert answer.status_code == 302, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def hidden(answer: httpx2.Response) -> dict[str, str]:
    """The hidden fields of a page's forms."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text)
    return {name: unescape(value) for name, value in found}


def send(web: httpx2.Client, app: App, **query: str) -> httpx2.Response:
    given = {"client_id": app.client_id, "redirect_uri": f"{HOST}/signed-in", "state": "s&1"}
    return web.get("/login/oauth/authorize", params={**given, **PKCE, **query})


def code_of(web: httpx2.Client, app: App) -> str:
    page = send(web, app)
    if page.status_code == 302:
        return query_of(page)["code"]
    data = hidden(page) | {"authorize": "1"}
    return query_of(web.post("/login/oauth/authorize", data=data))["code"]


def trade(web: httpx2.Client, app: App, code: str, **other: str) -> httpx2.Response:
    data = {
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "code": code,
        "code_verifier": VERIFIER,
        **other,
    }
    accept = {"Accept": "application/json"}
    return web.post("/login/oauth/access_token", data=data, headers=accept)


def token_of(web: httpx2.Client, app: App) -> str:
    return str(trade(web, app, code_of(web, app)).json()["access_token"])
