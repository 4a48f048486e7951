"""Git's objects made one by one: blobs, trees out of entries, commits that are on no branch yet.

https://docs.github.com/rest/git
"""

import base64
import binascii
from typing import Any

from github_sandbox.state import checks
from github_sandbox.state.checks import Fields
from github_sandbox.state.git import NO_FILES, Commit, Files, Git
from github_sandbox.state.objects import Actor, Repository
from github_sandbox.state.refusals import Conflict, Invalid, NotFound, wrong_shape
from github_sandbox.world import World

FILE_MODES = ("100644", "100755", "120000")


def not_empty(repository: Repository) -> Git:
    """Raises Conflict for a repository without any commit: nothing here works in one."""
    if not repository.git.refs:
        raise Conflict("Git Repository is empty.")
    return repository.git


def create_blob(repository: Repository, fields: Fields) -> str:
    """From `content` and `encoding` (`utf-8` or `base64`); its hash."""
    content = checks.required_text(fields, "content")
    if fields.get("encoding", "utf-8") != "base64":
        return not_empty(repository).add_blob(content.encode())
    try:
        return not_empty(repository).add_blob(base64.b64decode(content, validate=False))
    except binascii.Error:
        raise Invalid("content is not valid Base64") from None


def find_tree(repository: Repository, name: str) -> tuple[str, Files]:
    """A tree by its own hash, or by a commit's hash, branch, tag or `HEAD`. Raises NotFound."""
    git = not_empty(repository)
    commit = git.resolve(repository.default_branch if name == "HEAD" else name)
    sha = commit.tree if commit else name
    if sha not in git.trees:
        raise NotFound
    return sha, git.trees[sha]


def create_tree(repository: Repository, fields: Fields) -> str:
    """From `tree`, a list of entries, upon `base_tree` if given; its hash.

    An entry has `path`, `mode`, `type` and `content` or `sha`, which is null to remove a file.
    """
    git = not_empty(repository)
    entries = fields.get("tree")
    if not isinstance(entries, list) or not entries:
        raise Invalid("Invalid tree info")
    files = dict(_base(repository, fields))
    for entry in entries:
        path = checks.required_text(entry, "path")
        if path.startswith("/") or entry.get("mode") not in FILE_MODES:
            raise Invalid("tree.path contains a malformed path component or the mode is no file's")
        content = _content(git, entry)
        if content is None:
            files.pop(path, None)
        else:
            files[path] = content
    return git.add_tree(files)


def _base(repository: Repository, fields: Fields) -> Files:
    base = checks.text(fields, "base_tree")
    if base is None:
        return NO_FILES
    try:
        return find_tree(repository, base)[1]
    except NotFound:
        raise Invalid(f"base_tree {base} is not a valid tree oid") from None


def _content(git: Git, entry: dict[str, Any]) -> bytes | None:
    """What an entry puts into a file; None to remove it."""
    if isinstance(entry.get("content"), str):
        return str(entry["content"]).encode()
    sha = entry.get("sha")
    if sha is not None and sha not in git.blobs:
        raise Invalid(f"tree.sha {sha} is not a valid blob")
    return None if sha is None else git.blobs[sha]


def create_commit(world: World, actor: Actor, repository: Repository, fields: Fields) -> Commit:
    """From `message`, `tree` and `parents` (hashes; none begins a history of its own)."""
    git = not_empty(repository)
    message = checks.required_text(fields, "message")
    tree = checks.required_text(fields, "tree")
    parents = fields.get("parents") or []
    if not isinstance(parents, list):
        raise wrong_shape("parents", parents, "an array")
    if tree not in git.trees:
        raise Invalid("Tree SHA does not exist")
    if not all(sha in git.commits for sha in parents):
        raise Invalid("Parent SHA does not exist or is not a commit object")
    user = actor.user
    return git.add_commit(
        tree,
        tuple(parents),
        message=message,
        author=user.name or user.login,
        email=user.email,
        at=world.clock.now(),
    )
