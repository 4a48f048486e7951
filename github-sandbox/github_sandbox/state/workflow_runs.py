"""Finished runs of workflows. None is run here: a test says how one ended."""

from dataclasses import dataclass
from datetime import datetime

from github_sandbox.state.objects import Actor, Repository
from github_sandbox.world import World

FOLDER = ".github/workflows/"


@dataclass(eq=False)
class WorkflowRun:
    """A run of the workflow in the file `path`, finished with `conclusion` on a branch."""

    id: int
    number: int
    path: str
    branch: str
    sha: str
    conclusion: str
    actor: Actor
    at: datetime


def finish(
    world: World,
    actor: Actor,
    repository: Repository,
    file: str,
    conclusion: str = "success",
    branch: str | None = None,
) -> WorkflowRun:
    """Add a finished run of a workflow, by its file name, on the default branch or another."""
    on = branch or repository.default_branch
    head = repository.git.head(on)
    path = FOLDER + file
    run = WorkflowRun(
        world.next_id("run"),
        1 + sum(one.path == path for one in repository.workflow_runs),
        path,
        on,
        head.sha if head else "0" * 40,
        conclusion,
        actor,
        world.clock.now(),
    )
    repository.workflow_runs.append(run)
    return run


def of(
    repository: Repository, file: str, branch: str | None, status: str | None
) -> list[WorkflowRun]:
    """Return the runs of a workflow, the newest first; `status` may also be a conclusion."""
    return [
        run
        for run in reversed(repository.workflow_runs)
        if run.path == FOLDER + file
        and branch in {None, run.branch}
        and status in {None, "completed", run.conclusion}
    ]
