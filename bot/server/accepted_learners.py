"""Reads the learners whom a mentor accepted: for the mentor's page and for the digest."""

from datetime import datetime

from bot.reports.cohort import Member
from bot.server.showing import unpacked_member
from bot.server.store.rows import Mentor, RepositoryRow
from bot.server.store.store import Store

MAX_LEARNERS = 1_000  # of one mentor: more are counted, but not shown


def accepted_learners(
    store: Store, who: Mentor, now: datetime
) -> list[tuple[RepositoryRow, Member]]:
    """Return those who share with a mentor and are accepted, by name.

    Whether the mentor may read their repositories, only GitHub knows.
    """
    rows = store.cohorts.learners(who, now, offset=0, limit=MAX_LEARNERS)
    documents = store.page_cache.documents([row.id for row in rows])
    members = ((row, unpacked_member(documents.get(row.id, b""))) for row in rows)
    return [(row, member) for row, member in members if member is not None]
