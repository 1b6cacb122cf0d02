"""How much a process grows at its peak."""

from __future__ import annotations

import ctypes
import gc
import sys
from contextlib import suppress
from pathlib import Path

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class Peak:
    """The largest resident memory from now on.

    Where the system cannot forget an earlier peak, it is what the process had grown to before, if that is more: such a
    growth may be too small, and is not ``exact``.
    """

    def __init__(self) -> None:
        gc.collect()
        with suppress(OSError, AttributeError):  # memory that was given back must not look as if it were in use
            ctypes.CDLL(None).malloc_trim(0)
        self.exact = False
        with suppress(OSError):
            CLEAR.write_text("5")
            self.exact = True
        self._before = _resident("VmRSS") if self.exact else _largest()

    def growth(self) -> int:
        """Bytes."""
        return (_resident("VmHWM") if self.exact else _largest()) - self._before


def _resident(name: str) -> int:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
    return 1024 * int(line.split()[1])


def _largest() -> int:
    import resource  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
