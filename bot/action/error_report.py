"""Reports an error of the Action: annotations, a page of the step's summary, and an exit code."""

import re
import traceback
from collections.abc import Iterator, Mapping
from typing import Any

from bot.action.runner_log import RunnerLog, write_summary
from bot.errors import EXIT_BUG, MilepostError, RefusedError

_PLACE = re.compile(r"(?P<file>[^,\n]+\.(?:ya?ml|md|markdown))(?:, line (?P<line>\d+))?")
_LINE = re.compile(r"\s*line (\d+): (.+)")


def report(error: Exception, environ: Mapping[str, str], log: RunnerLog) -> int:
    """Write an error to the log and to the summary; returns the exit code."""
    if not isinstance(error, MilepostError):
        return _report_bug(error, environ, log)
    from bot.templating import render

    wrong = list(annotations(error))
    for line in wrong:
        log.command("error", **line)
    page = render("action-stopped.md.j2", wrong=wrong)
    write_summary(environ.get("GITHUB_STEP_SUMMARY"), page)
    return error.exit_code


def annotations(error: MilepostError) -> Iterator[dict[str, Any]]:
    """Yield the annotations of one error: one for each mistake of a file, with its line."""
    place = _PLACE.fullmatch(error.where or "")
    file = place["file"] if place else None
    hint = f" {_hint(error)}" if error.hint else ""
    title = "Milepost stopped"
    several = [found for part in error.what.split("\n") if (found := _LINE.fullmatch(part))]
    if file and several:
        for found in several:
            yield {"message": f"{found[2]}{hint}", "file": file, "line": found[1], "title": title}
        return
    where = f"{error.where}: " if error.where and not file else ""
    line = place["line"] if place else None
    yield {"message": f"{where}{error.what}{hint}", "file": file, "line": line, "title": title}


def _hint(error: MilepostError) -> str:
    if isinstance(error, RefusedError):
        return "If that is meant, start the workflow by hand with 'allow-removals'."
    return error.hint or ""


def _report_bug(error: Exception, environ: Mapping[str, str], log: RunnerLog) -> int:
    """Write the traceback to the log, folded away and without the token."""
    text = "".join(traceback.format_exception(error))
    secret = environ.get("GITHUB_TOKEN", "").strip()
    with log.group("Details for a report"):
        log.write(text.replace(secret, "***") if secret else text)
    log.command(
        "error",
        f"This is a mistake in Milepost, not yours ({type(error).__name__}). What was written "
        "before stays. Please report it with the details from the log.",
        title="Milepost stopped",
    )
    return EXIT_BUG
