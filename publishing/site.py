"""Build the documentation site: `docs/` and the pages beside it, with Zensical, without a warning.

On GitHub a page may link to any file of the repository; a site has only its pages. So the pages are
copied to `build/site/docs` first: those of `PROJECT_PAGES` become pages of the site, and a link to
any other file leads to the repository. `make docs` runs this, and nothing here asks the network.

A release is one folder of the branch `gh-pages` (`publishing/versions.py`).
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "site"
# Where a page outside of docs/ is found on the site.
PROJECT_PAGES = {
    "CHANGELOG.md": "project/changelog.md",
    "CODE_OF_CONDUCT.md": "project/code-of-conduct.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security.md",
    "github-sandbox/README.md": "reference/sandbox.md",
    "github-sandbox/REFERENCE.md": "reference/sandbox-behaviour.md",
}
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(?:(\S+) +(\S+)$)?")
_ITEM = re.compile(r"(?:[-*]|\d\.) ")
_QUOTE = re.compile(r"(?:> )*")
_LINK = re.compile(r"(?<=\]\()([^()\s]+)(?=\))")
_OUTSIDE = re.compile(
    r"<(?:script|img|iframe|source)\b[^>]*?\bsrc=[\"']?https?:[^\"'\s>]+"
    r"|<link\b(?=[^>]*\brel=[\"']?(?:stylesheet|preconnect|icon|preload))[^>]*https?:[^\"'\s>]+"
    r"|@import[^;]*https?:[^;]+|url\([\"']?https?:[^)]+"
)


class SiteError(Exception):
    """Something on the site is missing, or leads nowhere."""


def repository() -> str:
    """Return the repository as OWNER/NAME: a workflow's own, or else the one of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = project["urls"]["Repository"].removeprefix("https://github.com/")
    return os.environ.get("GITHUB_REPOSITORY") or named


def pages() -> dict[Path, Path]:
    """Return the place on the site, relative to `docs`, of each page, by its file."""
    docs = ROOT / "docs"
    found = {file: file.relative_to(docs) for file in sorted(docs.rglob("*.md"))}
    return found | {ROOT / name: Path(place) for name, place in PROJECT_PAGES.items()}


def listed(nav: list[object]) -> Iterator[str]:
    """Yield the pages that the navigation lists, in order."""
    for entry in nav:
        for target in entry.values() if isinstance(entry, dict) else [entry]:
            if isinstance(target, list):
                yield from listed(target)
            else:
                yield str(target)


def check_nav(config: Path) -> None:
    """Raise `SiteError` where a page is missing from the navigation, or listed twice or in vain."""
    nav = list(listed(tomllib.loads(config.read_text(encoding="utf-8"))["project"]["nav"]))
    there = {place.as_posix() for place in pages().values()}
    wrong = {
        "not in the navigation": there - set(nav),
        "in the navigation, but not there": set(nav) - there,
        "twice in the navigation": {name for name in nav if nav.count(name) > 1},
    }
    found = [f"{why}: {', '.join(sorted(names))}" for why, names in wrong.items() if names]
    if found:
        raise SiteError("\n".join(found))


def moved_link(target: str, file: Path, places: dict[Path, Path]) -> str:
    """Return the target of a link of `file` as its page on the site needs it."""
    path, hash_sign, anchor = target.partition("#")
    if not path or re.match(r"[a-z]+:", path):
        return target
    aim = (file.parent / path).resolve()
    here = places[file]
    if aim in places:
        place = Path(os.path.relpath(places[aim], here.parent)).as_posix()
        return f"{place}{hash_sign}{anchor}"
    if aim.is_relative_to(ROOT / "docs"):  # a picture
        return target
    if not aim.exists():
        raise SiteError(f"{file.relative_to(ROOT)}: {target} leads nowhere")
    kind = "tree" if aim.is_dir() else "blob"
    return f"https://github.com/{repository()}/{kind}/main/{aim.relative_to(ROOT).as_posix()}"


def moved(file: Path, places: dict[Path, Path]) -> str:
    """Return a page's text as the site needs it: links, names of fences, indentation of lists.

    Python-Markdown, which Zensical uses, wants four spaces before what belongs to an item of a list
    and knows no word after a fence's language.
    Sources: https://python-markdown.github.io/#differences and
    https://facelessuser.github.io/pymdown-extensions/extensions/superfences/.
    """
    lines: list[str] = []
    fence, item, paragraphs = "", 0, False
    for read in file.read_text(encoding="utf-8").splitlines():
        quote = "" if fence else _QUOTE.match(read)[0]  # type: ignore[index] # matches always
        line, mark = read[len(quote) :], _FENCE.match(read)
        marker = _ITEM.match(line) if not fence else None
        if marker:
            if item and paragraphs and lines[-1] != quote.rstrip():
                lines.append(quote.rstrip())
            item, paragraphs = marker.end(), False
        elif not fence and line and not line.startswith(" "):
            item = 0
        paragraphs = paragraphs or not line
        if mark and not fence:
            fence = mark[1]
            if mark[3]:  # a file's name, which a site shows above
                line = f'{line[: mark.end(2)]} title="{mark[3]}"'
        elif mark and mark[1].startswith(fence):
            fence = ""
        elif not fence:
            line = _LINK.sub(lambda link: moved_link(link[1], file, places), line)
        indented = item and not marker and line.startswith(" " * item)
        lines.append(quote + (" " * (4 - item) + line if indented else line))
    return "\n".join([*lines, ""])


def stage(build: Path, version: str) -> None:
    """Write the settings and all pages, with their pictures, below `build`."""
    shutil.rmtree(build, ignore_errors=True)
    shutil.copytree(ROOT / "docs", build / "docs")
    shutil.copy(ROOT / "templates/server/icon.svg", build / "docs/images")
    places = pages()
    for file, place in places.items():
        copy = build / "docs" / place
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(moved(file, places), encoding="utf-8")
    owner, _, name = repository().partition("/")
    settings = (ROOT / "zensical.toml").read_text(encoding="utf-8")
    site = f"https://{owner}.github.io/{name}/{version}/"
    settings = re.sub(r"https://[\w-]+\.github\.io/[\w.-]+/latest/", site, settings)
    settings = re.sub(r"(?<=github\.com/)[\w-]+/[\w.-]+", f"{owner}/{name}", settings)
    (build / "zensical.toml").write_text(settings, encoding="utf-8")


def check_outside(site: Path) -> None:
    """Raise `SiteError` where a page loads anything from another host."""
    files = [*site.rglob("*.html"), *site.rglob("*.css")]
    found = {
        f"{file.relative_to(site)}: {outside[0]}"
        for file in files
        for outside in _OUTSIDE.finditer(file.read_text(encoding="utf-8"))
    }
    if found:
        raise SiteError("loads from another host:\n" + "\n".join(sorted(found)))


def render(build: Path) -> Path:
    """Build what is staged, and return the site's folder; raise `SiteError` with each warning."""
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict"],
        cwd=build,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        warnings = (done.stdout + done.stderr).partition("Traceback")[0]
        raise SiteError(re.sub(r"\x1b\[[0-9;]*m", "", warnings))
    site = build / "site"
    check_outside(site)
    return site


def built_page(site: Path, place: Path) -> Path:
    """Return the HTML file of a page."""
    folder = place.parent if place.name == "index.md" else place.with_suffix("")
    return site / folder / "index.html"


def build_site(build: Path = BUILD, version: str = "latest") -> Path:
    """Build the site, and return its folder; raise `SiteError` with every reason why not."""
    check_nav(ROOT / "zensical.toml")
    stage(build, version)
    site = render(build)
    missing = [str(place) for place in pages().values() if not built_page(site, place).is_file()]
    if missing:
        raise SiteError(f"not built: {', '.join(missing)}")
    return site


def main() -> None:
    """Build the site of the version that is given, or of `latest`."""
    try:
        site = build_site(version=sys.argv[1] if len(sys.argv) > 1 else "latest")
    except SiteError as error:
        sys.exit(str(error))
    print(f"{site.relative_to(ROOT)}: {len(pages())} pages")


if __name__ == "__main__":
    main()
