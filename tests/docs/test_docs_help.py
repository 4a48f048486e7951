"""Pages that help: every exit code has its advice, and privacy names what the code keeps."""

import re
from datetime import timedelta

from docs.pages import ROOT, codes, sections

from bot.github.etag_cache import MAX_BYTES
from bot.server.pages.language import COOKIE, LIFETIME
from bot.server.pages.sessions import _PENDING, SESSION_LIFETIME
from bot.server.store.cleanup import DELIVERIES, GONE, UNDONE
from bot.server.store.tables import metadata

DOCS = ROOT / "docs"


def test_every_exit_code_of_an_error_has_its_advice() -> None:
    listed = {row[0] for row in sections(DOCS / "reference/errors.md")["Exit codes"].rows}
    advised = {row[0] for row in sections(DOCS / "how-to/troubleshooting.md")["A run fails"].rows}
    # Success, a plan with changes, a wrong command line (which says so) and Ctrl-C are no problems.
    assert advised == listed - {"0", "2", "64", "130"}


def test_every_symptom_has_a_cause_and_something_to_do() -> None:
    tables = [s for s in sections(DOCS / "how-to/troubleshooting.md").values() if s.rows]
    assert len(tables) == 4
    for section in tables:
        assert all(len(row) == 3 and all(row) for row in section.rows), section.title


def test_privacy_names_the_times_that_the_code_keeps() -> None:
    text = (DOCS / "reference/privacy.md").read_text()
    server = {
        row[0]: row[2] for row in sections(DOCS / "reference/privacy.md")["With a server"].rows
    }
    assert timedelta(hours=8) == SESSION_LIFETIME
    assert "at most eight hours" in server["your token, after you sign in"]
    assert {life for _, life in _PENDING.values()} == {timedelta(minutes=10), timedelta(hours=1)}
    assert "ten minutes; an hour" in server["the secret of a sign-in that has begun"]
    assert (timedelta(8), timedelta(90), timedelta(90)) == (DELIVERIES, UNDONE, GONE)
    assert "8 days; 90 days if" in text
    assert "90 days after the App is removed" in text
    assert timedelta(seconds=LIFETIME) == timedelta(days=365)
    assert f"`{COOKIE}` | a year" in text
    assert MAX_BYTES == 50_000_000
    assert "at most 50 MB" in text


def test_the_server_s_tables_are_those_that_privacy_leads_to() -> None:
    rows = sections(DOCS / "reference/server.md")["What is kept"].rows
    assert {name for row in rows for name in codes(row[0])} == set(metadata.tables)
    assert "server.md#what-is-kept" in (DOCS / "reference/privacy.md").read_text()


def test_the_glossary_is_in_order_and_has_the_words_of_progress() -> None:
    words = [row[0].strip("*") for row in sections(DOCS / "reference/glossary.md")["Glossary"].rows]
    assert words == sorted(words)
    done = sections(DOCS / "explanation/what-counts-as-done.md")["The words"].rows
    states = {word for row in done for word in re.split(r", ", row[0])}
    assert {"claimed", "evidenced", "attested", "skipped"} <= states & set(words)
