"""What looking again means: at the App, at an installation, at a repository.

Each look asks GitHub what is, makes our rows say so, and says when to look next. So events may be
lost, repeated or out of order. What is done about a repository is `Sync`, as everywhere.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.github import deliveries
from bot.github.app import AppAuth
from bot.github.app_problems import (
    InstallationGoneError,
    InstallationSuspendedError,
    NotInstalledError,
)
from bot.github.exchange import OnExchange, unwatched
from bot.github.rate_limiter import RateLimiter
from bot.server import next_run
from bot.server.curriculum_cache import Curricula
from bot.server.response_cache import Answers
from bot.server.showing import packed, showing
from bot.server.startup import A_SECOND, LONGEST, wake_all
from bot.server.store.page_cache import Kept
from bot.server.store.rows import (
    APP,
    EVERYTHING,
    SWEEP,
    InstallationRow,
    InstallationState,
    RepositoryRow,
    Seen,
    Subject,
    installation,
    repository,
)
from bot.server.store.store import Store
from bot.server.sync_repository import LostError, Tended, tend

log = logging.getLogger(__name__)

BOT = "bot"  # under this name the store keeps the login that we write under
APP_PAGE = "app page"  # and under this one where the App's page on GitHub is
SWEPT = "swept"  # and under this one when deliveries were looked through last
DAILY = timedelta(days=1)
SWEEP_EVERY = timedelta(minutes=10)
OVERLAP = timedelta(hours=2)
INSTALLATIONS_WITHIN = timedelta(minutes=10)
TOLD_EVERY = timedelta(seconds=1)

Wish = tuple[Subject, datetime]


class Looked(NamedTuple):
    """What came of a look: what else to look at, and when to look at the same again, if ever.

    `well` says whether it is settled; else it is tried again at `again`.
    """

    result: str
    again: datetime | None
    wishes: tuple[Wish, ...] = ()
    well: bool = True


class Looks:
    """Looks at subjects, from any thread. The clock is aware; `sleep` may raise to end a run.

    `on_exchange` hears of each request of a gateway's. Without `webhooks` nothing is swept: then
    there is nothing that did not arrive, and GitHub says so by refusing.
    """

    def __init__(
        self,
        store: Store,
        auth: AppAuth,
        budget: RateLimiter,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None],
        answers: Answers | None = None,
        on_exchange: OnExchange = unwatched,
        webhooks: bool = True,
    ) -> None:
        self._webhooks = webhooks
        self._on_exchange = on_exchange
        self._answers = answers or Answers()
        self._curricula = Curricula()
        self._store = store
        self._auth = auth
        self._budget = budget
        self._clock = clock
        self._sleep = sleep

    def at(self, subject: Subject, tries: int) -> Looked:
        """Look. `tries` failed before. Raises MilepostError when it is to be tried again."""
        if subject == APP:
            return self._app()
        if subject == SWEEP:
            return self._sweep()
        if subject == EVERYTHING:
            wake_all(self._store, self._clock())
            return Looked("woken", None)
        if subject.kind == "installation":
            return self._installation(subject.id, tries)
        return self._repository(subject, tries)

    def _app(self) -> Looked:
        """Who we are, and where we are installed."""
        now = self._clock()
        app = self._auth.info()
        self._store.register.keep_fact(BOT, f"{app.slug}[bot]")
        self._store.register.keep_fact(APP_PAGE, app.html_url)
        known = {row.id: row for row in self._store.register.installations()}
        within = min(max(INSTALLATIONS_WITHIN, timedelta(seconds=len(known) / A_SECOND)), LONGEST)
        wishes: list[Wish] = []
        for found in self._auth.installations():
            state: InstallationState = "suspended" if found.suspended_at else "active"
            old = known.pop(found.id, None)
            if state == "active":
                late = within * next_run.spread(found.id) if old else timedelta()
                wishes.append((installation(found.id), now + late))
            if state == "suspended":
                # That one is new, or goes on again, is for its own look to say: only then are its
                # repositories woken.
                row = InstallationRow(found.id, found.account, state)
                self._store.register.see_installation(row, now)
        for row in known.values():
            self._store.register.see_installation(row._replace(state="gone"), now)
        return Looked("seen", now + DAILY, tuple(wishes))

    def _sweep(self) -> Looked:
        """Have GitHub send again what it could not hand over; forget what is long done."""
        now = self._clock()
        if self._webhooks:
            self._ask_again(now)
        self._store.retention.tidy(now)
        return Looked("swept" if self._webhooks else "tidied", now + SWEEP_EVERY)

    def _ask_again(self, now: datetime) -> None:
        last = self._store.register.fact(SWEPT)
        # What was under way then, or did not arrive again, is looked at once more.
        since = now - datetime.fromisoformat(last) if last else deliveries.REACH
        reach = max(since, timedelta()) + OVERLAP
        swept = deliveries.sweep(self._auth, now=now, reach=reach)
        self._store.register.keep_fact(SWEPT, now.isoformat())
        if swept.asked:
            log.info("asked for deliveries again", extra={"count": swept.asked})

    def _installation(self, number: int, tries: int) -> Looked:
        now, register = self._clock(), self._store.register
        self._auth.forget_installation(number)
        try:
            found = self._auth.installation(number)
            listed = list(self._auth.repositories(number)) if not found.suspended_at else []
        except InstallationGoneError:
            self._forget(row.id for row in register.repositories(number))
            account = old.account if (old := register.installation(number)) else ""
            register.see_installation(InstallationRow(number, account, "gone"), now)
            return Looked("gone", None)
        except InstallationSuspendedError:
            return Looked("suspended", now + next_run.FIRST_RETRY, well=False)
        old = register.installation(number)
        state: InstallationState = "suspended" if found.suspended_at else "active"
        if state == "suspended":
            register.see_installation(InstallationRow(number, found.account, state), now)
            return Looked(state, None)
        kept = {row.id for row in register.repositories(number)}
        self._forget(kept - {repository.id for repository in listed})
        seen = [Seen(r.id, r.full_name, r.private, r.archived) for r in listed]
        new = register.see_repositories(number, seen, now)
        # After a look that was cut off nobody knows which of them were woken.
        if tries or old is None or old.state != "active":
            new = tuple(one.id for one in seen if not one.archived)
        # Last, for it is what tells that the repositories were woken.
        register.see_installation(InstallationRow(number, found.account, state), now)
        return Looked("seen", None, tuple((repository(one), now) for one in new))

    def _repository(self, subject: Subject, tries: int) -> Looked:
        now, row = self._clock(), self._store.register.repository(subject.id)
        if row is None or row.state == "gone":
            self._forget([subject.id])
            through = self._store.inbox.installation_of(subject)
            return Looked("unknown", None, ((installation(through), now),) if through else ())
        owner = self._store.register.installation(row.installation_id)
        if owner is None or owner.state != "active":
            return Looked(owner.state if owner else "unknown", None)
        try:
            done = tend(
                row,
                self._auth,
                self._budget,
                self._answers.of(row.id),
                self._curricula,
                now=now,
                sleep=self._sleep,
                seen=self._see(row, now),
                progress=self._say(row),
                on_exchange=self._on_exchange,
            )
        except LostError:
            self._forget([row.id])
            self._store.register.lose_repository(row.id, now)
            return Looked("gone", None, ((installation(row.installation_id), now),))
        except (InstallationGoneError, InstallationSuspendedError, NotInstalledError):
            # A token tells first; the look at the installation finds out what it means.
            return Looked("unknown", None, ((installation(row.installation_id), now),))
        return self._told(row, done, now, tries)

    def _forget(self, repositories: Iterable[int]) -> None:
        """Keep nothing in memory of what is gone, or not ours to read any more."""
        gone = list(repositories)
        self._answers.forget(gone)
        self._curricula.forget(gone)

    def _see(self, row: RepositoryRow, now: datetime) -> Callable[[Seen], None]:
        return lambda seen: self._store.register.see_repository(row.installation_id, seen, now)

    def _say(self, row: RepositoryRow) -> Callable[[int, int], None]:
        """Keep how far a run is, not more often than a person looks."""
        told_at: datetime | None = None

        def say(written: int, of: int) -> None:
            nonlocal told_at
            now = self._clock()
            if told_at is None or now - told_at >= TOLD_EVERY:
                told_at = now
                self._store.register.note_progress(row.id, written, of)

        return say

    def _told(self, row: RepositoryRow, done: Tended, now: datetime, tries: int) -> Looked:
        """Keep what became of it, and say when to look again."""
        if done.view is not None:
            shown = showing(done.view, now)
            kept = Kept(row.id, now, shown.badge.model_dump_json(), packed(shown))
            self._store.shelf.put(kept, shown.mentors)
        self._store.register.note(
            row.id,
            result=done.result,
            told=done.told,
            zone=done.settings.timezone if done.settings else row.zone,
            at=now,
        )
        if done.retry_in is None:
            again = next_run.next_look(done.settings, now, row.id)
        elif done.retry_in > 0:
            again = now + timedelta(seconds=done.retry_in)
        else:
            again = next_run.retry(now, tries, row.id)
        return Looked(done.result, again, well=done.retry_in is None)
