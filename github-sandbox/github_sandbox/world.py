"""Everything the sandbox remembers, and who may do what. Knows no HTTP.

Whoever touches a running sandbox's world from another thread holds `world.lock` while doing so, and
asks the sandbox nothing over HTTP in the meantime: the answer needs the lock too.
"""

import itertools
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from github_sandbox.state.clock import Clock
from github_sandbox.state.events import Event, remember
from github_sandbox.state.faults import Faults
from github_sandbox.state.journal import Journal
from github_sandbox.state.limits import Limits
from github_sandbox.state.objects import (
    ROLES,
    Actor,
    App,
    Birth,
    Hook,
    Installation,
    Issue,
    Permissions,
    Repository,
    Role,
    Token,
    User,
)
from github_sandbox.state.refusals import Forbidden, NotFound, Unauthorized

if TYPE_CHECKING:
    from github_sandbox.state.apps import Manifest
    from github_sandbox.state.grants import Grant, Refresh
    from github_sandbox.state.hooks import Delivery

REPOSITORY = "learner/portfolio"
TOKEN = "sandbox-token"  # noqa: S105 - published on purpose, it opens nothing but the sandbox
ALL_PERMISSIONS: Permissions = {
    "actions": "write",
    "administration": "write",
    "contents": "write",
    "issues": "write",
    "metadata": "read",
    "pull_requests": "write",
}
README = "# Read me\n"


@dataclass
class WebhookFaults:
    """What goes wrong with webhooks: `held` back, the next `lose` lost, each sent in `copies`."""

    held: bool = False
    lose: int = 0
    copies: int = 1


class World:
    """A GitHub with one person, one repository and one token in it; add more as needed.

    `clock` returns an aware time, by default the machine's; `repository` is "owner/name". Raises
    ValueError for another form of it.
    """

    def __init__(
        self,
        clock: Callable[[], datetime] | None = None,
        *,
        repository: str = REPOSITORY,
        token: str = TOKEN,
    ) -> None:
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
            raise ValueError(f"a repository is written owner/name, not {repository!r}")
        self.first_repository = repository
        self.owner = repository.split("/", maxsplit=1)[0]
        self.token = token
        self.lock = threading.RLock()
        self.clock = Clock(clock)
        self.listeners: list[Callable[[Event], None]] = []
        self.redeliverers: list[Callable[[Delivery], object]] = []
        self.journal = Journal()
        self.faults = Faults()
        self.limits = Limits()
        self.opaque_tags = False  # whether clients can tell how an ETag is made
        self._fill()

    def reset(self) -> None:
        """Forget everything but the listeners, and begin as a new world does."""
        with self.lock:
            self.clock.reset()
            self.journal.clear()
            self.faults.clear()
            self.limits.reset()
            self.opaque_tags = False
            self._fill()

    def _fill(self) -> None:
        self._ids: dict[str, Iterator[int]] = {}
        self.users: dict[str, User] = {}
        self.repositories: dict[int, Repository] = {}
        self.former_names: dict[str, Repository] = {}
        self.tokens: dict[str, Token] = {}
        self.apps: dict[int, App] = {}
        self.installations: dict[int, Installation] = {}
        self.hooks: dict[int, Hook] = {}
        self.manifests: dict[str, Manifest] = {}
        self.grants: dict[str, Grant] = {}  # codes of people who come back from the consent page
        self.refreshes: dict[str, Refresh] = {}
        self.authorized: set[tuple[User, App]] = set()
        self.deliveries: list[Delivery] = []
        self.webhook_faults = WebhookFaults()
        owner = self.add_user(self.owner)
        self.nobody = User(0, "", "User", self.clock.now())
        self.add_repository(self.first_repository, description="A repository to try things in")
        self.add_token(self.token, user=owner.login)

    # Ids and time

    def next_id(self, kind: str) -> int:
        """A database id. Issue ids lie beyond 32 bits, as GitHub's do, and are no issue numbers."""
        first = 3_000_000_001 if kind in {"issue", "comment", "label"} else 1_001
        return next(self._ids.setdefault(kind, itertools.count(first)))

    def birth(self) -> Birth:
        return Birth(self.clock.now(), self.journal.received)

    # Who and what there is

    def add_user(
        self,
        login: str,
        *,
        name: str | None = None,
        kind: str = "User",
        owners: Iterable[str] = (),
    ) -> User:
        """A person ("User"), "Organization" with its `owners`, or "Bot"; an existing login is
        returned as it is."""
        if login.lower() in self.users:
            return self.users[login.lower()]
        if kind not in {"User", "Bot", "Organization"}:
            raise ValueError(f"no such kind of account: {kind}")
        number = self.next_id("user")
        run_by = frozenset(owner.lower() for owner in owners)
        user = User(number, login, kind, self.clock.now(), name, run_by)  # type: ignore[arg-type] # checked
        self.users[login.lower()] = user
        return user

    def add_member(
        self, organization: str, login: str, *, public: bool = True, role: Role | None = None
    ) -> User:
        """Let a person be of an organization; a private membership is its members' to know.

        `role` is theirs in all its repositories, as by a team, without being a collaborator.
        """
        person, owner = self.add_user(login), self.users[organization.lower()]
        owner.members[login.lower()] = public
        if role:
            owner.roles[login.lower()] = role
        return person

    def delete_user(self, login: str) -> None:
        """Delete an account. What it wrote stays, as that of `ghost`; its tokens die."""
        person = self.users.pop(login.lower())
        person.deleted = True
        for value in [value for value, token in self.tokens.items() if token.user is person]:
            del self.tokens[value]

    def add_repository(
        self,
        full_name: str,
        *,
        private: bool = False,
        description: str | None = None,
        empty: bool = False,
        collaborators: dict[str, Role] | None = None,
    ) -> Repository:
        """A repository with a README, or with no commit at all when `empty`."""
        owner, name = full_name.split("/")
        now = self.clock.now()
        repository = Repository(
            self.next_id("repository"), self.add_user(owner), name, now, now, description, private
        )
        for login, role in (collaborators or {}).items():
            self.add_user(login)
            repository.collaborators[login.lower()] = role
        if not empty:
            self.commit_files(repository, {"README.md": README.encode()}, "Initial commit")
        self.repositories[repository.id] = repository
        return repository

    def commit_files(
        self, repository: Repository, files: dict[str, bytes], message: str, branch: str = ""
    ) -> None:
        """Add or replace files on a branch as the owner, without any event."""
        branch = branch or repository.default_branch
        head = repository.git.head(branch)
        tree = {**(head.files if head else {}), **files}
        owner = repository.owner
        repository.git.commit(
            branch,
            tree,
            message=message,
            author=owner.name or owner.login,
            email=owner.email,
            at=self.clock.now(),
        )

    def add_token(
        self,
        value: str,
        *,
        user: str,
        permissions: Permissions | None = None,
        repositories: list[str] | None = None,
        kind: str = "fine-grained",
        expires_in: timedelta | None = None,
    ) -> Token:
        """A token that acts as a user, narrowed to permissions and repositories where given."""
        if kind not in {"classic", "fine-grained"}:
            raise ValueError(f"no such kind of token: {kind}")
        token = Token(
            value,
            kind,  # type: ignore[arg-type] # checked above
            self.add_user(user),
            dict(ALL_PERMISSIONS if permissions is None else permissions),
            None if repositories is None else [self.repository(name) for name in repositories],
            self.clock.exact() + expires_in if expires_in is not None else None,
        )
        self.tokens[value] = token
        return token

    def repository(self, full_name: str | None = None) -> Repository:
        """By its present name, in any case; without one the first. Raises NotFound."""
        wanted = (full_name or self.first_repository).lower()
        for repository in self.repositories.values():
            if repository.full_name.lower() == wanted:
                return repository
        raise NotFound

    def rename(self, repository: Repository, name: str) -> None:
        """Give a new name; the old one redirects until it is used again."""
        old = repository.name
        self.former_names[repository.full_name.lower()] = repository
        repository.name = name
        self.former_names.pop(repository.full_name.lower(), None)
        changes = {"repository": {"name": {"from": old}}}
        self._emit(repository, "renamed", changes=changes)

    def archive(self, repository: Repository) -> None:
        """Make everything in it read-only."""
        repository.archived = True
        self._emit(repository, "archived")

    def _emit(self, repository: Repository, action: str, **subject: object) -> None:
        repository.updated_at = self.clock.now()
        actor = Actor(repository.owner)
        self.emit(Event("repository", action, actor, repository, subject=subject))

    def moved(self, full_name: str) -> Repository | None:
        """Where a repository of that name went."""
        return self.former_names.get(full_name.lower())

    # Who acts, and what they may do

    def actor(self, login: str | None = None) -> Actor:
        """A person (the first repository's owner) in the web interface, with all their rights."""
        return Actor(self.users[(login or self.owner).lower()])

    def authenticate(self, value: str | None) -> Actor:
        """Who a token acts as; nobody without one. Raises Unauthorized."""
        if value is None:
            return Actor(self.nobody)
        token = self.tokens.get(value)
        if token and token.installation and token.installation.suspended_at:
            raise Forbidden("This installation has been suspended")
        expired = token and token.expires_at and token.expires_at <= self.clock.exact()
        if token is None or expired:
            raise Unauthorized("Bad credentials")
        return Actor(token.user, token)

    def can_see(self, actor: Actor, repository: Repository) -> bool:
        """Whether the repository exists as far as this actor can tell."""
        token = actor.token
        if token and token.through:
            role = repository.role_of(actor.user)
            return role is not None and (
                not repository.private or self.permits(actor, repository, "metadata", "read")
            )
        if token and token.kind != "classic":
            listed = token.repositories is None or repository in token.repositories
            if not (listed and "metadata" in token.permissions):
                return not repository.private
        if actor.installation:
            return not repository.private or repository.owner is actor.installation.account
        return repository.role_of(actor.user) is not None

    def has_role(self, actor: Actor, repository: Repository, role: Role) -> bool:
        """Whether the person behind the token has at least that role.

        An App has no role: its permissions, looked at by `permits`, are all there is.
        """
        order: list[Role | None] = [None, *ROLES]
        if actor.installation:
            return self.permits(actor, repository, "metadata", "read")
        return order.index(repository.role_of(actor.user)) >= order.index(role)

    def permits(self, actor: Actor, repository: Repository, name: str, level: str) -> bool:
        """Whether the token, whatever the person's role, has this permission here."""
        token = actor.token
        if token is None or token.kind == "classic":
            return True
        if token.through:
            return any(
                _allows(installation.permissions, name, level)
                for installation in self.installations.values()
                if installation.app is token.through
                and not installation.suspended_at
                and installation.reaches(repository)
            )
        if token.repositories is not None and repository not in token.repositories:
            return False
        if actor.installation and repository.owner is not actor.installation.account:
            return False
        return _allows(token.permissions, name, level)

    def knows_members(self, actor: Actor, organization: User) -> bool:
        """Whether this actor is told who is a member in private.

        An App is, with `members: read`; a workflow's GITHUB_TOKEN never.
        Source: openwisp/openwisp-utils#732, coder/coder#24149, flutter/flutter#101394.
        """
        if actor.installation and actor.token:
            return _allows(actor.token.permissions, "members", "read")
        return organization.has_member(actor.user, publicly=False)

    def can_push(self, actor: Actor, repository: Repository, issue: Issue | None = None) -> bool:
        """Whether labels, milestones and assignees sent by this actor are heeded."""
        kind = "pull_requests" if issue and issue.is_pull_request else "issues"
        return self.has_role(actor, repository, "triage") and self.permits(
            actor, repository, kind, "write"
        )

    # Telling others

    def emit(self, event: Event) -> None:
        """Keep an event with its issue, and hand it to whoever listens (webhooks)."""
        remember(event, self.clock.now(), self.next_id)
        issue = event.subject.get("issue")
        if event.name == "issues" and issue is not None and issue.is_pull_request:
            return  # GitHub tells of those by `pull_request` events, which nobody here needs
        for listener in self.listeners:
            listener(event)


def _allows(permissions: Permissions, name: str, level: str) -> bool:
    given = permissions.get(name)
    return given == "write" or (given == "read" and level == "read")
