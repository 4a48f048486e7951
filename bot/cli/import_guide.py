"""`milepost import`: read a Markdown guide, say what was understood, write a curriculum."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import console
from bot.errors import GuideError, UsageError

if TYPE_CHECKING:
    from bot.curriculum.importer import ImportResult


class ImportFormat(StrEnum):
    """How to sum up a guide."""

    TEXT = "text"
    JSON = "json"


def import_guide(
    guide: Annotated[Path, typer.Argument(help="A Markdown guide.", metavar="GUIDE.md")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the curriculum to this file.")
    ] = None,
    summary: Annotated[
        ImportFormat, typer.Option(help="How to say what was understood.")
    ] = ImportFormat.TEXT,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Read a learning guide: phases, weeks, tasks, hours, deliverables, checkpoints, resources.

    Prints what it understood and every line that it could not place.
    """
    from bot.curriculum import importer as guides

    if output is not None and output.exists() and not force:
        raise UsageError("it is there already.", where=str(output), hint="Replace it with --force.")
    imported = guides.read(_bytes(guide), name=str(guide))
    if summary is ImportFormat.JSON:
        import json

        console.print_result(json.dumps(imported.summary(), indent=2, ensure_ascii=False))
    else:
        console.print_result(_report(imported))
    if output is not None:
        from bot.curriculum import dump

        output.write_text(dump.to_yaml(imported.curriculum), encoding="utf-8")
        console.print_status(f"Wrote {output}. Name it as `curriculum` in .github/milepost.yml.")


def _bytes(file: Path) -> bytes:
    from bot.curriculum.importer.repair import MAX_BYTES

    try:
        if file.stat().st_size > MAX_BYTES:
            raise GuideError(
                f"it is larger than {MAX_BYTES // 1_000_000} MB.",
                where=str(file),
                hint="A guide is text; give the Markdown file itself.",
            )
        return file.read_bytes()
    except OSError as missing:
        raise GuideError(f"it cannot be read: {missing.strerror}.", where=str(file)) from None


def _report(imported: "ImportResult") -> str:
    from bot import templating

    return templating.render(
        "import.txt.j2",
        summary=imported.summary(),
        repairs=imported.repairs,
        unplaced=imported.unplaced,
    )
