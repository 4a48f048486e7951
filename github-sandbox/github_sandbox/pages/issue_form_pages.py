"""New issues: the choice of a form, the forms, and a blank issue."""

from urllib.parse import parse_qs

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from github_sandbox.pages import markdown
from github_sandbox.pages.markdown import Setting
from github_sandbox.pages.rendering import IssueUrl, page
from github_sandbox.pages.repository_pages import REPO
from github_sandbox.state import checks, issue_forms, issues
from github_sandbox.state.objects import Actor
from github_sandbox.world import World


def router(world: World) -> APIRouter:
    """All pages of new issues over one world."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(REPO + "/issues/new/choose")
    async def choose(owner: str, name: str) -> Response:
        with world.lock:
            repo = world.repository(f"{owner}/{name}")
            forms, blank = issue_forms.of(repo), issue_forms.has_blank_issues(repo)
            return page("choose_issue.html.j2", repo=repo, tab="issues", forms=forms, blank=blank)

    @routes.get(REPO + "/issues/new")
    async def new_issue(owner: str, name: str, request: Request) -> Response:
        given = request.query_params
        with world.lock:
            repo = world.repository(f"{owner}/{name}")
            if "template" not in given:
                return page("new_issue.html.j2", repo=repo, tab="issues", given=given)
            form = issue_forms.find(repo, given["template"])
            setting = Setting(IssueUrl(repo), ticks=False)
            return page(
                "issue_form.html.j2",
                repo=repo,
                tab="issues",
                form=form,
                given=given,
                rendered=lambda text: markdown.render(text, setting),
            )

    @routes.post(REPO + "/issues/new")
    async def create(owner: str, name: str, request: Request) -> Response:
        text = (await request.body()).decode(errors="replace")
        given = parse_qs(text, keep_blank_values=True)
        fields: dict[str, object] = {key: values[0] for key, values in given.items()}
        with world.lock:
            repo = world.repository(f"{owner}/{name}")
            checks.writable(repo)
            if "template" in given:
                form = issue_forms.find(repo, given["template"][0])
                fields = {
                    "title": fields.get("title"),
                    "body": issue_forms.body(repo, form, given),
                    "labels": issue_forms.known_labels(repo, form),
                    "assignees": list(form.assignees),
                }
            made = issues.create(world, Actor(repo.owner), repo, fields)
            return RedirectResponse(f"/{repo.full_name}/issues/{made.number}", 303)

    return routes
