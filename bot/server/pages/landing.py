"""The first page: what Milepost is, how to install it, and the visitor's own repositories."""

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from bot.errors import ConfigError, UnavailableError
from bot.github.errors import InstallationGoneError, InstallationSuspendedError
from bot.github.oauth import OAuthClient, Reachable
from bot.github.registration import load_credentials
from bot.server.jobs import APP_PAGE
from bot.server.pages.frame import Frame
from bot.server.pages.path import Standing, standing
from bot.server.pages.sessions import Visitor
from bot.server.server import CREDENTIALS
from bot.server.store.rows import RepositoryRow

MAX_DOCUMENTS = 200  # repositories that are listed with title and percent


class LandingRepository(NamedTuple):
    """A repository that the visitor can read; title and percent once they are known."""

    row: RepositoryRow
    can_write: bool
    standing: Standing
    title: str | None
    percent: int | None


def add(app: FastAPI, frame: Frame) -> None:
    """Add the page at `/`."""

    def landing(request: Request) -> Response:
        visitor, signin = frame.visitor(request), frame.signin
        values: dict[str, Any] = {"mine": [], "slow": False, "install": install_address(frame)}
        try:
            if visitor is not None and signin is not None:
                own = partial(_own_repositories, frame, signin, visitor)
                values["mine"] = frame.github.run(str(visitor.id), lambda: list(own()))
        except UnavailableError:
            values["slow"] = True
        has_app = frame.config.issuer is not None
        return frame.page(request, "landing.html.j2", index=True, has_app=has_app, **values)

    app.add_route("/", landing, methods=["GET"])


def install_address(frame: Frame) -> str | None:
    """Return GitHub's page where people install our App; None until it is known."""
    config = frame.config
    if config.issuer is None:
        return None
    try:
        registered = load_credentials(config.data_dir / CREDENTIALS)
    except ConfigError:
        registered = None
    if registered is not None and registered.client_id == config.client_id:
        return registered.install_url
    page = frame.store.repositories.fact(APP_PAGE)
    return f"{page.rstrip('/')}/installations/new" if page else None


def _own_repositories(
    frame: Frame, signin: OAuthClient, visitor: Visitor
) -> Iterator[LandingRepository]:
    """Yield the visitor's repositories by name. Raises AuthenticationError, UnavailableError."""
    reached: dict[int, Reachable] = {}
    for at in signin.installations(visitor.token):
        with suppress(InstallationGoneError, InstallationSuspendedError):
            reached |= {one.id: one for one in signin.repositories(visitor.token, at.id)}
    rows = frame.store.repositories.by_ids(sorted(reached))
    for number, row in enumerate(rows):
        shown = frame.document(row.id) if number < MAX_DOCUMENTS else None
        title = shown.dashboard.title if shown is not None else None
        percent = shown.dashboard.numbers.percent if shown is not None else None
        can_write, state = reached[row.id].can_write, standing(frame, row)
        yield LandingRepository(row, can_write, state, title, percent)
