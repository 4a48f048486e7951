"""`milepost curriculum` and `milepost import`: built-in curricula, files and guides."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli import console
from bot.cli.context import now
from bot.cli.options import AsJson
from bot.errors import CurriculumError, GuideError, UsageError

if TYPE_CHECKING:
    from bot.curriculum.model import Curriculum

app = typer.Typer(
    help="Look at curricula: built-in ones and files.", no_args_is_help=True, rich_markup_mode=None
)

Which = Annotated[str, typer.Argument(help="A built-in name, or the path of a .yml or .md file.")]


@app.command("list")
def list_built_in(as_json: AsJson = False) -> None:
    """The built-in curricula."""
    from bot.curriculum import load

    found = [(name, load.from_catalog(name)) for name in load.catalog_names()]
    if as_json:
        console.print_result(json.dumps([_facts(name, c) for name, c in found], indent=2))
        return
    for name, curriculum in found:
        facts = _facts(name, curriculum)
        console.print_result(
            f"{name}\n  {curriculum.title}: {facts['units']} units, {facts['tasks']} tasks"
        )


@app.command("show")
def show(which: Which, as_json: AsJson = False) -> None:
    """The path of one curriculum: phases, units, tasks and hours."""
    curriculum = _load(which)
    if as_json:
        console.print_result(curriculum.model_dump_json(indent=2, exclude_defaults=True))
        return
    from bot import templating

    console.print_result(templating.render("curriculum.txt.j2", curriculum=curriculum))


@app.command("validate")
def validate(
    files: Annotated[list[Path], typer.Argument(help="Curriculum files (.yml) or guides (.md).")],
) -> None:
    """Check files; the first mistake ends with file, line, key and what was expected."""
    for file in files:
        facts = _facts(str(file), _load(str(file)))
        console.print_result(f"{file}: well-formed, {facts['units']} units, {facts['tasks']} tasks")


@app.command("schema")
def schema(
    settings: Annotated[
        bool, typer.Option("--settings", help="That of .github/milepost.yml instead.")
    ] = False,
) -> None:
    """The JSON Schema of curriculum files, for editors."""
    from bot import settings as settings_file
    from bot.curriculum import load

    console.print_result(
        json.dumps(settings_file.schema() if settings else load.schema(), indent=2)
    )


def _load(which: str) -> "Curriculum":
    from bot.sync.file_sources import LocalFiles, find_curriculum

    path = Path(which)
    if path.suffix and not path.is_file():
        raise CurriculumError("there is no such file.", where=which)
    if path.suffix:
        return find_curriculum(path.name, LocalFiles(path.resolve().parent))
    return find_curriculum(which, LocalFiles(Path.cwd()))


def _facts(name: str, curriculum: "Curriculum") -> dict[str, object]:
    return {
        "name": name,
        "title": curriculum.title,
        "phases": len(curriculum.phases),
        "units": len(list(curriculum.units())),
        "tasks": len(list(curriculum.tasks())),
        "hours": sum(task.hours.middle for task in curriculum.tasks() if task.hours),
    }


def import_guide(
    guide: Annotated[Path, typer.Argument(help="A Markdown guide.", metavar="GUIDE.md")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the curriculum to this file.")
    ] = None,
    summary: Annotated[
        Literal["text", "json"], typer.Option(help="The format of the summary.")
    ] = "text",
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    reading: Annotated[
        int | None, typer.Option(min=1, help="The number of the reading to take, of several.")
    ] = None,
) -> None:
    """Read a learning guide: phases, weeks, tasks, hours, deliverables, checkpoints, resources.

    Prints what it understood and every line that it could not place.
    """
    from bot.curriculum import dump, importer

    if output is not None and output.exists() and not force:
        raise UsageError("it is there already.", where=str(output), hint="Replace it with --force.")
    content = _read(guide)
    today = now().date()
    imported = importer.read(content, name=str(guide), reading=reading or 1, after=today)
    if reading is None and imported.readings:
        chosen = _choose(imported.readings)
        if chosen > 1:
            imported = importer.read(content, name=str(guide), reading=chosen, after=today)
    if summary == "json":
        console.print_result(json.dumps(imported.summary(), indent=2, ensure_ascii=False))
    else:
        from bot import templating

        text = templating.render(
            "import.txt.j2",
            summary=imported.summary(),
            repairs=imported.repairs,
            unplaced=imported.unplaced,
            account=imported.account,
            wrong_checks=imported.wrong_checks,
        )
        console.print_result(text)
    if output is not None:
        output.write_text(dump.to_yaml(imported.curriculum), encoding="utf-8")
        console.print_status(f"Wrote {output}. Name it as `curriculum` in .github/milepost.yml.")


def _choose(readings: tuple[str, ...]) -> int:
    """Return the number of the reading that a person takes; without a terminal, the first."""
    console.print_status("This guide can be read in several ways:")
    for number, one in enumerate(readings, 1):
        console.print_status(f"  {number}. {one}")
    if not console.interactive():
        console.print_status("Taking the first. For another, add for example --reading 2.")
        return 1
    chosen: int = typer.prompt("Which one?", default=1, err=True, type=int)
    return min(max(chosen, 1), len(readings))


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
