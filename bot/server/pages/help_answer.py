"""Posts a mentor's answer to a request for help, as a comment by the App.

So a learner who goes by another name is answered without being found out: the mentor sees neither
their repository nor their issue.
"""

import logging

from cryptography.fernet import Fernet, InvalidToken

from bot import templating
from bot.errors import GitHubError, UncertainWriteError
from bot.github.connection import Connection
from bot.github.repository_client import RepositoryClient
from bot.github.retry import WaitPolicy
from bot.i18n import gettext as _
from bot.planning.marker import Marker, digest, normalized, wrap
from bot.reports.cohort import HelpRequest
from bot.server.pages.frame import Frame, PageError, impossible
from bot.server.store.rows import RepositoryRow
from bot.server.sync_repository import installed, limited

log = logging.getLogger(__name__)

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
        raise impossible() from None
    return int(repository), int(number)


def post_comment(frame: Frame, row: RepositoryRow, number: int, body: str) -> None:
    """Post a comment on an issue.

    Raises PageError without an App, for a refusal and for a lost response, and UnavailableError.
    """
    server = frame.server
    if server.auth is None or server.budget is None:
        raise PageError(503, _("This server has no App yet"))
    policy = WaitPolicy(sleep=server.stop_signal.sleep, max_wait=MAX_WAIT)
    client = limited(server.auth, server.budget, row.installation_id, policy, people=True)
    home = installed(row, row.full_name, row.private)

    def post(connection: Connection) -> None:
        with RepositoryClient(connection, client) as writer:
            writer.send("POST", f"/issues/{number}/comments", {"body": body}, creates=True)

    try:
        server.auth.using(home, post)
    except UncertainWriteError:
        advice = _("Check whether your answer is there before you send it again.")
        raise PageError(502, _("GitHub's response was lost"), advice) from None
    except GitHubError as refused:
        log.warning("answer refused: %s", type(refused).__name__)
        # Without GitHub's words, which name the repository.
        raise PageError(409, _("GitHub doesn't take your answer"), reload_learners()) from None


def reload_learners() -> str:
    """Return what helps when a request for help is not as it was."""
    return _("Reload your learners. The issue may be closed or locked.")


def answer_comment(text: str, mentor: str) -> str:
    """Return the comment, in the language in use; nothing in it is a command.

    Sent twice at once, one of them goes.
    """
    shown = templating.render("replies/answer.md.j2", mentor=mentor, lines=text.splitlines())
    checksum = digest(normalized(shown))
    return wrap(shown, Marker(key=f"answer:{checksum}", title="", body=checksum))


def _seal(frame: Frame) -> Fernet:
    return Fernet(frame.keys.sealing("request for help"))
