"""Runs checks: which are due, what is read for them, and what is logged of it.

They run when somebody writes `/check`, once when an issue is closed, and before a summary or
report; a run in which none of that happens makes no request for them. In one run each check runs
once and each thing is read once, with `MAX_REQUESTS` requests at most.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import TypeVar

from bot.curriculum.checks import Check
from bot.errors import AuthenticationError, CurriculumError, GitHubError, PermissionDeniedError
from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.marker import Key
from bot.planning.observed_state import OurIssue
from bot.planning.ports import FactReader
from bot.planning.refusals import held_reports
from bot.planning.snapshot import FileList, NamedPage, WorkflowRun
from bot.progress.checks import NotCheckedError, checked_items, find
from bot.progress.command_log import AcceptedCommand, closed_at, find_log
from bot.progress.commands.check import CheckResults
from bot.progress.path import LearningPath
from bot.progress.progress import item_keys
from bot.reports.due_checkpoints import due_checkpoints
from bot.reports.due_weeks import due_weeks
from bot.sync.evidence import OURSELVES, RECENT, LinkLookup, web_root

MAX_REQUESTS = 40  # of one run
MAX_ISSUES = 50  # of one run
MAX_TEXT = 1_000_000  # characters of a file; a run holds all that it read
MAX_STEPS = 20_000_000  # of one run, with patterns: some seconds where each step is needed

T = TypeVar("T")


class CheckLimitError(Exception):
    """Says that the run has made all its requests: the rest is for another one."""


class CheckRunner:
    """Runs the checks of one run of Milepost, which may plan several times.

    Links are looked up where `features.links` is on and there is an `outside`. `before_reports`
    says that the run posts the summaries and reports that are due.
    """

    def __init__(
        self, reader: FactReader, outside: LinkLookup | None, *, before_reports: bool
    ) -> None:
        self._reader = reader
        self._before_reports = before_reports
        self._outside = outside
        self._known: dict[tuple[str, str], object] = {}
        self._left = MAX_REQUESTS
        self._steps = MAX_STEPS

    def run(self, path: LearningPath, requested: Collection[Key]) -> tuple[AcceptedCommand, ...]:
        """Return what to log of the issues where it differs from what was found last.

        `path` has this run's commands, `requested` are the issues with a `/check`. Raises
        AuthenticationError.
        """
        report_is_due = self._before_reports and _report_is_due(path)
        due = dict(islice(_due(path, requested, report_is_due=report_is_due), MAX_ISSUES))
        return tuple(self._results(path, due, requested)) if due else ()

    def _results(
        self, path: LearningPath, due: dict[Key, Sequence[Check]], requested: Collection[Key]
    ) -> Iterator[AcceptedCommand]:
        facts = RepositoryFacts(path, self._reader, self._outside, self)
        for key, checks in due.items():
            ours = path.observed.issues.get(key)
            if ours is None:
                continue
            try:
                results = self.evaluate(checks, facts)
            except CheckLimitError:
                return
            known = path.history.checks.get(key)
            # Of what nobody has asked about, only what is there is worth a write.
            silent = known is None and not results.found and key not in requested
            if _is_unseen_closing(ours) or not (silent or results.equals(known)):
                yield AcceptedCommand(command=results, key=key, at=path.now, by=OURSELVES)

    def evaluate(self, checks: Sequence[Check], facts: "RepositoryFacts") -> CheckResults:
        """Return what is found of these checks now. Raises CheckLimitError."""
        found, missing, unknown = dict[str, str](), list[str](), dict[str, str]()
        for check in checks:
            name = str(check)
            try:
                url = self.once("check", name, partial(find, check, facts), requests=0)
            except NotCheckedError as reason:
                unknown[name] = reason.why
                continue
            if url is None:
                missing.append(name)
            else:
                found[name] = url
        return CheckResults(found=found, missing=tuple(missing), unknown=unknown)

    def compare(self, steps: int) -> None:
        """Count steps of comparing. Raises NotCheckedError when those of the run are used up."""
        self._steps -= steps
        if self._steps < 0:
            raise NotCheckedError("files")

    def once(self, kind: str, name: str, ask: Callable[[], T], requests: int = 1) -> T:
        """Return the answer to a question, asked once in a run.

        Raises NotCheckedError again where it was raised, and CheckLimitError.
        """
        key = (kind, name)
        if key not in self._known:
            if self._left < requests:
                raise CheckLimitError
            self._left -= requests
            try:
                self._known[key] = ask()
            except NotCheckedError as reason:
                self._known[key] = reason
        known = self._known[key]
        if isinstance(known, NotCheckedError):
            raise known
        return known  # type: ignore[return-value]  # what this kind of question gave


class RepositoryFacts:
    """Implement `bot.progress.checks.Facts`: each question is asked once in a run."""

    def __init__(
        self,
        path: LearningPath,
        reader: FactReader,
        outside: LinkLookup | None,
        run: CheckRunner,
    ) -> None:
        self._reader = reader
        self._outside = outside if path.settings.features.links else None
        self._run = run
        self._snapshot = path.observed.snapshot
        self._owner, _, self._name = self._snapshot.repository.partition("/")
        self.web = f"{web_root(path.observed)}/{self._snapshot.repository}"

    def files(self) -> FileList:
        return self._ask("contents", "files", "", self._reader.files)

    def compare(self, steps: int) -> None:
        self._run.compare(steps)

    def text(self, path: str) -> str:
        def read() -> str:
            return (self._reader.file(path) or "")[:MAX_TEXT]

        return self._ask("contents", "text", path, read)

    def last_run(self, workflow: str) -> WorkflowRun | None:
        def ask() -> WorkflowRun | None:
            return self._reader.last_run(workflow)

        return self._ask("actions", "run", workflow, ask, requests=3)

    def releases(self) -> Sequence[NamedPage]:
        return self._ask("contents", "releases", "", self._reader.releases)

    def tags(self, start: str) -> Sequence[str]:
        return self._ask("contents", "tags", start, lambda: self._reader.tags(start))

    def merged_pull(self, label: str) -> str | None:
        """Return the first merged one of the snapshot, which has none where they are not read."""
        pulls = self._snapshot.pulls
        wanted = label.casefold()
        for pull in pulls:
            if pull.merged_at and wanted in {name.casefold() for name in pull.labels}:
                return pull.url
        if not pulls:
            self._ask("pull-requests", "pulls", "", self._reader.check_pulls)
        return None

    def link(self, url: str) -> str | None:
        if self._outside is None:
            raise NotCheckedError("links")
        outside = self._outside
        there = url.replace("{owner}", self._owner).replace("{repository}", self._name)

        # One that led nowhere a moment ago, too: somebody may have mended it before the `/check`.
        title = self._run.once("link", there, partial(outside.exists, there))
        return there if title is not None else None

    def _ask(self, right: str, kind: str, name: str, ask: Callable[[], T], requests: int = 1) -> T:
        def answer() -> T:
            try:
                return ask()
            except PermissionDeniedError:
                raise NotCheckedError(right) from None
            except AuthenticationError:
                raise
            except CurriculumError:
                raise NotCheckedError("size") from None
            except GitHubError:
                raise NotCheckedError("answer") from None

        return self._run.once(kind, name, answer, requests)


def _due(
    path: LearningPath, requested: Collection[Key], *, report_is_due: bool
) -> Iterator[tuple[Key, Sequence[Check]]]:
    """Yield the issues to look at, those first that somebody asked for or closed."""
    there = path.observed.issues
    items = {
        key: item.checks
        for kind, item in checked_items(path.curriculum)
        for key in item_keys(kind, item)
        if key in there
    }
    first = [key for key in items if key in requested or _is_due_by_closing(path, there[key])]
    yield from ((key, items[key]) for key in first)
    if report_is_due:
        still = (key for key in items if there[key].state.state == "open" and key not in first)
        newest = sorted(still, key=lambda key: -there[key].state.number)
        yield from ((key, items[key]) for key in newest)


def _is_due_by_closing(path: LearningPath, ours: OurIssue) -> bool:
    closed = ours.state.closed_at
    recent = closed is not None and path.now - closed <= RECENT
    return recent and ours.state.finished and _is_unseen_closing(ours)


def _is_unseen_closing(ours: OurIssue) -> bool:
    """Return whether it is closed as done, and its checks did not run since."""
    closed = closed_at(ours.state)
    if closed is None or not ours.state.finished:
        return False
    entries = find_log(ours.state.body).entries
    runs = [entry.at for entry in entries if isinstance(entry.command, CheckResults)]
    return not runs or max(runs) < closed.replace(microsecond=0)


def _report_is_due(path: LearningPath) -> bool:
    """Return whether a summary or a checkpoint's report is to be written now."""
    summary = path.observed.issues.get(SUMMARY_KEY)
    if summary is None or summary.state.settled:
        return False
    ledger, snapshot = path.observed.ledger, path.observed.snapshot
    held = held_reports(ledger.refused, snapshot, path.today)
    if due_weeks(path, path.day_of(summary.state.created_at), held):
        return True
    names = (n for c in path.curriculum.checkpoints for n in item_keys("report", c))
    return bool(due_checkpoints(path, {n for n in names if n in held or ledger.has(n)}))
