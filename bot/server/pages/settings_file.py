"""The settings file of a repository, as the set-up page reads, previews and writes it.

Read and previewed with an installation token that can only read; written with the token of the
person who asks for it, so that it is their commit and GitHub decides whether they may. A person
waits for all of this: after some seconds the page says that GitHub is slow.
"""

import base64
import difflib
from collections.abc import Callable
from datetime import date
from typing import NamedTuple, TypeVar
from urllib.parse import quote, urlencode

from pydantic import SecretStr

from bot.curriculum.model import Curriculum
from bot.errors import GitHubError, NotThereError, RefusedError
from bot.github.addresses import web_root
from bot.github.api_client import ApiClient
from bot.github.app import AppAuth, Installation, InstalledRepository
from bot.github.connection import Connection
from bot.github.errors import ConflictError, error_of
from bot.github.http_session import Httpx2Session, open_httpx2_client
from bot.github.reader import HttpReader
from bot.github.repository_client import RepositoryClient
from bot.github.response_parser import ApiModel, read
from bot.github.retry import WaitPolicy
from bot.github.rights import Rights
from bot.i18n import gettext as _
from bot.planning import plan_text
from bot.planning.changes import CreateIssue, CreateMilestone, UpdateMilestone
from bot.planning.plan_text import PlanGroup
from bot.progress.path import PathReader
from bot.server.curriculum_process import find_bounded
from bot.server.pages.frame import Frame, PageError
from bot.server.server import app_auth
from bot.server.sync_repository import LIMITS
from bot.settings import CONFIG_PATH
from bot.sync.file_sources import FileSource, RepositoryFiles, find_source
from bot.sync.files import describe_files
from bot.sync.settings_text import check
from bot.sync.sync import Sync, SyncPreview

T = TypeVar("T")

MAX_WAIT = 4.0  # seconds in all that GitHub may ask a page to wait
TIMEOUT = 8.0  # seconds for one answer
MESSAGE = "Set up Milepost"
# GitHub's answer when a file has appeared where none was.
_SHA_MISSING = '"sha" wasn\'t supplied'


class ChangedError(Exception):
    """The file is no longer what was shown."""


class SettingsFileState(NamedTuple):
    """The file on the default branch; without one, `text` is None and `sha` empty."""

    text: str | None
    sha: str
    branch: str


class AppRepository(NamedTuple):
    """A repository with the App in it, and whether the App may write files there."""

    repository: InstalledRepository
    writes_files: bool


class MovedDate(NamedTuple):
    """A milestone that gets another due date; None for no date."""

    title: str
    before: date | None
    after: date | None


class SetupPreview(NamedTuple):
    """What a run would do. `only_creates` holds when it changes and closes nothing."""

    changes: int
    labels: int
    issues: tuple[str, ...]  # the titles of new ones
    milestones: tuple[CreateMilestone, ...]
    moves: tuple[MovedDate, ...]
    only_creates: bool
    notifications: int  # for each person who watches the repository
    minutes: int  # that the writing takes, 0 for less than half a minute
    groups: tuple[PlanGroup, ...]
    notes: tuple[str, ...]
    posts: tuple[str, ...]
    files: tuple[str, ...]
    refused: str  # why a run would do none of it, empty when it would


class _RepositoryAnswer(ApiModel):
    default_branch: str


class _FileAnswer(ApiModel):
    sha: str
    content: str  # in base64, with line breaks


class SettingsFile:
    """Reads, previews and writes the file for pages. Threads may share it.

    Every method may raise UnavailableError, AuthenticationError and GitHubError.
    """

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._auth: AppAuth | None = None

    def app_repository(self, number: int, full_name: str, *, private: bool) -> AppRepository | None:
        """Return the repository with its installation; None when the App is not in it."""
        path = f"/repos/{full_name}/installation"
        answer = self._app().signed("GET", path)
        if answer.status in {301, 404}:
            return None
        if answer.status >= 400:
            raise error_of(answer, full_name)
        found = read(Installation, answer.json(), path)
        at = InstalledRepository(
            installation=found.id, id=number, full_name=full_name, private=private
        )
        return AppRepository(at, writes_files=found.permissions.get("contents") == "write")

    def state(self, home: InstalledRepository) -> SettingsFileState:
        """Return the file as it is on GitHub now."""

        def read_file(connection: Connection) -> SettingsFileState:
            with RepositoryClient(connection, self._client(connection.api_url)) as client:
                found = read(_RepositoryAnswer, client.get(connection.root).json(), connection.root)
                path = f"{connection.root}/contents/{CONFIG_PATH}"
                try:
                    file = read(_FileAnswer, client.get(path).json(), path)
                except NotThereError:
                    return SettingsFileState(None, "", found.default_branch)
                text = base64.b64decode(file.content).decode("utf-8", "replace")
                return SettingsFileState(text, file.sha, found.default_branch)

        return self._using(home, read_file)

    def preview(self, home: InstalledRepository, text: str) -> SetupPreview:
        """Return what a run would do if `text` were the settings. Nothing is written.

        Raises ConfigError, CurriculumError or GuideError for settings that can't be used.
        """

        def run_dry(connection: Connection) -> SetupPreview:
            client = self._client(connection.api_url)
            with HttpReader(connection, client=client, limits=LIMITS) as reader:
                place = RepositoryFiles(reader)
                settings, curriculum = check(text, place, find_bounded)

                def find(name: str, place: FileSource, units: str) -> Curriculum:
                    return find_bounded(name, place, units) if units else curriculum

                source = find_source(settings, place, find)
                paths = PathReader(source, settings, self._frame.clock())
                run = Sync(paths, reader, web=web_root(connection.api_url))
                return _preview(run.foresee(), interval=self._frame.config.write_interval)

        return self._using(home, run_dry)

    def write(
        self, home: InstalledRepository, token: SecretStr, text: str, *, instead_of: str
    ) -> None:
        """Commit `text` as the person with the token.

        `instead_of` is the SHA of the file that it replaces, empty for a new file. Raises
        ChangedError when the file is no longer that.
        """
        connection = Connection(
            repository=home.full_name, token=token, api_url=self._frame.config.api_url
        )
        body = {"message": MESSAGE, "content": base64.b64encode(text.encode()).decode()}
        if instead_of:
            body["sha"] = instead_of
        try:
            with RepositoryClient(connection, self._client(connection.api_url)) as client:
                client.send("PUT", f"/contents/{CONFIG_PATH}", body, creates=True)
        except ConflictError:
            raise ChangedError from None
        except GitHubError as error:
            if _SHA_MISSING in error.what:
                raise ChangedError from None
            raise

    def page(self, home: InstalledRepository, there: SettingsFileState, text: str) -> str:
        """Return GitHub's page to create the file with this text, or to edit the present file."""
        root = f"{web_root(self._frame.config.api_url)}/{home.full_name}"
        branch = quote(there.branch)
        if there.text is not None:
            return f"{root}/edit/{branch}/{CONFIG_PATH}"
        return f"{root}/new/{branch}?{urlencode({'filename': CONFIG_PATH, 'value': text})}"

    def _using(self, home: InstalledRepository, operation: Callable[[Connection], T]) -> T:
        """Call `operation` with a token that can only read."""
        reads = "read" if home.private else None
        rights = Rights(issues="read", contents=reads, pull_requests=reads)
        return self._app().using(home, operation, rights=rights)

    def _client(self, api_url: str) -> ApiClient:
        return ApiClient(api_url, connect=self._connect, policy=self._policy)

    @property
    def _policy(self) -> WaitPolicy:
        sleep = self._frame.server.stop_signal.sleep
        return WaitPolicy(self._frame.clock, sleep, max_wait=MAX_WAIT)

    def _app(self) -> AppAuth:
        """Return the App's client, with short waits. Raises PageError without an App."""
        config = self._frame.config
        if self._auth is None or self._auth.issuer != config.issuer:
            self._auth = app_auth(config, self._policy, self._connect)
            if self._auth is None:
                raise PageError(503, _("This server has no App yet"))
            self._frame.resources.callback(self._auth.close)
        return self._auth

    @staticmethod
    def _connect(api_url: str) -> Httpx2Session:
        made = open_httpx2_client(api_url)
        made.timeout = TIMEOUT
        return Httpx2Session(made)


def _preview(sync: SyncPreview, *, interval: float) -> SetupPreview:
    """Return what the page shows of a dry run; `interval` is in seconds between two writes."""
    plan, refused = sync.plan, ""
    try:
        plan.check_safe()
    except RefusedError as error:
        refused = error.what
    return SetupPreview(
        changes=len(plan.changes),
        labels=plan.count("create-label"),
        issues=tuple(one.title for one in plan.changes if isinstance(one, CreateIssue)),
        milestones=tuple(one for one in plan.changes if isinstance(one, CreateMilestone)),
        moves=tuple(
            MovedDate(one.title, one.due_before, one.due_on)
            for one in plan.changes
            if isinstance(one, UpdateMilestone) and "due date" in one.fields
        ),
        only_creates=all(one.describe().sign in "+>^" for one in plan.changes),
        notifications=plan.notifications + len(sync.due),
        minutes=round(interval * (len(plan.changes) + len(sync.due)) / 60),
        groups=tuple(plan_text.groups(plan)),
        notes=(*plan_text.drift_sentences(plan), *(note.text for note in plan.notes)),
        posts=tuple(post.title for post in sync.due),
        files=tuple(describe_files(sync.files).splitlines()),
        refused=refused,
    )


def difference(old: str | None, new: str) -> tuple[tuple[str, str], ...]:
    """Return the changed lines with some context, each after `+`, `-`, a space, or `…` for a gap.

    Empty when the texts have the same lines, and without an old text.
    """
    if old is None:
        return ()
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=2)
    shown = [("…", "") if line.startswith("@@") else (line[0], line[1:]) for line in lines]
    return tuple(shown[2:])[1:]  # after the names of the files, and the first gap
