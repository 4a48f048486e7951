"""State as GitHub's JSON: pull requests and releases."""

from github_sandbox.api.repository_shapes import repository
from github_sandbox.api.shapes import JSON, Shapes, written
from github_sandbox.state.git import Files
from github_sandbox.state.objects import Issue, Pull, Release, Repository


def pull_request(shapes: Shapes, home: Repository, issue: Issue, pull: Pull) -> JSON:
    """The short form that lists use."""
    root = shapes.repository_url(home)
    url = f"{root}/pulls/{issue.number}"
    page = f"{shapes.web}/{home.full_name}/pull/{issue.number}"
    common = shapes.issue(home, issue)
    kept = (
        "id node_id number title user body labels state locked assignee assignees milestone "
        "created_at updated_at closed_at author_association active_lock_reason"
    )
    links = {
        "self": url,
        "html": page,
        "issue": common["url"],
        "comments": common["comments_url"],
        "review_comments": f"{url}/comments",
        "review_comment": f"{root}/pulls/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{root}/statuses/{pull.head_sha}",
    }
    named = {f"{name}_url": to for name, to in links.items() if name not in {"self", "html"}}
    return {
        **{name: common[name] for name in kept.split()},
        "url": url,
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        **named,
        "merged_at": written(pull.merged_at),
        "merge_commit_sha": pull.merge_sha,
        "requested_reviewers": [],
        "requested_teams": [],
        "head": _end(shapes, home, pull.head, pull.head_sha),
        "base": _end(shapes, home, pull.base, pull.base_sha),
        "_links": {name: {"href": to} for name, to in links.items()},
        "auto_merge": None,
        "draft": pull.draft,
    }


def full_pull_request(shapes: Shapes, home: Repository, issue: Issue, pull: Pull) -> JSON:
    """The long form of `GET /repos/{owner}/{repo}/pulls/{pull_number}`."""
    git = home.git
    before, after = git.commits[pull.base_sha].files, git.commits[pull.head_sha].files
    changed = [path for path in before.keys() | after.keys() if before.get(path) != after.get(path)]
    known = set(git.history(pull.base_sha))
    return {
        **pull_request(shapes, home, issue, pull),
        "merged": pull.merged_at is not None,
        "mergeable": None if pull.merged_at else True,
        "rebaseable": None,
        "mergeable_state": "unknown" if pull.merged_at else "clean",
        "merged_by": shapes.user(pull.merged_by) if pull.merged_by else None,
        "comments": len(issue.comments),
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": sum(sha not in known for sha in git.history(pull.head_sha)),
        "additions": sum(_lines(after, path) for path in changed),
        "deletions": sum(_lines(before, path) for path in changed),
        "changed_files": len(changed),
    }


def _end(shapes: Shapes, home: Repository, branch: str, sha: str) -> JSON:
    return {
        "label": f"{home.owner.login}:{branch}",
        "ref": branch,
        "sha": sha,
        "user": shapes.user(home.owner),
        "repo": repository(shapes, home),
    }


def _lines(files: Files, path: str) -> int:
    return len(files.get(path, b"").splitlines())


def release(shapes: Shapes, home: Repository, found: Release) -> JSON:
    """A release, without assets."""
    url = f"{shapes.repository_url(home)}/releases/{found.id}"
    draft = found.published_at is None
    page = f"{shapes.web}/{home.full_name}/releases/tag/{found.tag}"
    archive = f"{shapes.repository_url(home)}/{{}}/refs/tags/{found.tag}"
    return {
        "url": url,
        "html_url": page,
        "assets_url": f"{url}/assets",
        "upload_url": f"{url}/assets{{?name,label}}",
        "tarball_url": None if draft else archive.format("tarball"),
        "zipball_url": None if draft else archive.format("zipball"),
        "id": found.id,
        "node_id": shapes.node("RE", found.id),
        "tag_name": found.tag,
        "target_commitish": found.target,
        "name": found.name,
        "body": found.body,
        "draft": draft,
        "prerelease": found.prerelease,
        "immutable": False,
        "created_at": written(found.created_at),
        "published_at": written(found.published_at),
        "author": shapes.user(found.author),
        "assets": [],
    }
