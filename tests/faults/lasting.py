"""A fault that lasts: ended after its time, or earlier when a round is to end, and only once."""

from collections.abc import Callable
from threading import Lock, Timer


class Lasting:
    """A fault that `end` ends in so many seconds."""

    def __init__(self, seconds: float, end: Callable[[], object]) -> None:
        self._end, self._lock = end, Lock()
        self._timer = Timer(seconds, self.end)
        self._timer.daemon = True
        self.over = False
        self._timer.start()

    def end(self) -> None:
        """End it, unless it is over."""
        with self._lock:
            if not self.over:
                self._end()
                self.over = True
        self._timer.cancel()
