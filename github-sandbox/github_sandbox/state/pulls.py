"""Pull requests from one branch of a repository into another. Each is an issue as well."""

from github_sandbox.state import checks, issues
from github_sandbox.state.checks import Fields
from github_sandbox.state.events import Event
from github_sandbox.state.git import Commit, Files
from github_sandbox.state.objects import Actor, Happening, Issue, Pull, Repository
from github_sandbox.state.refusals import Conflict, Invalid, NotAllowed, NotFound, invalid
from github_sandbox.world import World

METHODS = ("merge", "squash", "rebase")


def find(repository: Repository, number: int) -> tuple[Issue, Pull]:
    """Raises NotFound."""
    issue = repository.issues.get(number)
    if issue is None or issue.pull is None:
        raise NotFound
    if issue.is_open:  # it follows its branch until it is closed
        head = repository.git.head(issue.pull.head)
        issue.pull.head_sha = head.sha if head else issue.pull.head_sha
    return issue, issue.pull


def create(world: World, actor: Actor, repository: Repository, fields: Fields) -> Issue:
    """From `title`, `head` (`branch` or `owner:branch`), `base`, `body` and `draft`.

    Raises Invalid for branches that are not there, that have nothing to merge, or have a pull
    request open already.
    """
    head = _branch(repository, fields, "head")
    base = _branch(repository, fields, "base")
    name, into = head[0], base[0]
    for issue in repository.issues.values():
        pull = issue.pull
        if pull and issue.is_open and (pull.head, pull.base) == (name, into):
            label = f"{repository.owner.login}:{name}"
            raise _complaint(f"A pull request already exists for {label}.")
    if not set(repository.git.history(head[1].sha)) & set(repository.git.history(base[1].sha)):
        raise _complaint(f"The {name} branch has no history in common with {into}")
    if head[1].sha in repository.git.history(base[1].sha):
        raise _complaint(f"No commits between {into} and {name}")
    pull = Pull(name, into, head[1].sha, base[1].sha, bool(fields.get("draft")))
    written = {key: fields[key] for key in ("title", "body") if key in fields}
    return issues.create(world, actor, repository, written, pull)


def merge(
    world: World, actor: Actor, repository: Repository, number: int, fields: Fields | None = None
) -> Commit:
    """Put the branch into its base, close the pull request, return the commit on the base.

    From `sha`, `commit_title`, `commit_message`, `merge_method`. Raises NotAllowed when it is
    closed, a draft, or in conflict; Conflict when `sha` is no longer the branch's last commit.
    """
    fields = fields or {}
    issue, pull = find(repository, number)
    method = checks.one_of({"merge_method": "merge", **fields}, "merge_method", METHODS)
    base = repository.git.head(pull.base)
    if not issue.is_open or pull.draft or base is None:
        raise NotAllowed("Pull Request is not mergeable")
    if fields.get("sha") not in {None, pull.head_sha}:
        raise Conflict("Head branch was modified. Review and try the merge again.")
    title = f"Merge pull request #{number} from {repository.owner.login}/{pull.head}"
    message = f"{fields.get('commit_title') or title}\n\n{issue.title}"
    files = _merged(repository, base, repository.git.commits[pull.head_sha])
    commit = repository.git.add_commit(
        repository.git.add_tree(files),
        (base.sha, pull.head_sha) if method == "merge" else (base.sha,),
        message=message,
        author=actor.user.name or actor.user.login,
        email=actor.user.email,
        at=world.clock.now(),
    )
    repository.git.refs[f"refs/heads/{pull.base}"] = commit.sha
    repository.git.pushed_at = commit.at
    _close(world, actor, repository, issue, commit)
    subject = {"branch": pull.base, "before": base, "after": commit}
    world.emit(Event("push", None, actor, repository, subject=subject))
    return commit


def propose(
    world: World, actor: Actor, repository: Repository, title: str, body: str = ""
) -> Issue:
    """A pull request out of nothing: a branch with one new file, and the request to merge it."""
    if not repository.git.refs:
        world.commit_files(repository, {"README.md": b"# Work\n"}, "Initial commit")
    number = repository.last_issue + 1
    base = repository.git.head(repository.default_branch)
    branch = f"work-{number}"
    if base is not None:
        repository.git.refs[f"refs/heads/{branch}"] = base.sha
    world.commit_files(repository, {f"work/{number}.md": title.encode()}, title, branch)
    fields = {"title": title, "body": body, "head": branch, "base": repository.default_branch}
    return create(world, actor, repository, fields)


def _close(
    world: World, actor: Actor, repository: Repository, issue: Issue, commit: Commit
) -> None:
    pull = issue.pull
    if pull is None:
        return
    now = world.clock.now()
    pull.merged_at, pull.merged_by, pull.merge_sha = now, actor.user, commit.sha
    number = world.next_id("event")
    issue.events.append(Happening(number, "merged", actor.user, actor.app, now, commit=commit.sha))
    issues.edit(world, actor, repository, issue, {"state": "closed"})


def _merged(repository: Repository, ours: Commit, theirs: Commit) -> Files:
    """Both sides' changes since they parted. Raises NotAllowed where they disagree."""
    past = set(repository.git.history(ours.sha))
    common = next(sha for sha in repository.git.history(theirs.sha) if sha in past)
    old = repository.git.commits[common].files
    result = dict(ours.files)
    for path in old.keys() | theirs.files.keys():
        was, wanted, now = old.get(path), theirs.files.get(path), ours.files.get(path)
        if wanted in {was, now}:
            continue
        if now != was:
            raise NotAllowed("Pull Request is not mergeable")
        result.pop(path, None)
        if wanted is not None:
            result[path] = wanted
    return result


def _branch(repository: Repository, fields: Fields, key: str) -> tuple[str, Commit]:
    name = checks.required_text(fields, key).removeprefix(f"{repository.owner.login}:")
    found = repository.git.head(name)
    if found is None:
        raise invalid("PullRequest", key, "invalid")
    return name, found


def _complaint(message: str) -> Invalid:
    entry = {"resource": "PullRequest", "code": "custom", "message": message}
    return Invalid("Validation Failed", [dict[str, object](entry)])
