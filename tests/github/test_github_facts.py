"""What checks look for, read over HTTP: each with few requests, and rights that are missing."""

from collections.abc import Iterator

import pytest

from bot.errors import PermissionDeniedError
from bot.github.connection import Connection
from bot.github.reader import HttpReader
from bot.planning.snapshot import FileList, NamedPage, WorkflowRun
from github_sandbox.server import Sandbox
from github_sandbox.state import releases, workflow_runs
from github_sandbox.state.objects import Permissions


@pytest.fixture
def reader(sandbox: Sandbox) -> Iterator[HttpReader]:
    with open_reader(sandbox, sandbox.token) as found:
        yield found


def open_reader(sandbox: Sandbox, token: str) -> HttpReader:
    return HttpReader(
        Connection(
            repository=sandbox.repository,
            token=token,
            api_url=sandbox.api_url,
            graphql_url=sandbox.graphql_url,
        )
    )


def test_files_are_one_request(sandbox: Sandbox, reader: HttpReader) -> None:
    world = sandbox.world
    world.commit_files(world.repository(), {"src/a.py": b"x", "b.md": b"y"}, "Work")
    before = len(world.journal.entries)
    assert reader.files() == FileList(("README.md", "b.md", "src/a.py"), truncated=False)
    assert len(world.journal.entries) == before + 1


def test_an_empty_repository_has_no_files_and_no_tags(sandbox: Sandbox, reader: HttpReader) -> None:
    git = sandbox.world.repository().git
    git.refs.clear()
    assert reader.files() == FileList()
    assert reader.tags("") == ()


def test_the_last_run_on_the_default_branch_counts(sandbox: Sandbox, reader: HttpReader) -> None:
    world, home = sandbox.world, sandbox.world.repository()
    assert reader.last_run("ci.yml") is None
    world.commit_files(home, {".github/workflows/ci.yml": b"name: Unit tests"}, "Test")
    assert reader.last_run("ci.yml") is None
    assert reader.last_run("Other tests") is None
    workflow_runs.finish(world, home, "ci.yml", "failure")
    green = workflow_runs.finish(world, home, "ci.yml")
    workflow_runs.finish(world, home, "ci.yml", "failure", branch="work")
    page = f"{sandbox.url}/{home.full_name}/actions/runs/{green.id}"
    assert reader.last_run("ci.yml") == WorkflowRun(green=True, url=page)
    assert reader.last_run("Unit tests") == WorkflowRun(green=True, url=page)
    workflow_runs.finish(world, home, "ci.yml", "cancelled")
    red = reader.last_run("ci.yml")
    assert red is not None
    assert not red.green


def test_releases_without_drafts_and_tags_by_their_beginning(
    sandbox: Sandbox, reader: HttpReader
) -> None:
    world, home = sandbox.world, sandbox.world.repository()
    for name, draft in (("v1.0", False), ("v2.0", True)):
        releases.create(world, world.actor(), home, {"tag_name": name, "draft": draft})
    page = f"{sandbox.url}/{home.full_name}/releases/tag/v1.0"
    assert reader.releases() == (NamedPage("v1.0", page),)
    assert reader.tags("") == reader.tags("v") == ("v1.0",)
    assert reader.tags("w") == ()


@pytest.mark.parametrize("start", ["../../../../../user", "v/../../../issues", ".."])
def test_the_beginning_of_a_tag_leads_nowhere_else(
    sandbox: Sandbox, reader: HttpReader, start: str
) -> None:
    assert reader.tags(start) == ()
    root = f"/repos/{sandbox.repository}/git/matching-refs/tags/"
    paths = [entry.path for entry in sandbox.world.journal.entries]
    assert all(path.startswith(root) for path in paths)


def test_a_token_without_a_right_is_refused_for_that_alone(sandbox: Sandbox) -> None:
    world, home = sandbox.world, sandbox.world.repository()
    home.private = True
    rights: Permissions = {"metadata": "read", "issues": "write"}
    token = world.add_token("plain", user="learner", permissions=rights).value
    with open_reader(sandbox, token) as reader:
        for read in (
            reader.check_pulls,
            reader.files,
            reader.releases,
            lambda: reader.tags(""),
            lambda: reader.last_run("ci.yml"),
        ):
            with pytest.raises(PermissionDeniedError):
                read()
        assert reader.snapshot().issues == ()
