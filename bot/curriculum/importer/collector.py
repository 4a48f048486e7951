"""Collect the sections of a guide: unique ids, resources, and lists of models."""

import posixpath
import re
from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from pydantic import HttpUrl, ValidationError

from bot.curriculum.base import MAX_ID, Hours, Item, slugify
from bot.curriculum.importer import patterns
from bot.curriculum.importer.blocks import Block, BlockRow
from bot.curriculum.importer.drafts import CheckpointDraft
from bot.curriculum.importer.headings import clean
from bot.curriculum.importer.inline_markdown import BARE_URL, RichLink
from bot.curriculum.importer.line_coverage import LineCoverage
from bot.curriculum.sections import Fact, Resource
from bot.curriculum.sections import ResourceKind as Kind

_NOT_RELATIVE = re.compile(r"[#?]|[a-z][a-z0-9+.-]*:|//|www\.", re.IGNORECASE)
LINE = 256
TEXT = 10_000
_HOSTS: tuple[tuple[str, Kind], ...] = (
    (r"youtube\.|youtu\.be|vimeo\.", Kind.VIDEO),
    (
        r"coursera\.|udemy\.|edx\.|udacity\.|codecademy\.|deeplearning\.ai|pluralsight\.",
        Kind.COURSE,
    ),
    (r"^docs?\.|readthedocs|/docs?(?:/|$)|documentation", Kind.DOCUMENTATION),
    (r"discord\.|slack\.|reddit\.", Kind.COMMUNITY),
    (r"kaggle\.com/datasets|/datasets?(?:/|$)", Kind.DATASET),
    (r"medium\.com|dev\.to|/blog(?:/|$)|blog\.|substack\.", Kind.ARTICLE),
)


def line(text: str) -> str:
    """Return `text` as one line of at most 256 characters, cut at a word."""
    text = " ".join(text.split())
    if len(text) <= LINE:
        return text
    return (text[: LINE - 1].rpartition(" ")[0] or text[: LINE - 1]).rstrip() + "…"


def lines(texts: list[str]) -> tuple[str, ...]:
    """Return each text as a line; empty ones are left out."""
    return tuple(one for one in map(line, texts) if one)


def text(parts: list[str], between: str = "\n\n") -> str:
    """Return the parts joined, at most 10,000 characters."""
    whole = between.join(part for part in parts if part.strip()).strip()
    return whole if len(whole) <= TEXT else whole[: TEXT - 1].rstrip() + "…"


def address(url: str) -> str | None:
    """Return `url` as the model stores it, or None when it is no web address."""
    if not url.startswith(("http://", "https://")):
        return None
    try:
        return str(HttpUrl(str(HttpUrl(url))))  # which signs in percent can make too long
    except ValidationError:
        return None


def repository_path(url: str, folder: str) -> str | None:
    """Return the path in the repository that a relative link of a guide in `folder` leads to."""
    parts = urlsplit(url) if len(url) < LINE and not _NOT_RELATIVE.match(url) else None
    if parts is None or parts.scheme or parts.netloc or not parts.path:
        return None
    path = unquote(parts.path)
    path = posixpath.normpath(path.lstrip("/") if path.startswith("/") else f"{folder}/{path}")
    path = path.lstrip("/")
    usual = path not in {"", "."} and not path.startswith("..") and path.isprintable()
    return path if usual else None


def first_address(links: tuple[RichLink, ...]) -> str | None:
    """Return the first of `links` that is a web address, or None."""
    return next((url for link in links if (url := address(link.url))), None)


class UniqueIds:
    """Ids without duplicates: the title's slug, then with its unit's id, then with a number."""

    def __init__(self) -> None:
        self._taken: dict[str, set[str]] = {}
        self._counts: dict[tuple[str, str], int] = {}

    def take(self, kind: str, title: str, suffix: str = "") -> str:
        """Return a free id among those of `kind`, and take it."""
        taken = self._taken.setdefault(kind, set())
        base = slugify(title)
        if base in taken and suffix:
            base = self._with(base, slugify(suffix))
        candidate, count = base, self._counts.get((kind, base), 1)
        while candidate in taken:
            count += 1
            candidate = self._with(base, str(count))
        self._counts[kind, base] = count
        taken.add(candidate)
        return candidate

    def _with(self, base: str, suffix: str) -> str:
        room = MAX_ID - len(suffix) - 1
        return f"{base[:room].rstrip('-')}-{suffix}" if room > 0 else suffix


@dataclass
class SectionCollector:
    """Everything read so far that is not the path itself, and the coverage of lines.

    `folder` is the guide's in its repository. `sections` are lists by their field in the
    curriculum, but for the assessed skills ("assessed") and the two kinds of success metrics.
    """

    coverage: LineCoverage
    folder: str = ""
    ids: UniqueIds = field(default_factory=UniqueIds)
    overview: dict[str, object] = field(default_factory=dict)
    summary: list[str] = field(default_factory=list)
    benefits: list[Fact] = field(default_factory=list)
    sections: dict[str, list[Item]] = field(default_factory=lambda: defaultdict(list))
    checkpoints: list[CheckpointDraft] = field(default_factory=list)
    assessed_after: list[int] = field(default_factory=list)
    scale: int = 5
    version: str | None = None
    notes: list[str] = field(default_factory=list)
    author: str | None = None
    table_hours: dict[tuple[str, int], Hours] = field(default_factory=dict)
    _by_url: dict[str, str] = field(default_factory=dict)

    def resource(self, title: str, kind: Kind, *, url: str | None = None, **more: object) -> str:
        """Return the id of a resource, added unless its address is known already."""
        place = url or str(more.get("path") or "")
        if place and place in self._by_url:
            return self._by_url[place]
        title = line(title)
        taken = self.ids.take("resource", title)
        given = {"id": taken, "title": title, "kind": kind, "url": url, **more}
        made = Resource.model_validate(given)
        self.sections["resources"].append(made)
        if place:
            self._by_url[place] = made.id
        return made.id

    def add_link(
        self, links: tuple[RichLink, ...], near: str = "", kind: Kind | None = None
    ) -> list[str]:
        """Return the ids of the resources of `links`; `near` names those that are only "here"."""
        found: list[str] = []
        for link in links:
            url, path = address(link.url), repository_path(link.url, self.folder)
            if url is None and path is None:
                continue
            title = BARE_URL.sub("", clean(link.text)).strip()
            if patterns.NOT_A_TITLE.fullmatch(patterns.fold(title)) or not re.search(r"\w", title):
                title = near.strip()
            address_words = _readable_url(url) if url else path or ""
            title = title if re.search(r"\w", title) else address_words
            guessed = patterns.first_match(_HOSTS, address_words) or Kind.SITE
            found.append(self.resource(title, kind or guessed, url=url, path=path))
        return list(dict.fromkeys(found))

    def add(self, section: str, item: Item, became: str, *blocks: Block | BlockRow | None) -> None:
        """Add `item` to a section with an id of its own, and record that `blocks` became it."""
        free = self.ids.take(section, item.title)
        self.sections[section].append(item.model_copy(update={"id": free}))
        self.coverage.place(became, *blocks)


def _readable_url(url: str) -> str:
    parts = urlsplit(url)
    return ((parts.hostname or url).removeprefix("www.") + parts.path).rstrip("/")
