"""One run of the Action: environment and event in; writes, outputs, a page and an exit code out."""

import io
import json
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from bot.action.runner_log import RunnerLog, write_outputs, write_summary
from bot.clock import Clock, utc_now
from bot.errors import EXIT_BUG, EXIT_OK, ConfigError, MilepostError, RefusedError

if TYPE_CHECKING:
    from bot.action.outputs import ActivityResult
    from bot.planning.ports import Reader

_PLACE = re.compile(r"(?P<file>[^,\n]+\.(?:ya?ml|md|markdown))(?:, line (?P<line>\d+))?")
_LINE = re.compile(r"\s*line (\d+): (.+)")


def main(environ: Mapping[str, str], *, out: TextIO | None = None, now: Clock = utc_now) -> int:
    """Do what the event asks for; returns the exit code, 0 when nothing is wrong.

    `environ` is what GitHub's runner and `action.yml` set. `out` is where the log goes, else
    standard output. No error leaves it: a person's mistake becomes an annotation, with file and
    line where they are known.
    """
    with RunnerLog(out or _stdout()) as log:
        log.mask(environ.get("GITHUB_TOKEN", ""))
        try:
            done = _run(environ, log, now)
        except MilepostError as error:
            for line in annotations(error):
                log.command("error", **line)
            write_summary(environ.get("GITHUB_STEP_SUMMARY"), _stopped_page(error))
            return error.exit_code
        except Exception as error:  # noqa: BLE001 - the last resort: a bug is told kindly, and kept
            return _bug(error, environ, log)
        for output_line in (done.why, f"{done.title}.", *done.lines):
            log.write(output_line)
    return EXIT_OK


def annotations(error: MilepostError) -> Iterator[dict[str, Any]]:
    """The annotations of one error: one for each mistake of a file, with its line."""
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


def _run(environ: Mapping[str, str], log: RunnerLog, now: Clock) -> "ActivityResult":
    from bot.action.event import requested_activity
    from bot.action.inputs import inputs

    given = inputs(environ)
    event, payload = environ.get("GITHUB_EVENT_NAME", ""), _payload(environ)
    chosen = requested_activity(event, payload, given)
    if chosen.what is None:
        return _write_results(environ, _nothing_to_do(chosen.why))
    from bot.action.context import ActionContext, file_sources, find_settings

    edges = ActionContext(environ, log.write, payload, now)
    with edges.reader() as reader:
        here, there = file_sources(edges, reader)
        settings = find_settings(given, there if chosen.pull is None else here)
        chosen = requested_activity(event, payload, given, settings.curriculum)
        if chosen.what is None:
            return _write_results(environ, _nothing_to_do(chosen.why))
        if chosen.only_if_started and not _has_started(reader):
            why = "This is a fork or a template: start the workflow by hand to begin a path here."
            return _write_results(environ, _nothing_to_do(why))
        from bot.action.activities import Activities
        from bot.progress.path import PathReader
        from bot.sync.file_sources import find_curriculum

        files = there if chosen.pull is None else here
        paths = PathReader(find_curriculum(settings.curriculum, files), settings, edges.now())
        activities = Activities(edges, reader, paths, given=given, log=log, why=chosen.why)
        if chosen.pull is None:
            done = activities.run(chosen.what)
        else:
            done = activities.pull(chosen.pull, (here, there), _run_url(environ))
    return _write_results(environ, done, edges.temporary)


def _nothing_to_do(why: str) -> "ActivityResult":
    from bot.action.outputs import ActivityResult

    return ActivityResult(title="Nothing to do", why=why)


def _has_started(reader: "Reader") -> bool:
    from bot.planning.desired_state import SUMMARY_KEY
    from bot.planning.observed_state import observe

    return SUMMARY_KEY in observe(reader.snapshot()).issues


def _write_results(
    environ: Mapping[str, str], done: "ActivityResult", folder: Path | None = None
) -> "ActivityResult":
    """Write what later steps and people find."""
    from bot.action.outputs import draw_badge, outputs, summary

    badge = draw_badge(done.view, folder) if done.view and folder else None
    write_outputs(environ.get("GITHUB_OUTPUT"), outputs(done, badge))
    write_summary(environ.get("GITHUB_STEP_SUMMARY"), summary(done))
    return done


def _payload(environ: Mapping[str, str]) -> dict[str, Any]:
    """The event's payload; without one, as for a run by hand, nothing is known of the event."""
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


def _run_url(environ: Mapping[str, str]) -> str | None:
    """The page of this run."""
    parts = [environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")]
    return f"{parts[0]}/{parts[1]}/actions/runs/{parts[2]}" if all(parts) else None


def _hint(error: MilepostError) -> str:
    if isinstance(error, RefusedError):
        return "If that is meant, start the workflow by hand with 'allow-removals'."
    return error.hint or ""


def _stopped_page(error: MilepostError) -> str:
    from bot.templating import render

    return render("action-stopped.md.j2", wrong=list(annotations(error)))


def _bug(error: Exception, environ: Mapping[str, str], log: RunnerLog) -> int:
    """Keep the traceback in the log, folded away; the token is cut out of it."""
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


def _stdout() -> TextIO:
    """Standard output in UTF-8 on every system; Windows has its own idea."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace", newline="\n")
    return sys.stdout
