"""Files in the learner's repository: pictures and reports on a branch, others on the default one.

All of it only when the settings ask for it, and written only where it differs. First it says what
would be written (`plan_files`), then it writes that (`write_files`): a dry run is the first alone.
What the learner removed is not made again: the ledger remembers it by the keys in `made`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from bot.errors import (
    BranchRuleError,
    ChangeRefusedError,
    ConfigError,
    FilePermissionError,
    PermissionDeniedError,
    PullRequestPermissionError,
)
from bot.i18n import gettext as _
from bot.planning.file_changes import CommitFiles, OpenPullRequest, PutFile
from bot.planning.length_limits import git_name
from bot.planning.marker import Key, Marker, digest, find, normalized, wrap
from bot.planning.ports import Gateway, Reader
from bot.planning.refusals import RefusalLog, Refused
from bot.planning.snapshot import FrozenModel, PullState
from bot.progress.path import LearningPath
from bot.sync.default_branch import README, blob_hash, default_branch_files

FILES_PULL = "pull:files"
# GitHub, GitLab, Netlify and others read it, and start nothing (netlify/ask-netlify#27,
# decaporg/decap-cms#2733). A required check of a pull request would wait for ever: not there.
SKIP_CI = " [skip ci]"
MARK = ".milepost"
CALENDAR_MARK = ".calendar"  # the fingerprint of the calendar beside it
MARK_TEXT = b"This branch is kept by Milepost.\n"


FileWrite = CommitFiles | PutFile | OpenPullRequest


class ReportFiles(FrozenModel):
    """One report as files, by path. `id` is a slug that names it for good, as `checkpoint-3`."""

    id: str
    title: str
    files: dict[str, bytes]

    @property
    def key(self) -> Key:
        """Return the ledger's key of its pull request."""
        return f"pull:{self.id}"


class FilePlan(FrozenModel):
    """What is to be written, in order, and the keys that the ledger holds afterwards.

    `notes` say for people what is asked for and left out, and why. `held` are the identities of
    writes that GitHub refused and that wait for their next try.
    """

    writes: tuple[FileWrite, ...]
    made: frozenset[Key]
    notes: tuple[str, ...] = ()
    held: frozenset[str] = frozenset()

    @property
    def empty(self) -> bool:
        """Return whether nothing is to be written."""
        return not self.writes

    @property
    def paths(self) -> tuple[str, ...]:
        """Return all files, for people: those of a branch with its name in front."""
        found: list[str] = []
        for write in self.writes:
            match write:
                case CommitFiles():
                    found += [f"{write.branch}:{path}" for path in write.files]
                case PutFile():
                    found.append(write.path)
        return tuple(found)


def branch_files(view: LearningPath) -> dict[str, bytes]:
    """Return what the settings want on the branch, but for reports. Equal days give equal bytes.

    Of the calendar it is the fingerprint: the file is made only where that differs.
    """
    publish = view.settings.publish
    if not publish.to_branch:
        return {}
    from bot import templating
    from bot.reports import badge, calendar
    from bot.reports.pictures import NAMES, picture

    texts: dict[str, str] = {}
    if publish.badge:
        made = badge.badge_of(view)
        texts |= {"badge.svg": badge.as_svg(made), "badge.json": f"{badge.as_shields(made)}\n"}
    if publish.pictures:
        texts |= {f"{name}.svg": picture(name, view) for name in NAMES}
    page = templating.render(
        "branch.md.j2",
        title=view.curriculum.title,
        badge=publish.badge,
        pictures=publish.pictures,
        calendar=calendar.FILE_NAME if publish.calendar else "",
        reports=publish.reports == "branch",
    )
    texts[README] = f"{page}\n"
    if publish.calendar:
        texts[CALENDAR_MARK] = f"{calendar.path_calendar(view).fingerprint}\n"
    return {MARK: MARK_TEXT, **{path: text.encode() for path, text in texts.items()}}


class _Collector:
    """Collects writes, but for those that wait after a refusal."""

    def __init__(self, view: LearningPath, log: RefusalLog | None) -> None:
        self.writes: list[FileWrite] = []
        self.made: set[Key] = set()
        self.held: list[FileWrite] = []
        self._observed = view.observed
        self._log = log

    def add(self, *writes: FileWrite, keys: Iterable[Key] = ()) -> None:
        """Add writes that need each other, in order, and the keys of what they make.

        Behind one that waits all wait, and nothing is made.
        """
        for write in writes:
            if self._log is not None and self._log.holds(write, self._observed):
                self.held.append(write)
                return
            self.writes.append(write)
        self.made |= {*keys}


def plan_files(
    view: LearningPath,
    reader: Reader,
    *,
    web: str,
    reports: tuple[ReportFiles, ...] = (),
    log: RefusalLog | None = None,
) -> FilePlan:
    """Return what the settings ask for and the repository does not hold yet.

    `web` is the root of GitHub's pages, `reports` all reports of today, `log` what GitHub refused
    in this run. A file of the default branch that was refused goes by a pull request. Reads only
    what it needs: nothing when nothing is published. Raises ConfigError when the branch is not
    ours, and what the reader raises.
    """
    publish, ledger = view.settings.publish, view.observed.ledger
    skip = SKIP_CI if publish.skip_ci else ""
    found = _Collector(view, log)
    on_branch = reports if publish.reports == "branch" else ()
    of_reports = {path: data for report in on_branch for path, data in report.files.items()}
    if files := _for_branch(view, of_reports, reader):
        message = _("Update progress") + skip
        found.add(CommitFiles(branch=publish.branch, files=files, message=message, base="orphan"))
    notes: list[str] = []
    for file in default_branch_files(view, reader, web=web):
        message, data = f"{file.subject}{skip}", file.data
        change = () if data is None else (PutFile(path=file.path, data=data, message=message),)
        found.add(*change, keys=file.keys)
        notes += [file.note] if file.note else []
    by_pull = {write.path: write.data for write in found.held if isinstance(write, PutFile)}
    found.add(*_files_pull(view, by_pull, reader))
    for report in reports if publish.reports == "pull-request" else ():
        if not ledger.has(report.key):
            found.add(*_pull_request(report, publish.branch, reader), keys=(report.key,))
    return FilePlan(
        writes=tuple(found.writes),
        made=frozenset(found.made),
        notes=tuple(notes),
        held=frozenset(write.identity for write in found.held),
    )


def write_files(
    plan: FilePlan, gateway: Callable[[], Gateway], refused: list[Refused]
) -> tuple[FileWrite, ...]:
    """Write it and return what was written. The gateway is opened only when there is something.

    Needs `contents: write`, for pull requests also `pull_requests: write`. What GitHub refuses of
    one write alone, or without that right, is added to `refused`. Raises what the gateway raises.
    """
    written: list[FileWrite] = []
    opened = None if plan.empty else gateway()
    missing: set[str] = set()  # branches that could not be written
    for change in plan.writes:
        if opened is None or (isinstance(change, OpenPullRequest) and change.branch in missing):
            continue
        try:
            _write(opened, change)
        except ChangeRefusedError as error:
            if isinstance(change, PutFile) and isinstance(error, BranchRuleError):
                instead = _("It comes by a pull request instead.")
                error.hint = f"{instead} {error.hint or ''}".rstrip()
            refused.append((change, error))
            missing |= {change.branch} if isinstance(change, CommitFiles) else set()
        else:
            written.append(change)
    return tuple(written)


def _write(gateway: Gateway, change: FileWrite) -> None:
    try:
        gateway.write(change)
    except PermissionDeniedError as denied:
        reason = denied.what.rstrip(".")
        if not isinstance(change, OpenPullRequest):
            raise FilePermissionError(
                _("The token can't write files (%(reason)s).", reason=reason),
                hint=_("Give it Contents: Read and write, in a workflow `contents: write`."),
            ) from denied
        raise PullRequestPermissionError(
            _("The token can't open pull requests (%(reason)s).", reason=reason),
            hint=_(
                "Give it Pull requests: Read and write, in a workflow `pull-requests: write`, or "
                "open one from the branch %(branch)s.",
                branch=change.branch,
            ),
        ) from denied


def describe_files(plan: FilePlan) -> str:
    """Return what would be written, one line each; empty for nothing."""
    lines = [_("Would write %(file)s", file=path) for path in plan.paths]
    lines += [
        _("Would open a pull request: %(title)s", title=write.title)
        for write in plan.writes
        if isinstance(write, OpenPullRequest)
    ]
    return "\n".join((*lines, *plan.notes))


def _for_branch(
    view: LearningPath, immutable: Mapping[str, bytes], reader: Reader
) -> dict[str, bytes]:
    """Return what the branch should hold and differs there, and of `immutable` is not there.

    A report describes its day: once it is there it stays. A branch that is not ours is not touched.
    """
    wanted, branch = branch_files(view), view.settings.publish.branch
    if not wanted:
        return {}
    there = reader.tree(branch) or {}
    if there and MARK not in there:
        raise ConfigError(
            f"the branch '{branch}' is there already and is not Milepost's.",
            where="publish.branch",
            hint="Name a branch that does not exist yet.",
        )
    changed = {p: data for p, data in wanted.items() if there.get(p) != blob_hash(data)}
    if CALENDAR_MARK in wanted:
        from bot.reports import calendar

        if CALENDAR_MARK in changed or calendar.FILE_NAME not in there:
            changed[calendar.FILE_NAME] = calendar.as_ics(calendar.path_calendar(view), view.now)
    return changed | {p: data for p, data in immutable.items() if p not in there}


def _files_pull(
    view: LearningPath, files: Mapping[str, bytes], reader: Reader
) -> Iterator[CommitFiles | OpenPullRequest]:
    """Yield the commit and pull request of files that the default branch refused.

    One that is open is kept up to date; after one that was merged comes another, and after one that
    was closed none.
    """
    from bot import templating

    pull = _newest_pull(view)
    merged = pull is not None and pull.merged_at is not None
    if not files or (pull is not None and pull.state == "closed" and not merged):
        return
    name, title = f"{view.settings.publish.branch}-files", _("Update Milepost's files")
    there = reader.tree(name) or {}
    if any(there.get(path) != blob_hash(data) for path, data in files.items()):
        yield CommitFiles(branch=name, files=dict(files), message=title, base="merge")
    if pull is None or merged:
        text = templating.render("pull-files.md.j2", paths=sorted(files))
        body = wrap(text, Marker(key=FILES_PULL, title="", body=digest(normalized(text))))
        yield OpenPullRequest(branch=name, title=title, body=body)


def _newest_pull(view: LearningPath) -> PullState | None:
    snapshot = view.observed.snapshot
    ours = (
        pull
        for pull in snapshot.pulls
        if pull.author_id in snapshot.trust.accounts
        and (marked := find(pull.body)) is not None
        and marked.marker.key == FILES_PULL
    )
    return max(ours, key=lambda pull: pull.number, default=None)


def _pull_request(
    report: ReportFiles, branch: str, reader: Reader
) -> Iterator[CommitFiles | OpenPullRequest]:
    """Yield the commit and pull request of a report; nothing when its files are on default.

    Its branch is named beside the other, not below it: Git cannot hold `a` and `a/b`.
    """
    from bot import templating

    if all(reader.file(path) is not None for path in report.files):
        return
    name = git_name(f"{branch}-report-{report.id}")
    there = reader.tree(name) or {}
    files = {p: data for p, data in report.files.items() if there.get(p) != blob_hash(data)}
    if files:
        yield CommitFiles(branch=name, files=files, message=report.title, base="default")
    body = templating.render("pull.md.j2", title=report.title, paths=sorted(report.files))
    yield OpenPullRequest(branch=name, title=report.title, body=body)
