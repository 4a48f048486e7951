"""The set-up form by itself: settings fill it in, and its answers are the same settings."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.curriculum.load import from_catalog
from bot.i18n import LANGUAGES, use_language
from bot.server.pages import setup_form
from bot.server.pages.settings_file import difference
from bot.server.pages.setup import moment, setup_progress
from bot.server.pages.setup_form import SetupForm
from bot.server.store.rows import RepositoryRow
from bot.settings import FileSettings, Weekday, parse
from bot.sync.settings_text import render, without_answers

SPEEDS: st.SearchStrategy[dict[str, float]] = st.one_of(
    st.just({}),
    st.integers(1, 120).map(lambda months: {"pace": months}),
    st.integers(1, 160).map(lambda halves: {"hours_per_week": halves / 2}),
)
LOGIN = st.from_regex(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?", fullmatch=True)
NAMES = st.none() | st.text(
    st.characters(categories=("L", "N", "P", "Zs"), max_codepoint=0x2FFF), min_size=1, max_size=60
).map(str.strip).filter(bool)


@st.composite
def settings(draw: st.DrawFn) -> FileSettings:
    """Draw settings of which the form has every key."""
    return FileSettings.model_validate(
        {
            "curriculum": draw(
                st.sampled_from(["devops-to-mlops", "docs/my guide.md", "ä/path.YML"])
            ),
            "start": draw(st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1))),
            "timezone": draw(st.sampled_from(sorted(setup_form._ZONE_NAMES))),
            "language": draw(st.none() | st.sampled_from(sorted(LANGUAGES))),
            "ahead": draw(st.integers(0, 520) | st.just("all")),
            "summary": {
                "as": draw(st.sampled_from(["comment", "issue"])),
                "day": draw(st.sampled_from(Weekday)),
                "hour": draw(st.integers(0, 23)),
            },
            "mentors": draw(st.lists(LOGIN, max_size=20, unique=True)),
            "cohort": {"share": draw(st.booleans()), "name": draw(NAMES)},
            **draw(SPEEDS),
        }
    )


@given(settings())
def test_settings_come_back_as_they_were(there: FileSettings) -> None:
    filled = setup_form.read(setup_form.of_settings(there))
    assert filled.wrong == {}
    assert filled.answers is not None
    text = render(filled.answers)
    assert parse(text) == there
    assert without_answers(text) == ""


@given(st.dictionaries(st.sampled_from(list(SetupForm.model_fields)), st.text(max_size=30)))
def test_any_fields_are_answered_or_told(fields: dict[str, str]) -> None:
    filled = setup_form.read(setup_form.from_fields(fields))
    assert (filled.answers is None) == bool(filled.wrong)
    if filled.answers is not None:
        parse(render(filled.answers))


def test_the_first_form_can_be_sent_as_it_is() -> None:
    form = setup_form.default_form(date(2026, 11, 24))
    assert form.start == "2026-11-30"
    assert setup_form.read(form).answers is not None
    assert setup_form.curriculum_options()[0].name == form.curriculum
    assert setup_form.zones()[0] == ("", ("UTC",))


def test_the_first_form_proposes_the_language_of_its_page_and_its_built_in_paths() -> None:
    with use_language("es"):
        form, options = setup_form.default_form(date(2026, 11, 24)), setup_form.curriculum_options()
    assert form.language == "es"
    answers = setup_form.read(form).answers
    assert answers is not None
    assert parse(render(answers)).language == "es"
    assert options[0].title == from_catalog(form.curriculum, "es").title
    assert setup_form.default_form(date(2026, 11, 24)).language == ""


@given(st.lists(st.sampled_from("abc"), max_size=6), st.lists(st.sampled_from("abc"), max_size=6))
def test_a_difference_tells_what_goes_and_what_comes(old: list[str], new: list[str]) -> None:
    shown = difference("\n".join(old), "\n".join(new))
    assert (shown == ()) == (old == new)
    counts = {sign: sum(one == sign for one, _ in shown) for sign in "+-"}
    assert counts["+"] - counts["-"] == len(new) - len(old)


ROW = RepositoryRow(1, 1, "a/b", private=False, state="active")
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (None, "waiting"),
        (ROW._replace(state="gone"), "waiting"),
        (ROW, "waiting"),
        (ROW._replace(written=1, to_write=9, synced_at=NOON, result="unset"), "working"),
        (ROW._replace(synced_at=NOON - timedelta(seconds=1), result="synced"), "waiting"),
        (ROW._replace(synced_at=NOON, result="synced"), "done"),
        (ROW._replace(synced_at=NOON, result="waiting", message="429"), "waiting"),
        (ROW._replace(synced_at=NOON, result="wrong"), "trouble"),
        (ROW._replace(synced_at=NOON, result="unset"), "trouble"),
        (ROW._replace(synced_at=NOON, result="refused"), "trouble"),
        (ROW._replace(synced_at=NOON, result="archived"), "trouble"),
    ],
)
def test_how_far_it_is(row: RepositoryRow | None, word: str) -> None:
    now = setup_progress(row, since=NOON, due=NOON)
    assert now.state == word
    assert now.message
    assert now.again == (word in {"waiting", "working"})


def test_an_archived_repository_is_told_in_the_viewer_s_language() -> None:
    row = ROW._replace(synced_at=NOON, result="archived", message="The repository is archived.")
    with use_language("de"):
        now = setup_progress(row, since=NOON, due=NOON)
    assert (now.message, now.detail) == ("Dieses Repository ist archiviert.", "")


def test_a_moment_goes_into_an_address_and_comes_back() -> None:
    assert moment(str(int(NOON.timestamp() * 1000))) == NOON
    assert moment("soon") is None
