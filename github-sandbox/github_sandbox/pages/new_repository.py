"""The page that makes a repository from a template, as the signed-in person."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from github_sandbox.pages.forms import form
from github_sandbox.pages.rendering import page
from github_sandbox.pages.repository_pages import REPO
from github_sandbox.pages.sign_in import accounts, address, viewer
from github_sandbox.state import templates
from github_sandbox.state.objects import Actor, Repository
from github_sandbox.state.refusals import NotFound
from github_sandbox.world import World


def router(world: World) -> APIRouter:
    """The page, and the short address `/OWNER/NAME/generate` that leads to it."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(REPO + "/generate")
    async def generate(owner: str, name: str) -> Response:
        with world.lock:
            found = _template(world, owner, name)
        query = {"template_name": found.name, "template_owner": found.owner.login}
        return RedirectResponse(address("/new", **query), 302)

    @routes.get("/new")
    async def new(request: Request, template_name: str = "", template_owner: str = "") -> Response:
        with world.lock:
            found = _template(world, template_owner, template_name)
            owners = accounts(world, viewer(world, request))
            return page("new_repository.html.j2", source=found, owners=owners)

    @routes.post("/repositories")
    async def create(request: Request) -> Response:
        fields = await form(request)
        with world.lock:
            owner, _, name = fields.get("template", "").partition("/")
            actor = Actor(viewer(world, request))
            wanted = {
                **fields,
                "private": fields.get("visibility") == "private",
                "include_all_branches": "include_all_branches" in fields,
            }
            made = templates.generate(world, actor, world.repository(f"{owner}/{name}"), wanted)
            return RedirectResponse(f"/{made.full_name}", 303)

    return routes


def _template(world: World, owner: str, name: str) -> Repository:
    found = world.repository(f"{owner}/{name}")
    if not found.is_template:
        raise NotFound
    return found
