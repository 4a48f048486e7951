"""Files, commits and refs: just enough of git to hold a handful of text files by branch.

Each commit keeps its whole tree as a mapping of path to bytes. Hashes of blobs are git's own, so a
client may compute them; those of trees and commits only look right.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType


def blob_sha(content: bytes) -> str:
    """The name git gives to this content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _digest(*parts: str) -> str:
    return hashlib.sha1("\0".join(parts).encode(), usedforsecurity=False).hexdigest()


def tree_sha(files: Mapping[str, bytes], folder: str = "") -> str:
    """A stable name for a folder's content."""
    inside = sorted(path for path in files if path.startswith(folder))
    return _digest("tree", *(f"{path}:{blob_sha(files[path])}" for path in inside))


@dataclass(frozen=True)
class Commit:
    sha: str
    message: str
    author: str
    email: str
    at: datetime
    files: Mapping[str, bytes]
    parent: str | None

    @property
    def tree(self) -> str:
        return tree_sha(self.files)


@dataclass
class Git:
    """Commits by hash and refs (`refs/heads/main`) by name."""

    commits: dict[str, Commit] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    pushed_at: datetime | None = None

    def head(self, branch: str) -> Commit | None:
        """The last commit of a branch, None when there is no such branch."""
        sha = self.refs.get(f"refs/heads/{branch}")
        return self.commits[sha] if sha else None

    def resolve(self, name: str) -> Commit | None:
        """A commit by branch, tag, full ref or hash."""
        for ref in (f"refs/heads/{name}", f"refs/tags/{name}", name):
            if ref in self.refs:
                return self.commits[self.refs[ref]]
        return self.commits.get(name)

    def branches(self) -> list[str]:
        """Names of all branches, sorted."""
        return sorted(
            ref.removeprefix("refs/heads/") for ref in self.refs if ref.startswith("refs/heads/")
        )

    def commit(
        self,
        branch: str,
        files: Mapping[str, bytes],
        *,
        message: str,
        author: str,
        email: str,
        at: datetime,
    ) -> Commit:
        """Put a tree on a branch, which is made when it is missing, and return the new commit."""
        parent = self.refs.get(f"refs/heads/{branch}")
        stamp = at.isoformat()
        sha = _digest("commit", tree_sha(files), parent or "", message, author, stamp)
        commit = Commit(sha, message, author, email, at, MappingProxyType(dict(files)), parent)
        self.commits[sha] = commit
        self.refs[f"refs/heads/{branch}"] = sha
        self.pushed_at = at
        return commit
