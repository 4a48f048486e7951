"""Templates, and the headers that every page carries."""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse, Response

from github_sandbox.pages import colours
from github_sandbox.state.objects import REACTIONS, Issue, Label, Reaction, Repository

if TYPE_CHECKING:
    from jinja2 import Environment

_HOST = re.compile(r"[\w.-]+(:\d+)?|\[[\da-fA-F:]+\](:\d+)?")
FACES = dict(zip(REACTIONS, ["👍", "👎", "😄", "😕", "❤️", "🎉", "🚀", "👀"], strict=True))


def folder() -> Path:
    """Where the sandbox's templates and style sheet are."""
    return Path(__file__).parents[1] / "templates"


@cache
def environment() -> "Environment":
    """The Jinja2 environment of the pages; every value is escaped."""
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder()),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["day"] = day
    made.filters["faces"] = faces
    made.filters["state"] = state
    return made


def day(at: date | datetime) -> str:
    """ "Jan 5, 2026"; times by their UTC day."""
    return f"{at:%b} {at.day}, {at.year}"


def state(issue: Issue) -> str:
    """One word for an issue's state, or a pull request's; icons and colours go by it."""
    if issue.is_pull_request:
        merged = issue.pull is not None and issue.pull.merged_at is not None
        return "merged" if merged else "proposed" if issue.is_open else "dropped"
    if issue.is_open:
        return "open"
    return issue.state_reason if issue.state_reason in {"not_planned", "duplicate"} else "completed"


def faces(given: list[Reaction]) -> list[tuple[str, list[str]]]:
    """Reactions as emoji with the logins of who gave them, in GitHub's order."""
    found = [
        (face, [one.user.login for one in given if one.content == name])
        for name, face in FACES.items()
    ]
    return [(face, logins) for face, logins in found if logins]


def page(
    template: str,
    *,
    labels: Iterable[Label] = (),
    status: int = 200,
    leads_to: str | None = None,
    **values: Any,
) -> HTMLResponse:
    """A page. `labels` are those whose colours it shows, `leads_to` an address elsewhere that a
    form of it ends at."""
    nonce = secrets.token_urlsafe(12)
    chips = colours.style_sheet(label.color for label in labels)
    text = environment().get_template(template).render(nonce=nonce, chips=chips, **values)
    policy = (
        f"default-src 'none'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
        f"form-action 'self'{_origin(leads_to)}; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return HTMLResponse(text, status, headers)


def _origin(url: str | None) -> str:
    """For the policy: browsers hold the redirect after a form to it, too."""
    parts = urlsplit(url or "")
    plain = parts.scheme in {"http", "https"} and _HOST.fullmatch(parts.netloc)
    return f" {parts.scheme}://{parts.netloc}" if plain else ""


def missing(message: str = "There is no such page here.", status: int = 404) -> Response:
    """A page that says no."""
    return page("missing.html.j2", status=status, message=message)


@dataclass(frozen=True)
class IssueUrl:
    """Leads from a number to the issue's page, where there is one."""

    repo: Repository

    def __call__(self, number: int) -> str | None:
        here = number in self.repo.issues
        return f"/{self.repo.full_name}/issues/{number}" if here else None
