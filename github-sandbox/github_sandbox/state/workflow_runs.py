"""Finished runs of workflows. None is run here: whoever uses the stand-in says how one ended."""

from dataclasses import dataclass
from datetime import datetime

from github_sandbox.state.objects import Repository
from github_sandbox.state.refusals import NotFound
from github_sandbox.world import World

FOLDER = ".github/workflows/"


@dataclass(eq=False)
class WorkflowRun:
    """A run of the workflow in the file `path`, finished with `conclusion` on a branch."""

    id: int
    number: int
    workflow_id: int
    path: str
    branch: str
    sha: str
    conclusion: str
    at: datetime


def finish(
    world: World,
    repository: Repository,
    file: str,
    conclusion: str = "success",
    branch: str | None = None,
) -> WorkflowRun:
    """Add a finished run of a workflow, by its file name, on the default branch or another."""
    on = branch or repository.default_branch
    head = repository.git.head(on)
    earlier = [one for one in repository.workflow_runs if one.path == FOLDER + file]
    run = WorkflowRun(
        world.next_id("run"),
        1 + len(earlier),
        earlier[0].workflow_id if earlier else world.next_id("workflow"),
        FOLDER + file,
        on,
        head.sha if head else "0" * 40,
        conclusion,
        world.clock.now(),
    )
    repository.workflow_runs.append(run)
    return run


def of(
    repository: Repository, workflow: str, branch: str | None, status: str | None
) -> list[WorkflowRun]:
    """Return the runs of a workflow by its file name, the newest first.

    `status` may also be a conclusion. Raises NotFound where there is neither file nor run.
    """
    path = FOLDER + workflow
    head = repository.git.head(repository.default_branch)
    runs = [run for run in reversed(repository.workflow_runs) if run.path == path]
    if not runs and not (head and path in head.files):
        raise NotFound
    return [
        run
        for run in runs
        if branch in {None, run.branch} and status in {None, "completed", run.conclusion}
    ]
