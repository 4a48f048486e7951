"""Posts a mentor's weekly digest: a comment in the cohort's own repository, and a line in a chat.

The comments stand on one issue, "Your learners", which the first digest makes. One comment a week,
whoever runs it and how often: it is found again by its marker. The repository has to be private,
for learners share with their mentor and not with everybody.
"""

import logging
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Protocol

from bot.errors import UnavailableError, UsageError
from bot.i18n import gettext as _
from bot.i18n import gettext_noop
from bot.planning.changes import CreateIssue
from bot.planning.marker import Key, Marker, digest, normalized, wrap
from bot.planning.observed_state import ObservedState, observe
from bot.planning.ports import Reader
from bot.reports.cohort import Cohort
from bot.reports.digest import as_chat, as_markdown, digest_key
from bot.reports.due_weeks import Week
from bot.sync.publish import DueComment, Outcome, publish_once

if TYPE_CHECKING:
    from bot.sync.apply import WriteContext

ISSUE: Key = "cohort"
TITLE = gettext_noop("Your learners")
_BODY = gettext_noop(
    "Each week a comment here shows which learners want help, and how they're doing."
)
TIMEOUT = 10.0  # seconds


class CohortReader(Reader, Protocol):
    """Reads the cohort's own repository."""

    def is_private(self) -> bool:
        """Return whether not everybody may read it."""
        ...


def post_digest(
    cohort: Cohort, today: date, reader: CohortReader, context: "WriteContext", webhook: str = ""
) -> Outcome:
    """Post this week's digest unless it stands, and then to the chat at `webhook` if it is given.

    `today` is the mentor's day. Raises what `check_places` raises, first of all, UnavailableError
    when the chat does not take it, and what reader and gateway raise.
    """
    check_places(reader, webhook)
    reader.viewer()  # what this account wrote is ours
    observed = _observed(reader)
    if ISSUE not in observed.issues:
        title, text = _(TITLE), _(_BODY)
        marker = Marker(key=ISSUE, title=digest(title), body=digest(normalized(text)))
        body = wrap(text, marker)
        made = CreateIssue(key=ISSUE, title=title, body=body, labels=(), milestone=None)
        context.gateway().write(made)
        observed = _observed(reader)
    due = DueComment(
        key=digest_key(Week.of(today)),
        on=(ISSUE,),
        title=_("This week's digest"),
        text=as_markdown(cohort, today),
    )
    outcome = publish_once(due, observed, reader, context)
    if webhook and outcome is Outcome.POSTED:
        send_chat(webhook, as_chat(cohort, today, observed.issues[ISSUE].state.url))
    return outcome


def check_places(reader: CohortReader, webhook: str = "") -> None:
    """Raise UsageError for a public repository and for a webhook that is no https address.

    The address is a secret: no error repeats it.
    """
    import httpx2

    if webhook:
        try:
            url = httpx2.URL(webhook)
        except httpx2.InvalidURL:
            url = httpx2.URL()
        if url.scheme != "https" or not url.host:
            raise UsageError("the webhook's address has to begin with https://.", where="webhook")
    if not reader.is_private():
        raise UsageError(
            "the digest isn't posted where everybody can read it.",
            hint="Your learners share with you alone: make the repository of the cohort private.",
        )


def send_chat(url: str, text: str) -> None:
    """Post a message to an incoming webhook of Slack or Discord. Raises UnavailableError.

    Nobody is notified by what stands in it.
    """
    import httpx2

    logging.getLogger("httpx2").setLevel(logging.WARNING)  # INFO has the address of each request
    # https://discord.com/developers/docs/resources/webhook, https://api.slack.com/messaging/webhooks
    message: dict[str, object] = {"text": escape(text, quote=False)}  # as Slack asks
    if httpx2.URL(url).host.endswith(("discord.com", "discordapp.com")):
        message = {"content": text, "allowed_mentions": {"parse": list[str]()}}
    try:
        status = httpx2.post(url, json=message, timeout=TIMEOUT).status_code
    except httpx2.HTTPError:
        status = 0
    if status >= 300 or not status:
        why = f"it answered {status}" if status else "it did not answer"
        raise UnavailableError(
            f"The digest is posted, but the chat did not take it: {why}.", where="webhook"
        )


def _observed(reader: Reader) -> ObservedState:
    return observe(reader.snapshot(fresh=True))
