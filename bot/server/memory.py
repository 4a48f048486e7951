"""Has the system's allocator give memory back that a large answer of GitHub's took."""

import ctypes
import sys

# Of glibc's malloc.h. By default it raises the threshold with each large block that is freed, and
# keeps such blocks from then on, for each thread apart.
_MMAP_THRESHOLD, _ARENA_MAX = -3, -8
LARGE = 256 * 1024  # bytes


def return_large_blocks() -> bool:
    """Give large blocks back as soon as they are freed, in all threads; False where unknown.

    Source: mallopt(3). Other C libraries than glibc have no need or no such call.
    """
    if sys.platform != "linux":
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:
        return False
    return bool(mallopt(_MMAP_THRESHOLD, LARGE)) and bool(mallopt(_ARENA_MAX, 2))
