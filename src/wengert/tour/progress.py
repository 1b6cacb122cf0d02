"""A progress bar of a few lines: on a terminal it is redrawn in place, elsewhere there is one line for each part."""

from __future__ import annotations

import shutil
import time
from typing import TextIO

__all__ = ["Progress"]

WIDTH = 24


class Progress:
    """Says on a stream how far the tour is."""

    def __init__(self, total: int, stream: TextIO) -> None:
        self._total = total
        self._stream = stream
        self._live = stream.isatty()
        self._done = 0
        self._what = ""
        self._drawn = False
        self._started = time.perf_counter()

    def begin(self, what: str) -> None:
        """The next step begins."""
        self._what = what
        self.draw()

    def end(self) -> None:
        """The step has ended."""
        self._done += 1
        self.draw()

    def line(self, text: str) -> None:
        """A line that stays, where there is no bar to watch."""
        if not self._live:
            print(text, file=self._stream, flush=True)

    def draw(self) -> None:
        """Draw the bar anew."""
        if self._live:
            self.clear()
            filled = WIDTH * self._done // max(self._total, 1)
            seconds = time.perf_counter() - self._started
            bar = f"[{'#' * filled}{'.' * (WIDTH - filled)}] {self._done}/{self._total} {seconds:4.1f} s  {self._what}"
            self._stream.write(bar[: shutil.get_terminal_size().columns - 1])
            self._stream.flush()
            self._drawn = True

    def clear(self) -> None:
        """Take the bar away, so that other text can be written."""
        if self._drawn:
            self._stream.write("\r\033[K")
            self._stream.flush()
            self._drawn = False
