"""Addresses of GitHub's pages -> what they name. Pure: nothing is asked for here.

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
    """A page's subject: a repository (`owner/name`), and in it a pull request or a release's tag.

    `number` is 0 and `tag` empty where the kind has none.
    """

    kind: Literal["pull-request", "release", "repository"]
    repository: str
    number: int = 0
    tag: str = ""


def web_root(api_url: str) -> str:
    """Where the pages are whose API is at `api_url`, as `scheme://host`.

    `api.github.com` serves github.com, `api.NAME.ghe.com` serves NAME.ghe.com; an Enterprise Server
    has both on one host.
    """
    parts = urlsplit(api_url)
    host = parts.netloc.lower()
    return f"{parts.scheme}://{host if parts.path.strip('/') else host.removeprefix('api.')}"


def address(url: str, web: str) -> Address | None:
    """What `url` names on the GitHub whose pages are at `web`; None for any other address."""
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
