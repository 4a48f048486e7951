"""Reads the files of a repository, and public ones of others, through the cache."""

import base64
import binascii
import posixpath
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Self
from urllib.parse import quote

from bot.errors import AuthenticationError, CurriculumError, GitHubError, NotThereError
from bot.github import response_parser
from bot.github.answer import UnreadableAnswerError, shape_error
from bot.github.api_client import RAW
from bot.github.conditional_client import ConditionalClient
from bot.github.errors import EmptyRepositoryError
from bot.github.etag_cache import Cache
from bot.github.repository_client import RepositoryClient
from bot.github.response_parser import Json
from bot.planning.snapshot import ReadmeFile
from bot.settings import SharedFile, shared_file

MAX_FILE = 5_000_000  # bytes; GitHub would send 100 MB


class FileReader:
    """Read files. `client` is closed with the reader.

    `cache` None asks for everything in full. `parsing` is held while an answer is taken apart.
    """

    def __init__(
        self,
        client: RepositoryClient,
        cache: Cache | None,
        parsing: AbstractContextManager[object],
    ) -> None:
        self._client = client
        self._cached = ConditionalClient(client, cache, parsing)
        self._root = client.connection.root

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def tree(self, branch: str) -> dict[str, str] | None:
        """Return git's blob hashes of a branch's files by path; None without such a branch.

        GitHub leaves out the rest of a list of more than 100,000 entries.
        """
        path = f"{self._root}/git/trees/{quote(branch, safe='')}"
        try:
            item = self._cached.get_object(path, {"recursive": "1"})
        except (NotThereError, EmptyRepositoryError):
            return None
        return response_parser.blobs(item, path)

    def file(self, path: str) -> str | None:
        """Return the text of a file on the default branch; None when there is none of that name.

        `OWNER/NAME/PATH@TAG` is one of another repository, which has to be public: whoever writes
        the settings could else have read here what only the token's owner may see.

        Raises CurriculumError for one above 5 MB, which is more than anybody has to read here.
        Bytes that are no UTF-8 are read as Windows-1252, so that a damaged guide can be looked at.
        """
        shared = shared_file(path)
        if shared is not None:
            return self._shared_file(shared)
        return self._content(self._root, path)

    def _shared_file(self, shared: SharedFile) -> str | None:
        try:
            home = self._cached.get_object(f"/repos/{shared.repository}", follow=True)
        except (AuthenticationError, UnreadableAnswerError):
            raise
        except GitHubError:  # of the other repository, not of this one
            return None
        if home.get("private") is not False:
            return None
        return self._content(f"/repos/{home.get('full_name')}", shared.path, shared.git_ref)

    def _content(self, root: str, path: str, ref: str = "") -> str | None:
        """Return the text of a file below `root`; None for a path that leads out of there."""
        inside = posixpath.normpath(path).lstrip("/")
        if inside.startswith(".."):
            return None
        found = self._file(f"{root}/contents/{quote(inside)}", {"ref": ref} if ref else None)
        return found.text if found else None

    def readme(self) -> ReadmeFile | None:
        """Return the README that GitHub shows; None when there is none.

        It may be in `.github`, the root or `docs`, in any case and format. Source: "Get a
        repository README", "About READMEs"; an empty repository has none (409).
        """
        try:
            return self._file(f"{self._root}/readme")
        except EmptyRepositoryError:
            return None

    def _file(self, url: str, query: Mapping[str, str] | None = None) -> ReadmeFile | None:
        try:
            found = self._cached.get(url, query or {}).json()
            if not isinstance(found, dict) or found.get("type") != "file":
                return None
            if int(found.get("size") or 0) > MAX_FILE:
                raise CurriculumError(
                    f"it is larger than {MAX_FILE // 1_000_000} MB.", where=str(found.get("path"))
                )
            if found.get("encoding") == "base64":
                return ReadmeFile(str(found.get("path")), _text(_unpacked(found, url)))
            # From 1 MB on GitHub leaves the content out of the JSON.
            return ReadmeFile(str(found.get("path")), self._client.get(url, query, accept=RAW).text)
        except NotThereError:
            return None


def _unpacked(found: Json, url: str) -> bytes:
    try:
        return base64.b64decode(found["content"])
    except (KeyError, TypeError, binascii.Error) as wrong:
        raise shape_error(url, f"content: {wrong}") from None


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
