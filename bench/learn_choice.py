"""Learns the weights by which a reading is chosen, from guides that were counted by hand.

    python -m bench.learn_choice DIR

Of each guide of DIR, as it stands and rewritten (see `guides.py`), every right reading should score
more than every wrong one. The weights are those of a logistic regression on the differences of
their features. Each guide is judged by weights learned from the other guides alone, and how many
are right so is printed: the figure that says something about guides that are not in the folder.
"""

import argparse
import json
import math
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from bench import guides
from bot.curriculum.importer.build import readings
from bot.curriculum.importer.choice import WEIGHTS
from bot.curriculum.importer.repair import repair

Example = tuple[str, str, list[tuple[dict[str, float], bool]]]
STEPS = 250
RATE = 0.15
PULL = 0.01  # towards the prior


def example(work: guides.Work) -> Example:
    """Return the features of each reading of a rewritten guide, and whether it is right."""
    file, truth, rewrite = work
    data = guides.content(file, rewrite)
    out = []
    for one in readings(repair(data, name=file.name).text, file.name, every=True):
        units = list(one.path.units())
        tasks = sum(len(unit.all_tasks()) for unit in units)
        right = len(units) in truth.units and truth.fewest <= tasks <= truth.most
        out.append((one.features, right))
    return file.name, rewrite, out


def learn(examples: list[Example], prior: dict[str, float]) -> dict[str, float]:
    """Return the weights that put right readings before wrong ones, held near the prior."""
    pairs = []
    for _, rewrite, found in examples:
        right = [f for f, ok in found if ok]
        wrong = [f for f, ok in found if not ok]
        share = (1.0 if not rewrite else 0.25) / max(1, len(right) * len(wrong))
        pairs += [(_less(r, w), share) for r in right for w in wrong]
    weights = dict(prior)
    for step in range(STEPS):
        slope = dict.fromkeys(weights, 0.0)
        for difference, share in pairs:
            value = sum(weights.get(n, 0.0) * v for n, v in difference.items())
            push = share / (1 + math.exp(min(50.0, value)))
            for name, one in difference.items():
                slope[name] = slope.get(name, 0.0) + push * one
        rate = RATE / (1 + step / 100)
        for name in slope:
            pull = PULL * (weights.get(name, 0.0) - prior.get(name, 0.0)) * len(examples)
            weights[name] = weights.get(name, 0.0) + rate * (slope[name] - pull)
    return weights


def _less(one: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    names = {*one, *other}
    found = {n: one.get(n, 0.0) - other.get(n, 0.0) for n in names}
    return {n: v for n, v in found.items() if v}


def chosen(found: list[tuple[dict[str, float], bool]], weights: dict[str, float]) -> bool:
    """Return whether the reading with the highest score is right."""
    best = max(found, key=lambda f: sum(weights.get(n, 0.0) * v for n, v in f[0].items()))
    return best[1]


def main() -> None:
    """Print what is right with each guide left out, and the weights from all."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--jobs", type=int, default=2)
    given = options.parse_args()
    rewrites = ["nonsense time words", "bold for headings", "no boxes"]
    work = guides.work_in(given.folder, rewrites)
    with ProcessPoolExecutor(given.jobs) as pool:
        examples = list(pool.map(example, work, chunksize=2))
    plain = sorted(one for one in examples if not one[1])
    recall = [name for name, _, found in plain if any(ok for _, ok in found)]
    print(f"candidates hold a right reading of {len(recall)} of {len(plain)} guides")
    print(f"prior: {sum(bool(f) and chosen(f, WEIGHTS) for _, _, f in plain)}")
    left_out = 0
    for name, _, found in plain:
        others = [one for one in examples if one[0] != name]
        right = bool(found) and chosen(found, learn(others, WEIGHTS))
        left_out += right
        if not right and name in recall:
            print(f"  lost when left out: {name}")
    print(f"right with each guide left out: {left_out} of {len(plain)}")
    weights = learn(examples, WEIGHTS)
    print(f"right with all: {sum(bool(f) and chosen(f, weights) for _, _, f in plain)}")
    print(json.dumps({name: round(one, 2) for name, one in weights.items()}, indent=4))


if __name__ == "__main__":
    main()
