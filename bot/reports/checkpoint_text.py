"""The checkpoint report as text: a comment, JSON for programs, and one page to print."""

import json
from typing import Literal

from bot import templating
from bot.reports.checkpoint import CheckpointReport

SCHEMA = 1
MOST = 60_000  # characters of a comment; GitHub holds 65,536
Format = Literal["markdown", "json", "html"]
ENDINGS: dict[Format, str] = {"markdown": "md", "json": "json", "html": "html"}


def as_markdown(report: CheckpointReport) -> str:
    """Return the comment, without marker. A text that is too long leaves out the evidence."""
    text = templating.render("checkpoint.md.j2", r=report, details=True)
    if len(text) > MOST:
        text = templating.render("checkpoint.md.j2", r=report, details=False)
    return text


def as_json(report: CheckpointReport) -> str:
    """Return JSON: `schema`, then the report's fields. Only ASCII, and no `<`."""
    content = {"schema": SCHEMA, **report.model_dump(mode="json")}
    return json.dumps(content, indent=2, ensure_ascii=True).replace("<", "\\u003c")


def as_html(report: CheckpointReport, *, back: str = "") -> str:
    """Return a page that needs nothing else: one sheet of A4 for a path of usual size.

    `back` is the address that it leads back to, where it is one of several pages.
    """
    return templating.render("checkpoint.html.j2", r=report, back=back)


def as_format(report: CheckpointReport, how: Format) -> str:
    """Return the report as a file, with a line end at its end."""
    makers = {"markdown": as_markdown, "json": as_json, "html": as_html}
    return f"{makers[how](report)}\n"


def files(report: CheckpointReport) -> dict[str, str]:
    """Return all formats by path: `reports/<checkpoint id>.md`, `.json`, `.html`."""
    return {
        f"reports/{report.id}.{ending}": as_format(report, how) for how, ending in ENDINGS.items()
    }
