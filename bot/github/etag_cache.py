"""Stores answers with their ETags, so that asking again costs no quota when nothing changed.

A cache is never needed and never trusted: what is missing, damaged or unreadable counts as absent.
On disk one file an answer, replaced whole, so that several processes can share the folder. It holds
issue texts of private repositories, hence its permissions; tokens are never in it.

GitHub's ETags are another for every token (its support says so in eclipse-csi/otterdog issue 201,
and github/docs issue 34689 asks for a word about it), and an installation's token lasts an hour.
If-Modified-Since is no way out: lists have no Last-Modified, and GitHub answered 304 to changed
things (hub4j/github-api issue 669). But an ETag is the hash of some headers and the body, as
bored-engineer/github-conditional-http-transport found and others confirmed, so from a kept body
the one for the present token can be made. GitHub does not promise that. It need not: each answer
that is kept shows whether its ETag was made so, and a tag that is wrong only brings the whole
answer. A 304 always means that this token would get the same bytes.
"""

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

log = logging.getLogger(__name__)

DIRECTORY_VARIABLE = "MILEPOST_CACHE_DIR"
MAX_BYTES = 50_000_000
MAX_ENTRY = 5_000_000
_SUFFIX = ".page"


class Page(NamedTuple):
    """Hold a stored answer: its ETag, its Link header ('' when it had none) and its body.

    The ETag is good for the token with the fingerprint `by`; '' when it can be made for any.
    """

    etag: str
    link: str
    body: str
    by: str = ""


class Cache(Protocol):
    """Store pages, or forget them, as it likes."""

    def get(self, key: str) -> Page | None:
        """Return the page stored under `key`, or None."""
        ...

    def put(self, key: str, page: Page) -> None:
        """Store `page`, if that is possible."""
        ...


class CacheIdentity(NamedTuple):
    """Name as whom an answer is requested: the headers in its ETag, and who that is."""

    accept: str
    authorization: str
    fingerprint: str

    def page(self, etag: str, link: str, body: str) -> Page:
        """Return an answer to store."""
        return Page(etag, link, body, "" if _bare(etag) == self._made(body) else self.fingerprint)

    def tag(self, page: Page) -> str | None:
        """Return what to send as If-None-Match; None when it would be of no use."""
        if page.by:
            return page.etag if page.by == self.fingerprint else None
        return f'W/"{self._made(page.body)}"'

    def _made(self, body: str) -> str:
        by = f"{self.authorization}:" if self.authorization else ""
        made = hashlib.sha256(f"{self.accept}:{by}".encode())
        made.update(body.encode())  # apart, for it may have many megabytes
        return made.hexdigest()


def _bare(etag: str) -> str:
    return etag.removeprefix("W/").strip('"')


class EtagCache:
    """Store pages by key in one folder; the oldest go when they grow beyond `max_bytes`."""

    def __init__(self, folder: Path, *, max_bytes: int = MAX_BYTES) -> None:
        self.folder = folder
        self._max_bytes = max_bytes

    @classmethod
    def default(cls, environ: Mapping[str, str]) -> "EtagCache":
        """Return a cache in the user's folder for Milepost, or where MILEPOST_CACHE_DIR names."""
        named = environ.get(DIRECTORY_VARIABLE, "").strip()
        if named:
            return cls(Path(named))
        from platformdirs import user_cache_dir

        return cls(Path(user_cache_dir("milepost", appauthor=False)))

    def get(self, key: str) -> Page | None:
        """Return the page stored under `key`, or None."""
        try:
            head, _, body = self._path(key).read_bytes().partition(b"\n")
            meta = json.loads(head)
            if meta["key"] != key or meta["sha256"] != hashlib.sha256(body).hexdigest():
                return None
            return Page(str(meta["etag"]), str(meta["link"]), body.decode(), str(meta["by"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as damaged:
            log.debug("Ignoring a damaged cache entry: %s", damaged)
            return None

    def put(self, key: str, page: Page) -> None:
        """Store `page`; when that is not possible, the next run asks in full, and that is all."""
        body = page.body.encode()
        if len(body) > MAX_ENTRY:
            return
        digest = hashlib.sha256(body).hexdigest()
        meta = {"key": key, "etag": page.etag, "link": page.link, "by": page.by, "sha256": digest}
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._replace(self._path(key), json.dumps(meta).encode() + b"\n" + body)
            self._prune()
        except OSError as full:
            log.debug("Not caching: %s", full)

    def _path(self, key: str) -> Path:
        return self.folder / (hashlib.sha256(key.encode()).hexdigest()[:32] + _SUFFIX)

    def _replace(self, path: Path, content: bytes) -> None:
        # mkstemp makes the file readable by its owner only
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=path.stem, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise

    def _prune(self) -> None:
        entries = []
        for path in self.folder.iterdir():
            if path.suffix in {_SUFFIX, ".tmp"}:
                try:
                    stat = path.stat()
                except FileNotFoundError:  # another process was quicker
                    continue
                entries.append((stat.st_mtime, stat.st_size, path))
        total = sum(size for _, size, _ in entries)
        for _, size, path in sorted(entries, key=lambda entry: entry[0]):
            if total <= self._max_bytes:
                break
            path.unlink(missing_ok=True)
            total -= size
