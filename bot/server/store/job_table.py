"""Stores when each job runs, and who runs it: one row for each subject.

Requests for one subject are one job: the earliest time counts until the job is claimed, and what is
scheduled while it runs is for its next run. A row is free again when its holder finishes it, or
when the holder's lease has expired.
"""

import itertools
import os
import secrets
import socket
from collections.abc import Iterable
from datetime import datetime
from functools import cache

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.server.store.engine import fetch, insert
from bot.server.store.rows import Claim, Subject
from bot.server.store.tables import inbox, jobs

QUEUE = "queue"  # the holder of jobs that are queued and not yet claimed

_A = jobs.c
# By the key: there is no index on the holder.
_BY_KEY = jobs.update().where(_A.kind == sa.bindparam("of_kind"), _A.id == sa.bindparam("of_id"))

Found = sa.Select[tuple[str, int, int, str | None]]


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

    def claim(self, now: datetime, most: int, *, until: datetime) -> tuple[Claim, ...]:
        """Claim up to so many due jobs, longest waiting first, but for those being claimed now."""
        return self._claim(_due(now, most), now, until)

    def claim_for_queue(self, now: datetime, most: int, *, until: datetime) -> tuple[Subject, ...]:
        """Mark due jobs as queued, for `claim_one`; those unclaimed by `until` are due again."""
        claims = self._claim(_due(now, most), now, until, holder=QUEUE)
        return tuple(claim.subject for claim in claims)

    def claim_one(self, subject: Subject, now: datetime, *, until: datetime) -> Claim | None:
        """Claim this job when it is due or queued; None when it is not, or another runs it."""
        free = sa.or_(_A.due_at <= now, _A.holder == QUEUE)
        found = sa.select(_A.kind, _A.id, _A.tries, _A.holder).where(_is(subject), free)
        return next(iter(self._claim(found, now, until)), None)

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
        are reset. Returns False when its lease had expired and another claimed it.
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
        self, found: Found, now: datetime, until: datetime, holder: str = ""
    ) -> tuple[Claim, ...]:
        """Claim what is found, each by a holder of its own unless there is one for all."""
        with self._engine.begin() as connection:
            rows = connection.execute(found.with_for_update(skip_locked=True)).all()
            claims = [
                Claim(
                    Subject(row.kind, row.id),
                    holder or f"{self._name}:{next(self._numbers)}",
                    # Its last holder died: perhaps of this job.
                    row.tries + (row.holder not in {None, QUEUE}),
                    now,
                )
                for row in rows
            ]
            if claims:
                held = _BY_KEY.values(at=None, due_at=until, holder=sa.bindparam("by"))
                connection.execute(held, _parameters(claims))
        return tuple(claims)


def _parameters(claims: Iterable[Claim]) -> list[dict[str, object]]:
    return [{"of_kind": c.subject.kind, "of_id": c.subject.id, "by": c.holder} for c in claims]


def _due(now: datetime, most: int) -> Found:
    found = sa.select(_A.kind, _A.id, _A.tries, _A.holder).where(_A.due_at <= now)
    return found.order_by(_A.due_at).limit(most)


def _is(subject: Subject) -> sa.ColumnElement[bool]:
    return sa.and_(_A.kind == subject.kind, _A.id == subject.id)
