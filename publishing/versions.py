"""Add a release to the folder of the published sites: `vX.Y/`, `latest/` and the list of versions.

Zensical has no versions of its own yet, and its fork of mike is on no package index, so this writes
the files that mike would: the theme's selector reads `versions.json` one folder above the site.
Source: https://zensical.org/docs/setup/versioning/ and https://github.com/jimporter/mike.
"""

import json
import re
import shutil
import sys
from pathlib import Path

if __package__ in {None, ""}:  # run as a script
    sys.path.insert(0, str(Path(__file__).parents[1]))

from publishing.site import BUILD, build_site

_FRONT = """<!doctype html>
<meta charset="utf-8">
<title>Milepost</title>
<link rel="canonical" href="latest/">
<link rel="icon" href="latest/images/icon.svg">
<meta http-equiv="refresh" content="0; url=latest/">
<p><a href="latest/">The documentation of the newest version</a></p>
<ul>
{versions}
</ul>
"""


def folder_of(version: str) -> str:
    """Return the folder of a release, such as v1.2 for 1.2.3; else raise ValueError."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise ValueError(f"{version} is not a version such as 1.2.3")
    return "v" + version.rpartition(".")[0]


def _number(folder: str) -> tuple[int, ...]:
    return tuple(int(part) for part in folder.removeprefix("v").split("."))


def add_release(published: Path, version: str, build: Path = BUILD) -> None:
    """Build the site of a release into `published`; `latest` stays what is newest by its number.

    A patch replaces its version's folder. All other folders stay as they are.
    """
    folder = folder_of(version)
    there = {path.name for path in published.glob("v*.*") if path.is_dir()} | {folder}
    newest_first = sorted(there, key=_number, reverse=True)
    for target in [folder, "latest"] if newest_first[0] == folder else [folder]:
        shutil.rmtree(published / target, ignore_errors=True)
        shutil.copytree(build_site(build, target), published / target)
        if target == "latest":
            shutil.copy(published / "latest" / "404.html", published / "404.html")
    names = [
        {"version": name, "title": name, "aliases": ["latest"] if not place else []}
        for place, name in enumerate(newest_first)
    ]
    (published / "versions.json").write_text(json.dumps(names, indent=2) + "\n")
    links = "\n".join(f'<li><a href="{name}/">{name}</a></li>' for name in newest_first)
    (published / "index.html").write_text(_FRONT.format(versions=links))
    (published / ".nojekyll").touch()  # GitHub serves the files as they are


if __name__ == "__main__":
    add_release(Path(sys.argv[1]), sys.argv[2])
