"""Reads a repository: paginated, conditional requests in, frozen snapshot values out.

A small repository costs three requests (labels, milestones, issues); asked again with a cache, they
are three answers without a body that cost no quota.
"""

from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import quote

from bot.errors import (
    AuthenticationError,
    DeletedError,
    GitHubError,
    NotThereError,
    PermissionDeniedError,
    RepositoryMissingError,
)
from bot.github import errors, response_parser
from bot.github.addresses import Address, address, web_root
from bot.github.answer import UnreadableAnswerError, shape_error
from bot.github.api_client import ApiClient
from bot.github.connection import Connection
from bot.github.etag_cache import Cache
from bot.github.fact_reader import HttpFactReader
from bot.github.issue_list import (
    UNLIMITED,
    IssueList,
    IssuePage,
    ReadLimits,
    TextBudget,
    may_matter,
)
from bot.github.issue_pages import IssuePages, ListChangedError
from bot.github.page_parser import PageParser
from bot.github.repository_client import RepositoryClient
from bot.github.response_parser import Json, items
from bot.planning.identity import GHOST, identify, owned_by, recorded_writers
from bot.planning.snapshot import (
    BY_ISSUES,
    Closing,
    CommentState,
    IssueState,
    LabelState,
    LinkTarget,
    MilestoneState,
    ReactionState,
    Snapshot,
)
from bot.progress.closings import with_closings

MOST_PASSED = 100  # numbers in a row that are no issue
MAX_AUTHORS = 50  # authors of a repository with more texts than are held
WRITERS = frozenset({"admin", "write"})  # GitHub's older words; "maintain" is told as "write"
_VIEWER = "query { viewer { databaseId } }"
_LABELS = PageParser(tuple[LabelState, ...], lambda page: response_parser.labels(page, "labels"))
_MILESTONES = PageParser(
    tuple[MilestoneState, ...], lambda page: response_parser.milestones(page, "milestones")
)


class HttpReader(HttpFactReader):
    """Implement `bot.planning.ports.Reader` over REST.

    `cache` None asks for everything in full. `client` is closed with the reader. Times are aware
    UTC. `reported_deleted` are ids of comments that an event said were deleted.
    """

    reported_deleted: frozenset[int] = frozenset()

    def __init__(
        self,
        connection: Connection,
        *,
        cache: Cache | None = None,
        client: ApiClient | None = None,
        limits: ReadLimits = UNLIMITED,
    ) -> None:
        super().__init__(RepositoryClient(connection, client), cache, limits.parsing)
        self._connection = connection
        self._limits = limits
        self._viewer: int | None = None
        self._writers: dict[tuple[str, int], bool] = {}
        self._recorded: frozenset[int] | None = None  # accounts that the path is written by

    def snapshot(self, *, fresh: bool = False) -> Snapshot:
        """Return all labels, milestones, issues and pull requests; `fresh` passes the cache by.

        Lists are read page by page while people work on them. What moves to an earlier page
        meanwhile (only a deletion does that, issues being sorted by creation) can be missed; what
        shows twice counts as last seen.
        """
        # Issues first, so that what they refer to is in the lists that follow.
        listed = self._listed(fresh)
        return self._snapshot(listed, self._labels(fresh=fresh), self._milestones(fresh=fresh))

    def snapshot_at_once(self) -> Snapshot:
        """Return a snapshot whose three lists are read at the same time, for reports alone.

        What an issue refers to may be missing from a list that was read before it.
        """
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(2) as pool:
            labels = pool.submit(self._labels)
            milestones = pool.submit(self._milestones)
            listed = self._listed(fresh=False)
        return self._snapshot(listed, labels.result(), milestones.result())

    def _labels(self, *, fresh: bool = False) -> tuple[LabelState, ...]:
        """Return the labels in order of name; what shows twice counts as last seen."""
        path = f"{self._root}/labels"
        pages = self._cached.get_parsed(path, {}, _LABELS, fresh=fresh)
        found = {label.name.casefold(): label for page in pages for label in page.value}
        return tuple(found[name] for name in sorted(found))

    def _milestones(self, *, fresh: bool = False) -> tuple[MilestoneState, ...]:
        """Return the milestones in order of number; what shows twice counts as last seen."""
        path, query = f"{self._root}/milestones", {"state": "all"}
        pages = self._cached.get_parsed(path, query, _MILESTONES, fresh=fresh)
        found = {milestone.number: milestone for page in pages for milestone in page.value}
        return tuple(found[number] for number in sorted(found))

    def _snapshot(
        self,
        listed: IssueList,
        labels: tuple[LabelState, ...],
        milestones: tuple[MilestoneState, ...],
    ) -> Snapshot:
        found = Snapshot(
            repository=self._connection.repository,
            labels=labels,
            milestones=milestones,
            issues=listed.issues(),
            pulls=listed.pulls(),
            others=listed.others,
            locked_others=frozenset(listed.locked),
            last_number=listed.last_number,
            omitted=listed.omitted,
        )
        found = found.copy_keeping(BY_ISSUES, {"trust": identify(found, self, self._viewer)})
        return with_closings(found, self)

    def by_id(self, number: int) -> Json:
        """Return a repository, by the number that outlives its name. Raises NotThereError."""
        return self._cached.get_object(f"/repositories/{number}")

    def is_private(self) -> bool:
        """Return whether not everybody may read it. Raises RepositoryMissingError."""
        return self._cached.get_object(self._root).get("private") is True

    def owner(self) -> tuple[int, str]:
        """Return the id and the login of its owner. Raises RepositoryMissingError."""
        root = self._root
        found = self._cached.get_object(root).get("owner")
        if not isinstance(found, dict) or not isinstance(found.get("id"), int):
            raise shape_error(root, "no owner")
        return found["id"], str(found.get("login"))

    def may_push(self) -> bool:
        """Return whether the token's owner may write files here. Raises RepositoryMissingError."""
        rights = self._cached.get_object(self._root).get("permissions")
        return isinstance(rights, dict) and rights.get("push") is True

    def issue(self, number: int) -> IssueState | None:
        """Return one issue as it is now; None when it is not here, or is a pull request."""
        return self._at(number)[1]

    def newer(self, number: int, *, known: int = 0) -> tuple[IssueState, ...]:
        """Return issues with higher numbers as they are now, asked for one by one, in order.

        A pull request, and an issue that was deleted (410) or transferred (301), is passed over.
        404 ends it above `known`, though it also stands for what was transferred to where the token
        may not look; so do many in a row that are no issue, for GitHub could say 410 of every
        number. Source: "Get an issue".
        """
        found: list[IssueState] = []
        given, passed = True, 0
        while (given and passed < MOST_PASSED) or number <= known:
            number += 1
            given, issue = self._at(number)
            passed = 0 if issue else passed + 1
            found += [issue] if issue else []
        return tuple(found)

    def milestone(self, number: int) -> MilestoneState | None:
        """Return one milestone as it is now; None when it is not here (any more)."""
        path = f"{self._root}/milestones/{number}"
        return next(iter(response_parser.milestones(self._there(path), path)), None)

    def label(self, name: str) -> LabelState | None:
        """Return one label as it is now; None when it is not here (any more)."""
        path = f"{self._root}/labels/{quote(name, safe='')}"
        return next(iter(response_parser.labels(self._there(path), path)), None)

    def _there(self, path: str) -> list[Json]:
        """Return the object at an address, in a list that is empty where there is none."""
        try:
            return [self._cached.get_object(path)]
        except NotThereError:
            return []

    def comments(self, number: int, *, fresh: bool = False) -> tuple[CommentState, ...]:
        """Return the comments of an issue, oldest first. Raises NotThereError without the issue."""
        path = f"{self._root}/issues/{number}/comments"
        return response_parser.comments(self._cached.get_list(path, fresh=fresh), path)

    def comments_since(self, since: datetime) -> tuple[CommentState, ...]:
        """Return the comments written or edited since then (aware), oldest first.

        Those that hold no command, no link and no marker of ours are left out.
        """
        path = f"{self._root}/issues/comments"
        query = {
            "since": f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "sort": "updated",
            "direction": "asc",
        }
        texts, found = self._texts(), list[CommentState]()
        for answer in self._cached.get_pages(path, query):
            with self._limits.parsing:
                some = (
                    one
                    for one in items(answer.json(), path)
                    if may_matter(
                        one.get("body") or "",
                        edited=one.get("updated_at") != one.get("created_at"),
                    )
                )
                page = response_parser.comments(some, path)
            del answer
            found += filter(texts.admits, page)
        latest = {comment.id: comment for comment in found}
        return tuple(latest[number] for number in sorted(latest))

    def reactions(self, number: int) -> tuple[ReactionState, ...]:
        """Return the reactions to one issue, in order; none when the issue is gone."""
        return self._reactions(f"{self._root}/issues/{number}/reactions")

    def comment_reactions(self, comment: int) -> tuple[ReactionState, ...]:
        """Return the reactions to a comment, by its id, in order; none when it is gone."""
        return self._reactions(f"{self._root}/issues/comments/{comment}/reactions")

    def deleted(self, comments: Collection[int]) -> frozenset[int]:
        """Return those of these comments, by id, that are in `reported_deleted` and are gone."""
        return frozenset(one for one in self.reported_deleted & set(comments) if self._is_gone(one))

    def _is_gone(self, comment: int) -> bool:
        try:
            self._cached.get_object(f"{self._root}/issues/comments/{comment}")
        except NotThereError:
            return True
        return False

    def closing(self, number: int) -> Closing | None:
        """Return the last closing of an issue, by its events; None when nobody is known for it."""
        path = f"{self._root}/issues/{number}/events"
        try:
            return response_parser.last_closing(self._cached.get_list(path), path)
        except NotThereError:
            return None

    def labelled_by(self, number: int, label: str) -> str | None:
        """Return the login of whoever put this label on the issue last.

        None when nobody did, when the account or the issue is gone.
        """
        path = f"{self._root}/issues/{number}/events"
        try:
            return response_parser.last_labelled(self._cached.get_list(path), label, path)
        except NotThereError:
            return None

    def may_write(self, login: str, account: int) -> bool:
        """Return whether the account with this login and id may push; asked once in a run.

        The id tells that the login is not somebody else's by now. A token that may not ask gets no
        for an answer: nobody is trusted unseen. Source: "Get repository permissions for a user".
        """
        if (login, account) not in self._writers:
            path = f"{self._root}/collaborators/{quote(login, safe='')}/permission"
            try:
                found = self._cached.get_object(path)
            except (NotThereError, PermissionDeniedError):
                found = {}
            same = (found.get("user") or {}).get("id") == account
            self._writers[login, account] = same and found.get("permission") in WRITERS
        return self._writers[login, account]

    def viewer(self) -> int | None:
        """Return the id of the account whose token this is; None without a token.

        Asked by GraphQL, for an App may not ask REST's "Get the authenticated user" (reports:
        fullsend-ai/fullsend#1953, pingdotgg/t3code#11273).
        """
        if self._viewer is None and self._connection.token is not None:
            viewer = self._client.graphql(_VIEWER, {}, repeatable=True).get("viewer") or {}
            if not isinstance(viewer.get("databaseId"), int):
                raise shape_error(self._connection.graphql, "no viewer")
            self._viewer = viewer["databaseId"]
        return self._viewer

    def login(self) -> str:
        """Return the login of the person whose token this is ("Get the authenticated user").

        Raises AuthenticationError for a token that is no person's, such as a workflow's.
        """
        try:
            login = self._cached.get_object("/user").get("login")
        except PermissionDeniedError:
            raise AuthenticationError(
                "this token belongs to no person.",
                where="GITHUB_TOKEN",
                hint="Use one of your own: learners share with logins.",
            ) from None
        if not isinstance(login, str):
            raise shape_error("/user", "no login")
        return login

    def find(self, url: str) -> LinkTarget | None:
        """Return the merged pull request, release or repository at an address on this GitHub.

        None for an address elsewhere, which nobody is asked about, for one that leads nowhere, to
        something else, or to what the token may not see.
        """
        place = address(url, web_root(self._connection.api_url))
        if place is None:
            return None
        try:
            item = self._cached.get_object(_api_path(place), follow=True)
        except (AuthenticationError, UnreadableAnswerError):
            raise
        except GitHubError:
            return None
        return response_parser.found(item, place.kind, url)

    def _at(self, number: int) -> tuple[bool, IssueState | None]:
        """Return whether GitHub gave a number out, and the issue that has it."""
        path = f"{self._root}/issues/{number}"
        try:
            item = self._client.get(path).json()
        except DeletedError:  # or transferred
            return True, None
        except NotThereError:
            return False, None
        if not isinstance(item, dict):
            raise shape_error(path, "no object")
        return True, response_parser.issue(item, path, self._connection.repository)

    def _listed(self, fresh: bool) -> IssueList:
        """Return issues and pull requests. With issues off, GitHub answers 410, 404 or none."""
        name = self._connection.repository
        pages = IssuePages(self._cached, f"{self._root}/issues", name)
        try:
            if not fresh:
                with suppress(ListChangedError):
                    return self._collected(pages.read_again())
            return self._collected(pages.read(fresh=fresh))
        except RepositoryMissingError:
            home = self._client.get(self._root).json()
            if isinstance(home, dict) and home.get("has_issues") is False:
                raise errors.issues_disabled(name) from None
            raise

    def _collected(self, pages: Iterable[IssuePage]) -> IssueList:
        found = IssueList(self._limits, self._texts())
        for page in pages:
            found.add(page)  # by itself, for GitHub may be asked who may write
        return found

    def _texts(self) -> TextBudget:
        return TextBudget(self._connection.repository, self._limits, self._counts)

    def _counts(self, written: IssueState | CommentState) -> bool:
        """Return whether somebody wrote it who may write here, or whose text is on record."""
        author, account = written.author or GHOST, written.author_id
        if written.author_kind == "Bot" or owned_by(written.author, self._connection.repository):
            return True
        if author == GHOST:  # strangers can set neither
            return isinstance(written, IssueState) and bool(written.milestone or written.labels)
        if self._recorded is None:
            self._recorded = recorded_writers(self._milestones())
        if account in self._recorded:
            return True
        known = (author, account) in self._writers or len(self._writers) < MAX_AUTHORS
        return known and self.may_write(author, account)

    def _reactions(self, path: str) -> tuple[ReactionState, ...]:
        try:
            return response_parser.reactions(self._cached.get_list(path), path)
        except NotThereError:
            return ()


def _api_path(place: Address) -> str:
    home = f"/repos/{place.repository}"
    if place.kind == "pull-request":
        return f"{home}/pulls/{place.number}"
    return f"{home}/releases/tags/{quote(place.tag)}" if place.kind == "release" else home
