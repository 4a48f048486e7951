"""Attacks that were always refused: each is tried against a server that runs."""

import hashlib
import hmac
import json
import uuid
from collections.abc import Callable
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import quote

import httpx2
from attack.target import Target
from server.person import Person
from server.server_fixture import SECRET, headers

from bot.github.public_addresses import is_public
from bot.server.app import WEBHOOKS

PRIVATE = "keeper/diary"
INSIDE = """
0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 169.254.169.254 172.16.0.1 192.0.0.192 192.0.2.1 192.88.99.1
192.168.0.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255 168.63.129.16
:: ::1 ::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1::
3fff::1 5f00::1 fc00::1 fe80::1 fec0::1 ff02::1 ::127.0.0.1
"""
TEXTS = ("<script>alert(1)</script>", "{{7*7}}", "' OR 1=1 --", "%00", "../../etc/passwd", "\u202e")


class Held(NamedTuple):
    """What came of attacks of one kind: how many were tried, and those that got through."""

    tried: int
    through: tuple[str, ...]
    store: str = ""
    attack: str = ""

    @property
    def held(self) -> bool:
        return self.tried > 0 and not self.through

    def text(self) -> str:
        """Return the row of the table."""
        verdict = "ok" if self.held else f"NO: {', '.join(self.through)}"
        return f"{self.store:<11}{self.attack:<20}{self.tried} tried, refused: {verdict}"


def signatures(target: Target) -> Held:
    """Deliveries without our signature, with another's, with SHA-1, of another body."""
    body = b'{"action":"deleted","installation":{"id":1}}'
    sha1 = hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()
    own = headers(body, "installation", guid=str(uuid.uuid4()))
    forged = [
        {"X-Hub-Signature-256": ""},
        {"X-Hub-Signature-256": f"sha256={'0' * 64}"},
        {"X-Hub-Signature-256": f"sha256={sha1}"},
        {"X-Hub-Signature-256": "", "X-Hub-Signature": f"sha1={sha1}"},
        headers(body, "installation", guid="another", secret="another"),
        headers(body + b" ", "installation", guid="another"),
    ]
    found = {
        str(text): httpx2.post(target.url + WEBHOOKS, content=body, headers={**own, **text})
        for text in forged
    }
    return _judged({text: answer.status_code not in {400, 401} for text, answer in found.items()})


def replay(target: Target) -> Held:
    """A delivery of ours, again: as it was, and under another GUID. Nothing is done of it."""
    body = json.dumps({"action": "deleted", "installation": {"id": _installation(target)}}).encode()
    guids = ("replayed", "replayed", str(uuid.uuid4()))
    for guid in guids:
        signed = headers(body, "installation", guid=guid)
        assert httpx2.post(target.url + WEBHOOKS, content=body, headers=signed).status_code == 202
    target.sync()
    page = httpx2.get(f"{target.url}/r/neighbour/garden")
    return _judged({f"{number}": page.status_code != 200 for number, _ in enumerate(guids)})


def csrf(target: Target) -> Held:
    """Forms that another site has a signed-in browser send."""
    cookie = _cookie(target, "csrf")
    tried = {}
    for path in ("/sign-out", "/setup/neighbour/garden"):
        for origin in ("https://evil.example", "null", target.url):
            answer = httpx2.post(
                target.url + path,
                data={"token": "forged", "curriculum": "x"},
                headers={"Cookie": cookie, "Origin": origin},
            )
            tried[f"{path} {origin}"] = answer.status_code not in {400, 403, 404}
    return _judged(tried)


def redirects(target: Target) -> Held:
    """Addresses that would lead people elsewhere after signing in."""
    elsewhere = (
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:x",
        "/%0d",
    )
    tried = {}
    for then in elsewhere:
        with Person(target.url) as somebody:
            data = {"login": "neighbour", "return_to": "/"}
            somebody.web.post(f"{target.sandbox.url}/login", data=data)
            page = somebody.open(f"/sign-in?then={quote(then)}")
            if page.path == "/login/oauth/authorize":
                page = somebody.press(page, "Authorize")
            tried[then] = "evil" in str(page.answer.url) or page.answer.url.port != target.port
    return _judged(tried)


def forged_ids(target: Target) -> Held:
    """Numbers and names of what is somebody else's, by a person who may not see it."""
    cookie, number = _cookie(target, "stranger"), _installation(target)
    paths = [f"/setup?installation_id={one}" for one in (number, -1, 0, "9" * 30, "x", "%00")]
    paths += [
        f"/r/{PRIVATE}",
        f"/setup/{PRIVATE}",
        "/setup/neighbour/garden",
        "/badge/private/1-x.svg",
    ]
    tried = {}
    for path in paths:
        answer = httpx2.get(target.url + path, headers={"Cookie": cookie})
        tried[path] = answer.status_code >= 500 or (
            "diary" in answer.text.replace(PRIVATE, "") or "Write settings" in answer.text
        )
    return _judged(tried)


def tampered_cookies(target: Target) -> Held:
    """Cookies that are changed, cut, of another server, or nothing at all."""
    name, _, value = _cookie(target, "visitor").partition("=")
    middle = len(value) // 2
    other = "B" if value[middle] == "A" else "A"
    changed = value[:middle] + other + value[middle + 1 :]
    forged = [value[:-4], value[::-1], changed, "", "\x7f" * 9]
    tried = {}
    for one in forged:
        answer = httpx2.get(target.url, headers={"Cookie": f"{name}={one}"})
        tried[repr(one)] = answer.status_code >= 500 or "Signed in as" in answer.text
    return _judged(tried)


def addresses(target: Target) -> Held:  # noqa: ARG001 - called as the others
    """Addresses inside, which no link may lead to."""
    return _judged({one: is_public(ip_address(one)) for one in INSIDE.split()})


def injection(target: Target) -> Held:
    """Texts that mean something to HTML, SQL, templates and paths, wherever one may be sent."""
    cookie, tried = _cookie(target, "visitor"), {}
    for text in TEXTS:
        sent = quote(text)
        for path in (
            f"/r/{sent}/{sent}",
            f"/?x={sent}",
            f"/sign-in?then={sent}",
            f"/setup?state={sent}",
        ):
            answer = httpx2.get(target.url + path, headers={"Cookie": cookie})
            shown = "<script>alert(1)" in answer.text or "Traceback" in answer.text
            tried[path] = answer.status_code >= 500 or shown or "root:" in answer.text
    return _judged(tried)


HELD: dict[str, Callable[[Target], Held]] = {
    "signatures": signatures,
    "replay": replay,
    "csrf": csrf,
    "redirects": redirects,
    "forged ids": forged_ids,
    "tampered cookies": tampered_cookies,
    "addresses": addresses,
    "injection": injection,
}


def _judged(through: dict[str, bool]) -> Held:
    """`through` says of what was tried whether it got through."""
    return Held(len(through), tuple(name for name, got in through.items() if got))


def _cookie(target: Target, login: str) -> str:
    return target.signed_in(login).removeprefix("Cookie: ")


def _installation(target: Target) -> int:
    with target.world.lock:
        return next(iter(target.world.installations))
