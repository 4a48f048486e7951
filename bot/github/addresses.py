"""Reads what addresses of GitHub's pages name. Pure: nothing is requested here.

The paths are those that GitHub's pages have had for years; its REST description knows them as the
`html_url` of a pull request, a release and a repository.
"""

import re
from typing import Literal, NamedTuple
from urllib.parse import unquote, urlsplit

_PAGE = re.compile(
    r"/(?P<owner>[A-Za-z0-9][A-Za-z0-9_-]*)/(?P<name>[A-Za-z0-9_.-]+)"
    r"(?:/pull/(?P<number>[1-9][0-9]{0,8})|/releases/tag/(?P<tag>.+?))?/?"
)


class Address(NamedTuple):
    """Name a page's subject: a repository (`owner/name`), or a pull request or release in it.

    `number` is 0 and `tag` empty where the kind has none.
    """

    kind: Literal["pull-request", "release", "repository"]
    repository: str
    number: int = 0
    tag: str = ""


def web_root(api_url: str) -> str:
    """Return where the pages are whose API is at `api_url`, as `scheme://host`.

    `api.github.com` serves github.com, `api.NAME.ghe.com` serves NAME.ghe.com; an Enterprise Server
    has both on one host.
    """
    parts = urlsplit(api_url)
    host = parts.netloc.lower()
    return f"{parts.scheme}://{host if parts.path.strip('/') else host.removeprefix('api.')}"


def is_http_address(url: str) -> bool:
    """Return whether it is a whole address over HTTP(S), without a user or a password.

    A password in an address would show in errors.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    named = bool(parts.hostname) and "@" not in parts.netloc
    return parts.scheme in {"http", "https"} and named and port != 0


def address(url: str, web: str) -> Address | None:
    """Return what `url` names on the GitHub with its pages at `web`; None for other addresses."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    if f"{parts.scheme}://{parts.netloc.lower()}" != web:
        return None
    found = _PAGE.fullmatch(parts.path)
    if found is None or found["name"] in {".", ".."}:
        return None
    home = f"{found['owner']}/{found['name']}"
    if found["number"]:
        return Address("pull-request", home, number=int(found["number"]))
    if found["tag"]:
        tag = unquote(found["tag"])
        # git allows no ".." in a tag; in a path it would lead elsewhere.
        return None if ".." in tag else Address("release", home, tag=tag)
    return Address("repository", home)


def named_repository(text: str, web: str) -> str:
    """Return the OWNER/NAME that a name, a page's address or a clone's address stands for.

    `web` is the root of this GitHub's pages. What is not there comes back as it was written.
    """
    text = text.strip()
    # As Git, which takes git@github.com:owner/name for ssh://git@github.com/owner/name.
    url = text if "://" in text else f"ssh://{text.replace(':', '/', 1)}"
    try:
        parts = urlsplit(url)
    except ValueError:
        return text
    owner, _, rest = parts.path.strip("/").partition("/")
    if parts.hostname != urlsplit(web).hostname or not rest:
        return text
    return f"{owner}/{rest.partition('/')[0].removesuffix('.git')}"
