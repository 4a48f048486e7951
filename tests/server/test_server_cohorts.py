"""Whom a mentor sees: consent, its revocation and its acceptance, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.server.showing import audience
from bot.server.store.cohorts import HOLDS, CohortCounts, ShareRequest
from bot.server.store.page_cache import CachedPage
from bot.server.store.rows import (
    Audience,
    InstallationRow,
    Mentor,
    RepositoryInfo,
    Subject,
    WebhookDelivery,
    installation,
    repository,
)
from bot.server.store.store import Store
from bot.settings import parse

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ADA = Mentor(1, "Ada")


def shared_with(*mentors: str, name: str = "willa", number: int | None = None) -> Audience:
    learner = "willa" if number is None else f"willa#{number}"
    return Audience(frozenset(mentors), learner, name)


def sync(
    store: Store, number: int, audience: Audience, at: datetime = NOON, *, accepted: bool = True
) -> None:
    """Leave a repository as a complete sync does, and have Ada accept."""
    store.repositories.save_installation(InstallationRow(3, "willa", "active"), at)
    seen = RepositoryInfo(number, f"willa/r{number}", private=False, archived=False)
    store.repositories.save_repository(3, seen, at)
    store.page_cache.put(CachedPage(number, at, "{}", b"x"), audience)
    read(store, number, audience, at)
    if accepted:
        store.cohorts.answer(ADA, audience.learner, at, accepted=True)


def read(store: Store, number: int, audience: Audience, at: datetime, revoked: int = 0) -> None:
    """Read settings in a sync, and record its result."""
    store.cohorts.confirm(number, audience, at, revocations=revoked)
    store.repositories.record_result(number, result="synced", message="", zone="UTC", at=at)


def seen(store: Store, at: datetime = NOON, who: Mentor = ADA) -> list[int]:
    return [row.id for row in store.cohorts.learners(who, at, offset=0, limit=50)]


def push(store: Store, guid: str, about: Subject, *, hides: bool = False) -> None:
    delivery = WebhookDelivery(guid, "push", None, about, 3, NOON, revokes=(about,), hides=hides)
    store.cohorts.revoke([delivery])
    store.inbox.receive([delivery], wake_at=NOON)


def test_what_was_read_holds_for_a_day_and_no_longer(store: Store) -> None:
    sync(store, 7, shared_with("ada"))
    assert timedelta(hours=26) > HOLDS
    assert seen(store, NOON + timedelta(hours=25)) == [7]
    assert seen(store, NOON + timedelta(hours=26)) == []


def test_a_sync_that_reads_no_settings_voids_it(store: Store) -> None:
    sync(store, 7, shared_with("ada"))
    later = NOON + MINUTE
    store.repositories.record_result(7, result="waiting", message="", zone="UTC", at=later)
    assert seen(store, later) == []


def test_a_sync_that_breaks_voids_what_it_did_not_read(store: Store) -> None:
    sync(store, 7, shared_with("ada"))
    store.cohorts.void(7, before=NOON)
    assert seen(store) == [7]
    store.cohorts.void(7, before=NOON + MINUTE)
    assert seen(store) == []


@pytest.mark.parametrize(
    "other",
    [
        shared_with(),
        shared_with("bea"),
        shared_with("ada", "bea"),
        shared_with("ada", name="Blue Heron", number=7),
    ],
)
def test_other_settings_than_those_of_the_page_void_it_at_once(
    store: Store, other: Audience
) -> None:
    sync(store, 7, shared_with("ada"))
    read(store, 7, other, NOON + MINUTE)
    assert seen(store, NOON + MINUTE) == []


def test_a_delivery_revokes_it_until_the_next_sync(store: Store) -> None:
    sync(store, 7, shared_with("ada"))
    sync(store, 8, shared_with("ada"))
    push(store, "g-1", repository(7))
    assert seen(store) == [8]
    read(store, 7, shared_with("ada"), NOON + MINUTE, revoked=1)
    assert seen(store, NOON + MINUTE) == [7, 8]


def test_a_sync_that_began_before_the_push_does_not_bring_it_back(store: Store) -> None:
    sync(store, 7, shared_with("ada"))
    push(store, "g-1", repository(7))
    read(store, 7, shared_with("ada"), NOON + MINUTE, revoked=0)
    assert seen(store, NOON + MINUTE) == []


def test_the_same_delivery_again_revokes_nothing(store: Store) -> None:
    """It starts no sync either, which would bring consent back."""
    sync(store, 7, shared_with("ada"))
    push(store, "g-1", repository(7))
    read(store, 7, shared_with("ada"), NOON + MINUTE, revoked=1)
    push(store, "g-1", repository(7))
    assert seen(store, NOON + MINUTE) == [7]


def test_a_revoked_installation_revokes_all_of_its_repositories(store: Store) -> None:
    sync(store, 7, shared_with("ada"))
    sync(store, 8, shared_with("ada"))
    push(store, "g-1", installation(3), hides=True)
    assert seen(store) == []
    assert all(row.private for row in store.repositories.repositories(3))


@pytest.mark.parametrize("state", ["suspended", "gone"])
def test_an_installation_that_does_not_work_shows_nobody(store: Store, state: str) -> None:
    sync(store, 7, shared_with("ada"))
    row = InstallationRow(3, "willa", state)  # type: ignore[arg-type] # one of its states
    store.repositories.save_installation(row, NOON)
    assert seen(store) == []


def test_an_archived_repository_shows_nobody(store: Store) -> None:
    sync(store, 7, shared_with("ada"))
    info = RepositoryInfo(7, "willa/r7", private=False, archived=True)
    store.repositories.save_repository(3, info, NOON)
    assert seen(store) == []


def test_who_is_not_accepted_is_a_number_and_a_login(store: Store) -> None:
    sync(store, 7, shared_with("ada"), accepted=False)
    sync(store, 8, shared_with("ada"), accepted=False)
    assert seen(store) == []
    assert store.cohorts.counts(ADA, NOON) == CohortCounts(0, 0, 1)
    assert store.cohorts.requests(ADA, NOON, offset=0, limit=9) == (
        ShareRequest("willa", "willa", None),
    )


def test_an_answer_holds_for_what_was_shared_then(store: Store) -> None:
    sync(store, 7, shared_with("ada"))
    sync(store, 8, shared_with("ada", name="Blue Heron", number=8), accepted=False)
    assert (seen(store), store.cohorts.counts(ADA, NOON).requests) == ([7], 1)
    store.cohorts.answer(ADA, "willa", NOON, accepted=False)
    assert seen(store) == []
    assert store.cohorts.counts(ADA, NOON) == CohortCounts(0, 0, 1)
    assert [one.accepted for one in store.cohorts.requests(ADA, NOON, offset=0, limit=9)] == [
        None,
        False,
    ]


def test_an_answer_is_the_person_s_and_not_the_login_s(store: Store) -> None:
    """Who takes a login over has accepted nobody."""
    sync(store, 7, shared_with("ada"))
    assert seen(store, who=Mentor(2, "ada")) == []
    assert seen(store, who=Mentor(1, "adam")) == []


def test_another_owner_is_accepted_anew(store: Store) -> None:
    sync(store, 7, shared_with("ada"))
    moved = shared_with("ada")._replace(learner="zoe", name="zoe")
    sync(store, 7, moved, NOON + MINUTE, accepted=False)
    assert seen(store, NOON + MINUTE) == []
    assert store.cohorts.counts(ADA, NOON + MINUTE).requests == 1


def test_the_learner_sees_who_has_accepted(store: Store) -> None:
    sync(store, 7, shared_with("ada", "bea"))
    assert store.cohorts.mentors(7) == (("ada", True), ("bea", False))


def test_names_that_no_database_takes_are_stored_all_the_same(store: Store) -> None:
    text = 'mentors: [ada, "a\\0b", "x\\ny"]\ncohort: {share: true, name: "Blue\\0"}\n'
    shared = audience(parse(f"start: 2026-01-05\n{text}"), "willa/r7", 7)
    sync(store, 7, shared)
    assert seen(store) == [7]
    assert store.cohorts.mentors(7) == (("ada", True),)


def test_a_result_that_quotes_a_nul_is_stored(store: Store) -> None:
    sync(store, 7, shared_with("ada"))
    text = "'a\0' is not a zone.\nCorrect it."
    store.repositories.record_result(7, result="wrong", message=text, zone="UTC", at=NOON)
    row = store.repositories.repository(7)
    assert row
    assert row.message == "'a\N{REPLACEMENT CHARACTER}' is not a zone.\nCorrect it."


def test_many_come_in_pages_by_their_names(store: Store) -> None:
    for number, name in enumerate(("zoe", "Ada", "mia", "Bea"), start=1):
        sync(store, number, shared_with("ada", name=name, number=number))
    pages = [store.cohorts.learners(ADA, NOON, offset=at, limit=3) for at in (0, 3, 6)]
    assert [[row.id for row in page] for page in pages] == [[2, 4, 3], [1], []]
    assert store.cohorts.counts(ADA, NOON) == CohortCounts(4, 0, 0)


def test_what_was_accepted_and_is_not_shared_now_is_counted(store: Store) -> None:
    sync(store, 7, shared_with("ada"))
    sync(store, 8, shared_with("ada"))
    push(store, "g-1", repository(7))
    assert store.cohorts.counts(ADA, NOON) == CohortCounts(1, 1, 0)
