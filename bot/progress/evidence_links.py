"""Finds links in a learner's text that may be evidence. Pure: nothing is requested here.

A link counts when a reader of the page sees it: not in code, not in a hidden comment, not as a
picture. What it means is decided by its address alone.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple
from urllib.parse import SplitResult, urlsplit

from bot.planning.backlinks import REDIRECTING

MAX_LINKS = 20
MAX_LENGTH = 500
HTTPS_PORT = 443

_UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)"  # hidden comments
    r"|^[ \t>]*(?P<fence>`{3,}|~{3,}).*?(?:^[ \t>]*(?P=fence)[`~]*[ \t]*$|\Z)"  # fenced code
    r"|(?<!`)(?P<ticks>`+)(?!`)[^\n]{0,2000}?(?<!`)(?P=ticks)(?!`)"  # code in a line
    r"|!\[[^\]\n]{0,300}\]\([^)\n]{0,1000}\)",  # pictures
    re.DOTALL | re.MULTILINE,
)
_URL = re.compile(r"(?<![A-Za-z0-9])https?://[^\s<>\"`|\\^{}\[\]]+", re.IGNORECASE)
_TRAILING = "?!.,:;*_~'"
# The first part of addresses at GitHub that name no account.
_NO_ACCOUNTS = frozenset(
    {"apps", "collections", "explore", "features", "login", "marketplace", "notifications", "orgs"}
    | {"search", "settings", "sponsors", "stars", "topics", "trending", "user-attachments", "users"}
)
_PICTURES = ".githubusercontent.com"
_PULL = re.compile(r"[1-9][0-9]{0,8}")


class EvidenceCandidate(NamedTuple):
    """An address that may be evidence: a page of this GitHub, or a post on some other site."""

    url: str
    place: Literal["github", "elsewhere"]


def links(text: str, web: str) -> tuple[str, ...]:
    """Return the links in a text, Markdown or bare, in order, each once, at most twenty.

    Only https, without a name or password in it, and what begins with `web`, the root of this
    GitHub's pages (a sandbox may have plain http). The host is in lower case; a fragment and the
    usual port are left out.
    """
    found: dict[str, None] = {}
    for match in _URL.finditer(_UNSEEN.sub(" ", text.replace("\r\n", "\n"))):
        url = _normal(_without_tail(match[0]), web)
        if url is not None:
            found.setdefault(url)
    return tuple(found)[:MAX_LINKS]


def candidates(text: str, web: str, repository: str) -> Iterator[EvidenceCandidate]:
    """Yield the links worth looking up, for issues of `repository` (owner/name).

    On this GitHub: pull requests, releases and repositories, a page inside a repository standing
    for it. The repository of the issues itself is no evidence, and neither is an issue or profile.
    """
    seen: set[str] = set()
    for url in links(text, web):
        candidate = _candidate(url, web, repository)
        if candidate is not None and candidate.url not in seen:
            seen.add(candidate.url)
            yield candidate


def _without_tail(url: str) -> str:
    """Return the address without its fragment and the sentence's marks, by GFM's rule."""
    url, depth = url.partition("#")[0], 0
    for index, character in enumerate(url):
        depth += (character == "(") - (character == ")")
        if depth < 0:
            url = url[:index]
            break
    return url.rstrip(_TRAILING)


def _normal(url: str, web: str) -> str | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".")
    host = "github.com" if host == REDIRECTING else host  # as we write it ourselves
    if not host or "@" in parts.netloc or len(url) > MAX_LENGTH:
        return None
    usual = port is None or (scheme == "https" and port == HTTPS_PORT)
    place = host if usual else f"{host}:{port}"
    if f"{scheme}://{place}" != web and (scheme != "https" or not usual):
        return None
    return SplitResult(scheme, place, parts.path, parts.query, "").geturl()


def _candidate(url: str, web: str, repository: str) -> EvidenceCandidate | None:
    parts = urlsplit(url)
    if f"{parts.scheme}://{parts.netloc}" == web:
        page = _page(parts.path, repository)
        return EvidenceCandidate(f"{web}/{page}", "github") if page else None
    named = "." in parts.netloc and not parts.netloc.rpartition(".")[2].isdigit()
    if not named or parts.netloc.endswith(_PICTURES):
        return None
    return EvidenceCandidate(url, "elsewhere")


def _page(path: str, repository: str) -> str | None:
    """Return the path of the pull request, release or repository that a GitHub path leads to."""
    parts = [part for part in path.split("/") if part]
    if len(parts) < len(("owner", "name")) or parts[0].casefold() in _NO_ACCOUNTS:
        return None
    owner, name, *rest = parts
    home = f"{owner}/{name.removesuffix('.git')}"
    match rest:
        case ["pull", number, *_] if _PULL.fullmatch(number):
            return f"{home}/pull/{number}"
        case ["releases", "tag", *tag] if tag:
            return f"{home}/releases/tag/{'/'.join(tag)}"
        case [] | ["tree" | "blob", *_] if home.casefold() != repository.casefold():
            return home
    return None
