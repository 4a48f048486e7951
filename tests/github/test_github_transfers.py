"""An issue that was transferred is not ours any more: no redirect leads us to it.

The sandbox redirects whatever is asked of its old number; GitHub was also seen to answer for what
is on the issue with 404, or with a redirect to nowhere.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import respx
import writes

from bot.errors import DeletedError, NotThereError, RepositoryMovedError
from bot.github.gateway import PyGithubGateway
from bot.github.reader import HttpReader
from github_sandbox import dump
from github_sandbox.state import comments, issues, transfers
from github_sandbox.state.objects import Repository
from github_sandbox.world import World

HOME = "/repos/learner/portfolio"
pytestmark = pytest.mark.httpx2(base_url="https://api.github.com")


@pytest.fixture
def elsewhere(world: World) -> Iterator[Repository]:
    """Where issue 1 went, with a comment; afterwards it is as it was and nobody asked for it."""
    me, home = world.actor(), world.repository()
    target = world.add_repository("learner/elsewhere")
    with world.lock:
        goes = issues.create(world, me, home, {"title": "Goes", "body": "Body"})
        comments.create(world, me, home, goes, {"body": "Hello"})
        transfers.transfer(world, me, home, goes, target)
    before = dump.repository(target)
    yield target
    assert dump.repository(target) == before
    paths = {entry.path for entry in world.journal.entries}
    assert {path for path in paths if not path.startswith(HOME)} == set()


@pytest.mark.usefixtures("elsewhere")
class TestReading:
    def test_it_is_in_no_list_and_not_there(self, reader: HttpReader) -> None:
        assert reader.snapshot().issues == ()
        assert reader.issue(1) is None
        assert reader.reactions(1) == ()
        assert reader.labelled_by(1, "later") is None

    def test_its_comments_are_not_read(self, reader: HttpReader) -> None:
        with pytest.raises(NotThereError, match="in another repository"):
            reader.comments(1)


WRITES: dict[str, Callable[[PyGithubGateway], Any]] = {
    "words": lambda g: g.write(writes.update_issue(1, title="Other", body="Other")),
    "state": lambda g: g.write(writes.update_issue(1, state="closed", state_reason="completed")),
    "labels": lambda g: g.write(writes.update_issue(1, labels=("bug",))),
    "milestone": lambda g: g.write(writes.update_issue(1, milestone=None)),
    "comment": lambda g: g.write(writes.create_comment(1, body="x")).id,
    "sub-issue": lambda g: g.write(writes.add_sub_issue(1, 3_000_000_001)),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_no_write_reaches_it(
    world: World,
    elsewhere: Repository,
    gateway: PyGithubGateway,
    write: Callable[[PyGithubGateway], Any],
) -> None:
    with pytest.raises(DeletedError, match="in another repository"):
        write(gateway)
    assert sum(entry.is_write for entry in world.journal.entries) == 1, "it was sent once"
    assert elsewhere.issues[1].title == "Goes"


def test_a_comment_that_went_with_it_is_not_there(
    elsewhere: Repository, gateway: PyGithubGateway
) -> None:
    [comment] = elsewhere.issues[1].comments
    with pytest.raises(NotThereError):
        gateway.write(writes.update_comment(comment.id, body="x"))
    with pytest.raises(NotThereError):
        gateway.write(writes.delete_comment(comment.id))
    with pytest.raises(NotThereError):
        gateway.write(writes.react(comment.id, "eyes"))


def test_a_repository_that_was_renamed_meanwhile_is_named(
    world: World, reader: HttpReader, gateway: PyGithubGateway
) -> None:
    world.rename(world.repository(), "path")
    requests: list[Callable[[], object]] = [
        lambda: reader.issue(1),
        lambda: reader.comments(1),
        lambda: gateway.write(writes.update_issue(1, title="x")),
        lambda: gateway.write(writes.create_comment(1, body="x")).id,
    ]
    for query in requests:
        with pytest.raises(RepositoryMovedError, match="learner/path"):
            query()


@pytest.mark.parametrize("location", ["", None, "https://api.github.com/repositories/2/issues/1"])
def test_a_redirect_to_nowhere_is_no_different(
    make_reader: Callable[..., HttpReader], httpx2_mock: respx.Router, location: str | None
) -> None:
    headers = {} if location is None else {"location": location}
    for path in ("/issues/7", "/issues/7/comments"):
        moved = {"message": "Moved Permanently"}
        httpx2_mock.get(HOME + path).respond(301, headers=headers, json=moved)
    httpx2_mock.get(HOME).respond(json={"full_name": "learner/portfolio"})
    reader = make_reader(api_url="https://api.github.com")
    assert reader.issue(7) is None
    with pytest.raises(NotThereError):
        reader.comments(7)
