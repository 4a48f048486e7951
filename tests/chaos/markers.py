"""What stands in a repository, read as docs/reference/markers.md tells it, without our code."""

import json
import re
from collections.abc import Iterator
from typing import Any

from github_sandbox.state.objects import Comment, Issue, Label, Repository

END = re.compile(r"<!-- milepost:end (\{[^\n]*\}) -->")
MEMORY = re.compile(r"<!-- milepost:memory (\{[^\n]*\}) -->")
LEDGER = re.compile(r"<!-- milepost:ledger (\{[^\n]*\}) -->")
BEGIN = "<!-- milepost:begin -->"
WORK = frozenset({"task", "deliverable", "checkpoint", "project"})
SUMMARY = "summary:summary"
STRANGER = "sam-stranger"
LABEL = re.compile(r"(?:^|· )milepost (\S+)$")


def key_of(text: str | None) -> str | None:
    """The key in the first end marker."""
    found = END.search((text or "").replace("\r\n", "\n"))
    return str(json.loads(found[1])["key"]) if found else None


def closed_by_us(issue: Issue) -> bool:
    """Whether the marker says that the plan closed it."""
    found = END.search((issue.body or "").replace("\r\n", "\n"))
    return bool(found and json.loads(found[1]).get("state") == "closed")


def label_key(label: Label) -> str | None:
    found = LABEL.search(label.description or "")
    return found[1] if found else None


def entries(issue: Issue) -> list[dict[str, Any]]:
    """The memory of an issue."""
    found = MEMORY.search((issue.body or "").replace("\r\n", "\n"))
    return list(json.loads(found[1])["entries"]) if found else []


def issues(repository: Repository) -> list[Issue]:
    """All of them but a stranger's, oldest first; no pull requests."""
    every = repository.issues.values()
    return [i for i in every if not i.is_pull_request and i.user.login != STRANGER]


def by_key(repository: Repository) -> dict[str, list[Issue]]:
    """Our issues."""
    found: dict[str, list[Issue]] = {}
    for issue in issues(repository):
        if key := key_of(issue.body):
            found.setdefault(key, []).append(issue)
    return found


def comments(repository: Repository) -> Iterator[tuple[Issue, Comment]]:
    """Yield all but a stranger's, with their issues."""
    for issue in repository.issues.values():
        for comment in issue.comments:
            if comment.user.login != STRANGER:
                yield issue, comment


def marks(comment: Comment) -> list[str]:
    """Which of our marks it has; a stranger's is none."""
    given = [r.content for r in comment.reactions if r.user.login != STRANGER]
    return [content for content in given if content in {"rocket", "confused"}]


def weeks_reported(repository: Repository) -> int:
    """How many weekly summaries stand there, as comments or issues."""
    texts = [comment.body for _, comment in comments(repository)]
    texts += [issue.body or "" for issue in issues(repository)]
    return sum(str(key_of(text)).startswith("weekly:") for text in texts)


def refused(repository: Repository) -> list[str]:
    """What the dashboard has noted as refused by GitHub."""
    found = (LEDGER.search(i.body or "") for i in by_key(repository).get(SUMMARY, []))
    return [name for one in found if one for name in json.loads(one[1]).get("refused", {})]
