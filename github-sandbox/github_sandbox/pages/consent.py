"""Signing in to an App: the page that asks, and the endpoint that trades codes for tokens.

After "Generating a user access token for a GitHub App". Who has said yes once is sent on at once.
An address that is not registered is answered as "Troubleshooting authorization request errors" has
it: with an error, at the registered one.
"""

import json
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from github_sandbox.pages.forms import form
from github_sandbox.pages.rendering import missing, page
from github_sandbox.pages.sign_in import address, viewer
from github_sandbox.state import grants
from github_sandbox.state.refusals import Invalid, NotFound
from github_sandbox.world import World

AUTHORIZE = "/login/oauth/authorize"
EXCHANGE = "/login/oauth/access_token"
HIDDEN_FIELDS = ("client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method")


def router(world: World) -> APIRouter:
    """The page and the endpoint over one world."""
    routes = APIRouter(include_in_schema=False)
    _add_page(routes, world)
    _add_endpoint(routes, world)
    return routes


def _add_page(routes: APIRouter, world: World) -> None:
    @routes.get(AUTHORIZE)
    async def send(request: Request) -> Response:
        query = dict(request.query_params)
        with world.lock:
            me = viewer(world, request)
            app = grants.app_of(world, query.get("client_id", ""))
            try:
                place = grants.place(app, query.get("redirect_uri", ""))
            except grants.OAuthError as refused:
                return _back(app.callback_urls[0], query, **refused.fields)
            challenge = _challenge(query)
            if (me, app) in world.authorized:
                code = grants.consent(world, app, me, place, challenge)
                return _back(place, query, code=code)
            return page(
                "authorize.html.j2",
                leads_to=place,
                viewer=me,
                app=app,
                place=place,
                hidden_fields={name: query[name] for name in HIDDEN_FIELDS if name in query},
                here=address(AUTHORIZE, **query),
            )

    @routes.post(AUTHORIZE)
    async def answer(request: Request) -> Response:
        fields = await form(request)
        with world.lock:
            me = viewer(world, request)
            app = grants.app_of(world, fields.get("client_id", ""))
            try:
                place = grants.place(app, fields.get("redirect_uri", ""))
            except grants.OAuthError as refused:
                return _back(app.callback_urls[0], fields, **refused.fields)
            if fields.get("authorize") != "1":
                return _back(place, fields, **grants.OAuthError("access_denied").fields)
            code = grants.consent(world, app, me, place, _challenge(fields))
            return _back(place, fields, code=code)


def _back(place: str, given: Mapping[str, str], **query: str) -> Response:
    return RedirectResponse(address(place, **query, state=given.get("state", "")), 302)


def _challenge(given: Mapping[str, str]) -> str:
    """Raises Invalid for any method but S256. What GitHub shows then is not documented."""
    challenge = given.get("code_challenge", "")
    method = given.get("code_challenge_method", "")
    if (challenge or method) and (method != "S256" or len(challenge) != grants.CHALLENGE):
        raise Invalid("code_challenge_method must be S256, and code_challenge fit it.")
    return challenge


def _add_endpoint(routes: APIRouter, world: World) -> None:
    @routes.post(EXCHANGE)
    async def exchange(request: Request) -> Response:
        fields = {**dict(request.query_params), **await _fields(request)}
        with world.lock:
            try:
                given = grants.exchange(world, fields)
            except grants.OAuthError as refused:
                return _token_answer(request, refused.fields)
            except NotFound as unknown:
                return _token_answer(request, {"error": unknown.message}, 404)
        return _token_answer(
            request,
            {
                "access_token": given.token.value,
                "expires_in": int(grants.TOKEN_LASTS.total_seconds()),
                "refresh_token": given.refresh,
                "refresh_token_expires_in": int(grants.REFRESH_LASTS.total_seconds()),
                "scope": "",
                "token_type": "bearer",
            },
        )

    @routes.get(EXCHANGE)
    async def nothing() -> Response:
        return missing()


async def _fields(request: Request) -> dict[str, str]:
    """A form's fields or those of a JSON object."""
    text = (await request.body()).decode(errors="replace")
    if not request.headers.get("content-type", "").startswith("application/json"):
        return dict(parse_qsl(text, keep_blank_values=True))
    try:
        data = json.loads(text)
    except ValueError:
        data = None
    return {name: str(value) for name, value in data.items()} if isinstance(data, dict) else {}


def _token_answer(request: Request, data: Mapping[str, object], status: int = 200) -> Response:
    """As JSON to whoever accepts it, else as a form."""
    headers = {"Cache-Control": "no-store"}
    if "json" in request.headers.get("accept", ""):
        return JSONResponse(dict(data), status, headers)
    kind = "application/x-www-form-urlencoded; charset=utf-8"
    return Response(urlencode(data), status, headers, media_type=kind)
