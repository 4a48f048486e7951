"""Reading a repository over HTTP: how many requests, what comes out, and what goes wrong."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest
import respx
import writes
from timeline import Timeline

from bot.errors import (
    AuthenticationError,
    IssuesDisabledError,
    MilepostError,
    RepositoryMissingError,
    RepositoryMovedError,
    UnavailableError,
)
from bot.github.answer import UnreadableAnswerError
from bot.github.etag_cache import EtagCache
from bot.github.gateway import PyGithubGateway
from bot.github.reader import MOST_PASSED, HttpReader
from bot.planning.snapshot import Snapshot
from github_sandbox.state import comments, files, issues, labels, milestones, relations
from github_sandbox.state.git import blob_sha
from github_sandbox.world import World

MakeReader = Callable[..., HttpReader]
HOME = "/repos/learner/portfolio"
PUBLIC = {"api_url": "https://api.github.com"}
pytestmark = pytest.mark.httpx2(base_url="https://api.github.com")


def requests(world: World) -> list[tuple[str, int]]:
    """What was asked for so far: the end of the path, and the status."""
    return [(entry.path.rpartition("/")[2], entry.status) for entry in world.journal.entries]


def statuses(world: World) -> list[int]:
    return [entry.status for entry in world.journal.entries]


class TestSnapshot:
    def test_an_empty_repository_costs_three_requests(
        self, world: World, reader: HttpReader
    ) -> None:
        assert reader.snapshot() == Snapshot(repository="learner/portfolio")
        assert requests(world) == [("issues", 200), ("labels", 200), ("milestones", 200)]

    def test_it_holds_what_is_there(
        self, world: World, reader: HttpReader, seed: Callable[[int], None]
    ) -> None:
        me, home = world.actor(), world.repository()
        labels.create(world, me, home, {"name": "kind/read", "color": "AABBCC"})
        due = {"title": "Week 1", "due_on": "2026-03-08T12:00:00Z"}
        milestones.create(world, me, home, due)
        seed(1)
        fields = {"title": "Read", "labels": ["kind/read"], "milestone": 1, "body": "Why"}
        child = issues.create(world, me, home, fields)
        relations.add_child(world, me, home, home.issues[1], child.id)
        issues.edit(world, me, home, child, {"state": "closed", "state_reason": "not_planned"})

        found = reader.snapshot()
        (read,), parent = found.issues, home.issues[1]
        assert found.others == {1: "Issue 1"}
        assert (read.title, read.labels) == ("Read", ("kind/read",))
        assert (read.state, read.state_reason) == ("closed", "not_planned")
        assert (read.milestone, read.parent, read.id) == (1, parent.number, child.id)
        assert (read.author, read.author_id) == ("learner", me.user.id)
        (week,) = found.milestones
        assert (week.title, str(week.due_on)) == ("Week 1", "2026-03-08")
        assert (week.open_issues, week.closed_issues) == (0, 1)
        assert found.labels_by_name["kind/read"].color == "aabbcc"

    def test_pull_requests_are_no_issues(
        self, world: World, reader: HttpReader, seed: Callable[[int], None]
    ) -> None:
        seed(2)
        world.repository().issues[2].is_pull_request = True
        found = reader.snapshot()
        assert list(found.others) == [1]
        assert found.last_number == 2
        assert reader.issue(2) is None

    def test_long_lists_are_read_to_the_end(
        self, world: World, reader: HttpReader, seed: Callable[[int], None]
    ) -> None:
        seed(250)
        found = reader.snapshot()
        assert list(found.others) == list(range(1, 251))
        assert [name for name, _ in requests(world)] == ["issues"] * 3 + ["labels", "milestones"]
        world.journal.forget()  # a quarter of a megabyte of JSON takes long to validate


class TestCache:
    def test_asking_again_costs_no_body_and_no_quota(
        self, world: World, make_reader: MakeReader, cache: EtagCache, seed: Callable[[int], None]
    ) -> None:
        seed(3)
        first = make_reader(cache=cache).snapshot()
        world.journal.forget()
        assert make_reader(cache=cache).snapshot() == first
        assert statuses(world) == [304, 304, 304]

    def test_only_what_changed_is_sent_again(
        self, world: World, make_reader: MakeReader, cache: EtagCache, seed: Callable[[int], None]
    ) -> None:
        seed(150)
        reader = make_reader(cache=cache)
        reader.snapshot()
        world.journal.forget()
        home = world.repository()
        issues.edit(world, world.actor(), home, home.issues[150], {"title": "Changed"})
        assert reader.snapshot().others[150] == "Changed"
        assert requests(world) == [
            ("issues", 304),
            ("issues", 200),
            ("labels", 304),
            ("milestones", 304),
        ]
        world.journal.forget()

    def test_fresh_asks_in_full(
        self, world: World, make_reader: MakeReader, cache: EtagCache
    ) -> None:
        reader = make_reader(cache=cache)
        reader.snapshot()
        world.journal.forget()
        reader.snapshot(fresh=True)
        assert statuses(world) == [200, 200, 200]
        assert not any(entry.conditional for entry in world.journal.entries)

    def test_a_damaged_cache_costs_only_the_bodies(
        self, world: World, make_reader: MakeReader, cache: EtagCache, seed: Callable[[int], None]
    ) -> None:
        seed(1)
        first = make_reader(cache=cache).snapshot()
        for file in cache.folder.iterdir():
            file.write_bytes(file.read_bytes()[:-1])
        world.journal.forget()
        assert make_reader(cache=cache).snapshot() == first
        assert statuses(world) == [200, 200, 200]

    def test_another_token_that_may_see_the_same_costs_nothing(
        self, world: World, make_reader: MakeReader, cache: EtagCache, seed: Callable[[int], None]
    ) -> None:
        """As the next hour's token of an installation: the ETag for it is made from the body."""
        seed(3)
        world.add_token("other", user="learner")
        first = make_reader(cache=cache).snapshot()
        world.journal.forget()
        assert make_reader(cache=cache, token="other").snapshot() == first
        assert statuses(world) == [304, 304, 304]

    def test_a_token_that_may_not_see_it_gets_nothing_from_the_cache(
        self, world: World, make_reader: MakeReader, cache: EtagCache
    ) -> None:
        world.repository().private = True
        world.add_user("stranger")
        world.add_token("other", user="stranger")
        make_reader(cache=cache).snapshot()
        with pytest.raises(RepositoryMissingError):
            make_reader(cache=cache, token="other").snapshot()

    def test_tags_that_nobody_can_make_hold_for_their_token_only(
        self, world: World, make_reader: MakeReader, cache: EtagCache
    ) -> None:
        world.opaque_tags = True
        world.add_token("other", user="learner")
        for token, expected in (("", 200), ("", 304), ("other", 200), ("other", 304)):
            world.journal.forget()
            make_reader(cache=cache, **({"token": token} if token else {})).snapshot()
            assert statuses(world) == [expected] * 3
            if expected == 200:
                assert not any(entry.conditional for entry in world.journal.entries)

    def test_a_last_page_that_was_full_is_not_the_last_one_for_ever(
        self, world: World, make_reader: MakeReader, cache: EtagCache, seed: Callable[[int], None]
    ) -> None:
        """GitHub's ETag is of the body: it says nothing of the link to the next page."""
        seed(100)
        world.journal.forget()
        make_reader(cache=cache).snapshot()
        assert make_reader(cache=cache).snapshot().last_number == 100
        assert requests(world)[3:] == [("issues", 200), ("labels", 304), ("milestones", 304)]
        seed(1)
        assert make_reader(cache=cache).snapshot().last_number == 101
        world.journal.forget()


class TestOneIssue:
    def test_as_it_is_now(
        self, make_reader: MakeReader, cache: EtagCache, world: World, seed: Callable[[int], None]
    ) -> None:
        seed(1)
        reader = make_reader(cache=cache)
        before = reader.issue(1)
        assert before is not None
        assert before.title == "Issue 1"
        home = world.repository()
        issues.edit(world, world.actor(), home, home.issues[1], {"title": "Other"})
        after = reader.issue(1)
        assert after is not None
        assert after.title == "Other"

    def test_none_when_it_is_not_there_or_deleted(
        self, reader: HttpReader, world: World, seed: Callable[[int], None]
    ) -> None:
        seed(1)
        issues.delete(world, world.actor(), world.repository(), world.repository().issues[1])
        assert reader.issue(1) is None
        assert reader.issue(2) is None

    def test_none_when_it_was_transferred(
        self, make_reader: MakeReader, httpx2_mock: respx.Router
    ) -> None:
        transferred(httpx2_mock, 7)
        assert make_reader(**PUBLIC).issue(7) is None

    def test_newer_ones_are_found_past_what_is_gone(
        self, make_reader: MakeReader, world: World, seed: Callable[[int], None]
    ) -> None:
        seed(6)
        home = world.repository()
        for number in (2, 3):
            issues.delete(world, world.actor(), home, home.issues[number])
        home.issues[5].is_pull_request = True
        reader, before = make_reader(), len(world.journal.entries)
        assert [issue.number for issue in reader.newer(1)] == [4, 6]
        assert [
            entry.path.rpartition("/")[2] for entry in list(world.journal.entries)[before:]
        ] == [*("2", "3", "4", "5", "6", "7")]
        assert reader.newer(6) == ()
        assert len(world.journal.entries) - before == 7  # in the common case one request

    def test_newer_ones_are_found_past_what_was_transferred(
        self, make_reader: MakeReader, httpx2_mock: respx.Router
    ) -> None:
        transferred(httpx2_mock, 7)
        httpx2_mock.get(f"{HOME}/issues/8").respond(404, json={"message": "Not Found"})
        assert make_reader(**PUBLIC).newer(6) == ()

    def test_gaps_among_known_numbers_do_not_end_the_search(
        self, make_reader: MakeReader, httpx2_mock: respx.Router
    ) -> None:
        for number in (8, 9, 10, 11):
            httpx2_mock.get(f"{HOME}/issues/{number}").respond(404, json={"message": "Not Found"})
        assert make_reader(**PUBLIC).newer(7, known=10) == ()

    def test_the_search_for_newer_ones_ends_where_all_are_gone(
        self, make_reader: MakeReader, httpx2_mock: respx.Router
    ) -> None:
        removed = httpx2_mock.get(path__startswith=f"{HOME}/issues/")
        removed.respond(410, json={"message": "Gone"})
        assert make_reader(**PUBLIC).newer(6) == ()
        assert removed.call_count == MOST_PASSED


class TestComments:
    def test_all_of_one_issue_oldest_first(
        self, world: World, reader: HttpReader, seed: Callable[[int], None]
    ) -> None:
        seed(2)
        me, home = world.actor(), world.repository()
        for number in range(130):
            comments.create(world, me, home, home.issues[1], {"body": f"comment {number}"})
        comments.create(world, me, home, home.issues[2], {"body": "elsewhere"})
        found = reader.comments(1)
        assert [comment.body for comment in found] == [f"comment {n}" for n in range(130)]
        assert {(c.author, c.author_id) for c in found} == {("learner", me.user.id)}
        assert len(world.journal.entries) == 2


class TestFiles:
    @pytest.mark.parametrize(
        "content",
        ["curriculum: x\n", "", "Größe, naïve\n", "\ufeffwith a mark\n", "x" * 1_200_000],
        ids=["plain", "empty", "accents", "BOM", "over a megabyte"],
    )
    def test_the_text_of_a_file(self, world: World, reader: HttpReader, content: str) -> None:
        files = {".github/mile post.yml": content.encode()}
        world.commit_files(world.repository(), files, "Add")
        assert reader.file(".github/mile post.yml") == content

    def test_bytes_that_are_no_utf8_can_still_be_looked_at(
        self, world: World, reader: HttpReader
    ) -> None:
        world.commit_files(world.repository(), {"guide.md": b"caf\xe9 \x80 \x81"}, "Add")
        assert reader.file("guide.md") == "café € \ufffd"

    @pytest.mark.parametrize(
        "path", ["readme.md", "README.rst", "docs/README.md", ".github/readme"]
    )
    @pytest.mark.parametrize("text", ["# Me, caf\xe9\n", "x" * 1_100_000])
    def test_the_readme_wherever_it_is(
        self, world: World, reader: HttpReader, path: str, text: str
    ) -> None:
        home = world.repository()
        head = home.git.head("main")
        assert head is not None
        fields = {"message": "Go", "sha": blob_sha(head.files["README.md"])}
        files.delete(world, world.actor(), home, "README.md", fields)
        assert reader.readme() is None
        world.commit_files(home, {path: text.encode()}, "Add")
        assert reader.readme() == (path, text)

    def test_an_empty_repository_has_no_readme(self, world: World, make_reader: MakeReader) -> None:
        world.add_repository("learner/empty", empty=True)
        assert make_reader(repository="learner/empty").readme() is None

    @pytest.mark.parametrize("path", ["nope.md", "docs", "docs/", "../../user", "."])
    def test_none_when_there_is_no_such_file(
        self, world: World, reader: HttpReader, path: str
    ) -> None:
        world.commit_files(world.repository(), {"docs/guide.md": b"x"}, "Add")
        assert reader.file(path) is None

    @pytest.mark.parametrize("path", ["docs/guide.md", "./docs//guide.md", "/docs/guide.md"])
    def test_a_path_may_be_written_in_many_ways(
        self, world: World, reader: HttpReader, path: str
    ) -> None:
        world.commit_files(world.repository(), {"docs/guide.md": b"x"}, "Add")
        assert reader.file(path) == "x"


class TestRefusals:
    def test_a_wrong_token(self, make_reader: MakeReader) -> None:
        with pytest.raises(AuthenticationError, match="Bad credentials"):
            make_reader(token="wrong").snapshot()

    def test_a_missing_repository(self, make_reader: MakeReader) -> None:
        with pytest.raises(RepositoryMissingError):
            make_reader(repository="learner/nothing").snapshot()

    def test_a_private_repository_looks_the_same_to_a_stranger(
        self, world: World, make_reader: MakeReader
    ) -> None:
        world.add_repository("other/secret", private=True)
        with pytest.raises(RepositoryMissingError):
            make_reader(repository="other/secret").snapshot()

    def test_a_renamed_repository_is_named(self, world: World, reader: HttpReader) -> None:
        world.rename(world.repository(), "path")
        with pytest.raises(RepositoryMovedError, match="learner/path"):
            reader.snapshot()
        with pytest.raises(RepositoryMovedError, match="learner/path"):
            reader.issue(1)

    def test_issues_switched_off(self, world: World, reader: HttpReader) -> None:
        world.repository().issues_enabled = False
        with pytest.raises(IssuesDisabledError):
            reader.snapshot()


class TestPatience:
    @pytest.mark.parametrize("kind", ["500", "502", "reset"])
    def test_what_may_pass_is_tried_again(
        self, world: World, reader: HttpReader, timeline: Timeline, kind: str
    ) -> None:
        world.faults.add(kind, path=f"{HOME}/issues", times=2)
        reader.snapshot()
        assert statuses(world)[2:] == [200, 200, 200]
        assert timeline.slept == [0.5, 1.0]

    def test_three_tries_are_enough(self, world: World, reader: HttpReader) -> None:
        world.faults.add("502", times=0)
        with pytest.raises(UnavailableError, match="502"):
            reader.snapshot()
        assert len(world.journal.entries) == 3

    def test_no_answer_in_time(
        self, world: World, make_reader: MakeReader, timeline: Timeline
    ) -> None:
        world.faults.add("timeout", path=f"{HOME}/issues", hold=5)
        make_reader(http=httpx2.Client(timeout=0.1)).snapshot()
        assert timeline.slept == [0.5]

    def test_nobody_there(self, make_reader: MakeReader, timeline: Timeline) -> None:
        with pytest.raises(UnavailableError, match=r"127\.0\.0\.1:1.*GITHUB_API_URL"):
            make_reader(api_url="http://127.0.0.1:1").snapshot()
        assert timeline.slept == [0.5, 1.0]

    def test_a_secondary_limit_is_waited_out(
        self, world: World, reader: HttpReader, timeline: Timeline
    ) -> None:
        world.faults.add("secondary-403", retry_after=30)
        reader.snapshot()
        assert timeline.slept == [30]
        assert timeline.reported == [(30, "GitHub's secondary rate limit")]

    def test_an_empty_budget_is_waited_out_when_there_is_time(
        self, world: World, make_reader: MakeReader, timeline: Timeline
    ) -> None:
        world.limits.exhaust("learner", world.clock.exact())
        make_reader(max_wait=4_000).snapshot()
        (slept,) = timeline.slept
        assert 3_590 <= slept <= 3_602

    def test_and_else_the_time_is_told(
        self, world: World, reader: HttpReader, timeline: Timeline
    ) -> None:
        world.limits.exhaust("learner", world.clock.exact())
        until = timeline.now + timedelta(hours=1)
        with pytest.raises(UnavailableError, match=rf"until {until:%H:}\d\d UTC"):
            reader.snapshot()
        assert timeline.slept == []


def transferred(router: respx.Router, number: int) -> None:
    """Expect a request for an issue that is in another repository now."""
    there = {"location": "https://api.github.com/repositories/2/issues/1"}
    issue = router.get(f"{HOME}/issues/{number}")
    issue.respond(301, headers=there, json={"message": "Moved"})
    router.get(HOME).respond(json={"full_name": "learner/other"})


class TestOddAnswers:
    def test_a_proxys_page(
        self, make_reader: MakeReader, cache: EtagCache, httpx2_mock: respx.Router
    ) -> None:
        httpx2_mock.get(f"{HOME}/issues").respond(
            html="<html>Please log in</html>", headers={"etag": '"x"'}
        )
        with pytest.raises(UnreadableAnswerError, match=r"text/html.*proxy"):
            make_reader(cache=cache, **PUBLIC).snapshot()
        assert not cache.folder.exists()

    @pytest.mark.parametrize("body", ['{"items": []}', '["issue"]', "[[]]", '"text"', "null", ""])
    def test_json_of_another_shape(
        self, make_reader: MakeReader, httpx2_mock: respx.Router, body: str
    ) -> None:
        httpx2_mock.get(f"{HOME}/issues").respond(text=body)
        with pytest.raises(UnreadableAnswerError):
            make_reader(**PUBLIC).snapshot()

    @pytest.mark.parametrize("body", [[], "text", {"type": "file", "encoding": "base64"}])
    def test_a_file_of_another_shape(
        self, make_reader: MakeReader, httpx2_mock: respx.Router, body: Any
    ) -> None:
        httpx2_mock.get(f"{HOME}/contents/x").respond(json=body)
        reader = make_reader(**PUBLIC)
        if isinstance(body, dict):
            with pytest.raises(UnreadableAnswerError):
                reader.file("x")
        else:
            assert reader.file("x") is None

    def test_pages_without_end(self, make_reader: MakeReader, httpx2_mock: respx.Router) -> None:
        link = '<https://api.github.com/repositories/1/issues?page=2>; rel="next", <x>; rel="last"'
        httpx2_mock.get(f"{HOME}/issues").respond(json=[], headers={"link": link})
        with pytest.raises(UnreadableAnswerError, match="never end"):
            make_reader(**PUBLIC).snapshot()

    def test_a_link_to_another_host_does_not_get_the_token(
        self, make_reader: MakeReader, httpx2_mock: respx.Router
    ) -> None:
        elsewhere = {"link": '<https://evil/x?after=1>; rel="next"'}
        for name in ("issues", "labels", "milestones"):
            list_of = httpx2_mock.get(f"{HOME}/{name}", params={"after": "1"})
            list_of.respond(json=[])
            httpx2_mock.get(f"{HOME}/{name}").respond(json=[], headers=elsewhere)
        make_reader(**PUBLIC).snapshot()
        assert httpx2_mock.calls.call_count == 6

    @pytest.mark.parametrize(
        "location",
        [
            "https://evil.example/repositories/1",
            "https://api.github.com.evil.example/repositories/1",
            "http://api.github.com/repositories/1",
            "//evil.example/repositories/1",
        ],
    )
    def test_a_redirect_elsewhere_is_not_followed(
        self, make_reader: MakeReader, httpx2_mock: respx.Router, location: str
    ) -> None:
        httpx2_mock.get(f"{HOME}/issues").respond(301, headers={"location": location})
        with pytest.raises(RepositoryMovedError):
            make_reader(**PUBLIC).snapshot()
        assert httpx2_mock.calls.call_count == 1

    def test_a_move_whose_goal_cannot_be_seen_is_still_a_move(
        self, make_reader: MakeReader, httpx2_mock: respx.Router
    ) -> None:
        there = {"location": "https://api.github.com/repositories/1/issues"}
        httpx2_mock.get(f"{HOME}/issues").respond(301, headers=there)
        httpx2_mock.get("/repositories/1").respond(404, json={"message": "Not Found"})
        with pytest.raises(RepositoryMovedError, match="another name or owner"):
            make_reader(**PUBLIC).snapshot()

    def test_a_page_that_changes_while_being_read(
        self, make_reader: MakeReader, httpx2_mock: respx.Router
    ) -> None:
        def issue(number: int, title: str) -> dict[str, Any]:
            time = "2026-03-01T12:00:00Z"
            times = {"created_at": time, "updated_at": time}
            return {"number": number, "id": number, "title": title, "state": "open", **times}

        second = [issue(2, "new"), issue(3, "third")]
        httpx2_mock.get(f"{HOME}/issues", params={"page": "2"}).respond(json=second)
        httpx2_mock.get(f"{HOME}/issues").respond(
            json=[issue(1, "first"), issue(2, "old")],
            headers={"link": '<https://api.github.com/repositories/1/issues?page=2>; rel="next"'},
        )
        for name in ("labels", "milestones"):
            httpx2_mock.get(f"{HOME}/{name}").respond(json=[])
        found = make_reader(**PUBLIC).snapshot().others
        assert found == {1: "first", 2: "new", 3: "third"}


class TestTheToken:
    CANARY = "ghp_canary0123456789"

    def test_it_is_nowhere_to_be_found(
        self,
        world: World,
        make_reader: MakeReader,
        cache: EtagCache,
        caplog: pytest.LogCaptureFixture,
        seed: Callable[[int], None],
    ) -> None:
        seed(1)
        world.add_token(self.CANARY, user="learner")
        caplog.set_level("DEBUG")
        make_reader(token=self.CANARY, cache=cache).snapshot()
        errors = [
            str(self.failure(make_reader(token=self.CANARY, **other)))
            for other in ({"repository": "learner/nothing"}, {"api_url": "http://127.0.0.1:1"})
        ]
        stored = "".join(file.read_text() for file in cache.folder.iterdir())
        assert self.CANARY not in "".join([caplog.text, stored, *errors])
        assert "issues" in caplog.text

    @staticmethod
    def failure(reader: HttpReader) -> MilepostError:
        with pytest.raises(MilepostError) as caught:
            reader.snapshot()
        return caught.value


def test_the_newest_write_is_seen_at_once(
    make_reader: MakeReader, cache: EtagCache, gateway: PyGithubGateway
) -> None:
    reader = make_reader(cache=cache)
    reader.snapshot()
    gateway.write(writes.create_issue("New", body="", labels=("made",), milestone=None))
    found = reader.snapshot()
    assert [one.title for one in found.issues] == ["New"]
    assert "made" in found.labels_by_name
