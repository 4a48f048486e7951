"""Commands are parsed into values with ids; what is not understood becomes one kind sentence."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from builders import curriculum
from hypothesis import given
from hypothesis import strategies as st
from pytest_regressions.file_regression import FileRegressionFixture
from repository_fixture import settings as config

from bot.curriculum.load import from_catalog
from bot.curriculum.model import Curriculum
from bot.i18n import use_language
from bot.planning.snapshot import Snapshot
from bot.progress.command import Command, CommandContext, CommandError
from bot.progress.commands import slash_commands
from bot.progress.commands.choose import Choose
from bot.progress.commands.count import Count
from bot.progress.commands.credit import Credit
from bot.progress.commands.done import Done, Reopen
from bot.progress.commands.goal import AddGoal
from bot.progress.commands.help import Help
from bot.progress.commands.journal import Journal
from bot.progress.commands.log import Log
from bot.progress.commands.move import Move
from bot.progress.commands.open import OpenUnit
from bot.progress.commands.optional import DropOptional, KeepOptional
from bot.progress.commands.pace import SetPace
from bot.progress.commands.pause import PauseUntil, Resume
from bot.progress.commands.project import StartProject
from bot.progress.commands.rate import Rate
from bot.progress.commands.replan import Replan
from bot.progress.commands.skip import Skip
from bot.progress.commands.start import Start
from bot.progress.commands.status import ShowStatus
from bot.progress.parse_command import ParsedLine, parse_command, read_commands
from bot.progress.path import LearningPath
from bot.settings import Settings

GUIDE = from_catalog("devops-to-mlops")
TODAY = date(2026, 2, 20)
TASK = "task:m01-ml-course"
SUMMARY = "summary:summary"


def place(
    key: str | None = TASK,
    path: Curriculum = GUIDE,
    how: Settings | None = None,
    today: date = TODAY,
) -> CommandContext:
    how = how or config(timezone="UTC")
    now = datetime.combine(today, time(12), tzinfo=UTC)
    seen = LearningPath.read(path, how, Snapshot(repository="ada/path"), now)
    return CommandContext(path=seen, key=key, today=today)


def message(text: str, where: CommandContext | None = None) -> Command:
    (requested,) = read_commands(text)
    return parse_command(requested, where or place())


def rejected(text: str, where: CommandContext | None = None) -> str:
    """The sentence that says why a command does not run."""
    with pytest.raises(CommandError) as error:
        message(text, where)
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/start", Start()),
        ("/done", Done()),
        ("/skip  I know   this", Skip(why="I know this")),
        ("/reopen", Reopen()),
        ("/credit", Credit()),
        ("/log 2h30m reading", Log(hours=2.5, note="reading")),
        ("/log -1h", Log(hours=-1)),
        ("/log \N{MINUS SIGN}30m too much", Log(hours=-0.5, note="too much")),
        ("/log 2h yesterday", Log(hours=2, on=date(2026, 2, 19))),
        ("/log 2h yesterday,slides", Log(hours=2, on=date(2026, 2, 19), note="slides")),
        ("/log 2h yesterday's slides", Log(hours=2, note="yesterday's slides")),
        ("/registrar 2 horas ayer", Log(hours=2, on=date(2026, 2, 19))),
        ("/stunden 2h gestern, Kapitel 3", Log(hours=2, on=date(2026, 2, 19), note="Kapitel 3")),
        ("/記録 2時間 昨日", Log(hours=2, on=date(2026, 2, 19))),
        ("/log 2h कल", Log(hours=2, on=date(2026, 2, 19))),
        ("/log 2h hier", Log(hours=2, note="hier")),
        ("/log 2h mañana", Log(hours=2, note="mañana")),
        ("/log 2h on 3 Nov: slides", Log(hours=2, on=date(2025, 11, 3), note="slides")),
        ("/log 2h on pandas", Log(hours=2, note="on pandas")),
        ("/log -1h on 2026-02-01", Log(hours=-1, on=date(2026, 2, 1))),
        ("/rate python 4", Rate(skill="rated-python", value=4)),
        ("/rate ML fundamentals: 3/5", Rate(skill="rated-ml-fundamentals", value=3)),
        ("/rate cloud 2", Rate(skill="rated-cloud", value=2)),
        ("/choose A", Choose(choice="specialization", option="platform")),
        ("/choose aws", Choose(choice="cloud", option="aws")),
        ("/choose cloud azure", Choose(choice="cloud", option="azure")),
        ("/choose tecton", Choose(choice="feast-or-tecton", option="tecton")),
        ("/choose option b", Choose(choice="specialization", option="tool")),
        ("/choose 3", Choose(choice="specialization", option="industry")),
        ("/choose Industry focus", Choose(choice="specialization", option="industry")),
        ("/move +1w", Move(days=7, late=32)),
        ("/move -3d", Move(days=-3)),
        ("/pause until 2026-08-16", PauseUntil(last=date(2026, 8, 16))),
        ("/pause 2 weeks", PauseUntil(last=date(2026, 3, 5))),
        ("/pace 10h", SetPace(hours=10)),
        ("/pace 15 months", SetPace(months=15)),
        ("/count connections +3", Count(metric="network", amount=3)),
        ("/count blog posts +1", Count(metric="blog-posts", amount=1)),
        ("/count articles -1", Count(metric="blog-posts", amount=-1)),
        ("/project start ml model api", StartProject(idea="ml-model-api")),
        ("/goal add run a  marathon", AddGoal(goal="run a marathon")),
        ("/goal run a marathon", AddGoal(goal="run a marathon")),
        ("/goal add azure", AddGoal(goal="Microsoft Azure AI Engineer Associate")),
        ("/project A/B testing", StartProject(idea="ab-testing-framework")),
        ("/journal A good day", Journal(text="A good day")),
        ("/open m05-w1-2", OpenUnit(unit="m05-w1-2")),
        ("/open week 3-4", OpenUnit(unit="m02-w3-4")),
        ("/open month 5", OpenUnit(unit="m05-w1-2")),
        ("/open month 7, week 3-4", OpenUnit(unit="m07-w3-4")),
        ("/open feature stores", OpenUnit(unit="m07-w1-2")),
        ("/open next", OpenUnit(unit="m03-w3-4")),
        ("/replan", Replan(unit="m01-w1-2")),
        ("/drop optional", DropOptional()),
        ("/keep optional", KeepOptional()),
        ("/status", ShowStatus()),
        ("/help me", Help()),
    ],
)
def test_what_a_command_means(text: str, command: Command) -> None:
    assert message(text) == command


def test_a_module_is_known_by_its_name_in_the_language_of_the_path() -> None:
    with use_language("es"):
        assert message("/open mes 5") == message("/open month 5") == OpenUnit(unit="m05-w1-2")


UNCLEAR: list[tuple[str, str | None]] = [
    ("/doone", TASK),
    ("/done", SUMMARY),
    ("/start", None),
    ("/skip", "journal:1"),
    ("/log 2", TASK),
    ("/log 30h", TASK),
    ("/log 0h", TASK),
    ("/rate", TASK),
    ("/rate python", TASK),
    ("/rate python 6", TASK),
    ("/rate cooking 3", TASK),
    ("/rate ml 3", TASK),
    ("/choose", TASK),
    ("/choose D", TASK),
    ("/move", TASK),
    ("/move 1 month", TASK),
    ("/move +800d", TASK),
    ("/move -1w", SUMMARY),
    ("/move +1w", "checkpoint:month-3"),
    ("/pause", TASK),
    ("/pause until 16 Augst", TASK),
    ("/pause until 2026-02-19", TASK),
    ("/pause until 2028-01-01", TASK),
    ("/resume", TASK),
    ("/pace", TASK),
    ("/pace 10", TASK),
    ("/pace 100h", TASK),
    ("/pace 1 month", TASK),
    ("/pace 200 months", TASK),
    ("/count", TASK),
    ("/count connections", TASK),
    ("/count connections 3", TASK),
    ("/count connections +9999999", TASK),
    ("/count salary +3", TASK),
    ("/project", TASK),
    ("/project start", TASK),
    ("/project start pipeline", TASK),
    ("/goal add", TASK),
    (f"/goal add {'x' * 101}", TASK),
    ("/journal", TASK),
    ("/open month 13", TASK),
    ("/open ml", TASK),
    ("/keep going", TASK),
    ("/drop", TASK),
    ("/drop everything", TASK),
]


@pytest.mark.parametrize(("text", "key"), UNCLEAR)
def test_what_is_not_understood_is_said_in_one_kind_sentence(text: str, key: str | None) -> None:
    answer = rejected(text, place(key))
    assert answer[-1] in ".?"
    assert len(answer) < 280
    assert not {"wrong", "invalid", "error", "failed", "should"} & set(answer.lower().split())


def test_the_sentences_read_well(file_regression: FileRegressionFixture) -> None:
    lines = []
    for text, key in UNCLEAR:
        answer = rejected(text, place(key))
        lines.append(f"{text}\n    {answer}\n")
    file_regression.check("".join(lines))


@pytest.mark.parametrize(
    ("just", "beyond"),
    [
        ("/log 24h", "/log 24h1m"),
        ("/move -730d", "/move -731d"),
        ("/move +730d", "/move +9999d"),
        ("/pause until 2026-02-20", "/pause until 2026-02-19"),
        ("/pause until 2027-02-21", "/pause until 2027-02-22"),
        ("/pace 80h", "/pace 80.5h"),
        ("/pace 120 months", "/pace 121 months"),
        ("/count connections +1000000", "/count connections -1000001"),
        ("/rate python 5", "/rate python 6"),
        ("/rate python 1", "/rate python 0"),
        ("/journal " + "x" * 50_000, "/journal " + "x" * 50_001),
    ],
)
def test_each_limit_is_the_last_that_is_taken(just: str, beyond: str) -> None:
    message(just)
    assert rejected(beyond)


@pytest.mark.parametrize(("days", "holds"), [(-1, False), (0, True), (366, True), (367, False)])
def test_a_pause_by_a_tick_holds_to_the_same_limits(days: int, holds: bool) -> None:
    pause = PauseUntil(last=TODAY + timedelta(days=days))
    assert pause.pressed(place().path) == (pause if holds else None)


def test_a_pace_that_ends_today_is_over() -> None:
    how = config("2026-01-20", timezone="UTC")
    assert "ended on" in rejected("/pace 1 month", place(how=how, today=date(2026, 2, 20)))
    message("/pace 1 month", place(how=how, today=date(2026, 2, 19)))


def test_a_choice_and_a_pace_remember_what_the_file_said() -> None:
    how = config(choices={"specialization": "tool"}, pace=12)
    choose, pace = (message(text, place(how=how)) for text in ("/choose A", "/pace 15 months"))
    assert isinstance(choose, Choose)
    assert isinstance(pace, SetPace)
    assert (choose.was, pace.was) == ("tool", "12 months")


def test_with_several_choices_the_issue_says_which_is_meant() -> None:
    path = curriculum(
        """
        Phase: P
        Month 1: M
        Week 1: W
        Choice: First
        Option: One
        - a (1h)
        Option: Two
        - b (1h)
        Week 2: V
        Choice: Second
        Option: Three
        - c (1h)
        Option: Four
        - d (1h)
        """
    )
    assert message("/choose A", place("choice:second", path)) == Choose(
        choice="second", option="three"
    )
    assert message("/choose four", place(SUMMARY, path)) == Choose(choice="second", option="four")
    assert message("/choose first 2", place(SUMMARY, path)) == Choose(choice="first", option="two")
    assert rejected("/choose A", place(SUMMARY, path))


def test_a_running_pause_can_be_ended() -> None:
    how = config(pauses=[{"from": "2026-02-18", "to": "2026-03-01"}])
    assert message("/resume", place(how=how)) == Resume()


def test_nothing_is_left_to_plan_when_all_is_done() -> None:
    path = curriculum("Phase: P\nMonth 1: M\nWeek 1: W\n- a (1h)")
    assert message("/replan", place(path=path)) == Replan(unit=next(path.units()).id)
    assert rejected("/replan", place(path=path, how=config(credits=["a"])))


def test_a_bare_path_says_what_it_does_not_have() -> None:
    path = curriculum("Phase: P\nMonth 1: M\nWeek 1: W\n- a (1h)")
    for text in ("/rate x 3", "/choose A", "/count x +1", "/project start x"):
        answer = rejected(text, place(path=path))
        assert answer.startswith("This path has no ")


PLAIN = st.from_regex(r"[a-zäé]{2,8}(?: [a-z0-9é]{2,8}){0,3}", fullmatch=True)
INTENTS: st.SearchStrategy[Command] = st.one_of(
    st.sampled_from(
        [
            *(Start(), Done(), Reopen(), Credit()),
            *(
                DropOptional(),
                KeepOptional(),
                ShowStatus(),
                Help(),
                Resume(),
            ),
            Replan(unit="m01-w1-2"),
        ]
    ),
    st.builds(Skip, why=PLAIN | st.just("")),
    st.builds(
        Log,
        hours=st.integers(1, 24 * 60).map(lambda minutes: round(minutes / 60, 2)),
        note=PLAIN | st.just("") | st.just("30 minutes of it on slides"),
    ),
    st.builds(
        Rate,
        skill=st.sampled_from([skill.id for skill in GUIDE.assessment.skills]),
        value=st.integers(1, GUIDE.assessment.scale),
    ),
    st.builds(
        Choose,
        choice=st.just("specialization"),
        option=st.sampled_from(["platform", "tool", "industry"]),
    ),
    st.integers(1, 730).flatmap(lambda n: st.sampled_from([Move(days=n, late=32), Move(days=-n)])),
    st.builds(PauseUntil, last=st.dates(TODAY, date(2027, 2, 20))),
    st.builds(SetPace, hours=st.integers(2, 160).map(lambda half: half / 2)),
    st.builds(SetPace, months=st.integers(3, 120)),
    st.builds(
        Count,
        metric=st.sampled_from(["courses", "projects", "blog-posts", "contributions", "network"]),
        amount=st.integers(-1_000_000, 1_000_000).filter(bool),
    ),
    st.builds(StartProject, idea=st.sampled_from([p.id for p in GUIDE.projects])),
    st.builds(Journal, text=st.lists(PLAIN, min_size=1, max_size=4).map("\n".join)),
    st.builds(OpenUnit, unit=st.sampled_from([u.id for u in GUIDE.units()])),
)
RESTING = place(how=config(pauses=[{"from": "2026-02-18", "to": "2026-03-01"}]))


@given(INTENTS)
def test_what_is_written_out_is_understood_as_it_was_meant(command: Command) -> None:
    assert message(command.format_command(), RESTING) == command


@given(
    st.sampled_from(list(slash_commands())),
    st.text(max_size=40),
    st.sampled_from([TASK, SUMMARY, None, "choice:specialization"]),
)
def test_no_words_make_it_stumble(word: str, rest: str, key: str | None) -> None:
    where = RESTING._replace(key=key)
    why = "."
    try:
        parse_command(ParsedLine(word=word, rest=rest), where)
    except CommandError as error:
        why = str(error)
    assert why.endswith((".", "?"))


@pytest.mark.parametrize(
    "text", ["/OPEN Feature Stores", "/Open  feature-stores!", "/open FEATURE"]
)
def test_case_and_punctuation_of_names_do_not_matter(text: str) -> None:
    assert message(text) == OpenUnit(unit="m07-w1-2")
