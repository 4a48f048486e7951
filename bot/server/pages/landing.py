"""The first page: what this is and the way in; for who is signed in, what of theirs is here."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from bot.errors import ConfigError, UnavailableError
from bot.github import credentials
from bot.github.app_problems import InstallationGoneError, InstallationSuspendedError
from bot.server.jobs import APP_PAGE
from bot.server.pages.frame import Frame
from bot.server.pages.page_documents import OpenDocuments
from bot.server.pages.path import Standing, standing
from bot.server.pages.sessions import Visitor
from bot.server.server import CREDENTIALS
from bot.server.store.rows import RepositoryRow

if TYPE_CHECKING:
    from bot.github.signin import Reachable, SignIn

MOST_OPENED = 200  # of how many repositories it is told how far they are


class LandingRepository(NamedTuple):
    """A repository that is here, and that the person who looks can read.

    `title` and `percent` are None where no look went through yet, or there are very many.
    """

    row: RepositoryRow
    can_write: bool
    standing: Standing
    title: str | None
    percent: int | None


def add(app: FastAPI, frame: Frame, opened: OpenDocuments) -> None:
    """The page at `/`."""

    def landing(request: Request) -> Response:
        visitor, config = frame.visitor(request), frame.config
        mine: list[LandingRepository] = []
        slow = False
        if visitor is not None and (signin := frame.signin) is not None:
            try:
                mine = list(_own_repositories(frame, opened, signin, visitor))
            except UnavailableError:
                slow = True
        return frame.page(
            request,
            "landing.html.j2",
            index=True,
            has_app=config.issuer is not None,
            install=install_address(frame),
            mine=mine,
            slow=slow,
        )

    app.add_route("/", landing, methods=["GET"])


def install_address(frame: Frame) -> str | None:
    """Where on GitHub people choose the repositories that our App is let into.

    None until there is an App, and GitHub has told where its page is.
    """
    config = frame.config
    if config.issuer is None:
        return None
    try:
        registered = credentials.load(config.data_dir / CREDENTIALS)
    except ConfigError:
        registered = None
    if registered is not None and registered.client_id == config.client_id:
        return registered.install_url
    page = frame.store.repositories.fact(APP_PAGE)
    return f"{page.rstrip('/')}/installations/new" if page else None


def _own_repositories(
    frame: Frame, opened: OpenDocuments, signin: "SignIn", visitor: Visitor
) -> Iterator[LandingRepository]:
    """By name. Raises AuthenticationError, UnavailableError."""
    reached = {one.id: one for one in _reachable_repositories(signin, visitor)}
    rows = frame.store.repositories.by_ids(sorted(reached))
    for number, row in enumerate(rows):
        shown = opened.of(row.id) if number < MOST_OPENED else None
        yield LandingRepository(
            row,
            reached[row.id].can_write,
            standing(frame, row),
            shown.dashboard.title if shown is not None else None,
            shown.dashboard.numbers.percent if shown is not None else None,
        )


def _reachable_repositories(signin: "SignIn", visitor: Visitor) -> Iterator["Reachable"]:
    for installation in signin.installations(visitor.token):
        try:
            yield from signin.repositories(visitor.token, installation.id)
        except (InstallationGoneError, InstallationSuspendedError):
            continue
