"""Issues that go to another repository: a new one is made there, and the old number leads to it.

https://docs.github.com/issues/tracking-your-work-with-issues/administering-issues/transferring-an-issue-to-another-repository
says who may, what is kept and that the old address redirects. It says nothing of relations and
reactions; here relations end and reactions stay.
"""

from copy import copy
from dataclasses import replace

from github_sandbox.state import checks
from github_sandbox.state.events import Event
from github_sandbox.state.issues import unrelate
from github_sandbox.state.objects import Actor, Birth, Comment, Issue, Milestone, Repository
from github_sandbox.state.refusals import Forbidden, Gone, Invalid
from github_sandbox.world import World


def transfer(
    world: World, actor: Actor, home: Repository, issue: Issue, target: Repository
) -> Issue:
    """The issue as it is in `target` from now on: another number, another id, the same words.

    Labels stay where `target` has them by name, the milestone where it has one of the same title
    and due date. Raises Forbidden without write access to both repositories, Gone where issues are
    off, Invalid where an issue cannot go.
    """
    _check(world, actor, home, issue, target)
    made = _copy(world, issue, target)
    del home.issues[issue.number]
    home.transferred[issue.number] = target, made
    unrelate(issue)
    removed = {"issue": issue, "new_issue": made, "new_home": target}
    world.emit(Event("issues", "transferred", actor, home, subject=removed))
    come = {"issue": made, "old_issue": issue, "old_home": home}
    world.emit(Event("issues", "opened", actor, target, subject=come))
    return made


def _check(world: World, actor: Actor, home: Repository, issue: Issue, target: Repository) -> None:
    for repository in (home, target):
        if not world.permits(actor, repository, "issues", "write"):
            raise Forbidden("Resource not accessible by integration")
        checks.may_write(world, actor, repository)
        checks.writable(repository)
    if issue.is_pull_request:
        raise Invalid("Pull requests can't be transferred")
    if target is home or target.owner is not home.owner:
        raise Invalid("Issues can only be transferred to another repository of the same owner")
    if home.private and not target.private:
        raise Invalid("Issues of a private repository can't be transferred to a public one")
    if not target.issues_enabled:
        raise Gone("Issues are disabled for this repo")


def _copy(world: World, issue: Issue, target: Repository) -> Issue:
    made = replace(
        issue,
        id=world.next_id("issue"),
        number=target.last_issue + 1,
        birth=_birth(world, issue),
        updated_at=world.clock.now(),
        labels=[target.labels[name] for name in _names(issue) if name in target.labels],
        milestone=_milestone(issue, target),
        assignees=list(issue.assignees),
        comments=[_comment(world, comment) for comment in issue.comments],
        reactions=list(issue.reactions),
        events=list(issue.events),
        pinned=False,
        parent=None,
        children=[],
        blocked_by=[],
        blocking=[],
    )
    target.last_issue = made.number
    target.issues[made.number] = made
    return made


def _names(issue: Issue) -> list[str]:
    return [label.name.lower() for label in issue.labels]


def _birth(world: World, thing: Issue | Comment) -> Birth:
    """As old as it was, but new to lists that lag."""
    return Birth(thing.birth.at, world.journal.received)


def _comment(world: World, comment: Comment) -> Comment:
    made = copy(comment)
    made.id, made.birth = world.next_id("comment"), _birth(world, comment)
    made.reactions = list(comment.reactions)
    return made


def _milestone(issue: Issue, target: Repository) -> Milestone | None:
    old = issue.milestone
    if old is None:
        return None
    same = (m for m in target.milestones.values() if (m.title, m.due) == (old.title, old.due))
    return next(same, None)
