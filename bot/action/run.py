"""One run of the Action: environment and event in; writes, outputs, a page and an exit code out."""

import io
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from bot.action.runner_log import RunnerLog, write_outputs, write_summary
from bot.clock import Clock, utc_now
from bot.errors import EXIT_BUG, EXIT_OK, ConfigError, MilepostError, RefusedError
from bot.i18n import ENGLISH, set_language
from bot.i18n import gettext as _

if TYPE_CHECKING:
    from bot.action.outputs import ActivityResult
    from bot.planning.ports import Reader


def main(environ: Mapping[str, str], *, out: TextIO | None = None, now: Clock = utc_now) -> int:
    """Do what the event asks for; returns the exit code, 0 when nothing is wrong.

    `environ` is what GitHub's runner and `action.yml` set. `out` is where the log goes, else
    standard output. Raises nothing: errors become annotations and an exit code.
    """
    with RunnerLog(out or _stdout()) as log:
        log.mask(environ.get("GITHUB_TOKEN", ""))
        try:
            done = _run(environ, log, now)
        except Exception as error:  # noqa: BLE001 - the last resort: a bug is reported, and logged
            return report(error, environ, log)
        for line in (done.why, done.title, *done.lines):
            log.write(line)
    return EXIT_OK


def _run(environ: Mapping[str, str], log: RunnerLog, now: Clock) -> "ActivityResult":
    from bot.action.event import requested_activity
    from bot.action.inputs import ActionCommand, read_inputs, read_settings

    inputs = read_inputs(environ)
    event = environ.get("GITHUB_EVENT_NAME", "")
    payload: Mapping[str, Any] = _read_payload(environ)
    chosen = requested_activity(event, payload, inputs)
    if chosen.what is None:
        return _nothing_to_do(environ, chosen.why)
    from bot.action.context import ActionContext
    from bot.sync.file_sources import LocalFiles, RepositoryFiles, find_source, place_of

    context = ActionContext(environ, log.write, payload, now)
    with context.reader() as reader:
        if inputs.command is ActionCommand.COHORT:
            from bot.action.cohort_digest import post_cohort_digest

            done = post_cohort_digest(environ, context, reader, inputs, log)
            return _write_results(environ, done.model_copy(update={"why": chosen.why}))
        checkout, default = LocalFiles(context.workspace), RepositoryFiles(reader)
        files = default if chosen.pull is None else checkout
        settings = read_settings(inputs, files)
        set_language(settings.language or ENGLISH)
        payload = context.complete_payload(reader)
        context.watch_schedule(reader, settings.schedule)
        chosen = requested_activity(event, payload, inputs, settings.curriculum)
        if chosen.what is None:
            return _nothing_to_do(environ, chosen.why)
        if chosen.only_if_started and not _has_started(reader):
            why = _("This is a fork or a template. To begin a path here, run the workflow by hand.")
            return _nothing_to_do(environ, why)
        from bot.action.activities import Activities
        from bot.progress.path import PathReader

        place = place_of(settings.curriculum, files, reader)
        paths = PathReader(find_source(settings, place), settings, context.now())
        activities = Activities(context, reader, paths, inputs, log)
        if chosen.pull is None:
            done = activities.run(chosen.what)
        else:
            done = activities.pull(chosen.pull, checkout, default)
    # Once more, for only now the language of the guide is known.
    why = done.why or requested_activity(event, payload, inputs, settings.curriculum).why
    done = done.model_copy(update={"why": why})
    return _write_results(environ, done, context.temporary)


def _read_payload(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the event's payload. Raises ConfigError when there is none or it is not JSON."""
    path = environ.get("GITHUB_EVENT_PATH", "")
    if not path:
        raise ConfigError(
            "there is no event.",
            where="GITHUB_EVENT_PATH",
            hint="GitHub's runner sets it; elsewhere use the command `milepost`.",
        )
    try:
        payload = json.loads(Path(path).read_bytes())
    except (OSError, ValueError, RecursionError) as wrong:
        raise ConfigError(f"the event cannot be read: {wrong}.", where=path) from None
    return payload if isinstance(payload, dict) else {}


def _has_started(reader: "Reader") -> bool:
    from bot.planning.observed_state import is_begun

    return is_begun(reader.snapshot())


def _nothing_to_do(environ: Mapping[str, str], why: str) -> "ActivityResult":
    from bot.action.outputs import ActivityResult

    return _write_results(environ, ActivityResult(title=_("Nothing to do"), why=why))


def _write_results(
    environ: Mapping[str, str], done: "ActivityResult", folder: Path | None = None
) -> "ActivityResult":
    from bot.action.outputs import draw_badge, outputs, summary

    badge = draw_badge(done.path, folder) if done.path and folder else None
    write_outputs(environ.get("GITHUB_OUTPUT"), outputs(done, badge))
    write_summary(environ.get("GITHUB_STEP_SUMMARY"), summary(done))
    return done


def _stdout() -> TextIO:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace", newline="\n")
    return sys.stdout


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
    hint = f" {error.hint}" if error.hint else ""
    if error.hint and isinstance(error, RefusedError):
        hint = " If you mean it, run the workflow by hand with 'allow-removals'."
    title = "Milepost stopped"
    several = [found for part in error.what.split("\n") if (found := _LINE.fullmatch(part))]
    if file and several:
        for found in several:
            yield {"message": f"{found[2]}{hint}", "file": file, "line": found[1], "title": title}
        return
    where = f"{error.where}: " if error.where and not file else ""
    line = place["line"] if place else None
    yield {"message": f"{where}{error.what}{hint}", "file": file, "line": line, "title": title}


def _report_bug(error: Exception, environ: Mapping[str, str], log: RunnerLog) -> int:
    """Write the traceback to the log, folded away and without the token."""
    import traceback

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
