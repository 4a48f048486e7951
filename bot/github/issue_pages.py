"""Reads the pages of a list of issues; where nothing changed, only those with something for us.

In a repository with thousands of other people's issues most pages hold nothing for us. What changes
in them stands first in the list by change, and what is deleted there or moves away moves the last
page. So while that list, the last page and the pages with something for us stay the same, the
others need not be requested.

Titles, texts, states and milestones count as changes of an issue. Of labels reports differ
(isaacs/github#1676 says no, apache/devlake#7510 yes), and a deleted comment does not count
(neomjs/neo#10092), which matters to none of the others. A label of a form of ours on somebody's old
issue is seen with the next change of any issue, so at the latest with the weekly summary.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from bot.github.api_client import PER_PAGE
from bot.github.conditional_client import ConditionalClient, ParsedPage
from bot.github.issue_list import IssuePage
from bot.github.page_parser import PageParser
from bot.github.response_parser import Json

EVERY_ISSUE = {"state": "all", "sort": "created", "direction": "asc"}
BY_CHANGE = {"state": "all", "sort": "updated", "direction": "desc", "per_page": PER_PAGE}
MIN_SKIPPED = 3  # pages; with fewer the list by change is no gain


class ListChangedError(Exception):
    """What is stored does not say how the list is now."""


class _LastChange(NamedTuple):
    """Holds a digest of the first page by change, and when the first on it was changed."""

    digest: str = ""
    at: str = ""

    @classmethod
    def parse(cls, found: list[Json]) -> "_LastChange":
        """Return that of the objects on the page."""
        at = next((one.get("updated_at") for one in found), None)
        return cls(sha256(repr(found).encode()).hexdigest(), at or "")


class _Summary(NamedTuple):
    """Holds what a list had after its `last` change: the queries to repeat, and the other pages."""

    last: _LastChange
    queries: tuple[dict[str, str], ...]
    others: IssuePage


_LAST_CHANGE = PageParser[_LastChange](_LastChange, _LastChange.parse)


class IssuePages:
    """Reads the issues and pull requests of a repository, at `path` of the API."""

    def __init__(self, client: ConditionalClient, path: str, repository: str) -> None:
        self._client = client
        self._path = path
        self._parser = PageParser(IssuePage, lambda page: IssuePage.parse(page, repository))
        self._last: _LastChange | None = None

    def read_again(self) -> Iterator[IssuePage]:
        """Yield the pages with something for us, and all others as one.

        Raises ListChangedError, after any page, where only `read` tells how the list is.
        """
        stored = self._client.stored(self._path, _Summary)
        if stored is None:
            raise ListChangedError
        # Before the pages, so that a change in between shows the next time.
        self._last = self._client.get_parsed_page(self._path, BY_CHANGE, _LAST_CHANGE).value
        if self._last != stored.last:
            raise ListChangedError
        for query in stored.queries:
            page = self._client.get_parsed_page(self._path, query, self._parser)
            if not page.unchanged:
                raise ListChangedError
            yield page.value
        yield stored.others

    def read(self, *, fresh: bool) -> Iterator[IssuePage]:
        """Yield all pages; `fresh` passes the cache by."""
        queries: list[Mapping[str, str]] = []
        others: list[ParsedPage[IssuePage]] = []
        newest = ""
        for page in self._client.get_parsed(self._path, EVERY_ISSUE, self._parser, fresh=fresh):
            yield page.value
            newest = max(newest, page.value.newest)
            if page.value.issues or page.value.pulls:
                queries.append(page.query)
            else:
                others.append(page)
        if others and others[-1] is page:  # the last one: a deletion shows in it
            queries.append(others.pop().query)
        if len(others) >= MIN_SKIPPED:
            # A list may lag: one that does not show the last change yet is no later than it.
            last = self._last if self._last and self._last.at <= newest else _LastChange()
            merged = _merge([page.value for page in others])
            self._client.store(self._path, _Summary(last, tuple(map(dict, queries)), merged))
        elif self._last:
            self._client.store(self._path, None)


def _merge(pages: Sequence[IssuePage]) -> IssuePage:
    return IssuePage(
        issues=(),
        pulls=(),
        others={number: title for page in pages for number, title in page.others.items()},
        locked=frozenset[int]().union(*(page.locked for page in pages)),
        last_number=max(page.last_number for page in pages),
        newest=max(page.newest for page in pages),
    )
