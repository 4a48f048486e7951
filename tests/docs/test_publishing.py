"""What PyPI, the Marketplace, the registry and GitHub need of this repository, rule by rule."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from email.message import Message
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from docs.pages import ROOT, links
from trove_classifiers import classifiers

from bot import documentation
from publishing import check
from publishing.owner import FILES, owners, renamed

PROJECTS = {
    name: tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    for name, folder in check.PACKAGES.items()
}
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
# Source: https://docs.github.com/actions/reference/workflows-and-actions/metadata-syntax#branding
COLOURS = {"white", "black", "yellow", "blue", "green", "orange", "red", "purple", "gray-dark"}
ICONS = files("check_jsonschema") / "builtin_schemas/vendor/github-actions.json"
OMITTED = {
    *("coffee", "columns", "divide-circle", "divide-square", "divide", "frown", "hexagon"),
    *("key", "meh", "mouse-pointer", "smile", "tool", "x-octagon"),
}
# Source: https://github.com/marketplace?type=actions, on 29 November 2026.
CATEGORIES = {
    *("api management", "chat", "code quality", "code review", "continuous integration"),
    *("dependency management", "deployment", "ides", "learning", "localization", "mobile"),
    *("monitoring", "project management", "publishing", "security", "support", "testing"),
    *("utilities", "container ci", "open source management", "reporting", "game ci", "ai assisted"),
}


@pytest.fixture(scope="module")
def dry_run() -> list[str]:
    return list(check.problems())


def test_a_dry_run_of_a_release_passes(dry_run: list[str]) -> None:
    assert dry_run == []


def copy(tmp_path: Path) -> Path:
    for name in (*FILES, "CHANGELOG.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_a_release_needs_its_version_everywhere_and_a_section_of_the_changelog() -> None:
    wrong = list(check.wrong_versions("99.0.0"))
    assert len(wrong) == 5
    assert wrong[-1] == "CHANGELOG.md has no section [99.0.0]"
    assert list(check.wrong_versions("")) == []


def test_a_release_is_refused_while_nobody_is_named_or_somebody_else(tmp_path: Path) -> None:
    root = copy(tmp_path)
    for name in FILES:
        file = root / name
        file.write_text(renamed(file.read_text(), "OWNER"))
    assert list(check.wrong_addresses("", "mona/milepost", root)) == []
    assert list(check.wrong_addresses("1.0.0", "", root)) == [
        "OWNER is a placeholder: make owner OWNER=name"
    ]
    for name in FILES:
        file = root / name
        file.write_text(renamed(file.read_text(), "Mona"))
    assert list(check.wrong_addresses("1.0.0", "mona/milepost", root)) == []
    assert list(check.wrong_addresses("1.0.0", "lisa/milepost", root)) == [
        "the addresses don't name the account of lisa/milepost"
    ]
    config = root / "zensical.toml"
    config.write_text(config.read_text().replace("mona.github.io", "lisa.github.io"))
    assert "several accounts: lisa, mona" in next(check.wrong_addresses("", "", root))


def test_naming_the_account_changes_only_addresses() -> None:
    before = (
        'REPOSITORY: Final = "OWNER/milepost" # OWNER, https://OWNER.github.io/milepost/latest/'
    )
    after = 'REPOSITORY: Final = "Mona/milepost" # OWNER, https://mona.github.io/milepost/latest/'
    assert renamed(before, "Mona") == after
    assert renamed(after, "Mona") == after


@pytest.mark.parametrize("name", ["", "-mona", "mo--na", "a" * 40, "mona/x"])
def test_only_a_login_is_taken(name: str) -> None:
    """Source: https://docs.github.com/enterprise-cloud@latest/admin (usernames)."""
    script = ROOT / "publishing/owner.py"
    ran = subprocess.run([sys.executable, script, *filter(None, [name])], capture_output=True)
    assert ran.returncode == 1


def test_every_file_with_an_address_of_the_project_is_renamed() -> None:
    listed = subprocess.run(
        [
            "git",
            "ls-files",
            "-co",
            "--exclude-standard",
            "*.py",
            "*.toml",
            "*.yml",
            "*.cff",
            "Dockerfile",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    holders = {
        name
        for name in listed
        if not name.startswith(("tests/", "publishing/", "github-sandbox/tests/"))
        and owners((ROOT / name).read_text())
    }
    assert holders == set(FILES)
    assert documentation.REPOSITORY.partition("/")[0] in owners(
        (ROOT / "pyproject.toml").read_text()
    )


def message(text: str, *urls: str) -> Message:
    made = Message()
    made["Description-Content-Type"] = "text/markdown"
    for url in urls:
        made["Project-URL"] = url
    made.set_payload(text)
    return made


def test_a_description_with_a_relative_link_is_found() -> None:
    urls = [f"{label}, x" for label in ("Documentation", "Repository", "Issues", "Changelog")]
    good = message("[a](https://example.org/a) [b](#b)", *urls)
    assert list(check.wrong_metadata("x", good)) == []
    assert list(check.wrong_metadata("x", message("![a](docs/a.png)", *urls)))
    assert list(check.wrong_metadata("x", message("a", *urls[:3])))


def test_readme_links_lead_to_the_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from hatch_build import ReadmeHook

    metadata: dict[str, Any] = {
        "version": "1.2.3",
        "urls": {"Repository": "https://github.com/mona/milepost"},
    }
    ReadmeHook(str(ROOT), {}).update(metadata)
    text = metadata["readme"]["text"]
    assert "](https://github.com/mona/milepost/blob/v1.2.3/docs/how-to/undo.md)" in text
    assert "](https://raw.githubusercontent.com/mona/milepost/v1.2.3/docs/images/demo.svg)" in text
    assert (ROOT / "hatch_build.py").read_text() == (
        ROOT / "github-sandbox/hatch_build.py"
    ).read_text()


@pytest.mark.parametrize("name", PROJECTS)
def test_a_package_has_what_an_index_shows(name: str) -> None:
    """Source: https://packaging.python.org/en/latest/specifications/pyproject-toml/."""
    project = PROJECTS[name]
    assert set(project["classifiers"]) <= classifiers
    # With a licence expression a classifier of a licence is refused (PEP 639).
    assert not [one for one in project["classifiers"] if one.startswith("License ::")]
    assert project["license"] == "MIT"
    assert len(project["description"]) <= 512
    assert "\n" not in project["description"]


def test_the_action_meets_the_rules_of_the_marketplace() -> None:
    """Source: https://docs.github.com/actions/how-tos/create-and-publish-actions/publish-in-github-marketplace

    A name with a space is no login, so it matches no user or organisation. A description of more
    than 125 characters is cut. Icons: SchemaStore's copy of GitHub's list.
    """
    schema = json.loads(ICONS.read_text(encoding="utf-8"))
    icons = schema["properties"]["branding"]["properties"]["icon"]["enum"]
    assert re.fullmatch(r"[A-Za-z][\w-]*( [\w-]+)+", ACTION["name"])
    assert ACTION["name"].lower() not in CATEGORIES
    assert not re.search(r"github|action|workflow|copilot", ACTION["name"], re.IGNORECASE)
    assert len(ACTION["description"]) < 125
    assert ACTION["author"]
    assert ACTION["branding"]["color"] in COLOURS
    assert ACTION["branding"]["icon"] in set(icons) - OMITTED
    assert (ROOT / "README.md").is_file()
    assert [file.name for file in ROOT.glob("action.y*ml")] == ["action.yml"]


def test_the_first_publication_by_hand_takes_two_categories_that_there_are() -> None:
    text = " ".join((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split())
    section = text.partition("### Into the Marketplace, by hand")[2].partition(" ## ")[0]
    chosen = re.findall(r"\*([A-Z][a-z]+(?: [a-z]+)*)\*", section.partition("the categories")[2])
    assert len(chosen) == 2  # primary and secondary
    assert {one.lower() for one in chosen} <= CATEGORIES
    for step in ("Developer Agreement", "two-factor", "public", f"`{ACTION['name']}`"):
        assert step in section


def test_both_images_say_what_they_are() -> None:
    """Source: https://github.com/opencontainers/image-spec/blob/main/annotations.md."""
    text = (ROOT / "Dockerfile").read_text()
    for label in ("title", "description", "url", "source", "licenses"):
        assert text.count(f"org.opencontainers.image.{label}=") == 2, label
    release = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())
    (push,) = (s for s in release["jobs"]["image"]["steps"] if s.get("id") == "push")
    labels = dict(line.split("=", 1) for line in push["with"]["labels"].splitlines())
    assert {name.rpartition(".")[2] for name in labels} == {"source", "revision", "version"}


def test_a_release_checks_before_it_builds_and_publishes_the_docs_last() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())["jobs"]
    runs = [step.get("run", "") for step in jobs["build"]["steps"]]
    made = [run.split()[1] for run in runs if run.startswith("make")]
    assert made == ["release-check", "dist", "templates"]
    assert jobs["docs"]["needs"] == "publish"
    assert jobs["package"]["permissions"]["id-token"] == "write"


def test_forms_ask_what_is_needed_and_nothing_is_written_without_one() -> None:
    """Source: https://docs.github.com/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-issue-forms"""
    folder = ROOT / ".github/ISSUE_TEMPLATE"
    forms = {file.stem: yaml.safe_load(file.read_text()) for file in folder.glob("*.yml")}
    config = forms.pop("config")
    assert set(forms) == {"bug", "guide", "idea"}
    assert config["blank_issues_enabled"] is False
    for form in forms.values():
        ids = [part["id"] for part in form["body"]]
        assert len(ids) == len(set(ids))
        assert any(part.get("validations", {}).get("required") for part in form["body"])
        assert "labels" not in form  # one that is not there would be left out silently
    for contact in config["contact_links"]:
        page = re.search(r"/latest/(.+)/$", contact["url"])
        assert not page or (ROOT / f"docs/{page[1]}.md").is_file()


def test_community_files_are_where_github_looks() -> None:
    """Source: https://docs.github.com/communities/setting-up-your-project-for-healthy-contributions"""
    for name in ("CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "CITATION.cff"):
        assert (ROOT / name).is_file(), name
    assert (ROOT / ".github/PULL_REQUEST_TEMPLATE.md").is_file()
    assert "SECURITY.md#reporting-a-problem" in set(links(ROOT / "CODE_OF_CONDUCT.md"))
