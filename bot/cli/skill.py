"""The `SKILL.md` of a repository: how a coding assistant uses the command line without a server.

The format is that of agentskills.io: a folder named like the skill, `name` and `description` before
the text. `.agents/skills` is a folder that several programs read ("Adding agent skills for GitHub
Copilot").
"""

SKILL_PATH = ".agents/skills/milepost/SKILL.md"


def render_skill(curriculum: str) -> str:
    """Return the text of the file; `curriculum` is as the settings name it."""
    from bot import templating

    return f"{templating.render('skill.md.j2', curriculum=curriculum)}\n"
