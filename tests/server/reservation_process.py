"""A process that books places as fast as it can: started by the tests of the budget."""

import sys
import threading

from bot.github.rate_limit_state import WriteRates
from bot.server.store.engine import open_engine
from bot.server.store.rate_limiter import DatabaseRateLimiter

INSTALLATION = 1
THREADS, EACH = 4, 15
INTERVAL, PER_MINUTE = 0.5, 50


def main(address: str) -> None:
    """Book, in threads."""
    engine = open_engine(address, connections=THREADS)
    limiter = DatabaseRateLimiter(engine, WriteRates(interval=INTERVAL, per_minute=PER_MINUTE))

    def limit_state() -> None:
        for _ in range(EACH):
            limiter.reserve(INSTALLATION, "create", at_most=1e9)

    threads = [threading.Thread(target=limit_state) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1])
