"""Who looks at the pages: one of the people of the sandbox, kept in a cookie, else the owner
of the first repository.

There are no passwords: whoever reaches the sandbox may be anybody in it.
"""

from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from github_sandbox.pages.rendering import missing, page
from github_sandbox.state.objects import User
from github_sandbox.world import World

COOKIE = "sandbox-person"


async def form_lists(request: Request) -> dict[str, list[str]]:
    """All values of a plain form by their name."""
    text = (await request.body()).decode(errors="replace")
    return parse_qs(text, keep_blank_values=True)


def viewer(world: World, request: Request) -> User:
    """Who looks."""
    found = world.users.get(request.cookies.get(COOKIE, "").lower())
    return found if found and found.kind == "User" else world.users[world.owner.lower()]


def sign_in(response: Response, person: User) -> None:
    """From now on this browser looks as somebody."""
    response.set_cookie(COOKIE, person.login, path="/", httponly=True, samesite="lax")


def accounts(world: World, person: User) -> list[User]:
    """A person's own account, then the organizations they own."""
    run = [one for one in world.users.values() if one.kind == "Organization"]
    return [person, *(one for one in run if one.is_run_by(person))]


def address(url: str, **query: object) -> str:
    """An address with more in its query; what is empty is left out."""
    more = urlencode({name: value for name, value in query.items() if value not in {None, ""}})
    return f"{url}{'&' if '?' in url else '?'}{more}" if more else url


def router(world: World) -> APIRouter:
    """The page to choose a person."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/login")
    async def choose(request: Request, return_to: str = "/") -> Response:
        with world.lock:
            people = [user for user in world.users.values() if user.kind == "User"]
            me = viewer(world, request)
            return page("people.html.j2", people=people, viewer=me, return_to=return_to)

    @routes.post("/login")
    async def chosen(request: Request) -> Response:
        fields = await form_lists(request)
        person = world.users.get(fields.get("login", [""])[0].lower())
        if person is None or person.kind != "User":
            return missing("There is no such person here.")
        back = fields.get("return_to", ["/"])[0]
        ours = back.startswith("/") and not back.startswith(("//", "/\\"))
        response = RedirectResponse(back if ours else "/", 303)
        sign_in(response, person)
        return response

    return routes
