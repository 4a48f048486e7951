"""The account of the guide's lines: what each became, or why it found no place."""

from bot.curriculum.importer.blocks import Block
from bot.curriculum.importer.import_report import GuideLine, LinePlacement


class LineCoverage:
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

    def mark_unplaced(self, block: Block, why: str) -> None:
        """`block` found no place; a line that something else placed stays placed."""
        self.mark_lines_unplaced(block.first, block.last, why)

    def mark_lines_unplaced(self, first: int, last: int, why: str) -> None:
        """The lines `first` to `last` found no place; the first reason counts."""
        for number in range(first - 1, min(last, len(self._lines))):
            self._why[number] = self._why[number] or why

    def is_placed(self, block: Block) -> bool:
        """Whether the first line of `block` has a place."""
        return bool(self._became[block.first - 1])

    def placed(self) -> tuple[LinePlacement, ...]:
        """Runs of lines that became the same thing; blank lines inside a run go with it."""
        runs: list[tuple[int, int, str]] = []
        for number, became in enumerate(self._became, 1):
            if not became or not self._lines[number - 1].strip():
                continue
            first, last, before = runs[-1] if runs else (0, 0, "")
            if before == became and self._only_blank(last, number):
                runs[-1] = first, number, became
            else:
                runs.append((number, number, became))
        return tuple(
            LinePlacement(first=first, last=last, became=became) for first, last, became in runs
        )

    def _only_blank(self, last: int, number: int) -> bool:
        return not any(line.strip() for line in self._lines[last : number - 1])

    def unplaced(self) -> tuple[GuideLine, ...]:
        """Every line with words on it that became nothing."""
        return tuple(
            GuideLine(number=number, text=text.strip(), why=why)
            for number, (text, became, why) in enumerate(
                zip(self._lines, self._became, self._why, strict=True), 1
            )
            if text.strip() and not became
        )
