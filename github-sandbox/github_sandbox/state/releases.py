"""Releases, each at a tag."""

from github_sandbox.state import checks
from github_sandbox.state.checks import Fields
from github_sandbox.state.objects import Actor, Release, Repository
from github_sandbox.state.refusals import Invalid, NotFound, invalid
from github_sandbox.world import World


def find(repository: Repository, tag: str) -> Release:
    """The published release of a tag. Raises NotFound, for a draft too."""
    for release in repository.releases:
        if release.tag == tag and release.published_at is not None:
            return release
    raise NotFound


def create(world: World, actor: Actor, repository: Repository, fields: Fields) -> Release:
    """From `tag_name`, `target_commitish`, `name`, `body`, `draft` and `prerelease`.

    A published release makes its tag where that is missing. Raises Invalid for a tag that has a
    release, or a target that is not there.
    """
    tag = checks.required_text(fields, "tag_name")
    target = checks.text(fields, "target_commitish") or repository.default_branch
    if any(one.tag == tag for one in repository.releases):
        raise invalid("Release", "tag_name", "already_exists")
    commit = repository.git.resolve(target)
    if commit is None:
        raise Invalid("Repository is empty.")
    now = world.clock.now()
    draft = bool(fields.get("draft"))
    release = Release(
        world.next_id("release"),
        tag,
        target,
        actor.user,
        now,
        checks.text(fields, "name"),
        checks.text(fields, "body"),
        bool(fields.get("prerelease")),
        None if draft else now,
    )
    if not draft:
        repository.git.refs.setdefault(f"refs/tags/{tag}", commit.sha)
    repository.releases.append(release)
    return release
