"""A mentor's weekly digest: who would like help first, then work to approve, and what the week was.

It says what the cohort's table says, and so nothing of those who do not share.
"""

from datetime import date

from bot import templating
from bot.planning.marker import Key
from bot.reports.cohort import Cohort
from bot.reports.due_weeks import Week
from bot.reports.formatting import WORDS

MAX_CHAT = 1_900  # characters; Discord takes 2,000


def digest_key(week: Week) -> Key:
    """Return the key of a week's digest."""
    return f"digest:{week}"


def as_markdown(cohort: Cohort, today: date) -> str:
    """Return the digest as a comment. `today` is the mentor's day."""
    return templating.render("digest.md.j2", **_values(cohort, today), **WORDS)


def as_chat(cohort: Cohort, today: date, url: str) -> str:
    """Return it in a few lines without markup, for a chat; `url` is where all of it is."""
    text = templating.render("digest.txt.j2", **_values(cohort, today)).strip()
    return f"{text[: MAX_CHAT - len(url)].rstrip()}\n{url}"


def _values(cohort: Cohort, today: date) -> dict[str, object]:
    learners = cohort.learners
    return {
        "week": Week.of(today),
        "requests": cohort.help_requests(),
        "approve": [one for one in learners if one.awaiting],
        "moved": [one for one in learners if one.change],
        "inactive": [one for one in learners if one.is_inactive(today)],
        "reached": [one for one in learners if any(_is_new(r.on, today) for r in one.results)],
    }


def _is_new(day: date, today: date) -> bool:
    return 0 < (today - day).days <= 7
