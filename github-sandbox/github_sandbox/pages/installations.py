"""The pages on which a person installs an App, and changes, stops or removes it afterwards.

After "Installing a GitHub App from a third party", "About the setup URL" and "Reviewing and
modifying installed GitHub Apps". An address with a `state` has it given back at the setup URL.
"""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from github_sandbox.api.app_shapes import settings_page
from github_sandbox.pages.rendering import page
from github_sandbox.pages.sign_in import accounts, address, form_lists, viewer
from github_sandbox.state import apps, grants
from github_sandbox.state.objects import Actor, App, Installation, Repository, User
from github_sandbox.state.refusals import Conflict, Invalid, NotFound
from github_sandbox.world import World

NEW = "/apps/{slug}/installations/new"
SETTINGS = "/settings/installations"
ONE = SETTINGS + "/{number:int}"
ORGANIZATION = "/organizations/{organization}"


def router(world: World) -> APIRouter:
    """All these pages over one world."""
    routes = APIRouter(include_in_schema=False)
    _add_install(routes, world)
    _add_settings(routes, world)
    _add_acts(routes, world)
    return routes


def _open_to(world: World, me: User, slug: str) -> tuple[App, list[User]]:
    """An App, and on which of their accounts a person may install it. Raises NotFound."""
    app = apps.by_slug(world, slug)
    where = [one for one in accounts(world, me) if app.public or one is app.owner]
    if not where:
        raise NotFound
    return app, where


def _add_install(routes: APIRouter, world: World) -> None:
    @routes.get(NEW)
    async def new(request: Request, slug: str, target_id: str = "", state: str = "") -> Response:
        with world.lock:
            me = viewer(world, request)
            app, where = _open_to(world, me, slug)
            chosen = [one for one in where if str(one.id) == target_id] or where
            there = {one: apps.on(world, app, one) for one in where}
            if len(chosen) > 1:
                return page(
                    "accounts.html.j2",
                    viewer=me,
                    app=app,
                    there=there,
                    page_of=settings_page,
                    state=state,
                )
            already = there[chosen[0]]
            if already:
                return RedirectResponse(settings_page(already), 302)
            return page(
                "install.html.j2",
                leads_to=app.setup_url,
                viewer=me,
                app=app,
                account=chosen[0],
                repositories=_owned(world, chosen[0]),
                state=state,
            )

    @routes.post("/apps/{slug}/installations")
    async def install(request: Request, slug: str) -> Response:
        fields = await form_lists(request)
        with world.lock:
            me = viewer(world, request)
            app, where = _open_to(world, me, slug)
            target = fields.get("target_id", [""])[0]
            account = next((one for one in where if str(one.id) == target), None)
            if account is None:
                raise NotFound
            if apps.on(world, app, account):
                raise Conflict(f"{app.name} is installed on {account.login} already.")
            wanted = _wanted(world, account, fields)
            made = apps.install(world, app, account.login, repositories=wanted, by=me)
        return _onwards(made, "install", fields.get("state", [""])[0])


def _add_settings(routes: APIRouter, world: World) -> None:
    @routes.get(SETTINGS)
    async def applications(request: Request) -> Response:
        with world.lock:
            me = viewer(world, request)
            mine = accounts(world, me)
            every = world.installations.values()
            return page(
                "applications.html.j2",
                viewer=me,
                installations=[one for one in every if one.account in mine],
                page_of=settings_page,
                authorized=[app for app in world.apps.values() if (me, app) in world.authorized],
            )

    @routes.post("/settings/connections/applications/{client_id}/revoke")
    async def revoke(request: Request, client_id: str) -> Response:
        with world.lock:
            me = viewer(world, request)
            grants.revoke(world, grants.app_of(world, client_id), me)
        return RedirectResponse(SETTINGS, 303)

    @routes.get(ONE)
    @routes.get(ORGANIZATION + ONE)
    async def settings(request: Request, number: int) -> Response:
        with world.lock:
            me = viewer(world, request)
            found = _mine(world, me, number)
            return page(
                "installation.html.j2",
                leads_to=found.app.setup_url if found.app.setup_on_update else None,
                viewer=me,
                installation=found,
                app=found.app,
                account=found.account,
                action=settings_page(found),
                repositories=_owned(world, found.account),
            )


def _add_acts(routes: APIRouter, world: World) -> None:
    @routes.post(ONE)
    @routes.post(ORGANIZATION + ONE)
    async def change(request: Request, number: int) -> Response:
        fields = await form_lists(request)
        with world.lock:
            me = viewer(world, request)
            found = _mine(world, me, number)
            apps.choose(world, Actor(me), found, _wanted(world, found.account, fields))
        if found.app.setup_on_update:
            return _onwards(found, "update", "")
        return RedirectResponse(settings_page(found), 303)

    @routes.post(ONE + "/{act}")
    @routes.post(ORGANIZATION + ONE + "/{act}")
    async def act(request: Request, number: int, act: str) -> Response:
        with world.lock:
            me = viewer(world, request)
            found = _mine(world, me, number)
            if act == "uninstall":
                apps.uninstall(world, Actor(me), found)
                return RedirectResponse(SETTINGS, 303)
            if act not in {"suspend", "unsuspend"}:
                raise NotFound
            if (act == "suspend") is not bool(found.suspended_at):
                done = apps.suspend if act == "suspend" else apps.unsuspend
                done(world, Actor(me), found)
            return RedirectResponse(settings_page(found), 303)


def _onwards(installation: Installation, what: str, state: str) -> Response:
    """To the App's set-up page where it has one."""
    if installation.app.setup_url is None:
        return RedirectResponse(settings_page(installation), 303)
    query = {"installation_id": installation.id, "setup_action": what, "state": state}
    return RedirectResponse(address(installation.app.setup_url, **query), 302)


def _owned(world: World, account: User) -> list[Repository]:
    return [repo for repo in world.repositories.values() if repo.owner is account]


def _mine(world: World, me: User, number: int) -> Installation:
    """Raises NotFound for one on somebody else's account."""
    found = world.installations.get(number)
    if found is None or not found.account.is_run_by(me):
        raise NotFound
    return found


def _wanted(
    world: World, account: User, fields: Mapping[str, list[str]]
) -> list[Repository] | None:
    """None for all. Raises Invalid."""
    if fields.get("install_target") == ["all"]:
        return None
    asked = fields.get("repository_ids", [])
    found = [repo for repo in _owned(world, account) if str(repo.id) in asked]
    if not found:
        raise Invalid("Choose at least one repository.")
    return found
