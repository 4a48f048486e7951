"""Collects the issues and pull requests of a repository, page by page, in bounded memory.

Anybody may write in a public repository, 64 KB in each issue. A text is held only where progress
may need it: with a comment of ours in it, or filed by a form of ours. Beyond `ReadLimits.text` only
texts by those who may write are added, for no other counts.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple, Self, TypeVar

from bot.errors import RefusedError
from bot.github import response_parser
from bot.github.response_parser import Json
from bot.planning.identity import FORMS, named_issues
from bot.planning.labels import key_in
from bot.planning.snapshot import CommentState, IssueState, PullState
from bot.progress.parse_command import BEGINNING

NOT_READ = "Not read:"
T = TypeVar("T", IssueState, PullState, str)
M = TypeVar("M", IssueState, PullState)
_OURS = "<!-- milepost:"
_NO_FIELDS: set[str] = set()


class ReadLimits(NamedTuple):
    """Says how much of one repository is held at once; texts in bytes of memory.

    `others` are issues and pull requests in whose text is nothing for us. `all_text` is the most
    that those who may write may have. `parsing` is held while a page is taken apart, which needs
    several times its size.
    """

    others: int = sys.maxsize
    text: int = sys.maxsize
    all_text: int = sys.maxsize
    parsing: AbstractContextManager[object] = nullcontext()


UNLIMITED = ReadLimits()


class TextBudget:
    """Says which texts are held. `counts` says whether somebody may write here who wrote one."""

    def __init__(
        self,
        repository: str,
        limits: ReadLimits,
        counts: Callable[[IssueState | CommentState], bool],
    ) -> None:
        self.refused = 0
        self._repository = repository
        self._limits = limits
        self._counts = counts
        self._held = 0

    def admits(self, written: IssueState | CommentState) -> bool:
        """Return whether to hold its text. Raises RefusedError when that is too much in all."""
        if self._held > self._limits.text and not self._counts(written):
            self.refused += 1
            return False
        self._held += sys.getsizeof(written.body)
        if self._held > self._limits.all_text:
            raise RefusedError(
                f"your issues or new comments have more than {_megabytes(self._limits.all_text)} "
                "of text, which is more than the server reads.",
                where=self._repository,
                hint="Shorten or delete long ones, or run the GitHub Action instead.",
            )
        return True


class IssuePage(NamedTuple):
    """Holds what a page lists, without texts that nobody needs.

    `others` are the titles of issues in which nothing is for us, by their numbers, and `locked`
    those of them that are. `newest` is when something on the page was changed last, as GitHub
    writes it; "" for none.
    """

    issues: tuple[IssueState, ...]
    pulls: tuple[PullState, ...]
    others: dict[int, str]
    locked: frozenset[int]
    last_number: int
    newest: str

    @classmethod
    def parse(cls, found: Sequence[Json], repository: str) -> Self:
        """Return a page of GitHub's list of issues. Raises UnreadableAnswerError."""
        every = response_parser.issues(map(without_other_text, found), "issues", repository)
        others = list(filter(is_other, every))
        return cls(
            tuple(one for one in every if not is_other(one)),
            tuple(map(reduced_pull, response_parser.pulls(found, "issues"))),
            {one.number: one.title for one in others},
            frozenset(one.number for one in others if one.locked),
            response_parser.last_number(found),
            max((one.get("updated_at") or "" for one in found), default=""),
        )


class IssueList:
    """Collects pages of issues and pull requests."""

    def __init__(self, limits: ReadLimits, texts: TextBudget) -> None:
        self.last_number = 0
        self.others: dict[int, str] = {}  # titles by number
        self.locked: set[int] = set()  # of those
        self._limits = limits
        self._texts = texts
        self._issues: dict[int, IssueState] = {}
        self._pulls: dict[int, PullState] = {}
        self._bare: set[int] = set()
        self._omitted = 0

    def add(self, page: IssuePage) -> None:
        """Add what a page lists. Raises RefusedError for too much."""
        self.last_number = max(self.last_number, page.last_number)
        for issue in page.issues:
            self.others.pop(issue.number, None)
            if issue.body and self._texts.admits(issue):
                self._issues[issue.number] = issue
            else:
                bare = issue.model_copy(update={"body": ""}) if issue.body else issue
                self._add_other(self._issues, issue.number, _slim(bare))
        for pull in page.pulls:
            if pull.body and (pull.merged_at or _OURS in pull.body):
                self._pulls[pull.number] = pull
            else:
                self._add_other(self._pulls, pull.number, _slim(pull))
        for number, title in page.others.items():
            self._issues.pop(number, None)
            self._add_other(self.others, number, title)
        self.locked |= page.locked & self.others.keys()

    def issues(self) -> tuple[IssueState, ...]:
        """Return the issues in order of number."""
        return tuple(self._issues[number] for number in sorted(self._issues))

    def pulls(self) -> tuple[PullState, ...]:
        """Return the pull requests in order of number."""
        return tuple(self._pulls[number] for number in sorted(self._pulls))

    @property
    def omitted(self) -> str:
        """Return in one sentence what was not read; empty when all was."""
        parts = []
        if self._omitted:
            parts.append(
                "issues and pull requests that aren't about your path, beyond the first "
                f"{self._limits.others:,} ({self._omitted:,} more)"
            )
        if self._texts.refused:
            parts.append(
                "texts by people who can't write to this repository, beyond the first "
                f"{_megabytes(self._limits.text)} ({self._texts.refused:,} more)"
            )
        return f"{NOT_READ} {' and '.join(parts)}." if parts else ""

    def _add_other(self, to: dict[int, T], number: int, value: T) -> None:
        if number not in self._bare and len(self._bare) >= self._limits.others:
            self._omitted += 1
            return
        self._bare.add(number)
        to[number] = value


def is_other(issue: IssueState) -> bool:
    """Return whether nothing in an issue (without text that nobody needs) is for us."""
    return not (issue.body or issue.labels or issue.milestone)


def without_other_text(item: Json) -> Json:
    """Return an issue of a list without its text, unless progress may need it."""
    labels = item.get("labels") or ()
    named = any(isinstance(label, str) for label in labels)  # an old form, without descriptions
    if named or may_count(item.get("body") or "", (one.get("description") for one in labels)):
        return item
    return {**item, "body": None}


def may_count(body: str, descriptions: Iterable[str | None]) -> bool:
    """Return whether progress may need the text of an issue with labels so described."""
    return _OURS in body or any(key_in(text or "") in FORMS for text in descriptions)


def reduced_pull(pull: PullState) -> PullState:
    """Return a pull request with the numbers of issues that it names as its text; ours as it is."""
    if _OURS in pull.body:
        return pull
    names = " ".join(f"#{number}" for number in sorted(named_issues(pull)))
    return pull.model_copy(update={"body": names})


def may_matter(body: str, *, edited: bool) -> bool:
    """Return whether a comment may hold a command or a link, held one before, or is ours."""
    return edited or _OURS in body or "://" in body or BEGINNING.search(body) is not None


def _slim(value: M) -> M:
    """Return it without the set of fields that were given, which takes as much as all fields."""
    object.__setattr__(value, "__pydantic_fields_set__", _NO_FIELDS)
    return value


def _megabytes(size: int) -> str:
    return f"{size // 1_000_000} MB"
