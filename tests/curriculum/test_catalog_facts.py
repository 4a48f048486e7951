"""The catalog against the guide whose facts it carries, where that guide is at hand.

The guide is read with regular expressions and not with the importer, so that the two cannot agree
on the same mistake.
"""

import re
from pathlib import Path

import pytest
import yaml

from bot.curriculum.load import CATALOG, from_catalog
from bot.curriculum.model import Curriculum

GUIDE = Path(__file__).resolve().parents[3] / "shared" / "guides" / "00-devops-to-mlops.md"

pytestmark = pytest.mark.skipif(
    not GUIDE.exists(), reason=f"the original guide is not on this machine ({GUIDE.name})"
)


def repaired(line: str) -> str:
    """Return the line as it was before UTF-8 was read as Mac Roman."""
    try:
        return line.encode("mac_roman").decode("utf-8")
    except UnicodeError:
        return line


@pytest.fixture(scope="module")
def guide() -> str:
    return "\n".join(map(repaired, GUIDE.read_text(encoding="utf-8").splitlines()))


@pytest.fixture(scope="module")
def devops() -> Curriculum:
    return from_catalog("devops-to-mlops")


@pytest.fixture(scope="module")
def text() -> str:
    """Return every word of the catalog: lower case, single spaces, no comments."""
    data = yaml.safe_load((CATALOG / "devops-to-mlops.yml").read_text(encoding="utf-8"))
    dumped = yaml.safe_dump(data, allow_unicode=True, width=10**9)
    return " ".join(dumped.casefold().split())


def section(guide: str, heading: str) -> str:
    """Return the text below a heading with these words, to a rule or the next of its level."""
    found = re.search(rf"^(#+) [^\n]*{re.escape(heading)}[^\n]*\n", guide, re.MULTILINE)
    assert found, heading
    rest = guide[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} |^---$", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def rows(text: str) -> list[list[str]]:
    """Return the cells of a table, without its head and without bold marks."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip(" *") for cell in line.strip("|").split("|")] for line in lines[2:]]


def bold_names(text: str) -> list[str]:
    return re.findall(r"^- \*\*(.+?)\*\*", text, re.MULTILINE)


def checkboxes(text: str) -> int:
    return len(re.findall(r"^\s*- \[ \]", text, re.MULTILINE))


def missing(names: list[str], text: str) -> list[str]:
    assert names, "nothing was found in the guide"
    return [name for name in names if name.casefold() not in text]


def test_every_month_has_as_many_tasks(guide: str, devops: Curriculum) -> None:
    timeline = section(guide, "12-Month Learning Timeline")
    theirs = {n: checkboxes(section(timeline, f"Month {n}:")) for n in range(1, 13)}
    ours = {m.number: sum(len([*u.all_tasks()]) for u in m.units) for m in devops.modules()}
    assert ours == theirs


def test_checkpoints_actions_and_metrics_are_as_many(guide: str, devops: Curriculum) -> None:
    checkpoints = section(guide, "Milestones & Checkpoints")
    assert sum(len(c.items) for c in devops.checkpoints) == checkboxes(checkpoints)
    assert len(devops.actions) == checkboxes(section(guide, "Action Items & Next Steps"))
    assert len(devops.metrics) == checkboxes(section(guide, "Learning Metrics"))
    assert len(devops.assessment.skills) == len(rows(section(guide, "Skill Assessment")))


def test_hours_of_the_guide_are_kept(guide: str, devops: Curriculum) -> None:
    timeline = section(guide, "12-Month Learning Timeline")
    theirs = [float(n) for n in re.findall(r"- (\d+) hours$", timeline, re.MULTILINE)]
    ours = [t.hours.middle for t in devops.tasks() if t.hours and t.hours_from == "guide"]
    assert ours == theirs


def test_books_stand_in_order_with_author_and_focus(guide: str, devops: Curriculum) -> None:
    pattern = r'^(\d)\. \*\*"(.+?)"\*\* by (.+?) - \*\*(.+?)\*\*'
    theirs = re.findall(pattern, section(guide, "Books"), re.MULTILINE)
    resources = [r for r in devops.resources if r.kind == "book"]
    ours = [(str(b.rank), b.title, b.author, (b.note or "").partition(".")[0]) for b in resources]
    folded = [tuple(str(part).casefold() for part in limit_state) for limit_state in ours]
    assert folded == [tuple(part.casefold() for part in limit_state) for limit_state in theirs]


def test_courses_keep_platform_duration_focus_and_priority(guide: str, devops: Curriculum) -> None:
    by_title = {r.title: r for r in devops.resources if r.kind == "course"}
    table = rows(section(guide, "Online Courses"))
    assert len(table) == 5
    for title, platform, duration, focus, priority in table:
        course = by_title[title]
        taught_by = f" ({course.author})" if course.author else ""
        assert f"{course.platform}{taught_by}" == platform
        assert (course.duration, course.priority) == (duration, priority.casefold())
        assert (course.focus or "").casefold() == focus.casefold()


def test_every_tool_is_in_its_category(guide: str, devops: Curriculum) -> None:
    tools = section(guide, "Tools & Technologies")
    found = re.findall(r"^- \*\*(.+?)\*\*: (.+)$", tools, re.MULTILINE)
    theirs = [(name.casefold(), listed.casefold().split(", ")) for name, listed in found]
    ours = [(c.title, c.tools) for c in devops.tools[:6]]
    ours += [(c.title, c.services) for c in devops.clouds]
    ours += [(c.title, c.tools) for c in devops.tools[6:]]
    assert [(n.casefold(), [t.casefold() for t in listed]) for n, listed in ours] == theirs


def test_roles_keep_their_salaries(guide: str, devops: Curriculum) -> None:
    pattern = r"^- \*\*(.+?)\*\* \(\$(\d+)K - \$(\d+)K\)"
    found = re.findall(pattern, section(guide, "Career Path & Roles"), re.MULTILINE)
    theirs = [(name.casefold(), (int(a) * 1000, int(b) * 1000)) for name, a, b in found]
    assert [(role.title.casefold(), role.salary) for role in devops.roles] == theirs


def test_every_company_is_in_its_tier(guide: str, devops: Curriculum) -> None:
    for tier in devops.companies:
        lines = re.findall(r"^- (.+)$", section(guide, f"Tier {tier.tier}"), re.MULTILINE)
        assert list(tier.companies) == [name for line in lines for name in line.split(", ")]


def test_links_lead_where_the_guide_leads(guide: str, devops: Curriculum) -> None:
    found = re.findall(r"^- \[(.+?)\]\((.+?)\)", guide, re.MULTILINE)
    ours = {(resource.title, resource.url) for resource in devops.resources}
    assert len(found) == 10
    assert [link for link in found if link not in ours] == []


def test_certifications_are_named(guide: str, devops: Curriculum) -> None:
    ours = [r.title for r in devops.resources if r.kind == "certification"]
    assert ours == bold_names(section(guide, "Certification Programs"))


def test_communities_events_and_people_are_named(guide: str, devops: Curriculum) -> None:
    network = section(guide, "Networking & Community")
    assert [c.title.casefold() for c in devops.community] == [
        name.casefold() for name in bold_names(network)
    ]


def test_other_places_and_numbers_are_not_lost(guide: str, text: str) -> None:
    network = section(guide, "Networking & Community")
    places = [*re.findall(r"r/\w+", network), *re.findall(r"#(\w{3,})", network), "20K"]
    assert missing(places, text) == []
    numbers = re.findall(r"\d+(?:-\d+)?%", section(guide, "Executive Summary"))
    assert missing(numbers, text) == []


def test_skills_keep_their_specifics_and_priorities(
    guide: str, devops: Curriculum, text: str
) -> None:
    table = rows(section(guide, "Skills You Need to Develop"))
    assert [(s.title.casefold(), s.priority.value) for s in devops.skills[: len(table)]] == [
        (name.casefold(), priority.casefold()) for name, _, priority in table
    ]
    specifics = [word for row in table for word in re.findall(r"[A-Za-z-]+", row[1])]
    assert missing(specifics, text) == []
    brought = rows(section(guide, "Skills You Already Have"))
    assert len(brought) == len(devops.transferable_skills)
    cells = " ".join(cell for row in brought for cell in row).replace("K8s", "Kubernetes")
    assert missing(re.findall(r"[A-Z]\w{2,}", cells), text) == []


def test_projects_stand_at_their_level(guide: str, devops: Curriculum) -> None:
    ours: dict[str, list[str]] = {}
    for project in devops.projects:
        ours.setdefault(project.level.value, []).append(project.title.casefold())
    for level, titles in ours.items():
        text = section(guide, f"{level.title()} Projects")
        theirs = re.findall(r"^\d\. \*\*(.+?)\*\*", text, re.MULTILINE)
        assert titles == [title.casefold() for title in theirs]


def test_success_has_the_guides_numbers_and_levels(guide: str, devops: Curriculum) -> None:
    text = section(guide, "Quantitative Metrics")
    for target, line in zip(devops.success.quantitative, text.strip().splitlines(), strict=True):
        wanted = [float(n) for n in re.findall(r"\d+", line)]
        assert [n for n in (target.low, target.high) if n is not None] == wanted
    levels = re.findall(r"\*\*: (.+)$", section(guide, "Qualitative Metrics"), re.MULTILINE)
    assert [quality.level for quality in devops.success.qualitative] == levels


def test_no_sentence_of_the_guide_is_copied(guide: str, text: str) -> None:
    """Facts and names carry over; wording of six words or more in a row does not."""
    prose = re.sub(r"\[.*?\]\(.*?\)|[*`|]", " ", guide).casefold()
    lines = (re.sub(r"^[\s\d.#-]*(?:\[ \])?\s*", "", line) for line in prose.splitlines())
    long_lines = {line.strip() for line in lines if len(line.split()) > 6}
    names = {"devops to mlops career transition guide", "aws certified machine learning"}
    copied = [ln for ln in long_lines if ln in text and not any(name in ln for name in names)]
    assert copied == []
