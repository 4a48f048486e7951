"""Posts a mentor's answer to a request for help, as a comment by the App.

So a learner who goes by another name is answered without being found out: the mentor sees neither
their repository nor their issue.
"""

from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken

from bot import templating
from bot.github.app import InstalledRepository
from bot.github.connection import Connection
from bot.github.repository_client import RepositoryClient
from bot.github.retry import WaitPolicy
from bot.planning.marker import Marker, digest, normalized, wrap
from bot.reports.cohort import HelpRequest
from bot.server.pages.frame import Frame, PageError
from bot.server.store.rows import RepositoryRow
from bot.server.sync_repository import limited

MAX_ANSWER = 5_000  # characters
MAX_WAIT = 2.0  # seconds, for GitHub's limits


def sealed_request(frame: Frame, repository: int, request: HelpRequest) -> str:
    """Return the name of a request for a form, which tells nobody whose it is."""
    return _seal(frame).encrypt(f"{repository}:{request.number}".encode()).decode()


def opened_request(frame: Frame, sealed: str) -> tuple[int, int]:
    """Return the ids of repository and issue. Raises PageError when no form of ours has it."""
    try:
        repository, _, number = _seal(frame).decrypt(sealed.encode()).decode().partition(":")
    except InvalidToken:
        raise PageError(400, "This can't be done", "Go back and try it another way.") from None
    return int(repository), int(number)


def post_answer(frame: Frame, row: RepositoryRow, number: int, text: str, mentor: str) -> None:
    """Post a comment on an issue. Raises PageError without an App, and GitHub's errors."""
    server = frame.server
    if server.auth is None or server.budget is None:
        raise PageError(503, "This server has no App yet")
    policy = WaitPolicy(sleep=server.stop_signal.sleep, max_wait=MAX_WAIT)
    client = limited(server.auth, server.budget, row.installation_id, policy, people=True)
    home = InstalledRepository(
        installation=row.installation_id, id=row.id, full_name=row.full_name, private=row.private
    )
    body = answer_comment(text, mentor, frame.clock())

    def post(connection: Connection) -> None:
        with RepositoryClient(connection, client) as writer:
            writer.send("POST", f"/issues/{number}/comments", {"body": body}, creates=True)

    server.auth.using(home, post)


def answer_comment(text: str, mentor: str, now: datetime) -> str:
    """Return the comment, in which nothing is a command."""
    shown = templating.render("replies/answer.md.j2", mentor=mentor, lines=text.splitlines())
    key = f"answer:{digest(f'{now.isoformat()} {text}')}"
    return wrap(shown, Marker(key=key, title="", body=digest(normalized(shown))))


def _seal(frame: Frame) -> Fernet:
    return Fernet(frame.keys.sealing("request for help"))
