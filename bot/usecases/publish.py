"""publish = read, report, post: a report stands exactly once, found again by its marker."""

from collections.abc import Callable
from enum import StrEnum

from bot.errors import GitHubError, UncertainWriteError
from bot.planning.desired import SUMMARY_KEY
from bot.planning.marker import Key, Marker, digest, find, normal, wrap
from bot.planning.observed import observe, trusted
from bot.planning.ports import Gateway, Reader
from bot.planning.snapshot import CommentState, Snapshot

LOOKS_AGAIN = 5
FIRST_PAUSE = 2.0


class Outcome(StrEnum):
    """What publishing did."""

    POSTED = "posted"
    STANDS = "it was posted already"
    DECLINED = "not posted, for the summary issue is closed"


def publish_once(
    key: Key,
    text: str,
    snapshot: Snapshot,
    *,
    reader: Reader,
    gateway: Callable[[], Gateway],
    sleep: Callable[[float], None],
) -> Outcome:
    """Let the summary issue have one comment `key`; one that stands is left as it is.

    A closed summary issue means that the learner does not want any. When the answer to the write is
    lost, it looks again instead of writing again, at most five times. Raises GitHubError when there
    is no summary issue, and what reader and gateway raise.
    """
    summary = observe(snapshot).issues.get(SUMMARY_KEY)
    if summary is None:
        raise GitHubError(
            "there is no summary issue to post to.",
            where=snapshot.repository,
            hint="Make it with `milepost apply`.",
        )
    if summary.state.state == "closed":
        return Outcome.DECLINED
    number = summary.state.number
    if _stands(key, reader.comments(number)):
        return Outcome.STANDS
    body = wrap(text, Marker(key=key, title="", body=digest(normal(text))))
    for look in range(LOOKS_AGAIN):
        try:
            gateway().create_comment(number, body=body)
        except UncertainWriteError:
            sleep(FIRST_PAUSE * 2**look)
            if _stands(key, reader.comments(number, fresh=True)):
                break
        else:
            break
    else:
        raise UncertainWriteError(
            "the answers to several writes were lost.",
            where=summary.state.url,
            hint="Look whether the summary stands there before you run it again.",
        )
    return Outcome.POSTED


def _stands(key: Key, comments: tuple[CommentState, ...]) -> bool:
    marks = (find(comment.body) for comment in comments if trusted(comment))
    return any(marked is not None and marked.marker.key == key for marked in marks)
