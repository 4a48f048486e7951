"""A measured value beside its aim, as one row of a table."""

from collections.abc import Iterable
from typing import NamedTuple

NEEDS_BASELINE = "needs BASELINE=, a checkout of e415165 with its .venv"
HEAD = f"{'':<66} {'value':>9} {'aim':>11}"


class Figure(NamedTuple):
    """A measured value, and what it may be at most or should be at least.

    Without either nothing is aimed at. A `value` of None was not measured; `why` says so.
    """

    name: str
    value: float | None
    most: float | None = None
    least: float | None = None
    why: str = ""

    @property
    def missed(self) -> bool:
        """Return whether the value is beyond its aim; one that was not measured is not."""
        if self.value is None:
            return False
        over = self.most is not None and self.value > self.most
        return over or (self.least is not None and self.value < self.least)

    @property
    def line(self) -> str:
        """Return the row of the table."""
        sign, bound = ("<=", self.most) if self.most is not None else (">=", self.least)
        aim = "" if bound is None else f"{sign} {_number(bound)}"
        value = "-" if self.value is None else _number(self.value)
        end = self.why or ("MISSED" if self.missed else "")
        return f"{self.name:<66} {value:>9} {aim:>11} {end}".rstrip()


def show(title: str, figures: Iterable[Figure]) -> bool:
    """Print a part of the table as it is measured; returns whether each aim was met."""
    print(f"\n{title}", flush=True)
    good = True
    for figure in figures:
        print(figure.line, flush=True)
        good = good and not figure.missed
    return good


def _number(value: float) -> str:
    return f"{value:,.2f}".removesuffix(".00")
