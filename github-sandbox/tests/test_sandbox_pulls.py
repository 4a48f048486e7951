"""Pull requests, releases, what happened to an issue, and who may do what."""

from collections.abc import Callable
from typing import Any

import pytest

from github_sandbox.server import Sandbox
from github_sandbox.state import pulls
from github_sandbox.state.objects import Role
from github_sandbox.world import World
from tests.client import Api

AsUser = Callable[[str | None], Api]


@pytest.fixture
def world(sandbox: Sandbox) -> World:
    return sandbox.world


def branch(world: World, name: str, files: dict[str, bytes]) -> None:
    """A branch of main with a commit more."""
    git = world.repository().git
    git.refs[f"refs/heads/{name}"] = git.refs["refs/heads/main"]
    world.commit_files(world.repository(), files, f"Work on {name}", name)


def propose(api: Api, head: str = "work", **fields: Any) -> Any:
    return api("POST", "/pulls", {"title": "Work", "head": head, "base": "main", **fields})


class TestPulls:
    def test_one_is_opened_shown_and_merged(self, api: Api, world: World) -> None:
        branch(world, "work", {"a.md": b"one\ntwo\n"})
        opened = propose(api, body="Closes #9").json()
        assert (opened["number"], opened["state"], opened["merged"]) == (1, "open", False)
        assert (opened["commits"], opened["changed_files"], opened["additions"]) == (1, 1, 2)
        assert opened["head"]["label"] == "learner:work"

        assert api("PUT", "/pulls/1/merge").json()["merged"]
        merged = api("GET", "/pulls/1").json()
        assert (merged["state"], merged["merged_by"]["login"]) == ("closed", "learner")
        (listed,) = api("GET", "/issues", params={"state": "all"}).json()
        assert listed["pull_request"]["merged_at"] == merged["merged_at"]
        assert merged["merged_at"]
        assert listed["state_reason"] is None
        head = world.repository().git.head("main")
        assert head is not None
        assert len(head.parents) == 2
        assert head.files.keys() == {"README.md", "a.md"}

    def test_it_follows_its_branch_until_it_is_merged(self, api: Api, world: World) -> None:
        branch(world, "work", {"a.md": b""})
        before = propose(api).json()["head"]["sha"]
        world.commit_files(world.repository(), {"b.md": b""}, "More", "work")
        after = api("GET", "/pulls/1").json()["head"]["sha"]
        assert before != after
        assert api("PUT", "/pulls/1/merge", {"sha": before}).status_code == 409
        api("PUT", "/pulls/1/merge", {"sha": after, "merge_method": "squash"})
        world.commit_files(world.repository(), {"c.md": b""}, "Late", "work")
        assert api("GET", "/pulls/1").json()["head"]["sha"] == after

    def test_both_sides_changes_are_kept(self, api: Api, world: World) -> None:
        branch(world, "work", {"a.md": b"a"})
        world.commit_files(world.repository(), {"b.md": b"b"}, "Meanwhile")
        propose(api)
        assert api("PUT", "/pulls/1/merge").status_code == 200
        head = world.repository().git.head("main")
        assert head is not None
        assert head.files.keys() == {"README.md", "a.md", "b.md"}

    def test_a_conflict_a_draft_and_a_merged_one_are_not_merged(
        self, api: Api, world: World
    ) -> None:
        branch(world, "work", {"README.md": b"mine"})
        branch(world, "other", {"b.md": b""})
        propose(api)
        propose(api, "other", draft=True)
        world.commit_files(world.repository(), {"README.md": b"theirs"}, "Meanwhile")
        assert api("PUT", "/pulls/1/merge").status_code == 405
        assert api("PUT", "/pulls/2/merge").status_code == 405
        branch(world, "third", {"c.md": b""})
        propose(api, "third")
        assert [api("PUT", "/pulls/3/merge").status_code for _ in range(2)] == [200, 405]

    def test_lists_are_narrowed(self, api: Api, world: World) -> None:
        for name in ("one", "two", "three"):
            branch(world, name, {name: b""})
            propose(api, name)
        api("PUT", "/pulls/2/merge")

        def numbers(**query: str) -> list[int]:
            return [one["number"] for one in api("GET", "/pulls", params=query).json()]

        assert numbers() == [3, 1]
        assert numbers(state="all", direction="asc") == [1, 2, 3]
        assert numbers(head="learner:three") == [3]
        assert numbers(head="three") == []
        assert numbers(base="other") == []

    def test_what_cannot_be_is_refused(self, api: Api, world: World) -> None:
        def text(**fields: Any) -> str:
            answer = propose(api, **fields)
            assert answer.status_code == 422
            error = answer.json()["errors"][0]
            return str(error.get("message") or f"{error['field']} {error['code']}")

        branch(world, "work", {"a.md": b""})
        git = world.repository().git
        git.refs["refs/heads/same"] = git.refs["refs/heads/main"]
        world.commit_files(world.repository(), {"a": b""}, "Orphan", "orphan")
        propose(api)
        assert text() == "A pull request already exists for learner:work."
        assert text(head="same") == "No commits between main and same"
        assert text(head="orphan") == "The orphan branch has no history in common with main"
        assert text(head="gone") == "head invalid"
        assert text(head="work", base="gone") == "base invalid"

    def test_an_issue_is_no_pull_request(self, api: Api) -> None:
        api.issue()
        assert api("GET", "/pulls/1").status_code == 404
        assert api("PUT", "/pulls/1/merge").status_code == 404

    def test_one_out_of_nothing_for_a_test(self, world: World) -> None:
        home = world.add_repository("learner/empty", empty=True)
        made = pulls.propose(world, world.actor(), home, "Work", "Body")
        pulls.merge(world, world.actor(), home, made.number)
        assert made.pull is not None
        assert made.pull.merged_at is not None
        pulls.propose(world, world.actor(), home, "More")
        assert len(home.issues) == 2


class TestReleases:
    def test_a_release_makes_its_tag(self, api: Api, world: World) -> None:
        made = api("POST", "/releases", {"tag_name": "v1", "name": "One", "body": "First"})
        assert made.status_code == 201
        assert api("GET", "/releases/tags/v1").json()["name"] == "One"
        assert "refs/tags/v1" in world.repository().git.refs
        assert api("POST", "/releases", {"tag_name": "v1"}).status_code == 422
        wrong = {"tag_name": "v2", "target_commitish": "gone"}
        assert api("POST", "/releases", wrong).status_code == 422

    def test_a_draft_is_seen_by_writers_only(
        self, api: Api, world: World, with_token: AsUser
    ) -> None:
        api("POST", "/releases", {"tag_name": "v2", "draft": True})
        world.add_token("friends", user="friend")
        assert api("GET", "/releases/tags/v2").status_code == 404
        assert [one["draft"] for one in api("GET", "/releases").json()] == [True]
        assert with_token("friends")("GET", "/releases").json() == []


class TestEvents:
    def test_an_issue_remembers_what_was_done_to_it(self, api: Api) -> None:
        api("POST", "/milestones", {"title": "Week 1"})
        api.issue("Read", labels=["a"], milestone=1)
        api("PATCH", "/issues/1", {"labels": ["b"], "milestone": None})
        api("PATCH", "/issues/1", {"state": "closed"})
        api("PATCH", "/issues/1", {"state": "open", "title": "Read on"})
        listed = api("GET", "/issues/1/events").json()
        reported = [
            (one["event"], (one.get("label") or one.get("milestone") or {}).get("name"))
            for one in listed
        ]
        assert reported == [
            ("labeled", "a"),
            ("milestoned", None),
            ("labeled", "b"),
            ("unlabeled", "a"),
            ("demilestoned", None),
            ("closed", None),
            ("reopened", None),
        ]
        assert {one["actor"]["login"] for one in listed} == {"learner"}
        second = api("GET", "/issues/1/events", params={"per_page": 1, "page": 2}).json()
        assert [one["event"] for one in second] == ["milestoned"]

    def test_a_merge_is_told_before_the_closing(self, api: Api, world: World) -> None:
        branch(world, "work", {"a.md": b""})
        propose(api)
        sha = api("PUT", "/pulls/1/merge").json()["sha"]
        reported = [
            (one["event"], one["commit_id"]) for one in api("GET", "/issues/1/events").json()
        ]
        assert reported == [("merged", sha), ("closed", None)]


class TestPermission:
    @pytest.mark.parametrize(
        ("role", "old"),
        [
            ("read", "read"),
            ("triage", "read"),
            ("write", "write"),
            ("maintain", "write"),
            ("admin", "admin"),
        ],
    )
    def test_the_old_word_and_the_role(self, api: Api, world: World, role: Role, old: str) -> None:
        world.add_user("mentor")
        world.repository().collaborators["mentor"] = role
        found = api("GET", "/collaborators/Mentor/permission").json()
        assert (found["permission"], found["role_name"]) == (old, role)
        assert found["user"]["permissions"]["push"] is (role in {"write", "maintain", "admin"})

    def test_of_the_owner_a_stranger_and_nobody(self, api: Api, world: World) -> None:
        world.add_user("stranger")

        def permission(login: str) -> Any:
            return api("GET", f"/collaborators/{login}/permission").json().get("permission")

        assert [permission(login) for login in ("learner", "stranger")] == ["admin", "read"]
        assert api("GET", "/collaborators/nobody/permission").status_code == 404
        world.repository().private = True
        assert permission("stranger") == "none"

    def test_only_writers_may_ask(self, world: World, with_token: AsUser) -> None:
        world.add_token("friends", user="friend")
        answer = with_token("friends")("GET", "/collaborators/learner/permission")
        assert answer.status_code == 403
