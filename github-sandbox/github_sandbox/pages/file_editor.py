"""The file editor: change a text file of a branch, or add one, and commit."""

import base64

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from github_sandbox.pages.file_pages import place_of
from github_sandbox.pages.forms import form
from github_sandbox.pages.rendering import missing, page
from github_sandbox.pages.repository_pages import REPO
from github_sandbox.state import checks, files
from github_sandbox.state.git import blob_sha
from github_sandbox.state.objects import Actor, Repository
from github_sandbox.state.refusals import Invalid, NotFound
from github_sandbox.world import World


def router(world: World) -> APIRouter:
    """The editor's pages and forms over one world."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(REPO + "/edit/{rest:path}")
    async def edit(owner: str, name: str, rest: str) -> Response:
        with world.lock:
            repo = world.repository(f"{owner}/{name}")
            branch, path = _place(repo, rest)
            text = text_of(repo, branch, path)
            if text is None:
                return missing("This file can't be edited here.")
            sha = blob_sha(text.encode())
            return _editor(repo, rest, {"branch": branch, "path": path, "text": text, "sha": sha})

    @routes.get(REPO + "/new/{rest:path}")
    async def new(owner: str, name: str, rest: str) -> Response:
        with world.lock:
            repo = world.repository(f"{owner}/{name}")
            branch, folder = _place(repo, rest)
            path = f"{folder}/" if folder else ""
            return _editor(repo, rest, {"branch": branch, "path": path, "text": "", "sha": ""})

    @routes.post(REPO + "/edit/{rest:path}")
    async def commit(owner: str, name: str, rest: str, request: Request) -> Response:
        return _commit(world, f"{owner}/{name}", rest, await form(request))

    @routes.post(REPO + "/new/{rest:path}")
    async def create(owner: str, name: str, rest: str, request: Request) -> Response:
        return _commit(world, f"{owner}/{name}", rest, await form(request))

    return routes


def text_of(repo: Repository, branch: str, path: str) -> str | None:
    """Return a file's text; None for what is no text."""
    head = repo.git.head(branch)
    content = head.files.get(path) if head else None
    try:
        return None if content is None or b"\0" in content else content.decode()
    except UnicodeDecodeError:
        return None


def _place(repo: Repository, rest: str) -> tuple[str, str]:
    """Return branch and path of an address. Raises NotFound for a commit or a tag."""
    if not repo.git.refs and rest.split("/", maxsplit=1)[0] == repo.default_branch:
        return repo.default_branch, ""
    place = place_of(repo, rest)
    if place.ref not in repo.git.branches():
        raise NotFound
    return place.ref, place.path


def _editor(repo: Repository, rest: str, file: dict[str, str]) -> Response:
    return page("edit_file.html.j2", repo=repo, tab="code", rest=rest, file=file)


def _commit(world: World, full_name: str, rest: str, given: dict[str, str]) -> Response:
    """Write the file that was sent, and show it. Raises what `files.put` raises."""
    with world.lock:
        repo = world.repository(full_name)
        checks.writable(repo)
        branch, before = _place(repo, rest)
        path, sha = given.get("path", "").strip().strip("/") or before, given.get("sha", "")
        if not path or {"", ".", ".."} & set(path.split("/")):
            raise Invalid("The name of the file isn't valid.")
        old = text_of(repo, branch, path) or ""
        head = repo.git.head(branch)
        if not sha and head and path in head.files:
            raise Invalid("A file with the same name already exists.")
        text = given.get("text", "").replace("\r\n", "\n")
        text = text.replace("\n", "\r\n") if "\r\n" in old else text
        verb = "Update" if sha else "Create"
        fields = {
            "message": given.get("message", "").strip() or f"{verb} {path.rpartition('/')[2]}",
            "content": base64.b64encode(text.encode()).decode(),
            "branch": branch,
            **({"sha": sha} if sha else {}),
        }
        files.put(world, Actor(repo.owner), repo, path, fields)
        return RedirectResponse(f"/{repo.full_name}/blob/{branch}/{path}", 303)
