"""Which budget a server works with: one for all processes on its database, or its own."""

from bot.github.rate_limit_state import WriteRates
from bot.github.rate_limiter import InMemoryRateLimiter, RateLimiter
from bot.server.store.rate_limiter import DatabaseRateLimiter
from bot.server.store.store import Store


def budget_for(store: Store, rates: WriteRates) -> RateLimiter:
    """In the database where other processes may work on it, else in memory, which is quicker."""
    return DatabaseRateLimiter(store.engine, rates) if store.shared else InMemoryRateLimiter(rates)
