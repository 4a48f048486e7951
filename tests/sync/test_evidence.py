"""What was linked is looked up once and noted; a mentor's approval counts, nobody's own does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from planning.paths import SMALL
from repository_fixture import RepositoryFixture, settings

from bot.github.connection import Connection
from bot.github.reader import HttpReader
from bot.planning.marker import Marker, digest, find, normalized, wrap
from bot.planning.snapshot import LinkTarget, ReactionState
from bot.progress.command_log import AcceptedCommand, Entry, find_log, with_log
from bot.progress.commands.evidence import Attested, Evidenced
from bot.progress.path import LearningPath
from bot.progress.progress import WorkState
from bot.settings import Settings
from bot.sync.evidence import MAX_APPROVALS, MAX_LOOKUPS, MAX_NOTED, Answers, gather
from github_sandbox.server import Sandbox
from github_sandbox.state import comments, issues, releases

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
GITHUB = "https://github.com"
MODEL = f"{GITHUB}/learner/model"
POST = "https://blog.example.org/loops"
PLAIN = settings()
MENTORED = settings(mentors=["Mentor", "learner"])
LINKED = settings(features={"links": True})
LOOP, READ, TOOLS = "Write a loop", "Read the tutorial", "Install the tools"


class Asker:
    """The bench's reader, and what it was asked."""

    def __init__(self, bench: RepositoryFixture) -> None:
        self._edges = bench.edges
        self.requested: list[str] = []

    def find(self, url: str) -> LinkTarget | None:
        self.requested.append(url)
        return self._edges.find(url)

    def reactions(self, number: int) -> tuple[ReactionState, ...]:
        self.requested.append(f"reactions {number}")
        return self._edges.reactions(number)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._edges, name)


class Pages:
    """The rest of the web: pages by address, with their titles."""

    def __init__(self, **pages: str) -> None:
        self.pages = {f"https://{host.replace('_', '.')}/": title for host, title in pages.items()}
        self.requested: list[str] = []
        self.missing: list[str] = []
        self.resting: set[str] = set()

    def due(self, url: str) -> bool:
        return url not in self.resting

    def missed(self, url: str) -> None:
        self.missing.append(url)

    def exists(self, url: str) -> str | None:
        self.requested.append(url)
        return self.pages.get(url)


@pytest.fixture
def bench() -> RepositoryFixture:
    made = RepositoryFixture()
    made.apply(SMALL)
    made.world.add_repository("learner/model")
    return made


@pytest.fixture
def asker(bench: RepositoryFixture) -> Asker:
    return Asker(bench)


def run(
    bench: RepositoryFixture,
    asker: Asker,
    how: Settings = PLAIN,
    now: datetime = NOW,
    outside: Pages | None = None,
) -> list[AcceptedCommand]:
    """One run, which remembers what it noted."""
    path = LearningPath.read(SMALL, how, bench.edges.snapshot(), now)
    commands = gather(path, asker, bench.edges.comments_since(NOW - timedelta(days=2)), outside)
    for command in commands:
        issue = bench.repository.issues[path.observed.issues[command.key].state.number]
        body = issue.body or ""
        issue.body = with_log(body, find_log(body).adding([Entry.of(command)]))
    return list(commands)


def noted(commands: list[AcceptedCommand]) -> list[tuple[str, str]]:
    return [(d.command.kind, d.command.url) for d in commands if isinstance(d.command, Evidenced)]


def write(bench: RepositoryFixture, title: str, text: str) -> None:
    """The learner writes something below our part of an issue."""
    bench.edit(title, body=f"{bench.issue(title).body}\n\n{text}")


def state_of(bench: RepositoryFixture, title: str, how: Settings = PLAIN) -> WorkState:
    progress = LearningPath.read(SMALL, how, bench.edges.snapshot(), NOW).progress
    return next(w.state for w in progress.work if w.title.startswith(title))


def test_where_nothing_was_linked_nothing_is_asked(bench: RepositoryFixture, asker: Asker) -> None:
    bench.comment(LOOP, "Nearly there.")
    assert run(bench, asker, MENTORED) == []
    assert asker.requested == []


@pytest.mark.parametrize("where", ["body", "comment"])
def test_a_repository_that_exists_is_evidence_once(
    bench: RepositoryFixture, asker: Asker, where: str
) -> None:
    text = f"It is in {MODEL}/tree/main."
    if where == "body":
        write(bench, LOOP, text)
    else:
        bench.comment(LOOP, text)
    (command,) = run(bench, asker)
    assert command.command == Evidenced(kind="repository", url=MODEL)
    assert (command.key, command.by, command.at) == ("task:write-a-loop", "milepost", NOW)
    assert run(bench, asker) == []
    assert asker.requested == [MODEL]
    assert state_of(bench, LOOP) is WorkState.OPEN
    bench.close(LOOP)
    assert state_of(bench, LOOP) is WorkState.EVIDENCED


def test_pull_requests_and_releases_are_evidence_in_the_same_repository_too(
    bench: RepositoryFixture, asker: Asker
) -> None:
    pull = bench.merge_pull("Add a loop")
    fields = {"tag_name": "v1", "name": "First"}
    releases.create(bench.world, bench.learner, bench.repository, fields)
    release = f"{GITHUB}/learner/portfolio/releases/tag/v1"
    write(bench, LOOP, f"{bench.url(pull)}/files {release}")
    assert sorted(noted(run(bench, asker))) == [
        ("pull-request", bench.url(pull)),
        ("release", release),
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"{GITHUB}/learner/portfolio",
        f"{GITHUB}/learner/portfolio/issues/1",
        f"{GITHUB}/learner/portfolio/blob/main/README.md",
        f"`{MODEL}`",
        POST,
    ],
)
def test_what_proves_nothing_is_not_even_asked_for(
    bench: RepositoryFixture, asker: Asker, text: str
) -> None:
    write(bench, LOOP, text)
    assert run(bench, asker) == []
    assert asker.requested == []


def test_what_the_task_itself_names_is_no_evidence(bench: RepositoryFixture, asker: Asker) -> None:
    issue = bench.issue(LOOP)
    body = issue.body or ""
    bench.edit(LOOP, body=body.replace("<!-- milepost:end", f"{MODEL}\n<!-- milepost:end"))
    bench.comment(LOOP, f"I went through {MODEL}/blob/main/README.md.")
    assert run(bench, asker) == []
    bench.edit(LOOP, body=body)
    assert noted(run(bench, asker)) == [("repository", MODEL)]


def test_what_leads_nowhere_is_asked_again_while_it_is_recent(
    bench: RepositoryFixture, asker: Asker
) -> None:
    soon = f"{GITHUB}/learner/soon"
    write(bench, LOOP, soon)
    assert run(bench, asker) == []
    bench.world.add_repository("learner/soon")
    assert noted(run(bench, asker, now=NOW + timedelta(days=2))) == [("repository", soon)]
    write(bench, READ, f"{GITHUB}/learner/never")
    assert run(bench, asker, now=NOW + timedelta(days=4)) == []
    assert asker.requested == [soon, soon]


def test_only_people_who_may_write_are_listened_to(bench: RepositoryFixture, asker: Asker) -> None:
    bench.comment(LOOP, MODEL, by="stranger")
    assert run(bench, asker) == []
    bench.repository.collaborators["friend"] = "write"
    bench.comment(LOOP, MODEL, by="friend")
    assert noted(run(bench, asker)) == [("repository", MODEL)]


@pytest.mark.parametrize("title", ["Your path", "Choose your way", "Next steps"])
def test_only_work_has_evidence(bench: RepositoryFixture, asker: Asker, title: str) -> None:
    bench.apply(SMALL, settings(ahead="all"))
    bench.comment(title, MODEL)
    assert run(bench, asker) == []


def test_what_was_set_aside_needs_none(bench: RepositoryFixture, asker: Asker) -> None:
    write(bench, LOOP, MODEL)
    bench.close(LOOP, "not_planned")
    assert run(bench, asker) == []
    assert asker.requested == []


def test_one_address_at_two_issues_is_asked_for_once(
    bench: RepositoryFixture, asker: Asker
) -> None:
    bench.comment(LOOP, MODEL)
    bench.comment(READ, MODEL)
    assert {command.key for command in run(bench, asker)} == {
        "task:write-a-loop",
        "task:read-the-tutorial",
    }
    assert asker.requested == [MODEL]


def test_a_run_asks_for_ten_addresses_the_newest_first(
    bench: RepositoryFixture, asker: Asker
) -> None:
    write(bench, READ, " ".join(f"{GITHUB}/learner/old{n}" for n in range(MAX_LOOKUPS)))
    bench.issue(READ).updated_at = NOW - timedelta(days=1)
    write(bench, LOOP, f"{GITHUB}/learner/none {MODEL}")
    bench.issue(LOOP).updated_at = NOW
    assert noted(run(bench, asker)) == [("repository", MODEL)]
    assert len(asker.requested) == MAX_LOOKUPS
    assert asker.requested[:2] == [f"{GITHUB}/learner/none", MODEL]


def test_what_led_nowhere_lately_is_not_asked_for_and_keeps_nothing_else_out(
    bench: RepositoryFixture, asker: Asker
) -> None:
    elsewhere = Pages(blog_example="Loops")
    blog, gone = "https://blog.example/", [f"https://gone{n}.example/" for n in range(12)]
    missing = f"{GITHUB}/learner/missing"
    write(bench, LOOP, " ".join([*gone, missing, blog]))
    elsewhere.resting = {*gone, missing}
    assert noted(run(bench, asker, LINKED, outside=elsewhere)) == [("post", blog)]
    assert elsewhere.requested == [blog]
    assert asker.requested == []


def test_an_address_on_github_that_led_nowhere_is_remembered_without_links_too(
    bench: RepositoryFixture, asker: Asker
) -> None:
    elsewhere = Pages()
    write(bench, LOOP, f"{GITHUB}/learner/missing {MODEL}")
    run(bench, asker, outside=elsewhere)
    assert elsewhere.missing == [f"{GITHUB}/learner/missing"]
    assert elsewhere.requested == []


def test_all_plans_of_a_run_ask_for_an_address_once(bench: RepositoryFixture, asker: Asker) -> None:
    elsewhere = Pages(blog_example="Loops")
    write(bench, LOOP, "https://blog.example/ https://gone.example/")
    path = LearningPath.read(SMALL, LINKED, bench.edges.snapshot(), NOW)
    answers: Answers = {}
    first, second = (noted(list(gather(path, asker, (), elsewhere, answers))) for _ in range(2))
    assert first == second == [("post", "https://blog.example/")]
    assert sorted(elsewhere.requested) == ["https://blog.example/", "https://gone.example/"]


def test_an_issue_keeps_ten_pieces_of_evidence(bench: RepositoryFixture, asker: Asker) -> None:
    homes = [f"learner/home{n}" for n in range(MAX_NOTED + 2)]
    for home in homes:
        bench.world.add_repository(home)
    write(bench, LOOP, " ".join(f"{GITHUB}/{home}" for home in homes))
    assert len(run(bench, asker)) == MAX_NOTED
    assert run(bench, asker) == []


class TestElsewhere:
    def test_a_post_is_looked_up_where_the_settings_ask_for_it(
        self, bench: RepositoryFixture, asker: Asker
    ) -> None:
        pages = Pages(blog_example_org="Loops,\n\nand\twhy")
        write(bench, LOOP, "https://blog.example.org/ and https://gone.example.org/")
        assert run(bench, asker, PLAIN, outside=pages) == []
        assert pages.requested == []
        (command,) = run(bench, asker, LINKED, outside=pages)
        url = "https://blog.example.org/"
        assert command.command == Evidenced(kind="post", url=url, title="Loops, and why")
        assert asker.requested == []

    def test_a_page_without_a_title_exists_all_the_same(
        self, bench: RepositoryFixture, asker: Asker
    ) -> None:
        write(bench, LOOP, "https://blog.example.org/")
        (command,) = run(bench, asker, LINKED, outside=Pages(blog_example_org=""))
        assert command.command == Evidenced(kind="post", url="https://blog.example.org/", title="")

    def test_nobody_to_ask_is_no_answer(self, bench: RepositoryFixture, asker: Asker) -> None:
        write(bench, LOOP, POST)
        assert run(bench, asker, LINKED) == []

    def test_a_long_title_is_cut(self, bench: RepositoryFixture, asker: Asker) -> None:
        write(bench, LOOP, "https://blog.example.org/")
        (command,) = run(bench, asker, LINKED, outside=Pages(blog_example_org="long " * 60))
        assert isinstance(command.command, Evidenced)
        assert len(command.command.title) <= 120
        assert command.command.title.endswith("long…")


class TestApproval:
    @pytest.mark.parametrize("content", ["+1", "heart", "hooray", "rocket"])
    def test_a_mentor_s_reaction_counts_once(
        self, bench: RepositoryFixture, asker: Asker, content: str
    ) -> None:
        bench.close(LOOP)
        bench.react(bench.issue(LOOP), content, by="mentor")
        (command,) = run(bench, asker, MENTORED)
        assert (command.command, command.by, command.at) == (Attested(), "mentor", NOW)
        assert state_of(bench, LOOP, MENTORED) is WorkState.ATTESTED
        asker.requested.clear()
        assert run(bench, asker, MENTORED) == []
        assert asker.requested == []

    def test_so_does_the_label_that_a_mentor_put_on(
        self, bench: RepositoryFixture, asker: Asker
    ) -> None:
        bench.apply(SMALL, MENTORED)
        bench.close(LOOP)
        self.label(bench, LOOP, by="mentor")
        (command,) = run(bench, asker, MENTORED)
        assert (command.command, command.by) == (Attested(), "mentor")

    def test_the_learner_s_own_label_and_reaction_count_for_nothing(
        self, bench: RepositoryFixture, asker: Asker
    ) -> None:
        bench.apply(SMALL, MENTORED)
        bench.close(LOOP)
        self.label(bench, LOOP, by="learner")
        bench.react(bench.issue(LOOP), "rocket")
        assert run(bench, asker, MENTORED) == []

    @pytest.mark.parametrize(
        ("content", "by", "how"),
        [
            ("-1", "mentor", MENTORED),
            ("eyes", "mentor", MENTORED),
            ("+1", "stranger", MENTORED),
            ("+1", "mentor", PLAIN),
            ("+1", "learner", settings(mentors=["LEARNER"])),
        ],
    )
    def test_other_reactions_and_other_people_count_for_nothing(
        self, bench: RepositoryFixture, asker: Asker, content: str, by: str, how: Settings
    ) -> None:
        bench.close(LOOP)
        bench.react(bench.issue(LOOP), content, by=by)
        assert run(bench, asker, how) == []

    @pytest.mark.parametrize("reason", [None, "not_planned"])
    def test_only_finished_work_can_be_approved(
        self, bench: RepositoryFixture, asker: Asker, reason: str | None
    ) -> None:
        if reason:
            bench.close(LOOP, reason)
        bench.react(bench.issue(LOOP), "+1", by="mentor")
        assert run(bench, asker, MENTORED) == []
        assert asker.requested == []

    def test_the_newest_are_asked_first_and_not_all_at_once(
        self, bench: RepositoryFixture, asker: Asker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert MAX_APPROVALS == 20
        monkeypatch.setattr("bot.sync.evidence.MAX_APPROVALS", 2)
        for day, title in enumerate((READ, TOOLS, LOOP)):
            bench.close(title)
            bench.issue(title).closed_at = NOW + timedelta(days=day)
            bench.react(bench.issue(title), "eyes", by="mentor")
        assert run(bench, asker, MENTORED) == []
        assert asker.requested == [f"reactions {bench.issue(t).number}" for t in (LOOP, TOOLS)]

    @staticmethod
    def label(bench: RepositoryFixture, title: str, by: str) -> None:
        bench.repository.collaborators[by] = "write"
        actor = bench.world.actor(bench.world.add_user(by).login)
        fields = {"labels": ["status: attested"]}
        issues.edit(bench.world, actor, bench.repository, bench.issue(title), fields)


def test_our_own_words_are_no_evidence(bench: RepositoryFixture, asker: Asker) -> None:
    bench.comment(LOOP, wrap(f"See {MODEL}", Marker(key="weekly:2026-W01", title="", body="")))
    assert run(bench, asker) == []
    bench.world.add_user("milepost[bot]", kind="Bot")
    bench.repository.collaborators["milepost[bot]"] = "write"
    bench.comment(LOOP, MODEL, by="milepost[bot]")
    assert run(bench, asker) == []
    assert asker.requested == []


def test_where_our_part_cannot_be_told_apart_nothing_in_it_counts(
    bench: RepositoryFixture, asker: Asker
) -> None:
    body = (bench.issue(LOOP).body or "").replace("<!-- milepost:begin -->", MODEL)
    bench.edit(LOOP, body=body)
    assert run(bench, asker) == []
    assert asker.requested == []


def test_what_was_put_there_to_be_filled_in_is_not_the_learner_s_yet(
    bench: RepositoryFixture, asker: Asker
) -> None:
    starter = f"Like {MODEL}, but mine:"
    before = find(bench.issue(LOOP).body or "")
    assert before
    marker = before.marker.model_copy(update={"starter": digest(normalized(starter))})
    bench.edit(LOOP, body=f"{before.with_marker(marker)}\n\n{starter}")
    assert run(bench, asker) == []
    write(bench, LOOP, "Here it is.")
    assert noted(run(bench, asker)) == [("repository", MODEL)]


def test_over_http_where_pages_have_another_root(sandbox: Sandbox) -> None:
    """The sandbox's pages are on plain http at a port of this machine, as its issues say."""
    connection = Connection.model_validate(
        {"repository": sandbox.repository, "token": sandbox.token, "api_url": sandbox.api_url}
    )
    world = sandbox.world
    with HttpReader(connection) as reader:
        repository, learner = world.repository(), world.actor()
        with world.lock:
            world.add_repository("learner/model")
            there = f"{sandbox.url}/learner/model/blob/main/README.md"
            region = wrap("Write it.", Marker(key="task:loop", title="", body=""))
            fields = {"title": LOOP, "body": f"{region}\n\nDone: {there} {POST}"}
            made = issues.create(world, learner, repository, fields)
            done = {"state": "closed", "state_reason": "completed"}
            issues.edit(world, learner, repository, made, done)
            mentor = world.actor(world.add_user("mentor").login)
            comments.react(world, mentor, made, {"content": "rocket"})
            now = world.clock.now()
        commands = gather(LearningPath.read(SMALL, MENTORED, reader.snapshot(), now), reader, ())
    assert noted(list(commands)) == [("repository", f"{sandbox.url}/learner/model")]
    assert [command.by for command in commands] == ["milepost", "mentor"]
