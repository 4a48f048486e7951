"""Finished runs of workflows. None is run here: whoever uses the stand-in says how one ended."""

from dataclasses import dataclass
from datetime import datetime

from github_sandbox.state import workflows
from github_sandbox.state.objects import Repository
from github_sandbox.state.workflows import Workflow
from github_sandbox.world import World


@dataclass(eq=False)
class WorkflowRun:
    """A run of a workflow, finished with `conclusion` on a branch."""

    id: int
    number: int
    workflow: Workflow
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
    """Add a finished run of a workflow, by its file name, on the default branch or another.

    Raises NotFound where the default branch has no such file.
    """
    on = branch or repository.default_branch
    head = repository.git.head(on)
    workflow = workflows.find(world, repository, file)
    earlier = [one for one in repository.workflow_runs if one.workflow is workflow]
    run = WorkflowRun(
        world.next_id("run"),
        1 + len(earlier),
        workflow,
        on,
        head.sha if head else "0" * 40,
        conclusion,
        world.clock.now(),
    )
    repository.workflow_runs.append(run)
    return run


def of(
    world: World, repository: Repository, name: str, branch: str | None, status: str | None
) -> list[WorkflowRun]:
    """Return the runs of a workflow by its file name or id, the newest first.

    `status` may also be a conclusion. Raises NotFound without such a workflow.
    """
    workflow = workflows.find(world, repository, name)
    return [
        run
        for run in reversed(repository.workflow_runs)
        if run.workflow is workflow
        and branch in {None, run.branch}
        and status in {None, "completed", run.conclusion}
    ]
