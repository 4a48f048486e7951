"""What a heading, a label or an item announces."""

import pytest

from bot.curriculum.importer import headings, vocabulary


@pytest.mark.parametrize(
    ("text", "group", "numbers", "label", "title"),
    [
        ("Week 1: Compute", "week", (1, 1), "Week 1", "Compute"),
        ("📅 Weeks 1-4 · Foundations", "week", (1, 4), "Weeks 1-4", "Foundations"),
        ("Week 1 & 2: Start", "week", (1, 2), "Week 1 & 2", "Start"),
        ("Day 1 to Day 7: Basics", "day", (1, 7), "Day 1 to Day 7", "Basics"),
        ("Week One", "week", (1, 1), "Week One", ""),
        ("Week 1 - 2 projects", "week", (1, 1), "Week 1", "2 projects"),
        ("1. Week 3 – Loops", "week", (3, 3), "Week 3", "Loops"),
        ("1st Week: go", "week", (1, 1), "1st Week", "go"),
        ("1. Woche: Los", "week", (1, 1), "1. Woche", "Los"),
        ("PHASE 1: Seeing (Month 1)", "phase", (1, 1), "Phase 1", "Seeing (Month 1)"),
        ("Phase II – Core", "phase", (2, 2), "Phase II", "Core"),
        ("M01 - Frontend I", "module", (1, 1), "M01", "Frontend I"),
        ("Semana 1-2", "week", (1, 2), "Semana 1-2", ""),
        ("Módulo 3: Redes", "module", (3, 3), "Módulo 3", "Redes"),
        ("Mes 2: Práctica", "month", (2, 2), "Mes 2", "Práctica"),
        ("Semaine 1 à 2 : Bases", "week", (1, 2), "Semaine 1 à 2", "Bases"),
        ("第 1-2 周\uff1a基础", "week", (1, 2), "第 1-2 周", "基础"),
        ("第三周", "week", (3, 3), "第三周", ""),
        ("Linear Regression | Day 2", "day", (2, 2), "Day 2", "Linear Regression"),
        ("Foundation (Months 1-3)", "month", (1, 3), "Months 1-3", "Foundation"),
        ("Week 0", "week", (0, 0), "Week 0", ""),
    ],
)
def test_stretches_are_recognised(
    text: str, group: str, numbers: tuple[int, int], label: str, title: str
) -> None:
    found = headings.mark(text)

    assert found is not None
    assert (found.group, (found.first, found.last)) == (group, numbers)
    assert (found.label, found.title) == (label, title)


@pytest.mark.parametrize(
    "text",
    [
        "12-Month Learning Timeline",
        "8-Week Plan",
        "3-Month Checkpoint",
        "End of Month 1",
        "Weekly Checklist Template",
        "Unit testing",
        "Level up",
        "Part-time work",
        "100 Days of Code",
        "S3 buckets",
        "D3: charts",
        "第一周检查点",
        "Day 400 to Day 1",
    ],
)
def test_mentions_are_no_stretches(text: str) -> None:
    assert headings.mark(text) is None


def test_options_tasks_and_projects_are_recognised() -> None:
    assert headings.option("**Option A: Platform Focus**".strip("*")) == (
        "Option A",
        "Platform Focus",
    )
    assert headings.option("Opción 2 - Web") == ("Opción 2", "Web")
    assert headings.option("Options to consider") is None
    assert headings.task_title("Task 2: Set up Grafana") == "Set up Grafana"
    assert headings.task_title("任务 1: 准备") == "准备"
    assert headings.task_title("Tasks for today") is None
    assert headings.project_title("Projeto prático: Painel") == "Painel"
    assert headings.project_title("Capstone Project: Shop") == "Shop"
    assert headings.project_title("Project management: plans") is None


@pytest.mark.parametrize(
    ("heading", "topic"),
    [
        ("🎓 Online Courses (Curated List)", "courses"),
        ("Skills You Already Have ✅", "transferable"),
        ("Skills You Need to Develop", "skills"),
        ("Skill Assessment (Rate 1-5)", "assessment"),
        ("Exam Readiness Checklist", "checkpoint"),
        ("Requisitos para Certificação", "checkpoint"),
        ("Certification Programs", "certifications"),
        ("Cloud Platforms (Choose One)", "clouds"),
        ("Tool Documentation", "documentation"),
        ("Key People to Follow", "people"),
        ("Visão Geral do Curso", "overview"),
        ("目录", "contents"),
        ("Advanced Mathematics", None),
    ],
)
def test_sections_are_known_by_their_words(heading: str, topic: str | None) -> None:
    assert vocabulary.topic(heading, vocabulary.AROUND) == topic
