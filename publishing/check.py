"""Check that a release would work: `make release-check`, and with VERSION what the tag needs.

It builds both packages and the documentation, and compares versions and addresses. Without a
version it is the dry run that the tests do for every change; with one, the release does it first,
and a version without its section in CHANGELOG.md or with the placeholder OWNER is refused.
"""

import os
import re
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from email.message import Message
from email.parser import Parser
from pathlib import Path

if __package__ in {None, ""}:  # run as a script
    sys.path.insert(0, str(Path(__file__).parents[1]))

from publishing.owner import FILES, owners
from publishing.site import SiteError, build_site

ROOT = Path(__file__).parents[1]
PACKAGES = {"milepost": ROOT, "github-sandbox": ROOT / "github-sandbox"}
_RELATIVE = re.compile(r"\]\((?![a-z]+:|#)[^)]*\)")


def versions(root: Path = ROOT) -> dict[str, str]:
    """Return the version that each place names."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    sandbox = tomllib.loads((root / "github-sandbox/pyproject.toml").read_text(encoding="utf-8"))
    citation = (root / "CITATION.cff").read_text(encoding="utf-8")
    return {
        "pyproject.toml": project["version"],
        "pyproject.toml, extra sandbox": project["optional-dependencies"]["sandbox"][0][16:],
        "github-sandbox/pyproject.toml": sandbox["project"]["version"],
        "CITATION.cff": re.findall(r"^version: (\S+)$", citation, re.MULTILINE)[0],
    }


def wrong_versions(version: str, root: Path = ROOT) -> Iterator[str]:
    """Yield what differs between the places; for a release also from its tag and the changelog."""
    named = versions(root)
    expected = version or named["pyproject.toml"]
    for place, there in named.items():
        if there != expected:
            yield f"{place} says {there}, not {expected}"
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    if version and not re.search(rf"^## \[{re.escape(version)}\]", changelog, re.MULTILINE):
        yield f"CHANGELOG.md has no section [{version}]"


def wrong_addresses(version: str, repository: str = "", root: Path = ROOT) -> Iterator[str]:
    """Yield where the account differs; for a release also the placeholder or another repository."""
    found = {name: owners((root / name).read_text(encoding="utf-8")) for name in FILES}
    accounts = {one.lower() for names in found.values() for one in names}
    if len(accounts) != 1:
        yield f"the project's addresses name several accounts: {', '.join(sorted(accounts))}"
    yield from (
        f"{name} has no address of the project" for name, names in found.items() if not names
    )
    if version and "owner" in accounts:
        yield "OWNER is a placeholder: make owner OWNER=name"
    elif version and repository and {repository.partition("/")[0].lower()} != accounts:
        yield f"the addresses don't name the account of {repository}"


def built_metadata(folder: Path, source: Path) -> Message:
    """Build a package into `folder`, and return the metadata of its wheel."""
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)],
        cwd=source,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SiteError(done.stderr)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(name).decode())


def wrong_metadata(name: str, metadata: Message) -> Iterator[str]:
    """Yield what an index would show wrongly of a package."""
    if metadata["Description-Content-Type"] != "text/markdown":
        yield f"{name}: the description is no Markdown"
    for link in _RELATIVE.findall(str(metadata.get_payload())):
        yield f"{name}: a link of the description leads nowhere: {link}"
    labels = {url.partition(",")[0] for url in metadata.get_all("Project-URL", [])}
    for label in {"Documentation", "Repository", "Issues", "Changelog"} - labels:
        yield f"{name}: there is no address for {label}"


def problems(version: str = "", repository: str = "") -> Iterator[str]:
    """Yield every reason why this can't be released."""
    yield from wrong_versions(version)
    yield from wrong_addresses(version, repository)
    with tempfile.TemporaryDirectory() as folder:
        for name, source in PACKAGES.items():
            metadata = built_metadata(Path(folder) / name, source)
            yield from wrong_metadata(name, metadata)
            if version and metadata["Version"] != version:
                yield f"{name}: the wheel is of version {metadata['Version']}"
        try:
            build_site(Path(folder) / "site")
        except SiteError as error:
            yield f"the documentation: {error}"


def main() -> None:
    """Print every problem; exit with 1 when there is one."""
    version = sys.argv[1] if len(sys.argv) > 1 else ""
    found = list(problems(version, os.environ.get("GITHUB_REPOSITORY", "")))
    if found:
        sys.exit("\n".join(found))
    print("Packages, addresses, versions and documentation are ready for a release.")


if __name__ == "__main__":
    main()
