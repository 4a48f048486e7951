"""Files in the repository: only what was asked for, only what differs, and never what is not ours.

Over the sandbox's state in this process, as a run would find it.
"""

from datetime import UTC, datetime
from typing import Any

import pytest
from builders import curriculum
from repository_fixture import RepositoryFixture, settings

from bot.curriculum.model import Curriculum
from bot.errors import ConfigError
from bot.planning.file_changes import CommitFiles, OpenPullRequest, PutFile
from bot.planning.ledger import Ledger
from bot.planning.ports import Gateway
from bot.progress.path import LearningPath
from bot.progress.progress import WorkState
from bot.reports.issue_forms import FOLDER, MANAGED_NOTE
from bot.reports.readme_block import BEGIN, END
from bot.sync.default_branch import README_KEY, blob_hash
from bot.sync.file_sources import read_guide
from bot.sync.files import (
    FilePlan,
    ReportFiles,
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


class PublishFixture:
    """A repository with the path in it, and what its settings publish."""

    def __init__(self, **publish: Any) -> None:
        self.bench = RepositoryFixture()
        self.settings = settings("2026-01-05", publish=publish)
        self.bench.world.commit_files(self.bench.repository, {"README.md": b"# Me\n"}, "Begin")
        self.bench.apply(self.path, self.settings)
        self.made: set[str] = set()
        self.bench.edges.writes.clear()

    @property
    def path(self) -> Curriculum:
        return PATH

    def view(self, today: str = "2026-01-08", hour: int = 9) -> LearningPath:
        now = datetime.fromisoformat(today).replace(hour=hour, tzinfo=UTC)
        view = LearningPath.read(self.path, self.settings, self.bench.edges.snapshot(), now)
        ledger: Ledger = view.observed.ledger.adding(self.made, {})
        return view.model_copy(
            update={"observed": view.observed.model_copy(update={"ledger": ledger})}
        )

    def publish(self, *reports: ReportFiles, today: str = "2026-01-08", hour: int = 9) -> FilePlan:
        """Publish, and remember what a run would put into the ledger."""
        edges = self.bench.edges
        view = self.view(today, hour)
        plan = plan_files(view, edges, web=WEB, reports=reports)
        write_files(plan, lambda: edges, [])
        self.made |= plan.made
        return plan

    def files(self, branch: str = "") -> dict[str, bytes]:
        git = self.bench.repository.git
        head = git.head(branch or self.bench.repository.default_branch)
        return dict(head.files) if head else {}

    def write(self, path: str, text: str) -> None:
        """The learner pushes a file."""
        self.bench.world.commit_files(self.bench.repository, {path: text.encode()}, "Mine")

    def remove(self, path: str, branch: str = "") -> None:
        bench, sha = self.bench, blob_hash(self.files(branch)[path])
        fields = {"message": "Away with it", "sha": sha} | ({"branch": branch} if branch else {})
        files.delete(bench.world, bench.learner, bench.repository, path, fields)


def never() -> Gateway:
    raise AssertionError("nothing is to be written")


def test_without_asking_nothing_is_read_or_written() -> None:
    scenario = PublishFixture()
    plan = scenario.publish(REPORT)
    assert plan.empty
    assert describe_files(plan) == ""
    assert scenario.bench.edges.writes == []


@pytest.mark.parametrize(
    ("publish", "paths"),
    [
        ({"badge": True}, BADGE),
        ({"pictures": True}, PICTURES),
        ({"badge": True, "pictures": True}, [*BADGE, *PICTURES]),
        ({"reports": "branch"}, list(REPORT.files)),
        ({"calendar": True}, [".calendar", "path.ics"]),
    ],
)
def test_the_branch_holds_what_was_asked_for(publish: dict[str, Any], paths: list[str]) -> None:
    scenario = PublishFixture(**publish)
    scenario.publish(REPORT)
    assert sorted(scenario.files("milepost")) == sorted([*paths, ".milepost", "README.md"])
    assert scenario.files() == {"README.md": b"# Me\n"}


def test_it_is_one_commit_without_history_and_only_when_something_changed() -> None:
    scenario = PublishFixture(badge=True, pictures=True)
    scenario.publish()
    assert scenario.bench.edges.writes == ["commit-files"]
    head = scenario.bench.repository.git.head("milepost")
    assert head
    assert len(scenario.bench.repository.git.history(head.sha)) == 1
    scenario.publish(hour=21)
    assert scenario.bench.edges.writes == ["commit-files"]
    view = scenario.view()
    write_files(plan_files(view, scenario.bench.edges, web=WEB), never, [])


def test_the_calendar_is_written_when_the_plan_changed_and_only_then() -> None:
    scenario = PublishFixture(calendar=True)
    scenario.publish()
    before = scenario.files("milepost")
    assert b"[Calendar](path.ics)" in before["README.md"]
    scenario.publish(today="2026-01-09")
    assert scenario.bench.edges.writes == ["commit-files"]
    scenario.settings = settings("2026-01-12", publish={"calendar": True})
    scenario.publish(today="2026-01-09")
    after = scenario.files("milepost")
    changed = {path for path in after if after[path] != before[path]}
    assert changed == {".calendar", "path.ics"}
    assert b"DTSTAMP:20260108T090000Z" in before["path.ics"]
    assert b"DTSTAMP:20260109T090000Z" in after["path.ics"]


def test_a_calendar_that_is_gone_comes_back() -> None:
    scenario = PublishFixture(calendar=True)
    scenario.publish()
    scenario.remove("path.ics", "milepost")
    plan = scenario.publish()
    assert plan.paths == ("milepost:path.ics",)


@pytest.mark.parametrize(("publish", "ends"), [({}, True), ({"skip_ci": False}, False)])
def test_a_commit_that_only_publishes_starts_nothing(publish: dict[str, Any], ends: bool) -> None:
    scenario = PublishFixture(
        badge=True, readme=True, forms=True, reports="pull-request", **publish
    )
    plan = scenario.publish(REPORT)
    messages = [w.message for w in plan.writes if isinstance(w, PutFile | CommitFiles)]
    published = [message for message in messages if message != REPORT.title]
    assert len(published) == len(messages) - 1 == 3
    assert all(message.endswith(" [skip ci]") is ends for message in published)
    assert not any(isinstance(w, OpenPullRequest) and "skip" in w.title for w in plan.writes)


def test_only_what_changed_is_written() -> None:
    scenario = PublishFixture(badge=True, pictures=True)
    scenario.publish()
    assert scenario.publish(today="2026-01-09").paths == ("milepost:burn-up.svg",)
    scenario.bench.close("Read")
    scenario.bench.issue("Read").closed_at = datetime(2026, 1, 9, 12, tzinfo=UTC)
    changed = scenario.publish(today="2026-01-09").paths
    assert sorted(changed) == sorted(f"milepost:{name}" for name in (*BADGE, *PICTURES))


def test_the_badge_says_what_the_settings_want() -> None:
    scenario = PublishFixture(badge=True)
    badge_settings = {"kind": "streak", "label": "my path"}
    scenario.settings = settings("2026-01-05", publish={"badge": True}, badge=badge_settings)
    scenario.publish()
    assert b"my path: 0 active weeks" in scenario.files("milepost")["badge.svg"]


def test_a_branch_that_is_not_ours_is_not_touched() -> None:
    scenario = PublishFixture(badge=True, branch="main")
    with pytest.raises(ConfigError, match="not Milepost's"):
        scenario.publish()
    assert scenario.bench.edges.writes == []


def test_the_readme_gets_a_block_that_is_kept_up_to_date() -> None:
    scenario = PublishFixture(readme=True)
    assert scenario.publish().paths == ("README.md",)
    text = scenario.files()["README.md"].decode()
    assert text.startswith(f"# Me\n\n{BEGIN}\n[A small path](<https://github.com/learner/")
    assert "0% done · 0 of 8" in text
    assert scenario.publish().empty
    scenario.write("README.md", text + "\nMore of me.\n")
    scenario.bench.close("Read")
    scenario.publish()
    text = scenario.files()["README.md"].decode()
    assert "75% done · 6 of 8" in text
    assert text.endswith("\nMore of me.\n")


def test_a_block_that_was_taken_out_does_not_come_back() -> None:
    scenario = PublishFixture(readme=True)
    assert README_KEY in scenario.publish().made
    scenario.write("README.md", "# Me\n")
    assert scenario.publish().empty
    scenario.remove("README.md")
    assert scenario.publish().empty


@pytest.mark.parametrize("text", [f"# Me\n{BEGIN}\n", f"# Me\n{END}\n", f"{END}\n{BEGIN}\n"])
def test_half_a_block_is_left_alone(text: str) -> None:
    scenario = PublishFixture(readme=True)
    scenario.write("README.md", text)
    plan = scenario.publish()
    assert plan.empty
    assert describe_files(plan).startswith("No progress block: README.md needs its two marks")


def test_a_readme_in_another_encoding_is_left_alone() -> None:
    scenario = PublishFixture(readme=True)
    scenario.write("README.md", "\0#\0 \0M\0e")
    plan = scenario.publish()
    assert (plan.empty, plan.made) == (True, frozenset())
    assert "README.md isn't UTF-8" in describe_files(plan)


@pytest.mark.parametrize(
    "path", ["readme.md", "Readme.MD", "README.markdown", ".github/README.md", "docs/readme.md"]
)
def test_the_readme_that_is_there_gets_the_block(path: str) -> None:
    scenario = PublishFixture(readme=True)
    scenario.remove("README.md")
    scenario.write(path, "# Me\n")
    assert scenario.publish().paths == (path,)
    assert list(scenario.files()) == [path]
    assert scenario.files()[path].startswith(f"# Me\n\n{BEGIN}\n".encode())
    assert scenario.publish().empty
    scenario.write(path, "# Me\n")
    assert scenario.publish().empty


@pytest.mark.parametrize("path", ["README.rst", "README", "readme.txt", "docs/README.adoc"])
def test_beside_a_readme_that_cannot_hold_the_block_none_is_made(path: str) -> None:
    scenario = PublishFixture(readme=True)
    scenario.remove("README.md")
    scenario.write(path, "Me\n==\n")
    plan = scenario.publish()
    assert (plan.empty, list(scenario.files())) == (True, [path])
    assert f"No progress block: {path} isn't Markdown" in describe_files(plan)
    scenario.remove(path)
    scenario.write("README.md", "# Me\n")
    assert scenario.publish().paths == ("README.md",)


def test_of_two_readmes_the_one_that_github_shows_gets_the_block() -> None:
    scenario = PublishFixture(readme=True)
    scenario.write(".github/README.md", "# Us\n")
    assert scenario.publish().paths == (".github/README.md",)
    assert scenario.files()["README.md"] == b"# Me\n"


def test_a_block_that_is_up_to_date_in_windows_line_ends_says_nothing() -> None:
    scenario = PublishFixture(readme=True)
    scenario.write("README.md", "# Me\r\n")
    scenario.publish()
    assert describe_files(scenario.publish()) == ""


def test_without_a_readme_one_is_made_once() -> None:
    scenario = PublishFixture(readme=True)
    scenario.remove("README.md")
    scenario.publish()
    assert scenario.files()["README.md"].startswith(b"# portfolio\n\n<!-- milepost:readme -->\n")


def test_forms_are_installed_kept_and_given_away() -> None:
    scenario = PublishFixture(forms=True)
    plan = scenario.publish()
    assert JOURNAL in plan.paths
    assert all(path.startswith(FOLDER) for path in plan.paths)
    text = scenario.files()[JOURNAL].decode()
    assert text.startswith(MANAGED_NOTE)
    assert scenario.publish().empty
    scenario.write(JOURNAL, f"{MANAGED_NOTE}\nname: An older one\n")
    assert scenario.publish().paths == (JOURNAL,)
    scenario.write(JOURNAL, "name: Mine\n")
    assert scenario.publish().empty
    scenario.remove(JOURNAL)
    assert scenario.publish().empty


def test_a_form_with_other_line_ends_is_the_same_form() -> None:
    scenario = PublishFixture(forms=True)
    scenario.publish()
    text = scenario.files()[JOURNAL].decode()
    scenario.write(JOURNAL, text.replace("\n", "\r\n"))
    assert scenario.publish().empty


def test_a_report_becomes_a_pull_request_once() -> None:
    scenario = PublishFixture(reports="pull-request")
    plan = scenario.publish(REPORT)
    edges = scenario.bench.edges
    assert edges.writes == ["commit-files", "open-pull-request"]
    branch = "milepost-report-checkpoint-3"
    assert scenario.files(branch) == {"README.md": b"# Me\n", **REPORT.files}
    (pull,) = edges.snapshot().pulls
    assert (pull.title, pull.state) == (REPORT.title, "open")
    body = scenario.bench.repository.issues[pull.number].body
    assert "reports/checkpoint-3.md" in (body or "")
    assert plan.made == {"pull:checkpoint-3"}
    assert scenario.publish(REPORT).empty


def test_a_pull_request_whose_run_was_cut_short_is_not_opened_twice() -> None:
    scenario = PublishFixture(reports="pull-request")
    scenario.publish(REPORT)
    scenario.made.clear()
    again = scenario.publish(REPORT)
    assert [write.op for write in again.writes] == ["open-pull-request"]
    assert len(scenario.bench.edges.snapshot().pulls) == 1
    for path, data in REPORT.files.items():
        scenario.write(path, data.decode())
    scenario.made.clear()
    assert scenario.publish(REPORT).empty


def test_badge_branch_and_report_branch_can_stand_side_by_side() -> None:
    scenario = PublishFixture(badge=True, reports="pull-request")
    scenario.publish(REPORT)
    heads = [name.removeprefix("refs/heads/") for name in scenario.bench.repository.git.refs]
    assert not [one for one in heads for other in heads if other.startswith(f"{one}/")]


def test_a_dry_run_says_what_would_be_written() -> None:
    scenario = PublishFixture(badge=True, readme=True, reports="pull-request")
    plan = plan_files(scenario.view(), scenario.bench.edges, web=WEB, reports=(REPORT,))
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
    assert scenario.bench.edges.writes == []


def test_a_file_is_named_as_git_names_it() -> None:
    assert blob_hash(b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"


def test_a_report_on_the_branch_tells_of_its_day_and_stays() -> None:
    scenario = PublishFixture(reports="branch")
    scenario.publish(REPORT)
    later = REPORT.model_copy(update={"files": dict.fromkeys(REPORT.files, b"another day")})
    assert scenario.publish(later).empty
    assert scenario.files("milepost").items() >= REPORT.files.items()


GUIDE = b"# G\r\n\r\n## Week 1\r\n\r\n- [ ] Read the book\r\n- [x] Buy flour\r\n- [ ] Bake\r\n"


class GuideFixture(PublishFixture):
    """A repository whose path is a guide in it."""

    def __init__(self) -> None:
        self.bench = RepositoryFixture()
        publish = {"writeback": True}
        self.settings = settings("2026-01-05", curriculum="guide.md", publish=publish)
        self.bench.world.commit_files(self.bench.repository, {"guide.md": GUIDE}, "Begin")
        self.bench.apply(self.path, self.settings)
        self.made = set()
        self.bench.edges.writes.clear()

    @property
    def path(self) -> Curriculum:
        return read_guide(self.files()["guide.md"], name="guide.md")


def test_a_finished_task_is_ticked_in_the_guide_and_stays_work_of_the_path() -> None:
    scenario = GuideFixture()
    assert scenario.publish().empty
    scenario.bench.close("Bake")
    scenario.publish()
    assert scenario.files()["guide.md"] == GUIDE.replace(b"[ ] Bake", b"[x] Bake")
    assert scenario.bench.edges.writes == ["put-file"]
    assert scenario.publish().empty
    states = {work.title: work.state for work in scenario.view().progress.work}
    assert states == {
        "Read the book": WorkState.OPEN,
        "Buy flour": WorkState.CREDITED,
        "Bake": WorkState.CLAIMED,
    }


def test_a_tick_that_the_learner_takes_out_stays_out() -> None:
    scenario = GuideFixture()
    scenario.bench.close("Bake")
    scenario.publish()
    scenario.write("guide.md", GUIDE.decode())
    assert scenario.publish().empty


def test_a_guide_whose_bytes_are_not_known_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As one in another encoding, which is read as text all the same."""
    scenario = GuideFixture()
    scenario.bench.close("Bake")
    monkeypatch.setattr(scenario.bench.edges, "tree", lambda _: {"guide.md": blob_hash(b"other")})
    assert scenario.publish().empty
