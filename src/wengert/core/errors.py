"""The errors a user can cause: each says what was given, what was expected, what to do, and where."""

from __future__ import annotations

import linecache
import os
import sys
from os.path import abspath, dirname
from types import FrameType

__all__ = [
    "AnomalyError",
    "ConversionError",
    "DTypeError",
    "GraphError",
    "IndexingError",
    "LevelError",
    "ShapeError",
    "TreeError",
    "WengertError",
    "user_location",
]

_PACKAGE = dirname(dirname(abspath(__file__))) + os.sep


def user_location() -> str | None:
    """The innermost line outside this package, as ``file:line: source``; None when there is no such line."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    if frame is None:
        return None
    filename, line = frame.f_code.co_filename, frame.f_lineno
    source = linecache.getline(filename, line, frame.f_globals).strip()
    return f"{filename}:{line}" + (f": {source}" if source else "")


class WengertError(Exception):
    """Base of every error of this library; its message ends with the user's line that caused it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        location = user_location()
        if location is not None:
            self.add_note(f"at {location}")


class ShapeError(WengertError, ValueError):
    """Shapes or axes that do not fit together."""


class DTypeError(WengertError, TypeError):
    """A dtype with which the operation or the derivative has no meaning."""


class TreeError(WengertError, ValueError):
    """Containers whose structures do not match."""


class IndexingError(WengertError, IndexError):
    """An index that the array does not have, or that is none."""


class GraphError(WengertError, RuntimeError):
    """A recorded graph that cannot be differentiated: nothing was recorded, or it was freed."""


class ConversionError(WengertError, TypeError):
    """A conversion that would silently lose a derivative, or that has no single value."""


class AnomalyError(WengertError, FloatingPointError):
    """A NaN or infinity where ``detect_anomaly`` looks for one."""


class LevelError(WengertError, RuntimeError):
    """An array of a transform that has already returned."""
