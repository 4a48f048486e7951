"""A repository that a newer program wrote to: nothing is written, and the person reads why.

Taken for somebody else's, the whole path would be made again.
"""

import re

import pytest
from upgrade.scenario import Scenario

from bot.errors import NewerFormatError
from bot.planning.marker import BEGIN
from github_sandbox.state import issues
from github_sandbox.state.objects import Issue

NAME = "finished"
NEWER = ("9", "99999999999999999999")


def dashboard(path: Scenario) -> Issue:
    return next(i for i in path.home.issues.values() if '"key":"summary:' in (i.body or ""))


def stopped(path: Scenario) -> NewerFormatError:
    """The error that a run ends with; nothing is written."""
    before = path.visible()
    with pytest.raises(NewerFormatError, match=r"newer version.*Update") as error:
        path.sync()
    assert path.visible() == before
    assert not path.world.journal.writes
    return error.value


@pytest.mark.parametrize("version", NEWER)
@pytest.mark.parametrize("kind", ["end", "memory", "ledger"])
def test_a_newer_comment_in_an_issue_of_ours_stops_the_run(kind: str, version: str) -> None:
    path = Scenario(NAME)
    issue = dashboard(path)
    text = re.sub(r'(<!-- milepost:\w+ \{)"v":\d+,', r"\1", issue.body or "")
    issue.body = text.replace(f"milepost:{kind} {{", f'milepost:{kind} {{"v":{version},')
    error = stopped(path)
    assert (error.where, error.exit_code) == (f"issue #{issue.number}", 10)


def test_a_newer_milestone_stops_the_run() -> None:
    path = Scenario(NAME)
    ours = next(m for m in path.home.milestones.values() if "milepost:end" in (m.description or ""))
    ours.description = (ours.description or "").replace("end {", 'end {"v":2,')
    error = stopped(path)
    assert (error.where, error.exit_code) == (f"milestone '{ours.title}'", 10)


def test_a_stranger_stops_nothing() -> None:
    path = Scenario(NAME)
    path.sync()
    stranger = path.world.actor(path.world.add_user("stranger").login)
    body = f'{BEGIN}\nx\n<!-- milepost:end {{"v":9,"key":"summary:path"}} -->'
    issues.create(path.world, stranger, path.home, {"title": "Mine", "body": body})
    assert path.sync().writes == ()


def test_a_newer_copy_below_ours_stops_nothing() -> None:
    path = Scenario(NAME)
    issue = next(i for i in path.home.issues.values() if '"key":"task:' in (i.body or ""))
    issue.body = f'{issue.body}\n\n<!-- milepost:end {{"v":9,"key":"task:other"}} -->'
    done = path.sync()
    assert (done.created, done.closed) == ((), ())


def test_fields_of_a_later_program_stay_when_the_dashboard_is_written() -> None:
    path = Scenario("guide-by-the-app")
    issue = dashboard(path)
    end, later = '"key":"summary:summary"', '"key":"summary:summary","language":"es"'
    issue.body = (issue.body or "").replace(end, later)
    before = issue.body
    path.later(weeks=1)
    assert path.sync().edited
    assert issue.body != before
    assert '"language":"es"' in (issue.body or "")
