"""What GitHub always refuses: on pull requests, in locked conversations, in label descriptions."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from github_sandbox import BrowserUser, act_as_bot
from github_sandbox.server import Sandbox
from github_sandbox.state import bots, pulls
from github_sandbox.state.objects import Permissions
from github_sandbox.state.refusals import Forbidden
from github_sandbox.world import World
from tests.client import Api

WithToken = Callable[[str | None], Api]
ISSUES = {"metadata": "read", "issues": "write"}
PULLS = {"metadata": "read", "pull_requests": "write"}


@pytest.fixture
def world(sandbox: Sandbox) -> World:
    return sandbox.world


@pytest.fixture
def workflow(world: World, with_token: WithToken) -> Callable[..., Api]:
    """Makes clients with a GITHUB_TOKEN of these permissions."""

    def make(permissions: Permissions | None = None) -> Api:
        bots.actions_token(world, world.repository(), "ghs_workflow", permissions)
        return with_token("ghs_workflow")

    return make


class TestPullRequests:
    @pytest.fixture(autouse=True)
    def _conversations(self, world: World, api: Api) -> None:
        """Issue 1 and pull request 2, each with a comment of the learner's."""
        api.issue("Issue")
        pulls.propose(world, world.actor(), world.repository(), "Pull request")
        for number in (1, 2):
            api("POST", f"/issues/{number}/comments", {"body": "Hello"})

    def writes(self, world: World, number: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
        (comment, *_) = world.repository().issues[number].comments
        yield "POST", f"/issues/{number}/comments", {"body": "Hi"}
        yield "PATCH", f"/issues/comments/{comment.id}", {"body": "Hello again"}
        yield "POST", f"/issues/{number}/labels", {"labels": ["a"]}
        yield "POST", f"/issues/{number}/reactions", {"content": "eyes"}
        yield "POST", f"/issues/comments/{comment.id}/reactions", {"content": "eyes"}
        yield "PATCH", f"/issues/{number}", {"title": "New", "labels": ["b"]}

    @pytest.mark.parametrize(("permissions", "allowed", "refused"), [(ISSUES, 1, 2), (PULLS, 2, 1)])
    def test_the_parent_decides_which_permission_counts(
        self,
        world: World,
        workflow: Callable[..., Api],
        permissions: Permissions,
        allowed: int,
        refused: int,
    ) -> None:
        bot = workflow(permissions)
        for method, path, body in self.writes(world, allowed):
            assert bot(method, path, body).is_success, path
        for method, path, body in self.writes(world, refused):
            answer = bot(method, path, body)
            assert answer.status_code == 403, path
            assert answer.json()["message"] == "Resource not accessible by integration"
            named = answer.headers["x-accepted-github-permissions"]
            assert named == "issues=write; pull_requests=write"
        assert [label.name for label in world.repository().issues[allowed].labels] == ["b"]
        assert world.repository().issues[refused].labels == []

    def test_a_fine_grained_token_of_a_person_is_held_to_it_too(
        self, world: World, with_token: WithToken
    ) -> None:
        world.add_token("narrow", user="learner", permissions=ISSUES)
        answer = with_token("narrow")("POST", "/issues/2/comments", {"body": "Hi"})
        assert answer.status_code == 403
        assert answer.json()["message"] == "Resource not accessible by personal access token"
        world.add_token("classic", user="learner", kind="classic")
        assert with_token("classic")("POST", "/issues/2/comments", {"body": "Hi"}).is_success

    def test_relations_and_new_issues_are_matters_of_issues_alone(
        self, api: Api, workflow: Callable[..., Api]
    ) -> None:
        child = api.issue("Child")["id"]
        bot = workflow(PULLS)
        refused = bot("POST", "/issues/1/sub_issues", {"sub_issue_id": child})
        assert refused.headers["x-accepted-github-permissions"] == "issues=write"
        assert (refused.status_code, bot("POST", "/issues", {"title": "x"}).status_code) == (
            403,
            403,
        )


class TestLocks:
    @pytest.fixture(autouse=True)
    def _locked(self, api: Api) -> None:
        api.issue()
        api("POST", "/issues/1/comments", {"body": "Hello"})
        assert api("PUT", "/issues/1/lock", {"lock_reason": "too heated"}).status_code == 204

    def test_the_issue_says_that_it_is_locked_and_why(self, api: Api) -> None:
        locked = api("GET", "/issues/1").json()
        (event,) = api("GET", "/issues/1/events").json()
        assert (locked["locked"], locked["active_lock_reason"]) == (True, "too heated")
        assert (event["event"], event["lock_reason"]) == ("locked", "too heated")
        api("DELETE", "/issues/1/lock")
        opened = api("GET", "/issues/1").json()
        assert (opened["locked"], opened["active_lock_reason"]) == (False, None)
        assert api("PUT", "/issues/1/lock", {"lock_reason": "dull"}).status_code == 422

    def test_bots_and_strangers_may_not_comment_but_writers_may(
        self, world: World, api: Api, with_token: WithToken, workflow: Callable[..., Api]
    ) -> None:
        for login, role in (("mentor", "write"), ("helper", "triage")):
            world.repository().collaborators[login] = role  # type: ignore[assignment]
        for login in ("mentor", "helper", "stranger"):
            world.add_token(login, user=login)
        clients = [with_token(login) for login in ("mentor", "helper", "stranger")]
        answers = [
            one("POST", "/issues/1/comments", {"body": "x"}) for one in (*clients, workflow())
        ]
        assert [answer.status_code for answer in answers] == [201, 403, 403, 403]
        assert "locking-conversations" in answers[3].json()["documentation_url"]
        assert answers[3].json()["message"] == "Unable to create comment because issue is locked."
        assert api("POST", "/issues/1/comments", {"body": "x"}).status_code == 201

    def test_a_bot_may_not_change_its_comment_but_the_issue(
        self, api: Api, workflow: Callable[..., Api]
    ) -> None:
        api("DELETE", "/issues/1/lock")
        bot = workflow()
        mine = bot("POST", "/issues/1/comments", {"body": "Mine"}).json()["id"]
        api("PUT", "/issues/1/lock")
        answer = bot("PATCH", f"/issues/comments/{mine}", {"body": "New"})
        assert answer.status_code == 403
        assert answer.json()["message"] == "Unable to update comment because issue is locked."
        assert bot("PATCH", "/issues/1", {"body": "New", "labels": ["a"]}).status_code == 200

    def test_nobody_reacts(self, world: World, api: Api, workflow: Callable[..., Api]) -> None:
        (comment,) = world.repository().issues[1].comments
        for client in (api, workflow()):
            for thing in ("1", f"comments/{comment.id}"):
                answer = client("POST", f"/issues/{thing}/reactions", {"content": "eyes"})
                assert (answer.status_code, "locked" in answer.json()["message"]) == (403, True)
        api("DELETE", "/issues/1/lock")
        assert api("POST", "/issues/1/reactions", {"content": "eyes"}).status_code == 201

    def test_only_writers_lock(self, world: World, with_token: WithToken) -> None:
        world.add_token("stranger", user="stranger")
        assert with_token("stranger")("DELETE", "/issues/1/lock").status_code == 403


class TestLabelDescriptions:
    @pytest.mark.parametrize("description", ["Fix it \U0001f41b", "x" * 101])
    def test_one_that_does_not_fit_is_refused(self, api: Api, description: str) -> None:
        fields = {"name": "bug \U0001f41b", "description": description}
        answer = api("POST", "/labels", fields)
        assert answer.status_code == 422
        (error,) = answer.json()["errors"]
        assert (error["resource"], error["field"]) == ("Label", "description")
        assert api("POST", "/labels", {**fields, "description": "é" * 100}).status_code == 201
        assert api("PATCH", "/labels/bug%20%F0%9F%90%9B", fields).status_code == 422


class TestOtherBots:
    def test_what_one_does_shows_its_name(self, world: World, api: Api) -> None:
        learner = BrowserUser(world)
        issue = learner.open_issue("Read")
        stale = act_as_bot(world, "stale")
        stale.add_labels(issue, "wontfix")
        stale.comment(issue, "Closed as stale.")
        stale.close(issue, "not_planned")
        stale.lock(issue, "resolved")
        shown = api("GET", "/issues/1").json()
        assert (shown["closed_by"]["login"], shown["closed_by"]["type"]) == ("stale[bot]", "Bot")
        assert (shown["state_reason"], shown["active_lock_reason"]) == ("not_planned", "resolved")
        events = api("GET", "/issues/1/events").json()
        assert {one["actor"]["login"] for one in events} == {"stale[bot]"}
        assert {one["performed_via_github_app"]["slug"] for one in events} == {"stale"}
        stale.unlock(issue)
        assert act_as_bot(world, "stale").repository is world.repository()
        assert len(world.installations) == 1

    def test_the_workflow_writes_as_the_account_it_has_on_github(
        self, api: Api, workflow: Callable[..., Api]
    ) -> None:
        made = workflow().issue("By a workflow")
        assert (made["user"]["login"], made["user"]["id"]) == ("github-actions[bot]", 41_898_282)
        assert made["performed_via_github_app"]["id"] == 15_368
        assert api("GET", "user").json()["login"] == "learner"

    def test_the_fixture_s_token_has_every_right_of_a_workflow_and_its_limit(
        self, github_sandbox_workflow: str, with_token: WithToken
    ) -> None:
        answer = with_token(github_sandbox_workflow)("POST", "/issues", {"title": "x"})
        assert answer.status_code == 201
        assert answer.headers["x-ratelimit-limit"] == "1000"

    def test_a_workflow_s_token_reaches_its_repository_alone(
        self, world: World, with_token: WithToken
    ) -> None:
        other = world.add_repository("learner/other")
        bots.actions_token(world, other, "elsewhere")
        assert with_token("elsewhere")("POST", "/issues", {"title": "x"}).status_code == 403
        assert with_token("elsewhere")("GET", "user").status_code == 403

    def test_a_comment_by_a_person_in_the_page_follows_the_same_rule(self, world: World) -> None:
        learner = BrowserUser(world)
        issue = learner.open_issue("Read")
        learner.lock(issue)
        learner.comment(issue, "I may")
        with pytest.raises(Forbidden):
            BrowserUser(world, world.add_user("stranger").login).comment(issue, "I may not")
