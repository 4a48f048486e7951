"""Who may command: people who may write to the repository. Bots and strangers are passed over."""

from bot.planning.marker import find
from bot.planning.observed_state import TRUSTED
from bot.planning.ports import Reader
from bot.planning.snapshot import CommentState
from bot.progress.parse_command import BEGINNING


def may_command(comment: CommentState) -> bool:
    """Return whether a comment may hold a command, as far as can be told without asking GitHub.

    A person wrote it whom GitHub associates with the repository, and it is none of ours.
    """
    return (
        comment.author is not None
        and comment.author_kind == "User"
        and comment.association in TRUSTED
        and find(comment.body) is None
        and BEGINNING.search(comment.body) is not None
    )


def writers(reader: Reader, comments: list[CommentState]) -> frozenset[str]:
    """Return the case-folded logins of those who may push; only the owner is not asked for."""
    owners = {c.author for c in comments if c.author and c.association == "OWNER"}
    others = {c.author for c in comments if c.author} - owners
    allowed = owners | {login for login in sorted(others) if reader.may_write(login)}
    return frozenset(login.casefold() for login in allowed)
