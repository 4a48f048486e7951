"""What progress asks beyond the lists: who said, reacted, labelled, merged, and who may write."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import respx
from timeline import Timeline

from bot.errors import AuthenticationError, GitHubError
from bot.github.answer import UnreadableAnswerError
from bot.github.etag_cache import EtagCache
from bot.github.reader import HttpReader
from github_sandbox.server import Sandbox
from github_sandbox.state import comments, issues, pulls, releases
from github_sandbox.state.git import blob_sha
from github_sandbox.state.objects import Actor, Comment
from github_sandbox.world import World

MakeReader = Callable[..., HttpReader]
Seed = Callable[[int], None]
PUBLIC = {"api_url": "https://api.github.com"}
pytestmark = pytest.mark.httpx2(base_url="https://api.github.com")


def statuses(world: World) -> list[int]:
    return [entry.status for entry in world.journal.entries]


def person(world: World, login: str) -> Actor:
    return world.actor(world.add_user(login).login)


def comment(world: World, number: int, text: str, by: str = "learner") -> Comment:
    home = world.repository()
    return comments.create(world, person(world, by), home, home.issues[number], {"body": text})


class TestSnapshot:
    def test_it_counts_reactions_and_knows_the_node(
        self, world: World, reader: HttpReader, seed: Seed
    ) -> None:
        seed(1)
        home, me = world.repository(), world.actor()
        issue = home.issues[1]
        issues.edit(world, me, home, issue, {"labels": ["seen"]})
        comments.react(world, me, issue, {"content": "eyes"})
        comments.react(world, person(world, "friend"), issue, {"content": "eyes"})
        (found,) = reader.snapshot().issues
        assert (found.reactions, found.node_id) == (2, f"I_{issue.id}")

    def test_pull_requests_come_with_the_issues(self, world: World, reader: HttpReader) -> None:
        me, home = world.actor(), world.repository()
        pulls.propose(world, me, home, "Still open", "Closes #9")
        merged = pulls.propose(world, me, home, "Done")
        pulls.merge(world, me, home, merged.number)
        opened, done = reader.snapshot().pulls
        assert (opened.number, opened.title, opened.body) == (1, "Still open", "#9")
        assert (opened.state, opened.merged_at) == ("open", None)
        assert (done.state, done.author_id) == ("closed", me.user.id)
        assert done.merged_at == world.repository().issues[2].closed_at
        assert done.url.endswith("/learner/portfolio/pull/2")
        assert len(world.journal.entries) == 3


class TestComments:
    def test_they_know_their_issue_reactions_and_writer(
        self, world: World, reader: HttpReader, seed: Seed
    ) -> None:
        seed(2)
        world.repository().collaborators["mentor"] = "write"
        text = comment(world, 2, "/done", by="mentor")
        comments.react(world, world.actor(), text, {"content": "rocket"})
        comments.react(world, person(world, "friend"), text, {"content": "rocket"})
        (found,) = reader.comments(2)
        assert (found.issue, found.body, found.reactions) == (2, "/done", {"rocket": 2})
        assert (found.author, found.author_id) == ("mentor", world.users["mentor"].id)
        assert found.updated_at == found.created_at

    def test_of_the_whole_repository_since_a_moment(
        self, world: World, reader: HttpReader, timeline: Timeline, seed: Seed
    ) -> None:
        seed(2)
        early = comment(world, 1, "early")
        comment(world, 2, "untouched")
        timeline.sleep(60)
        since = timeline.now.replace(microsecond=0)
        comment(world, 2, "/done")
        comment(world, 2, "of no use")
        comments.edit(world, world.actor(), world.repository(), early, {"body": "edited"})
        found = reader.comments_since(since)
        assert [(one.issue, one.body) for one in found] == [(1, "edited"), (2, "/done")]
        assert reader.comments_since(since + timedelta(days=1)) == ()

    def test_all_of_them_when_there_are_many(
        self, world: World, make_reader: MakeReader, cache: EtagCache, seed: Seed
    ) -> None:
        seed(1)
        for number in range(130):
            comment(world, 1, f"/log {number}m")
        since = world.clock.now() - timedelta(days=1)
        reader = make_reader(cache=cache)
        assert len(reader.comments_since(since)) == 130
        assert len(reader.comments_since(since)) == 130
        assert statuses(world) == [200, 200, 304, 304]
        world.journal.forget()  # a hundred comments take long to validate


class TestReactions:
    def test_each_has_a_face_and_a_name(
        self, world: World, make_reader: MakeReader, cache: EtagCache, seed: Seed
    ) -> None:
        seed(1)
        text = comment(world, 1, "Look")
        for thing in (world.repository().issues[1], text):
            comments.react(world, person(world, "mentor"), thing, {"content": "+1"})
        comments.react(world, world.actor(), text, {"content": "heart"})
        reader = make_reader(cache=cache)
        assert [(one.content, one.author) for one in reader.reactions(1)] == [("+1", "mentor")]
        found = reader.comment_reactions(text.id)
        assert [(one.content, one.author) for one in found] == [
            ("+1", "mentor"),
            ("heart", "learner"),
        ]
        assert reader.comment_reactions(text.id) == found
        assert statuses(world) == [200, 200, 304]

    def test_what_is_gone_has_none(self, world: World, reader: HttpReader, seed: Seed) -> None:
        seed(1)
        issues.delete(world, world.actor(), world.repository(), world.repository().issues[1])
        assert reader.reactions(1) == ()
        assert reader.reactions(99) == ()
        assert reader.comment_reactions(99) == ()

    def test_what_an_event_reports_deleted_is_so_once_github_says_so(
        self, world: World, reader: HttpReader, seed: Seed
    ) -> None:
        seed(1)
        gone, there, other = (comment(world, 1, text) for text in ("/done", "/skip", "/help"))
        for one in (gone, other):
            comments.delete(world, world.actor(), world.repository(), one)
        reader.reported_deleted = frozenset({gone.id, there.id})
        assert reader.deleted({gone.id, there.id, other.id}) == {gone.id}
        assert reader.deleted({there.id}) == frozenset()
        assert reader.deleted(set()) == frozenset()


class TestLabels:
    def test_the_last_one_to_put_it_on_counts(
        self, world: World, reader: HttpReader, seed: Seed
    ) -> None:
        seed(1)
        home = world.repository()
        home.collaborators["mentor"] = "triage"
        for by, labels in [("mentor", ["Seen"]), ("learner", []), ("learner", ["Seen", "other"])]:
            issues.edit(world, person(world, by), home, home.issues[1], {"labels": labels})
        assert reader.labelled_by(1, "seen") == "learner"
        issues.edit(world, world.actor(), home, home.issues[1], {"labels": ["other"]})
        issues.edit(world, person(world, "mentor"), home, home.issues[1], {"labels": ["Seen"]})
        assert reader.labelled_by(1, "seen") == "mentor"
        assert reader.labelled_by(1, "never") is None
        assert reader.labelled_by(2, "seen") is None

    def test_an_account_that_is_gone_has_no_name(
        self, make_reader: MakeReader, httpx2_mock: respx.Router
    ) -> None:
        event = {"id": 1, "event": "labeled", "label": {"name": "seen"}, "actor": None}
        httpx2_mock.get("/repos/learner/portfolio/issues/1/events").respond(json=[event])
        assert make_reader(**PUBLIC).labelled_by(1, "seen") is None


class TestMayWrite:
    @pytest.mark.parametrize(
        ("role", "expected"),
        [
            ("read", False),
            ("triage", False),
            ("write", True),
            ("maintain", True),
            ("admin", True),
        ],
    )
    def test_by_the_role(self, world: World, reader: HttpReader, role: Any, expected: bool) -> None:
        mentor = world.add_user("mentor")
        world.repository().collaborators["mentor"] = role
        assert reader.may_write("Mentor", mentor.id) is expected
        assert reader.may_write("Mentor", mentor.id) is expected
        assert len(world.journal.entries) == 1

    def test_a_login_that_somebody_else_has_now_says_nothing(
        self, world: World, reader: HttpReader
    ) -> None:
        mentor = world.add_user("mentor")
        world.repository().collaborators["mentor"] = "write"
        assert not reader.may_write("mentor", mentor.id + 1)

    def test_a_stranger_and_nobody_may_not(self, world: World, reader: HttpReader) -> None:
        stranger = world.add_user("stranger")
        assert not reader.may_write("stranger", stranger.id)
        assert not reader.may_write("nobody", 0)
        assert not reader.may_write("robot[bot]", 0)
        assert not reader.may_write("../../../user", world.actor().user.id)

    def test_the_owner_may(self, world: World, reader: HttpReader) -> None:
        assert reader.may_write("Learner", world.actor().user.id)

    def test_a_token_that_may_not_ask_makes_nobody_a_writer(
        self, world: World, make_reader: MakeReader
    ) -> None:
        world.add_user("friend")
        world.add_token("friends", user="friend")
        world.repository().collaborators["mentor"] = "admin"
        mentor = world.add_user("mentor")
        assert not make_reader(token="friends").may_write("mentor", mentor.id)
        assert statuses(world) == [403]

    def test_a_wrong_token_is_told(self, make_reader: MakeReader) -> None:
        with pytest.raises(AuthenticationError):
            make_reader(token="wrong").may_write("mentor", 1)

    @pytest.mark.parametrize("body", [{}, {"permission": "push"}, {"permission": None}])
    def test_an_unknown_word_is_a_no(
        self, make_reader: MakeReader, httpx2_mock: respx.Router, body: Any
    ) -> None:
        permission = "/repos/learner/portfolio/collaborators/mentor/permission"
        httpx2_mock.get(permission).respond(json={"user": {"id": 7}} | body)
        assert not make_reader(**PUBLIC).may_write("mentor", 7)


class TestViewer:
    def test_a_person(self, world: World, reader: HttpReader) -> None:
        assert reader.viewer() == world.actor().user.id
        assert reader.viewer() == world.actor().user.id
        assert len(world.journal.entries) == 1

    def test_without_a_token_nobody_is(self, make_reader: MakeReader) -> None:
        assert make_reader(**PUBLIC, token=None).viewer() is None

    def test_a_wrong_token_is_told(self, make_reader: MakeReader) -> None:
        with pytest.raises(AuthenticationError):
            make_reader(token="wrong").viewer()

    @pytest.mark.parametrize(
        ("answer", "reason"),
        [
            ({"errors": [{"message": "Not for you"}]}, "Not for you"),
            ({"data": {"viewer": None}}, "no viewer"),
            ([], "unknown shape"),
        ],
    )
    def test_no_answer_is_no_guess(
        self, make_reader: MakeReader, httpx2_mock: respx.Router, answer: Any, reason: str
    ) -> None:
        httpx2_mock.post("/graphql").respond(json=answer)
        with pytest.raises(GitHubError, match=reason):
            make_reader(**PUBLIC).viewer()


class TestFind:
    def test_a_merged_pull_request(
        self, world: World, sandbox: Sandbox, make_reader: MakeReader, cache: EtagCache
    ) -> None:
        me, home = world.actor(), world.repository()
        pulls.propose(world, me, home, "Work")
        url = f"{sandbox.url}/learner/portfolio/pull/1"
        reader = make_reader(cache=cache)
        assert reader.find(url) is None
        pulls.merge(world, me, home, 1)
        found = reader.find(url)
        assert found is not None
        assert (found.kind, found.title, found.url) == ("pull-request", "Work", url)
        assert found.at == home.issues[1].closed_at
        assert reader.find(url) == found
        assert statuses(world) == [200, 200, 304]

    def test_a_published_release(self, world: World, sandbox: Sandbox, reader: HttpReader) -> None:
        me, home = world.actor(), world.repository()
        releases.create(world, me, home, {"tag_name": "v/1 a", "name": "First"})
        releases.create(world, me, home, {"tag_name": "v2", "draft": True})
        found = reader.find(f"{sandbox.url}/learner/portfolio/releases/tag/v/1%20a")
        assert found is not None
        assert (found.kind, found.title) == ("release", "First")
        assert reader.find(f"{sandbox.url}/learner/portfolio/releases/tag/v2") is None

    def test_a_repository_also_one_of_somebody_else(
        self, world: World, sandbox: Sandbox, reader: HttpReader
    ) -> None:
        world.add_repository("friend/tool")
        world.add_repository("friend/secret", private=True)
        found = reader.find(f"{sandbox.url}/friend/tool")
        assert found is not None
        assert (found.kind, found.title) == ("repository", "friend/tool")
        assert reader.find(f"{sandbox.url}/friend/secret") is None
        assert reader.find(f"{sandbox.url}/friend/nothing") is None
        assert reader.find(f"{sandbox.url}/learner/portfolio/pull/7") is None

    def test_a_renamed_one_is_found_where_it_went(
        self, world: World, sandbox: Sandbox, reader: HttpReader
    ) -> None:
        world.rename(world.add_repository("friend/tool"), "gadget")
        found = reader.find(f"{sandbox.url}/friend/tool")
        assert found is not None
        assert found.title == "friend/gadget"

    def test_nobody_is_asked_about_an_address_elsewhere(
        self, world: World, reader: HttpReader
    ) -> None:
        assert reader.find("https://github.com/learner/portfolio") is None
        assert reader.find("https://example.com/learner/portfolio") is None
        assert len(world.journal.entries) == 0

    def test_a_redirect_elsewhere_is_not_followed(
        self, make_reader: MakeReader, httpx2_mock: respx.Router
    ) -> None:
        elsewhere = {"location": "https://evil.example/repositories/1"}
        httpx2_mock.get("/repos/friend/tool").respond(301, headers=elsewhere)
        assert make_reader(**PUBLIC).find("https://github.com/friend/tool") is None
        assert httpx2_mock.calls.call_count == 1

    def test_a_redirect_in_circles_ends(
        self, make_reader: MakeReader, httpx2_mock: respx.Router
    ) -> None:
        circle = {"location": "https://api.github.com/repositories/1"}
        httpx2_mock.get("/repos/friend/tool").respond(301, headers=circle)
        httpx2_mock.get("/repositories/1").respond(301, headers=circle)
        assert make_reader(**PUBLIC).find("https://github.com/friend/tool") is None

    @pytest.mark.parametrize("body", [[], "text", {"created_at": "yesterday"}])
    def test_an_answer_of_another_shape_is_told(
        self, make_reader: MakeReader, httpx2_mock: respx.Router, body: Any
    ) -> None:
        httpx2_mock.get("/repos/friend/tool").respond(json=body)
        with pytest.raises(UnreadableAnswerError):
            make_reader(**PUBLIC).find("https://github.com/friend/tool")


class TestTree:
    def test_all_files_of_a_branch(self, world: World, reader: HttpReader) -> None:
        home = world.repository()
        world.commit_files(home, {"a/b/c.svg": b"<svg/>", "a.md": b""}, "Add", "pic/tures")
        assert reader.tree("pic/tures") == {
            "a/b/c.svg": blob_sha(b"<svg/>"),
            "a.md": blob_sha(b""),
        }
        assert reader.tree("gone") is None

    def test_an_empty_repository_has_no_branch(self, world: World, make_reader: MakeReader) -> None:
        world.add_repository("learner/empty", empty=True)
        assert make_reader(repository="learner/empty").tree("main") is None

    @pytest.mark.parametrize("body", [[], {}, {"tree": {}}, {"tree": [{"type": "blob"}]}])
    def test_another_shape_is_told(
        self, make_reader: MakeReader, httpx2_mock: respx.Router, body: Any
    ) -> None:
        httpx2_mock.get(path__startswith="/repos/learner/portfolio/git/trees/").respond(json=body)
        with pytest.raises(UnreadableAnswerError):
            make_reader(**PUBLIC).tree("main")
