"""Stores with which mentors paths are shared, whether that still holds, and the mentors' answers.

Consent fails closed. A path is shared while the last sync of its repository read valid settings,
less than `HOLDS` ago, that grant what the settings behind its page granted. A sync that doesn't
read them voids it, and so does a delivery after which they may be others.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.server.store.engine import fetch, read_only, upsert
from bot.server.store.rows import (
    Audience,
    Mentor,
    RepositoryRow,
    Subject,
    WebhookDelivery,
)
from bot.server.store.tables import (
    acceptance,
    inbox,
    installation,
    mentor,
    repository,
    repository_columns,
)

HOLDS = timedelta(hours=25, minutes=30)  # between two nights when the clocks go back, and some more
_A, _M, _R = acceptance.c, mentor.c, repository.c


class ShareRequest(NamedTuple):
    """Holds a learner who shares with a mentor, and the mentor's answer; None before there is one.

    `learner` and `name` are those of an `Audience`.
    """

    learner: str
    name: str
    accepted: bool | None


class CohortCounts(NamedTuple):
    """Counts a mentor's paths that are shown, those that they accepted besides, and requests."""

    shown: int
    not_shown: int
    requests: int


class Cohorts:
    """Stores consent and its acceptance. Each call is one transaction; times are aware."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def confirm(self, number: int, audience: Audience, at: datetime, *, revocations: int) -> None:
        """Store that settings with this audience were read, by a sync that began at `at`.

        `revocations` is what the row had then: after another one it is unknown what was read. Voids
        the consent where the page was made with another audience.
        """
        with self._engine.begin() as connection:
            stored = sa.select(_M.login, _M.learner, _M.name).where(_M.repository_id == number)
            same = {tuple(row) for row in connection.execute(stored)} == audience.rows
            where = (_R.id == number, _R.revocations == revocations) if same else (_R.id == number,)
            its = repository.update().where(*where)
            connection.execute(its.values(consent_at=at if same else None))

    def void(self, number: int, *, before: datetime) -> None:
        """Void the consent that no sync has confirmed since `before`."""
        with self._engine.begin() as connection:
            its = repository.update().where(_R.id == number, _R.consent_at < before)
            connection.execute(its.values(consent_at=None))

    def revoke(self, deliveries: Iterable[WebhookDelivery]) -> None:
        """Void what these deliveries put in doubt, until the sync that they start.

        Not for those that are in the inbox already, which start none.
        """
        revoking = {one.guid: one for one in deliveries if one.revokes}
        if not revoking:
            return
        known = sa.select(inbox.c.guid).where(inbox.c.guid.in_(revoking))
        for (guid,) in fetch(self._engine, known):
            del revoking[guid]
        for hides in (False, True):
            subjects = {s for one in revoking.values() if one.hides == hides for s in one.revokes}
            if subjects:
                self._revoke(subjects, hide=hides)

    def _revoke(self, subjects: AbstractSet[Subject], *, hide: bool) -> None:
        numbers = [one.id for one in subjects if one.kind == "repository"]
        through = [one.id for one in subjects if one.kind == "installation"]
        its = repository.update().where(_R.id.in_(numbers) | _R.installation_id.in_(through))
        hidden = {"private": True} if hide else {}
        with self._engine.begin() as connection:
            connection.execute(
                its.values(consent_at=None, revocations=_R.revocations + 1, **hidden)
            )

    def learners(
        self, who: Mentor, now: datetime, *, offset: int, limit: int
    ) -> tuple[RepositoryRow, ...]:
        """Return a part of what is shared with a mentor and accepted, by the names shown."""
        found = _shared(repository_columns(), who, now).where(_A.accepted.is_(True))
        ordered = found.order_by(sa.func.lower(_M.name), _R.id).offset(offset).limit(limit)
        return tuple(RepositoryRow(*row) for row in fetch(self._engine, ordered))

    def counts(self, who: Mentor, now: datetime) -> CohortCounts:
        """Return how much there is for a mentor. One learner is one request."""
        paths, learners = sa.func.count(), sa.func.count(sa.distinct(_M.learner))
        all_accepted = (
            sa.select(sa.func.count())
            .select_from(acceptance.join(repository, _R.id == _A.repository_id))
            .where(_A.mentor_id == who.id, _A.accepted.is_(True), _R.state != "gone")
        )
        with read_only(self._engine) as connection:
            shown = connection.execute(
                _shared([paths], who, now).where(_A.accepted.is_(True))
            ).scalar_one()
            waiting = connection.execute(
                _shared([learners], who, now).where(_A.accepted.is_(None))
            ).scalar_one()
            accepted = connection.execute(all_accepted).scalar_one()
        return CohortCounts(shown, max(accepted - shown, 0), waiting)

    def requests(
        self, who: Mentor, now: datetime, *, offset: int, limit: int
    ) -> tuple[ShareRequest, ...]:
        """Return a part of the learners who share with a mentor: those without an answer first."""
        rank = sa.case((_A.accepted.is_(None), 0), (_A.accepted.is_(True), 1), else_=2)
        columns = [_M.learner, sa.func.max(_M.name), _A.accepted]
        found = _shared(columns, who, now).group_by(_M.learner, _A.accepted)
        # Not by login, which would tell something about who goes by another name.
        ordered = found.order_by(rank, sa.func.min(_R.id)).offset(offset).limit(limit)
        return tuple(ShareRequest(*row) for row in fetch(self._engine, ordered))

    def answer(self, who: Mentor, learner: str, now: datetime, *, accepted: bool) -> None:
        """Store a mentor's answer to all that a learner shares with them now."""
        with self._engine.begin() as connection:
            its = _shared([_R.id], who, now).where(_M.learner == learner)
            values = {"login": who.login.lower(), "learner": learner, "accepted": accepted}
            for number in list(connection.execute(its).scalars()):
                key = {"mentor_id": who.id, "repository_id": number}
                upsert(connection, acceptance, key, values)

    def mentors(self, number: int) -> tuple[tuple[str, bool], ...]:
        """Return the mentors whom a repository names, and whether each has accepted."""
        accepted = sa.exists().where(
            _A.repository_id == _M.repository_id,
            _A.login == _M.login,
            _A.learner == _M.learner,
            _A.accepted.is_(True),
        )
        query = sa.select(_M.login, accepted.label("accepted")).where(_M.repository_id == number)
        rows = fetch(self._engine, query.order_by(_M.login))
        return tuple((row.login, bool(row.accepted)) for row in rows)


def _shared(columns: Sequence[Any], who: Mentor, now: datetime) -> sa.Select[*tuple[Any, ...]]:
    """Select from what is shared with a mentor now, with their answer if there is one.

    This is the rule of who is shown: every query about a cohort goes through it.
    """
    answered = sa.and_(
        _A.mentor_id == who.id, _A.repository_id == _M.repository_id, _A.learner == _M.learner
    )
    tables = (
        mentor.join(repository, _R.id == _M.repository_id)
        .join(installation, installation.c.id == _R.installation_id)
        .outerjoin(acceptance, answered)
    )
    return (
        sa.select(*columns)
        .select_from(tables)
        .where(
            _M.login == who.login.lower(),
            _R.state == "active",
            installation.c.state == "active",
            _R.consent_at > now - HOLDS,
        )
    )


def is_confirmed(row: RepositoryRow, now: datetime) -> bool:
    """Return whether the consent behind a repository's page holds, as `_shared` asks."""
    return row.state == "active" and row.consent_at is not None and row.consent_at > now - HOLDS


def set_audience(connection: Connection, number: int, audience: Audience) -> None:
    """Replace the audience of a page. Part of the caller's transaction."""
    clear_audience(connection, [number])
    rows = [
        {"login": login, "repository_id": number, "learner": learner, "name": name}
        for login, learner, name in sorted(audience.rows)
    ]
    if rows:
        connection.execute(mentor.insert(), rows)


def clear_audience(
    connection: Connection, repositories: sa.Select[tuple[int]] | Sequence[int]
) -> None:
    """Delete the audiences of these. Part of the caller's transaction."""
    connection.execute(mentor.delete().where(_M.repository_id.in_(repositories)))
