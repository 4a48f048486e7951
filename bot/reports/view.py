"""What every report is made from: one view of the path at one moment."""

from datetime import date

from bot.curriculum.model import Curriculum
from bot.planning.observed import Observed
from bot.planning.schedule import Schedule
from bot.planning.snapshot import Frozen
from bot.progress.forecast import Forecast
from bot.progress.learner_history import LearnerHistory
from bot.progress.progress import Progress
from bot.settings import Settings


class View(Frozen):
    """The path, its dates, what is done, what was said, and the outlook.

    `settings` are those in force: with the choices and pauses made on the way. `today` is the day
    in `settings.zone`. `observed` is the repository the rest was read from.
    """

    curriculum: Curriculum
    settings: Settings
    dates: Schedule
    progress: Progress
    life: LearnerHistory
    outlook: Forecast
    observed: Observed
    today: date
