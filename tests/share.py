"""The share of the long tests that the suite runs; `make laws` runs them whole."""

import os

WHOLE = bool(os.environ.get("MILEPOST_WHOLE"))


def examples(most: int) -> int:
    """Return how many examples of a law to try: a third of `most`, or all of them."""
    return most if WHOLE else -(-most // 3)
