"""The limit on removals: how much of a path one plan may take away."""

from bot.errors import RefusedError

SHARE = 4
HINT = "If that is meant, run it again with --allow-removals."


def check_removals(removals: int, *, existing: int) -> None:
    """Raise RefusedError when more than a quarter of `existing` open objects would be removed.

    A wrong path or an emptied file in the settings would otherwise close a learner's whole plan.
    """
    if removals * SHARE > existing:
        raise RefusedError(
            f"this plan would close {removals} of {existing} milestones and issues.",
            hint=HINT,
        )
