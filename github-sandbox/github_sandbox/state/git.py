"""Files, commits and refs: just enough of git to hold a handful of text files by branch.

Each commit keeps its whole tree as a mapping of path to bytes. Hashes are git's own, so a client
may compute them. All files have mode 100644.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

Files = Mapping[str, bytes]
NO_FILES: Files = MappingProxyType({})


def _named(kind: str, content: bytes) -> str:
    head = f"{kind} {len(content)}\0".encode()
    return hashlib.sha1(head + content, usedforsecurity=False).hexdigest()


def blob_sha(content: bytes) -> str:
    """The name git gives to this content."""
    return _named("blob", content)


def tree_shas(files: Files) -> dict[str, str]:
    """The name git gives to each folder of these files, by its path; "" is the root."""
    inside: dict[str, list[tuple[str, bytes]]] = {"": []}
    for path, content in files.items():
        folder, _, name = path.rpartition("/")
        inside.setdefault(folder, []).append((name, _entry("100644", name, blob_sha(content))))
        while folder:
            folder = folder.rpartition("/")[0]
            inside.setdefault(folder, [])
    shas: dict[str, str] = {}
    # The deepest first: what a folder is called follows from what is in it.
    for folder in sorted(inside, key=lambda path: path.count("/") + bool(path), reverse=True):
        shas[folder] = _named("tree", b"".join(entry for _, entry in sorted(inside[folder])))
        if folder:
            above, _, name = folder.rpartition("/")
            # git sorts folders as if their names ended with a slash
            inside[above].append((f"{name}/", _entry("40000", name, shas[folder])))
    return shas


def _entry(mode: str, name: str, sha: str) -> bytes:
    return f"{mode} {name}\0".encode() + bytes.fromhex(sha)


def below(files: Files, folder: str) -> Files:
    """The files in a folder ("" for all), by their paths from there."""
    start = f"{folder}/" if folder else ""
    return {path.removeprefix(start): files[path] for path in files if path.startswith(start)}


def tree_sha(files: Files, folder: str = "") -> str:
    """The name git gives to a folder (`docs`, or "" for all) of these files."""
    return tree_shas(below(files, folder))[""]


@dataclass(frozen=True)
class Commit:
    sha: str
    message: str
    author: str
    email: str
    at: datetime
    files: Files
    tree: str
    parents: tuple[str, ...] = ()


@dataclass
class Git:
    """Commits by hash and refs (`refs/heads/main`) by name; blobs and trees by hash."""

    commits: dict[str, Commit] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    trees: dict[str, Files] = field(default_factory=dict)
    authors: set[str] = field(default_factory=set)  # their addresses
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

    def add_blob(self, content: bytes) -> str:
        """Keep a content; its hash."""
        sha = blob_sha(content)
        self.blobs[sha] = content
        return sha

    def add_tree(self, files: Files) -> str:
        """Keep these files as a tree, and every folder of it; the hash of the whole."""
        for content in files.values():
            self.add_blob(content)
        shas = tree_shas(files)
        for folder, sha in shas.items():
            self.trees[sha] = MappingProxyType(dict(below(files, folder)))
        return shas[""]

    def add_commit(
        self,
        tree: str,
        parents: tuple[str, ...],
        *,
        message: str,
        author: str,
        email: str,
        at: datetime,
    ) -> Commit:
        """Keep a commit of a known tree, on no branch yet."""
        who = f"{author} <{email}> {int(at.timestamp())} +0000"
        lines = [f"tree {tree}", *(f"parent {sha}" for sha in parents)]
        lines += [f"author {who}", f"committer {who}", "", message]
        sha = _named("commit", "\n".join(lines).encode())
        commit = Commit(sha, message, author, email, at, self.trees[tree], tree, parents)
        self.commits[sha] = commit
        self.authors.add(email)
        return commit

    def commit(
        self,
        branch: str,
        files: Files,
        *,
        message: str,
        author: str,
        email: str,
        at: datetime,
    ) -> Commit:
        """Put a tree on a branch, which is made when it is missing, and return the new commit."""
        parent = self.refs.get(f"refs/heads/{branch}")
        commit = self.add_commit(
            self.add_tree(files),
            (parent,) if parent else (),
            message=message,
            author=author,
            email=email,
            at=at,
        )
        self.refs[f"refs/heads/{branch}"] = commit.sha
        self.pushed_at = at
        return commit

    def history(self, sha: str) -> list[str]:
        """A commit and all that came before it, the nearest first."""
        found = [sha]
        for one in found:
            found += [parent for parent in self.commits[one].parents if parent not in found]
        return found
