"""Two runs at once, request by request, each in its thread."""

import threading
from collections.abc import Callable
from itertools import cycle


class RunSchedule:
    """Lets one of several threads run at a time, and says which."""

    def __init__(self, turns: tuple[int, ...]) -> None:
        self._turns = cycle(turns)
        self._left = next(self._turns)
        self._alive: list[int] = []
        self._gates: list[threading.Semaphore] = []
        self._me = threading.local()
        self._end = threading.Semaphore(0)

    def go(self, works: list[Callable[[], object]]) -> None:
        """Do all of them, each in its thread."""
        self._alive = list(range(len(works)))
        self._gates = [threading.Semaphore(0) for _ in works]
        threads = [
            threading.Thread(target=self._work, args=(n, work)) for n, work in enumerate(works)
        ]
        for thread in threads:
            thread.start()
        self._gates[0].release()
        self._end.acquire()
        for thread in threads:
            thread.join()

    def pass_on(self) -> None:
        """Let another one go on, when the turn is over."""
        self._left -= 1
        if self._left > 0:
            return
        self._left = next(self._turns)
        me = self._me.number
        for other in self._alive:
            if other != me:
                self._gates[other].release()
                self._gates[me].acquire()
                return

    def _work(self, number: int, work: Callable[[], object]) -> None:
        self._me.number = number
        self._gates[number].acquire()
        try:
            work()
        finally:
            self._alive.remove(number)
            (self._gates[self._alive[0]] if self._alive else self._end).release()
