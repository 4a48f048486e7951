"""Asks for objects and lists through the cache: what is unchanged costs no quota."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Generic, NamedTuple, TypeVar
from urllib.parse import urlencode

from bot.errors import NotThereError
from bot.github.answer import Answer, shape_error
from bot.github.api_client import JSON, PER_PAGE, bearer, next_page, pages
from bot.github.etag_cache import Cache, CacheIdentity, Page
from bot.github.page_parser import PageParser, dump, load, parser_version
from bot.github.repository_client import RepositoryClient
from bot.github.response_parser import Json, items

MAX_PAGES = 1_000  # of a list that is held whole
T = TypeVar("T")


class ParsedPage(NamedTuple, Generic[T]):
    """Holds the value of a page of a list; `unchanged` where GitHub confirmed the stored answer."""

    value: T
    query: Mapping[str, str]
    unchanged: bool
    link: str


class ConditionalClient:
    """Read by requests that carry the ETag of the stored answer.

    `cache` None asks for everything in full. `parsing` is held while an answer is taken apart.
    """

    def __init__(
        self,
        client: RepositoryClient,
        cache: Cache | None,
        parsing: AbstractContextManager[object],
    ) -> None:
        connection = client.connection
        self._client = client
        self._cache = cache
        self._parsing = parsing
        authorization = bearer(connection.token).get("Authorization", "")
        self._identity = CacheIdentity(JSON, authorization, connection.fingerprint)

    def get_object(
        self, path: str, query: Mapping[str, str] | None = None, *, follow: bool = False
    ) -> Json:
        """Return one object. Raises UnreadableAnswerError for anything else."""
        found = self.get(path, query or {}, follow=follow).json()
        if not isinstance(found, dict):
            raise shape_error(path, "no object")
        return found

    def get_list(
        self, path: str, query: Mapping[str, str] | None = None, *, fresh: bool = False
    ) -> Iterator[Json]:
        """Yield the items of all pages of a list; `fresh` passes the cache by."""
        for answer in self.get_pages(path, query or {}, fresh=fresh):
            yield from items(answer.json(), path)

    def get_pages(
        self, path: str, query: Mapping[str, str], *, fresh: bool = False
    ) -> Iterator[Answer]:
        """Yield the pages of a list."""

        def fetch_page(query: Mapping[str, str]) -> Answer:
            return self.get(path, query, fresh=fresh)

        return pages(fetch_page, path, query, most=MAX_PAGES)

    def get_parsed(
        self, path: str, query: Mapping[str, str], parser: PageParser[T], *, fresh: bool = False
    ) -> Iterator[ParsedPage[T]]:
        """Yield what `parser` makes of each page of a list."""
        found: list[ParsedPage[T]] = []

        def fetch_page(query: Mapping[str, str]) -> Answer:
            found.append(page := self.get_parsed_page(path, query, parser, fresh=fresh))
            return Answer("GET", path, 200, {"link": page.link}, "")  # a text may have megabytes

        for _page in pages(fetch_page, path, query, most=MAX_PAGES):
            yield found.pop()

    def get_parsed_page(
        self, path: str, query: Mapping[str, str], parser: PageParser[T], *, fresh: bool = False
    ) -> ParsedPage[T]:
        """Return what `parser` makes of one page of a list.

        That of an unchanged page is stored, too: it is small, and not made again.
        """
        cache, by = self._cache, self._identity.fingerprint
        key = f"{self._key(path, query)}#{parser_version()}"
        stored = None if cache is None or fresh else cache.get(key)
        value: T | None = None
        if stored is not None and stored.by == by:
            with self._parsing:
                value = load(parser.kind, stored.body)
        if stored is not None and value is not None:
            answer = self._client.get(path, query, etag=stored.etag)
            if answer.status == 304:
                return ParsedPage(value, query, True, stored.link)
            answer = self._store(self._key(path, query), answer)
        else:
            answer = self.get(path, query, fresh=fresh)
        with self._parsing:
            value = parser.parse(answer)
            etag, link = answer.headers.get("etag", ""), answer.headers.get("link", "")
            if etag and cache is not None:
                cache.put(key, Page(etag, link, dump(parser.kind, value), by))
        return ParsedPage(value, query, answer.status == 304, link)

    def stored(self, path: str, kind: type[T]) -> T | None:
        """Return the value that was stored for a list; None where none was, or it is damaged."""
        found = self._cache.get(self._summary_key(path)) if self._cache else None
        value: T | None = load(kind, found.body) if found else None
        return value

    def store(self, path: str, value: object) -> None:
        """Store a value for a list; None drops it."""
        if self._cache is not None:
            body = "" if value is None else dump(type(value), value)
            self._cache.put(self._summary_key(path), Page("", "", body))

    def _summary_key(self, path: str) -> str:
        return f"{self._key(path, {})}#summary#{parser_version()}"

    def get(
        self, path: str, query: Mapping[str, str], *, fresh: bool = False, follow: bool = False
    ) -> Answer:
        """Return an answer: the stored one, with status 304, when GitHub confirms that it holds."""
        cache = self._cache
        if cache is None:
            return self._client.get(path, query, follow=follow)
        key = self._key(path, query)
        cached, etag = (None, None) if fresh else self._cached(cache, key)
        answer = self._client.get(path, query, etag=etag, follow=follow)
        if answer.status == 304 and cached is not None and etag:
            headers = {"link": cached.link, "etag": etag}
            return answer._replace(text=cached.body, headers=headers)
        return self._store(key, answer)

    def _key(self, path: str, query: Mapping[str, str]) -> str:
        return f"{self._client.connection.api_url}{path}?{urlencode(sorted(query.items()))}"

    def _store(self, key: str, answer: Answer) -> Answer:
        """Store an answer, and return it; without its ETag where that does not say enough."""
        etag, link = answer.headers.get("etag", ""), answer.headers.get("link", "")
        if not etag or self._cache is None:
            return answer
        with self._parsing:
            if _is_full_last_page(answer):
                return answer._replace(headers={"link": link})
            self._cache.put(key, self._identity.page(etag, link, answer.text))
        return answer

    def is_unchanged(self, path: str, query: Mapping[str, str], *, missing: bool = False) -> bool:
        """Return whether GitHub confirms the stored answer; nothing is asked where there is none.

        Of what was `missing` (404) it returns whether it still is. What GitHub answers instead is
        dropped. Raises what `RepositoryClient.get` raises.
        """
        if missing:
            try:
                self._client.get(path, query)
            except NotThereError:
                return True
            return False
        etag = self._cached(self._cache, self._key(path, query))[1] if self._cache else None
        return etag is not None and self._client.get(path, query, etag=etag).status == 304

    def _cached(self, cache: Cache, key: str) -> tuple[Page | None, str | None]:
        """Return the stored answer, and the ETag to send, if they are there."""
        with self._parsing:
            cached = cache.get(key)
            return cached, self._identity.tag(cached) if cached else None


def _is_full_last_page(answer: Answer) -> bool:
    """Return whether more may come while the ETag stays: the link to it is not in the ETag."""
    found = answer.json() if next_page(answer) is None else None
    return isinstance(found, list) and len(found) >= int(PER_PAGE)
