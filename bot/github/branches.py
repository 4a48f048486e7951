"""Files on branches and pull requests, written through a `Writer`. All of it is harmless to repeat.

After GitHub's REST reference: "Git database" (a tree upon the branch's, a commit, then the branch
moved forward to it), "Repository contents" and "Pull requests".
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import quote

from bot.errors import GitHubError, NotThereError
from bot.github.problems import ConflictError, EmptyRepositoryError, misshapen
from bot.github.writer import Writer

ATTEMPTS = 5  # against somebody who writes to the same branch
_MOVED = ("fast forward", "reference already exists", "reference does not exist")
_APPEARED = '"sha" wasn\'t supplied'


def blob_sha(content: bytes) -> str:
    """The name that git gives to a file's content, 40 hex digits."""
    head = b"blob %d\0" % len(content)
    return hashlib.sha1(head + content, usedforsecurity=False).hexdigest()


def commit(
    writer: Writer,
    branch: str,
    files: Mapping[str, bytes],
    *,
    message: str,
    base: Literal["orphan", "default"],
) -> None:
    """Put files on a branch in one commit; see `PyGithubGateway.commit_files`."""
    if not files:
        return
    for _ in range(ATTEMPTS):
        if _committed(writer, branch, files, message=message, base=base):
            return
    raise _busy(writer, f"the branch {branch}")


def put(writer: Writer, path: str, content: bytes, *, message: str) -> None:
    """Write one file of the default branch; see `PyGithubGateway.put_file`."""
    for _ in range(ATTEMPTS):
        if _written(writer, path, content, message):
            return
    raise _busy(writer, path)


def open_pull_request(writer: Writer, branch: str, *, title: str, body: str) -> int:
    """The number of a new pull request into the default branch, or of the one that is open."""
    into = _text(writer.ask(""), "default_branch")
    url = f"{writer.connection.root}/pulls"
    fields = {"title": title, "head": branch, "base": into, "body": body}
    try:
        # GitHub has one open pull request for two branches at most: a second try makes no second.
        _, made = writer.create(
            lambda wire: wire.requestJsonAndCheck("POST", url, input=fields), repeatable=True
        )
    except GitHubError as refused:
        if "pull request already exists" not in refused.what.casefold():
            raise
        owner = writer.connection.repository.partition("/")[0]
        query = {"state": "open", "head": f"{owner}:{branch}", "base": into}
        found = writer.ask("/pulls", query)
        if not isinstance(found, list) or not found:
            raise
        made = found[0]
    return _number(made, "number")


def _committed(
    writer: Writer,
    branch: str,
    files: Mapping[str, bytes],
    *,
    message: str,
    base: Literal["orphan", "default"],
) -> bool:
    """False when somebody else moved the branch meanwhile."""
    head = _head(writer, branch)
    parent = head
    if head is None and base == "default":
        parent = _head(writer, _text(writer.ask(""), "default_branch"))
    under = _text(writer.ask(f"/git/commits/{parent}"), "tree", "sha") if parent else None
    entries = [_entry(writer, path, files[path]) for path in sorted(files)]
    grown = {"tree": entries} | ({"base_tree": under} if under else {})
    tree = _text(writer.send("POST", "/git/trees", grown), "sha")
    if tree == under:
        return True
    new = {"message": message, "tree": tree, "parents": [parent] if parent else []}
    sha = _text(writer.send("POST", "/git/commits", new), "sha")
    return _moved(writer, branch, sha, exists=head is not None)


def _written(writer: Writer, path: str, content: bytes, message: str) -> bool:
    """False when somebody else wrote the file meanwhile."""
    url = f"/contents/{quote(path)}"
    there = _file_sha(writer, url)
    if there == blob_sha(content):
        return True
    body = {"message": message, "content": base64.b64encode(content).decode()}
    try:
        writer.send("PUT", url, body | ({"sha": there} if there else {}), creates=True)
    except ConflictError:
        return False
    except GitHubError as refused:
        if _APPEARED not in refused.what:
            raise
        return False
    return True


def _moved(writer: Writer, branch: str, sha: str, *, exists: bool) -> bool:
    try:
        if exists:
            path = f"/git/refs/heads/{quote(branch)}"
            writer.send("PATCH", path, {"sha": sha, "force": False}, creates=True)
        else:
            ref = {"ref": f"refs/heads/{branch}", "sha": sha}
            writer.send("POST", "/git/refs", ref, creates=True)
    except EmptyRepositoryError:
        raise
    except ConflictError:
        return False
    except GitHubError as refused:
        if not any(words in refused.what.casefold() for words in _MOVED):
            raise
        return False
    return True


def _head(writer: Writer, branch: str) -> str | None:
    """The hash of a branch's last commit; None when there is no such branch."""
    try:
        return _text(writer.ask(f"/git/ref/heads/{quote(branch)}"), "object", "sha")
    except NotThereError:
        return None


def _entry(writer: Writer, path: str, content: bytes) -> dict[str, str]:
    """A file's entry in a tree: text goes in as it is, other bytes by way of a blob."""
    entry = {"path": path, "mode": "100644", "type": "blob"}
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" not in text:
        return entry | {"content": text}
    blob = {"content": base64.b64encode(content).decode(), "encoding": "base64"}
    return entry | {"sha": _text(writer.send("POST", "/git/blobs", blob), "sha")}


def _file_sha(writer: Writer, url: str) -> str | None:
    try:
        return _text(writer.ask(url), "sha")
    except NotThereError:
        return None


def _busy(writer: Writer, what: str) -> ConflictError:
    return ConflictError(
        f"Others kept writing to {what}, {ATTEMPTS} times in a row.",
        where=writer.connection.repository,
        hint="Run the same command again when they are done.",
    )


def _text(found: Any, *names: str) -> str:
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, str):
        raise misshapen(".".join(names), "no text")
    return found


def _number(found: Any, name: str) -> int:
    value = found.get(name) if isinstance(found, dict) else None
    if not isinstance(value, int):
        raise misshapen(name, "no number")
    return value
