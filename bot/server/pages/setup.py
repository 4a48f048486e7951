"""Setting a path up after the App was installed: which repository, which path, and the preview.

The answers become `.github/milepost.yml` in the learner's repository and are stored nowhere else.
Only people who may write there see these pages; for others they don't exist.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from bot import errors
from bot.github.app import Installation, InstalledRepository
from bot.github.errors import InstallationGoneError, InstallationSuspendedError
from bot.github.oauth import Reachable
from bot.i18n import format_number, ngettext
from bot.i18n import gettext as _
from bot.planning.snapshot import FrozenModel
from bot.server.pages import settings_file, setup_form
from bot.server.pages.access import Access
from bot.server.pages.frame import Frame, PageError, impossible, not_found
from bot.server.pages.response_headers import page_policy
from bot.server.pages.sessions import Visitor
from bot.server.pages.setup_form import SetupForm
from bot.server.store.rows import RepositoryRow, installation, repository
from bot.settings import CONFIG_PATH, Weekday
from bot.settings import parse as parse_settings
from bot.sync.settings_text import render, without_answers

PAGE = "/setup"
HOME = f"{PAGE}/{{owner}}/{{name}}"
PROGRESS = f"{HOME}/progress"
SUBMIT_SECONDS = 20.0  # for a dry run, which reads the whole repository


class SetupPage(NamedTuple):
    """The values of the page with the form; with a preview, `text` are the settings it is of."""

    target: settings_file.AppRepository
    there: settings_file.SettingsFileState
    form: SetupForm
    wrong: Mapping[str, str] = {}
    detail: str = ""
    ahead: settings_file.SetupPreview | None = None
    text: str = ""


class SetupProgress(FrozenModel):
    """How far the first sync is, in words for a person and in changes that are written."""

    state: Literal["waiting", "working", "done", "trouble"]
    message: str
    detail: str = ""
    written: int = 0
    to_write: int = 0

    @property
    def again(self) -> bool:
        """Return whether a later request may bring something new."""
        return self.state in {"waiting", "working"}


def add(app: FastAPI, frame: Frame, access: Access) -> None:
    """Add the list of repositories at `/setup`, and the form and the progress of each below it."""
    pages, asking = _Pages(frame, access), frame.github_page
    app.add_route(PAGE, asking(pages.list_repositories), methods=["GET"])
    app.add_route(HOME, asking(pages.show_form), methods=["GET"])
    app.add_route(HOME, asking(pages.submit, seconds=SUBMIT_SECONDS), methods=["POST"])
    app.get(f"{PROGRESS}.json")(pages.progress_data)
    app.head(f"{PROGRESS}.json", include_in_schema=False)(pages.progress_data)
    app.add_route(PROGRESS, pages.show_progress, methods=["GET"])


class _Pages:
    def __init__(self, frame: Frame, access: Access) -> None:
        self._frame = frame
        self._access = access
        self._file = settings_file.SettingsFile(frame)

    def list_repositories(self, request: Request) -> Response:
        """Show the repositories that the visitor may set up; GitHub leads here after installing."""
        if request.query_params.get("setup_action") == "request":
            return self._frame.page(request, "setup-requested.html.j2")
        visitor = self._frame.signed_in_visitor(request)
        found = self._installations(visitor, request.query_params.get("installation_id"))
        listed = [one for each in found for one in self._listed(visitor, each)]
        return self._frame.page(request, "setup-list.html.j2", listed=listed, accounts=found)

    def show_form(self, request: Request) -> Response:
        """Show the form, filled in from the present settings."""
        target = self._target(request)
        there = self._file.state(target.repository)
        form, detail = setup_form.default_form(self._frame.clock().date()), ""
        if there.text is not None:
            try:
                form = setup_form.of_settings(parse_settings(there.text))
            except errors.ConfigError as error:
                detail = str(error)
        return self._show(request, SetupPage(target, there, form, detail=detail))

    def submit(self, request: Request) -> Response:
        """Preview the plan, write the settings, or start with the present ones."""
        fields = self._frame.form(request, self._frame.visitor(request))
        target = self._target(request)
        action = fields.get("do", "plan")
        if action not in {"plan", "write", "look"}:
            raise impossible()
        there = self._file.state(target.repository)
        page = SetupPage(target, there, setup_form.from_fields(fields))
        if action == "look":
            return self._start_without_writing(request, page)
        return self._preview_or_write(request, page, fields, write=action == "write")

    def show_progress(self, request: Request) -> Response:
        """Show how far the first sync is."""
        found = self._access.writable_repository(request)
        progress = self._progress(found, request)
        return self._frame.page(
            request,
            "setup-progress.html.j2",
            policy=page_policy(script=True),
            full_name=found.full_name,
            private=found.private,
            progress=progress,
            since=request.query_params.get("since", ""),
            shown=self._frame.document(found.id) if progress.state == "done" else None,
        )

    def progress_data(self, request: Request) -> Response:
        """Return the same for the script."""
        if self._frame.visitor(request) is None:
            raise not_found()
        progress = self._progress(self._access.writable_repository(request), request)
        return JSONResponse({**progress.model_dump(), "again": progress.again})

    def _progress(self, found: Reachable, request: Request) -> SetupProgress:
        store, since = self._frame.store, moment(request.query_params.get("since", ""))
        row, due = store.repositories.repository(found.id), store.jobs.due_at(repository(found.id))
        return setup_progress(row, since=since, due=due)

    def _start_without_writing(self, request: Request, page: SetupPage) -> Response:
        """Start, when there are settings that can be used."""
        if page.there.text is None:
            detail = _(
                "Commit %(path)s to the branch %(branch)s first.",
                path=CONFIG_PATH,
                branch=page.there.branch,
            )
            return self._show(request, page._replace(detail=detail))
        try:
            self._file.preview(page.target.repository, page.there.text)
        except (errors.ConfigError, errors.CurriculumError, errors.GuideError) as error:
            return self._show(request, page._replace(detail=str(error)))
        return self._schedule_first_sync(page.target.repository)

    def _preview_or_write(
        self, request: Request, page: SetupPage, fields: Mapping[str, str], *, write: bool
    ) -> Response:
        """Show the plan; with `write` start it, unless something changed since it was shown."""
        answers, wrong = setup_form.read(page.form)
        if answers is None:
            return self._show(request, page._replace(wrong=wrong))
        home, there = page.target.repository, page.there
        text = render(answers) + _unmanaged_settings(there)
        if there.text == text and write:
            return self._schedule_first_sync(home)  # the form was sent twice
        try:
            ahead = self._file.preview(home, text)
        except (errors.ConfigError, errors.CurriculumError, errors.GuideError) as error:
            if page.form.curriculum == setup_form.OWN and not isinstance(error, errors.ConfigError):
                return self._show(request, page._replace(wrong={"path": str(error)}))
            return self._show(request, page._replace(detail=str(error)))
        page = page._replace(ahead=ahead, text=text)
        if not write or ahead.refused:
            return self._show(request, page)
        if fields.get("seen", "") == there.sha and page.target.writes_files:
            token = self._frame.signed_in_visitor(request).token
            try:
                self._file.write(home, token, text, instead_of=there.sha)
                return self._schedule_first_sync(home)
            except settings_file.ChangedError:
                page = page._replace(there=self._file.state(home))
        text = _("Check the plan again: the settings have changed, so nothing was written.")
        return self._show(request, page._replace(detail=text))

    def _schedule_first_sync(self, home: InstalledRepository) -> Response:
        """Schedule a sync now, and lead to the page that shows its progress."""
        jobs, now = self._frame.store.jobs, self._frame.clock()
        row = self._frame.store.repositories.repository(home.id)
        if row is None or row.state == "gone":
            jobs.schedule(installation(home.installation), at=now)
        jobs.schedule(repository(home.id), at=now)
        since = int(now.timestamp() * 1000)
        return self._frame.redirect(f"{PAGE}/{home.full_name}/progress?since={since}")

    def _show(self, request: Request, page: SetupPage) -> Response:
        """Show the form, with the plan once there is one."""
        home, there = page.target.repository, page.there
        row = self._frame.store.repositories.repository(home.id)
        return self._frame.page(
            request,
            "setup.html.j2",
            status=422 if page.wrong else 200,
            policy=page_policy(script=True),
            **page._asdict(),
            full_name=home.full_name,
            private=home.private,
            writes_files=page.target.writes_files,
            config_path=CONFIG_PATH,
            changed=() if page.ahead is None else settings_file.difference(there.text, page.text),
            github=self._file.page(home, there, page.text),
            offers=setup_form.curriculum_options(),
            own=setup_form.OWN,
            zones=setup_form.zones(),
            aheads=setup_form.AHEAD,
            weekdays=[day.value for day in Weekday],
            fresh=request.method == "GET" and there.text is None,
            running=row is not None and row.state == "active" and row.result == "synced",
        )

    def _target(self, request: Request) -> settings_file.AppRepository:
        """Return the repository that the visitor may write to and the App is in.

        Raises SignInRequiredError, PageError, AuthenticationError and UnavailableError.
        """
        found = self._access.writable_repository(request)
        if found.archived:
            text = _("Unarchive it in its settings on GitHub, then come back.")
            raise PageError(409, _("This repository is archived"), text)
        try:
            target = self._file.app_repository(found.id, found.full_name, private=found.private)
        except (errors.AuthenticationError, errors.UnavailableError):
            raise
        except errors.MilepostError as error:
            raise PageError(403, _("GitHub refuses the App"), str(error)) from None
        if target is None:
            text = _("Add the repository in the App's settings on GitHub, then come back.")
            raise PageError(409, _("The App isn't in this repository"), text)
        return target

    def _installations(self, visitor: Visitor, number: str | None) -> list[Installation]:
        """Return those that GitHub shows them; only `number` when given. Raises PageError."""
        if (signin := self._frame.signin) is None:
            raise not_found()
        found = signin.installations(visitor.token)
        chosen = [one for one in found if number is None or str(one.id) == number]
        if number is not None and not chosen:
            raise not_found()
        return chosen

    def _listed(
        self, visitor: Visitor, at: Installation
    ) -> list[tuple[Reachable, RepositoryRow | None]]:
        """Return what they may set up there; sync an installation that the store doesn't have."""
        rows, signin = self._frame.store.repositories, self._frame.signin
        if signin is None or at.suspended_at is not None:
            return []
        row = rows.installation(at.id)
        if row is None or row.state != "active":
            self._frame.store.jobs.schedule(installation(at.id), at=self._frame.clock())
        try:
            found = signin.repositories(visitor.token, at.id)
        except (InstallationGoneError, InstallationSuspendedError):
            return []
        return [
            (one, rows.repository(one.id))
            for one in sorted(found, key=lambda one: one.full_name.lower())
            if one.can_write and not one.archived
        ]


def _unmanaged_settings(there: settings_file.SettingsFileState) -> str:
    """Return the present settings that the form has no field for."""
    if there.text is None:
        return ""
    try:
        parse_settings(there.text)
    except errors.ConfigError:
        return ""
    return without_answers(there.text)


def moment(text: str) -> datetime | None:
    """Return the aware time of milliseconds since 1970; None for any other text."""
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        return None
    try:
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    except (OverflowError, ValueError):
        return None


def setup_progress(
    row: RepositoryRow | None, *, since: datetime | None, due: datetime | None
) -> SetupProgress:
    """Return how far the sync is that was requested at `since`, next `due` then; both aware."""
    if row is None or row.state == "gone":
        message = _("Waiting for GitHub to add the repository.")
        return SetupProgress(state="waiting", message=message)
    if of := row.to_write:
        done = format_number(row.written)
        text = ngettext("%(done)s of %(num)s change", "%(done)s of %(num)s changes", of, done=done)
        return SetupProgress(state="working", message=text, written=row.written, to_write=of)
    if row.synced_at is None or (since is not None and row.synced_at < since):
        return SetupProgress(state="waiting", message=_("It starts in a moment."))
    match row.result:
        case "synced":
            return SetupProgress(state="done", message=_("Your path is ready"))
        case "waiting":
            message = _("Waiting for GitHub. The setup continues by itself.")
            if due is not None:
                time = f"{due.astimezone(UTC):%H:%M} UTC"
                message = _("Waiting for GitHub. The setup continues at %(time)s.", time=time)
            return SetupProgress(state="waiting", message=message, detail=row.message)
        case "unset":
            return SetupProgress(state="trouble", message=_("There are no settings yet."))
        case "archived":
            return SetupProgress(state="trouble", message=_("This repository is archived."))
        case "wrong":
            message = _("The settings or the guide need a fix.")
        case _:
            message = _("The last update stopped early.")
    return SetupProgress(state="trouble", message=message, detail=row.message)
