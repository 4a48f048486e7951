"""The page on which a person registers an App from a manifest, and the App's own page.

After "Registering a GitHub App from a manifest": a form elsewhere brings the manifest, a page shows
what the App may do and lets its name be changed, and the person goes back with a code.
"""

import json
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from github_sandbox.pages.rendering import missing, page
from github_sandbox.pages.sign_in import accounts, address, form_lists, viewer
from github_sandbox.state import apps, manifests
from github_sandbox.state.objects import User
from github_sandbox.state.refusals import Forbidden, NotFound
from github_sandbox.world import World

ORGANIZATION = "/organizations/{organization}"
NEW = "/settings/apps/new"
CONFIRM = "/settings/apps"


def router(world: World) -> APIRouter:
    """All these pages over one world."""
    routes = APIRouter(include_in_schema=False)
    _add_registration(routes, world)
    _add_app(routes, world)
    return routes


def _add_registration(routes: APIRouter, world: World) -> None:
    @routes.post(NEW)
    @routes.post(ORGANIZATION + NEW)
    async def propose(request: Request, organization: str = "", state: str = "") -> Response:
        fields = await form_lists(request)
        text = fields.get("manifest", [""])[0]
        with world.lock:
            me = viewer(world, request)
            owner = _owner(world, me, organization)
            data, wrong = manifests.read(text)
            if wrong:
                return page("manifest.html.j2", status=422, viewer=me, wrong=wrong)
            # GitHub takes the state from the address; a field of the form does as well.
            state = state or fields.get("state", [""])[0]
            return _proposal(me, owner, data, state, str(data.get("name", "")))

    @routes.post(CONFIRM)
    @routes.post(ORGANIZATION + CONFIRM)
    async def confirm(request: Request, organization: str = "") -> Response:
        fields = await form_lists(request)
        name, state, text = (fields.get(key, [""])[0] for key in ("name", "state", "manifest"))
        with world.lock:
            me = viewer(world, request)
            owner = _owner(world, me, organization)
            data, wrong = manifests.read(text)
            if wrong:
                return page("manifest.html.j2", status=422, viewer=me, wrong=wrong)
            problem = manifests.name_problem(world, owner, name.strip())
            if problem:
                return _proposal(me, owner, data, state, name, problem)
            if "redirect_url" not in data:
                return missing("The manifest names no redirect_url to go back to.", 422)
            code = apps.submit_manifest(world, owner.login, {**data, "name": name.strip()})
        return RedirectResponse(address(data["redirect_url"], code=code, state=state), 302)


def _proposal(
    me: User, owner: User, data: dict[str, Any], state: str, name: str, problem: str = ""
) -> Response:
    whose = f"/organizations/{owner.login}" if owner.kind == "Organization" else ""
    return page(
        "new_app.html.j2",
        status=422 if problem else 200,
        leads_to=data.get("redirect_url"),
        viewer=me,
        owner=owner,
        action=whose + CONFIRM,
        manifest=json.dumps(data),
        data=data,
        permissions={"metadata": "read", **data.get("default_permissions", {})},
        state=state,
        name=name,
        problem=problem,
    )


def _owner(world: World, me: User, organization: str) -> User:
    """Raises NotFound, or Forbidden where the person may not register."""
    if not organization:
        return me
    owner = world.users.get(organization.lower())
    if owner is None or owner.kind != "Organization":
        raise NotFound
    if not owner.is_run_by(me):
        raise Forbidden(f"{me.login} is no owner of {owner.login}.")
    return owner


def _add_app(routes: APIRouter, world: World) -> None:
    @routes.get("/apps/{slug}")
    async def app_page(request: Request, slug: str) -> Response:
        with world.lock:
            me = viewer(world, request)
            app = apps.by_slug(world, slug)
            if not (app.public or app.owner.is_run_by(me)):
                return missing()
            there = [apps.on(world, app, account) for account in accounts(world, me)]
            return page("app.html.j2", viewer=me, app=app, installed=any(there))
