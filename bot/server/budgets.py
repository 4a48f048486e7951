"""Which budget a server works with: one for all processes on its database, or its own."""

from bot.github.budget import Budget, InProcess
from bot.github.pacing import Pacing
from bot.server.store.budget import Shared
from bot.server.store.store import Store


def budget_for(store: Store, pacing: Pacing) -> Budget:
    """In the database where other processes may work on it, else in memory, which is quicker."""
    return Shared(store.engine, pacing) if store.shared else InProcess(pacing)
