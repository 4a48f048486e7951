"""Files read and written through the contents API, and refs."""

import base64
import binascii
import re
from dataclasses import dataclass

from github_sandbox.state import checks, moderation
from github_sandbox.state.checks import Fields
from github_sandbox.state.events import Event
from github_sandbox.state.git import Commit, blob_sha
from github_sandbox.state.objects import Actor, Repository
from github_sandbox.state.refusals import Conflict, Invalid, NotFound
from github_sandbox.world import World

RENDERED = frozenset(
    {"adoc", "asciidoc", "creole", "markdown", "md", "mdown", "mediawiki", "mkd", "mkdn"}
    | {"org", "pod", "rdoc", "rst", "textile", "wiki"}
)


@dataclass(frozen=True)
class Written:
    """The outcome of a write: the commit, the content (None after a delete), whether it is new."""

    commit: Commit
    content: bytes | None
    created: bool


def commit_at(repository: Repository, ref: str | None) -> Commit:
    """The commit of a branch, tag or hash; the default branch without one. Raises NotFound."""
    if not repository.git.refs:
        raise NotFound("This repository is empty.")
    commit = repository.git.resolve(ref or repository.default_branch)
    if commit is None:
        raise NotFound(f"No commit found for the ref {ref}")
    return commit


def readme(commit: Commit) -> str | None:
    """Return the path of the README that GitHub shows, None where there is none.

    Folders come first, formats that it renders before others, then the alphabet.
    Source: GitHub's "About READMEs", github/markup#360, KrisTHL181/Break-This-Repo#33.
    """
    for place in (".github", "", "docs"):
        names = [name for name, is_file in folder(commit, place).items() if is_file]
        found = [name for name in names if re.fullmatch(r"readme(\.[a-z]+)?", name, re.IGNORECASE)]
        if found:
            return "/".join(filter(None, (place, min(found, key=_preference))))
    return None


def _preference(name: str) -> tuple[bool, str, str]:
    extension = name.partition(".")[2].lower()
    return extension not in RENDERED, extension, name


def folder(commit: Commit, path: str) -> dict[str, bool]:
    """Names right below a folder -> whether each is a file. Empty when there is no such folder."""
    prefix = f"{path}/" if path else ""
    names: dict[str, bool] = {}
    for file in sorted(commit.files):
        if file.startswith(prefix):
            name, _, rest = file.removeprefix(prefix).partition("/")
            names[name] = not rest
    return names


def put(world: World, actor: Actor, repository: Repository, path: str, fields: Fields) -> Written:
    """Create or update a file from `message`, `content` (base64), `sha` and `branch`.

    Raises Invalid without the `sha` of a file that is there, Conflict with a wrong one.
    """
    message = checks.required_text(fields, "message")
    try:
        content = base64.b64decode(checks.required_text(fields, "content"), validate=False)
    except binascii.Error:
        raise Invalid("content is not valid Base64") from None
    branch, head = _branch(repository, fields)
    old = head.files.get(path) if head else None
    _check_sha(path, old, fields.get("sha"))
    moderation.check_push(actor, repository, branch, "create" if old is None else "update")
    files = {**(head.files if head else {}), path: content}
    commit = _commit(world, actor, repository, branch, files, message)
    _pushed(world, actor, repository, branch, head, commit)
    return Written(commit, content, created=old is None)


def delete(
    world: World, actor: Actor, repository: Repository, path: str, fields: Fields
) -> Written:
    """Remove a file, given `message` and its `sha`."""
    message = checks.required_text(fields, "message")
    sha = checks.required_text(fields, "sha")
    branch, head = _branch(repository, fields)
    if head is None or path not in head.files:
        raise NotFound
    _check_sha(path, head.files[path], sha)
    moderation.check_push(actor, repository, branch, "update")
    files = {name: data for name, data in head.files.items() if name != path}
    commit = _commit(world, actor, repository, branch, files, message)
    _pushed(world, actor, repository, branch, head, commit)
    return Written(commit, None, created=False)


def create_ref(world: World, actor: Actor, repository: Repository, fields: Fields) -> str:
    """From `ref` (full name) and `sha`. Raises Invalid when it is there, or the commit is not."""
    ref = checks.required_text(fields, "ref")
    sha = checks.required_text(fields, "sha")
    if not re.fullmatch(r"refs/[^/]+/.+", ref):
        raise Invalid("Reference name must start with 'refs/' and have at least two slashes.")
    if ref in repository.git.refs:
        raise Invalid("Reference already exists")
    if sha not in repository.git.commits:
        raise Invalid("Object does not exist")
    _move(world, actor, repository, ref, sha)
    return ref


def update_ref(
    world: World, actor: Actor, repository: Repository, name: str, fields: Fields
) -> str:
    """Move a ref (`heads/main`) to `sha`; without `force` only forward."""
    ref = f"refs/{name}"
    sha = checks.required_text(fields, "sha")
    if ref not in repository.git.refs:
        raise Invalid("Reference does not exist")
    if sha not in repository.git.commits:
        raise Invalid("Object does not exist")
    if not fields.get("force") and repository.git.refs[ref] not in repository.git.history(sha):
        raise Invalid("Update is not a fast forward")
    moderation.check_push(actor, repository, ref.removeprefix("refs/heads/"))
    _move(world, actor, repository, ref, sha)
    return ref


def delete_ref(actor: Actor, repository: Repository, name: str) -> None:
    """Raises Invalid when it is not there, or a rule keeps it."""
    moderation.check_push(actor, repository, name.removeprefix("heads/"))
    if repository.git.refs.pop(f"refs/{name}", None) is None:
        raise Invalid("Reference does not exist")


def _move(world: World, actor: Actor, repository: Repository, ref: str, sha: str) -> None:
    git = repository.git
    before = git.commits.get(git.refs.get(ref, ""))
    git.refs[ref] = sha
    git.pushed_at = world.clock.now()
    branch = ref.removeprefix("refs/heads/")
    if branch != ref:
        _pushed(world, actor, repository, branch, before, git.commits[sha])


def _branch(repository: Repository, fields: Fields) -> tuple[str, Commit | None]:
    branch = checks.text(fields, "branch") or repository.default_branch
    branch = branch.removeprefix("refs/heads/")
    head = repository.git.head(branch)
    if head is None and repository.git.refs:
        raise NotFound(f"Branch {branch} not found")
    return branch, head


def _check_sha(path: str, content: bytes | None, sha: object) -> None:
    if content is None:
        if sha is not None:
            raise Conflict(f"{path} does not match {sha}")
        return
    if sha is None:
        raise Invalid('Invalid request.\n\n"sha" wasn\'t supplied.')
    if sha != blob_sha(content):
        raise Conflict(f"{path} does not match {sha}")


def _commit(
    world: World,
    actor: Actor,
    repository: Repository,
    branch: str,
    files: dict[str, bytes],
    message: str,
) -> Commit:
    user = actor.user
    return repository.git.commit(
        branch,
        files,
        message=message,
        author=user.name or user.login,
        email=user.email,
        at=world.clock.now(),
    )


def _pushed(
    world: World,
    actor: Actor,
    repository: Repository,
    branch: str,
    before: Commit | None,
    after: Commit,
) -> None:
    subject = {"branch": branch, "before": before, "after": after}
    world.emit(Event("push", None, actor, repository, subject=subject))
