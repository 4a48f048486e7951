"""What `milepost doctor` has to say about one thing."""

from typing import Literal, NamedTuple


class Finding(NamedTuple):
    """One line of the report: whether it is well, to be minded, or wrong, and what to do."""

    subject: str
    verdict: Literal["well", "mind", "wrong"]
    text: str
    advice: str = ""


def ok(subject: str, text: str) -> Finding:
    """Nothing is to be done."""
    return Finding(subject, "well", text)


def warning(subject: str, text: str, advice: str = "") -> Finding:
    """It works, and something should be known or done."""
    return Finding(subject, "mind", text, advice)
