"""`milepost import`: read a Markdown guide, say what was understood, write a curriculum."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import console
from bot.errors import GuideError, UsageError


class ImportFormat(StrEnum):
    """How a guide is summed up."""

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
    from bot.curriculum import dump, importer

    if output is not None and output.exists() and not force:
        raise UsageError("it is there already.", where=str(output), hint="Replace it with --force.")
    imported = importer.read(_read(guide), name=str(guide))
    if summary is ImportFormat.JSON:
        import json

        console.print_result(json.dumps(imported.summary(), indent=2, ensure_ascii=False))
    else:
        from bot import templating

        text = templating.render(
            "import.txt.j2",
            summary=imported.summary(),
            repairs=imported.repairs,
            unplaced=imported.unplaced,
        )
        console.print_result(text)
    if output is not None:
        output.write_text(dump.to_yaml(imported.curriculum), encoding="utf-8")
        console.print_status(f"Wrote {output}. Name it as `curriculum` in .github/milepost.yml.")


def _read(file: Path) -> bytes:
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
