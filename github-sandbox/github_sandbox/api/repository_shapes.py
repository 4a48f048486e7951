"""State as GitHub's JSON: repositories, files, commits, branches and refs."""

import base64

from github_sandbox.api.shapes import JSON, Shapes, written
from github_sandbox.state.files import Written, folder
from github_sandbox.state.git import Commit, blob_sha, tree_sha, tree_shas
from github_sandbox.state.moderation import rules_for
from github_sandbox.state.objects import ROLES, Actor, Repository, User

# Addresses of parts the sandbox does not serve; GitHub's description requires them all the same.
PLAIN = (
    "contributors",
    "deployments",
    "downloads",
    "events",
    "forks",
    "hooks",
    "languages",
    "merges",
    "stargazers",
    "subscribers",
    "subscription",
    "tags",
    "teams",
)
TEMPLATED = {
    "archive": "/{archive_format}{/ref}",
    "assignees": "/assignees{/user}",
    "blobs": "/git/blobs{/sha}",
    "branches": "/branches{/branch}",
    "collaborators": "/collaborators{/collaborator}",
    "comments": "/comments{/number}",
    "commits": "/commits{/sha}",
    "compare": "/compare/{base}...{head}",
    "contents": "/contents/{+path}",
    "git_commits": "/git/commits{/sha}",
    "git_refs": "/git/refs{/sha}",
    "git_tags": "/git/tags{/sha}",
    "issue_comment": "/issues/comments{/number}",
    "issue_events": "/issues/events{/number}",
    "issues": "/issues{/number}",
    "keys": "/keys{/key_id}",
    "labels": "/labels{/name}",
    "milestones": "/milestones{/number}",
    "notifications": "/notifications{?since,all,participating}",
    "pulls": "/pulls{/number}",
    "releases": "/releases{/id}",
    "statuses": "/statuses/{sha}",
    "trees": "/git/trees{/sha}",
}
# What is the same for every repository here.
ALWAYS: JSON = {
    "mirror_url": None,
    "homepage": None,
    "stargazers_count": 0,
    "watchers_count": 0,
    "language": None,
    "has_projects": True,
    "has_downloads": True,
    "has_wiki": False,
    "has_pages": False,
    "has_discussions": False,
    "forks_count": 0,
    "disabled": False,
    "license": None,
    "allow_forking": True,
    "web_commit_signoff_required": False,
    "topics": [],
    "forks": 0,
    "watchers": 0,
}


def repository(shapes: Shapes, repo: Repository, actor: Actor | None = None) -> JSON:
    """The short form that lists, installations and webhooks use."""
    root = shapes.repository_url(repo)
    page = f"{shapes.web}/{repo.full_name}"
    open_issues = sum(issue.is_open for issue in repo.issues.values())
    pushed_at = repo.git.pushed_at or repo.created_at
    shape: JSON = {
        "id": repo.id,
        "node_id": shapes.node("R", repo.id),
        "name": repo.name,
        "full_name": repo.full_name,
        "private": repo.private,
        "owner": shapes.user(repo.owner),
        "html_url": page,
        "description": repo.description,
        "fork": repo.is_fork,
        "url": root,
        **{f"{name}_url": f"{root}/{name}" for name in PLAIN},
        **{f"{name}_url": root + path for name, path in TEMPLATED.items()},
        "created_at": written(repo.created_at),
        "updated_at": written(repo.updated_at),
        "pushed_at": written(pushed_at),
        "git_url": f"git://sandbox.invalid/{repo.full_name}.git",
        "ssh_url": f"git@sandbox.invalid:{repo.full_name}.git",
        "clone_url": f"{page}.git",
        "svn_url": page,
        "size": sum(len(data) for data in _files(repo).values()) // 1024,
        "has_issues": repo.issues_enabled,
        "archived": repo.archived,
        "open_issues_count": open_issues,
        "open_issues": open_issues,
        "visibility": "private" if repo.private else "public",
        "default_branch": repo.default_branch,
        "is_template": repo.is_template,
        **ALWAYS,
    }
    if actor is not None:
        shape["permissions"] = _permissions(shapes, repo, actor)
    return shape


def full_repository(shapes: Shapes, repo: Repository, actor: Actor) -> JSON:
    """The long form of `GET /repos/{owner}/{repo}`."""
    shape = {
        **repository(shapes, repo, actor),
        "temp_clone_token": None,
        "network_count": 0,
        "subscribers_count": 1,
    }
    if repo.template is not None:
        shape["template_repository"] = repository(shapes, repo.template, actor)
    return shape


def _permissions(shapes: Shapes, repo: Repository, actor: Actor) -> dict[str, bool]:
    if actor.installation:  # an App has no role, GitHub shows nothing but pull
        return {"admin": False, "maintain": False, "push": False, "triage": False, "pull": True}
    world = shapes.world
    return {
        "admin": world.has_role(actor, repo, "admin"),
        "maintain": world.has_role(actor, repo, "maintain"),
        "push": world.has_role(actor, repo, "write"),
        "triage": world.has_role(actor, repo, "triage"),
        "pull": True,
    }


def _files(repo: Repository) -> dict[str, bytes]:
    head = repo.git.head(repo.default_branch)
    return dict(head.files) if head else {}


def _entry(shapes: Shapes, repo: Repository, commit: Commit, path: str, *, file: bool) -> JSON:
    root = shapes.repository_url(repo)
    content = commit.files.get(path, b"")
    sha = blob_sha(content) if file else tree_sha(commit.files, path)
    url = f"{root}/contents/{path}?ref={repo.default_branch}"
    kind = "blob" if file else "tree"
    page = f"{shapes.web}/{repo.full_name}/{kind}/{repo.default_branch}/{path}"
    git_url = f"{root}/git/{kind}s/{sha}"
    raw = f"{shapes.web}/{repo.full_name}/raw/{repo.default_branch}/{path}" if file else None
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": sha,
        "size": len(content),
        "url": url,
        "html_url": page,
        "git_url": git_url,
        "download_url": raw,
        "type": "file" if file else "dir",
        "_links": {"self": url, "git": git_url, "html": page},
    }


def content_file(shapes: Shapes, repo: Repository, commit: Commit, path: str) -> JSON:
    """A file with its content, base64 in lines of 60 as GitHub sends it."""
    encoded = base64.b64encode(commit.files[path]).decode()
    lines = [encoded[at : at + 60] + "\n" for at in range(0, len(encoded), 60)]
    entry = _entry(shapes, repo, commit, path, file=True)
    return {**entry, "content": "".join(lines), "encoding": "base64"}


def content_folder(shapes: Shapes, repo: Repository, commit: Commit, path: str) -> list[JSON]:
    """The entries of a folder, without content."""
    prefix = f"{path}/" if path else ""
    return [
        _entry(shapes, repo, commit, prefix + name, file=is_file)
        for name, is_file in folder(commit, path).items()
    ]


def file_commit(shapes: Shapes, repo: Repository, path: str, done: Written) -> JSON:
    """What a write through the contents API answers."""
    content = None
    if done.content is not None:
        content = _entry(shapes, repo, done.commit, path, file=True)
    return {"content": content, "commit": git_commit(shapes, repo, done.commit)}


def git_commit(shapes: Shapes, repo: Repository, commit: Commit) -> JSON:
    """A commit as git knows it."""
    root = shapes.repository_url(repo)
    return {
        "sha": commit.sha,
        "node_id": shapes.node("C", int(commit.sha[:7], 16)),
        "url": f"{root}/git/commits/{commit.sha}",
        "html_url": f"{shapes.web}/{repo.full_name}/commit/{commit.sha}",
        "author": _signature(commit),
        "committer": _signature(commit),
        "tree": {"sha": commit.tree, "url": f"{root}/git/trees/{commit.tree}"},
        "message": commit.message,
        "parents": _parents(shapes, repo, commit),
        "verification": _unverified(),
    }


def tree(shapes: Shapes, repo: Repository, sha: str, *, recursive: bool) -> JSON:
    """A tree of git's: what is right in it, or with `recursive` all below it too."""
    root = f"{shapes.repository_url(repo)}/git"
    files = repo.git.trees[sha]
    shas = tree_shas(files)
    entries: list[JSON] = [
        {"path": path, "mode": "040000", "type": "tree", "sha": name, "url": f"{root}/trees/{name}"}
        for path, name in shas.items()
        if path
    ]
    for path, content in files.items():
        name = blob_sha(content)
        entry = {"path": path, "mode": "100644", "type": "blob", "sha": name}
        entries.append(entry | {"size": len(content), "url": f"{root}/blobs/{name}"})
    shown = [entry for entry in entries if recursive or "/" not in entry["path"]]
    return {
        "sha": sha,
        "url": f"{root}/trees/{sha}",
        "tree": sorted(shown, key=lambda entry: str(entry["path"])),
        "truncated": False,
    }


def permission(shapes: Shapes, repo: Repository, user: User) -> JSON:
    """What somebody may do; the old word for it beside the role's name."""
    role = repo.role_of(user)
    old = {"triage": "read", "maintain": "write"}
    allowed = [] if role is None else ROLES[: ROLES.index(role) + 1]
    words = {"read": "pull", "write": "push"}
    return {
        "permission": "none" if role is None else old.get(role, role),
        "role_name": role or "none",
        "user": {
            **shapes.user(user),
            "permissions": {words.get(name, name): name in allowed for name in ROLES},
            "role_name": role or "none",
        },
    }


def branch(shapes: Shapes, repo: Repository, name: str, *, full: bool) -> JSON:
    """A branch; `full` is the form of the single-branch endpoint."""
    head = repo.git.head(name)
    assert head is not None  # noqa: S101 - the caller looked
    root = shapes.repository_url(repo)
    url = f"{root}/branches/{name}"
    protected = bool(rules_for(repo, name))
    if not full:
        short = {"sha": head.sha, "url": f"{root}/commits/{head.sha}"}
        return {"name": name, "commit": short, "protected": protected}
    return {
        "name": name,
        "commit": _commit(shapes, repo, head),
        "_links": {"self": url, "html": f"{shapes.web}/{repo.full_name}/tree/{name}"},
        "protected": protected,
        "protection": {
            "enabled": protected,
            "required_status_checks": {
                "enforcement_level": "off",
                "contexts": [],
                "checks": [],
            },
        },
        "protection_url": f"{url}/protection",
    }


def git_ref(shapes: Shapes, repo: Repository, ref: str) -> JSON:
    """A ref by its full name, `refs/heads/main`."""
    root = shapes.repository_url(repo)
    sha = repo.git.refs[ref]
    return {
        "ref": ref,
        "node_id": shapes.node("REF", int(sha[:7], 16)),
        "url": f"{root}/git/{ref}",
        "object": {"sha": sha, "type": "commit", "url": f"{root}/git/commits/{sha}"},
    }


def _commit(shapes: Shapes, repo: Repository, commit: Commit) -> JSON:
    root = shapes.repository_url(repo)
    return {
        "sha": commit.sha,
        "node_id": shapes.node("C", int(commit.sha[:7], 16)),
        "commit": {
            "author": _signature(commit),
            "committer": _signature(commit),
            "message": commit.message,
            "tree": {"sha": commit.tree, "url": f"{root}/git/trees/{commit.tree}"},
            "url": f"{root}/git/commits/{commit.sha}",
            "comment_count": 0,
            "verification": _unverified(),
        },
        "url": f"{root}/commits/{commit.sha}",
        "html_url": f"{shapes.web}/{repo.full_name}/commit/{commit.sha}",
        "comments_url": f"{root}/commits/{commit.sha}/comments",
        "author": None,
        "committer": None,
        "parents": _parents(shapes, repo, commit),
    }


def _signature(commit: Commit) -> JSON:
    return {"name": commit.author, "email": commit.email, "date": written(commit.at)}


def _parents(shapes: Shapes, repo: Repository, commit: Commit) -> list[JSON]:
    git = f"{shapes.repository_url(repo)}/git/commits"
    page = f"{shapes.web}/{repo.full_name}/commit"
    return [
        {"sha": sha, "url": f"{git}/{sha}", "html_url": f"{page}/{sha}"} for sha in commit.parents
    ]


def _unverified() -> JSON:
    return {
        "verified": False,
        "reason": "unsigned",
        "signature": None,
        "payload": None,
        "verified_at": None,
    }
