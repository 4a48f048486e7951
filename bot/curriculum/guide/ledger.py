"""The account of the guide's lines: what each became, or why it found no place."""

from dataclasses import dataclass

from bot.curriculum.guide.blocks import Block


@dataclass(frozen=True, slots=True)
class Placed:
    """The lines `first` to `last`, counted from 1, and what they became."""

    first: int
    last: int
    became: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line that found no place: its number from 1, its words, and why where that is known."""

    number: int
    text: str
    why: str = ""


class Ledger:
    """Filled while the guide is read. A line may be placed again: the last word counts."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._became: list[str] = [""] * len(self._lines)
        self._why: list[str] = [""] * len(self._lines)

    def place(self, block: Block, became: str) -> None:
        """All lines of `block` became `became`."""
        self.place_lines(block.first, block.last, became)

    def place_lines(self, first: int, last: int, became: str) -> None:
        """The lines `first` to `last` became `became`."""
        for number in range(first - 1, min(last, len(self._lines))):
            self._became[number] = became

    def leave(self, block: Block, why: str) -> None:
        """`block` found no place; a line that something else placed stays placed."""
        self.leave_lines(block.first, block.last, why)

    def leave_lines(self, first: int, last: int, why: str) -> None:
        """The lines `first` to `last` found no place; the first reason counts."""
        for number in range(first - 1, min(last, len(self._lines))):
            self._why[number] = self._why[number] or why

    def is_placed(self, block: Block) -> bool:
        """Whether the first line of `block` has a place."""
        return bool(self._became[block.first - 1])

    def placed(self) -> tuple[Placed, ...]:
        """Runs of lines that became the same thing; blank lines inside a run go with it."""
        runs: list[Placed] = []
        for number, became in enumerate(self._became, 1):
            if not became or not self._lines[number - 1].strip():
                continue
            if runs and runs[-1].became == became and self._only_blank(runs[-1].last, number):
                runs[-1] = Placed(runs[-1].first, number, became)
            else:
                runs.append(Placed(number, number, became))
        return tuple(runs)

    def _only_blank(self, last: int, number: int) -> bool:
        return not any(line.strip() for line in self._lines[last : number - 1])

    def unplaced(self) -> tuple[Line, ...]:
        """Every line with words on it that became nothing."""
        return tuple(
            Line(number, text.strip(), why)
            for number, (text, became, why) in enumerate(
                zip(self._lines, self._became, self._why, strict=True), 1
            )
            if text.strip() and not became
        )
