"""Files, pins, reactions and pull requests are written once, whatever others do meanwhile."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import writes
from timeline import Timeline

from bot.errors import (
    GitHubError,
    NotThereError,
    PermissionDeniedError,
    RepositoryMovedError,
    UnavailableError,
)
from bot.github.errors import ConflictError, EmptyRepositoryError
from bot.github.gateway import PyGithubGateway
from github_sandbox.state import comments, pulls
from github_sandbox.state.objects import Repository
from github_sandbox.world import World

MakeGateway = Callable[..., PyGithubGateway]
Seed = Callable[[int], None]
BADGE = {"badge.svg": b"<svg/>"}
LOST = ["502-after", "reset-after"]


def put(gateway: PyGithubGateway, files: Mapping[str, bytes], branch: str = "milepost") -> None:
    gateway.write(writes.commit_files(branch, files, message="Draw", base="orphan"))


def on(repository: Repository, branch: str) -> dict[str, bytes]:
    head = repository.git.head(branch)
    assert head is not None, f"no branch {branch}"
    return dict(head.files)


def history(repository: Repository, branch: str) -> list[str]:
    """Messages of a branch's commits, the last first."""
    head = repository.git.head(branch)
    found = repository.git.history(head.sha) if head else []
    return [repository.git.commits[sha].message for sha in found]


def sent(world: World) -> list[str]:
    return [f"{one.method} {one.path.split('/', 4)[4]}" for one in world.journal.writes]


class TestCommits:
    def test_a_new_branch_has_no_history_but_its_own(
        self, world: World, gateway: PyGithubGateway
    ) -> None:
        put(gateway, {**BADGE, "ü/zwei.md": b"zwei\r\n"})
        home = world.repository()
        assert on(home, "milepost") == {"badge.svg": b"<svg/>", "ü/zwei.md": b"zwei\r\n"}
        assert history(home, "milepost") == ["Draw"]
        assert on(home, "main").keys() == {"README.md"}
        assert sent(world) == ["POST git/trees", "POST git/commits", "POST git/refs"]

    def test_or_begins_at_the_default_branch(self, world: World, gateway: PyGithubGateway) -> None:
        gateway.write(writes.commit_files("reports/q1", BADGE, message="Report", base="default"))
        home = world.repository()
        assert on(home, "reports/q1").keys() == {"README.md", "badge.svg"}
        assert history(home, "reports/q1") == ["Report", "Initial commit"]

    def test_other_files_of_the_branch_stay(self, world: World, gateway: PyGithubGateway) -> None:
        put(gateway, BADGE)
        world.journal.forget()
        put(gateway, {"deep/er/card.svg": b"<svg/>"})
        assert on(world.repository(), "milepost").keys() == {"badge.svg", "deep/er/card.svg"}
        assert sent(world)[2:] == ["PATCH git/refs/heads/milepost"]

    def test_bytes_that_are_no_text_arrive_whole(
        self, world: World, gateway: PyGithubGateway
    ) -> None:
        odd = {"a.png": b"\x89PNG\r\n\xff", "b": b"a\0b", "c": b""}
        put(gateway, odd)
        assert on(world.repository(), "milepost") == odd

    def test_what_is_there_already_makes_no_commit(
        self, world: World, gateway: PyGithubGateway
    ) -> None:
        put(gateway, BADGE)
        put(gateway, BADGE)
        assert history(world.repository(), "milepost") == ["Draw"]

    def test_no_files_are_no_request(self, world: World, gateway: PyGithubGateway) -> None:
        put(gateway, {})
        assert len(world.journal.entries) == 0

    def test_one_request_moves_the_branch(
        self, world: World, make_gateway: MakeGateway, timeline: Timeline
    ) -> None:
        put(make_gateway(interval=1), BADGE)
        assert timeline.slept == [1.0, 1.0]  # between three writes; what is only asked waits not
        assert [entry.method for entry in world.journal.entries] == ["GET", "POST", "POST", "POST"]

    @pytest.mark.parametrize("times", [1, 4])
    def test_somebody_else_was_quicker(
        self, world: World, gateway: PyGithubGateway, times: int
    ) -> None:
        put(gateway, BADGE)
        home = world.repository()

        def meddle() -> None:
            name = f"other{len(home.git.commits)}.md"
            world.commit_files(home, {name: b"other"}, "Meddle", "milepost")

        world.faults.add("call", method="POST", path="*/git/commits", times=times, call=meddle)
        put(gateway, {"card.svg": b"<svg/>"})
        assert len(on(home, "milepost")) == 2 + times
        assert history(home, "milepost") == ["Draw", *["Meddle"] * times, "Draw"]

    def test_somebody_else_made_the_branch_first(
        self, world: World, gateway: PyGithubGateway
    ) -> None:
        home = world.repository()
        world.faults.add(
            "call",
            method="POST",
            path="*/git/commits",
            call=lambda: world.commit_files(home, {"other.md": b""}, "Meddle", "milepost"),
        )
        put(gateway, BADGE)
        assert on(home, "milepost").keys() == {"badge.svg", "other.md"}

    def test_somebody_else_removed_the_branch(self, world: World, gateway: PyGithubGateway) -> None:
        put(gateway, BADGE)
        refs = world.repository().git.refs
        world.faults.add(
            "call",
            method="POST",
            path="*/git/commits",
            call=lambda: refs.pop("refs/heads/milepost"),
        )
        put(gateway, {"card.svg": b"<svg/>"})
        assert on(world.repository(), "milepost") == {"card.svg": b"<svg/>"}

    def test_who_keeps_writing_wins(self, world: World, gateway: PyGithubGateway) -> None:
        put(gateway, BADGE)
        home = world.repository()

        def meddle() -> None:
            name = f"other{len(home.git.commits)}.md"
            world.commit_files(home, {name: b""}, "Meddle", "milepost")

        world.faults.add("call", method="POST", path="*/git/commits", times=0, call=meddle)
        with pytest.raises(ConflictError, match="the branch milepost, 5 times"):
            put(gateway, {"card.svg": b"<svg/>"})
        assert "card.svg" not in on(home, "milepost")

    @pytest.mark.parametrize("kind", LOST)
    @pytest.mark.parametrize("nth", [1, 2, 3, 4])
    def test_a_lost_answer_does_no_harm(
        self, world: World, gateway: PyGithubGateway, kind: str, nth: int
    ) -> None:
        put(gateway, {"old.svg": b"<svg/>"})
        world.faults.add(kind, method="WRITE", nth=nth)
        put(gateway, {"a.png": b"\xff"})
        home = world.repository()
        assert on(home, "milepost") == {"a.png": b"\xff", "old.svg": b"<svg/>"}
        assert history(home, "milepost") == ["Draw", "Draw"]
        assert any(entry.fault for entry in world.journal.entries)

    @pytest.mark.parametrize("kind", LOST)
    def test_not_for_a_new_branch_either(
        self, world: World, gateway: PyGithubGateway, kind: str
    ) -> None:
        world.faults.add(kind, method="POST", path="*/git/refs")
        put(gateway, BADGE)
        assert history(world.repository(), "milepost") == ["Draw"]

    def test_a_read_is_tried_again(self, world: World, gateway: PyGithubGateway) -> None:
        world.faults.add("502", method="GET", times=2)
        put(gateway, BADGE)
        assert on(world.repository(), "milepost") == BADGE
        world.faults.add("502", method="GET", times=3)
        with pytest.raises(UnavailableError):
            put(gateway, BADGE)

    def test_without_the_right_nothing_is_written(
        self, world: World, make_gateway: MakeGateway
    ) -> None:
        rights = {"issues": "write", "metadata": "read", "contents": "read"}
        world.add_token("narrow", user="learner", permissions=rights)
        gateway = make_gateway(token="narrow")
        with pytest.raises(PermissionDeniedError, match="contents: write"):
            put(gateway, BADGE)
        with pytest.raises(PermissionDeniedError, match="contents: write"):
            gateway.write(writes.put_file("README.md", b"x", message="Write"))
        with pytest.raises(PermissionDeniedError, match="pull_requests: write"):
            gateway.write(writes.open_pull_request("main", title="x", body=""))

    def test_an_empty_repository_is_named(self, world: World, make_gateway: MakeGateway) -> None:
        world.add_repository("learner/empty", empty=True)
        gateway = make_gateway(repository="learner/empty")
        with pytest.raises(EmptyRepositoryError, match="README"):
            put(gateway, BADGE)

    def test_a_renamed_one_too(self, world: World, gateway: PyGithubGateway) -> None:
        world.rename(world.repository(), "path")
        with pytest.raises(RepositoryMovedError, match="learner/path"):
            put(gateway, BADGE)


class TestOneFile:
    def test_it_is_made_and_changed(self, world: World, gateway: PyGithubGateway) -> None:
        path = ".github/ISSUE_TEMPLATE/a b.yml"
        gateway.write(writes.put_file(path, b"one", message="Add"))
        gateway.write(writes.put_file(path, b"two", message="Change"))
        gateway.write(writes.put_file(path, b"two", message="Again"))
        home = world.repository()
        assert on(home, "main")[path] == b"two"
        assert history(home, "main") == ["Change", "Add", "Initial commit"]

    def test_also_the_very_first(self, world: World, make_gateway: MakeGateway) -> None:
        empty = world.add_repository("learner/empty", empty=True)
        make_gateway(repository="learner/empty").write(
            writes.put_file("README.md", b"# Hi", message="Begin")
        )
        assert on(empty, "main") == {"README.md": b"# Hi"}

    @pytest.mark.parametrize("path", ["README.md", "new.md"])
    def test_somebody_else_was_quicker(
        self, world: World, gateway: PyGithubGateway, path: str
    ) -> None:
        home = world.repository()
        world.faults.add(
            "call",
            method="GET",
            path="*/contents/*",
            call=lambda: world.commit_files(home, {path: b"theirs"}, "Meddle"),
        )
        gateway.write(writes.put_file(path, b"ours", message="Write"))
        assert on(home, "main")[path] == b"ours"
        assert history(home, "main") == ["Write", "Meddle", "Initial commit"]

    def test_who_keeps_writing_wins(self, world: World, gateway: PyGithubGateway) -> None:
        home = world.repository()

        def meddle() -> None:
            text = str(len(home.git.commits)).encode()
            world.commit_files(home, {"README.md": text}, "Meddle")

        world.faults.add("call", method="GET", path="*/contents/*", times=0, call=meddle)
        with pytest.raises(ConflictError, match=r"README\.md, 5 times"):
            gateway.write(writes.put_file("README.md", b"ours", message="Write"))

    @pytest.mark.parametrize("kind", LOST)
    @pytest.mark.parametrize("path", ["README.md", "new.md"])
    def test_a_lost_answer_does_no_harm(
        self, world: World, gateway: PyGithubGateway, kind: str, path: str
    ) -> None:
        world.faults.add(kind, method="PUT")
        gateway.write(writes.put_file(path, b"ours", message="Write"))
        assert history(world.repository(), "main") == ["Write", "Initial commit"]


class TestPullRequests:
    def test_one_is_opened_into_the_default_branch(
        self, world: World, gateway: PyGithubGateway
    ) -> None:
        home = world.repository()
        gateway.write(writes.commit_files("report", BADGE, message="Report", base="default"))
        number = gateway.write(
            writes.open_pull_request("report", title="Month 3", body="Look")
        ).number
        issue, pull = pulls.find(home, number)
        assert (issue.title, issue.body, pull.head, pull.base) == (
            "Month 3",
            "Look",
            "report",
            "main",
        )

    def test_the_open_one_is_named_again(self, world: World, gateway: PyGithubGateway) -> None:
        gateway.write(writes.commit_files("report", BADGE, message="Report", base="default"))
        pulls.propose(world, world.actor(), world.repository(), "Another")
        number = gateway.write(writes.open_pull_request("report", title="Month 3", body="")).number
        assert (
            gateway.write(writes.open_pull_request("report", title="Month 3", body="")).number
            == number
        )
        assert len(world.repository().issues) == 2

    def test_a_closed_one_is_not(self, gateway: PyGithubGateway) -> None:
        gateway.write(writes.commit_files("report", BADGE, message="Report", base="default"))
        first = gateway.write(writes.open_pull_request("report", title="Month 3", body="")).number
        gateway.write(writes.update_issue(first, state="closed"))
        assert (
            gateway.write(writes.open_pull_request("report", title="Month 3", body="")).number
            != first
        )

    def test_nothing_to_merge_is_refused(self, world: World, gateway: PyGithubGateway) -> None:
        world.repository().git.refs["refs/heads/same"] = world.repository().git.refs[
            "refs/heads/main"
        ]
        with pytest.raises(GitHubError, match="No commits between main and same"):
            gateway.write(writes.open_pull_request("same", title="x", body=""))
        with pytest.raises(GitHubError, match="head is not valid"):
            gateway.write(writes.open_pull_request("gone", title="x", body=""))

    @pytest.mark.parametrize("kind", LOST)
    def test_a_lost_answer_makes_no_second(
        self, world: World, gateway: PyGithubGateway, kind: str
    ) -> None:
        gateway.write(writes.commit_files("report", BADGE, message="Report", base="default"))
        world.faults.add(kind, method="POST", path="*/pulls")
        assert (
            gateway.write(writes.open_pull_request("report", title="Month 3", body="")).number == 1
        )
        assert len(world.repository().issues) == 1


class TestMarks:
    def text(self, world: World) -> Any:
        home = world.repository()
        return comments.create(world, world.actor(), home, home.issues[1], {"body": "/done"})

    @pytest.mark.parametrize("fault", [None, *LOST])
    def test_a_reaction_is_there_once(
        self, world: World, gateway: PyGithubGateway, seed: Seed, fault: str | None
    ) -> None:
        seed(1)
        comment = self.text(world)
        if fault:
            world.faults.add(fault, method="POST")
        gateway.write(writes.react(comment.id, "rocket"))
        gateway.write(writes.react(comment.id, "rocket"))
        assert [one.content for one in comment.reactions] == ["rocket"]

    @pytest.mark.parametrize("fault", [None, *LOST])
    def test_a_comment_is_taken_back(
        self, world: World, gateway: PyGithubGateway, seed: Seed, fault: str | None
    ) -> None:
        seed(1)
        comment = self.text(world)
        if fault:
            world.faults.add(fault, method="DELETE")
        gateway.write(writes.delete_comment(comment.id))
        assert world.repository().issues[1].comments == []
        with pytest.raises(NotThereError):
            gateway.write(writes.delete_comment(comment.id))

    def test_the_comment_is_gone(self, gateway: PyGithubGateway) -> None:
        with pytest.raises(NotThereError):
            gateway.write(writes.react(99, "rocket"))

    @pytest.mark.parametrize("fault", [None, *LOST])
    def test_an_issue_is_pinned(
        self, world: World, gateway: PyGithubGateway, seed: Seed, fault: str | None
    ) -> None:
        seed(1)
        issue = world.repository().issues[1]
        if fault:
            world.faults.add(fault, path="/graphql")
        gateway.write(writes.pin_issue(f"I_{issue.id}"))
        assert issue.pinned

    def test_a_fourth_is_refused(self, world: World, gateway: PyGithubGateway, seed: Seed) -> None:
        seed(4)
        *first, last = world.repository().issues.values()
        for issue in first:
            gateway.write(writes.pin_issue(f"I_{issue.id}"))
        with pytest.raises(GitHubError, match="pinned"):
            gateway.write(writes.pin_issue(f"I_{last.id}"))
