"""The documentation site: it builds without a warning and offline, and shows what GitHub shows."""

import json
import re
import subprocess
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from docs.pages import ROOT, name_of
from markdown_it import MarkdownIt

from publishing import site, versions

WATCHED = {"h1", "h2", "h3", "h4", "li", "ul", "ol", "pre", "tr", "img", "strong", "em"}


class Elements(HTMLParser):
    """Counts the elements of an article, and what a page loads from elsewhere."""

    def __init__(self, *, in_article: bool) -> None:
        super().__init__()
        self.in_article = in_article
        self.counts: Counter[str] = Counter()
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.in_article = self.in_article or tag == "article"
        if self.in_article and tag in WATCHED:
            self.counts[tag] += 1
        links_to = tag == "a" or values.get("rel") in {"canonical", "prev", "next"}
        found = values.get("src") or (None if links_to else values.get("href"))
        if found and re.match(r"(https?:)?//", found):
            self.loaded.append(found)

    def handle_endtag(self, tag: str) -> None:
        if tag == "article":
            self.in_article = False


def elements(html: str, *, in_article: bool = False) -> Elements:
    parser = Elements(in_article=in_article)
    parser.feed(html)
    return parser


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return site.build_site(tmp_path_factory.mktemp("site"))


def test_a_page_shows_what_github_shows_of_it(built: Path) -> None:
    markdown = MarkdownIt("commonmark").enable("table")
    for file, place in site.pages().items():
        on_github = elements(markdown.render(file.read_text()), in_article=True).counts
        on_site = elements(site.built_page(built, place).read_text()).counts
        assert on_site == on_github, name_of(file)


def test_nothing_is_loaded_from_another_host(built: Path) -> None:
    for file in built.rglob("*.html"):
        assert elements(file.read_text()).loaded == [], file.name
        # The theme asks that host's API about a repository that it knows.
        assert 'data-md-component="source"' not in file.read_text()


def test_a_script_from_another_host_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('<script src="https://cdn.example/x.js"></script>')
    with pytest.raises(site.SiteError, match="loads from another host"):
        site.check_outside(tmp_path)


def test_the_search_finds_every_page(built: Path) -> None:
    found = {item["location"] for item in json.loads((built / "search.json").read_text())["items"]}
    for place in site.pages().values():
        assert (site.built_page(Path(), place).parent.as_posix() + "/").removeprefix("./") in found


def test_a_warning_stops_the_build(tmp_path: Path) -> None:
    site.stage(tmp_path, "latest")
    page = tmp_path / "docs/how-to/undo.md"
    page.write_text(page.read_text() + "\n[Nowhere](../reference/settings.md#nowhere)\n")
    with pytest.raises(site.SiteError, match="anchor does not exist"):
        site.render(tmp_path)


def test_a_link_to_what_is_not_there_stops_the_build() -> None:
    with pytest.raises(site.SiteError, match="leads nowhere"):
        site.moved_link("../../NOTHING.md", ROOT / "docs/how-to/undo.md", site.pages())


def test_links_that_leave_the_docs_work_on_the_site(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_REPOSITORY", "mona/milepost")
    page, places = ROOT / "docs/how-to/undo.md", site.pages()
    links = {
        "../../SECURITY.md#reporting-a-problem": "../project/security.md#reporting-a-problem",
        "../../templates": "https://github.com/mona/milepost/tree/main/templates",
        "../../LICENSE": "https://github.com/mona/milepost/blob/main/LICENSE",
        "read-drift.md": "read-drift.md",
        "../images/week.png": "../images/week.png",
        "#top": "#top",
        "https://example.com": "https://example.com",
    }
    assert {link: site.moved_link(link, page, places) for link in links} == links
    back = site.moved_link("docs/how-to/undo.md", ROOT / "CONTRIBUTING.md", places)
    assert back == "../how-to/undo.md"


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ('"how-to/undo.md"', '"how-to/undone.md"', "there: how-to/undone.md"),
        ('"how-to/undo.md"', '"how-to/read-drift.md"', "not in the navigation: how-to/undo.md"),
        ('"how-to/undo.md"', '"how-to/read-drift.md"', "twice in the navigation"),
    ],
)
def test_the_navigation_lists_every_page_once(
    old: str, new: str, match: str, tmp_path: Path
) -> None:
    site.check_nav(ROOT / "zensical.toml")
    wrong = tmp_path / "zensical.toml"
    wrong.write_text((ROOT / "zensical.toml").read_text().replace(old, new))
    with pytest.raises(site.SiteError, match=match):
        site.check_nav(wrong)


def test_each_version_is_a_folder_and_the_newest_is_latest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    releases = iter(("0.9.0", "0.10.0", "0.9.1"))
    published, now = tmp_path / "published", ""

    def fake(build: Path, version: str) -> Path:
        build.mkdir(exist_ok=True)
        (build / "404.html").write_text(f"{now} as {version}")
        return build

    monkeypatch.setattr(versions, "build_site", fake)
    for now in releases:
        versions.add_release(published, now, tmp_path / "build")
    built = {file.parent.name: file.read_text() for file in published.glob("*/404.html")}
    assert built == {
        "v0.9": "0.9.1 as v0.9",
        "v0.10": "0.10.0 as v0.10",
        "latest": "0.10.0 as latest",
    }
    assert json.loads((published / "versions.json").read_text()) == [
        {"version": "v0.10", "title": "v0.10", "aliases": ["latest"]},
        {"version": "v0.9", "title": "v0.9", "aliases": []},
    ]
    assert 'url=latest/"' in (published / "index.html").read_text()
    assert (published / "404.html").read_text() == "0.10.0 as latest"
    with pytest.raises(ValueError, match="not a version"):
        versions.add_release(published, "main", tmp_path / "build")


def test_a_version_knows_its_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_REPOSITORY", "mona/milepost")
    site.stage(tmp_path, "v0.1")
    settings = (tmp_path / "zensical.toml").read_text()
    assert 'site_url = "https://mona.github.io/milepost/v0.1/"' in settings
    assert 'link = "https://github.com/mona/milepost"' in settings


def test_the_workflow_keeps_what_is_published_and_adds_to_it(tmp_path: Path) -> None:
    """Its steps as a runner's shell has them; only the build of the site is left out."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/docs.yml").read_text())
    steps = [step for step in workflow["jobs"]["publish"]["steps"] if "run" in step]
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/gh").write_text("#!/bin/sh\n")
    (tmp_path / "bin/gh").chmod(0o755)
    origin = tmp_path / "mona/milepost"
    subprocess.run(["git", "init", "--quiet", "--bare", origin], check=True)
    for number, tag in enumerate(("v0.1.0", "v0.2.0", "v0.2.0")):
        checkout = tmp_path / f"checkout-{number}"
        checkout.mkdir()
        environ = {
            "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
            "HOME": str(checkout),
            "GITHUB_SERVER_URL": str(tmp_path),
            "GITHUB_REPOSITORY": "mona/milepost",
            "GITHUB_REF_NAME": tag,
        }
        for step in steps:
            script = re.sub(r"^make docs .*$", f"touch build/published/{tag}", step["run"])
            folder = checkout / step.get("working-directory", "")
            subprocess.run(["bash", "-e", "-c", script], cwd=folder, env=environ, check=True)
    git = ("git", "-C", origin)
    tree = subprocess.run([*git, "ls-tree", "--name-only", "gh-pages"], capture_output=True)
    assert tree.stdout.decode().split() == ["v0.1.0", "v0.2.0"]
    log = subprocess.run([*git, "log", "--format=%s", "gh-pages"], capture_output=True)
    assert len(log.stdout.splitlines()) == 2
