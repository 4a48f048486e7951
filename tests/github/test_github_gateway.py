"""Writing over HTTP: one request a call, none twice, in GitHub's own pace."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import respx
import writes
from timeline import Timeline

from bot.errors import (
    AlreadyExistsError,
    AuthenticationError,
    DeletedError,
    GitHubError,
    IssuesDisabledError,
    MilepostError,
    NotThereError,
    PermissionDeniedError,
    RepositoryArchivedError,
    RepositoryMissingError,
    RepositoryMovedError,
    SubIssuesUnsupportedError,
    UnavailableError,
    UncertainWriteError,
)
from bot.github.connection import Connection
from bot.github.gateway import PyGithubGateway
from bot.planning.changes import CloseIssue
from bot.planning.ports import WriteResult
from github_sandbox.state import issues
from github_sandbox.world import World

MakeGateway = Callable[..., PyGithubGateway]
Seed = Callable[[int], None]
HOME = "/repos/learner/portfolio"
COLOR = "aabbcc"


def sent(world: World) -> list[tuple[str, str, Any]]:
    """Method, path below the repository and JSON body of each request so far."""
    return [
        (entry.method, entry.path.removeprefix(HOME), entry.request)
        for entry in world.journal.entries
    ]


def create_issue(gateway: PyGithubGateway, title: str = "Read") -> WriteResult:
    return gateway.write(writes.create_issue(title, body="Why"))


class TestOneCallIsOneRequest:
    def test_each_text_leaves_as_its_field_takes_it(
        self, world: World, gateway: PyGithubGateway
    ) -> None:
        gateway.write(
            writes.create_label("l" * 60, color=COLOR, description="\N{ROCKET} Go " + "d" * 120)
        )
        name = "l" * 49 + "…"
        gateway.write(writes.update_label(name, name, description="All\0 \N{ROCKET}done"))
        gateway.write(writes.create_issue("two\nlines" + "t" * 300, body="a\0b"))
        (label,), (issue,) = (
            world.repository().labels.values(),
            world.repository().issues.values(),
        )
        assert (label.name, label.description) == (name, "All done")
        assert (issue.title, issue.body) == ("two lines" + "t" * 246 + "…", "ab")
        assert [entry.status for entry in world.journal.entries] == [201, 200, 201]

    def test_labels(self, world: World, gateway: PyGithubGateway) -> None:
        gateway.write(writes.create_label("kind/read: a?b", color=COLOR, description="To read"))
        gateway.write(
            writes.update_label("kind/read: a?b", new_name="x", color="000000", description="")
        )
        gateway.write(writes.delete_label("x"))
        assert sent(world) == [
            (
                "POST",
                "/labels",
                {"name": "kind/read: a?b", "color": COLOR, "description": "To read"},
            ),
            (
                "PATCH",
                "/labels/kind/read: a?b",
                {"new_name": "x", "color": "000000", "description": ""},
            ),
            ("DELETE", "/labels/x", None),
        ]

    def test_comments(self, world: World, gateway: PyGithubGateway, seed: Seed) -> None:
        seed(1)
        made = gateway.write(writes.create_comment(1, body="Well done")).id
        assert sent(world) == [("POST", "/issues/1/comments", {"body": "Well done"})]
        assert [comment.id for comment in world.repository().issues[1].comments] == [made]

    def test_milestones(self, world: World, gateway: PyGithubGateway) -> None:
        day = date(2026, 3, 8)
        made = gateway.write(writes.create_milestone("Week 1", description="One", due_on=day))
        assert made.number == 1
        assert gateway.write(writes.create_milestone("Some day")).number == 2
        gateway.write(writes.update_milestone(1, title="Week 1", due_on=date(2026, 3, 9)))
        gateway.write(writes.update_milestone(1, title="Week one", state="closed"))
        gateway.write(writes.delete_milestone(2))
        assert sent(world) == [
            (
                "POST",
                "/milestones",
                {"title": "Week 1", "description": "One", "due_on": "2026-03-08T12:00:00Z"},
            ),
            (
                "POST",
                "/milestones",
                {"title": "Some day", "description": "", "due_on": "2026-03-08T12:00:00Z"},
            ),
            (
                "PATCH",
                "/milestones/1",
                {"title": "Week 1", "description": "", "due_on": "2026-03-09T12:00:00Z"},
            ),
            ("PATCH", "/milestones/1", {"title": "Week one", "description": "", "state": "closed"}),
            ("DELETE", "/milestones/2", None),
        ]

    def test_a_due_date_is_cleared_with_null(self, world: World, gateway: PyGithubGateway) -> None:
        gateway.write(writes.create_milestone("Week 1", description="", due_on=date(2026, 3, 8)))
        gateway.write(writes.update_milestone(1, title="Week 1", due_on=None))
        cleared = {"title": "Week 1", "description": "", "due_on": None}
        assert sent(world)[1:] == [("PATCH", "/milestones/1", cleared)]
        assert world.repository().milestones[1].due is None
        world.journal.forget()  # it works so at GitHub, whose description only knows a string

    def test_issues(self, world: World, gateway: PyGithubGateway) -> None:
        gateway.write(writes.create_milestone("Week 1"))
        made = gateway.write(
            writes.create_issue("Read", body="Why", labels=("a", "b"), milestone=1)
        )
        gateway.write(writes.update_issue(made.number, milestone=None, labels=()))
        gateway.write(writes.update_issue(made.number, state="closed", state_reason="not_planned"))
        gateway.write(writes.update_issue(made.number, title="Read on", body="Now"))
        gateway.write(CloseIssue(number=made.number, title="", why=""))
        assert sent(world)[1:] == [
            (
                "POST",
                "/issues",
                {"title": "Read", "body": "Why", "labels": ["a", "b"], "milestone": 1},
            ),
            ("PATCH", "/issues/1", {"body": "", "milestone": None, "labels": []}),
            (
                "PATCH",
                "/issues/1",
                {"body": "", "state": "closed", "state_reason": "not_planned"},
            ),
            ("PATCH", "/issues/1", {"title": "Read on", "body": "Now"}),
            ("PATCH", "/issues/1", {"state": "closed", "state_reason": "completed"}),
        ]
        issue = world.repository().issues[1]
        assert made == WriteResult(issue.number, issue.id)
        assert (issue.title, issue.state_reason, issue.milestone) == (
            "Read on",
            "not_planned",
            None,
        )

    def test_sub_issues(self, world: World, gateway: PyGithubGateway) -> None:
        parent, child = create_issue(gateway, "Month 1"), create_issue(gateway)
        gateway.write(writes.add_sub_issue(parent.number, child.id))
        assert sent(world)[2:] == [("POST", "/issues/1/sub_issues", {"sub_issue_id": child.id})]

    def test_graphql(self, world: World, graphql: PyGithubGateway, seed: Seed) -> None:
        seed(1)
        found = graphql.graphql(
            "mutation($id: ID!) { pinIssue(input: {issueId: $id}) { issue { number } } }",
            {"id": node_id(world)},
        )
        assert found["pinIssue"]["issue"]["number"] == 1
        assert world.repository().issues[1].pinned


@pytest.fixture
def graphql(make_gateway: MakeGateway, connection: Connection) -> PyGithubGateway:
    """At the address that GitHub's pages give for Enterprise Server, below the REST root."""
    return make_gateway(graphql_url=f"{connection.api_url}/graphql")


def node_id(world: World) -> str:
    return f"I_{world.repository().issues[1].id}"


class TestSubIssues:
    def test_being_one_already_is_well(self, world: World, gateway: PyGithubGateway) -> None:
        parent, child = create_issue(gateway, "Month 1"), create_issue(gateway)
        gateway.write(writes.add_sub_issue(parent.number, child.id))
        gateway.write(writes.add_sub_issue(parent.number, child.id))
        children = world.repository().issues[parent.number].children
        assert [one.number for one in children] == [child.number]

    def test_being_another_ones_is_somebodys_choice(
        self, world: World, gateway: PyGithubGateway
    ) -> None:
        first, second, child = (create_issue(gateway, title) for title in "abc")
        gateway.write(writes.add_sub_issue(first.number, child.id))
        gateway.write(writes.add_sub_issue(second.number, child.id))
        parent = world.repository().issues[child.number].parent
        assert parent is not None
        assert parent.number == first.number

    def test_a_missing_parent_is_not_a_missing_feature(
        self, world: World, gateway: PyGithubGateway, seed: Seed
    ) -> None:
        child = create_issue(gateway)
        with pytest.raises(NotThereError):
            gateway.write(writes.add_sub_issue(99, child.id))
        seed(1)
        issues.delete(world, world.actor(), world.repository(), world.repository().issues[2])
        with pytest.raises(DeletedError):
            gateway.write(writes.add_sub_issue(2, child.id))

    def test_a_server_without_them_is_told_apart(
        self, gateway: PyGithubGateway, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        child = create_issue(gateway)
        from github.Issue import Issue

        add = Issue.add_sub_issue
        # To this sandbox /sub_issues is a path like any other that it does not have.
        monkeypatch.setattr(Issue, "add_sub_issue", lambda self, _: add(self, 0))
        monkeypatch.setattr(Issue, "url", property(lambda _: f"{HOME}/issues/1/no_such_thing"))
        with pytest.raises(SubIssuesUnsupportedError):
            gateway.write(writes.add_sub_issue(child.number, child.id))


class TestNothingTwice:
    @pytest.mark.parametrize("kind", ["502-after", "reset-after", "500", "502", "reset"])
    def test_a_post_without_an_answer_is_never_sent_again(
        self, world: World, gateway: PyGithubGateway, kind: str
    ) -> None:
        world.faults.add(kind, method="POST")
        with pytest.raises(UncertainWriteError):
            create_issue(gateway)
        assert len(world.journal.entries) == 1
        assert len(world.repository().issues) == (1 if kind.endswith("after") else 0)

    def test_nor_is_one_that_took_too_long(
        self, world: World, make_gateway: MakeGateway, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.github.http_session.ANSWER_TIMEOUT", 0.2)
        world.faults.add("timeout-after", method="POST", hold=5)
        with pytest.raises(UncertainWriteError, match="no answer"):
            create_issue(make_gateway())
        assert len(world.repository().issues) == 1
        assert len(world.journal.entries) == 1

    @pytest.mark.parametrize("kind", ["502-after", "reset-after", "502", "reset"])
    def test_a_patch_is_sent_again(
        self,
        world: World,
        gateway: PyGithubGateway,
        timeline: Timeline,
        seed: Seed,
        kind: str,
    ) -> None:
        seed(1)
        world.faults.add(kind, method="PATCH", times=2)
        gateway.write(writes.update_issue(1, title="Other"))
        assert world.repository().issues[1].title == "Other"
        assert timeline.slept == [0.5, 1.0]

    def test_but_not_for_ever(self, world: World, gateway: PyGithubGateway, seed: Seed) -> None:
        seed(1)
        world.faults.add("502", method="PATCH", times=0)
        with pytest.raises(UncertainWriteError):
            gateway.write(writes.update_issue(1, title="Other"))
        assert len(world.journal.entries) == 3

    def test_a_delete_that_happened_without_an_answer_is_well(
        self, world: World, gateway: PyGithubGateway
    ) -> None:
        gateway.write(
            writes.create_label(
                "x",
            )
        )
        world.faults.add("502-after", method="DELETE")
        gateway.write(writes.delete_label("x"))
        assert world.repository().labels == {}

    def test_a_delete_of_what_was_never_there_is_told(self, gateway: PyGithubGateway) -> None:
        with pytest.raises(NotThereError):
            gateway.write(writes.delete_label("x"))
        with pytest.raises(NotThereError):
            gateway.write(writes.delete_milestone(7))

    def test_a_rename_is_not_sent_again(self, world: World, gateway: PyGithubGateway) -> None:
        gateway.write(
            writes.create_label(
                "x",
            )
        )
        world.faults.add("502-after", method="PATCH", times=2)
        with pytest.raises(UncertainWriteError):
            gateway.write(
                writes.update_label(
                    "x",
                    new_name="y",
                )
            )
        gateway.write(
            writes.update_label(
                "y",
                new_name="Y",
            )
        )
        assert [label.name for label in world.repository().labels.values()] == ["Y"]

    def test_a_server_that_is_not_there_was_not_written_to(
        self, make_gateway: MakeGateway, timeline: Timeline
    ) -> None:
        with pytest.raises(UnavailableError, match=r"127\.0\.0\.1:1"):
            create_issue(make_gateway(api_url="http://127.0.0.1:1"))
        assert timeline.slept == [0.5, 1.0]

    def test_a_good_status_without_json_is_no_proof(
        self, make_gateway: MakeGateway, httpx2_mock: respx.Router
    ) -> None:
        page = "<html>Welcome</html>"
        httpx2_mock.post("https://github.test/repos/learner/portfolio/issues").respond(text=page)
        with pytest.raises(UncertainWriteError, match="without JSON"):
            create_issue(make_gateway(api_url="https://github.test"))

    @pytest.mark.parametrize("body", ["{}", '{"number": "7"}', "[]"])
    def test_an_answer_without_the_number_is_uncertain(
        self, make_gateway: MakeGateway, httpx2_mock: respx.Router, body: str
    ) -> None:
        issues_of = httpx2_mock.post("https://github.test/repos/learner/portfolio/issues")
        issues_of.respond(201, text=body)
        with pytest.raises(UncertainWriteError):
            create_issue(make_gateway(api_url="https://github.test"))
        assert issues_of.call_count == 1


class TestRefusals:
    def test_a_name_that_is_taken(self, gateway: PyGithubGateway) -> None:
        gateway.write(
            writes.create_label(
                "Read",
            )
        )
        with pytest.raises(AlreadyExistsError, match="name is taken"):
            gateway.write(
                writes.create_label(
                    "read",
                )
            )
        gateway.write(writes.create_milestone("Week 1"))
        with pytest.raises(AlreadyExistsError, match="title is taken"):
            gateway.write(writes.create_milestone("Week 1"))

    def test_too_long_a_body(self, gateway: PyGithubGateway) -> None:
        with pytest.raises(GitHubError, match="too long"):
            gateway.write(writes.create_issue("Read", body="x" * 65_537))

    def test_an_archived_repository(self, world: World, gateway: PyGithubGateway) -> None:
        world.repository().archived = True
        with pytest.raises(RepositoryArchivedError):
            create_issue(gateway)

    def test_a_missing_permission_is_named(self, world: World, make_gateway: MakeGateway) -> None:
        permissions = {"issues": "read", "metadata": "read"}
        world.add_token("reader", user="learner", permissions=permissions)
        with pytest.raises(PermissionDeniedError, match="needs issues: write"):
            create_issue(make_gateway(token="reader"))

    def test_a_wrong_token(self, make_gateway: MakeGateway) -> None:
        with pytest.raises(AuthenticationError):
            create_issue(make_gateway(token="wrong"))

    def test_no_token(self, make_gateway: MakeGateway) -> None:
        with pytest.raises(AuthenticationError):
            create_issue(make_gateway(token=None))

    def test_a_missing_repository(self, make_gateway: MakeGateway) -> None:
        with pytest.raises(RepositoryMissingError):
            create_issue(make_gateway(repository="learner/nothing"))

    def test_a_renamed_repository_is_named_and_not_written_to(
        self, world: World, gateway: PyGithubGateway
    ) -> None:
        world.rename(world.repository(), "path")
        with pytest.raises(RepositoryMovedError, match="learner/path"):
            create_issue(gateway)
        assert world.repository("learner/path").issues == {}

    def test_issues_switched_off(self, world: World, gateway: PyGithubGateway) -> None:
        world.repository().issues_enabled = False
        with pytest.raises(IssuesDisabledError):
            create_issue(gateway)

    def test_graphql_complains_with_status_200(
        self, world: World, graphql: PyGithubGateway
    ) -> None:
        with pytest.raises(GitHubError, match="Could not resolve to a node"):
            graphql.graphql("mutation { pinIssue(input: {issueId: $id}) }", {"id": "I_7"})
        assert len(world.journal.entries) == 1


class TestPace:
    def test_a_second_between_writes(
        self, world: World, make_gateway: MakeGateway, timeline: Timeline, seed: Seed
    ) -> None:
        seed(1)
        gateway = make_gateway(interval=1)
        gateway.write(
            writes.create_label(
                "a",
            )
        )
        gateway.write(
            writes.create_label(
                "b",
            )
        )
        gateway.write(writes.update_issue(1, title="Other"))
        assert timeline.slept == [1.0, 1.0]
        assert timeline.reported == []
        assert len(world.journal.entries) == 3

    def test_the_sandboxs_own_limits_are_never_met(
        self, world: World, make_gateway: MakeGateway, timeline: Timeline
    ) -> None:
        world.limits.secondary = True
        gateway = make_gateway(interval=0.1)
        for number in range(200):
            gateway.write(
                writes.create_label(
                    f"label {number}",
                )
            )
        assert {entry.status for entry in world.journal.entries} == {201}
        assert timeline.now - world.clock.exact() < timedelta(minutes=3)
        assert all("80 new things a minute" in why for _, why in timeline.reported)
        assert len(timeline.reported) == 2
        world.journal.forget()  # 200 answers of one kind need no validating

    @pytest.mark.parametrize("kind", ["secondary-403", "secondary-429"])
    def test_retry_after_is_obeyed_to_the_second(
        self, world: World, gateway: PyGithubGateway, timeline: Timeline, kind: str
    ) -> None:
        world.faults.add(kind, method="POST", retry_after=37)
        create_issue(gateway)
        assert timeline.slept == [37]
        assert timeline.reported == [(37, "GitHub's secondary rate limit")]
        assert len(world.repository().issues) == 1

    def test_without_it_a_minute_and_then_twice_as_long(
        self, world: World, gateway: PyGithubGateway, timeline: Timeline
    ) -> None:
        world.faults.add("secondary-403", method="POST", times=2)
        create_issue(gateway)
        assert timeline.slept == [60, 120]

    def test_graphqls_form_with_status_200(
        self, world: World, graphql: PyGithubGateway, timeline: Timeline, seed: Seed
    ) -> None:
        seed(1)
        world.faults.add("secondary-graphql", path="/graphql")
        graphql.graphql(
            "mutation($id: ID!) { pinIssue(input: {issueId: $id}) }", {"id": node_id(world)}
        )
        assert timeline.slept == [60]
        assert world.repository().issues[1].pinned

    def test_after_a_refusal_it_goes_slower(
        self, world: World, gateway: PyGithubGateway, timeline: Timeline
    ) -> None:
        create_issue(gateway)
        create_issue(gateway)
        assert timeline.slept == []
        world.faults.add("secondary-403", method="POST", retry_after=5)
        create_issue(gateway)
        create_issue(gateway)
        assert timeline.slept == [5, 1.0]

    def test_more_patience_than_allowed_is_not_had(
        self, world: World, make_gateway: MakeGateway, timeline: Timeline
    ) -> None:
        world.faults.add("secondary-403", method="POST", retry_after=1_800)
        until = timeline.now + timedelta(minutes=30)
        with pytest.raises(UnavailableError, match=rf"until {until:%H:%M} UTC, 30 minutes"):
            create_issue(make_gateway())
        assert timeline.slept == []
        assert len(world.repository().issues) == 0

    def test_an_empty_budget_is_waited_out(
        self, world: World, make_gateway: MakeGateway, timeline: Timeline
    ) -> None:
        world.limits.exhaust("learner", world.clock.exact())
        create_issue(make_gateway(max_wait=4_000))
        (slept,) = timeline.slept
        assert 3_590 <= slept <= 3_602


class TestTheToken:
    CANARY = "ghp_canary0123456789"

    def test_it_is_nowhere_to_be_found(
        self,
        world: World,
        make_gateway: MakeGateway,
        caplog: pytest.LogCaptureFixture,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        world.add_token(self.CANARY, user="learner")
        caplog.set_level("DEBUG")
        caplog.set_level("DEBUG", "github")
        gateway = make_gateway(token=self.CANARY)
        create_issue(gateway)
        errors = [
            str(self.failure(make_gateway(token=self.CANARY, **other)))
            for other in ({"repository": "learner/nothing"}, {"api_url": "http://127.0.0.1:1"})
        ]
        printed = capsys.readouterr()
        assert self.CANARY not in "".join([caplog.text, printed.out, printed.err, *errors])
        assert "POST" in caplog.text
        assert self.CANARY not in repr(vars(gateway))

    @staticmethod
    def failure(gateway: PyGithubGateway) -> MilepostError:
        with pytest.raises(MilepostError) as caught:
            create_issue(gateway)
        return caught.value

    def test_nothing_is_printed(
        self, gateway: PyGithubGateway, capfd: pytest.CaptureFixture[str]
    ) -> None:
        create_issue(gateway)
        with pytest.raises(GitHubError):
            gateway.write(writes.create_issue("", body=""))
        assert capfd.readouterr() == ("", "")
