"""What differs with who looks: ties of private members, deleted accounts, one's own account."""

from collections.abc import Callable
from typing import Any

import pytest

from github_sandbox import InstalledApp
from github_sandbox.server import Sandbox
from github_sandbox.state import apps, bots, issues
from github_sandbox.state.objects import Repository
from github_sandbox.world import World
from tests.client import Api

WithToken = Callable[[str | None], Api]


@pytest.fixture
def world(sandbox: Sandbox) -> World:
    return sandbox.world


@pytest.fixture
def home(world: World) -> Repository:
    """A repository of an organization that its owner `boss` is a member of in private, `ada` in
    public, `eve` in private, with an issue of each and one of a stranger's."""
    world.add_user("school", kind="Organization", owners=["boss"])
    world.add_member("school", "boss", public=False)
    world.add_member("school", "ada")
    world.add_member("school", "eve", public=False)
    home = world.add_repository("school/course", collaborators={"mentor": "write"})
    for login in ("boss", "ada", "eve", "mentor", "stranger"):
        world.add_user(login)
        world.add_token(login, user=login)
        issues.create(world, world.actor(login), home, {"title": login})
    return home


def ties(client: Api, sandbox: Sandbox) -> dict[str, str]:
    listed = client("GET", f"{sandbox.api_url}/repos/school/course/issues").json()
    return {one["title"]: one["author_association"] for one in listed}


OUTSIDE = {
    "boss": "NONE",
    "ada": "MEMBER",
    "eve": "NONE",
    "mentor": "COLLABORATOR",
    "stranger": "NONE",
}


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("viewer", ["stranger", "mentor"])
def test_an_outsider_is_not_told_of_private_members(
    sandbox: Sandbox, with_token: WithToken, viewer: str
) -> None:
    assert ties(with_token(viewer), sandbox) == OUTSIDE


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("viewer", ["boss", "ada", "eve"])
def test_members_are(sandbox: Sandbox, with_token: WithToken, viewer: str) -> None:
    inside = {**OUTSIDE, "boss": "MEMBER", "eve": "MEMBER"}
    assert ties(with_token(viewer), sandbox) == inside


def test_a_workflow_and_an_app_without_the_right_to_see_members_are_not(
    sandbox: Sandbox, home: Repository, with_token: WithToken
) -> None:
    world = sandbox.world
    bots.actions_token(world, home, "workflow")
    assert ties(with_token("workflow"), sandbox) == OUTSIDE
    for permissions, boss in (({"issues": "write"}, "NONE"), ({"members": "read"}, "MEMBER")):
        app = apps.create(
            world,
            f"App {boss}",
            owner="school",
            permissions={"metadata": "read", **permissions},
            events=[],
        )
        token = apps.issue_token(world, apps.install(world, app, "school"), {}).value
        assert ties(with_token(token), sandbox)["boss"] == boss


def test_a_role_by_membership_is_no_tie_that_outsiders_see(
    sandbox: Sandbox, home: Repository, with_token: WithToken
) -> None:
    sandbox.world.add_member("school", "eve", public=False, role="write")
    labels = f"{sandbox.api_url}/repos/school/course/labels"
    assert with_token("eve")("POST", labels, {"name": "x"}).status_code == 201
    assert ties(with_token("stranger"), sandbox)["eve"] == "NONE"
    sandbox.world.add_member("school", "mentor", role="read")
    assert home.given_role_of(sandbox.world.users["mentor"]) == "write"


def test_who_has_a_commit_there_is_a_contributor(
    sandbox: Sandbox, home: Repository, with_token: WithToken
) -> None:
    boss = sandbox.world.users["boss"]
    home.git.commit(
        "main", {"a": b""}, message="A", author="boss", email=boss.email, at=boss.created_at
    )
    assert ties(with_token("stranger"), sandbox)["boss"] == "CONTRIBUTOR"
    assert ties(with_token("ada"), sandbox)["boss"] == "MEMBER"


def test_what_may_be_done_is_answered_whoever_asks(
    sandbox: Sandbox, home: Repository, with_token: WithToken
) -> None:
    bots.actions_token(sandbox.world, home, "workflow")

    def ask(login: str) -> Any:
        path = f"{sandbox.api_url}/repos/school/course/collaborators/{login}/permission"
        return with_token("workflow")("GET", path)

    boss = ask("boss").json()
    assert (boss["permission"], boss["role_name"]) == ("admin", "admin")
    assert boss["user"]["id"] == sandbox.world.users["boss"].id
    assert ask("eve").json()["permission"] == "read"
    refused = ask("github-actions[bot]")
    assert refused.status_code == 404
    assert refused.json()["message"] == "github-actions[bot] is not a user"
    assert ask("school").status_code == 404


def test_a_deleted_account_reads_as_ghost(api: Api, world: World, with_token: WithToken) -> None:
    world.repository().collaborators["mentor"] = "admin"
    world.add_token("mentor", user="mentor")
    with_token("mentor").issue("Mine")
    api("POST", "/issues/1/comments", {"body": "Hello"})
    with_token("mentor")("POST", "/issues/1/comments", {"body": "Hello"})
    world.delete_user("mentor")
    issue = api("GET", "/issues/1").json()
    _, comment = api("GET", "/issues/1/comments").json()
    for thing in (issue, comment):
        assert (thing["user"]["login"], thing["user"]["id"]) == ("ghost", 10_137)
        assert thing["author_association"] == "NONE"
    assert api("GET", "/collaborators/mentor/permission").status_code == 404
    assert api("GET", "users/mentor").status_code == 404
    assert with_token("mentor")("GET", "").status_code == 401
    world.add_user("mentor")
    assert api("GET", "/issues/1").json()["user"]["login"] == "ghost"


class TestOneself:
    QUERY = "query { viewer { login databaseId } }"

    def viewer(self, client: Api) -> Any:
        return client("POST", "graphql", {"query": self.QUERY}).json()["data"]["viewer"]

    def test_a_person(self, api: Api, world: World) -> None:
        assert self.viewer(api) == {"login": "learner", "databaseId": world.users["learner"].id}
        shorter = api("POST", "graphql", {"query": "{ viewer { login } }"}).json()
        assert shorter["data"]["viewer"] == {"login": "learner"}

    def test_a_workflow(self, world: World, with_token: WithToken) -> None:
        bots.actions_token(world, world.repository(), "workflow")
        me = {"login": "github-actions[bot]", "databaseId": 41_898_282}
        assert self.viewer(with_token("workflow")) == me
        answer = with_token("workflow")("GET", "user")
        assert answer.status_code == 403
        assert answer.json()["message"] == "Resource not accessible by integration"

    def test_an_installation(
        self, sandbox_app: InstalledApp, world: World, with_token: WithToken
    ) -> None:
        token = apps.issue_token(world, sandbox_app.installation, {}).value
        bot = sandbox_app.app.bot
        assert self.viewer(with_token(token)) == {"login": "test-app[bot]", "databaseId": bot.id}
