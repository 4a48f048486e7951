"""Setting a path up after the App was installed: which repository, which path, what it would do.

What is chosen becomes `.github/milepost.yml` in the learner's repository and is kept nowhere else.
Only who may write there gets to see these pages; to others they are not there.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from bot.errors import (
    AuthenticationError,
    ConfigError,
    CurriculumError,
    GuideError,
    MilepostError,
    UnavailableError,
)
from bot.github.app import Installation
from bot.github.app_problems import InstallationGoneError, InstallationSuspendedError
from bot.github.signin import Reachable
from bot.server.pages import setup_form, setup_progress, sign_in
from bot.server.pages.access import Access, repository_name
from bot.server.pages.frame import Frame, PageError, PagePolicy, not_found
from bot.server.pages.page_documents import OpenDocuments
from bot.server.pages.sessions import Visitor
from bot.server.pages.settings_file import (
    AppRepository,
    ChangedError,
    SettingsFile,
    SettingsFileState,
    difference,
)
from bot.server.pages.setup_form import SetupForm
from bot.server.pages.setup_preview import SetupPreview, setup_preview
from bot.server.store.rows import RepositoryRow, installation, repository
from bot.settings import CONFIG_PATH, Weekday
from bot.settings import parse as parse_settings
from bot.sync.settings_text import render, without_answers

PAGE = "/setup"
HOME = f"{PAGE}/{{owner}}/{{name}}"
WAYS = frozenset({"plan", "write", "look"})


class SetupRepository(NamedTuple):
    """A repository that may be set up, and by whom."""

    visitor: Visitor
    place: AppRepository

    @property
    def full_name(self) -> str:
        """As GitHub calls it."""
        return self.place.repository.full_name


class ListedRepository(NamedTuple):
    """A repository on the list, and what we know of it."""

    found: Reachable
    row: RepositoryRow | None


def add(app: FastAPI, frame: Frame, access: Access, opened: OpenDocuments) -> None:
    """The pages below `/setup`."""
    pages = _Pages(frame, access, opened)
    app.add_route(PAGE, pages.list_repositories, methods=["GET"])
    app.add_route(f"{HOME}/progress.json", pages.state, methods=["GET"])
    app.add_route(f"{HOME}/progress", pages.progress, methods=["GET"])
    app.add_route(HOME, pages.show_form, methods=["GET"])
    app.add_route(HOME, pages.submit, methods=["POST"])


class _Pages:
    def __init__(self, frame: Frame, access: Access, opened: OpenDocuments) -> None:
        self._frame = frame
        self._access = access
        self._opened = opened
        self._file = SettingsFile(frame)
        frame.on_close(self._file.close)

    def list_repositories(self, request: Request) -> Response:
        """Where GitHub sends people after installing: the repositories that they may set up."""
        if request.query_params.get("setup_action") == "request":
            return self._frame.page(request, "setup-requested.html.j2")
        visitor = sign_in.signed_in_visitor(self._frame, request)
        if isinstance(visitor, Response):
            return visitor
        found = self._installations(visitor, request.query_params.get("installation_id"))
        listed = [one for each in found for one in self._listed(visitor, each)]
        return self._frame.page(request, "setup-list.html.j2", listed=listed, accounts=found)

    def show_form(self, request: Request) -> Response:
        """The form, as the settings that are there would have filled it in."""
        home = self._home(request)
        if isinstance(home, Response):
            return home
        there = self._file.state(home.place.repository)
        form, detail = setup_form.default_form(self._frame.clock().date()), ""
        if there.text is not None:
            try:
                form = setup_form.of_settings(parse_settings(there.text))
            except ConfigError as wrong:
                detail = str(wrong)
        return self._show(request, home, there, form, detail=detail)

    def submit(self, request: Request) -> Response:
        """See the plan, write the settings, or begin with those that are there."""
        fields = self._frame.form(request, self._frame.visitor(request))
        home = self._home(request)
        if isinstance(home, Response):
            return home
        way = fields.get("do", "plan")
        if way not in WAYS:
            raise PageError(400, "This cannot be done", "Go back and try it another way.")
        if way == "look":
            return self._start_without_writing(request, home, setup_form.from_fields(fields))
        return self._preview_or_write(request, home, fields, write=way == "write")

    def progress(self, request: Request) -> Response:
        """How far the first run is."""
        home = self._seen(request)
        if isinstance(home, Response):
            return home
        row = self._frame.store.repositories.repository(home.id)
        state = self._state(home, row, request)
        return self._frame.page(
            request,
            "setup-progress.html.j2",
            allowed=PagePolicy(script=True),
            full_name=home.full_name,
            private=home.private,
            state=state,
            since=request.query_params.get("since", ""),
            shown=self._opened.of(home.id) if state.state == "done" else None,
        )

    def state(self, request: Request) -> Response:
        """The same for the script on that page."""
        if self._frame.visitor(request) is None:
            raise not_found()
        home = self._seen(request)
        if isinstance(home, Response):
            return home
        row = self._frame.store.repositories.repository(home.id)
        return setup_progress.answer(self._state(home, row, request))

    def _state(
        self, home: Reachable, row: RepositoryRow | None, request: Request
    ) -> setup_progress.SetupProgress:
        since = setup_progress.moment(request.query_params.get("since", ""))
        due = self._frame.store.jobs.due_at(repository(home.id))
        return setup_progress.state(row, since=since, due=due)

    def _start_without_writing(
        self, request: Request, home: SetupRepository, form: SetupForm
    ) -> Response:
        """Begin, when the settings are there and can be used."""
        there = self._file.state(home.place.repository)
        if there.text is None:
            detail = f"There is no {CONFIG_PATH} on the branch {there.branch} yet."
            return self._show(request, home, there, form, detail=detail)
        try:
            self._file.dry_run(home.place.repository, there.text)
        except (ConfigError, CurriculumError, GuideError) as wrong:
            return self._show(request, home, there, form, detail=str(wrong))
        return self._schedule_first_sync(home)

    def _preview_or_write(
        self, request: Request, home: SetupRepository, fields: Mapping[str, str], *, write: bool
    ) -> Response:
        """Show what it would do; with `write` do it, if nothing changed since that was shown."""
        form, there = setup_form.from_fields(fields), self._file.state(home.place.repository)
        filled = setup_form.read(form)
        if filled.answers is None:
            return self._show(request, home, there, form, wrong=filled.wrong)
        text = render(filled.answers) + _unmanaged_settings(there)
        if there.text == text and write:
            return self._schedule_first_sync(home)  # it was sent twice
        try:
            seen = self._file.dry_run(home.place.repository, text)
        except (ConfigError, CurriculumError, GuideError) as wrong:
            about_path = form.curriculum == setup_form.OWN and not isinstance(wrong, ConfigError)
            field_errors = {"path": str(wrong)} if about_path else {}
            detail = "" if about_path else str(wrong)
            return self._show(request, home, there, form, wrong=field_errors, detail=detail)
        ahead = setup_preview(seen, interval=self._frame.config.write_interval)
        detail = ""
        if write and not ahead.refused:
            if fields.get("seen", "") == there.sha and home.place.writes_files:
                try:
                    self._file.write(
                        home.place.repository,
                        home.visitor.token,
                        text,
                        instead_of=there.sha,
                    )
                    return self._schedule_first_sync(home)
                except ChangedError:
                    there = self._file.state(home.place.repository)
            detail = "The settings changed meanwhile, so nothing was written. Look at it again."
        return self._show(request, home, there, form, detail=detail, ahead=ahead, text=text)

    def _schedule_first_sync(self, home: SetupRepository) -> Response:
        """Have it looked at now, and show how that goes on."""
        at, job_table = home.place.repository, self._frame.store.jobs
        now = self._frame.clock()
        row = self._frame.store.repositories.repository(at.id)
        if row is None or row.state == "gone":
            job_table.schedule(installation(at.installation), at=now)
        job_table.schedule(repository(at.id), at=now)
        since = int(now.timestamp() * 1000)
        return self._frame.redirect(f"{PAGE}/{at.full_name}/progress?since={since}")

    def _show(
        self,
        request: Request,
        home: SetupRepository,
        there: SettingsFileState,
        form: SetupForm,
        *,
        wrong: Mapping[str, str] | None = None,
        detail: str = "",
        ahead: SetupPreview | None = None,
        text: str = "",
    ) -> Response:
        """The form, with the plan once there is one. A path that is running is not begun."""
        row = self._frame.store.repositories.repository(home.place.repository.id)
        more: dict[str, Any] = {}
        if ahead is not None:
            more = {
                "changed": difference(there.text, text) if there.text is not None else (),
                "github": self._file.page(home.place.repository, there, text),
            }
        return self._frame.page(
            request,
            "setup.html.j2",
            status=422 if wrong else 200,
            allowed=PagePolicy(script=True),
            full_name=home.full_name,
            private=home.place.repository.private,
            writes_files=home.place.writes_files,
            config_path=CONFIG_PATH,
            there=there,
            form=form,
            wrong=wrong or {},
            detail=detail,
            ahead=ahead,
            text=text,
            offers=setup_form.curriculum_options(),
            own=setup_form.OWN,
            zones=setup_form.zones(),
            aheads=setup_form.AHEAD,
            weekdays=[day.value for day in Weekday],
            fresh=request.method == "GET" and there.text is None,
            running=row is not None and row.state == "active" and row.result == "synced",
            **more,
        )

    def _seen(self, request: Request) -> Reachable | Response:
        """The repository, when whoever asks may write there. Raises PageError."""
        visitor = sign_in.signed_in_visitor(self._frame, request)
        if isinstance(visitor, Response):
            return visitor
        found = self._access.fetch_reachable(visitor, repository_name(request))
        if found is None or not found.can_write:
            raise not_found()
        return found

    def _home(self, request: Request) -> SetupRepository | Response:
        """The same, and where the App is in it. Raises PageError."""
        found = self._seen(request)
        visitor = self._frame.visitor(request)
        if isinstance(found, Response) or visitor is None:
            return found if isinstance(found, Response) else self._frame.redirect("/")
        if found.archived:
            raise PageError(
                409,
                "This repository is archived",
                "GitHub lets nobody write to it. Unarchive it in its settings, then come back.",
            )
        try:
            place = self._file.app_repository(found.id, found.full_name, private=found.private)
        except (AuthenticationError, UnavailableError):
            raise
        except MilepostError as refused:
            raise PageError(403, "GitHub does not let the App in", str(refused)) from None
        if place is None:
            raise PageError(
                409,
                "The App is not in this repository",
                "Add the repository in the App's settings on GitHub, then come back.",
            )
        return SetupRepository(visitor, place)

    def _installations(self, visitor: Visitor, wanted: str | None) -> list[Installation]:
        """Those that GitHub shows to this person; of the one that is named nothing else counts.

        Raises PageError for one that it does not.
        """
        signin = self._frame.signin
        if signin is None:
            raise not_found()
        found = signin.installations(visitor.token)
        if wanted is None:
            return list(found)
        named = [one for one in found if str(one.id) == wanted]
        if not named:
            raise not_found()
        return named

    def _listed(self, visitor: Visitor, at: Installation) -> list[ListedRepository]:
        """What they may set up there. An installation that we never heard of is looked at now."""
        register, signin = self._frame.store.repositories, self._frame.signin
        if signin is None or at.suspended_at is not None:
            return []
        row = register.installation(at.id)
        if row is None or row.state != "active":
            self._frame.store.jobs.schedule(installation(at.id), at=self._frame.clock())
        try:
            found = signin.repositories(visitor.token, at.id)
        except (InstallationGoneError, InstallationSuspendedError):
            return []
        return [
            ListedRepository(one, register.repository(one.id))
            for one in sorted(found, key=lambda one: one.full_name.lower())
            if one.can_write and not one.archived
        ]


def _unmanaged_settings(there: SettingsFileState) -> str:
    """What the form does not ask about and the settings that are there say."""
    if there.text is None:
        return ""
    try:
        parse_settings(there.text)
    except ConfigError:
        return ""
    return without_answers(there.text)
