"""What an owner may forbid: pushes to a branch, people, interactions with strangers."""

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from github_sandbox import act_as_bot
from github_sandbox.server import Sandbox
from github_sandbox.state import bots, moderation, pulls
from github_sandbox.state.refusals import Invalid
from github_sandbox.world import World
from tests.client import Api

WithToken = Callable[[str | None], Api]
PULL_REQUEST = "Changes must be made through a pull request."
RULESET = f"Repository rule violations found\n\n{PULL_REQUEST}\n\n"


@pytest.fixture
def world(sandbox: Sandbox) -> World:
    return sandbox.world


@pytest.fixture
def control(web: httpx2.Client) -> httpx2.Client:
    web.base_url = web.base_url.join("/_sandbox/")
    return web


def put(api: Api, path: str, branch: str = "main") -> httpx2.Response:
    content = base64.b64encode(b"new").decode()
    fields: dict[str, Any] = {"message": "New", "content": content, "branch": branch}
    there = api("GET", f"/contents/{path}?ref={branch}")
    if there.status_code == 200:
        fields["sha"] = there.json()["sha"]
    return api("PUT", f"/contents/{path}", fields)


class TestBranchRules:
    def test_a_ruleset_refuses_files_and_refs_and_a_merge_passes(
        self, api: Api, world: World
    ) -> None:
        home = world.repository()
        pull = pulls.propose(world, world.actor(), home, "Work")
        moderation.protect(home)
        head = api("GET", "/git/ref/heads/main").json()["object"]["sha"]
        work = api("GET", f"/git/ref/heads/work-{pull.number}").json()["object"]["sha"]

        refused = put(api, "README.md")
        assert (refused.status_code, refused.json()["message"]) == (409, RULESET)
        assert put(api, "new.md").json()["message"] == RULESET
        moved = api("PATCH", "/git/refs/heads/main", {"sha": work})
        assert (moved.status_code, moved.json()["message"]) == (422, RULESET)
        assert api("DELETE", "/git/refs/heads/main").status_code == 422
        assert api("GET", "/git/ref/heads/main").json()["object"]["sha"] == head

        assert put(api, "README.md", f"work-{pull.number}").status_code == 200
        assert api("PUT", f"/pulls/{pull.number}/merge").status_code == 200
        moderation.unprotect(home)
        assert put(api, "README.md").status_code == 200

    def test_a_protected_branch_has_its_own_words(self, api: Api, world: World) -> None:
        moderation.protect(world.repository(), "ma*", "branch protection")
        words = [put(api, path).json()["message"] for path in ("README.md", "new.md")]
        assert words == [f"Could not {verb} file: {PULL_REQUEST}" for verb in ("update", "create")]
        sha = api("GET", "/git/ref/heads/main").json()["object"]["sha"]
        moved = api("PATCH", "/git/refs/heads/main", {"sha": sha})
        assert (moved.status_code, moved.json()["message"]) == (422, PULL_REQUEST)
        assert "protected-branches" in moved.json()["documentation_url"]
        assert api("GET", "/branches/main").json()["protected"] is True

    def test_who_is_let_past_is_not_held_to_it(
        self, api: Api, world: World, with_token: WithToken
    ) -> None:
        home = world.repository()
        moderation.protect(home, "main", "ruleset", "github-actions[bot]")
        bots.actions_token(world, home, "workflow")
        assert put(with_token("workflow"), "README.md").status_code == 200
        assert put(api, "README.md").status_code == 409

    def test_a_wrong_sha_is_a_conflict_still(self, api: Api, world: World) -> None:
        moderation.protect(world.repository())
        fields = {"message": "x", "content": "", "sha": "0" * 40}
        answer = api("PUT", "/contents/README.md", fields)
        assert (answer.status_code, "does not match" in answer.json()["message"]) == (409, True)

    def test_it_is_set_over_http(self, control: httpx2.Client, api: Api) -> None:
        there = "repositories/learner/portfolio"
        body = {"protected_branches": ["main"], "protected_by": "branch protection"}
        assert control.patch(there, json=body).is_success
        assert put(api, "README.md").status_code == 409
        assert control.patch(there, json={"protected_branches": []}).is_success
        assert put(api, "README.md").status_code == 200


class TestBlocks:
    def test_who_is_blocked_by_the_author_or_the_owner_may_not_write_there(
        self, api: Api, world: World, with_token: WithToken
    ) -> None:
        for login in ("author", "noisy"):
            world.add_token(login, user=login)
        author, noisy = with_token("author"), with_token("noisy")
        author.issue()
        api.issue()
        moderation.block(world.users["author"], world.users["noisy"])

        refused = noisy("POST", "/issues/1/comments", {"body": "x"})
        assert refused.status_code == 422
        assert refused.json()["errors"] == [
            {
                "resource": "IssueComment",
                "code": "unprocessable",
                "field": "data",
                "message": "User is blocked",
            }
        ]
        assert noisy("POST", "/issues/1/reactions", {"content": "eyes"}).status_code == 422
        assert noisy("POST", "/issues/2/comments", {"body": "x"}).status_code == 201
        assert author("POST", "/issues/1/comments", {"body": "x"}).status_code == 201
        moderation.unblock(world.users["author"], world.users["noisy"])
        assert noisy("POST", "/issues/1/comments", {"body": "x"}).status_code == 201
        moderation.block(world.users["learner"], world.users["noisy"])
        assert noisy("POST", "/issues/1/comments", {"body": "x"}).status_code == 422
        assert noisy("POST", "/issues/2/comments", {"body": "x"}).status_code == 422
        assert noisy("POST", "/issues", {"title": "x"}).status_code == 422
        moderation.unblock(world.users["learner"], world.users["noisy"])
        assert noisy("POST", "/issues/2/comments", {"body": "x"}).status_code == 201

    def test_a_bot_is_blocked_over_http(
        self, control: httpx2.Client, api: Api, world: World
    ) -> None:
        api.issue()
        stale = act_as_bot(world, "stale")
        assert control.put("users/learner/blocks/stale[bot]").is_success
        with pytest.raises(Invalid):
            stale.comment(world.repository().issues[1], "Hello")
        assert control.delete("users/learner/blocks/stale[bot]").is_success
        stale.comment(world.repository().issues[1], "Hello")


class TestInteractionLimits:
    @pytest.fixture
    def statuses(self, world: World, api: Api, with_token: WithToken) -> Callable[[], list[int]]:
        """What a collaborator, a contributor, a new account, one of two days and a workflow get."""
        api.issue()
        home, now = world.repository(), world.clock.now()
        for login, age in (("mentor", 0), ("coder", 0), ("new", 0), ("old", 2)):
            person = world.add_user(login)
            person.created_at = now - timedelta(days=age)
            world.add_token(login, user=login)
        home.collaborators["mentor"] = "triage"
        home.git.commit(
            "work",
            {"a": b""},
            message="A",
            author="coder",
            email=world.users["coder"].email,
            at=now,
        )
        bots.actions_token(world, home, "workflow").user.created_at = now
        clients = [with_token(one) for one in ("mentor", "coder", "new", "old", "workflow")]

        def ask() -> list[int]:
            answers = [one("POST", "/issues/1/comments", {"body": "x"}) for one in clients]
            return [answer.status_code for answer in answers]

        return ask

    @pytest.mark.parametrize(
        ("limit", "expected"),
        [
            ("existing_users", [201, 201, 422, 201, 422]),
            ("contributors_only", [201, 201, 422, 422, 422]),
            ("collaborators_only", [201, 422, 422, 422, 422]),
        ],
    )
    def test_each_keeps_more_people_out(
        self,
        world: World,
        api: Api,
        statuses: Callable[[], list[int]],
        limit: moderation.InteractionLimit,
        expected: list[int],
    ) -> None:
        moderation.limit_interactions(world.repository(), limit)
        assert statuses() == expected
        assert api("POST", "/issues/1/comments", {"body": "x"}).status_code == 201
        moderation.limit_interactions(world.repository(), None)
        assert statuses() == [201] * 5

    def test_the_words_and_the_status(
        self, world: World, api: Api, with_token: WithToken, control: httpx2.Client
    ) -> None:
        world.add_token("stranger", user="stranger")
        stranger = with_token("stranger")
        api.issue()
        limit = {"interaction_limit": "collaborators_only"}
        assert control.patch("repositories/learner/portfolio", json=limit).is_success
        words = "Interactions on this repository have been restricted to collaborators only."
        for path, body in (("/issues", {"title": "x"}), ("/issues/1/comments", {"body": "x"})):
            answer = stranger("POST", path, body)
            (error,) = answer.json()["errors"]
            assert error["message"] == f"could not be created. {words}"
        moderation.limit_interactions(world.repository(), "collaborators_only", 403)
        answer = stranger("POST", "/issues", {"title": "x"})
        assert (answer.status_code, answer.json()["message"]) == (403, words)
        assert control.patch(
            "repositories/learner/portfolio", json={"interaction_limit": "none"}
        ).is_success
        assert stranger("POST", "/issues", {"title": "x"}).status_code == 201
