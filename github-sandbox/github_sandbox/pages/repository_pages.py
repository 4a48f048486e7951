"""The pages a person reads: repositories, issues, milestones, labels and the request log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from github_sandbox.pages import markdown
from github_sandbox.pages.markdown import Setting
from github_sandbox.pages.rendering import IssueUrl, folder, missing, page
from github_sandbox.state import issue_forms, issues, milestones, pulls
from github_sandbox.state.objects import Issue, Label, Milestone, Repository
from github_sandbox.world import World

ON_A_PAGE = 25
REPO = "/{owner}/{name}"


@dataclass(frozen=True)
class Filters:
    """What an issue list is narrowed to; empty means everything."""

    state: str = "open"
    q: str = ""
    label: str = ""
    milestone: str = ""

    @property
    def are_none(self) -> bool:
        """Nothing is narrowed; which state is shown does not count."""
        return not (self.q or self.label or self.milestone)

    def url(self, **changed: str) -> str:
        """A query string with some of the filters changed."""
        values = {**self.__dict__, **changed}
        return "?" + urlencode({name: value for name, value in values.items() if value})

    def fits(self, issue: Issue) -> bool:
        text = f"{issue.title}\n{issue.body or ''}".lower()
        number = str(issue.milestone.number) if issue.milestone else "none"
        return (
            (not self.label or self.label.lower() in {one.name.lower() for one in issue.labels})
            and (not self.milestone or self.milestone == number)
            and all(word in text or word == f"#{issue.number}" for word in self.q.lower().split())
        )


@dataclass(frozen=True)
class Progress:
    """A milestone with its issues counted."""

    milestone: Milestone
    still: int
    done: int

    @property
    def percent(self) -> int:
        return 100 * self.done // (self.still + self.done) if self.done else 0


def router(world: World) -> APIRouter:
    """All pages over one world. Reading needs nobody's permission: this is the learner's view."""
    routes = APIRouter(include_in_schema=False)
    _add_top(routes, world)
    _add_issues(routes, world)
    _add_milestones(routes, world)
    _add_labels(routes, world)
    return routes


def _add_top(routes: APIRouter, world: World) -> None:
    @routes.get("/")
    async def home() -> Response:
        with world.lock:
            return page("home.html.j2", repositories=list(world.repositories.values()))

    @routes.get("/assets/style.css")
    async def style() -> Response:
        return FileResponse(folder() / "style.css", headers={"Cache-Control": "no-cache"})

    @routes.get("/avatars/u/{number:int}")
    async def avatar(number: int) -> Response:
        return Response(_avatar(world, number), media_type="image/svg+xml")

    @routes.get("/requests")
    async def requests(method: str = "") -> Response:
        with world.lock:
            entries = world.journal.select(method=method or None)
            return page(
                "requests.html.j2",
                entries=entries[-500:][::-1],
                summary=world.journal.summary(),
                method=method.upper(),
            )

    @routes.get("/{login}")
    async def person(login: str) -> Response:
        with world.lock:
            user = world.users.get(login.lower())
            if user is None:
                return missing()
            owned = [repo for repo in world.repositories.values() if repo.owner is user]
            return page("home.html.j2", repositories=owned, user=user)


def _add_issues(routes: APIRouter, world: World) -> None:
    @routes.get(REPO + "/issues")
    async def issue_list(owner: str, name: str, request: Request) -> Response:
        with world.lock:
            return _issue_list(world.repository(f"{owner}/{name}"), request.query_params)

    @routes.get(REPO + "/issues/{number:int}")
    @routes.get(REPO + "/pull/{number:int}")
    async def issue_page(owner: str, name: str, number: int) -> Response:
        with world.lock:
            repo = world.repository(f"{owner}/{name}")
            issue = issues.find(repo, number)
            setting = Setting(IssueUrl(repo), ticks=not repo.archived)
            comments = [(one, markdown.render(one.body, setting)) for one in issue.comments]
            return page(
                "issue.html.j2",
                repo=repo,
                tab="issues",
                issue=issue,
                pull=pulls.find(repo, number)[1] if issue.pull else None,
                body=markdown.render(issue.body, setting),
                tasks=markdown.task_counts(issue.body),
                comments=comments,
                progress=_progress(repo, issue.milestone) if issue.milestone else None,
                labels=_labels(repo),
            )


def _issue_list(repo: Repository, query: Mapping[str, str]) -> Response:
    filters = Filters(**{name: query[name] for name in Filters.__annotations__ if name in query})
    found = [issue for issue in _newest_first(repo) if filters.fits(issue)]
    shown = [issue for issue in found if issue.state == filters.state]
    number = query.get("page", "1")
    at = max(1, int(number)) if number.isascii() and number.isdigit() else 1
    return page(
        "issues.html.j2",
        repo=repo,
        tab="issues",
        filters=filters,
        pinned=[one for one in _newest_first(repo) if one.pinned] if filters.are_none else [],
        shown=shown[(at - 1) * ON_A_PAGE : at * ON_A_PAGE],
        open_count=sum(issue.is_open for issue in found),
        closed_count=sum(not issue.is_open for issue in found),
        page_number=at,
        pages=-(-len(shown) // ON_A_PAGE),
        labels=_labels(repo),
        tasks=markdown.task_counts,
        all_labels=_labels(repo),
        all_milestones=_by_due_date(repo),
        has_forms=bool(issue_forms.of(repo)),
    )


def _add_milestones(routes: APIRouter, world: World) -> None:
    @routes.get(REPO + "/milestones")
    async def milestone_list(owner: str, name: str, state: str = "open") -> Response:
        with world.lock:
            repo = world.repository(f"{owner}/{name}")
            every = _by_due_date(repo)
            return page(
                "milestones.html.j2",
                repo=repo,
                tab="milestones",
                state=state,
                shown=[_progress(repo, one) for one in every if one.state == state],
                open_count=sum(one.state == "open" for one in every),
                closed_count=sum(one.state == "closed" for one in every),
                describe=lambda text: markdown.render(text, Setting(IssueUrl(repo))),
            )

    @routes.get(REPO + "/milestone/{number:int}")
    async def milestone_page(owner: str, name: str, number: int) -> Response:
        with world.lock:
            repo = world.repository(f"{owner}/{name}")
            milestone = milestones.find(repo, number)
            inside = [one for one in _newest_first(repo) if one.milestone is milestone]
            inside.sort(key=lambda one: (not one.is_open, one.number))
            return page(
                "milestone.html.j2",
                repo=repo,
                tab="milestones",
                progress=_progress(repo, milestone),
                shown=inside,
                tasks=markdown.task_counts,
                labels=_labels(repo),
                description=markdown.render(milestone.description, Setting(IssueUrl(repo))),
            )


def _add_labels(routes: APIRouter, world: World) -> None:
    @routes.get(REPO + "/labels")
    async def label_list(owner: str, name: str) -> Response:
        with world.lock:
            repo = world.repository(f"{owner}/{name}")
            uses = {
                label: sum(label in one.labels and one.is_open for one in repo.issues.values())
                for label in _labels(repo)
            }
            return page("labels.html.j2", repo=repo, tab="labels", uses=uses, labels=_labels(repo))


def _newest_first(repo: Repository) -> list[Issue]:
    return sorted(repo.issues.values(), key=lambda issue: -issue.number)


def _labels(repo: Repository) -> list[Label]:
    return sorted(repo.labels.values(), key=lambda label: label.name.lower())


def _by_due_date(repo: Repository) -> list[Milestone]:
    return sorted(repo.milestones.values(), key=lambda one: (one.due or date.max, one.number))


def _progress(repo: Repository, milestone: Milestone) -> Progress:
    still, done = repo.milestone_counts().get(milestone, (0, 0))
    return Progress(milestone, still, done)


def _avatar(world: World, number: int) -> str:
    """A coloured disc with the first letter of the login."""
    user = next((user for user in world.users.values() if user.id == number), None)
    letter = user.login[0].upper() if user and user.login[:1].isalnum() else "?"
    hue = number * 137 % 360
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">'
        f'<rect width="40" height="40" rx="20" fill="hsl({hue} 45% 45%)"/>'
        '<text x="20" y="27" font-family="sans-serif" font-size="19" fill="#fff" '
        f'text-anchor="middle">{letter}</text></svg>'
    )
