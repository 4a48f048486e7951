"""`publishing/templates.sh`: folders become template repositories, marked before anything is in."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "publishing/templates.sh"
# GitHub's command: knows the repositories in $SERVER, and writes down what it was commands for.
GH = """\
#!/bin/sh
echo "$*" >> "$LOG"
case "$1 $2" in
  "api repos/"*) test -d "$SERVER/${2#repos/}" ;;
  "repo create") git init --quiet --bare --initial-branch main "$SERVER/$3" ;;
  "api --method") test "$(git -C "$SERVER/${4#repos/}" rev-list --all --count)" = "$COMMITS" ;;
esac
"""


class Account:
    """The account that templates are published to: folders as repositories."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.server, self.log = folder, folder / "server", folder / "log"
        self.server.mkdir()
        tools = folder / "tools"
        tools.mkdir()
        (tools / "gh").write_text(GH)
        (tools / "gh").chmod(0o755)
        self.path = f"{tools}:{os.environ['PATH']}"

    def write(self, path: str, text: str) -> None:
        file = self.folder / "build/templates" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def publish(self, tag: str, *, commits: int) -> str:
        """Run the script; `commits` are there when a repository is marked as a template."""
        self.log.write_text("")
        env = {"PATH": self.path, "SERVER": str(self.server), "LOG": str(self.log)}
        env |= {"OWNER": "learning", "TAG": tag, "COMMITS": str(commits), "HOME": str(self.folder)}
        ran = subprocess.run(
            ["sh", SCRIPT], cwd=self.folder, env=env, capture_output=True, text=True
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def git(self, name: str, *words: str) -> str:
        repository = self.server / "learning" / name
        ran = subprocess.run(
            ["git", *words], cwd=repository, capture_output=True, text=True, check=True
        )
        return ran.stdout


@pytest.fixture
def account(tmp_path: Path) -> Account:
    made = Account(tmp_path)
    made.write("python/README.md", "# Python\n")
    made.write("python/.github/milepost.yml", "curriculum: python\n")
    return made


def test_a_new_repository_is_a_template_before_its_first_push(account: Account) -> None:
    assert account.publish("v1.0.0", commits=0) == "learning/python is published.\n"
    commands = account.log.read_text().splitlines()
    assert [line.split()[:2] for line in commands] == [
        ["api", "repos/learning/python"],
        ["repo", "create"],
        ["api", "--method"],
    ]
    assert commands[2] == "api --method PATCH repos/learning/python -F is_template=true"
    files = account.git("python", "ls-tree", "-r", "--name-only", "main").split()
    assert files == [".github/milepost.yml", "README.md"]


def test_a_release_adds_a_commit_and_removes_what_is_gone(account: Account) -> None:
    account.publish("v1.0.0", commits=0)
    (account.folder / "build/templates/python/README.md").unlink()
    account.write("python/READ.md", "# Python\n")
    assert account.publish("v1.1.0", commits=1) == "learning/python is published.\n"
    files = account.git("python", "ls-tree", "-r", "--name-only", "main").split()
    assert files == [".github/milepost.yml", "READ.md"]
    subjects = account.git("python", "log", "--format=%s", "main").splitlines()
    assert subjects == ["Publish the template of v1.1.0", "Publish the template of v1.0.0"]


def test_without_a_change_nothing_is_pushed(account: Account) -> None:
    account.publish("v1.0.0", commits=0)
    assert account.publish("v1.0.1", commits=1) == "learning/python is the same.\n"
    assert account.git("python", "rev-list", "--count", "main") == "1\n"
