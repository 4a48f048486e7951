"""Findings of `milepost doctor`, on one subject each."""

from typing import Literal, NamedTuple


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
