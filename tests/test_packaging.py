"""What is installed holds what a run needs: templates, the catalog, the type marker."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


def test_a_wheel_carries_templates_catalog_and_type_marker(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    templates = {
        f"bot/_templates/{file.relative_to(ROOT / 'templates').as_posix()}"
        for file in (ROOT / "templates").rglob("*")
        if file.is_file() and file.parent.name != "__pycache__"
    }
    assert templates <= names
    assert {"bot/locale/cldr.json", "bot/locale/es.mo.gz"} <= names
    assert "bot/curriculum/catalog/devops-to-mlops.es.mo.gz" in names
    assert {"bot/py.typed", "bot/curriculum/catalog/devops-to-mlops.yml"} <= names
    assert not [name for name in names if name.startswith(("tests/", "templates/", "docs/"))]
    assert not [name for name in names if "__pycache__" in name]
    assert {name.partition("/")[0] for name in names} == {
        "bot",
        f"{wheel.name.removesuffix('-py3-none-any.whl')}.dist-info",
    }


def test_the_stand_in_is_built_with_its_templates_and_without_milepost(tmp_path: Path) -> None:
    folder = ROOT / "github-sandbox"
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path)],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    (built,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert len(list(tmp_path.glob("*.tar.gz"))) == 1
    source = folder / "github_sandbox"
    carried = {file.relative_to(folder).as_posix() for file in source.rglob("*.*")}
    assert {name for name in carried if not name.endswith(".pyc")} <= set(texts)
    licensed = {name for name, text in texts.items() if "milepost" in text.lower()}
    # Its metadata has the address of the repository that both are developed in.
    assert {name.rpartition("/")[2] for name in licensed} == {"LICENSE", "METADATA"}


def test_both_packages_have_one_version_and_milepost_needs_that() -> None:
    projects = [
        tomllib.loads((ROOT / place / "pyproject.toml").read_text())["project"]
        for place in (".", "github-sandbox")
    ]
    versions = {project["version"] for project in projects}
    assert len(versions) == 1
    needed = projects[0]["optional-dependencies"]["sandbox"]
    assert needed == [f"github-sandbox=={versions.pop()}"]


def test_what_the_action_and_the_server_install_has_no_stand_in() -> None:
    for name in ("action", "server"):
        text = (ROOT / f"requirements/{name}.txt").read_text()
        assert "github-sandbox" not in text
        assert "mdit-py-plugins" not in text


def test_an_installed_wheel_renders_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    code = (
        "import bot, bot.templating as t; print(bot.__file__);"
        "running = dict(url='u', api_url='a', graphql_url='g', repository='r', token='x');"
        "print(t.render('sandbox.txt.j2', running=running))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(site)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert str(site) in answer.stdout
    assert "export GITHUB_API_URL=a" in answer.stdout


def test_requirements_are_locked_with_hashes_and_name_no_host() -> None:
    for file in (ROOT / "requirements").glob("*.txt"):
        text = file.read_text()
        assert "--hash=sha256:" in text, file.name
        assert "://" not in text, file.name
        assert "index-url" not in text, file.name


@pytest.mark.parametrize("locked", ["action", "server", "sandbox"])
def test_a_run_installs_one_http_stack(locked: str) -> None:
    text = (ROOT / f"requirements/{locked}.txt").read_text()
    names = {line.partition("==")[0] for line in text.splitlines() if "==" in line}
    assert {"httpx2", "httpcore2"} <= names
    assert not {"httpx", "httpcore", "respx"} & names


def test_no_page_installs_a_name_that_somebody_else_could_take() -> None:
    """Until a release holds the name of the package, all is installed from a checkout."""
    readmes = [ROOT / "README.md", ROOT / "github-sandbox/README.md"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.search(r"^## \[\d", changelog, re.MULTILINE) is not None
    for file in readmes:
        assert ("not on PyPI yet" in file.read_text(encoding="utf-8")) != released, file
    by_name = re.compile(r"(?:pip install|uvx)\b[^`\n]*['\" ](?:milepost|github-sandbox)\b(?!/)")
    files = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "bot").rglob("*.py"), *readmes]
    found = [file.name for file in files if by_name.search(file.read_text(encoding="utf-8"))]
    assert released or not found
