"""A pull request that changes the path gets the plan as one comment, found again by its marker."""

from collections.abc import Callable
from typing import Literal

from bot import templating
from bot.errors import UncertainWriteError
from bot.planning import plan_text
from bot.planning.changes import CreateComment, UpdateComment
from bot.planning.marker import Key, Marker, digest, find, normalized, wrap
from bot.planning.plan import Plan
from bot.planning.ports import Gateway, Reader
from bot.planning.snapshot import CommentState
from bot.sync.file_sources import FileSource

KEY: Key = "plan:pull-request"
MOST = 60_000  # characters of a comment; GitHub holds 65,536

Outcome = Literal["written", "edited", "as it was"]


def changed(paths: tuple[str, ...], here: FileSource, there: FileSource) -> bool:
    """Return whether one of these files differs between the sources, but for line ends."""
    return any(_lines(here.read(path)) != _lines(there.read(path)) for path in paths)


def existing_comment(number: int, reader: Reader) -> CommentState | None:
    """Return our comment on this pull request; anybody else's copy does not count."""
    ours = reader.viewer()
    for comment in reader.comments(number, fresh=True):
        marked = find(comment.body) if comment.author_id == ours else None
        if marked is not None and marked.marker.key == KEY:
            return comment
    return None


def comment_body(plan: Plan, run: str | None) -> str:
    """Return the comment's body. `run` is the URL of the run, which holds a plan that is too long.

    The marker's hash is of the plan alone: another run with the same plan says nothing new.
    """
    plan_markdown = plan_text.as_markdown(plan)
    values = {
        "plan": plan_markdown if len(plan_markdown) <= MOST else None,
        "closing": plan_text.closing(plan),
    }
    text = templating.render("action-pull.md.j2", run=run, **values)
    return wrap(text, Marker(key=KEY, title="", body=digest(normalized(plan_markdown))))


def post_comment(
    number: int, body: str, *, reader: Reader, gateway: Callable[[], Gateway]
) -> Outcome:
    """Post this one comment, or edit it. Raises what reader and gateway raise."""
    there = existing_comment(number, reader)
    if there is None:
        try:
            gateway().write(CreateComment(key=KEY, number=number, title="", body=body))
        except UncertainWriteError:
            if existing_comment(number, reader) is None:
                raise
        return "written"
    if _plan(there.body) == _plan(body):
        return "as it was"
    gateway().write(UpdateComment(comment=there.id, body=body))
    return "edited"


def _plan(body: str) -> str | None:
    marked = find(body)
    return marked.marker.body if marked else None


def _lines(content: bytes | None) -> bytes | None:
    return None if content is None else content.replace(b"\r\n", b"\n")
