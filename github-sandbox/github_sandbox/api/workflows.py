"""Workflows of GitHub Actions: their state, and enabling and disabling them.

https://docs.github.com/rest/actions/workflows
"""

from github_sandbox.api.call import Answer, Call, Routes
from github_sandbox.api.shapes import JSON, written
from github_sandbox.state import workflows

routes = Routes()
WORKFLOWS = "/repos/{owner}/{repo}/actions/workflows"
WORKFLOW = WORKFLOWS + "/{workflow_id}"


@routes("GET", WORKFLOWS, "actions:read")
def list_workflows(call: Call) -> Answer:
    found = workflows.of(call.world, call.repository)
    page = call.listing(found, lambda one: _shape(call, one))
    return Answer(data={"total_count": len(found), "workflows": page.data}, headers=page.headers)


@routes("GET", WORKFLOW, "actions:read")
def get_workflow(call: Call) -> Answer:
    name = call.params["workflow_id"]
    return Answer(data=_shape(call, workflows.find(call.world, call.repository, name)))


@routes("PUT", WORKFLOW + "/enable", "actions:write")
def enable_workflow(call: Call) -> Answer:
    workflows.enable(call.world, call.repository, call.params["workflow_id"])
    return Answer(204)


@routes("PUT", WORKFLOW + "/disable", "actions:write")
def disable_workflow(call: Call) -> Answer:
    workflows.disable(call.world, call.repository, call.params["workflow_id"])
    return Answer(204)


def _shape(call: Call, one: workflows.Workflow) -> JSON:
    home, name = call.repository, workflows.title(call.repository, one.path)
    web = f"{call.web}/{home.full_name}"
    return {
        "id": one.id,
        "node_id": f"W_{one.id}",
        "name": name,
        "path": one.path,
        "state": one.state,
        "created_at": written(one.created_at),
        "updated_at": written(one.updated_at),
        "url": f"{call.shapes.api}/repos/{home.full_name}/actions/workflows/{one.id}",
        "html_url": f"{web}/blob/{home.default_branch}/{one.path}",
        "badge_url": f"{web}/workflows/{name}/badge.svg",
    }
