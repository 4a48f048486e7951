"""Stores when each job runs, and who runs it: one row for each subject.

Requests for one subject are one job: the earliest time counts until the job is claimed, and what is
scheduled while it runs is for its next run. A row is free again when its holder finishes it, or
when the holder's lease has expired.

Installations take turns. A due job is claimed in the order of its place: how many jobs of its
installation run, are queued, or have waited longer. Among equal places that installation is first
whose jobs have taken the least time lately, then the job that has waited longest.
"""

import itertools
import os
import secrets
import socket
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.server.store.engine import fetch, insert
from bot.server.store.rows import Claim, Subject
from bot.server.store.tables import Moment, inbox, installation, jobs, repository

QUEUE = "queue"  # the holder of jobs that are queued and not yet claimed
LONGEST_DEBT = 600.0  # seconds of used time after which an installation is no further behind
_UNLIMITED = 1 << 31
_QUEUE_LOCK = 7_166_145_021  # an arbitrary key of PostgreSQL's advisory locks

_A = jobs.c
# By the key: there is no index on the holder.
_BY_KEY = jobs.update().where(_A.kind == sa.bindparam("of_kind"), _A.id == sa.bindparam("of_id"))

# The installation of a job. What is not known yet stands for itself.
_INSTALLATION = sa.case(
    (_A.kind == "installation", _A.id), else_=sa.func.coalesce(repository.c.installation_id, -_A.id)
).label("installation")
_WITH_REPOSITORY = jobs.outerjoin(
    repository, sa.and_(_A.kind == "repository", repository.c.id == _A.id)
)


class QueuedJob(NamedTuple):
    """Names a job to queue. At a lower `place`, from 1, it comes before others."""

    subject: Subject
    place: int


@cache
def _schedule_statement(dialect: str) -> sa.Insert:
    """Return the statement, cached: to compile it takes longer than to run it."""
    statement = insert(dialect, jobs)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[_A.kind, _A.id],
        set_={"at": new.at, "due_at": sa.case((_A.holder.is_(None), new.at), else_=_A.due_at)},
        where=sa.or_(_A.at.is_(None), _A.at > new.at),
    )


class JobTable:
    """Schedules, claims and finishes jobs. Each call is one transaction; times are aware."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # Also for a person who reads the table: host and process.
        self._name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._numbers = itertools.count(1)

    def schedule(self, *subjects: Subject, at: datetime) -> None:
        """Schedule the jobs of these, at that time or sooner."""
        self.schedule_each((subject, at) for subject in subjects)

    def schedule_each(self, jobs: Iterable[tuple[Subject, datetime]]) -> None:
        """Schedule each at its time or sooner."""
        earliest: dict[Subject, datetime] = {}
        for subject, at in jobs:
            earliest[subject] = min(at, earliest.get(subject, at))
        # Always in one order, so that two who schedule the same rows cannot wait for each other.
        rows = [
            {"kind": subject.kind, "id": subject.id, "at": at, "due_at": at}
            for subject, at in sorted(earliest.items())
        ]
        if rows:
            with self._engine.begin() as connection:
                connection.execute(_schedule_statement(connection.dialect.name), rows)

    def claim(
        self, now: datetime, most: int, *, until: datetime, per_installation: int | None = None
    ) -> tuple[Claim, ...]:
        """Claim up to so many due jobs, but for those being claimed now, in their order.

        Of one installation no more than `per_installation` run or are queued at once.
        """
        with self._engine.begin() as connection:
            due = _due(connection, now, most, per_installation)
            return self._claim(connection, [job.subject for job in due], now, until)

    def claim_for_queue(
        self, now: datetime, most: int, *, until: datetime, per_installation: int | None = None
    ) -> tuple[QueuedJob, ...]:
        """Mark due jobs as queued, for `claim_one`; those unclaimed by `until` are due again.

        While another process does so, none are left to queue.
        """
        with self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                alone = sa.select(sa.func.pg_try_advisory_xact_lock(_QUEUE_LOCK))
                if not connection.execute(alone).scalar():
                    return ()
            due = _due(connection, now, most, per_installation)
            found = [job.subject for job in due]
            claims = self._claim(connection, found, now, until, holder=QUEUE)
            queued = {claim.subject for claim in claims}
            return tuple(job for job in due if job.subject in queued)

    def claim_one(self, subject: Subject, now: datetime, *, until: datetime) -> Claim | None:
        """Claim this job when it is due or queued; None when it is not, or another runs it."""
        with self._engine.begin() as connection:
            claims = self._claim(connection, [subject], now, until, queued=True)
        return next(iter(claims), None)

    def renew(self, claims: Iterable[Claim], *, until: datetime) -> None:
        """Renew the leases of these."""
        if rows := _parameters(claims):
            mine = _BY_KEY.where(_A.holder == sa.bindparam("by"))
            with self._engine.begin() as connection:
                connection.execute(mine.values(due_at=until), rows)

    def finish(
        self, claim: Claim, now: datetime, *, next_run: datetime | None, settled: bool
    ) -> bool:
        """Release it, to run at `next_run`, or sooner where that was scheduled meanwhile.

        When it is `settled`, deliveries that came before the claim are processed, and its failures
        are reset. The time since the claim counts as used by its installation. Returns False when
        its lease had expired and another claimed it.
        """
        at: sa.ColumnElement[datetime | None] = _A.at
        if next_run is not None:
            at = sa.case((sa.or_(at.is_(None), at > next_run), next_run), else_=at)
        with self._engine.begin() as connection:
            held = jobs.update().where(_is(claim.subject), _A.holder == claim.holder)
            tries = 0 if settled else claim.tries + 1
            released = connection.execute(
                held.values(at=at, due_at=at, holder=None, tries=tries)
            ).rowcount
            if released and settled:
                its = inbox.c.kind == claim.subject.kind, inbox.c.subject_id == claim.subject.id
                waiting = inbox.c.done_at.is_(None), inbox.c.received_at <= claim.since
                connection.execute(inbox.update().where(*its, *waiting).values(done_at=now))
            _add_used_time(connection, claim, now)
        return bool(released)

    def release_all(self, now: datetime) -> None:
        """Release all jobs of other holders, at the start of the only process: they are dead."""
        with self._engine.begin() as connection:
            held = jobs.update().where(_A.holder.is_not(None))
            connection.execute(held.values(at=now, due_at=now))

    def due_at(self, subject: Subject) -> datetime | None:
        """Return when its job runs next, as far as that is known."""
        rows = fetch(self._engine, sa.select(_A.due_at).where(_is(subject)))
        return rows[0].due_at if rows else None

    def overdue(self, now: datetime) -> tuple[int, datetime | None]:
        """Return how many jobs are due and not claimed, and when the first one was due."""
        query = sa.select(sa.func.count(), sa.func.min(_A.due_at)).where(_A.due_at <= now)
        count, first = fetch(self._engine, query)[0]
        return count, first

    def _claim(
        self,
        connection: Connection,
        subjects: Sequence[Subject],
        now: datetime,
        until: datetime,
        *,
        holder: str = "",
        queued: bool = False,
    ) -> tuple[Claim, ...]:
        """Claim those of these jobs that are due, or also queued, in the same order.

        Each gets a holder of its own unless there is one for all.
        """
        if not subjects:
            return ()
        free = sa.or_(_A.due_at <= now, _A.holder == QUEUE) if queued else _A.due_at <= now
        # Not by tuples: SQLite would look at all of a kind.
        ids = {kind: [one.id for one in subjects if one.kind == kind] for kind, _ in subjects}
        its = sa.or_(*(sa.and_(_A.kind == kind, _A.id.in_(ids[kind])) for kind in sorted(ids)))
        rows = connection.execute(
            sa.select(_A.kind, _A.id, _A.tries, _A.holder)
            .where(its, free)
            .with_for_update(skip_locked=True)
        )
        found = {Subject(row.kind, row.id): row for row in rows}
        claims = [
            Claim(
                subject,
                holder or f"{self._name}:{next(self._numbers)}",
                # Its last holder died: perhaps of this job.
                found[subject].tries + (found[subject].holder not in {None, QUEUE}),
                now,
            )
            for subject in subjects
            if subject in found
        ]
        if claims:
            held = _BY_KEY.values(at=None, due_at=until, holder=sa.bindparam("by"))
            connection.execute(held, _parameters(claims))
        return tuple(claims)


def _parameters(claims: Iterable[Claim]) -> list[dict[str, object]]:
    return [{"of_kind": c.subject.kind, "of_id": c.subject.id, "by": c.holder} for c in claims]


def _due(
    connection: Connection, now: datetime, most: int, per_installation: int | None
) -> list[QueuedJob]:
    """Return up to so many due jobs in the order in which they are to run."""
    place = per_installation or _UNLIMITED
    values = {"now": now, "at": now.timestamp(), "place": place, "most": most}
    found = connection.execute(_due_statement(), values)
    return [QueuedJob(Subject(row.kind, row.id), row.place) for row in found]


@cache
def _due_statement() -> sa.Select[tuple[str, int, int]]:
    """Return the query, cached: to build it takes longer than to run it."""
    now = sa.bindparam("now", type_=Moment)
    waiting = (
        sa.select(_A.kind, _A.id, _A.due_at, _INSTALLATION)
        .select_from(_WITH_REPOSITORY)
        .where(_A.due_at <= now)
        .subquery()
    )
    # Those of dead holders are due. By a sum, for it is the index of holders that is to be used.
    alive = sa.func.sum(sa.case((_A.due_at > now, 1), else_=0))
    busy = (
        sa.select(_INSTALLATION, alive.label("count"))
        .select_from(_WITH_REPOSITORY)
        .where(_A.holder.is_not(None))
        .group_by(_INSTALLATION)
        .subquery()
    )
    turn = sa.func.row_number().over(
        partition_by=waiting.c.installation,
        order_by=(waiting.c.due_at, waiting.c.kind, waiting.c.id),
    )
    placed = (
        sa.select(waiting, (turn + sa.func.coalesce(busy.c.count, 0)).label("place"))
        .outerjoin_from(waiting, busy, busy.c.installation == waiting.c.installation)
        .subquery()
    )
    used = installation.c.used_until
    behind = sa.case((used > sa.bindparam("at", type_=sa.Double), used), else_=0)
    return (
        sa.select(placed.c.kind, placed.c.id, placed.c.place)
        .outerjoin_from(placed, installation, installation.c.id == placed.c.installation)
        .where(placed.c.place <= sa.bindparam("place", type_=sa.BigInteger))
        .order_by(placed.c.place, behind, placed.c.due_at)
        .limit(sa.bindparam("most", type_=sa.Integer))
    )


def _add_used_time(connection: Connection, claim: Claim, now: datetime) -> None:
    """Put the installation of a job that has ended behind others, by the time that it took."""
    number, of_repository = claim.subject.id, claim.subject.kind == "repository"
    its = sa.select(repository.c.installation_id).where(repository.c.id == number)
    which = installation.c.id == (its.scalar_subquery() if of_repository else number)
    at, used = now.timestamp(), installation.c.used_until
    until = sa.case((used > at, used), else_=at) + max((now - claim.since).total_seconds(), 0.0)
    latest = at + LONGEST_DEBT
    connection.execute(
        installation.update()
        .where(which)
        .values(used_until=sa.case((until > latest, latest), else_=until))
    )


def _is(subject: Subject) -> sa.ColumnElement[bool]:
    return sa.and_(_A.kind == subject.kind, _A.id == subject.id)
