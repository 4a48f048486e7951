"""The things a GitHub remembers, as plain mutable records. Times are aware and in UTC."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from github_sandbox.state.git import Git

if TYPE_CHECKING:
    from github_sandbox.state.moderation import BranchRule
    from github_sandbox.state.workflow_runs import WorkflowRun
    from github_sandbox.state.workflows import Workflow

Role = Literal["read", "triage", "write", "maintain", "admin"]
ROLES: tuple[Role, ...] = ("read", "triage", "write", "maintain", "admin")
Permissions = dict[str, str]  # name -> "read" or "write"
REACTIONS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes")


@dataclass(frozen=True)
class Birth:
    """When something was made: by the clock, and by the count of requests (for stale lists)."""

    at: datetime
    request: int


@dataclass(eq=False)
class User:
    id: int
    login: str
    kind: Literal["User", "Bot", "Organization"]
    created_at: datetime
    name: str | None = None
    owners: frozenset[str] = frozenset()  # of an organization, by lower-case login
    members: dict[str, bool] = field(default_factory=dict)  # the same -> whether all may know it
    roles: "dict[str, Role]" = field(default_factory=dict)  # of members, in all repositories
    blocked: set[str] = field(default_factory=set)  # whom this account blocks, by lower-case login
    deleted: bool = False

    @property
    def email(self) -> str:
        return f"{self.id}+{self.login}@users.noreply.github.com"

    def has_member(self, person: "User", *, publicly: bool) -> bool:
        """Whether the person is of this organization, as far as everybody may know."""
        login = person.login.lower()
        known = self.members.get(login, login in self.owners)
        return known or (not publicly and login in self.members)

    def is_run_by(self, person: "User") -> bool:
        """Whether it is the person's own account, or an organization that they own."""
        return person is self or person.login.lower() in self.owners


@dataclass(eq=False)
class Label:
    id: int
    name: str
    color: str
    description: str | None
    birth: Birth


@dataclass(eq=False)
class Milestone:
    id: int
    number: int
    title: str
    description: str | None
    state: str
    due: date | None
    creator: User
    birth: Birth
    updated_at: datetime
    closed_at: datetime | None = None


@dataclass(eq=False)
class Reaction:
    id: int
    user: User
    content: str
    created_at: datetime


@dataclass(eq=False)
class Comment:
    id: int
    user: User
    app: "App | None"
    body: str
    birth: Birth
    updated_at: datetime
    reactions: list[Reaction] = field(default_factory=list)
    pinned: tuple[datetime, User] | None = None


@dataclass(frozen=True)
class Happening:
    """What GitHub calls an issue event: something done to an issue, and by whom.

    `kind` is its name (`labeled`, `closed`, ...). A label keeps the name and colour of then.
    """

    id: int
    kind: str
    actor: User
    app: "App | None"
    at: datetime
    label: tuple[str, str] | None = None
    milestone: str | None = None
    commit: str | None = None
    lock_reason: str | None = None


@dataclass(eq=False)
class Pull:
    """What makes an issue a pull request: two branches, and how they went together."""

    head: str
    base: str
    head_sha: str
    base_sha: str
    draft: bool = False
    merged_at: datetime | None = None
    merged_by: User | None = None
    merge_sha: str | None = None


@dataclass(eq=False)
class Issue:
    id: int
    number: int
    user: User
    app: "App | None"
    title: str
    body: str | None
    birth: Birth
    updated_at: datetime
    state: str = "open"
    state_reason: str | None = None
    closed_at: datetime | None = None
    closed_by: User | None = None
    labels: list[Label] = field(default_factory=list)
    milestone: Milestone | None = None
    assignees: list[User] = field(default_factory=list)
    locked: bool = False
    lock_reason: str | None = None
    comments: list[Comment] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)
    parent: "Issue | None" = None
    children: list["Issue"] = field(default_factory=list)
    blocked_by: list["Issue"] = field(default_factory=list)
    blocking: list["Issue"] = field(default_factory=list)
    events: list[Happening] = field(default_factory=list)
    pinned: bool = False
    is_pull_request: bool = False
    pull: Pull | None = None

    @property
    def is_open(self) -> bool:
        return self.state == "open"


@dataclass(eq=False)
class Release:
    """A release; `published_at` is None for a draft, which only its tag's makers see."""

    id: int
    tag: str
    target: str
    author: User
    created_at: datetime
    name: str | None = None
    body: str | None = None
    prerelease: bool = False
    published_at: datetime | None = None


@dataclass(eq=False)
class Repository:
    id: int
    owner: User
    name: str
    created_at: datetime
    updated_at: datetime
    description: str | None = None
    private: bool = False
    archived: bool = False
    issues_enabled: bool = True
    is_fork: bool = False
    is_template: bool = False
    template: "Repository | None" = None  # the one that this was made from
    default_branch: str = "main"
    collaborators: dict[str, Role] = field(default_factory=dict)  # by lower-case login
    labels: dict[str, Label] = field(default_factory=dict)  # by lower-case name
    milestones: dict[int, Milestone] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    deleted_issues: set[int] = field(default_factory=set)
    transferred: dict[int, "tuple[Repository, Issue]"] = field(default_factory=dict)  # by number
    releases: list[Release] = field(default_factory=list)
    workflow_runs: "list[WorkflowRun]" = field(default_factory=list)
    workflows: "dict[str, Workflow]" = field(default_factory=dict)  # by path, once asked for
    branch_rules: "list[BranchRule]" = field(default_factory=list)
    interaction_limit: str | None = None
    interaction_limit_status: int = 422
    last_issue: int = 0
    last_milestone: int = 0
    git: Git = field(default_factory=Git)

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"

    def role_of(self, user: User) -> Role | None:
        """The strongest role of a person, or None for a stranger to a private repository."""
        return self.given_role_of(user) or (None if self.private else "read")

    def given_role_of(self, user: User) -> Role | None:
        """The same, without what everybody may do in a public repository."""
        if user.deleted:
            return None
        if self.owner.is_run_by(user):
            return "admin"
        login = user.login.lower()
        given = [one for one in (self.collaborators.get(login), self.owner.roles.get(login)) if one]
        return max(given, key=ROLES.index, default=None)

    def association_of(self, user: User, *, publicly: bool = False) -> str:
        """Return how GitHub names somebody's tie to the repository.

        With `publicly` as who may not know of private memberships sees it.
        """
        if user is self.owner:
            return "OWNER"
        if user.deleted:
            return "NONE"
        if self.owner.has_member(user, publicly=publicly):
            return "MEMBER"
        if user.login.lower() in self.collaborators:
            return "COLLABORATOR"
        return "CONTRIBUTOR" if user.email in self.git.authors else "NONE"

    def milestone_counts(self) -> dict[Milestone, tuple[int, int]]:
        """Open and closed issues of each milestone that has any."""
        counts: dict[Milestone, list[int]] = defaultdict(lambda: [0, 0])
        for issue in self.issues.values():
            if issue.milestone:
                counts[issue.milestone][0 if issue.is_open else 1] += 1
        return {milestone: (n[0], n[1]) for milestone, n in counts.items()}


@dataclass(eq=False)
class Hook:
    """Where events go: of one repository, or of an App."""

    id: int
    url: str
    secret: str | None
    events: frozenset[str]
    repository: Repository | None = None
    app: "App | None" = None
    active: bool = True


@dataclass(eq=False)
class App:
    id: int
    slug: str
    name: str
    owner: User
    bot: User
    client_id: str
    client_secret: str
    private_key: str  # PEM; GitHub keeps only the public half, a test wants both
    public_key: str
    permissions: Permissions
    events: list[str]
    created_at: datetime
    external_url: str = "https://example.invalid"
    description: str | None = None
    hook: Hook | None = None
    setup_url: str | None = None
    setup_on_update: bool = False
    callback_urls: tuple[str, ...] = ()
    public: bool = True  # else only its owner can install it


@dataclass(eq=False)
class Installation:
    id: int
    app: App
    account: User
    permissions: Permissions
    created_at: datetime
    repositories: list[Repository] | None = None  # None: all of the account
    suspended_at: datetime | None = None
    suspended_by: User | None = None

    def reaches(self, repository: Repository) -> bool:
        """Whether the repository is one of those it was installed on."""
        if self.repositories is not None:
            return repository in self.repositories
        return repository.owner is self.account


@dataclass(eq=False)
class Token:
    """`classic` shows its scope, `fine-grained` and `installation` obey `permissions`. `user` acts
    as a person through an App, as far as the App's installations allow."""

    value: str
    kind: Literal["classic", "fine-grained", "installation", "user"]
    user: User
    permissions: Permissions
    repositories: list[Repository] | None = None
    expires_at: datetime | None = None
    installation: Installation | None = None
    through: App | None = None  # of kind `user`: the App that the person signed in with


@dataclass(frozen=True)
class Actor:
    """Who a request acts as. `token` is None for a person at the web pages and for nobody."""

    user: User
    token: Token | None = None

    @property
    def app(self) -> App | None:
        if self.token is None:
            return None
        return self.token.installation.app if self.token.installation else self.token.through

    @property
    def installation(self) -> Installation | None:
        return self.token.installation if self.token else None
