"""Both edges of a repository of the sandbox, in this process: faithful, but for HTTP."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from bot.errors import AlreadyExistsError, GitHubError, NotThereError
from bot.github.addresses import address
from bot.github.issue_list import is_other, may_count, may_matter, reduced_pull
from bot.planning.changes import (
    AddSubIssue,
    CloseIssue,
    CreateComment,
    CreateIssue,
    CreateLabel,
    CreateMilestone,
    DeleteComment,
    DeleteLabel,
    DeleteMilestone,
    PinIssue,
    React,
    UpdateComment,
    UpdateIssue,
    UpdateLabel,
    UpdateMilestone,
    Write,
)
from bot.planning.daily_workflow import EnableWorkflow
from bot.planning.file_changes import CommitFiles, OpenPullRequest, PutFile
from bot.planning.identity import identify
from bot.planning.ports import WriteResult, nothing
from bot.planning.snapshot import (
    Closing,
    CommentState,
    FileList,
    IssueState,
    LabelState,
    LinkTarget,
    MilestoneState,
    NamedPage,
    PullState,
    ReactionState,
    ReadmeFile,
    Snapshot,
    WorkflowRun,
)
from bot.progress.closings import with_closings
from github_sandbox.state import (
    comments,
    files,
    issues,
    labels,
    milestones,
    pulls,
    relations,
    releases,
    workflow_runs,
    workflows,
)
from github_sandbox.state.git import blob_sha
from github_sandbox.state.objects import Actor, Comment, Issue, Milestone, Reaction, Repository
from github_sandbox.state.refusals import Gone, Invalid, NotFound, Refusal
from github_sandbox.world import World

WEB = "https://github.com"


class Edges:
    """Reader and gateway over a world in this process. Faults are hooks around each write.

    `hidden` numbers are missing from lists, as the newest issues sometimes are at GitHub.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.repository = world.repository()
        self.bot = world.actor()
        self._viewer: int | None = None
        self.writes: list[str] = []
        self.hidden: set[int] = set()
        self.reported_deleted: set[int] = set()  # comments, by an event
        self.before_write: Callable[[], None] = lambda: None
        self.after_write: Callable[[], None] = lambda: None

    def use(self, actor: Actor) -> None:
        """Write as this account from now on; who it is must be asked for anew."""
        self.bot, self._viewer = actor, None

    def snapshot(self, *, fresh: bool = False) -> Snapshot:
        del fresh
        repository = self.repository
        counts = repository.milestone_counts()
        listed = [i for i in repository.issues.values() if i.number not in self.hidden]
        every = [_listed(repository, issue) for issue in listed if not issue.is_pull_request]
        others = list(filter(is_other, every))
        found = Snapshot(
            repository="learner/portfolio",
            labels=tuple(
                LabelState(name=x.name, color=x.color, description=x.description or "")
                for x in repository.labels.values()
            ),
            milestones=tuple(
                _milestone(x, counts.get(x, (0, 0))) for x in repository.milestones.values()
            ),
            issues=tuple(issue for issue in every if not is_other(issue)),
            others={issue.number: issue.title for issue in others},
            locked_others=frozenset(issue.number for issue in others if issue.locked),
            pulls=tuple(
                reduced_pull(_pull(repository, issue)) for issue in listed if issue.is_pull_request
            ),
            last_number=max((issue.number for issue in listed), default=0),
        )
        found = found.model_copy(update={"trust": identify(found, self, self._viewer)})
        return with_closings(found, self)

    def is_private(self) -> bool:
        return self.repository.private

    def issue(self, number: int) -> IssueState | None:
        found = self.repository.issues.get(number)
        return _state(self.repository, found) if found and not found.is_pull_request else None

    def newer(self, number: int, *, known: int = 0) -> tuple[IssueState, ...]:
        last = max([*self.repository.issues, *self.repository.deleted_issues, known], default=0)
        found = (self.issue(one) for one in range(number + 1, last + 1))
        return tuple(issue for issue in found if issue)

    def milestone(self, number: int) -> MilestoneState | None:
        found = self.repository.milestones.get(number)
        return (
            _milestone(found, self.repository.milestone_counts().get(found, (0, 0)))
            if found
            else None
        )

    def label(self, name: str) -> LabelState | None:
        labels = self.snapshot().labels
        return next((one for one in labels if one.name.casefold() == name.casefold()), None)

    def comments(self, number: int, *, fresh: bool = False) -> tuple[CommentState, ...]:
        del fresh
        found = issues.find(self.repository, number)
        return tuple(_comment(self.repository, found, one) for one in found.comments)

    def comments_since(self, since: datetime) -> tuple[CommentState, ...]:
        found = [
            _comment(self.repository, issue, comment)
            for issue in self.repository.issues.values()
            for comment in issue.comments
            if comment.updated_at >= since
            and may_matter(comment.body, edited=comment.updated_at != comment.birth.at)
        ]
        return tuple(sorted(found, key=lambda comment: comment.id))

    def reactions(self, number: int) -> tuple[ReactionState, ...]:
        found = self.repository.issues.get(number)
        return tuple(_reaction(one) for one in found.reactions) if found else ()

    def comment_reactions(self, comment: int) -> tuple[ReactionState, ...]:
        try:
            _, found = comments.find(self.repository, comment)
        except NotFound:
            return ()
        return tuple(_reaction(one) for one in found.reactions)

    def deleted(self, comments_of_commands: Collection[int]) -> frozenset[int]:
        found = self.reported_deleted & set(comments_of_commands)
        there = {one.id for issue in self.repository.issues.values() for one in issue.comments}
        return frozenset(found - there)

    def closing(self, number: int) -> Closing | None:
        issue = self.repository.issues.get(number)
        for event in reversed(issue.events if issue else []):
            if event.kind == "closed":
                actor = event.actor
                return Closing(actor.login, actor.kind == "Bot", account=actor.id)
        return None

    def labelled_by(self, number: int, label: str) -> str | None:
        issue = self.repository.issues.get(number)
        for event in reversed(issue.events if issue else []):
            named = event.label and event.label[0].casefold() == label.casefold()
            if event.kind == "labeled" and named:
                return event.actor.login
        return None

    def may_write(self, login: str, account: int) -> bool:
        user = self.world.users.get(login.lower())
        role = self.repository.role_of(user) if user and user.id == account else None
        return role in {"write", "maintain", "admin"}

    def viewer(self) -> int:
        self._viewer = self.bot.user.id
        return self._viewer

    def find(self, url: str) -> LinkTarget | None:
        place = address(url, WEB)
        if place is None:
            return None
        try:
            home = self.world.repository(place.repository)
            if place.kind == "pull-request":
                issue, pull = pulls.find(home, place.number)
                at, title = pull.merged_at, issue.title
            elif place.kind == "release":
                release = releases.find(home, place.tag)
                at, title = release.published_at, release.name or release.tag
            else:
                at, title = home.created_at, home.full_name
        except NotFound:
            return None
        return LinkTarget(kind=place.kind, url=url, title=title, at=at) if at else None

    def file(self, path: str) -> str | None:
        head = self.repository.git.head(self.repository.default_branch)
        content = head.files.get(path) if head else None
        return None if content is None else content.decode()

    def readme(self) -> ReadmeFile | None:
        head = self.repository.git.head(self.repository.default_branch)
        path = files.readme(head) if head else None
        return ReadmeFile(path, head.files[path].decode()) if head and path else None

    def tree(self, branch: str) -> dict[str, str] | None:
        branch = self.repository.default_branch if branch == "HEAD" else branch
        head = self.repository.git.head(branch)
        return {path: blob_sha(data) for path, data in head.files.items()} if head else None

    def files(self) -> FileList:
        return FileList(tuple(self.tree("HEAD") or ()))

    def last_run(self, workflow: str) -> WorkflowRun | None:
        branch = self.repository.default_branch
        try:
            runs = workflow_runs.of(self.world, self.repository, workflow, branch, "completed")
        except NotFound:
            return None
        found = (
            WorkflowRun(r.conclusion == "success", f"{self._page}/actions/{r.id}") for r in runs
        )
        return next(found, None)

    def releases(self) -> tuple[NamedPage, ...]:
        there = (one for one in self.repository.releases[::-1] if one.published_at)
        return tuple(NamedPage(r.tag, f"{self._page}/releases/tag/{r.tag}") for r in there)

    def tags(self, start: str) -> tuple[str, ...]:
        names = (ref.removeprefix("refs/tags/") for ref in self.repository.git.refs)
        return tuple(name for name in names if name.startswith(start))

    def check_pulls(self) -> None:
        return

    @property
    def _page(self) -> str:
        return f"{WEB}/{self.repository.full_name}"

    @contextmanager
    def _writing(self, what: str, check: Callable[[], None] = nothing) -> Iterator[None]:
        self.before_write()
        check()
        try:
            yield
        except Invalid as refused:
            raise AlreadyExistsError(f"{what}: {refused.message}") from None
        except (Gone, NotFound, KeyError) as missing:
            raise NotThereError(f"{what}: {missing}") from None
        self.writes.append(what)
        self.after_write()

    def write(self, change: Write, *, check: Callable[[], None] = nothing) -> WriteResult:
        if isinstance(change, OpenPullRequest):
            return self._open_pull_request(change)
        if not isinstance(change, UpdateIssue | UpdateMilestone):
            check = nothing
        with self._writing(change.op, check):
            return self._written(change)

    def _written(self, change: Write) -> WriteResult:
        made = WriteResult()
        match change:
            case CreateLabel() | UpdateLabel() | DeleteLabel():
                self._label(change)
            case CreateMilestone() | UpdateMilestone() | DeleteMilestone():
                made = self._milestone(change)
            case CreateIssue() | UpdateIssue() | CloseIssue() | PinIssue() | AddSubIssue():
                made = self._issue(change)
            case CreateComment():
                issue = issues.find(self.repository, change.number)
                sent = {"body": change.body}
                posted = comments.create(self.world, self.bot, self.repository, issue, sent)
                made = WriteResult(id=posted.id)
            case UpdateComment() | DeleteComment() | React():
                self._comment(change)
            case CommitFiles() | PutFile():
                self._commit(change)
            case EnableWorkflow(path=path):
                workflows.enable(self.world, self.repository, path.rpartition("/")[2])
        return made

    def _label(self, change: CreateLabel | UpdateLabel | DeleteLabel) -> None:
        world, bot, repository = self.world, self.bot, self.repository
        if isinstance(change, CreateLabel) and not change.made_by_issue:
            labels.create(world, bot, repository, change.payload)
            return
        label = labels.find(repository, change.name)
        if isinstance(change, CreateLabel | UpdateLabel):
            labels.edit(world, bot, repository, label, change.payload)
        else:
            labels.delete(world, bot, repository, label)

    def _milestone(
        self, change: CreateMilestone | UpdateMilestone | DeleteMilestone
    ) -> WriteResult:
        world, bot, repository = self.world, self.bot, self.repository
        if isinstance(change, CreateMilestone):
            return WriteResult(milestones.create(world, bot, repository, change.payload).number)
        milestone = repository.milestones[change.number]
        if isinstance(change, UpdateMilestone):
            milestones.edit(world, bot, repository, milestone, change.payload)
        else:
            milestones.delete(world, bot, repository, milestone)
        return WriteResult()

    def _issue(
        self, change: CreateIssue | UpdateIssue | CloseIssue | PinIssue | AddSubIssue
    ) -> WriteResult:
        world, bot, repository = self.world, self.bot, self.repository
        match change:
            case CreateIssue():
                made = issues.create(world, bot, repository, change.payload)
                return WriteResult(made.number, made.id)
            case UpdateIssue() | CloseIssue():
                issue = issues.find(repository, change.number or 0)
                issues.edit(world, bot, repository, issue, change.payload)
            case PinIssue():
                _, issue = issues.by_id(world, int(change.node_id.removeprefix("I_")))
                issues.pin(repository, issue)
            case AddSubIssue():
                above = issues.find(repository, change.parent_number)
                relations.add_child(world, bot, repository, above, change.child_id)
        return WriteResult()

    def _comment(self, change: UpdateComment | DeleteComment | React) -> None:
        issue, comment = comments.find(self.repository, change.comment)
        match change:
            case UpdateComment():
                sent = {"body": change.body}
                comments.edit(self.world, self.bot, self.repository, comment, sent)
            case DeleteComment():
                comments.delete(self.world, self.bot, self.repository, comment)
            case React():
                comments.check_reactions_open(issue)
                comments.react(self.world, self.bot, comment, {"content": change.content})

    def _commit(self, change: CommitFiles | PutFile) -> None:
        if isinstance(change, PutFile):
            self.world.commit_files(self.repository, {change.path: change.data}, change.message)
            return
        git = self.repository.git
        start = git.head(self.repository.default_branch)
        if change.base == "default" and start and git.head(change.branch) is None:
            git.refs[f"refs/heads/{change.branch}"] = start.sha
        files = dict(change.files)
        self.world.commit_files(self.repository, files, change.message, change.branch)

    def _open_pull_request(self, change: OpenPullRequest) -> WriteResult:
        for number, issue in self.repository.issues.items():
            if issue.is_open and issue.pull and issue.pull.head == change.branch:
                return WriteResult(number)
        into = self.repository.default_branch
        fields = {"title": change.title, "body": change.body, "head": change.branch, "base": into}
        self.before_write()
        try:
            made = pulls.create(self.world, self.bot, self.repository, fields)
        except Refusal as refused:
            raise GitHubError(f"open pull request: {refused.message}") from None
        self.writes.append(change.op)
        self.after_write()
        return WriteResult(made.number)


def page(repository: Repository, issue: Issue) -> str:
    """The address of an issue or pull request."""
    kind = "pull" if issue.is_pull_request else "issues"
    return f"{WEB}/{repository.full_name}/{kind}/{issue.number}"


def _milestone(milestone: Milestone, counts: tuple[int, int]) -> MilestoneState:
    return MilestoneState(
        number=milestone.number,
        title=milestone.title,
        description=milestone.description or "",
        due_on=milestone.due,
        state="open" if milestone.state == "open" else "closed",
        open_issues=counts[0],
        closed_issues=counts[1],
    )


def _listed(repository: Repository, issue: Issue) -> IssueState:
    """As a list is read: without texts that nobody needs."""
    counts = may_count(issue.body or "", (label.description for label in issue.labels))
    found = _state(repository, issue)
    return found if counts else found.model_copy(update={"body": ""})


def _state(repository: Repository, issue: Issue) -> IssueState:
    return IssueState(
        number=issue.number,
        id=issue.id,
        node_id=f"I_{issue.id}",
        title=issue.title,
        body=issue.body or "",
        state="open" if issue.state == "open" else "closed",
        state_reason=issue.state_reason,
        labels=tuple(label.name for label in issue.labels),
        milestone=issue.milestone.number if issue.milestone else None,
        parent=issue.parent.number if issue.parent else None,
        author=issue.user.login,
        author_kind=issue.user.kind,
        author_id=issue.user.id,
        assignees=tuple(user.login for user in issue.assignees),
        comments=len(issue.comments),
        reactions=len(issue.reactions),
        created_at=issue.birth.at,
        updated_at=issue.updated_at,
        closed_at=issue.closed_at,
        url=page(repository, issue),
    )


def _pull(repository: Repository, issue: Issue) -> PullState:
    return PullState(
        number=issue.number,
        title=issue.title,
        body=issue.body or "",
        state="open" if issue.is_open else "closed",
        author=issue.user.login,
        author_id=issue.user.id,
        labels=tuple(label.name for label in issue.labels),
        merged_at=issue.pull.merged_at if issue.pull else None,
        url=page(repository, issue),
    )


def _comment(repository: Repository, issue: Issue, comment: Comment) -> CommentState:
    return CommentState(
        id=comment.id,
        issue=issue.number,
        body=comment.body,
        author=comment.user.login,
        author_kind=comment.user.kind,
        author_id=comment.user.id,
        reactions=dict(Counter(one.content for one in comment.reactions)),
        created_at=comment.birth.at,
        updated_at=comment.updated_at,
        url=f"{page(repository, issue)}#issuecomment-{comment.id}",
    )


def _reaction(reaction: Reaction) -> ReactionState:
    return ReactionState(
        content=reaction.content,
        author=reaction.user.login,
        author_id=reaction.user.id,
        author_kind=reaction.user.kind,
        created_at=reaction.created_at,
    )
