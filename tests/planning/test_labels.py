"""Labels fit GitHub's limits whatever a curriculum calls its parts, and say whose they are."""

from hypothesis import given
from hypothesis import strategies as st

from bot.curriculum.model import Curriculum
from bot.planning.labels import key_in, labels_for

NAMES = st.text(st.characters(codec="utf-8", min_codepoint=32), min_size=1, max_size=256)
SLUGS = st.from_regex(r"[a-z0-9]{1,20}(-[a-z0-9]{1,20}){0,2}", fullmatch=True)


def path(phases: dict[str, str], skills: dict[str, str], goal: str) -> Curriculum:
    unit = {"title": "U"}
    return Curriculum.model_validate(
        {
            "title": "T",
            "phases": [
                {
                    "id": name,
                    "title": f"x{title}"[:256],
                    "goal": goal,
                    "modules": [
                        {
                            "id": f"m-{name}"[:80],
                            "title": "M",
                            "number": 1,
                            "units": [{**unit, "id": f"u-{name}"[:80]}],
                        }
                    ],
                }
                for name, title in phases.items()
            ],
            "skills": [{"id": name, "title": f"x{title}"[:256]} for name, title in skills.items()],
        }
    )


@given(
    st.dictionaries(SLUGS, NAMES, min_size=1, max_size=4),
    st.dictionaries(SLUGS, NAMES, max_size=4),
    st.text(max_size=300),
    st.sampled_from(["", "mp: ", "a prefix of twenty c"]),
)
def test_names_and_descriptions_fit_and_are_told_apart(
    phases: dict[str, str], skills: dict[str, str], goal: str, prefix: str
) -> None:
    labels = list(labels_for(path(phases, skills, goal), prefix, {"practice"}))
    names = [label.name.casefold() for label in labels]
    assert len(names) == len(set(names))
    for label in labels:
        assert len(label.name) <= 50
        assert len(label.description) <= 100
        assert all(len(character.encode()) < 4 for character in label.description)
        assert "," not in label.name
        assert key_in(label.description) == label.key
    assert len({label.key for label in labels}) == len(labels)


def test_a_label_of_somebody_else_has_no_key() -> None:
    assert key_in("") is None
    assert key_in("About milepost things") is None
    assert key_in("Read · milepost kind:reading") == "kind:reading"
    assert key_in("milepost kind:reading") == "kind:reading"
