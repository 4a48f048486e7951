"""Whether something takes no more than in proportion to its input, seen within one run.

Counting seconds says more about the machine than about the code, and a machine that is busy with
other things is slow at one moment and fast at the next. So the same work is done at two sizes, in
time of this process alone, and only the ratio counts; a run that takes hardly any time passes.
"""

import time
from collections.abc import Callable
from contextlib import suppress

from bot.errors import MilepostError

LITTLE = 0.05  # seconds: too little to be worth a ratio
TIMES = 8  # how much larger the large one is
WORST = 3.5  # times in proportion; what is quadratic takes eight times that


def in_proportion(work: Callable[[str], object], make: Callable[[int], str], size: int) -> bool:
    """Whether `work` on the text that `make` makes of `size` takes its fair share of time."""
    for _ in range(4):  # a moment at which the machine was slow is not met again and again
        large = _time(work, make(size))
        if large <= LITTLE or large <= TIMES * WORST * _time(work, make(size // TIMES)):
            return True
    return False


def _time(work: Callable[[str], object], text: str) -> float:
    started = time.process_time()
    with suppress(MilepostError):
        work(text)
    return time.process_time() - started
