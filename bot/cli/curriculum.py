"""`milepost curriculum`: what is built in, what a file holds, and the schema for editors."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import console
from bot.cli.options import AsJson
from bot.errors import CurriculumError

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
