"""Mends `time.sleep` in each Python on a moved clock.

libfaketime 0.9.10 adds the offset to the monotonic time until which Python sleeps, although that
clock is not moved, and the kernel refuses: https://github.com/wolfcw/libfaketime/issues/426.
"""

import select
import time
from typing import SupportsIndex


def _sleep(seconds: float | SupportsIndex, /) -> None:
    select.select((), (), (), float(seconds))


time.sleep = _sleep
