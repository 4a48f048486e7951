"""`milepost template`: a whole template repository, from which two clicks make a path that runs.

`SKILL.md` tells a coding assistant how to use the command line without a server. Its format is that
of agentskills.io: a folder named like the skill, `name` and `description` before the text. Several
programs read the folder `.agents/skills` ("Adding agent skills for GitHub Copilot").
"""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import console, workflow
from bot.cli.init import ask_action
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.curriculum.model import Curriculum
    from bot.settings import FileSettings

SKILL_PATH = ".agents/skills/milepost/SKILL.md"
PAGES = {
    "README.md": "template/readme.md.j2",
    "NOTICE.md": "template/notice.md.j2",
    SKILL_PATH: "skill.md.j2",
}
PUBLISH = """
# What is written into files; the workflows may do so.
publish:
  badge: true
  readme: true
  forms: true
"""


def template(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new or empty folder.")],
    curriculum: Annotated[
        str | None, typer.Option(help="A built-in curriculum, or the path of a .yml or .md file.")
    ] = None,
    action: Annotated[
        str | None, typer.Option(metavar="OWNER/NAME@TAG", help="The action for the workflows.")
    ] = None,
) -> None:
    """Write a template repository: README, settings without a date, workflows and forms.

    Mark a new repository as a template, then push the files to it. Two clicks on "Use this
    template" then make a repository whose path starts by itself.
    """
    from bot.settings import DEFAULT_CURRICULUM

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"'{folder}' isn't an empty folder.", hint="Name a new one.")
    if action:
        workflow.check_action(action)
    files = template_files(curriculum or DEFAULT_CURRICULUM, action or ask_action(quiet=False))
    for path, data in sorted(files.items()):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        console.print_result(f"Wrote {path}.")
    console.print_status(
        "Next: tick 'Template repository' in the settings of a new repository, then push these "
        "files to it. The other way round, a path starts in the template itself."
    )


def template_files(name: str, action: str) -> dict[str, bytes]:
    """Return the files by path. `name` is a built-in curriculum, or a file of this folder's.

    Raises ConfigError, CurriculumError or GuideError.
    """
    from bot.i18n import ENGLISH, find_language, use_language
    from bot.progress.checks import check_kinds
    from bot.settings import CONFIG_PATH
    from bot.settings import parse as parse_settings
    from bot.sync import settings_text
    from bot.sync.file_sources import LocalFiles, is_file

    place = LocalFiles(Path.cwd())
    own = place.read(name) if is_file(name) else None
    named = name if own is None else Path(name).name
    if named.casefold() in {page.casefold() for page in PAGES}:
        named = "guide.md"
    answers = settings_text.SettingsAnswers(curriculum=name, timezone="UTC", ahead="4 weeks")
    _, curriculum = settings_text.check(settings_text.render(answers), place)
    text = settings_text.render(answers.model_copy(update={"curriculum": named})) + PUBLISH
    settings = parse_settings(text)
    with use_language(find_language(curriculum.language) or ENGLISH):
        texts = {
            CONFIG_PATH: text,
            **_pages(curriculum, named, built_in=own is None),
            **_forms(curriculum, settings),
            **workflow.render(settings, named, action, check_kinds(curriculum), template=True),
        }
    made = {path: content.encode() for path, content in texts.items()}
    return made | ({named: own} if own is not None else {})


def _pages(curriculum: "Curriculum", named: str, *, built_in: bool) -> dict[str, str]:
    from bot import templating
    from bot.reports.readme_block import BEGIN, END

    values = {
        "curriculum": shlex.quote(named),
        "title": curriculum.title,
        "summary": curriculum.overview.summary,
        "begin": BEGIN,
        "end": END,
        "built_in": built_in,
        "source": curriculum.source.note,
    }
    return {path: f"{templating.render(name, **values)}\n" for path, name in PAGES.items()}


def _forms(curriculum: "Curriculum", settings: "FileSettings") -> dict[str, str]:
    """Return the issue forms, as the first run would write them."""
    from bot.planning.labels import path_labels
    from bot.planning.path import PlannedPath
    from bot.reports.issue_forms import form_files

    path = PlannedPath.at_start(curriculum, settings)
    labels = path_labels(curriculum, path.settings, path.overrides)
    names = {label.key: label.name for label in labels}
    return form_files(curriculum, path.settings, names)
