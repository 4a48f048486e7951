"""The forms: what a person does in the browser, as the owner of the repository.

The check of the origin has turned away posts from other sites before they reach this.
"""

from urllib.parse import parse_qsl

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from github_sandbox.pages import markdown
from github_sandbox.pages.rendering import missing
from github_sandbox.pages.repository_pages import REPO
from github_sandbox.state import checks, comments, issues, labels, milestones, pulls
from github_sandbox.state.objects import Actor, Issue, Repository
from github_sandbox.world import World

ISSUE = REPO + "/issues/{number:int}"


async def form(request: Request) -> dict[str, str]:
    """The fields of a plain form."""
    text = (await request.body()).decode(errors="replace")
    return dict(parse_qsl(text, keep_blank_values=True))


def router(world: World) -> APIRouter:
    """All forms over one world."""
    routes = APIRouter(include_in_schema=False)
    _add_issue_forms(routes, world)
    _add_text_forms(routes, world)
    _add_label_forms(routes, world)
    _add_other_forms(routes, world)
    return routes


def _repository(world: World, owner: str, name: str) -> tuple[Actor, Repository]:
    repo = world.repository(f"{owner}/{name}")
    checks.writable(repo)
    return Actor(repo.owner), repo


def _to_issue(repo: Repository, issue: Issue, anchor: str = "") -> Response:
    return RedirectResponse(f"/{repo.full_name}/issues/{issue.number}{anchor}", 303)


def _add_issue_forms(routes: APIRouter, world: World) -> None:
    @routes.post(ISSUE + "/edit")
    async def edit(owner: str, name: str, number: int, request: Request) -> Response:
        fields = await form(request)
        known: dict[str, str | None] = {
            key: fields[key] for key in ("title", "body") if key in fields
        }
        return change(owner, name, number, known)

    @routes.post(ISSUE + "/state")
    async def state(owner: str, name: str, number: int, request: Request) -> Response:
        fields = await form(request)
        wanted = fields.get("reason")
        closing = {"state": "closed", "state_reason": wanted}
        return change(owner, name, number, closing if wanted else {"state": "open"})

    def change(owner: str, name: str, number: int, fields: dict[str, str | None]) -> Response:
        with world.lock:
            actor, repo = _repository(world, owner, name)
            issue = issues.find(repo, number)
            issues.edit(world, actor, repo, issue, fields)
            return _to_issue(repo, issue)

    @routes.post(REPO + "/pull/{number:int}/merge")
    async def merge(owner: str, name: str, number: int) -> Response:
        with world.lock:
            actor, repo = _repository(world, owner, name)
            pulls.merge(world, actor, repo, number)
            return _to_issue(repo, repo.issues[number])

    @routes.post(ISSUE + "/delete")
    async def delete(owner: str, name: str, number: int) -> Response:
        with world.lock:
            actor, repo = _repository(world, owner, name)
            issues.delete(world, actor, repo, issues.find(repo, number))
            return RedirectResponse(f"/{repo.full_name}/issues", 303)


def _add_text_forms(routes: APIRouter, world: World) -> None:
    @routes.post(ISSUE + "/comments")
    async def comment(owner: str, name: str, number: int, request: Request) -> Response:
        fields = await form(request)
        with world.lock:
            actor, repo = _repository(world, owner, name)
            issue = issues.find(repo, number)
            made = comments.create(world, actor, repo, issue, fields)
            return _to_issue(repo, issue, f"#issuecomment-{made.id}")

    @routes.post(ISSUE + "/tick")
    async def tick(owner: str, name: str, number: int, request: Request) -> Response:
        fields = await form(request)
        line = fields.get("line", "")
        at = int(line) if line.isascii() and line.isdigit() else -1
        with world.lock:
            actor, repo = _repository(world, owner, name)
            issue = issues.find(repo, number)
            if fields.get("comment", "").isdecimal():
                _, comment = comments.find(repo, int(fields["comment"]))
                body = markdown.toggle(comment.body, at)
                if body is not None:
                    comments.edit(world, actor, repo, comment, {"body": body})
                return _to_issue(repo, issue, f"#issuecomment-{comment.id}")
            body = markdown.toggle(issue.body or "", at)
            if body is not None:
                issues.edit(world, actor, repo, issue, {"body": body})
            return _to_issue(repo, issue, "#body")


def _add_label_forms(routes: APIRouter, world: World) -> None:
    @routes.post(ISSUE + "/labels")
    async def label_issue(owner: str, name: str, number: int, request: Request) -> Response:
        text = (await request.body()).decode(errors="replace")
        names = [value for key, value in parse_qsl(text) if key == "label"]
        with world.lock:
            actor, repo = _repository(world, owner, name)
            issue = issues.find(repo, number)
            wanted = [labels.find(repo, one) for one in names]
            labels.put_on(world, actor, repo, issue, wanted)
            return _to_issue(repo, issue)

    @routes.post(REPO + "/labels/new")
    async def create_label(owner: str, name: str, request: Request) -> Response:
        fields = await form(request)
        with world.lock:
            actor, repo = _repository(world, owner, name)
            labels.create(world, actor, repo, _label_fields(fields))
            return RedirectResponse(f"/{repo.full_name}/labels", 303)

    @routes.post(REPO + "/labels/edit")
    async def edit_label(owner: str, name: str, request: Request) -> Response:
        fields = await form(request)
        with world.lock:
            actor, repo = _repository(world, owner, name)
            label = labels.find(repo, fields.get("label", ""))
            labels.edit(world, actor, repo, label, _label_fields(fields))
            return RedirectResponse(f"/{repo.full_name}/labels", 303)

    @routes.post(REPO + "/labels/delete")
    async def delete_label(owner: str, name: str, request: Request) -> Response:
        fields = await form(request)
        with world.lock:
            actor, repo = _repository(world, owner, name)
            label = labels.find(repo, fields.get("label", ""))
            labels.delete(world, actor, repo, label)
            return RedirectResponse(f"/{repo.full_name}/labels", 303)


def _label_fields(fields: dict[str, str]) -> dict[str, str]:
    """Return a label's fields; a browser writes colours as `#aabbcc`."""
    known: dict[str, str] = {}
    for key in ("name", "color", "description"):
        if key in fields:
            known[key] = fields[key].removeprefix("#" if key == "color" else "")
    return known


def _add_other_forms(routes: APIRouter, world: World) -> None:
    @routes.post(REPO + "/milestone/{number:int}/delete")
    async def delete_milestone(owner: str, name: str, number: int) -> Response:
        with world.lock:
            actor, repo = _repository(world, owner, name)
            milestones.delete(world, actor, repo, milestones.find(repo, number))
            return RedirectResponse(f"/{repo.full_name}/milestones", 303)

    @routes.post("/requests/forget")
    async def forget() -> Response:
        with world.lock:
            world.journal.forget()
        return RedirectResponse("/requests", 303)

    @routes.api_route("/{path:path}", methods=["GET", "POST"])
    async def nothing(path: str) -> Response:  # noqa: ARG001 - the name is the route's
        return missing()
