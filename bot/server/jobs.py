"""Runs the jobs of the App, an installation and a repository.

Each job reads the present state from GitHub, stores it in our rows, and returns when to run next.
So events may be lost, repeated or out of order.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.github import deliveries
from bot.github.app import AppAuth
from bot.github.errors import InstallationGoneError, InstallationSuspendedError
from bot.github.link_checker import MissedLinks
from bot.github.rate_limiter import RateLimiter
from bot.reports.cohort import Cohort
from bot.server import next_run, sync_repository
from bot.server.accepted_learners import accepted_learners
from bot.server.curriculum_cache import CurriculumCache
from bot.server.quiet import QuietRecord, QuietRecords
from bot.server.response_cache import ResponseCache
from bot.server.showing import audience, packed, showing, update_calendar
from bot.server.store import rows
from bot.server.store.cleanup import delete_expired
from bot.server.store.page_cache import CachedPage
from bot.server.store.store import Store
from bot.server.sync_repository import RepositorySync, RepositorySyncResult
from bot.settings import FileSettings

log = logging.getLogger(__name__)

# Facts of the store: the login that we write under, the App's page on GitHub, and when failed
# deliveries were last looked for.
BOT, APP_PAGE, SWEPT = "bot", "app page", "swept"
DAILY = timedelta(days=1)
SWEEP_EVERY = timedelta(minutes=10)
OVERLAP = timedelta(hours=2)
INSTALLATIONS_WITHIN = timedelta(minutes=10)
PROGRESS_EVERY = timedelta(seconds=1)

FollowUpJob = tuple[rows.Subject, datetime]


class JobResult(NamedTuple):
    """Holds follow-up jobs, and when to run again, if ever; as a retry unless it is `settled`."""

    result: str
    next_run: datetime | None
    follow_up: tuple[FollowUpJob, ...] = ()
    settled: bool = True


@dataclass
class Jobs:
    """Runs the job of any subject, from any thread. The clock is aware; `sleep` may raise."""

    store: Store
    auth: AppAuth
    budget: RateLimiter
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    webhooks: bool = True  # without, GitHub refuses to list deliveries
    responses: ResponseCache = field(default_factory=ResponseCache)
    curricula: CurriculumCache = field(default_factory=CurriculumCache)
    missed_links: MissedLinks = field(default_factory=MissedLinks)
    quiet: QuietRecords = field(default_factory=QuietRecords)

    def run(self, subject: rows.Subject, tries: int) -> JobResult:
        """Run a job, of which `tries` failed before. Raises MilepostError to have it retried."""
        if subject == rows.APP:
            return self._app()
        if subject == rows.SWEEP:
            return self._sweep()
        if subject == rows.EVERYTHING:
            next_run.schedule_all_repositories(self.store, self.clock())
            return JobResult("scheduled", None)
        if subject.kind == "installation":
            return self._installation(subject.id, tries)
        return self._repository(subject, tries)

    def _app(self) -> JobResult:
        """Store the App's login, and schedule the jobs of its installations."""
        now = self.clock()
        app = self.auth.info()
        self.store.repositories.set_fact(BOT, f"{app.slug}[bot]")
        self.store.repositories.set_fact(APP_PAGE, app.html_url)
        known = {row.id: row for row in self.store.repositories.installations()}
        needed = timedelta(seconds=len(known) / next_run.STARTS_PER_SECOND)
        within = min(max(INSTALLATIONS_WITHIN, needed), next_run.LONGEST_START)
        follow_up: list[FollowUpJob] = []
        for found in self.auth.installations():
            state: rows.InstallationState = "suspended" if found.suspended_at else "active"
            old = known.pop(found.id, None)
            if state == "active":
                late = within * next_run.spread(found.id) if old else timedelta()
                follow_up.append((rows.installation(found.id), now + late))
            else:  # an active one is stored by its own job, which schedules its repositories
                row = rows.InstallationRow(found.id, found.account, state)
                self.store.repositories.save_installation(row, now)
        for row in known.values():
            self.store.repositories.save_installation(row._replace(state="gone"), now)
        return JobResult("seen", now + DAILY, tuple(follow_up))

    def _sweep(self) -> JobResult:
        """Request failed deliveries again, and delete expired rows."""
        now = self.clock()
        if self.webhooks:
            self._request_again(now)
        delete_expired(self.store.engine, now)
        return JobResult("swept" if self.webhooks else "tidied", now + SWEEP_EVERY)

    def _request_again(self, now: datetime) -> None:
        last = self.store.repositories.fact(SWEPT)
        # Deliveries that were on their way then, or failed again, are requested once more.
        since = now - datetime.fromisoformat(last) if last else deliveries.REACH
        reach = max(since, timedelta()) + OVERLAP
        swept = deliveries.sweep(self.auth, now=now, reach=reach)
        self.store.repositories.set_fact(SWEPT, now.isoformat())
        if swept.requested:
            log.info("deliveries requested again", extra={"count": swept.requested})

    def _installation(self, number: int, tries: int) -> JobResult:
        now, repositories = self.clock(), self.store.repositories
        self.auth.forget_installation(number)
        try:
            found = self.auth.installation(number)
            listed = list(self.auth.repositories(number)) if not found.suspended_at else []
        except InstallationGoneError:
            self._forget(row.id for row in repositories.repositories(number))
            account = old.account if (old := repositories.installation(number)) else ""
            repositories.save_installation(rows.InstallationRow(number, account, "gone"), now)
            return JobResult("gone", None)
        except InstallationSuspendedError:
            return JobResult("suspended", now + next_run.FIRST_RETRY, settled=False)
        old = repositories.installation(number)
        state: rows.InstallationState = "suspended" if found.suspended_at else "active"
        if state == "suspended":
            repositories.save_installation(rows.InstallationRow(number, found.account, state), now)
            return JobResult(state, None)
        known = {row.id for row in repositories.repositories(number)}
        self._forget(known - {one.id for one in listed})
        seen = [rows.RepositoryInfo(r.id, r.full_name, r.private, r.archived) for r in listed]
        new = repositories.save_repositories(number, seen, now)
        # After an interrupted job it is unknown which of them were scheduled.
        if tries or old is None or old.state != "active":
            new = tuple(one.id for one in seen if not one.archived)
        # Last, because an active row means that its repositories were scheduled.
        repositories.save_installation(rows.InstallationRow(number, found.account, state), now)
        return JobResult("seen", None, tuple((rows.repository(one), now) for one in new))

    def _repository(self, subject: rows.Subject, tries: int) -> JobResult:
        now, row = self.clock(), self.store.repositories.repository(subject.id)
        if row is None or row.state == "gone":
            self._forget([subject.id])
            through = self.store.inbox.installation_of(subject)
            return JobResult(
                "unknown", None, ((rows.installation(through), now),) if through else ()
            )
        owner = self.store.repositories.installation(row.installation_id)
        if owner is None or owner.state != "active":
            return JobResult(owner.state if owner else "unknown", None)
        save = self.store.repositories.save_repository
        try:
            done = RepositorySync(
                row,
                self.auth,
                self.budget,
                self.responses.of(row.id),
                self.curricula,
                self.missed_links,
                now=now,
                sleep=self.sleep,
                on_info=lambda info: save(row.installation_id, info, now),
                on_settings=lambda info, found: self._confirm(row, info.full_name, found, now),
                on_cohort=lambda account, login: self._cohort(rows.Mentor(account, login), now),
                on_progress=self._progress_writer(row),
                deleted_comments=self.store.inbox.deleted_comments(subject),
                quiet=self._quiet_record(row.id),
            ).run()
        except sync_repository.RepositoryGoneError:
            self._forget([row.id])
            self.store.repositories.mark_repository_gone(row.id, now)
            return JobResult("gone", None, ((rows.installation(row.installation_id), now),))
        except sync_repository.INSTALLATION_ERRORS:
            # The job of the installation finds out which of these is true.
            self.store.cohorts.void(row.id, before=now)
            return JobResult("unknown", None, ((rows.installation(row.installation_id), now),))
        return self._record(row, done, now, tries)

    def _quiet_record(self, repository_id: int) -> QuietRecord | None:
        """Return the record of the last sync here, while what that one stored is still there.

        It is dropped: only a sync that ends well has one again.
        """
        record = self.quiet.pop(repository_id)
        made_at = self.store.page_cache.made_at(repository_id) if record else None
        return record if record and made_at and made_at >= record.since else None

    def _confirm(
        self, row: rows.RepositoryRow, full_name: str, settings: FileSettings, now: datetime
    ) -> None:
        """Store that these settings were read, and so whom they share with."""
        found = audience(settings, full_name, row.id)
        self.store.cohorts.confirm(row.id, found, now, revocations=row.revocations)

    def _cohort(self, who: rows.Mentor, now: datetime) -> Cohort:
        """Return the public learners whom a mentor accepted.

        Whether the mentor may read a private one, GitHub says only to the mentor.
        """
        found = accepted_learners(self.store, who, now)
        return Cohort(learners=tuple(one for row, one in found if not row.private))

    def _forget(self, repositories: Iterable[int]) -> None:
        """Drop from memory what is gone, or what we may not read any more."""
        gone = list(repositories)
        self.responses.forget(gone)
        self.curricula.forget(gone)
        self.quiet.forget(gone)

    def _progress_writer(self, row: rows.RepositoryRow) -> Callable[[int, int], None]:
        """Return a function that stores the progress of a run, at most once a second."""
        saved_at: datetime | None = None

        def save(written: int, of: int) -> None:
            nonlocal saved_at
            now = self.clock()
            if saved_at is None or now - saved_at >= PROGRESS_EVERY:
                saved_at = now
                self.store.repositories.record_progress(row.id, written, of)

        return save

    def _record(
        self,
        row: rows.RepositoryRow,
        done: RepositorySyncResult,
        now: datetime,
        tries: int,
    ) -> JobResult:
        """Store the result of a sync, and return when to run again."""
        if done.path is not None:
            shown = showing(done.path, now)
            page = CachedPage(row.id, now, shown.badge.model_dump_json(), packed(shown))
            full_name, settings = done.path.observed.snapshot.repository, done.path.settings
            self.store.page_cache.put(page, audience(settings, full_name, row.id))
            update_calendar(self.store.calendars, row.id, done.path, now)
            self._confirm(row, full_name, settings, now)
        if done.quiet is not None:
            self.quiet.put(row.id, done.quiet)
        zone = done.settings.timezone if done.settings else row.zone
        record = self.store.repositories.record_result
        record(row.id, result=done.result, message=done.message, zone=zone, at=now)
        if done.retry_in is None:
            again = next_run.next_sync(done.settings, now, row.id)
            check = next_run.next_check(now, row.synced_at) if done.written else None
            again = min(again, check or again)
        elif done.retry_in > 0:
            again = now + timedelta(seconds=done.retry_in)
        else:
            again = next_run.next_retry(now, tries, row.id)
        return JobResult(done.result, again, settled=done.retry_in is None)
