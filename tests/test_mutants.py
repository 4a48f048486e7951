"""`make mutants` changes what decides something, and nothing that is only told."""

from bench.mutants import mutants

CODE = b'''\
"""A docstring with 1."""
LIMIT: int = 1  # and a comment


def decide(day: "int", late: bool = False) -> str:
    if day <= LIMIT and not late:
        raise ValueError(f"{day < 1}")
    note(day)
    return min("a", "\xc3\xa4" + str(day - 2))
'''


def test_each_change_is_one_expression_or_statement_and_can_be_run() -> None:
    lines = CODE.decode().splitlines()
    found = {}
    for mutant in mutants("bot/sync/day.py", CODE):
        changed = mutant.apply(CODE).decode()
        compile(changed, mutant.path, "exec")
        [differing] = [n for n, one in enumerate(changed.splitlines()) if one != lines[n]]
        assert differing + 1 == mutant.line
        found[changed.splitlines()[differing].strip()] = mutant.line
    assert found == {
        "LIMIT: int = (2)  # and a comment": 2,
        'def decide(day: "int", late: bool = True) -> str:': 5,
        "if (not late):": 6,
        "if (day <= LIMIT):": 6,
        "if (day < LIMIT) and not late:": 6,
        "if day <= LIMIT and (late):": 6,
        "pass": 8,
        "return max('a', 'ä' + str(day - 2))": 9,
        'return min("a", "ä" + str((day + 2)))': 9,
        'return min("a", "ä" + str(day - (3)))': 9,
    }
