"""Who may command: people who may write to the repository. Bots and strangers are passed over."""

from collections.abc import Iterable

from bot.planning.identity import owns
from bot.planning.marker import find
from bot.planning.ports import Reader
from bot.planning.snapshot import CommentState, Snapshot
from bot.progress.parse_command import BEGINNING


def may_command(comment: CommentState) -> bool:
    """Return whether a comment may hold a command: a person wrote it, and it is none of ours."""
    return (
        comment.author is not None
        and comment.author_kind == "User"
        and find(comment.body) is None
        and BEGINNING.search(comment.body) is not None
    )


def writers(reader: Reader, snapshot: Snapshot, comments: Iterable[CommentState]) -> frozenset[int]:
    """Return the ids of those authors who may push; GitHub is asked for all but the owner."""
    authors = {comment.author_id: comment for comment in comments if comment.author}
    return frozenset(
        account
        for account, comment in sorted(authors.items())
        if owns(snapshot, comment) or reader.may_write(comment.author or "", account)
    )
