"""Finished runs of a workflow.

https://docs.github.com/rest/actions/workflow-runs#list-workflow-runs-for-a-workflow
"""

from github_sandbox.api import repository_shapes
from github_sandbox.api.call import Answer, Call, Routes
from github_sandbox.api.shapes import JSON, written
from github_sandbox.state import workflow_runs, workflows
from github_sandbox.state.workflow_runs import WorkflowRun

routes = Routes()
RUNS = "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs"


@routes("GET", RUNS, "actions:read")
def list_runs(call: Call) -> Answer:
    home, name = call.repository, call.params["workflow_id"]
    found = workflow_runs.of(
        call.world, home, name, call.query.get("branch"), call.query.get("status")
    )
    page = call.listing(found, lambda run: _shape(call, run))
    data = {"total_count": len(found), "workflow_runs": page.data}
    return Answer(data=data, headers=page.headers)


def _shape(call: Call, run: WorkflowRun) -> JSON:
    home = call.repository
    api, web = call.shapes.repository_url(home), f"{call.shapes.web}/{home.full_name}"
    url = f"{api}/actions/runs/{run.id}"
    name = workflows.title(home, run.workflow.path)
    links = ("jobs", "logs", "artifacts", "cancel", "rerun")
    return {
        "id": run.id,
        "node_id": call.shapes.node("WFR", run.id),
        "name": name,
        "path": run.workflow.path,
        "head_branch": run.branch,
        "head_sha": run.sha,
        "head_commit": None,
        "run_number": run.number,
        "display_title": name,
        "event": "push",
        "status": "completed",
        "conclusion": run.conclusion,
        "workflow_id": run.workflow.id,
        "workflow_url": f"{api}/actions/workflows/{run.workflow.id}",
        "check_suite_url": f"{api}/check-suites/{run.id}",
        "url": url,
        "html_url": f"{web}/actions/runs/{run.id}",
        **{f"{link}_url": f"{url}/{link}" for link in links},
        "pull_requests": [],
        "created_at": written(run.at),
        "updated_at": written(run.at),
        "repository": repository_shapes.repository(call.shapes, home),
        "head_repository": repository_shapes.repository(call.shapes, home),
    }
