"""What every report is made from: one view of the path at one moment."""

from datetime import date

from bot.curriculum.model import Curriculum
from bot.planning.schedule import Schedule
from bot.planning.snapshot import Frozen
from bot.progress.forecast import Forecast
from bot.progress.progress import Progress
from bot.settings import Settings


class View(Frozen):
    """The path, its dates, what is done, and the outlook. `today` is the day in `settings.zone`."""

    curriculum: Curriculum
    settings: Settings
    dates: Schedule
    progress: Progress
    outlook: Forecast
    today: date
