"""Control a running sandbox over HTTP, below /_sandbox: from another process, or by hand.

REFERENCE.md lists the routes for people, /openapi.json for machines. Each does what a test in the
same process does on the `World`.
"""

import os
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException
from pydantic import Field
from starlette.responses import JSONResponse, Response

from github_sandbox import dump
from github_sandbox.api import app_shapes
from github_sandbox.control_bodies import (
    AppBody,
    FaultBody,
    HookBody,
    InstallBody,
    LimitsBody,
    RepositoryBody,
    RepositoryChangeBody,
    TokenBody,
    UserBody,
    WebhookFaultsBody,
)
from github_sandbox.pages import sign_in
from github_sandbox.state import apps, bots, grants, hooks, moderation, pulls
from github_sandbox.state.faults import KINDS
from github_sandbox.state.objects import Permissions, Repository, Role
from github_sandbox.state.refusals import NotFound
from github_sandbox.webhooks import Webhooks
from github_sandbox.world import World

JSON = dict[str, Any]


def router(world: World, webhooks: Webhooks) -> APIRouter:
    """All control routes over one world."""
    routes = APIRouter(tags=["sandbox"])
    _add_state(routes, world)
    _add_log(routes, world)
    _add_faults(routes, world)
    _add_people(routes, world)
    _add_accounts(routes, world)
    _add_repositories(routes, world)
    _add_hooks(routes, world, webhooks)
    _add_apps(routes, world)
    return routes


def _repository(world: World, full_name: str | None) -> Repository:
    try:
        return world.repository(full_name)
    except NotFound:
        raise HTTPException(404, f"no repository {full_name}") from None


def _add_state(routes: APIRouter, world: World) -> None:
    @routes.get("/state")
    async def state() -> JSON:
        with world.lock:
            return dump.world(world)

    @routes.post("/reset")
    async def reset() -> JSON:
        world.reset()
        return {"reset": True}

    @routes.get("/clock")
    async def clock() -> JSON:
        return {"now": world.clock.exact().isoformat()}

    @routes.post("/clock/advance")
    async def advance(seconds: Annotated[float, Field(ge=0)]) -> JSON:
        with world.lock:
            world.clock.advance(timedelta(seconds=seconds))
            return {"now": world.clock.exact().isoformat()}

    @routes.get("/limits")
    async def limits() -> JSON:
        return dump.limits(world.limits)

    @routes.patch("/limits")
    async def set_limits(body: LimitsBody) -> JSON:
        with world.lock:
            for name, value in body.model_dump(exclude_none=True).items():
                setattr(world.limits, name, value)
            return dump.limits(world.limits)

    @routes.post("/limits/exhaust/{login}")
    async def exhaust(login: str) -> JSON:
        with world.lock:
            world.limits.exhaust(login, world.clock.exact())
        return {"exhausted": login}


def _add_log(routes: APIRouter, world: World) -> None:
    journal = world.journal

    @routes.get("/requests")
    async def requests(
        method: str | None = None, path: str | None = None, status: int | None = None
    ) -> list[JSON]:
        with world.lock:
            return [
                entry.as_json() for entry in journal.select(method=method, path=path, status=status)
            ]

    @routes.get("/requests/summary")
    async def summary() -> JSON:
        with world.lock:
            return journal.summary()

    @routes.delete("/requests")
    async def forget() -> JSON:
        with world.lock:
            journal.forget()
        return {"forgotten": True}

    @routes.put("/requests/bodies")
    async def bodies(on: bool) -> JSON:
        journal.record_bodies = on
        return {"record_bodies": on}


def _add_faults(routes: APIRouter, world: World) -> None:
    @routes.get("/faults")
    async def faults() -> list[JSON]:
        with world.lock:
            return [dump.fault(fault) for fault in world.faults.waiting]

    @routes.post("/faults", status_code=201)
    async def add_fault(body: FaultBody) -> JSON:
        if body.kind not in KINDS or body.kind == "call":
            raise HTTPException(422, f"no such fault over HTTP: {body.kind}")
        if body.kind == "kill" and body.pid in {None, os.getpid()}:
            raise HTTPException(422, "kill needs the pid of another process")
        with world.lock:
            return dump.fault(world.faults.add(**body.model_dump()))

    @routes.delete("/faults")
    async def clear_faults() -> JSON:
        with world.lock:
            world.faults.clear()
        return {"cleared": True}


def _add_people(routes: APIRouter, world: World) -> None:
    @routes.post("/users", status_code=201)
    async def add_user(body: UserBody) -> JSON:
        with world.lock:
            user = world.add_user(**body.model_dump())
        return {"login": user.login, "id": user.id}

    @routes.post("/as/{login}")
    async def act_as(login: str) -> JSON:
        """A token with which to act as that person, who is made when missing."""
        with world.lock:
            token = world.add_token(f"as-{login}", user=login)
        return {"token": token.value}

    @routes.post("/as-bot/{name}")
    async def act_as_bot(name: str, repository: str | None = None) -> JSON:
        """A token of another App, which is made and installed when missing."""
        with world.lock:
            actor = bots.other_bot(world, name, _repository(world, repository))
        return {"token": actor.token.value if actor.token else None}

    @routes.post("/sign-in/{login}")
    async def sign_in_as(login: str) -> Response:
        """From now on, whoever sends the cookie of the answer looks at the pages as that person."""
        with world.lock:
            person = world.add_user(login)
        response = JSONResponse({"login": person.login})
        sign_in.sign_in(response, person)
        return response

    @routes.post("/tokens", status_code=201)
    async def add_token(body: TokenBody) -> JSON:
        named = [_repository(world, name).full_name for name in body.repositories or []]
        permissions: Permissions | None = None
        if body.permissions is not None:
            permissions = dict(body.permissions)
        with world.lock:
            if body.kind == "workflow":
                home = world.repository(named[0] if named else None)
                bots.actions_token(world, home, body.token, permissions)
                return {"token": body.token}
            world.add_token(
                body.token,
                user=body.user or world.owner,
                permissions=permissions,
                repositories=named if body.repositories is not None else None,
                kind=body.kind,
                expires_in=None if body.expires_in is None else timedelta(seconds=body.expires_in),
            )
        return {"token": body.token}


def _add_accounts(routes: APIRouter, world: World) -> None:
    @routes.delete("/users/{login}")
    async def delete_user(login: str) -> JSON:
        with world.lock:
            if login.lower() not in world.users:
                raise HTTPException(404, f"no account {login}")
            world.delete_user(login)
        return {"deleted": login}

    @routes.put("/users/{login}/blocks/{other}")
    async def block(login: str, other: str) -> JSON:
        with world.lock:
            moderation.block(world.add_user(login), world.add_user(other))
        return {"blocked": other}

    @routes.delete("/users/{login}/blocks/{other}")
    async def unblock(login: str, other: str) -> JSON:
        with world.lock:
            moderation.unblock(world.add_user(login), world.add_user(other))
        return {"unblocked": other}

    @routes.put("/users/{login}/members/{member}")
    async def add_member(
        login: str, member: str, public: bool = True, role: Role | None = None
    ) -> JSON:
        with world.lock:
            if login.lower() not in world.users:
                raise HTTPException(404, f"no account {login}")
            world.add_member(login, member, public=public, role=role)
        return {"member": member, "public": public}


def _add_repositories(routes: APIRouter, world: World) -> None:
    @routes.post("/repositories", status_code=201)
    async def add_repository(body: RepositoryBody) -> JSON:
        with world.lock:
            return dump.repository(world.add_repository(**body.model_dump()))

    @routes.patch("/repositories/{owner}/{name}")
    async def change_repository(owner: str, name: str, body: RepositoryChangeBody) -> JSON:
        with world.lock:
            found = _repository(world, f"{owner}/{name}")
            if body.name:
                world.rename(found, body.name)
            if body.archived:
                world.archive(found)
            found.archived = found.archived if body.archived is None else body.archived
            found.private = found.private if body.private is None else body.private
            if body.is_template is not None:
                found.is_template = body.is_template
            if body.issues_enabled is not None:
                found.issues_enabled = body.issues_enabled
            if body.interaction_limit:
                limit = None if body.interaction_limit == "none" else body.interaction_limit
                moderation.limit_interactions(found, limit)
            if body.protected_branches is not None:
                found.branch_rules.clear()
                for pattern in body.protected_branches:
                    moderation.protect(found, pattern, body.protected_by)
            return dump.repository(found)

    @routes.post("/repositories/{owner}/{name}/pull-requests", status_code=201)
    async def open_pull_request(
        owner: str, name: str, title: str, body: str = "", merged: bool = False
    ) -> JSON:
        """One of the owner's, from a branch that is made for it."""
        with world.lock:
            found = _repository(world, f"{owner}/{name}")
            actor = world.actor(found.owner.login)
            issue = pulls.propose(world, actor, found, title, body)
            if merged:
                pulls.merge(world, actor, found, issue.number)
        return {"number": issue.number}


def _add_hooks(routes: APIRouter, world: World, webhooks: Webhooks) -> None:
    @routes.post("/hooks", status_code=201)
    async def add_hook(body: HookBody) -> JSON:
        events = hooks.EVERYTHING if body.events is None else frozenset(body.events)
        with world.lock:
            found = _repository(world, body.repository)
            hook = hooks.add(world, found, body.url, secret=body.secret, events=events)
        return {"id": hook.id}

    @routes.patch("/hooks/faults")
    async def set_webhook_faults(body: WebhookFaultsBody) -> JSON:
        with world.lock:
            for name, value in body.model_dump(exclude_none=True).items():
                setattr(world.webhook_faults, name, value)
            return asdict(world.webhook_faults)

    @routes.post("/hooks/release")
    async def release(order: Literal["sent", "reversed"] = "sent") -> JSON:
        return {"released": webhooks.release(order)}

    @routes.get("/deliveries")
    async def deliveries() -> list[JSON]:
        with world.lock:
            return [app_shapes.delivery(one) for one in world.deliveries]


def _add_apps(routes: APIRouter, world: World) -> None:
    @routes.post("/apps", status_code=201)
    async def add_app(body: AppBody) -> JSON:
        with world.lock:
            app = apps.create(world, **{**body.model_dump(), "owner": body.owner or world.owner})
        names = ("id", "slug", "client_id", "client_secret", "private_key")
        return {name: getattr(app, name) for name in names}

    @routes.post("/apps/{app_id}/tokens/{login}", status_code=201)
    async def sign_in(app_id: int, login: str) -> JSON:
        """A token as that person gets by signing in to the App."""
        with world.lock:
            if app_id not in world.apps:
                raise HTTPException(404, f"no App {app_id}")
            person = world.add_user(login)
            world.authorized.add((person, world.apps[app_id]))
            given = grants.give(world, world.apps[app_id], person)
        return {"token": given.token.value, "refresh_token": given.refresh}

    @routes.post("/apps/{app_id}/installations", status_code=201)
    async def install(app_id: int, body: InstallBody) -> JSON:
        with world.lock:
            if app_id not in world.apps:
                raise HTTPException(404, f"no App {app_id}")
            chosen = [_repository(world, name) for name in body.repositories or []]
            installation = apps.install(
                world,
                world.apps[app_id],
                body.account or world.owner,
                repositories=chosen if body.repositories is not None else None,
            )
        return {"id": installation.id}
