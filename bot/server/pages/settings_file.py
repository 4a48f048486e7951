"""The settings file of a repository, as a page reads, tries and writes it.

Read and tried with an installation token that can do no more than read; written, where somebody
asks for it, with their own token, so that it is their commit and GitHub's word whether they may. A
person waits for all of this: it has seconds, and then says that GitHub is slow.
"""

import base64
import difflib
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import quote, urlencode

from pydantic import SecretStr

from bot.errors import GitHubError, NotThereError
from bot.github import problems
from bot.github.addresses import web_root
from bot.github.api_client import ApiClient, open_session
from bot.github.api_model import ApiModel, read
from bot.github.app import AppAuth, InstalledRepository
from bot.github.client import Connection, RestClient
from bot.github.problems import ConflictError
from bot.github.reader import HttpReader
from bot.github.retry import WaitPolicy
from bot.github.rights import Rights
from bot.github.writer import ApiWriter
from bot.progress.path import PathReader
from bot.server.pages.frame import Frame, PageError
from bot.settings import CONFIG_PATH
from bot.sync.file_sources import RepositoryFiles
from bot.sync.settings_text import check
from bot.sync.sync import Sync, SyncPreview

if TYPE_CHECKING:
    import httpx2

T = TypeVar("T")

PATIENCE = 4.0  # seconds in all that GitHub may ask a page to wait
ANSWERS_WITHIN = 8.0
MESSAGE = "Set up Milepost"
_APPEARED = '"sha" wasn\'t supplied'


class ChangedError(Exception):
    """The file is not any more what was shown."""


class SettingsFileState(NamedTuple):
    """The file on the default branch as it is now: its text, None when there is none.

    `sha` is Git's name for it, empty when there is none.
    """

    text: str | None
    sha: str
    branch: str


class _InstallationAnswer(ApiModel):
    id: int
    permissions: dict[str, str]


class AppRepository(NamedTuple):
    """Where the App is in a repository: its installation, and whether it may write files there."""

    repository: InstalledRepository
    writes_files: bool


class _RepositoryAnswer(ApiModel):
    default_branch: str


class _FileAnswer(ApiModel):
    sha: str
    content: str  # in base64, with line breaks


class SettingsFile:
    """Reads, tries and writes the file for pages. Threads may share it.

    Every method may raise UnavailableError, AuthenticationError and GitHubError.
    """

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._auth: tuple[str, AppAuth] | None = None

    def close(self) -> None:
        """Close the connections."""
        if self._auth is not None:
            self._auth[1].close()

    def app_repository(self, number: int, full_name: str, *, private: bool) -> AppRepository | None:
        """Where the App is in that repository; None when it is not ("Get a repository installation
        for the authenticated app")."""
        path = f"/repos/{full_name}/installation"
        answer = self._app().signed("GET", path)
        if answer.status in {301, 404}:
            return None
        if answer.status >= 400:
            raise problems.problem(answer, full_name)
        found = read(_InstallationAnswer, answer.json(), path)
        at = InstalledRepository(
            installation=found.id, id=number, full_name=full_name, private=private
        )
        return AppRepository(at, writes_files=found.permissions.get("contents") == "write")

    def state(self, home: InstalledRepository) -> SettingsFileState:
        """What GitHub has now."""

        def read_file(connection: Connection) -> SettingsFileState:
            with RestClient(connection, self._client(connection.api_url)) as client:
                found = read(_RepositoryAnswer, client.get(connection.root).json(), connection.root)
                path = f"{connection.root}/contents/{CONFIG_PATH}"
                try:
                    file = read(_FileAnswer, client.get(path).json(), path)
                except NotThereError:
                    return SettingsFileState(None, "", found.default_branch)
                text = base64.b64decode(file.content).decode("utf-8", "replace")
                return SettingsFileState(text, file.sha, found.default_branch)

        return self._using(home, read_file)

    def dry_run(self, home: InstalledRepository, text: str) -> SyncPreview:
        """What a run would do if that were the settings. Nothing is written.

        Raises ConfigError, CurriculumError or GuideError for settings that cannot be used.
        """

        def run_dry(connection: Connection) -> SyncPreview:
            client = self._client(connection.api_url)
            with HttpReader(connection, client=client) as reader:
                settings, curriculum = check(text, RepositoryFiles(reader))
                run = Sync(
                    PathReader(curriculum, settings, self._frame.clock()),
                    reader,
                    web=web_root(connection.api_url),
                )
                return run.foresee()

        return self._using(home, run_dry)

    def write(
        self, home: InstalledRepository, token: SecretStr, text: str, *, instead_of: str
    ) -> None:
        """Commit it in place of what was seen, as whoever has the token.

        `instead_of` is the hash of what is there, empty for nothing. Raises ChangedError when it is
        not that any more.
        """
        connection = Connection(
            repository=home.full_name, token=token, api_url=self._frame.config.api_url
        )
        writer = ApiWriter(connection, self._client(connection.api_url))
        content = base64.b64encode(text.encode()).decode()
        body = {"message": MESSAGE, "content": content}
        try:
            writer.send(
                "PUT",
                f"/contents/{CONFIG_PATH}",
                body | ({"sha": instead_of} if instead_of else {}),
                creates=True,
            )
        except ConflictError:
            raise ChangedError from None
        except GitHubError as refused:
            if _APPEARED in refused.what:
                raise ChangedError from None
            raise
        finally:
            writer.close()

    def page(self, home: InstalledRepository, there: SettingsFileState, text: str) -> str:
        """GitHub's own page for it: to make the file with this text in it, or to edit what is
        there."""
        root = f"{web_root(self._frame.config.api_url)}/{home.full_name}"
        branch = quote(there.branch)
        if there.text is not None:
            return f"{root}/edit/{branch}/{CONFIG_PATH}"
        return f"{root}/new/{branch}?{urlencode({'filename': CONFIG_PATH, 'value': text})}"

    def _using(self, home: InstalledRepository, operation: Callable[[Connection], T]) -> T:
        """With a token that reads and can do no more."""
        reads = "read" if home.private else None
        rights = Rights(issues="read", contents=reads, pull_requests=reads)
        return self._app().using(home, operation, rights=rights)

    def _client(self, api_url: str) -> ApiClient:
        policy = WaitPolicy(self._frame.clock, self._sleep, max_wait=PATIENCE)
        return ApiClient(api_url, http=self._http(api_url), policy=policy)

    def _app(self) -> AppAuth:
        """The App, with less patience than work has. Raises PageError while there is none."""
        config = self._frame.config
        if config.issuer is None or config.private_key is None:
            raise PageError(503, "This server has no App yet")
        if self._auth is None or self._auth[0] != config.issuer:
            made = AppAuth(
                config.issuer,
                config.private_key,
                api_url=config.api_url,
                graphql_url=config.graphql_url,
                http=self._http(config.api_url),
                clock=self._frame.clock,
                sleep=self._sleep,
                max_wait=PATIENCE,
            )
            self._auth = (config.issuer, made)
        return self._auth[1]

    @staticmethod
    def _http(api_url: str) -> "httpx2.Client":
        made = open_session(api_url)
        made.timeout = ANSWERS_WITHIN
        return made

    @property
    def _sleep(self) -> Callable[[float], None]:
        return self._frame.server.stop_signal.sleep


def difference(old: str, new: str) -> tuple[tuple[str, str], ...]:
    """What changes from one text to another: lines, each with `+`, `-`, a space, or `…` for a gap.

    Empty when nothing does.
    """
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=2)
    shown = [("…", "") if line.startswith("@@") else (line[0], line[1:]) for line in lines]
    return tuple(shown[2:])[1:]  # after the names of the files, and the first gap
