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
from bot.server.pages import setup_form, setup_progress, signing
from bot.server.pages.access import Access, named
from bot.server.pages.frame import Allowed, Frame, PageError, missing
from bot.server.pages.outlook import Outlook, outlook
from bot.server.pages.sessions import Visitor
from bot.server.pages.settingsfile import (
    ChangedError,
    Place,
    SettingsFile,
    There,
    difference,
)
from bot.server.pages.setup_form import Form
from bot.server.pages.shown import Opened
from bot.server.store.rows import RepositoryRow, installation, repository
from bot.settings import CONFIG_PATH, Weekday
from bot.settings import parse as parse_settings
from bot.usecases.settings_text import render, unasked

PAGE = "/setup"
HOME = f"{PAGE}/{{owner}}/{{name}}"
WAYS = frozenset({"plan", "write", "look"})


class Home(NamedTuple):
    """A repository that may be set up, and by whom."""

    visitor: Visitor
    place: Place

    @property
    def full_name(self) -> str:
        """As GitHub calls it."""
        return self.place.repository.full_name


class Known(NamedTuple):
    """A repository on the list, and what we know of it."""

    found: Reachable
    row: RepositoryRow | None


def add(app: FastAPI, frame: Frame, access: Access, opened: Opened) -> None:
    """The pages below `/setup`."""
    pages = _Pages(frame, access, opened)
    app.add_route(PAGE, pages.chosen, methods=["GET"])
    app.add_route(f"{HOME}/progress.json", pages.state, methods=["GET"])
    app.add_route(f"{HOME}/progress", pages.progress, methods=["GET"])
    app.add_route(HOME, pages.asked, methods=["GET"])
    app.add_route(HOME, pages.sent, methods=["POST"])


class _Pages:
    def __init__(self, frame: Frame, access: Access, opened: Opened) -> None:
        self._frame = frame
        self._access = access
        self._opened = opened
        self._file = SettingsFile(frame)
        frame.at_the_end(self._file.close)

    def chosen(self, request: Request) -> Response:
        """Where GitHub sends people after installing: the repositories that they may set up."""
        if request.query_params.get("setup_action") == "request":
            return self._frame.page(request, "setup-requested.html.j2")
        visitor = signing.known(self._frame, request)
        if isinstance(visitor, Response):
            return visitor
        found = self._installations(visitor, request.query_params.get("installation_id"))
        listed = [one for each in found for one in self._listed(visitor, each)]
        return self._frame.page(request, "setup-list.html.j2", listed=listed, accounts=found)

    def asked(self, request: Request) -> Response:
        """The form, as the settings that are there would have filled it in."""
        home = self._home(request)
        if isinstance(home, Response):
            return home
        there = self._file.there(home.place.repository)
        form, told = setup_form.first(self._frame.clock().date()), ""
        if there.text is not None:
            try:
                form = setup_form.of_settings(parse_settings(there.text))
            except ConfigError as wrong:
                told = str(wrong)
        return self._show(request, home, there, form, told=told)

    def sent(self, request: Request) -> Response:
        """See the plan, write the settings, or begin with those that are there."""
        fields = self._frame.form(request, self._frame.visitor(request))
        home = self._home(request)
        if isinstance(home, Response):
            return home
        way = fields.get("do", "plan")
        if way not in WAYS:
            raise PageError(400, "This cannot be done", "Go back and try it another way.")
        if way == "look":
            return self._looked(request, home, setup_form.sent(fields))
        return self._planned(request, home, fields, write=way == "write")

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
            allowed=Allowed(script=True),
            full_name=home.full_name,
            private=home.private,
            state=state,
            since=request.query_params.get("since", ""),
            shown=self._opened.of(home.id) if state.state == "done" else None,
        )

    def state(self, request: Request) -> Response:
        """The same for the script on that page."""
        if self._frame.visitor(request) is None:
            raise missing()
        home = self._seen(request)
        if isinstance(home, Response):
            return home
        row = self._frame.store.repositories.repository(home.id)
        return setup_progress.answer(self._state(home, row, request))

    def _state(
        self, home: Reachable, row: RepositoryRow | None, request: Request
    ) -> setup_progress.State:
        since = setup_progress.moment(request.query_params.get("since", ""))
        due = self._frame.store.jobs.due_at(repository(home.id))
        return setup_progress.state(row, since=since, due=due)

    def _looked(self, request: Request, home: Home, form: Form) -> Response:
        """Begin, when the settings are there and can be used."""
        there = self._file.there(home.place.repository)
        if there.text is None:
            told = f"There is no {CONFIG_PATH} on the branch {there.branch} yet."
            return self._show(request, home, there, form, told=told)
        try:
            self._file.foresee(home.place.repository, there.text)
        except (ConfigError, CurriculumError, GuideError) as wrong:
            return self._show(request, home, there, form, told=str(wrong))
        return self._begin(home)

    def _planned(
        self, request: Request, home: Home, fields: Mapping[str, str], *, write: bool
    ) -> Response:
        """Show what it would do; with `write` do it, if nothing changed since that was shown."""
        form, there = setup_form.sent(fields), self._file.there(home.place.repository)
        filled = setup_form.read(form)
        if filled.answers is None:
            return self._show(request, home, there, form, wrong=filled.wrong)
        text = render(filled.answers) + _kept(there)
        if there.text == text and write:
            return self._begin(home)  # it was sent twice
        try:
            seen = self._file.foresee(home.place.repository, text)
        except (ConfigError, CurriculumError, GuideError) as wrong:
            about_path = form.curriculum == setup_form.OWN and not isinstance(wrong, ConfigError)
            said = {"path": str(wrong)} if about_path else {}
            told = "" if about_path else str(wrong)
            return self._show(request, home, there, form, wrong=said, told=told)
        ahead = outlook(seen, interval=self._frame.config.write_interval)
        told = ""
        if write and not ahead.refused:
            if fields.get("seen", "") == there.sha and home.place.writes_files:
                try:
                    self._file.write(
                        home.place.repository,
                        home.visitor.token,
                        text,
                        instead_of=there.sha,
                    )
                    return self._begin(home)
                except ChangedError:
                    there = self._file.there(home.place.repository)
            told = "The settings changed meanwhile, so nothing was written. Look at it again."
        return self._show(request, home, there, form, told=told, ahead=ahead, text=text)

    def _begin(self, home: Home) -> Response:
        """Have it looked at now, and show how that goes on."""
        at, agenda = home.place.repository, self._frame.store.jobs
        now = self._frame.clock()
        row = self._frame.store.repositories.repository(at.id)
        if row is None or row.state == "gone":
            agenda.schedule(installation(at.installation), at=now)
        agenda.schedule(repository(at.id), at=now)
        since = int(now.timestamp() * 1000)
        return self._frame.lead(f"{PAGE}/{at.full_name}/progress?since={since}")

    def _show(
        self,
        request: Request,
        home: Home,
        there: There,
        form: Form,
        *,
        wrong: Mapping[str, str] | None = None,
        told: str = "",
        ahead: Outlook | None = None,
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
            allowed=Allowed(script=True),
            full_name=home.full_name,
            private=home.place.repository.private,
            writes_files=home.place.writes_files,
            config_path=CONFIG_PATH,
            there=there,
            form=form,
            wrong=wrong or {},
            told=told,
            ahead=ahead,
            text=text,
            offers=setup_form.offers(),
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
        visitor = signing.known(self._frame, request)
        if isinstance(visitor, Response):
            return visitor
        found = self._access.reachable(visitor, named(request))
        if found is None or not found.can_write:
            raise missing()
        return found

    def _home(self, request: Request) -> Home | Response:
        """The same, and where the App is in it. Raises PageError."""
        found = self._seen(request)
        visitor = self._frame.visitor(request)
        if isinstance(found, Response) or visitor is None:
            return found if isinstance(found, Response) else self._frame.lead("/")
        if found.archived:
            raise PageError(
                409,
                "This repository is archived",
                "GitHub lets nobody write to it. Unarchive it in its settings, then come back.",
            )
        try:
            place = self._file.place(found.id, found.full_name, private=found.private)
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
        return Home(visitor, place)

    def _installations(self, visitor: Visitor, wanted: str | None) -> list[Installation]:
        """Those that GitHub shows to this person; of the one that is named nothing else counts.

        Raises PageError for one that it does not.
        """
        signin = self._frame.signin
        if signin is None:
            raise missing()
        found = signin.installations(visitor.token)
        if wanted is None:
            return list(found)
        named = [one for one in found if str(one.id) == wanted]
        if not named:
            raise missing()
        return named

    def _listed(self, visitor: Visitor, at: Installation) -> list[Known]:
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
            Known(one, register.repository(one.id))
            for one in sorted(found, key=lambda one: one.full_name.lower())
            if one.can_write and not one.archived
        ]


def _kept(there: There) -> str:
    """What the form does not ask about and the settings that are there say."""
    if there.text is None:
        return ""
    try:
        parse_settings(there.text)
    except ConfigError:
        return ""
    return unasked(there.text)
