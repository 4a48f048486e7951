"""The edges that other tests use in process tell the same as those over HTTP."""

import json
from typing import Any

import pytest
from inprocess import WEB, Edges
from timeline import Timeline

from bot.github.reader import HttpReader
from bot.planning.snapshot import FrozenModel
from github_sandbox.server import Sandbox
from github_sandbox.state import comments, issues, milestones, pulls, relations, releases
from github_sandbox.world import World


@pytest.fixture
def lived_in(world: World, timeline: Timeline) -> World:
    """A repository in which everything happened that a reader tells of."""
    me, home = world.actor(), world.repository()
    mentor = world.actor(world.add_user("mentor").login)
    stranger = world.actor(world.add_user("stranger").login)
    home.collaborators["mentor"] = "write"
    due = {"title": "Week 1", "due_on": "2026-03-08T12:00:00Z", "description": "One"}
    milestones.create(world, me, home, due)
    month = issues.create(world, me, home, {"title": "Month 1"})
    fields = {"title": "Read", "body": "Why", "labels": ["Kind: read"], "milestone": 1}
    read = issues.create(world, me, home, fields)
    relations.add_child(world, me, home, month, read.id)
    issues.edit(world, mentor, home, read, {"labels": ["Kind: read", "seen"]})
    issues.create(world, stranger, home, {"title": "Hello"})
    issues.edit(world, me, home, month, {"state": "closed", "state_reason": "not_planned"})
    text = comments.create(world, mentor, home, read, {"body": "/done"})
    comments.create(world, stranger, home, read, {"body": "Nice"})
    for who, content in ((me, "rocket"), (stranger, "rocket"), (mentor, "+1")):
        comments.react(world, who, text, {"content": content})
    comments.react(world, mentor, read, {"content": "heart"})
    merged = pulls.propose(world, me, home, "Work", "Closes #2")
    pulls.merge(world, me, home, merged.number)
    pulls.propose(world, me, home, "More work")
    releases.create(world, me, home, {"tag_name": "v1", "name": "First"})
    timeline.sleep(60)
    comments.edit(world, mentor, home, text, {"body": "/done at last"})
    world.commit_files(home, {"a/badge.svg": b"<svg/>"}, "Draw", "milepost")
    return world


def same(reported: FrozenModel | tuple[FrozenModel, ...] | None, web: str) -> Any:
    """With the addresses of the sandbox's pages as GitHub's."""
    if isinstance(reported, tuple):
        return [same(one, web) for one in reported]
    return (
        json.loads(reported.model_dump_json().replace(web, WEB)) if reported is not None else None
    )


def test_both_tell_the_same(
    lived_in: World, timeline: Timeline, reader: HttpReader, sandbox: Sandbox
) -> None:
    edges, web = Edges(lived_in), sandbox.url
    assert same(reader.snapshot(), web) == same(edges.snapshot(), web)
    assert same(reader.issue(2), web) == same(edges.issue(2), web)
    assert same(reader.comments(2), web) == same(edges.comments(2), web)
    since = timeline.now.replace(microsecond=0)
    assert len(reader.comments_since(since)) == 1
    assert same(reader.comments_since(since), web) == same(edges.comments_since(since), web)
    for number in (1, 2, 99):
        assert reader.reactions(number) == edges.reactions(number)
        assert reader.labelled_by(number, "SEEN") == edges.labelled_by(number, "SEEN")
    for comment in (text.id for text in lived_in.repository().issues[2].comments):
        assert reader.comment_reactions(comment) == edges.comment_reactions(comment)
    for login in ("learner", "mentor", "Stranger", "nobody"):
        user = lived_in.users.get(login.lower())
        account = user.id if user else 0
        assert reader.may_write(login, account) is edges.may_write(login, account)
    assert reader.viewer() == edges.viewer()
    for branch in ("main", "milepost", "gone"):
        assert reader.tree(branch) == edges.tree(branch)
    for path in ("README.md", "gone.md"):
        assert reader.file(path) == edges.file(path)
    for page in ("", "/pull/4", "/pull/5", "/releases/tag/v1", "/releases/tag/v2", "/issues/1"):
        home = f"/learner/portfolio{page}"
        assert same(reader.find(web + home), web) == same(edges.find(WEB + home), web)
