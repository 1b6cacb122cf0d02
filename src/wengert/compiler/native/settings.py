"""What a person can say about the compiler through the environment.

======================  =========================================================================================
``WENGERT_VECTOR_MATH`` ``0``: no vector library for sin, exp and their like, even where the machine has one
``WENGERT_THREADS``     the most threads that a loop is shared out over; ``1``: none but the caller's
``WENGERT_CACHE_DIR``   the folder for object code, in place of the user's own cache folder
``WENGERT_CACHE_SIZE``  the most that the folder may hold, in megabytes (256 unless told); ``0``: nothing is kept
======================  =========================================================================================

They are read when they are needed. One that is no number where it should be is left out of account, with a warning.
"""

from __future__ import annotations

import os
import sys
import warnings
from functools import cache
from pathlib import Path

__all__ = ["cache_folder", "cache_size", "threads", "vector_math"]


def vector_math() -> bool:
    """Whether vector math functions may be used."""
    return os.environ.get("WENGERT_VECTOR_MATH") != "0"


def threads() -> int | None:
    """The most threads that may be used, None if nobody said."""
    return _number("WENGERT_THREADS", 1)


def cache_size() -> int:
    """The most bytes that the object cache may hold."""
    megabytes = _number("WENGERT_CACHE_SIZE", 0)
    return (256 if megabytes is None else megabytes) * 1_000_000


def cache_folder() -> Path | None:
    """The folder of the object cache; None where this user has none."""
    told = os.environ.get("WENGERT_CACHE_DIR")
    if told:
        return Path(told).absolute()
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local, "wengert", "cache") if local else None
    base = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(base):  # by the standard, a relative one is to be ignored
        return Path(base, "wengert")
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "wengert"


def _number(variable: str, least: int) -> int | None:
    text = os.environ.get(variable)
    if not text:
        return None
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        _complain(variable, text, least)
        return None
    return number


@cache
def _complain(variable: str, text: str, least: int) -> None:
    warnings.warn(f"{variable} is {text!r}, which is no number from {least} up: it is ignored", stacklevel=4)
