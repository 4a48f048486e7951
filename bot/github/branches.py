"""Writes files on branches and opens pull requests, through a `RepositoryClient`.

All of it is harmless to repeat.

After GitHub's REST reference: "Git database" (a tree upon the branch's, a commit, then the branch
moved forward to it), "Repository contents" and "Pull requests".
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from bot.errors import GitHubError, NotThereError
from bot.github.answer import shape_error
from bot.github.errors import ConflictError, EmptyRepositoryError
from bot.github.repository_client import RepositoryClient
from bot.planning.file_changes import CommitFiles, OpenPullRequest, PutFile
from bot.planning.ports import WriteResult

ATTEMPTS = 5  # against somebody who writes to the same branch
_MOVED = ("fast forward", "reference already exists", "reference does not exist")
_APPEARED = '"sha" wasn\'t supplied'


def blob_sha(content: bytes) -> str:
    """Return the name that git gives to a file's content, 40 hex digits."""
    head = b"blob %d\0" % len(content)
    return hashlib.sha1(head + content, usedforsecurity=False).hexdigest()


def write(client: RepositoryClient, change: CommitFiles | PutFile | OpenPullRequest) -> WriteResult:
    """Write files or open a pull request; see `PyGithubGateway.write`.

    No commit is made when the files are there already. The pull request that is open already is as
    good as a new one.
    """
    match change:
        case CommitFiles():
            _try(client, f"the branch {change.branch}", lambda: _committed(client, change))
        case PutFile():
            _try(client, change.path, lambda: _written(client, change))
        case OpenPullRequest():
            return WriteResult(number=_pull_request(client, change))
    return WriteResult()


def _try(client: RepositoryClient, what: str, once: Callable[[], bool]) -> None:
    if not any(once() for _ in range(ATTEMPTS)):
        raise ConflictError(
            f"Others kept writing to {what}, {ATTEMPTS} times in a row.",
            where=client.connection.repository,
            hint="Run the same command again when they are done.",
        )


def _pull_request(client: RepositoryClient, change: OpenPullRequest) -> int:
    into = _text(_get(client, ""), "default_branch")
    url = f"{client.connection.root}/pulls"
    fields = {"title": change.title, "head": change.branch, "base": into, "body": change.body}
    try:
        # GitHub has one open pull request for two branches at most: a second try makes no second.
        _, made = client.call(
            lambda wire: wire.requestJsonAndCheck("POST", url, input=fields), repeatable=True
        )
    except GitHubError as refused:
        if "pull request already exists" not in refused.what.casefold():
            raise
        owner = client.connection.repository.partition("/")[0]
        query = {"state": "open", "head": f"{owner}:{change.branch}", "base": into}
        found = _get(client, "/pulls", query)
        if not isinstance(found, list) or not found:
            raise
        made = found[0]
    return _number(made, "number")


def _committed(client: RepositoryClient, change: CommitFiles) -> bool:
    """Return False when somebody else moved the branch meanwhile."""
    branch, files = change.branch, change.files
    if not files:
        return True
    head = parent = _head(client, branch)
    if change.base == "merge" or (head is None and change.base == "default"):
        parent = _head(client, _text(_get(client, ""), "default_branch"))
    under = _text(_get(client, f"/git/commits/{parent}"), "tree", "sha") if parent else None
    entries = [_entry(client, path, files[path]) for path in sorted(files)]
    grown = {"tree": entries} | ({"base_tree": under} if under else {})
    tree = _text(client.send("POST", "/git/trees", grown), "sha")
    if tree == under:
        return True
    parents = [sha for sha in dict.fromkeys((head, parent)) if sha]
    new = {"message": change.message, "tree": tree, "parents": parents}
    sha = _text(client.send("POST", "/git/commits", new), "sha")
    return _moved(client, branch, sha, exists=head is not None)


def _written(client: RepositoryClient, change: PutFile) -> bool:
    """Return False when somebody else wrote the file meanwhile."""
    url = f"/contents/{quote(change.path)}"
    there = _file_sha(client, url)
    if there == blob_sha(change.data):
        return True
    body = {"message": change.message, "content": base64.b64encode(change.data).decode()}
    try:
        client.send("PUT", url, body | ({"sha": there} if there else {}), creates=True)
    except ConflictError:
        return False
    except GitHubError as refused:
        if _APPEARED not in refused.what:
            raise
        return False
    return True


def _moved(client: RepositoryClient, branch: str, sha: str, *, exists: bool) -> bool:
    try:
        if exists:
            path = f"/git/refs/heads/{quote(branch)}"
            client.send("PATCH", path, {"sha": sha, "force": False}, creates=True)
        else:
            ref = {"ref": f"refs/heads/{branch}", "sha": sha}
            client.send("POST", "/git/refs", ref, creates=True)
    except EmptyRepositoryError:
        raise
    except ConflictError:
        return False
    except GitHubError as refused:
        if not any(words in refused.what.casefold() for words in _MOVED):
            raise
        return False
    return True


def _head(client: RepositoryClient, branch: str) -> str | None:
    """Return the hash of a branch's last commit; None when there is no such branch."""
    try:
        return _text(_get(client, f"/git/ref/heads/{quote(branch)}"), "object", "sha")
    except NotThereError:
        return None


def _entry(client: RepositoryClient, path: str, content: bytes) -> dict[str, str]:
    """Return a file's entry in a tree: text goes in as it is, other bytes by way of a blob."""
    entry = {"path": path, "mode": "100644", "type": "blob"}
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" not in text:
        return entry | {"content": text}
    blob = {"content": base64.b64encode(content).decode(), "encoding": "base64"}
    return entry | {"sha": _text(client.send("POST", "/git/blobs", blob), "sha")}


def _file_sha(client: RepositoryClient, url: str) -> str | None:
    try:
        return _text(_get(client, url), "sha")
    except NotThereError:
        return None


def _get(client: RepositoryClient, path: str, query: Mapping[str, str] | None = None) -> Any:
    return client.get(client.connection.root + path, query).json()


def _text(found: Any, *names: str) -> str:
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, str):
        raise shape_error(".".join(names), "no text")
    return found


def _number(found: Any, name: str) -> int:
    value = found.get(name) if isinstance(found, dict) else None
    if not isinstance(value, int):
        raise shape_error(name, "no number")
    return value
