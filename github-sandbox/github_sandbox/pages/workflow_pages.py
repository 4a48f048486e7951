"""The page of workflows: which there are, and whether each is enabled. None runs here."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from github_sandbox.pages.forms import form
from github_sandbox.pages.rendering import page
from github_sandbox.pages.repository_pages import REPO
from github_sandbox.state import checks, workflows
from github_sandbox.world import World


def router(world: World) -> APIRouter:
    """The page and its form over one world."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(REPO + "/actions")
    async def listed(owner: str, name: str) -> Response:
        with world.lock:
            repo = world.repository(f"{owner}/{name}")
            found = workflows.of(world, repo)
            shown = [(one, workflows.title(repo, one.path)) for one in found]
            return page("actions.html.j2", repo=repo, tab="actions", shown=shown)

    @routes.post(REPO + "/actions/workflows/{number:int}")
    async def change(owner: str, name: str, number: int, request: Request) -> Response:
        fields = await form(request)
        enabling = fields.get("state") == "enable"
        with world.lock:
            repo = world.repository(f"{owner}/{name}")
            checks.writable(repo)
            (workflows.enable if enabling else workflows.disable)(world, repo, str(number))
            return RedirectResponse(f"/{repo.full_name}/actions", 303)

    return routes
