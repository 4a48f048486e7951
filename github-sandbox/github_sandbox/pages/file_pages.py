"""Pages of files: folders, a file, a file as it is, and releases.

A branch's name may hold slashes: of an address, the longest branch that fits is meant.
"""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from github_sandbox.pages import markdown
from github_sandbox.pages.markdown import Setting
from github_sandbox.pages.rendering import IssueUrl, missing, page
from github_sandbox.pages.repository_pages import REPO
from github_sandbox.state import files
from github_sandbox.state.git import Commit
from github_sandbox.state.objects import Repository
from github_sandbox.world import World

# What GitHub serves as more than text. A page of HTML is text there too.
TYPES = {
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "json": "application/json",
    "png": "image/png",
    "svg": "image/svg+xml",
}
# As raw.githubusercontent.com sends it: a picture may style itself and do nothing else.
NO_STATUS = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="72" height="20" role="img">'
    '<rect width="72" height="20" rx="3" fill="#57606a"/><text x="36" y="14" fill="#fff" '
    'font-family="sans-serif" font-size="11" text-anchor="middle">no status</text></svg>'
)
RAW_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@dataclass(frozen=True)
class Place:
    """A branch, tag or commit by name, and a path in it."""

    ref: str
    path: str
    commit: Commit

    @property
    def content(self) -> bytes | None:
        return self.commit.files.get(self.path)

    @property
    def is_picture(self) -> bool:
        return media_type(self.path).startswith("image/")


def media_type(path: str) -> str:
    """What a file is, by the end of its name."""
    ending = path.rpartition(".")[2].lower() if "." in path else ""
    return TYPES.get(ending, "text/plain; charset=utf-8")


def router(world: World) -> APIRouter:
    """All pages of files over one world."""
    routes = APIRouter(include_in_schema=False)
    _add_folders(routes, world)
    _add_file(routes, world)
    _add_releases(routes, world)
    _add_workflow_badge(routes, world)
    return routes


def place_of(repo: Repository, rest: str) -> Place:
    """Return where an address leads. Raises NotFound when no ref fits."""
    parts = rest.strip("/").split("/")
    for end in range(len(parts), 0, -1):
        name = "/".join(parts[:end])
        commit = repo.git.resolve(name)
        if commit is not None:
            return Place(name, "/".join(parts[end:]), commit)
    return Place(parts[0], "/".join(parts[1:]), files.commit_at(repo, parts[0]))


def _add_folders(routes: APIRouter, world: World) -> None:
    @routes.get(REPO)
    async def front(owner: str, name: str) -> Response:
        with world.lock:
            repo = world.repository(f"{owner}/{name}")
            head = repo.git.head(repo.default_branch)
            return _folder(repo, Place(repo.default_branch, "", head) if head else None)

    @routes.get(REPO + "/tree/{rest:path}")
    async def tree(owner: str, name: str, rest: str) -> Response:
        with world.lock:
            repo = world.repository(f"{owner}/{name}")
            return _folder(repo, place_of(repo, rest))


def _folder(repo: Repository, place: Place | None) -> Response:
    inside = files.folder(place.commit, place.path) if place else {}
    name = files.readme(place.commit) if place and not place.path else None
    readme = place.commit.files[name].decode(errors="replace") if place and name else ""
    is_markdown = bool(name) and str(name).lower().endswith((".md", ".markdown"))
    ref = place.ref if place else repo.default_branch
    setting = Setting(IssueUrl(repo), breaks=False, base=_base(repo, ref, name or ""))
    return page(
        "repository.html.j2",
        repo=repo,
        tab="code",
        branch=ref,
        branches=repo.git.branches(),
        path=place.path if place else "",
        entries=sorted(inside.items(), key=lambda entry: (entry[1], entry[0])),
        commit=place.commit if place else None,
        readme_path=name,
        readme=markdown.render(readme, setting) if is_markdown else readme,
    )


def _base(repo: Repository, ref: str, path: str) -> str:
    """The address from which relative links in a file count.

    So a README can lead to `../../issues` in whatever repository it is.
    """
    folder = path.rpartition("/")[0]
    return f"/{repo.full_name}/blob/{ref}/{folder}{'/' if folder else ''}"


def _add_file(routes: APIRouter, world: World) -> None:
    @routes.get(REPO + "/blob/{rest:path}")
    async def blob(owner: str, name: str, rest: str) -> Response:
        with world.lock:
            repo = world.repository(f"{owner}/{name}")
            place = place_of(repo, rest)
            if place.content is None:
                return missing()
            text = place.content.decode(errors="replace")
            base = _base(repo, place.ref, place.path)
            setting = Setting(IssueUrl(repo), breaks=False, base=base)
            is_markdown = place.path.endswith(".md")
            return page(
                "file.html.j2",
                repo=repo,
                tab="code",
                branch=place.ref,
                path=place.path,
                picture=place.is_picture,
                can_edit=not (repo.archived or place.is_picture)
                and place.ref in repo.git.branches()
                and "\N{REPLACEMENT CHARACTER}" not in text,
                text=text,
                rendered=markdown.render(text, setting) if is_markdown else None,
            )

    @routes.get(REPO + "/raw/{rest:path}")
    async def raw(owner: str, name: str, rest: str) -> Response:
        with world.lock:
            place = place_of(world.repository(f"{owner}/{name}"), rest)
        if place.content is None:
            return missing()
        headers = {
            "Content-Security-Policy": RAW_POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-cache",
        }
        return Response(place.content, headers=headers, media_type=media_type(place.path))


def _add_workflow_badge(routes: APIRouter, world: World) -> None:
    @routes.get(REPO + "/actions/workflows/{file}/badge.svg")
    async def badge(owner: str, name: str, file: str) -> Response:
        """As before a workflow's first run: nothing runs workflows here."""
        with world.lock:
            head = files.commit_at(world.repository(f"{owner}/{name}"), None)
        if f".github/workflows/{file}" not in head.files:
            return missing()
        return Response(NO_STATUS, media_type="image/svg+xml")


def _add_releases(routes: APIRouter, world: World) -> None:
    @routes.get(REPO + "/releases")
    @routes.get(REPO + "/releases/tag/{tag:path}")
    async def releases(owner: str, name: str, tag: str = "") -> Response:
        with world.lock:
            repo = world.repository(f"{owner}/{name}")
            shown = [one for one in repo.releases[::-1] if tag in {"", one.tag}]
            if tag and not shown:
                return missing()
            setting = Setting(IssueUrl(repo))
            return page(
                "releases.html.j2",
                repo=repo,
                tab="code",
                shown=[(one, markdown.render(one.body, setting)) for one in shown],
            )
