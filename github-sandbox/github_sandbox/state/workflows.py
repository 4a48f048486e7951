"""Workflows of GitHub Actions as the API shows them: their state, and whether a schedule starts.

None is run here. A workflow is a file in `.github/workflows` on the default branch. In a public
repository one with a schedule is disabled, with all its events, after 60 days without activity
("Disabling and enabling a workflow"). GitHub does not say what activity is: a commit on any branch
counts, issues and comments do not (sigstore/rekor-monitor#167), and enabling a workflow counts for
that workflow alone, also when it is enabled already (conda-forge/conda-forge-bot#2552,
gautamkrishnar/keepalive-workflow#34 and #56).
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from github_sandbox.state import yaml_files
from github_sandbox.state.objects import Repository
from github_sandbox.state.refusals import NotFound
from github_sandbox.world import World

QUIET = timedelta(days=60)
FILE = re.compile(r"\.github/workflows/[^/]+\.ya?ml")

State = Literal["active", "disabled_inactivity", "disabled_manually"]


@dataclass(eq=False)
class Workflow:
    """A workflow. `updated_at` moves when it is enabled or disabled (opentofu/registry-ui#270)."""

    id: int
    path: str
    created_at: datetime
    updated_at: datetime
    state: State = "active"


def of(world: World, repository: Repository) -> list[Workflow]:
    """Return the workflows of the default branch, in the order of their paths."""
    head = repository.git.head(repository.default_branch)
    found = sorted(filter(FILE.fullmatch, head.files)) if head else []
    return [_known(world, repository, path) for path in found]


def find(world: World, repository: Repository, name: str) -> Workflow:
    """Return the workflow with this id or file name. Raises NotFound."""
    for one in of(world, repository):
        if name in {str(one.id), one.path.rpartition("/")[2]}:
            return one
    raise NotFound


def enable(world: World, repository: Repository, name: str) -> None:
    """Enable a workflow, whyever it is disabled. Raises NotFound."""
    _change(world, find(world, repository, name), "active")


def disable(world: World, repository: Repository, name: str) -> None:
    """Disable a workflow by hand. Raises NotFound."""
    _change(world, find(world, repository, name), "disabled_manually")


def starts_on_schedule(world: World, repository: Repository, name: str) -> bool:
    """Return whether a schedule of this workflow would start it now. Raises NotFound."""
    one = find(world, repository, name)
    return one.state == "active" and "schedule" in _triggers(repository, one.path)


def title(repository: Repository, path: str) -> str:
    """Return the workflow's name, which is its path where the file gives it none."""
    return str(yaml_files.read(repository, path).get("name") or path)


def _change(world: World, one: Workflow, state: State) -> None:
    one.state, one.updated_at = state, world.clock.now()


def _known(world: World, repository: Repository, path: str) -> Workflow:
    """Return the workflow of this file as it is now."""
    one = repository.workflows.get(path)
    if one is None:
        since = min(c.at for c in repository.git.commits.values() if path in c.files)
        one = Workflow(world.next_id("workflow"), path, since, since)
        repository.workflows[path] = one
    quiet = one.state == "active" and not repository.private
    if quiet and "schedule" in _triggers(repository, path):
        stopped = _stopped_at(repository, one.updated_at, world.clock.now())
        if stopped:
            one.state, one.updated_at = "disabled_inactivity", stopped
    return one


def _stopped_at(repository: Repository, since: datetime, now: datetime) -> datetime | None:
    """Return when 60 days without activity were over for the first time after `since`."""
    later = {c.at for c in repository.git.commits.values() if since < c.at < now}
    for before, after in pairwise([since, *sorted(later), now]):
        if after - before >= QUIET:
            return before + QUIET
    return None


def _triggers(repository: Repository, path: str) -> set[str]:
    content = yaml_files.read(repository, path)
    given = content.get("on", content.get(True))  # YAML 1.1 takes a bare `on` for true
    return {given} if isinstance(given, str) else set(given or ())
