"""Findings of `milepost doctor`, on one subject each."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

# What the docs write for a name of the reader's, and their example of an account.
_PLACEHOLDER = re.compile(r"\b(?:OWNER/|YOUR-[A-Z]|octocat/milepost\b)[\w./@-]*")


class Finding(NamedTuple):
    """One line of the report: how the subject is, and what to do about it."""

    subject: str
    verdict: Literal["well", "mind", "wrong"]
    text: str
    advice: str = ""


def ok(subject: str, text: str) -> Finding:
    """Return that nothing is to be done."""
    return Finding(subject, "well", text)


def warning(subject: str, text: str, advice: str = "") -> Finding:
    """Return that it works, and something should be known or done."""
    return Finding(subject, "mind", text, advice)


def problem(subject: str, text: str, advice: str = "") -> Finding:
    """Return that it does not work."""
    return Finding(subject, "wrong", text, advice)


def placeholders(path: str, text: str) -> Iterator[Finding]:
    """Yield a problem for each placeholder of the docs that is left in a file, outside comments."""
    for number, line in enumerate(text.splitlines(), 1):
        for found in _PLACEHOLDER.findall(re.sub(r"(?:^|\s)#.*", "", line)):
            yield problem(
                "files",
                f"{path}, line {number}: '{found}' is an example from the docs.",
                "Write your own name there, or that of the account with your copy of Milepost.",
            )
