"""Options that several commands share."""

from pathlib import Path
from typing import Annotated, Literal

import typer

PlanFormat = Literal["text", "markdown", "json"]
Repo = Annotated[
    str | None,
    typer.Option("--repo", metavar="OWNER/NAME", help="The repository; else GITHUB_REPOSITORY."),
]
ReadRepo = Annotated[
    str | None, typer.Option("--repo", metavar="OWNER/NAME", help="The repository to look at.")
]
WriteRepo = Annotated[
    str | None, typer.Option("--repo", metavar="OWNER/NAME", help="The repository to write to.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask for confirmation.")]
AllowRemovals = Annotated[
    bool,
    typer.Option("--allow-removals", help="Allow closing more than a quarter of what is there."),
]
Shape = Annotated[PlanFormat, typer.Option("--format", help="The format of the plan.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Print what would be written, without writing.")
]
DryRunComment = Annotated[
    bool, typer.Option("--dry-run", help="Print what would be posted, without posting.")
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write it to this file if it changed.")
]
Repositories = Annotated[
    list[str] | None,
    typer.Argument(metavar="REPO", help="Repositories, as OWNER/NAME or address."),
]
ListFile = Annotated[Path | None, typer.Option("--file", help="A file with one repository a line.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]
