"""Summaries and reports as comments: those that are due, and those that a person asks for."""

from bot.curriculum.model import Checkpoint
from bot.planning.desired_state import SUMMARY_KEY
from bot.progress.path import LearningPath
from bot.progress.progress import item_keys
from bot.reports import checkpoint as checkpoints
from bot.reports import checkpoint_text
from bot.reports import weekly as weeks
from bot.reports.due_weeks import MadeSummaries, Week, due_weeks, weekly_key
from bot.sync.publish import DueComment


def due(path: LearningPath) -> tuple[DueComment, ...]:
    """Return the summaries and reports whose time has come and that the ledger lacks, oldest first.

    Whether one is posted all the same is asked before posting.
    """
    return (*_due_weeks(path), *_due_checkpoints(path))


def weekly_comment(path: LearningPath, week: Week) -> DueComment:
    """Return the summary of a week."""
    text = weeks.as_markdown(weeks.weekly(path, week))
    return DueComment(key=weekly_key(week), title=f"Summary of week {week}", text=text)


def checkpoint_comment(path: LearningPath, checkpoint: Checkpoint) -> DueComment:
    """Return the report on a checkpoint."""
    return DueComment(
        key=checkpoints.report_key(checkpoint),
        on=item_keys("checkpoint", checkpoint),
        title=f"Report: {checkpoint.title}",
        text=checkpoint_text.as_markdown(checkpoints.checkpoint_report(path, checkpoint)),
    )


def _due_weeks(path: LearningPath) -> list[DueComment]:
    summary = path.observed.issues.get(SUMMARY_KEY)
    if summary is None or summary.state.state == "closed":
        return []
    if path.settings.summary.place == "issue":
        return []
    made_on = summary.state.created_at.astimezone(path.settings.zone).date()
    weeks_now = due_weeks(path, made_on, MadeSummaries(path.observed))
    return [weekly_comment(path, week) for week in weeks_now]


def _due_checkpoints(path: LearningPath) -> list[DueComment]:
    keys = {
        f"report:{name}"
        for checkpoint in path.curriculum.checkpoints
        for name in (checkpoint.id, *checkpoint.aliases)
    }
    posted = {key for key in keys if path.observed.ledger.has(key)}
    return [checkpoint_comment(path, one) for one in checkpoints.due_checkpoints(path, posted)]
