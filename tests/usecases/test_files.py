"""Files in the repository: only what was asked for, only what differs, and never what is not ours.

Over the sandbox's state in this process, as a run would find it.
"""

from datetime import UTC, datetime
from typing import Any

import pytest
from builders import curriculum
from workbench import Workbench, settings

from bot.errors import ConfigError
from bot.planning.ledger import Ledger
from bot.planning.ports import Gateway
from bot.progress.path import LearningPath
from bot.reports.forms import FOLDER, KEPT
from bot.reports.readme import BEGIN, END
from bot.usecases.files import (
    README_KEY,
    FilePlan,
    ReportFiles,
    blob_hash,
    describe_files,
    plan_files,
    write_files,
)
from github_sandbox.state import files

PATH = curriculum(
    "Phase: P\nMonth 1: M\nWeek 1: W\n- Read (6h) #a\n- Write (2h) #b",
    journal=[{"title": "What I learned"}],
)
PICTURES = ["activity.svg", "burn-up.svg", "card.svg", "skills.svg"]
BADGE = ["badge.json", "badge.svg"]
JOURNAL = f"{FOLDER}/learning-journal.yml"
REPORT = ReportFiles(
    id="checkpoint-3",
    title="Checkpoint: three months in",
    files={"reports/checkpoint-3.md": b"# Well done\n", "reports/checkpoint-3.json": b"{}\n"},
)
WEB = "https://github.com"


class House:
    """A repository with the path in it, and what its settings publish."""

    def __init__(self, **publish: Any) -> None:
        self.bench = Workbench()
        self.settings = settings("2026-01-05", publish=publish)
        self.bench.world.commit_files(self.bench.repository, {"README.md": b"# Me\n"}, "Begin")
        self.bench.apply(PATH, self.settings)
        self.made: set[str] = set()
        self.bench.edges.writes.clear()

    def view(self, today: str = "2026-01-08", hour: int = 9) -> LearningPath:
        now = datetime.fromisoformat(today).replace(hour=hour, tzinfo=UTC)
        view = LearningPath.read(PATH, self.settings, self.bench.edges.snapshot(), now)
        ledger: Ledger = view.observed.ledger.adding(self.made, {})
        return view.model_copy(
            update={"observed": view.observed.model_copy(update={"ledger": ledger})}
        )

    def publish(self, *reports: ReportFiles, today: str = "2026-01-08", hour: int = 9) -> FilePlan:
        """Publish, and remember what a run would put into the ledger."""
        edges = self.bench.edges
        view = self.view(today, hour)
        plan = plan_files(view, edges, web=WEB, reports=reports)
        write_files(plan, lambda: edges)
        self.made |= plan.made
        return plan

    def files(self, branch: str = "") -> dict[str, bytes]:
        git = self.bench.repository.git
        head = git.head(branch or self.bench.repository.default_branch)
        return dict(head.files) if head else {}

    def write(self, path: str, text: str) -> None:
        """The learner pushes a file."""
        self.bench.world.commit_files(self.bench.repository, {path: text.encode()}, "Mine")

    def remove(self, path: str) -> None:
        bench, sha = self.bench, blob_hash(self.files()[path])
        fields = {"message": "Away with it", "sha": sha}
        files.delete(bench.world, bench.learner, bench.repository, path, fields)


def never() -> Gateway:
    raise AssertionError("nothing is to be written")


def test_without_asking_nothing_is_read_or_written() -> None:
    house = House()
    plan = house.publish(REPORT)
    assert plan.empty
    assert describe_files(plan) == ""
    assert house.bench.edges.writes == []


@pytest.mark.parametrize(
    ("publish", "paths"),
    [
        ({"badge": True}, BADGE),
        ({"pictures": True}, PICTURES),
        ({"badge": True, "pictures": True}, [*BADGE, *PICTURES]),
        ({"reports": "branch"}, list(REPORT.files)),
    ],
)
def test_the_branch_holds_what_was_asked_for(publish: dict[str, Any], paths: list[str]) -> None:
    house = House(**publish)
    house.publish(REPORT)
    assert sorted(house.files("milepost")) == sorted([*paths, ".milepost", "README.md"])
    assert house.files() == {"README.md": b"# Me\n"}


def test_it_is_one_commit_without_history_and_only_when_something_changed() -> None:
    house = House(badge=True, pictures=True)
    house.publish()
    assert house.bench.edges.writes == ["commit-files"]
    head = house.bench.repository.git.head("milepost")
    assert head
    assert len(house.bench.repository.git.history(head.sha)) == 1
    house.publish(hour=21)
    assert house.bench.edges.writes == ["commit-files"]
    view = house.view()
    write_files(plan_files(view, house.bench.edges, web=WEB), never)


def test_only_what_changed_is_written() -> None:
    house = House(badge=True, pictures=True)
    house.publish()
    assert house.publish(today="2026-01-09").paths == ("milepost:burn-up.svg",)
    house.bench.close("Read")
    house.bench.issue("Read").closed_at = datetime(2026, 1, 9, 12, tzinfo=UTC)
    changed = house.publish(today="2026-01-09").on_branch
    assert sorted(changed) == sorted([*BADGE, *PICTURES])


def test_the_badge_says_what_the_settings_want() -> None:
    house = House(badge=True)
    look_of_badge = {"kind": "streak", "label": "my path"}
    house.settings = settings("2026-01-05", publish={"badge": True}, badge=look_of_badge)
    house.publish()
    assert b"my path: 0 active weeks" in house.files("milepost")["badge.svg"]


def test_a_branch_that_is_not_ours_is_not_touched() -> None:
    house = House(badge=True, branch="main")
    with pytest.raises(ConfigError, match="not Milepost's"):
        house.publish()
    assert house.bench.edges.writes == []


def test_the_readme_gets_a_block_that_is_kept_up_to_date() -> None:
    house = House(readme=True)
    assert house.publish().on_default.keys() == {"README.md"}
    text = house.files()["README.md"].decode()
    assert text.startswith(f"# Me\n\n{BEGIN}\n[A small path](<https://github.com/learner/")
    assert "0 %, 0 of 8 hours" in text
    assert house.publish().empty
    house.write("README.md", text + "\nMore of me.\n")
    house.bench.close("Read")
    house.publish()
    text = house.files()["README.md"].decode()
    assert "75 %, 6 of 8 hours" in text
    assert text.endswith("\nMore of me.\n")


def test_a_block_that_was_taken_out_does_not_come_back() -> None:
    house = House(readme=True)
    assert README_KEY in house.publish().made
    house.write("README.md", "# Me\n")
    assert house.publish().empty
    house.remove("README.md")
    assert house.publish().empty


def test_half_a_block_is_left_alone() -> None:
    house = House(readme=True)
    house.write("README.md", f"# Me\n{BEGIN}\n")
    assert house.publish().empty
    house.write("README.md", f"# Me\n{END}\n")
    assert house.publish().empty


def test_a_readme_in_another_encoding_is_left_alone() -> None:
    house = House(readme=True)
    house.write("README.md", "\0#\0 \0M\0e")
    assert house.publish().empty


def test_without_a_readme_one_is_made_once() -> None:
    house = House(readme=True)
    house.remove("README.md")
    house.publish()
    assert house.files()["README.md"].startswith(b"# portfolio\n\n<!-- milepost:readme -->\n")


def test_forms_are_installed_kept_and_given_away() -> None:
    house = House(forms=True)
    plan = house.publish()
    assert JOURNAL in plan.on_default
    assert all(path.startswith(FOLDER) for path in plan.on_default)
    text = house.files()[JOURNAL].decode()
    assert text.startswith(KEPT)
    assert house.publish().empty
    house.write(JOURNAL, f"{KEPT}\nname: An older one\n")
    assert list(house.publish().on_default) == [JOURNAL]
    house.write(JOURNAL, "name: Mine\n")
    assert house.publish().empty
    house.remove(JOURNAL)
    assert house.publish().empty


def test_a_form_with_other_line_ends_is_the_same_form() -> None:
    house = House(forms=True)
    house.publish()
    text = house.files()[JOURNAL].decode()
    house.write(JOURNAL, text.replace("\n", "\r\n"))
    assert house.publish().empty


def test_a_report_becomes_a_pull_request_once() -> None:
    house = House(reports="pull-request")
    plan = house.publish(REPORT)
    edges = house.bench.edges
    assert edges.writes == ["commit-files", "open-pull-request"]
    branch = "milepost-report-checkpoint-3"
    assert house.files(branch) == {"README.md": b"# Me\n", **REPORT.files}
    (pull,) = edges.snapshot().pulls
    assert (pull.title, pull.state) == (REPORT.title, "open")
    assert "reports/checkpoint-3.md" in pull.body
    assert plan.made == {"pull:checkpoint-3"}
    assert house.publish(REPORT).empty


def test_a_pull_request_whose_run_was_cut_short_is_not_opened_twice() -> None:
    house = House(reports="pull-request")
    house.publish(REPORT)
    house.made.clear()
    again = house.publish(REPORT)
    assert [pull.files for pull in again.pulls] == [{}]
    assert len(house.bench.edges.snapshot().pulls) == 1
    for path, data in REPORT.files.items():
        house.write(path, data.decode())
    house.made.clear()
    assert house.publish(REPORT).empty


def test_badge_branch_and_report_branch_can_stand_side_by_side() -> None:
    house = House(badge=True, reports="pull-request")
    house.publish(REPORT)
    heads = [name.removeprefix("refs/heads/") for name in house.bench.repository.git.refs]
    assert not [one for one in heads for other in heads if other.startswith(f"{one}/")]


def test_a_dry_run_says_what_would_be_written() -> None:
    house = House(badge=True, readme=True, reports="pull-request")
    plan = plan_files(house.view(), house.bench.edges, web=WEB, reports=(REPORT,))
    assert describe_files(plan).splitlines() == [
        "Would write milepost:.milepost",
        "Would write milepost:badge.svg",
        "Would write milepost:badge.json",
        "Would write milepost:README.md",
        "Would write README.md",
        "Would write milepost-report-checkpoint-3:reports/checkpoint-3.md",
        "Would write milepost-report-checkpoint-3:reports/checkpoint-3.json",
        "Would open a pull request: Checkpoint: three months in",
    ]
    assert house.bench.edges.writes == []


def test_a_file_is_named_as_git_names_it() -> None:
    assert blob_hash(b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"


def test_a_report_on_the_branch_tells_of_its_day_and_stays() -> None:
    house = House(reports="branch")
    house.publish(REPORT)
    later = REPORT.model_copy(update={"files": dict.fromkeys(REPORT.files, b"another day")})
    assert house.publish(later).empty
    assert house.files("milepost").items() >= REPORT.files.items()
