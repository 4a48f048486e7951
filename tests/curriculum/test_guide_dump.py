"""Curricula as YAML: read back as equal, and pleasant to edit."""

import pytest

from bot.curriculum.dump import to_yaml
from bot.curriculum.load import catalog_names, from_catalog, from_yaml

SMALL = """\
id: knots
title: Knots
skills:
  - id: fingers
    title: Nimble fingers
  - title: Eyes
phases:
  - id: rope
    title: Rope
    modules:
      - id: bends
        title: Bends
        kind: module
        number: 1
        units:
          - id: first
            title: First
            kind: day
            days: 3
            hours: 2-3.5
            tasks:
              - id: reef
                title: Tie a reef knot
                description: |-
                  Two ends.
                  Once over, once under.
                hours: 2
                hours_from: guide
                skills:
                  - fingers
          - id: second
            title: Second
            label: Week 2
            weeks: 2
assessment:
  skills:
    - title: Speed
  modules: [1, 2]
success:
  quantitative:
    - title: Knots
      low: 10
      text: at least ten
"""


@pytest.mark.parametrize("name", catalog_names())
def test_the_catalog_goes_through_yaml_and_back(name: str) -> None:
    curriculum = from_catalog(name)

    assert from_yaml(to_yaml(curriculum), name=name) == curriculum


def test_defaults_are_left_out_and_short_forms_used() -> None:
    assert to_yaml(from_yaml(SMALL, name="small.yml")) == SMALL


def test_texts_that_yaml_could_mistake_stay_texts() -> None:
    awkward = SMALL.replace("Tie a reef knot", '"yes: 1.0 # *a &b"').replace(
        "Nimble fingers", "'12'"
    )
    curriculum = from_yaml(awkward, name="small.yml")

    assert [task.title for task in curriculum.tasks()] == ["yes: 1.0 # *a &b"]
    assert from_yaml(to_yaml(curriculum), name="small.yml") == curriculum
