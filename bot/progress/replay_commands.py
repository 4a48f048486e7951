"""Replays all that the command logs of a repository store, to get the learner's history.

The order in which commands were written decides where they contradict each other, and the settings
file wins over commands that were written before it was edited.
"""

from bot.curriculum.model import Curriculum
from bot.planning.observed_state import ObservedState
from bot.progress.assessment import ratings_in_issues
from bot.progress.command_log import find_logs
from bot.progress.learner_history import HistoryBuilder, LearnerHistory
from bot.settings import Settings


def read_learner_history(
    curriculum: Curriculum, settings: Settings, observed: ObservedState
) -> LearnerHistory:
    """Return the history that the command logs and self-assessments in `observed` add up to.

    `settings` are the file's. A command that no longer fits the curriculum (its skill, unit or
    option is gone) is left out.
    """
    logged = [(entry, key) for key, log in find_logs(observed).items() for entry in log.entries]
    history = HistoryBuilder(curriculum, settings)
    for entry, key in sorted(logged, key=lambda pair: (pair[0].at, pair[0].id)):
        if entry.command.fits(curriculum):
            history.day, history.key = entry.at.astimezone(settings.zone).date(), key
            history.by = entry.by
            entry.command.replay(history)
    history.ratings += ratings_in_issues(curriculum, observed, settings)
    return history.build()
