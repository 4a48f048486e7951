"""GitHub's limits on the length of what we write, and how a name is cut to fit."""

ISSUE_TITLE = 256  # characters, as all of these; milestones have the same
ISSUE_BODY = 65_536
LABEL_NAME = 50
LABEL_DESCRIPTION = 100
SUB_ISSUES = 100  # of one issue


def one_line(text: str, limit: int) -> str:
    """Return `text` on one line of at most `limit` characters, with an ellipsis where it is cut."""
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
